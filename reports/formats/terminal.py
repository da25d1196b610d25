"""A document on a terminal: 80 columns or more, colour only where it is wanted, text from files shown as text."""

from __future__ import annotations

import re

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

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
from estimative.reports.formats.plot import drawn

PERCENT = re.compile(r"(?<=\d) %")
MANY, WIDE = 7, 120
"""Columns of a table and of a terminal: so many, on one that is narrower, leave no room for sentences."""
SENTENCE = 40
"""Columns of a terminal; a longer cell is one."""
TIE = "\ue000"
"""Stands for a space at which no line may break; text from files cannot hold it, being shown as an escape there."""


def show(document: Document, console: Console) -> None:
    """Print a document, block after block, without blanks at the ends of lines."""
    with console.capture() as captured:
        for block in document:
            _show(block, console)
    for line in captured.get().replace(TIE, " ").splitlines():
        console.file.write(line.rstrip() + "\n")


def plain(text: str, style: str = "") -> Text:
    """Text as it stands: no markup is read from it, controls and direction marks become escapes."""
    return Text(PERCENT.sub(f"{TIE}%", ascii_safe(" ".join(text.split()))), style=style)


def _show(block: Block, console: Console) -> None:
    match block:
        case Heading():
            console.print(*([Text()] if block.level > 1 else []), plain(block.text, "bold"), sep="\n")
        case Paragraph():
            console.print(plain(block.text, "bold" if block.strong else ""))
        case Caution():
            console.print(plain(f"CAUTION: {block.text}", "bold red"))
        case Listing():
            for point in block.points:
                console.print(Padding(plain(f"- {point}"), (0, 0, 0, 1)))
        case Table():
            _show_table(block, console)
        case Figure():
            if block.instead:
                _show(block.instead, console)
        case Columns():
            for part in block.parts:
                for inner in part:
                    _show(inner, console)
        case Code():
            for line in block.lines:
                console.print(Text(f"  {ascii_safe(line)}"), soft_wrap=True)
        case IntervalPlot():
            for line in drawn(block, console.width):
                console.print(Text(line), no_wrap=True, overflow="crop", crop=True)
            console.print(plain(block.key))


def _show_table(table: Table, console: Console) -> None:
    """Side by side; where sentences have no room among so many columns, each row as a record."""
    sentences = any(cell_len(cell) > SENTENCE for row in table.rows for cell in row)
    if len(table.header) < MANY or not sentences or console.width >= WIDE:
        console.print(_grid(table))
        return
    for row in table.rows:
        console.print(plain(row[0], "bold"))
        for title, cell in zip(table.header[1:], row[1:], strict=True):
            if cell:
                console.print(Padding(plain(f"{title}: {cell}"), (0, 0, 0, 2)))


def _grid(table: Table) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for index, title in enumerate(table.header):
        text_columns = index in table.text_columns
        nowrap_columns = index in table.nowrap_columns
        grid.add_column(
            plain(title), justify="left" if text_columns else "right", overflow="fold", no_wrap=nowrap_columns
        )
    for row in table.rows:
        grid.add_row(*(plain(cell) for cell in row))
    return grid
