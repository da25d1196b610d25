"""Axes: probability on log-odds with the thresholds of a scale of words, and plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.priors.verbal_scale import ICD203
from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.figures.style import GAP, GRID, SMALL, THRESHOLD
from estimative.reports.figures.text import minus, text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOWEST = 1e-12
"""A smaller probability is drawn as 0, one as near to 1 as 1."""
LEAST_SPAN = 0.4
"""Of an axis of probability, in natural log-odds."""
MAX_SIDE = 0.4
"""Of an axis, that may be left free at either side."""
POWERS = (*(10.0**power for power in range(-12, -2)), *(1 - 10.0**power for power in range(-6, -2)))
ROUND = ((2, 5), (3, 7), (4, 6, 8))
"""First digits of the ticks, the rounder ones first."""
RAISED = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def bounded(probability: float) -> bool:
    """Whether a probability has a place on an axis of log-odds: 0 and 1 have none."""
    return LOWEST < probability < 1 - LOWEST


def log_odds(probability: float) -> float:
    """Natural log-odds; of 0 and of 1, a number beyond every axis."""
    inside = min(max(probability, LOWEST), 1 - LOWEST)
    return math.log(inside) - math.log1p(-inside)


def probability(log_odds: float) -> float:
    """The inverse of `log_odds`."""
    return 1 / (1 + math.exp(-log_odds))


def tick_percent(probability: float) -> str:
    """A round probability at a tick: "0.1%", "2\u00b710\u207b\u2075%"."""
    digits, _, power = f"{100 * probability:.10g}".partition("e-")
    return (
        f"{digits}\u00b710\u207b{str(int(power)).translate(RAISED)}%".removeprefix("1\u00b7") if power else f"{digits}%"
    )


class Stretch(Struct, frozen=True, kw_only=True):
    """The part of an axis that is drawn, in its own unit, and its length in units of the drawing."""

    low: float
    high: float
    length: float

    @property
    def unit(self) -> float:
        """How much of the axis a unit of the drawing covers."""
        return (self.high - self.low) / self.length

    def inside(self, place: float, margins: Sides = (0.0, 0.0)) -> float:
        """The nearest place that is so many units from either end."""
        return min(max(place, self.low + margins[0] * self.unit), self.high - margins[1] * self.unit)


class Tick(Struct, frozen=True, kw_only=True):
    """A number on an axis."""

    place: float
    text: str
    threshold: bool = False
    """Between two words."""


type Sides = tuple[float, float]
"""Free at the low and at the high end of an axis, in units."""
type Room = Callable[[str], float]
"""How much room a tick's text takes along the axis, in units."""


def _padded(low: float, high: float, length: float, sides: Sides) -> Stretch:
    left, right = (min(side, MAX_SIDE * length) for side in sides)
    unit = (high - low) / (length - left - right)
    return Stretch(low=low - left * unit, high=high + right * unit, length=length)


class ProbabilityAxis(Struct, frozen=True, kw_only=True):
    """Probability on log-odds, with the thresholds of a scale of words."""

    words: Words = ICD203
    label: str = "Probability (log-odds scale)"

    def place(self, value: float) -> float:
        """Natural log-odds."""
        return log_odds(value)

    def stretch(self, values: Collection[float], length: float, sides: Sides) -> Stretch:
        """A stretch that holds all values that are neither 0 nor 1."""
        places = [log_odds(value) for value in values if bounded(value)] or [log_odds(0.01), log_odds(0.99)]
        low, high = min(places), max(places)
        missing = max(LEAST_SPAN - (high - low), 0.0) / 2
        return _padded(low - missing, high + missing, length, sides)

    def thresholds(self, stretch: Stretch) -> tuple[float, ...]:
        """Probabilities on a stretch at which a word begins or ends."""
        return tuple(edge for edge in edges(self.words) if stretch.low <= log_odds(edge) <= stretch.high)

    def ticks(self, stretch: Stretch, room: Room) -> Sequence[Tick]:
        """Thresholds and powers of ten first, then rounder numbers before less round ones."""
        thresholds = self.thresholds(stretch)
        chosen: list[Tick] = []
        for rank, enough in (((*thresholds, *POWERS), 1), *((_digits(*d), 4) for d in ROUND), (_even(stretch), 2)):
            if len(chosen) < enough:
                ticks = (Tick(place=log_odds(p), text=tick_percent(p), threshold=p in thresholds) for p in rank)
                chosen = _with_room(ticks, chosen, stretch, room)
        return sorted(chosen, key=lambda tick: tick.place)

    def stretches(self, stretch: Stretch) -> Iterator[tuple[str, float, float]]:
        """The words along a stretch, each with its two ends; without text where the scale has no word."""
        ends = (-math.inf, *map(log_odds, edges(self.words)), math.inf)
        for low, high in pairwise(ends):
            start, end = max(low, stretch.low), min(high, stretch.high)
            if start < end:
                word = self.words.word(probability((start + end) / 2))
                yield ("" if word.fit != "in" else word.text), start, end


def edges(words: Words) -> tuple[float, ...]:
    """Where the words of a scale begin and end, in rising order; both ends of a gap."""
    return tuple(sorted({edge for band in words.bands for edge in (band.low, band.high) if bounded(edge)}))


def _digits(*digits: int) -> tuple[float, ...]:
    """Probabilities of one digit in every power of ten below a tenth, tenths, and as near to 1."""
    near_0 = [digit * 10.0**power for power in (*range(-12, -2), -2) for digit in digits]
    near_1 = [1 - digit * 10.0**power for power in (*range(-6, -2), -2) for digit in digits]
    return (*near_0, *(digit / 10 for digit in digits), *(1 - digit / 10 for digit in digits), *near_1)


def _even(stretch: Stretch) -> list[float]:
    """Even steps in percent, where a stretch is so short that nothing rounder lies on it."""
    low, high = 100 * probability(stretch.low), 100 * probability(stretch.high)
    return [step / 100 for step in even_steps(low, high) if 0 < step < 100]


def even_steps(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from low to high at a distance of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(factor * power for factor in (1, 2, 5, 10) if (high - low) / (factor * power) <= most)
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _with_room(candidates: Iterable[Tick], chosen: Sequence[Tick], stretch: Stretch, room: Room) -> list[Tick]:
    """The chosen ticks, and the candidates on the stretch that have room between them."""
    ticks = list(chosen)
    for tick in candidates:
        half = room(tick.text) / 2
        inside = min(tick.place - stretch.low, stretch.high - tick.place) / stretch.unit >= half - GAP
        if inside and all(abs(tick.place - t.place) / stretch.unit >= half + room(t.text) / 2 + GAP for t in ticks):
            ticks.append(tick)
    return ticks


class NumberAxis(Struct, frozen=True, kw_only=True):
    """Plain numbers: degrees, decibans, percent."""

    label: str
    suffix: str = ""
    signed: bool = False
    low: float | None = None
    high: float | None = None
    """Ends that are always drawn, and never passed."""

    def place(self, value: float) -> float:
        """The value itself."""
        return value

    def stretch(self, values: Collection[float], length: float, sides: Sides) -> Stretch:
        """A stretch that holds all values; between fixed ends exactly those, but for a hair."""
        if self.low is not None and self.high is not None:
            return _padded(self.low, self.high, length, (2 * GAP, 2 * GAP))
        low, high = min(values, default=0.0), max(values, default=1.0)
        return _padded(low, high if high > low else low + 1, length, sides)

    def ticks(self, stretch: Stretch, room: Room) -> Sequence[Tick]:
        """Even steps."""
        texts = [(step, self._text(step)) for step in even_steps(stretch.low, stretch.high)]
        return _with_room([Tick(place=step, text=text) for step, text in texts], [], stretch, room)

    def _text(self, step: float) -> str:
        return minus(f"{step:{'+' if self.signed and step else ''}g}{self.suffix}")


type Axis = ProbabilityAxis | NumberAxis
type Spans = Sequence[tuple[float, float]]
"""Parts of the height of axes, in the unit of the other axis."""


def draw_across(axes: Axes, axis: Axis, stretch: Stretch, spans: Spans, *, words: bool = True) -> None:
    """Rule an axis from left to right, with lines over some spans; above it, the words that have room."""
    ticks = axis.ticks(stretch, lambda text: text_width(text, SMALL))
    axes.set_xticks([tick.place for tick in ticks], [tick.text for tick in ticks], fontsize=SMALL.size)
    axes.set_xlabel(axis.label, **SMALL.style)
    places = {tick.place: THRESHOLD if tick.threshold else GRID for tick in ticks}
    if isinstance(axis, ProbabilityAxis):
        places |= dict.fromkeys(map(log_odds, axis.thresholds(stretch)), THRESHOLD)
        if words:
            _words_above(axes, axis, stretch)
    for place, look in places.items():
        for span in spans:
            axes.plot([place, place], span, zorder=0, **look.style)


def _words_above(axes: Axes, axis: ProbabilityAxis, stretch: Stretch) -> None:
    for lines, middle in words_with_room(axis, stretch):
        for at, line in enumerate(reversed(lines)):
            place: Any = {"xy": (middle, 1), "xycoords": axes.get_xaxis_transform(), "ha": "center", "va": "baseline"}
            offset = (0, GAP / 2 + 2 + at * SMALL.leading)
            axes.annotate(line, **place, xytext=offset, textcoords="offset points", **SMALL.style)


def words_with_room(axis: Axis, stretch: Stretch) -> list[tuple[tuple[str, ...], float]]:
    """The words that fit above their part of a stretch in two lines, each with its middle."""
    if not isinstance(axis, ProbabilityAxis):
        return []
    result = []
    for word, low, high in axis.stretches(stretch):
        room = (high - low) / stretch.unit - GAP
        lines = wrapped(word, room, SMALL)
        if 0 < len(lines) <= 2 and max(text_width(part, SMALL) for part in word.split()) <= room:
            result.append((lines, (low + high) / 2))
    return result


def draw_upward(axes: Axes, axis: Axis, stretch: Stretch) -> None:
    """Rule an axis from bottom to top."""
    ticks = axis.ticks(stretch, lambda text: SMALL.size)
    axes.set_ylim(stretch.low, stretch.high)
    axes.set_yticks([tick.place for tick in ticks], [tick.text for tick in ticks], fontsize=SMALL.size)
    for tick in ticks:
        axes.axhline(tick.place, zorder=0, **(THRESHOLD if tick.threshold else GRID).style)
