"""A document as PDF on A4: the same bytes on every machine, tagged for screen readers, every character in its fonts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import category

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
    Table,
)
from estimative.reports.formats.columns import GAP, LONG_WORD, ROOM, Layout
from estimative.reports.formats.plot import drawn
from estimative.reports.formats.typeset import cautioned, in_words, judgement, pieces, seamed, shown, titled

TEMPLATE = Path(__file__).parent / "templates" / "page.typ"
UNTITLED = "Report"
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""Of the drawing library; where the other fonts of a page lack a character, these stand in."""
PLOT_WIDTH = 64
"""Columns."""
LONG_ROW = 2000
"""Characters; such a row may be divided between pages, since it may be longer than one."""
RUNNING = 220
"""Characters of a caution at the top of every page, and of a title in its place; in the text stands all of it."""
BREAK = "\u200b"
"""Where a line may end; it is not seen, but some readers copy it."""
LONG_ARGUMENT = 80
"""Characters of a command that fit on a line."""
UNKNOWN = "\u25a1"
"""In a picture, for what the fonts lack: an escape would not fit. Its description has the character itself."""
WORD = re.compile(r"\S+")

type Data = dict[str, Any]
"""What the template is given; texts in it are shown as they stand."""


def pdf(document: Document, *, caution: str = "", language: str = "en") -> bytes:
    """The whole file.

    Parameters
    ----------
    caution
        Stands at the top of every page, and once in the text; empty for none.
    language
        Of its words, as BCP 47 names it.
    """
    import typst

    title, blocks = titled(cautioned(document, caution))
    setting = _Setting(judgement=judgement(blocks))
    told = [data for block in blocks for data in setting.block(block)]
    lead = next((at for at, data in enumerate(told) if data["kind"] == "heading"), len(told))
    page = {
        "title": _lettered(shown(title)) or UNTITLED,
        "running": _set(_cut(title)),
        "caution": _set(_cut(caution)),
        "language": language,
        "lead": told[:lead],
        "blocks": told[lead:],
    }
    files: Any = {  # by name; the typesetter's stubs know of one only
        "main.typ": TEMPLATE.read_bytes(),
        "document.json": json.dumps(page).encode(),
        **setting.pictures,
    }
    return bytes(
        typst.compile(
            files,
            font_paths=[str(_fonts())],
            ignore_system_fonts=True,
            pdf_standards=["1.7", "ua-1"],  # refuses what has no tag, no words for a picture, no glyph in the fonts
        )
    )


@dataclass(kw_only=True)
class _Setting:
    """Blocks as data, and the pictures that they name."""

    judgement: Paragraph | None
    pictures: dict[str, bytes] = field(default_factory=dict)

    def block(self, block: Block) -> Iterator[Data]:
        """A block by its kind; nothing for a figure that has nothing to show."""
        match block:
            case Heading():
                yield {"kind": "heading", "level": block.level, "text": _lettered(shown(block.text))}
            case Paragraph():
                kind = "judgement" if block is self.judgement else "paragraph"
                yield {"kind": kind, "strong": block.strong, "pieces": _running(block.text)}
            case Caution():
                yield {"kind": "caution", "pieces": _running(block.text)}
            case Listing():
                yield {"kind": "listing", "points": [_running(point) for point in block.points]}
            case Table():
                yield _table(block)
            case IntervalPlot():
                yield _plot(block)
            case Figure():
                yield from self._figure(block)
            case Columns():
                yield {"kind": "columns", "parts": [[d for b in part for d in self.block(b)] for part in block.parts]}
            case Code():
                yield {"kind": "code", "lines": [_typed(_lettered(ascii_safe(line))) for line in block.lines]}

    def _figure(self, block: Figure) -> Iterator[Data]:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return
        name = f"figure-{len(self.pictures) + 1}.svg"
        self.pictures[name] = _lettered(picture.svg(), UNKNOWN).encode()
        yield {"kind": "figure", "file": name, "alt": ascii_safe(f"{picture.title}. {picture.description}")}


def _table(table: Table) -> Data:
    layout = Layout.of(table)
    columns = [
        {"title": _set(title), "number": at not in table.text_columns, "prose": at in layout.prose}
        for at, title in enumerate(table.header)
    ]
    narrow = layout.shares and not layout.records
    widths = [int(share * ROOM) - GAP for share in layout.shares] if narrow else [LONG_WORD] * len(columns)
    rows = [
        {
            "cells": [_set(cell, width) for cell, width in zip(row, widths, strict=True)],
            "long": sum(map(len, (*row, *table.header))) > LONG_ROW,
        }
        for row in table.rows
    ]
    return {"kind": "table", "columns": columns, "shares": layout.shares, "records": layout.records, "rows": rows}


def _plot(dots: IntervalPlot) -> Data:
    lettered = replace(dots, rows=tuple(replace(row, label=_lettered(shown(row.label))) for row in dots.rows))
    return {
        "kind": "plot",
        "lines": drawn(lettered, PLOT_WIDTH),
        "alt": in_words(dots),
        "key": _running(dots.key),
    }


def _running(text: str) -> list[tuple[str, str]]:
    """Text in stretches, each with the address that it is a link to, or nothing."""
    return [(_broken(_lettered(piece)), piece if linked else "") for piece, linked in pieces(text)]


def _set(text: str, most: int = LONG_WORD) -> str:
    """Text on as many lines as it takes, words longer than so many letters broken."""
    return _broken(_lettered(shown(text)), most)


def _cut(text: str) -> str:
    whole = shown(text)
    return whole if len(whole) <= RUNNING else f"{whole[:RUNNING].rstrip()}…"


def _broken(text: str, most: int = LONG_WORD) -> str:
    """Text in which a line may end at the seams of names, and anywhere in what is longer than so many letters."""
    return BREAK.join(
        WORD.sub(lambda word: word[0] if len(word[0]) <= most else _loosened(word[0]), piece) for piece in seamed(text)
    )


def _typed(line: str) -> str:
    """A command, broken between its words and only there, so that it can be copied; what fits on no line, anywhere."""
    return WORD.sub(lambda word: word[0] if len(word[0]) <= LONG_ARGUMENT else _loosened(word[0]), line)


def _loosened(word: str) -> str:
    """A word that may be broken before every letter, its marks left where they stand."""
    return "".join(c if category(c).startswith("M") else BREAK + c for c in word)


def _lettered(text: str, instead: str = "") -> str:
    """Text with nothing that the fonts lack: its escape is shown, or what is to stand there instead."""
    if text.isascii():
        return text
    letters = _letters()
    return "".join(c if c.isascii() or ord(c) in letters else instead or _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


@cache
def _letters() -> frozenset[int]:
    """Code points that the fonts have in every weight."""
    from matplotlib.ft2font import FT2Font

    return frozenset.intersection(*(frozenset(FT2Font(str(_fonts() / face)).get_charmap()) for face in FACES))


def _fonts() -> Path:
    """The folder of the drawing library's fonts, found without loading it."""
    library = find_spec("matplotlib")
    assert library
    assert library.origin
    return Path(library.origin).parent / "mpl-data" / "fonts" / "ttf"
