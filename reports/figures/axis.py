"""Axes: probability on a scale of log-odds with the borders of a scale of words, and decibans."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from estimative.priors.verbal_scale import ICD203
from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.figures.style import BORDER, GAP, GRID, NUMBER, SMALL, Stroke
from estimative.reports.figures.text import minus, plain, width_of, wrapped
from estimative.reports.wording import DECIBANS

LOWEST = 1e-12
"""What is less is as good as 0 on an axis; as near to 1, as good as 1."""
LEAST_SPAN = 0.4
"""Of an axis, in natural log-odds."""
MOST_SIDE = 0.4
"""Of an axis, that may be left free at either side."""
SMALL_POWERS, LARGE_POWERS = range(-12, -2), range(-6, -2)
"""Of ten: of probabilities that are numbered, and of how far others are from 1."""
POWERS = (*(10.0**power for power in SMALL_POWERS), *(1 - 10.0**power for power in LARGE_POWERS))
PROBABILITY = "Probability (%, on a scale of log-odds)"

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

type Extent = Callable[[str], float]
"""How much room a number takes along an axis, in units."""


def bounded(probability: float) -> bool:
    """Whether it has a place on an axis: 0 and 1 have none."""
    return LOWEST < probability < 1 - LOWEST


def log_odds(probability: float) -> float:
    """Natural log-odds; of 0 and of 1, a number beyond every axis."""
    inside = min(max(probability, LOWEST), 1 - LOWEST)
    return math.log(inside) - math.log1p(-inside)


def percent(probability: float) -> str:
    """A round probability as it stands at a tick: "0.1 %", "2·10⁻⁵ %"."""
    digits, _, power = f"{100 * probability:.10g}".partition("e-")
    if not power:
        return f"{digits} %"
    return f"{digits}·10⁻{str(int(power)).translate(RAISED)} %".removeprefix("1·")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a scale and the part of an axis that it covers, in natural log-odds."""

    text: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A stretch of natural log-odds and how long it is drawn, in units."""

    low: float
    high: float
    length: float
    yardstick: Words = ICD203
    """Of the words."""

    @classmethod
    def over(cls, places: Collection[float], length: float, *, side: float, yardstick: Words = ICD203) -> Scale:
        """A scale that holds some log-odds, with as many units of room at either side as there can be."""
        side = min(side, MOST_SIDE * length)
        low, high = min(places), max(places)
        lacking = max(LEAST_SPAN - (high - low), 0.0) / 2
        low, high = low - lacking, high + lacking
        unit = (high - low) / (length - 2 * side)
        return cls(low=low - side * unit, high=high + side * unit, length=length, yardstick=yardstick)

    @property
    def per_unit(self) -> float:
        """Log-odds to the unit."""
        return (self.high - self.low) / self.length

    def units(self, difference: float) -> float:
        """How long a difference in log-odds is drawn."""
        return difference / self.per_unit

    def holds(self, probability: float) -> bool:
        return self.low <= log_odds(probability) <= self.high

    def borders(self) -> tuple[float, ...]:
        """Probabilities on it at which a word begins or ends."""
        return tuple(filter(self.holds, edges_of(self.yardstick)))

    @property
    def note(self) -> str:
        """What the dotted lines are; empty where there are none."""
        return f"Dotted lines: borders of the {self.yardstick.title} words." if self.borders() else ""

    @property
    def naming_note(self) -> str:
        """The same, with the words: there may be no room for them on the axis."""
        if not self.borders():
            return ""
        low, high = (1 / (1 + math.exp(-end)) for end in (self.low, self.high))
        bands = [band for band in self.yardstick.bands if band.low < high and band.high > low]
        named = [f"{band.words[0]} {100 * band.low:g} to {100 * band.high:g} %" for band in bands]
        return f"Dotted lines: borders of the {self.yardstick.title} words ({', '.join(named)})."

    def ticks(self, extent: Extent) -> tuple[float, ...]:
        """Probabilities to be numbered: borders and powers of ten, and rounder ones before less round ones."""
        chosen: list[float] = []
        ranks = (
            ((*edges_of(self.yardstick), *POWERS), 1),
            (_digits(2, 5), 4),
            (_digits(3, 7), 4),
            (_digits(4, 6, 8), 3),
            (self._even(), 2),
        )
        for rank, enough in ranks:
            if len(chosen) < enough:
                chosen += self._apart(rank, chosen, extent)
        return tuple(sorted(chosen))

    def _apart(self, candidates: Iterable[float], chosen: Sequence[float], extent: Extent) -> list[float]:
        """Those that have room beside the ones chosen and beside each other."""
        found: list[float] = []
        for one in filter(self.holds, candidates):
            if all(self._distance(one, other) >= _needed(one, other, extent) for other in (*chosen, *found)):
                found.append(one)
        return found

    def _distance(self, one: float, other: float) -> float:
        return abs(self.units(log_odds(one) - log_odds(other)))

    def _even(self) -> Iterator[float]:
        """Even steps of per cent, where the scale is so short that nothing rounder lies on it."""
        low, high = (100 / (1 + math.exp(-end)) for end in (self.low, self.high))
        steps = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low, high)
        return (float(step) / 100 for step in steps if 0 < step < 100)

    def words(self) -> Iterator[Word]:
        """The words that cover a part of the scale, from the least probable on."""
        edges = (-math.inf, *map(log_odds, edges_of(self.yardstick)), math.inf)
        for low, high in pairwise(edges):
            start, end = max(low, self.low), min(high, self.high)
            if start < end:
                yield Word(text=_word((start + end) / 2, self.yardstick), low=start, high=end)


def edges_of(yardstick: Words) -> tuple[float, ...]:
    """Where its words begin and end, in rising order; both ends of a gap."""
    return tuple(sorted({edge for band in yardstick.bands for edge in (band.low, band.high) if bounded(edge)}))


def _word(place: float, yardstick: Words) -> str:
    """What stands over a stretch, by its middle."""
    found = yardstick.word(1 / (1 + math.exp(-place)))
    match found.fit:
        case "in":
            return plain(found.text)
        case "outside":
            return f"no word {found.text}"
        case "nearest":
            return "no word"


def _needed(one: float, other: float, extent: Extent) -> float:
    return (extent(percent(one)) + extent(percent(other))) / 2 + GAP


def _digits(*digits: int) -> tuple[float, ...]:
    """Probabilities of one digit in every power of ten below a tenth, tenths, and as near to 1."""
    near_0 = [digit * 10.0**power for power in (*SMALL_POWERS, -2) for digit in digits]
    near_1 = [1 - digit * 10.0**power for power in (*LARGE_POWERS, -2) for digit in digits]
    return (*near_0, *(digit / 10 for digit in digits), *(1 - digit / 10 for digit in digits), *near_1)


def across(axes: Axes, scale: Scale, label: str) -> None:
    """Probability from left to right, with a line at every number."""
    ticks = scale.ticks(lambda text: width_of(text, NUMBER))
    axes.set_xlim(scale.low, scale.high)
    axes.set_xticks([log_odds(tick) for tick in ticks], [percent(tick) for tick in ticks], fontsize=NUMBER.size)
    axes.set_xlabel(label, **NUMBER.drawn)
    for tick in ticks:
        axes.axvline(log_odds(tick), **_line(tick, scale).drawn, zorder=0)


def upward(axes: Axes, scale: Scale, label: str) -> None:
    """Probability from below to above, with a line at every number."""
    ticks = scale.ticks(lambda text: NUMBER.size)
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks([log_odds(tick) for tick in ticks], [percent(tick) for tick in ticks], fontsize=NUMBER.size)
    axes.set_ylabel(label, **NUMBER.drawn)
    for tick in ticks:
        axes.axhline(log_odds(tick), **_line(tick, scale).drawn, zorder=0)


def _line(tick: float, scale: Scale) -> Stroke:
    return BORDER if tick in scale.borders() else GRID


def worded_across(axes: Axes, scale: Scale, top: float, *, most: int = 1) -> None:
    """The words' borders on an axis from left to right, and over it the words that have room, in so many lines."""
    for border in scale.borders():
        axes.axvline(log_odds(border), **BORDER.drawn, zorder=0)
    for word in scale.words():
        room = scale.units(word.high - word.low) - GAP
        lines, widest = wrapped(word.text, room, SMALL), max(width_of(part, SMALL) for part in word.text.split(" "))
        if len(lines) <= most and widest <= room:
            for place, line in enumerate(reversed(lines)):
                base = top - place * SMALL.leading
                axes.text((word.low + word.high) / 2, base, line, ha="center", **SMALL.drawn)


def worded_upward(axes: Axes, scale: Scale) -> None:
    """The words' borders on an axis from below to above, and beside it the words that have room."""
    for border in scale.borders():
        axes.axhline(log_odds(border), **BORDER.drawn, zorder=0)
    for word in scale.words():
        if SMALL.size <= scale.units(word.high - word.low):
            middle, beside = (word.low + word.high) / 2, axes.get_yaxis_transform()
            axes.text(1.015, middle, word.text, va="center_baseline", transform=beside, **SMALL.drawn)


def decibans_across(axes: Axes, scale: Scale, start: float, label: str) -> Axes:
    """A second axis on top: decibans from a start that is given in natural log-odds."""
    low, high = ((end - start) * DECIBANS for end in (scale.low, scale.high))
    steps = MaxNLocator(nbins=7, steps=[1, 2, 5, 10]).tick_values(low, high)
    ticks = [round(float(step), 9) for step in steps if low <= step <= high]
    second = axes.twiny()
    second.set_xlim(low, high)
    second.set_xticks(ticks, [minus(f"{tick:+g}") if tick else "0" for tick in ticks])
    second.tick_params(labelsize=NUMBER.size)
    second.spines["left"].set_visible(False)
    second.set_xlabel(label, **NUMBER.drawn)
    return second
