"""The strip: one probability over the words of a scale; from left to right, or upward where the drawing is narrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, bounded, log_odds, probability, tick_percent
from estimative.reports.figures.chart import Key, draw_on
from estimative.reports.figures.style import (
    BAND,
    GAP,
    GREY,
    LABEL,
    LINK,
    NARROW,
    OTHER,
    PAPER,
    PRIOR,
    SHADED,
    SMALL,
    SPAN,
    STRONG,
    Fill,
    Lettering,
    Stroke,
)
from estimative.reports.figures.text import text_width, truncated, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

NUMBER = Lettering(size=17, bold=True)
SIDE, HALF = 12.0, (6.0, 6.0)
"""Free at the ends, and how near to them marks may be, in units."""
MAIN, OTHERS, DEPTHS = 42.0, 17.0, (15.0, 31.0)
"""Across the strip, in units: its depth, what each other analyst adds, where the result and its prior are."""
COLUMN, LEAST = 220.0, 15.0
"""Of the upward strip, in units: the width of the words, and the height of the narrowest word."""
POWERS = tuple(power for exponent in range(-6, -2) for power in (10.0**exponent, 1 - 10.0**exponent))
CLEAR, INTERVAL = Fill(colour=PAPER, edge="none"), Stroke(colour=SPAN.colour, width=SPAN.width)
FRAME, FINE = Stroke(colour=GREY, width=0.8), Stroke(colour=GREY, width=0.4)

type Place = Callable[[float, float], tuple[float, float]]
"""From units along and across the strip to units of the drawing."""


class _Band(Struct, frozen=True, kw_only=True):
    """A word and its part of the strip, in units from the low end."""

    word: str
    """Or "below 1%", where the scale has none."""
    ends: str
    """Its range; empty where the scale has no word."""
    low: float
    high: float
    shade: Fill
    strong: bool
    """Holds the probability."""

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def look(self) -> Lettering:
        return STRONG if self.strong else LABEL

    def lines(self, *, lowered: bool = False) -> list[tuple[str, Lettering]]:
        """The word and its range; on short lines where it stands directly under its band."""
        longest = max((text_width(part, self.look) for part in self.word.split()), default=0.0)
        words = wrapped(self.word, 999 if lowered else max(self.high - self.low - GAP, longest), self.look)
        return [(line, self.look) for line in words] + ([(self.ends, SMALL)] if self.ends else [])

    def place(self, length: float, *, lowered: bool = False) -> tuple[float, float]:
        """The middle of its lines, which stay within a length, and half their width."""
        half = max((text_width(line, look) for line, look in self.lines(lowered=lowered)), default=0.0) / 2
        return min(max(self.middle, half), length - half), half


class NamedProbability(Struct, frozen=True, kw_only=True):
    """The probability of another analyst."""

    name: str
    value: float
    text: str


class Strip(Struct, frozen=True, kw_only=True):
    """A probability with its interval over the words of a scale."""

    axis: ProbabilityAxis
    point: float
    low: float
    high: float
    prior: float
    text: str
    """The number."""
    range_text: str
    """The interval."""
    others: tuple[NamedProbability, ...] = ()
    key: Key = ()
    sentences: Sequence[str]

    def _stretch(self, length: float) -> Stretch:
        """From the first word to the last; a word that reaches to 0 or 1 gets a part of its own width."""
        bands, others = self.axis.words.bands, [other.value for other in self.others]
        ends = (bands[0].low or bands[0].high / 3, bands[-1].high if bands[-1].high < 1 else (2 + bands[-1].low) / 3)
        return self.axis.stretch((self.point, self.low, self.high, self.prior, *others, *ends), length, (SIDE, SIDE))

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the strip; return the bottom edge."""
        return self._upward(canvas, left, top) if width <= NARROW else self._across(canvas, left, top, width)

    def draw_into(self, axes: Axes) -> float:
        """Draw the strip into given axes, whose unit becomes that of the drawing; return its height."""
        return draw_on(axes, self)

    def _bands(self, stretch: Stretch) -> Iterator[_Band]:
        """Every part of the strip from its low end on."""
        for at, (word, low, high) in enumerate(self.axis.stretches(stretch)):
            band, strong = self.axis.words.band(word) if word else None, low <= log_odds(self.point) < high
            phrase = self.axis.words.word(probability((low + high) / 2))
            yield _Band(
                word=word or (phrase.text.replace(" %", "%") if phrase.fit == "outside" else ""),
                ends=f"{100 * band.low:g}\u2013{100 * band.high:g}%" if band else "",
                low=(low - stretch.low) / stretch.unit,
                high=(high - stretch.low) / stretch.unit,
                shade=BAND if strong else SHADED if at % 2 else CLEAR,
                strong=strong,
            )

    def _track(self, canvas: Canvas, stretch: Stretch, depth: float, at: Place) -> None:
        """The bands, and on them the marks; at a depth across the strip."""
        for band in self._bands(stretch):
            (x, y), (right, bottom) = at(band.low, 0), at(band.high, depth)
            canvas.area(min(x, right), min(y, bottom), abs(right - x), abs(bottom - y), band.shade, zorder=0)
            canvas.line([at(band.low, 0), at(band.low, depth)], FINE, zorder=0)
        for edge in (0, depth):
            canvas.line([at(0, edge), at(stretch.length, edge)], FRAME)
        upper, lower = DEPTHS
        canvas.line([at(_units(end, stretch), upper) for end in (self.low, self.high)], INTERVAL)
        for value, look, across in ((self.point, SPAN, upper), (self.prior, PRIOR, lower)):
            marker = look.marker if bounded(value) else "D"
            canvas.line([at(_units(value, stretch), across)], replace(look, marker=marker), zorder=5)

    def _across(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """From left to right: the number above, the other analysts on the strip, the words below."""
        stretch, depth = self._stretch(width), MAIN + OTHERS * len(self.others)
        size = text_width(self.text, NUMBER)
        room = size + GAP + text_width(self.range_text, SMALL)
        x = left + min(max(_units(self.point, stretch) - size / 2, 0), width - room)
        canvas.text(x, top + NUMBER.size, self.text, NUMBER)
        canvas.text(x + size + GAP, top + NUMBER.size, self.range_text, SMALL)
        top += NUMBER.leading + 2
        self._track(canvas, stretch, depth, lambda along, across: (left + along, top + across))
        for at, other in enumerate(self.others):
            along, y = _units(other.value, stretch), top + MAIN + OTHERS * at
            canvas.line([(left + along, y + 4)], OTHER, zorder=4)
            right = along > width / 2
            text = truncated(f"{other.text} {other.name}", (along if right else width - along) - 3 * GAP, SMALL)
            offset = -1.5 * GAP if right else 1.5 * GAP
            canvas.text(left + along + offset, y + 8, text, SMALL, "right" if right else "left")
        return self._words_below(canvas, stretch, left, top + depth)

    def _words_below(self, canvas: Canvas, stretch: Stretch, left: float, top: float) -> float:
        """The words under their bands; the word of a narrow band goes below those of its neighbours."""
        taken: list[tuple[float, float]] = []
        lowered, bottom = [], top
        for band in sorted(self._bands(stretch), key=lambda band: band.low - band.high):
            x, half = band.place(stretch.length)
            if any(x + half > low and x - half < high for low, high in taken):
                lowered.append(band)
                continue
            start = top + GAP / 2 + (0 if band.ends else _powers(canvas, stretch, left, top, band))
            taken.append((x - half - GAP / 2, x + half + GAP / 2))
            bottom = max(bottom, _centred(canvas, band.lines(), left + x, start))
        upper, right = bottom + GAP, -math.inf
        for band in sorted((band for band in lowered if band.ends), key=lambda band: band.low):
            x, half = band.place(stretch.length, lowered=True)
            start = upper if x - half > right else bottom + GAP / 2
            canvas.line([(left + band.middle, top), (left + band.middle, start)], LINK)
            bottom, right = max(bottom, _centred(canvas, band.lines(lowered=True), left + x, start)), x + half + GAP
        return bottom

    def _upward(self, canvas: Canvas, left: float, top: float) -> float:
        """From bottom to top: the words left, the numbers right."""
        inner = [band for band in self.axis.words.bands if bounded(band.low) and bounded(band.high)]
        span, narrowest = self._stretch(1000.0), min(log_odds(b.high) - log_odds(b.low) for b in inner)
        length = min(max((span.high - span.low) * LEAST / narrowest, 300.0), 500.0)
        stretch, right = self._stretch(length), left + COLUMN + MAIN
        self._track(canvas, stretch, MAIN, lambda along, across: (left + COLUMN + across, top + length - along))
        for band in self._bands(stretch):
            base = top + length - band.middle + 0.35 * LABEL.size
            canvas.line([(left, top + length - band.low), (left + COLUMN, top + length - band.low)], FINE)
            if band.word and band.high - band.low >= LABEL.size:
                room = COLUMN - text_width(band.ends, SMALL) - 2 * GAP
                canvas.text(left, base, truncated(band.word, room, band.look), band.look)
                canvas.text(left + COLUMN - GAP, base, band.ends, SMALL, "right")
        blocks = [(self.point, [(self.text, NUMBER), *_small(self.range_text, NARROW - right - 2 * GAP)])]
        for other in self.others:
            canvas.line([(right - GAP, top + length - _units(other.value, stretch))], OTHER, zorder=4)
            blocks.append((other.value, _small(f"{other.text} {other.name}", NARROW - right - 2 * GAP)))
        bottom = top
        for value, lines in sorted(blocks, key=lambda block: -block[0]):
            height = sum(look.leading for _, look in lines)
            bottom = max(bottom, top + length - _units(value, stretch) - height / 2)
            for line, look in lines:
                bottom = canvas.lines(right + GAP, bottom, [line], look)
        return max(top + length, bottom)


def _units(value: float, stretch: Stretch) -> float:
    """Where a probability is, in units from the low end."""
    return (stretch.inside(log_odds(value), HALF) - stretch.low) / stretch.unit


def _small(text: str, room: float) -> list[tuple[str, Lettering]]:
    return [(line, SMALL) for line in wrapped(text, room, SMALL, lines=2)]


def _centred(canvas: Canvas, lines: Sequence[tuple[str, Lettering]], x: float, y: float) -> float:
    for line, look in lines:
        y = canvas.lines(x, y, [line], look, "center")
    return y


def _powers(canvas: Canvas, stretch: Stretch, left: float, top: float, band: _Band) -> float:
    """Powers of ten where the scale has no word; return the height that they take."""
    height = 0.0
    for power in POWERS:
        place, half = (log_odds(power) - stretch.low) / stretch.unit, text_width(tick_percent(power), SMALL) / 2
        if band.low + half <= place <= band.high - half:
            canvas.line([(left + place, top), (left + place, top + 4)], LINK)
            canvas.lines(left + place, top + GAP / 2, [tick_percent(power)], SMALL, "center")
            height = SMALL.leading
    return height
