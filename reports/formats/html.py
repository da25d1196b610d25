"""A document as one HTML file, for screens and for paper: no network, no font, and no script but that of sliders."""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct, field

from estimative.priors.errors import ascii_safe
from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Columns,
    Document,
    Figure,
    Heading,
    IntervalPlot,
    Listing,
    PageBreak,
    Paragraph,
    Picture,
    Sliders,
    Table,
)
from estimative.reports.formats.columns import LONG_WORD, NARROW, Layout
from estimative.reports.formats.plot import plot_lines
from estimative.reports.formats.typeset import (
    UNTITLED,
    break_points,
    key_judgement,
    plot_description,
    sanitize,
    split_links,
    split_title,
    with_caution,
)

TEMPLATES = Path(__file__).parent / "templates"
PLOT_WIDTH = 64
"""Columns."""
MIN_CONTENTS = 5
"""Parts; a shorter document needs no list of contents."""

TAG = re.compile(r"<[a-zA-Z][^<>]*>")
IN_TAG = re.compile(r"(?<=[\"\s:])#[0-9a-fA-F]{6}(?=[\";])")
NAMED = re.compile(r'(?<=\sid=")(?=[^"]+")|(?<=\burl\(#)|(?<=href="#)')
LABELLED = re.compile(r'(aria-labelledby=")([^"]*)(")')
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"')


def html(document: Document, *, caution: str = "", language: str = "en", compact: bool = False) -> str:
    """The file.

    Parameters
    ----------
    caution
        Is at the top of every printed page, and once in the text; empty for none.
    language
        Of its words, as a BCP 47 tag.
    compact
        Use small type and no list of contents, for a document that prints on one page.
    """
    title, blocks = split_title(with_caution(document, caution))
    page = _Page(judgement=key_judgement(blocks))
    lead, *parts = [page.part(heading, below) for heading, below in _parts(blocks)]
    return (
        _templates()
        .get_template("page.html")
        .render(
            title=sanitize(title) or UNTITLED,
            lead=lead.body,
            parts=parts,
            contents=len(parts) >= MIN_CONTENTS and not compact,
            caution=sanitize(caution),
            language=language,
            compact=compact,
            script=_script() if page.sliders else None,
        )
    )


def fragment(document: Document) -> str:
    """The blocks alone, for a page that exists already: a notebook. Sliders are left out."""
    title, blocks = split_title(document)
    page = _Page(judgement=key_judgement(blocks), with_script=False)
    body = [page.part(heading, below) for heading, below in _parts(blocks)]
    parts = (f"<h3>{escape(part.title)}</h3>\n{part.body}" if part.title else part.body for part in body)
    return f'<div class="estimative"><h2>{escape(sanitize(title))}</h2>\n{Markup("").join(map(Markup, parts))}</div>'


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


class _Script(Struct, frozen=True, kw_only=True):
    """The script of the page, which is the same in every file."""

    text: Markup
    digest: str
    """By which the page allows this script and no other."""


@cache
def _script() -> _Script:
    text = (TEMPLATES / "sliders.js").read_text(encoding="utf-8")
    return _Script(text=Markup(text), digest=f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}")


class _Part(Struct, frozen=True, kw_only=True):
    """A level-2 heading and everything under it."""

    name: str
    """Unique in the file."""
    title: str
    body: Markup


class _Cell(Struct, frozen=True, kw_only=True):
    """A cell of a table."""

    pieces: list[str]
    """Between them a line may end."""
    column: str
    """The title of its column."""
    classes: str
    """For the style sheet."""


def _parts(document: Document) -> Iterator[tuple[str, list[Block]]]:
    """The blocks before the first level-2 heading, under no title, then the blocks under each of them."""
    title, blocks = "", list[Block]()
    for block in document:
        if isinstance(block, Heading) and block.level == 2:
            yield title, blocks
            title, blocks = block.text, []
        else:
            blocks.append(block)
    yield title, blocks


class _Page(Struct, kw_only=True):
    """A page in the making: names in use, and how many figures and tables there are."""

    judgement: Paragraph | None
    macros: Any = field(default_factory=lambda: _templates().get_template("blocks.html").module)
    names: set[str] = field(default_factory=set)
    with_script: bool = True
    """Whether there is a place for the script that sliders need."""
    figures: int = 0
    sliders: int = 0
    heading: str = ""
    """The nearest one above."""
    tables: int = 0
    """Under that heading."""

    def part(self, title: str, blocks: list[Block]) -> _Part:
        """A part with its blocks as HTML."""
        name = self._under(title)
        return _Part(name=name, title=sanitize(title), body=self._blocks(blocks))

    def _blocks(self, blocks: Iterable[Block]) -> Markup:
        return Markup("\n").join(map(self._block, blocks))

    def _block(self, block: Block) -> Markup:
        match block:
            case Heading():
                return self._set("heading", self._under(block.text), block.level, self.heading)
            case Paragraph():
                return self._set("paragraph", split_links(block.text), block.strong, block is self.judgement)
            case Caution():
                return self._set("caution", split_links(block.text))
            case Listing():
                return self._set("listing", [split_links(point) for point in block.points])
            case Table():
                return self._table(block)
            case IntervalPlot():
                return self._plot(block)
            case Figure():
                return self._figure(block)
            case Sliders():
                return self._sliders(block)
            case Columns():
                return self._set("columns", [self._blocks(part) for part in block.parts])
            case PageBreak():
                return Markup('<div class="page-break"></div>')
            case Code():
                return self._set("code", [ascii_safe(line) for line in block.lines])

    def _set(self, macro: str, *arguments: object) -> Markup:
        return Markup(getattr(self.macros, macro)(*arguments))

    def _under(self, title: str) -> str:
        """Begin a heading, and make a name for it that is unique on the page."""
        self.heading, self.tables = sanitize(title), 0
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
        stem = name = f"part-{re.sub(r'[^a-z0-9]+', '-', plain)[:40].strip('-')}".rstrip("-")
        count = 1
        while name in self.names:
            count += 1
            name = f"{stem}-{count}"
        self.names.add(name)
        return name

    def _table(self, table: Table) -> Markup:
        self.tables += 1
        label = self.heading if self.tables == 1 else f"{self.heading}, table {self.tables}"
        layout = Layout.of(table)
        head = [_cell(table, layout, at, title) for at, title in enumerate(table.header)]
        rows = [[_cell(table, layout, at, text) for at, text in enumerate(row)] for row in table.rows]
        shares = [] if layout.records else [f"{100 * share:.1f}" for share in layout.shares]
        return self._set("table", label, shares, layout.records, head, rows)

    def _plot(self, plot: IntervalPlot) -> Markup:
        lines, words = plot_lines(plot, PLOT_WIDTH), plot_description(plot)
        return self._set("plot", lines, words, sanitize(plot.key), self.heading)

    def _figure(self, block: Figure) -> Markup:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return Markup("")
        self.figures += 1
        caption = f"CAUTION: {picture.caution} {picture.caption}" if picture.caution else picture.caption
        drawings = [inline(picture, self.figures, narrow=narrow) for narrow in (False, True)]
        return self._set("figure", self.figures, sanitize(picture.title), sanitize(caption), *drawings)

    def _sliders(self, block: Sliders) -> Markup:
        """A group that stays hidden until the script of the page shows it."""
        if not self.with_script:
            return Markup("")
        self.sliders += 1
        rows = [
            {"label": sanitize(slider.label), "last": len(slider.stops) - 1, "start": slider.start}
            for slider in block.sliders
        ]
        stops = [[[sanitize(stop.at), sanitize(stop.answer)] for stop in slider.stops] for slider in block.sliders]
        data = _json({"unmoved": sanitize(block.unmoved), "stops": stops})
        return self._set("sliders", f"sliders-{self.sliders}", sanitize(block.title), sanitize(block.lead), rows, data)


def _json(data: object) -> Markup:
    """Data for a script element: no character in it can end the element, or is any but ASCII."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.translate({ord(character): f"\\u{ord(character):04x}" for character in "<>&"}))


def _cell(table: Table, layout: Layout, at: int, text: str) -> _Cell:
    clean = sanitize(text)
    classes = {
        "number": at not in table.text_columns,
        "nowrap": at in table.nowrap_columns,
        "prose": at in layout.prose and len(clean) > NARROW,
        "long": max(map(len, clean.split()), default=0) > LONG_WORD,
    }
    names = " ".join(name for name, applies in classes.items() if applies)
    return _Cell(pieces=break_points(clean), column=sanitize(table.header[at]), classes=names)


def inline(picture: Picture, number: int, *, narrow: bool = False) -> Markup:
    """A picture as a part of the page: its names are those of no other, its colours those of the reader's scheme.

    Nothing but tags is touched: what is written in the picture stays as it is.
    """
    svg = picture.svg(narrow=narrow, bare=True)
    svg = SIZE.sub(r"\1", svg[svg.index("<svg") :], count=1)
    prefix = f"figure-{number}-{'narrow' if narrow else 'wide'}-"

    def named(tag: str) -> str:
        listed = LABELLED.sub(lambda m: m[1] + " ".join(prefix + name for name in m[2].split()) + m[3], tag)
        return NAMED.sub(prefix, listed)

    return Markup(TAG.sub(lambda match: IN_TAG.sub(_colour, named(match[0])), svg))


def _colour(match: re.Match[str]) -> str:
    """A colour of the palette by its role, which the style sheet sets for light and dark."""
    role = _palette().get(match[0].lower())
    return f"var(--figure-{role}, {match[0]})" if role else match[0]


@cache
def _palette() -> dict[str, str]:
    from estimative.reports.figures.style import PALETTE

    return {colour: role for role, colour in PALETTE.items()}
