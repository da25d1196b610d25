"""A document in Markdown; text from files cannot become markup."""

from __future__ import annotations

import re

from priors.table import ascii_safe
from reports.document import Block, Caution, Document, Heading, Listing, Paragraph, Table

SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$^=:@-])")
HARMLESS = re.compile(r"(?<=\w)\\([-_:()])(?=\w)|\\([():-])(?=\s|$)|(?<=\s)\\([()])")


def markdown(document: Document) -> str:
    """The document as text, blocks parted by empty lines."""
    return "\n\n".join(_block(block) for block in document) + "\n"


def escaped(text: str) -> str:
    """Text in which nothing is markup: every character that could be has a backslash before it."""
    return SPECIAL.sub(r"\\\1", ascii_safe(" ".join(text.split())))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {escaped(block.text)}"
        case Paragraph():
            return f"**{escaped(block.text)}**" if block.strong else escaped(block.text)
        case Caution():
            return f"> **CAUTION** {escaped(block.text)}"
        case Listing():
            return "\n".join(f"- {escaped(point)}" for point in block.points)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rules = [":---" if index in table.wordy else "---:" for index in range(len(table.header))]
    return "\n".join(_row(row) for row in ([escaped(h) for h in table.header], rules, *_escaped_rows(table)))


def _escaped_rows(table: Table) -> list[list[str]]:
    return [[escaped(cell) for cell in row] for row in table.rows]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
