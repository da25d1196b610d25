"""A document as one HTML file that needs nothing else: no script, no network, no font; for screens and for paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from estimative.priors.toml_table import ascii_safe
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
    Paragraph,
    Picture,
    Table,
)
from estimative.reports.formats.columns import LONG_WORD, NARROW, Layout
from estimative.reports.formats.plot import drawn
from estimative.reports.formats.typeset import cautioned, in_words, judgement, pieces, seamed, shown, titled

TEMPLATES = Path(__file__).parent / "templates"
UNTITLED = "Report"
PLOT_WIDTH = 64
"""Columns."""

TAG = re.compile(r"<[a-zA-Z][^<>]*>")
IN_TAG = re.compile(r"(?<=[\"\s:])#[0-9a-fA-F]{6}(?=[\";])")
NAMED = re.compile(r'(?<=\sid=")(?=[^"]+")|(?<=\burl\(#)|(?<=href="#)')
LABELLED = re.compile(r'(aria-labelledby=")([^"]*)(")')
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"')


def html(document: Document, *, caution: str = "", language: str = "en") -> str:
    """The whole file.

    Parameters
    ----------
    caution
        Stands at the top of every printed page, and once in the text; empty for none.
    language
        Of its words, as BCP 47 names it.
    """
    title, blocks = titled(cautioned(document, caution))
    page = _Page(judgement=judgement(blocks))
    lead, *parts = [page.part(heading, below) for heading, below in _parts(blocks)]
    return (
        _templates()
        .get_template("page.html")
        .render(title=shown(title) or UNTITLED, lead=lead.body, parts=parts, caution=shown(caution), language=language)
    )


def fragment(document: Document) -> str:
    """The blocks alone, for a page that exists: a notebook."""
    title, blocks = titled(document)
    page = _Page(judgement=judgement(blocks))
    body = [page.part(heading, below) for heading, below in _parts(blocks)]
    parts = (f"<h3>{escape(part.title)}</h3>\n{part.body}" if part.title else part.body for part in body)
    return f'<div class="estimative"><h2>{escape(shown(title))}</h2>\n{Markup("").join(map(Markup, parts))}</div>'


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A heading of the second level and all that it stands over."""

    name: str
    """Unique in the file."""
    title: str
    body: Markup


@dataclass(frozen=True, kw_only=True)
class _Cell:
    pieces: list[str]
    """Between which a line may end."""
    column: str
    """The title of its column."""
    looks: str
    """Classes."""


def _parts(document: Document) -> Iterator[tuple[str, list[Block]]]:
    """What stands before the first heading of the second level, under no name, then what under each of them."""
    title, blocks = "", list[Block]()
    for block in document:
        if isinstance(block, Heading) and block.level == 2:
            yield title, blocks
            title, blocks = block.text, []
        else:
            blocks.append(block)
    yield title, blocks


@dataclass(kw_only=True)
class _Page:
    """What has been set so far, by which the rest is named."""

    judgement: Paragraph | None
    macros: Any = field(default_factory=lambda: _templates().get_template("blocks.html").module)
    names: set[str] = field(default_factory=set)
    figures: int = 0
    heading: str = ""
    """The nearest one above."""
    tables: int = 0
    """Under that heading."""

    def part(self, title: str, blocks: list[Block]) -> _Part:
        name = self._under(title)
        return _Part(name=name, title=shown(title), body=Markup("\n").join(map(self._block, blocks)))

    def _block(self, block: Block) -> Markup:
        match block:
            case Heading():
                return self._set("heading", self._under(block.text), block.level, self.heading)
            case Paragraph():
                return self._set("paragraph", pieces(block.text), block.strong, block is self.judgement)
            case Caution():
                return self._set("caution", pieces(block.text))
            case Listing():
                return self._set("listing", [pieces(point) for point in block.points])
            case Table():
                return self._table(block)
            case IntervalPlot():
                return self._set("dots", drawn(block, PLOT_WIDTH), in_words(block), shown(block.key), self.heading)
            case Figure():
                return self._figure(block)
            case Columns():
                parts = [Markup("\n").join(map(self._block, part)) for part in block.parts]
                return self._set("side_by_side", parts)
            case Code():
                return self._set("code", [ascii_safe(line) for line in block.lines])

    def _set(self, macro: str, *arguments: object) -> Markup:
        return Markup(getattr(self.macros, macro)(*arguments))

    def _under(self, title: str) -> str:
        """Everything from here on stands under such a heading; its name."""
        self.heading, self.tables = shown(title), 0
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

    def _figure(self, block: Figure) -> Markup:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return Markup("")
        self.figures += 1
        caution = f"CAUTION: {picture.caution} " if picture.caution else ""
        drawings = [inline(picture, self.figures, narrow=narrow) for narrow in (False, True)]
        return self._set("figure", self.figures, shown(picture.title), shown(caution + picture.caption), *drawings)


def _cell(table: Table, layout: Layout, at: int, text: str) -> _Cell:
    whole = shown(text)
    looks = {
        "number": at not in table.text_columns,
        "unbroken": at in table.nowrap_columns,
        "prose": at in layout.prose and len(whole) > NARROW,
        "long": max(map(len, whole.split()), default=0) > LONG_WORD,
    }
    names = " ".join(name for name, applies in looks.items() if applies)
    return _Cell(pieces=seamed(whole), column=shown(table.header[at]), looks=names)


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
