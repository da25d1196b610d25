"""Calibration: forecasts against frequencies, for each band of ICD 203, each with its count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, PercentFormatter

from estimative.model.record.calibration import Bin, Verification
from estimative.model.record.proper_scores import FEW
from estimative.model.record.score import ScoreResult
from estimative.priors.verbal_scale import ICD203
from estimative.reports.documents import score as words
from estimative.reports.figures.axis import edges_of
from estimative.reports.figures.canvas import Canvas, FigureText
from estimative.reports.figures.style import (
    ASSESSED,
    BLUE,
    BORDER,
    CLEARED,
    GAP,
    GRID,
    NUMBER,
    PAPER,
    SMALL,
    STRONG,
    WIDTH,
    NothingToPlot,
    Stroke,
)
from estimative.reports.figures.text import width_of, wrapped
from estimative.reports.phrases import listed, plural

LEFT, RIGHT = 66.0, 40.0
SIDE = 380.0
"""Height of the plot, in units."""
HEAD, FOOT = 34.0, 38.0
"""For the words above the plot, and for the numbers and the name below."""
BEYOND = 0.06
"""Of the scale, that is left free at either end."""
SMALLEST, LARGEST = 5.0, 22.0
"""Across a dot, in units."""
DOT = Stroke(colour=BLUE, width=2.2, marker="o", size=7)
WAY = Stroke(colour=ASSESSED.colour, width=ASSESSED.width, dash=ASSESSED.dash)
MEANT = (
    "Each dot is one band of ICD 203: its mean forecast across, the share that happened upward. Its number counts the "
    "forecasts, and its area grows with them. Calibrated forecasts are on the diagonal, except for chance."
)


def calibration(found: ScoreResult) -> Canvas:
    """Frequencies against forecasts.

    Raises
    ------
    Nothing
        If no judgement is scored.
    """
    if not found.overall:
        raise NothingToPlot("No forecast is scored yet.")
    with Canvas.with_room("calibration", _around(found, found.overall), HEAD + SIDE + FOOT) as sheet:
        _draw(sheet, found.overall)
    return sheet


def _around(found: ScoreResult, scores: Verification) -> FigureText:
    who = f"{listed(list(found.analysts))}: {words.counts(found)}"
    mass = f"{100 * found.interval_mass:g}%"
    subtitle = (who, words.outside(scores, mass), MEANT)
    return FigureText(
        title=_title(scores),
        subtitle=subtitle,
        caution="",
        key=((DOT, f"share that happened, with its {mass} interval"), (WAY, "as often as forecast")),
        notes=(
            f"Dotted lines: borders of the {ICD203.title} words. Intervals of the frequency: Jeffreys.",
            *words.warnings(found),
            words.source(found),
        ),
        description=(*subtitle, *_sentences(scores.bins)),
    )


def _title(scores: Verification) -> str:
    """The bias, or that there are too few questions to judge it."""
    if not scores.few:
        return words.bias(scores)
    numbers = f"mean forecast {words.mean(scores)}, {words.occurred(scores)} happened"
    return f"Too few to judge ({plural(scores.questions, 'question', 'questions')}): {numbers}"


def _sentences(bands: Sequence[Bin]) -> Iterator[str]:
    """Every dot in words."""
    for band in bands:
        yield f"{band.term}: mean forecast {words.mean(band)}, {words.occurred(band)} happened, {words.interval(band)}."


def _draw(sheet: Canvas, scores: Verification) -> None:
    width = WIDTH - LEFT - RIGHT
    axes = sheet.axes(LEFT, sheet.top + HEAD, width, SIDE)
    _rule(axes)
    _name_bands(axes, width)
    axes.plot([0, 1], [0, 1], zorder=1, **WAY.drawn)
    most = max(FEW, *(band.count for band in scores.bins))
    for band in scores.bins:
        _draw_band(axes, band, _across(band, most))
    for label in _labelled(scores.bins, most, width):
        axes.text(label.x, label.y, label.text, ha="center", va="center", zorder=5, bbox=CLEARED, **STRONG.drawn)


def _rule(axes: Axes) -> None:
    """Both axes in per cent, from 0 to 100."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(0.2))
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_xlim(-BEYOND, 1 + BEYOND)
    axes.set_ylim(-BEYOND, 1 + BEYOND)
    axes.tick_params(labelsize=NUMBER.size)
    axes.set_xlabel("Mean forecast of a bin (%)", **NUMBER.drawn)
    axes.set_ylabel("Happened (% of the forecasts in a bin)", **NUMBER.drawn)
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        axes.axhline(share, **GRID.drawn, zorder=0)


def _name_bands(axes: Axes, width: float) -> None:
    """The borders of the bands, and over the plot the words that have room."""
    for edge in edges_of(ICD203):
        axes.axvline(edge, **BORDER.drawn, zorder=0)
    for band in ICD203.bands:
        room = _units(band.high - band.low, width) - GAP / 2
        lines = wrapped(band.words[0], room, SMALL)
        if max(width_of(word, SMALL) for word in band.words[0].split(" ")) <= room:
            for place, line in enumerate(reversed(lines)):
                base = 1 + BEYOND + (GAP / 2 + place * SMALL.leading) * _per_unit(SIDE)
                axes.text((band.low + band.high) / 2, base, line, ha="center", **SMALL.drawn)


def _draw_band(axes: Axes, band: Bin, across: float) -> None:
    """A dot on its interval."""
    ends, share = [band.low, band.high], band.occurred / band.count
    axes.plot([band.mean_forecast.value] * 2, ends, zorder=2, **{**DOT.drawn, "marker": ""})
    dot = {**DOT.drawn, "markersize": across, "markeredgecolor": PAPER, "markeredgewidth": 0.8}
    axes.plot([band.mean_forecast.value], [share], zorder=3, clip_on=False, **dot)


def _across(band: Bin, most: int) -> float:
    """How wide a dot is, in units: its area grows with the count, and is small where all counts are."""
    return max(LARGEST * sqrt(band.count / most), SMALLEST)


def _per_unit(length: float) -> float:
    """Of the scale, to the unit of an axis of such a length."""
    return (1 + 2 * BEYOND) / length


def _units(difference: float, length: float) -> float:
    return difference / _per_unit(length)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A number and its middle, on the scales of the axes."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class _Area:
    """A part of the plot, in units from its lower left corner."""

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> _Area:
        return cls(left=x - width / 2, right=x + width / 2, low=y - height / 2, high=y + height / 2)

    def meets(self, other: _Area) -> bool:
        beside = self.right < other.left or other.right < self.left
        return not beside and self.low < other.high and other.low < self.high


def _labelled(bands: Sequence[Bin], most: int, width: float) -> Iterator[Label]:
    """The counts beside their dots, where they cover no other count and, if there is room, no dot and no line."""
    dots = [_dot(band, most, width) for band in bands]
    lines = [_line(band, width) for band in bands]
    taken: list[_Area] = []
    for band, dot in zip(bands, dots, strict=True):
        places = list(_places(band, dot))
        free = [place for place in places if not _any_meets(taken, place)]
        clear = [place for place in free if not _any_meets([*dots, *lines], place)]
        place = next(iter((*clear, *free, *places)))
        taken.append(place)
        x, y = (place.left + place.right) / 2 * _per_unit(width), (place.low + place.high) / 2 * _per_unit(SIDE)
        yield Label(text=f"{band.count:,}", x=x - BEYOND, y=y - BEYOND)


def _any_meets(areas: Iterable[_Area], place: _Area) -> bool:
    return any(area.meets(place) for area in areas)


def _dot(band: Bin, most: int, width: float) -> _Area:
    across = _across(band, most)
    x, y = _units(band.mean_forecast.value + BEYOND, width), _units(band.occurred / band.count + BEYOND, SIDE)
    return _Area.around(x, y, across, across)


def _line(band: Bin, width: float) -> _Area:
    x = _units(band.mean_forecast.value + BEYOND, width)
    low, high = (_units(end + BEYOND, SIDE) for end in (band.low, band.high))
    return _Area(left=x - DOT.width, right=x + DOT.width, low=low, high=high)


def _places(band: Bin, dot: _Area) -> Iterator[_Area]:
    """Where a count may stand: right of its dot, left of it, and further and further up and down."""
    wide, high = width_of(f"{band.count:,}", STRONG) + 2, STRONG.size + 2
    x, y = (dot.left + dot.right) / 2, (dot.low + dot.high) / 2
    aside = (dot.right - dot.left + wide) / 2 + 2
    for step in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, 8):
        for way in (1, -1):
            place = _Area.around(x + way * aside, y + step * high, wide, high)
            if place.low >= 0 and place.left >= 0 and place.high <= SIDE:
                yield place
