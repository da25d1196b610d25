"""A document as PDF on A4: tagged for screen readers, with its own fonts, the same bytes on every machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from unicodedata import category

from msgspec import Struct, field
from msgspec.structs import replace

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
    Sliders,
    Table,
)
from estimative.reports.formats.columns import GAP, LONG_WORD, ROOM, Layout
from estimative.reports.formats.fonts import Fonts, fonts_for
from estimative.reports.formats.plot import plot_lines
from estimative.reports.formats.typeset import (
    UNTITLED,
    break_points,
    count_parts,
    key_judgement,
    plot_description,
    sanitize,
    split_links,
    split_title,
    with_caution,
)

TEMPLATE = Path(__file__).parent / "templates" / "page.typ"
PLOT_WIDTH = 64
"""Columns."""
LONG_ROW = 2000
"""Characters; such a row may be divided between pages, since it may be longer than one."""
HEADER_LENGTH = 220
"""Characters of a caution or title at the top of every page; the text has all of it."""
BREAK = "\u200b"
"""Where a line may end; it is invisible, but some readers copy it."""
LONG_ARGUMENT = 80
"""Characters of a command that fit on a line."""
UNKNOWN = "\u25a1"
"""In a picture, for what the fonts lack: an escape would not fit. Its description has the character itself."""
MIN_CONTENTS = 5
"""Parts; a shorter document needs no list of contents."""
WORD = re.compile(r"\S+")

type Data = dict[str, Any]
"""What the template is given; texts in it are printed as text."""


def pdf(document: Document, *, caution: str = "", language: str = "en", compact: bool = False) -> bytes:
    """The file; the same document is the same bytes.

    Parameters
    ----------
    caution
        Is at the top of every page, and once in the text; empty for none.
    language
        Of its words, as a BCP 47 tag.
    compact
        Use small type, narrow margins and no list of contents, for a document that fits on one page.
    """
    title, blocks = split_title(with_caution(document, caution))
    writer = _Writer(judgement=key_judgement(blocks))
    data = writer.blocks(blocks)
    lead = next((at for at, entry in enumerate(data) if entry["kind"] == "heading"), len(data))
    page = {
        "title": sanitize(title) or UNTITLED,
        "header": _wrapped(_cut(title)),
        "caution": _wrapped(_cut(caution)),
        "language": language,
        "compact": compact,
        "contents": count_parts(blocks) >= MIN_CONTENTS and not compact,
        "lead": data[:lead],
        "blocks": data[lead:],
    }
    return _typeset(page, writer.pictures)


def _typeset(page: Data, pictures: Mapping[str, str]) -> bytes:
    """The template with its data as PDF."""
    import typst

    fonts = fonts_for("".join((json.dumps(page, ensure_ascii=False), *pictures.values())))
    data = {**_printable(page, fonts), "fonts": fonts.families}
    files: Any = {  # by name; the typesetter's stubs know of one file only
        "main.typ": TEMPLATE.read_bytes(),
        "document.json": json.dumps(data).encode(),
        **{name: fonts.replaced(picture, UNKNOWN).encode() for name, picture in pictures.items()},
    }
    standards: Any = ["1.7", "ua-1"]  # refuses what has no tag, a picture without words, a glyph not in the fonts
    return bytes(typst.compile(files, font_paths=fonts.for_typesetter(), pdf_standards=standards))


def _printable(data: Any, fonts: Fonts) -> Any:
    """Data with escapes for what the fonts lack; a description is not printed, and has the characters themselves."""
    match data:
        case str():
            return fonts.replaced(data)
        case dict():
            return {key: value if key == "alt" else _printable(value, fonts) for key, value in data.items()}
        case list() | tuple():
            return [_printable(value, fonts) for value in data]
    return data


class _Writer(Struct, kw_only=True):
    """Blocks as data for the template, and the pictures that they name."""

    judgement: Paragraph | None
    pictures: dict[str, str] = field(default_factory=dict)

    def blocks(self, blocks: Iterable[Block]) -> list[Data]:
        """Each block by its kind, without figures that have nothing to show."""
        return [data for block in blocks if (data := self._block(block))]

    def _block(self, block: Block) -> Data | None:
        match block:
            case Heading():
                return {"kind": "heading", "level": block.level, "text": sanitize(block.text)}
            case Paragraph():
                kind = "judgement" if block is self.judgement else "paragraph"
                return {"kind": kind, "strong": block.strong, "pieces": _linked(block.text)}
            case Caution():
                return {"kind": "caution", "pieces": _linked(block.text)}
            case Listing():
                return {"kind": "listing", "points": [_linked(point) for point in block.points]}
            case Table():
                return _table(block)
            case IntervalPlot():
                return _plot(block)
            case Figure():
                return self._figure(block)
            case Sliders():
                return None
            case Columns():
                return {"kind": "columns", "parts": [self.blocks(part) for part in block.parts]}
            case PageBreak():
                return {"kind": "page-break"}
            case Code():
                lines = (_breakable_words(ascii_safe(line), LONG_ARGUMENT) for line in block.lines)
                return {"kind": "code", "lines": list(lines)}

    def _figure(self, block: Figure) -> Data | None:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return None
        name = f"figure-{len(self.pictures) + 1}.svg"
        self.pictures[name] = picture.svg(bare=True)
        alternative = sanitize(f"{picture.title}. {picture.description}")
        caption = sanitize(f"{picture.title}. {picture.caption}")
        return {"kind": "figure", "file": name, "alt": alternative, "caption": caption}


def _table(table: Table) -> Data:
    layout = Layout.of(table)
    columns = [
        {"title": _wrapped(title), "number": at not in table.text_columns, "prose": at in layout.prose}
        for at, title in enumerate(table.header)
    ]
    narrow = layout.shares and not layout.records
    widths = [int(share * ROOM) - GAP for share in layout.shares] if narrow else [LONG_WORD] * len(columns)
    rows = [
        {
            "cells": [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)],
            "long": sum(map(len, (*row, *table.header))) > LONG_ROW,
        }
        for row in table.rows
    ]
    return {"kind": "table", "columns": columns, "shares": layout.shares, "records": layout.records, "rows": rows}


def _plot(plot: IntervalPlot) -> Data:
    labels = (sanitize(row.label) for row in plot.rows)
    rows = tuple(replace(row, label=label) for row, label in zip(plot.rows, labels, strict=True))
    return {
        "kind": "plot",
        "lines": plot_lines(replace(plot, rows=rows), PLOT_WIDTH),
        "alt": plot_description(plot),
        "key": _linked(plot.key),
    }


def _linked(text: str) -> list[tuple[str, str]]:
    """Text in pieces, each with the address that it links to, or nothing."""
    return [(_breakable(piece), piece if link else "") for piece, link in split_links(text)]


def _wrapped(text: str, longest: int = LONG_WORD) -> str:
    """Text on as many lines as it takes; words with more than `longest` letters may be broken anywhere."""
    return _breakable(sanitize(text), longest)


def _cut(text: str) -> str:
    clean = sanitize(text)
    return clean if len(clean) <= HEADER_LENGTH else f"{clean[:HEADER_LENGTH].rstrip()}…"


def _breakable(text: str, longest: int = LONG_WORD) -> str:
    """Text in which a line may end inside names, and anywhere in words of more than `longest` letters."""
    return BREAK.join(_breakable_words(piece, longest) for piece in break_points(text))


def _breakable_words(text: str, longest: int) -> str:
    return WORD.sub(lambda word: word[0] if len(word[0]) <= longest else breakable(word[0]), text)


def breakable(word: str) -> str:
    """A word that may be broken before every letter; combining marks stay with theirs."""
    return "".join(c if category(c).startswith("M") else BREAK + c for c in word)
