"""The blocks of documents; each format prints them in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from estimative.priors.verbal_scale import ICD203, Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Heading(Struct, frozen=True, kw_only=True):
    """The title of a part; the title of the document has level 1."""

    text: str
    level: int = 2


class Paragraph(Struct, frozen=True, kw_only=True):
    """Running text."""

    text: str
    strong: bool = False


class Caution(Struct, frozen=True, kw_only=True):
    """What must not be overlooked."""

    text: str


class Listing(Struct, frozen=True, kw_only=True):
    """Points, one under the other."""

    points: tuple[str, ...]


class Table(Struct, frozen=True, kw_only=True):
    """Rows of text; a column holds numbers, at its right, unless it is one of `text_columns`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: frozenset[int] = frozenset({0})
    nowrap_columns: frozenset[int] = frozenset()
    """Columns whose cells stay on one line."""


class IntervalRow(Struct, frozen=True, kw_only=True):
    """A probability with its interval and, if there is one, its prior; all are probabilities."""

    label: str
    point: float
    low: float
    high: float
    before: float | None = None
    """None where there is nothing to compare with."""


class IntervalPlot(Struct, frozen=True, kw_only=True):
    """Points with their intervals, one under the other on one log-odds axis."""

    rows: tuple[IntervalRow, ...]
    key: str
    """What point, line and ring stand for."""
    longest_label: int = 20
    """Columns of a terminal; a longer label is cut."""
    words: Scale = ICD203
    """The thresholds between them are marked."""


class Picture(Protocol):
    """What a figure looks like."""

    @property
    def title(self) -> str:
        """The finding, in a sentence without a full stop."""

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""

    @property
    def caution(self) -> str:
        """Why its numbers cannot be relied on; empty where they can."""

    @property
    def description(self) -> str:
        """The caption and every number, for those who cannot see it."""

    def svg(self, *, narrow: bool = False, bare: bool = False) -> str:
        """The drawing as SVG, complete with title and description.

        Parameters
        ----------
        narrow
            For a telephone.
        bare
            Without title and caption, which the page shows itself.
        """

    def png(self, *, bare: bool = False) -> bytes:
        """The drawing in pixels, for what cannot show SVG."""

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the plot alone into axes of matplotlib, and return these."""


class Figure(Struct, frozen=True, kw_only=True):
    """A picture of numbers that stand in the text beside it."""

    name: str
    """By which its file is called."""
    draw: Callable[[], Picture]
    """Drawn only by a format that shows pictures, since that takes the drawing library.

    Raises
    ------
    Nothing
        If there is nothing to draw.
    """
    instead: IntervalPlot | Table | None = None
    """What a format of characters shows."""


class Stop(Struct, frozen=True, kw_only=True):
    """A place of a slider, and what it answers."""

    at: str
    """The value, which follows the label and "at"."""
    answer: str


class Slider(Struct, frozen=True, kw_only=True):
    """Stops from low to high; it starts in the middle, where it answers nothing yet."""

    label: str
    stops: tuple[Stop, ...]
    start: int
    """The stop at which it stands before it is moved."""


class Sliders(Struct, frozen=True, kw_only=True):
    """Answers computed beforehand, of which a reader chooses one by one slider at a time.

    Only a page with a script shows them; what they answer stands in the text as well.
    """

    title: str
    lead: str
    """What they do."""
    unmoved: str
    """The answer before one is moved."""
    sliders: tuple[Slider, ...]


class Columns(Struct, frozen=True, kw_only=True):
    """Parts side by side where there is room, one under the other where there is not."""

    parts: tuple[tuple[Block, ...], ...]


class PageBreak(Struct, frozen=True, kw_only=True):
    """On paper, what follows begins on a new page; a list of contents stands there."""


class Code(Struct, frozen=True, kw_only=True):
    """Lines to be typed as they stand."""

    lines: tuple[str, ...]


type Block = (
    Heading | Paragraph | Caution | Listing | Table | IntervalPlot | Figure | Sliders | Columns | PageBreak | Code
)
type Document = tuple[Block, ...]


def collected[**Inputs](blocks: Callable[Inputs, Iterator[Block]]) -> Callable[Inputs, Document]:
    """Turn a generator of blocks into a function that returns them as a document."""

    @wraps(blocks)
    def document(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Document:
        return tuple(blocks(*args, **kwargs))

    return document
