"""A document on a terminal, best of 80 columns or more; text from files is printed as text."""

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
USUAL = 80
"""On a narrower terminal, a table that would break words is set as records."""
GAP = 2
"""Columns of a terminal between those of a table."""
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
            return _records(block) if _too_wide(block, width) else [_grid(block, width)]
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
    """Whether sentences have no room among so many columns, or words on a narrow terminal."""
    if width < USUAL:
        return _spare(table, _least_widths(table), width) < 0
    sentences = any(cell_len(cell) > SENTENCE for row in table.rows for cell in row)
    return sentences and len(table.header) >= MANY_COLUMNS and width < WIDE_TERMINAL


def _least_widths(table: Table) -> list[int]:
    """Of each column, in which no word has to be broken."""
    columns = enumerate(zip(table.header, *table.rows, strict=True))
    return [max(map(cell_len if at in table.nowrap_columns else _longest_word, cells)) for at, cells in columns]


def _longest_word(cell: str) -> int:
    return max(map(cell_len, cell.split()), default=0)


def _spare(table: Table, widths: list[int], width: int) -> int:
    """What is left of the width of a terminal."""
    return width - sum(widths) - GAP * (len(table.header) - 1)


def _narrow_widths(table: Table, width: int) -> list[int]:
    """Of each column: its least width, and of what is left a share as it would need to have no line breaks."""
    least = _least_widths(table)
    wanted = [max(map(cell_len, cells)) - own for own, *cells in zip(least, table.header, *table.rows, strict=True)]
    spare, total = _spare(table, least, width), max(sum(wanted), 1)
    return [own + min(want, spare * want // total) for own, want in zip(least, wanted, strict=True)]


def _records(table: Table) -> Iterator[RenderableType]:
    """Each row under its first cell, one line for each other cell that is not empty."""
    for row in table.rows:
        yield plain(row[0], "bold")
        for title, cell in zip(table.header[1:], row[1:], strict=True):
            if cell:
                yield Padding(plain(f"{title}: {cell}"), (0, 0, 0, 2))


def _grid(table: Table, width: int) -> Grid:
    widths = _narrow_widths(table, width) if width < USUAL else [None] * len(table.header)
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for at, title in enumerate(table.header):
        justify = "left" if at in table.text_columns else "right"
        grid.add_column(
            plain(title),
            justify=justify,  # type: ignore[arg-type]
            overflow="fold",
            no_wrap=at in table.nowrap_columns,
            width=widths[at],
        )
    for row in table.rows:
        grid.add_row(*map(plain, row))
    return grid
