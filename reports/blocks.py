"""What documents are made of: blocks, which each format sets in its own way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A title of a part; the document's own title has level 1."""

    text: str
    level: int = 2


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Running text."""

    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Caution:
    """What must not be overlooked."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Points, one under the other."""

    points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text; all columns but the first hold numbers unless named in `wordy`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wordy: frozenset[int] = frozenset({0})
    unbroken: frozenset[int] = frozenset()
    """Columns whose cells stay on one line."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A probability with a line around it, and where it came from; all on the scale of probability."""

    label: str
    point: float
    low: float
    high: float
    before: float | None = None
    """None where there is nothing to compare with."""


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Dots one under the other on a common axis of log-odds."""

    rows: tuple[Dot, ...]
    key: str
    """What dot, line and ring stand for."""
    longest_label: int = 20
    """Columns of a terminal; a longer label is cut."""


type Block = Heading | Paragraph | Caution | Listing | Table | Dots
type Document = tuple[Block, ...]
