"""A document on a terminal of 80 columns or more; text from files is printed as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

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
from estimative.reports.formats.plot import plot_lines
from estimative.reports.formats.typeset import sanitize

MANY_COLUMNS, WIDE_TERMINAL = 7, 120
"""A table of so many columns that holds sentences is set as records on a narrower terminal."""
SENTENCE = 40
"""Columns of a terminal; a longer cell is a sentence."""


def show(document: Document, console: Console) -> None:
    """Print a document, block after block, without blanks at the ends of lines."""
    with console.capture() as captured:
        for block in document:
            for item in _rendered(block, console.width):
                console.print(item, crop=False)
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")


def plain(text: str, style: str = "") -> Text:
    """Text in one style; no markup is read from it."""
    return Text(sanitize(text), style=style)


def _rendered(block: Block, width: int) -> Iterable[RenderableType]:
    """What the console prints for a block, on a terminal of `width` columns."""
    match block:
        case Heading():
            return [*([Text()] if block.level > 1 else []), plain(block.text, "bold")]
        case Paragraph():
            return [plain(block.text, "bold" if block.strong else "")]
        case Caution():
            return [plain(f"CAUTION: {block.text}", "bold red")]
        case Listing():
            return [_listing(block)]
        case Table():
            return _records(block) if _too_wide(block, width) else [_grid(block)]
        case Figure():
            return _rendered(block.instead, width) if block.instead else []
        case Columns():
            return [item for part in block.parts for inner in part for item in _rendered(inner, width)]
        case PageBreak() | Sliders():
            return []
        case Code():
            # A command with a line break in it could not be copied. Only in a group does a text decide on wrapping.
            return [Group(*(Text(f"  {ascii_safe(line)}", no_wrap=True, overflow="ignore") for line in block.lines))]
        case IntervalPlot():
            return [*map(Text, plot_lines(block, width)), plain(block.key)]


def _listing(listing: Listing) -> Grid:
    """Points whose further lines are indented like the first."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column(overflow="fold")
    for point in listing.points:
        grid.add_row(" -", plain(point))
    return grid


def _too_wide(table: Table, width: int) -> bool:
    """Whether sentences have no room among so many columns."""
    sentences = any(cell_len(cell) > SENTENCE for row in table.rows for cell in row)
    return sentences and len(table.header) >= MANY_COLUMNS and width < WIDE_TERMINAL


def _records(table: Table) -> Iterator[RenderableType]:
    """Each row under its first cell, one line for each other cell that is not empty."""
    for row in table.rows:
        yield plain(row[0], "bold")
        for title, cell in zip(table.header[1:], row[1:], strict=True):
            if cell:
                yield Padding(plain(f"{title}: {cell}"), (0, 0, 0, 2))


def _grid(table: Table) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for at, title in enumerate(table.header):
        justify = "left" if at in table.text_columns else "right"
        grid.add_column(
            plain(title), justify=justify, overflow="fold", no_wrap=at in table.nowrap_columns  # type: ignore[arg-type]
        )  # fmt: skip
    for row in table.rows:
        grid.add_row(*map(plain, row))
    return grid
