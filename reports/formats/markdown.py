"""A document in Markdown; text from files cannot become markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

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

INLINE = re.compile(r"([\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
"""What can be markup anywhere in a line; an underscore within a word cannot."""
AT_START = re.compile(r"^(?:([#+=-])|(\d+)([.)]))")
"""What can be markup at the start of a block."""
AT_END = re.compile(r"#+$")
"""What closes a heading and is not displayed."""
WIDTH = 80
"""Columns of a plot."""


def markdown(document: Document) -> str:
    """The document as text, with empty lines between its blocks."""
    return "\n\n".join(filter(None, map(_block, document))) + "\n"


def escaped(text: str) -> str:
    """Text within a line, with a backslash before every character that could be markup."""
    return INLINE.sub(r"\\\1", sanitize(text))


def _at_start(text: str) -> str:
    """Text at the start of a block, where more can be markup."""
    return AT_START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", escaped(text))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {AT_END.sub(_backslashes, escaped(block.text))}"
        case Paragraph():
            return f"**{escaped(block.text)}**" if block.strong else _at_start(block.text)
        case Caution():
            return f"> **CAUTION** {escaped(block.text)}"
        case Listing():
            return "\n".join(f"- {_at_start(point)}" for point in block.points)
        case Table():
            return _table(block)
        case IntervalPlot():
            return f"{_fenced(plot_lines(block, WIDTH))}\n\n{_at_start(block.key)}"
        case Figure():
            return _block(block.instead) if block.instead else ""
        case Columns():
            return "\n\n".join(filter(None, (_block(inner) for part in block.parts for inner in part)))
        case PageBreak() | Sliders():
            return ""
        case Code():
            return _fenced([ascii_safe(line) for line in block.lines])


def _backslashes(match: re.Match[str]) -> str:
    return "\\#" * len(match[0])


def _fenced(lines: Sequence[str]) -> str:
    """Lines as they are, between fences longer than any in them; indented lines would go on with a list above."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(longest + 1, 3)
    return "\n".join([f"{fence}text", *lines, fence])


def _table(table: Table) -> str:
    rules = [":---" if at in table.text_columns else "---:" for at in range(len(table.header))]
    rows = [[escaped(cell) for cell in row] for row in (table.header, *table.rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (rows[0], rules, *rows[1:]))
