"""The strip: one probability over the words of a scale; from left to right, or upward where the drawing is narrow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, bounded, log_odds, probability, tick_percent
from estimative.reports.figures.chart import Key
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
    WIDE,
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
"""Free at the ends, in units."""
MAIN, OTHERS = 40.0, 17.0
"""Height of the strip with one number, and of what each other number adds."""
COLUMN, TRACK = 222.0, 40.0
"""Of the upward strip: where it begins, and its width."""
LEAST = 15.0
"""Of the upward strip: the height of the narrowest band."""
POWERS = (1e-6, 1e-5, 1e-4, 1e-3)
CLEAR = Fill(colour=PAPER, edge="none")
FRAME, EDGE = Stroke(colour=GREY, width=0.8), Stroke(colour=GREY, width=0.4)


@dataclass(frozen=True, kw_only=True)
class _Band:
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

    def half(self, *, lowered: bool = False) -> float:
        """Half the width of its lines."""
        return max((text_width(line, look) for line, look in self.lines(lowered=lowered)), default=0.0) / 2


@dataclass(frozen=True, kw_only=True)
class NamedProbability:
    """The probability of another analyst."""

    name: str
    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Strip:
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
        bands = self.axis.words.bands
        values = (self.point, self.low, self.high, self.prior, *(other.value for other in self.others))
        return self.axis.stretch([*values, bands[0].low, bands[-1].high], length, (SIDE, SIDE))

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the strip; return the bottom edge."""
        return self._upward(canvas, left, top) if width <= NARROW else self._across(canvas, left, top, width)

    def draw_into(self, axes: Axes) -> None:
        """Draw the strip into given axes, whose unit becomes that of the drawing."""
        from estimative.reports.figures.canvas import Canvas

        canvas = Canvas(WIDE, axes)
        canvas.finish(self.draw(canvas, GAP, GAP, WIDE - 2 * GAP))

    def _bands(self, stretch: Stretch) -> list[_Band]:
        """Every part of the strip from its low end on."""
        bands = []
        for at, (word, low, high) in enumerate(self.axis.stretches(stretch)):
            band, strong = self.axis.words.band(word) if word else None, low <= log_odds(self.point) < high
            outside = self.axis.words.word(probability((low + high) / 2))
            bands.append(
                _Band(
                    word=word or (outside.text.replace(" %", "%") if outside.fit == "outside" else ""),
                    ends=f"{100 * band.low:g}\u2013{100 * band.high:g}%" if band else "",
                    low=(low - stretch.low) / stretch.unit,
                    high=(high - stretch.low) / stretch.unit,
                    shade=BAND if strong else SHADED if at % 2 else CLEAR,
                    strong=strong,
                )
            )
        return bands

    def _across(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        stretch = self._stretch(width)

        def x(probability: float) -> float:
            return left + (stretch.inside(log_odds(probability), HALF) - stretch.low) / stretch.unit

        top = self._number(canvas, x(self.point), left, top, width)
        height = MAIN + OTHERS * len(self.others)
        for band in self._bands(stretch):
            canvas.area(left + band.low, top, band.high - band.low, height, band.shade, zorder=0)
            canvas.line([(left + band.low, top), (left + band.low, top + height)], EDGE, zorder=0)
        canvas.line([(left, top), (left + width, top)], FRAME)
        canvas.line([(left, top + height), (left + width, top + height)], FRAME)
        canvas.line([(x(self.low), top + 15), (x(self.high), top + 15)], _unmarked(SPAN))
        _mark(canvas, x(self.point), top + 15, self.point, SPAN)
        _mark(canvas, x(self.prior), top + 30, self.prior, PRIOR)
        for at, other in enumerate(self.others):
            self._other_across(canvas, other, x(other.value), top + MAIN + OTHERS * at, left + width)
        return self._words_below(canvas, stretch, left, top + height)

    def _number(self, canvas: Canvas, x: float, left: float, top: float, width: float) -> float:
        """The number above its mark, with the interval."""
        room = text_width(self.text, NUMBER) + GAP + text_width(self.range_text, SMALL)
        start = min(max(x - text_width(self.text, NUMBER) / 2, left), left + width - room)
        canvas.text(start, top + NUMBER.size, self.text, NUMBER)
        canvas.text(start + text_width(self.text, NUMBER) + GAP, top + NUMBER.size, self.range_text, SMALL)
        return top + NUMBER.leading + 2

    @staticmethod
    def _other_across(canvas: Canvas, other: NamedProbability, x: float, top: float, right: float) -> None:
        canvas.line([(x, top + 4)], OTHER, zorder=4)
        text = f"{other.text} {other.name}"
        fits = x + 2 * GAP + text_width(text, SMALL) < right
        canvas.text(x + 1.5 * GAP if fits else x - 1.5 * GAP, top + 8, text, SMALL, "left" if fits else "right")

    def _words_below(self, canvas: Canvas, stretch: Stretch, left: float, top: float) -> float:
        """The words under their bands; the word of a narrow band goes below those of its neighbours."""
        taken: list[tuple[float, float]] = []
        lowered, bottom = [], top
        for band in sorted(self._bands(stretch), key=lambda band: band.low - band.high):
            x, half = _clamped(band.middle, band.half(), stretch.length), band.half()
            if any(x + half > low and x - half < high for low, high in taken):
                lowered.append(band)
                continue
            start = top + GAP / 2 + (0 if band.ends else self._powers(canvas, stretch, left, top, band))
            taken.append((x - half - GAP / 2, x + half + GAP / 2))
            bottom = max(bottom, self._lines(canvas, band.lines(), left + x, start))
        upper, right = bottom + GAP, -math.inf
        for band in sorted((band for band in lowered if band.ends), key=lambda band: band.low):
            x, half = _clamped(band.middle, band.half(lowered=True), stretch.length), band.half(lowered=True)
            start = upper if x - half > right else bottom + GAP / 2
            canvas.line([(left + band.middle, top), (left + band.middle, start)], LINK)
            bottom, right = max(bottom, self._lines(canvas, band.lines(lowered=True), left + x, start)), x + half + GAP
        return bottom

    @staticmethod
    def _lines(canvas: Canvas, lines: Sequence[tuple[str, Lettering]], x: float, y: float) -> float:
        for line, look in lines:
            y = canvas.lines(x, y, [line], look, "center")
        return y

    @staticmethod
    def _powers(canvas: Canvas, stretch: Stretch, left: float, top: float, band: _Band) -> float:
        """Powers of ten where the scale has no word; return the height that they take."""
        height = 0.0
        for power in (*POWERS, *(1 - power for power in POWERS)):
            place = (log_odds(power) - stretch.low) / stretch.unit
            text = tick_percent(power)
            half = text_width(text, SMALL) / 2
            if band.low + half <= place <= band.high - half:
                canvas.line([(left + place, top), (left + place, top + 4)], LINK)
                canvas.lines(left + place, top + GAP / 2, [text], SMALL, "center")
                height = SMALL.leading
        return height

    def _upward(self, canvas: Canvas, left: float, top: float) -> float:
        narrowest = min(
            log_odds(b.high) - log_odds(b.low) for b in self.axis.words.bands if bounded(b.low) and bounded(b.high)
        )
        span = self._stretch(1000.0)
        length = min(max((span.high - span.low) * LEAST / narrowest, 300.0), 500.0)
        stretch = self._stretch(length)
        middle, right = left + COLUMN + TRACK / 3, left + COLUMN + TRACK

        def y(place: float) -> float:
            return top + length - (stretch.inside(place, HALF) - stretch.low) / stretch.unit

        for band in self._bands(stretch):
            canvas.area(left + COLUMN, top + length - band.high, TRACK, band.high - band.low, band.shade, zorder=0)
            base = top + length - band.middle + 0.35 * LABEL.size
            if band.word and band.high - band.low >= LABEL.size:
                room = COLUMN - text_width(band.ends, SMALL) - 2 * GAP
                canvas.text(left, base, truncated(band.word, room, band.look), band.look)
                canvas.text(left + COLUMN - GAP, base, band.ends, SMALL, "right")
        for edge in self.axis.thresholds(stretch):
            canvas.line([(left, y(log_odds(edge))), (right, y(log_odds(edge)))], EDGE)
        for power in POWERS:
            if stretch.low < log_odds(power) < log_odds(self.axis.words.bands[0].low):
                canvas.text(left + COLUMN - GAP, y(log_odds(power)) + 4, tick_percent(power), SMALL, "right")
                canvas.line([(left + COLUMN - 3, y(log_odds(power))), (left + COLUMN, y(log_odds(power)))], LINK)
        canvas.line([(left + COLUMN, top), (left + COLUMN, top + length)], FRAME)
        canvas.line([(right, top), (right, top + length)], FRAME)
        canvas.line([(middle, y(log_odds(self.low))), (middle, y(log_odds(self.high)))], _unmarked(SPAN))
        _mark(canvas, middle, y(log_odds(self.point)), self.point, SPAN)
        _mark(canvas, middle + TRACK / 3, y(log_odds(self.prior)), self.prior, PRIOR)
        self._texts_right(canvas, right + GAP, [y(log_odds(p)) for p in (self.point, *(o.value for o in self.others))])
        return top + length

    def _texts_right(self, canvas: Canvas, x: float, places: Sequence[float]) -> None:
        """The number, and below or above it those of the others, none over another."""
        room = NARROW - x - 2
        blocks = [
            (places[0], [(self.text, NUMBER), *((line, SMALL) for line in wrapped(self.range_text, room, SMALL))])
        ]
        for other, place in zip(self.others, places[1:], strict=True):
            canvas.line([(x - 2 * GAP, place)], OTHER, zorder=4)
            blocks.append(
                (place, [(line, SMALL) for line in wrapped(f"{other.text} {other.name}", room, SMALL, lines=2)])
            )
        blocks.sort(key=lambda block: block[0])
        heights = [sum(look.leading for _, look in lines) for _, lines in blocks]
        for top, (_, lines) in zip(spread([p for p, _ in blocks], heights), blocks, strict=True):
            y = top
            for line, look in lines:
                y = canvas.lines(x, y, [line], look)


def spread(middles: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Top edges of blocks near their middles, in rising order, none over another."""
    tops: list[float] = []
    for middle, height in zip(middles, heights, strict=True):
        tops.append(max(middle - height / 2, tops[-1] + heights[len(tops) - 1] + 2) if tops else middle - height / 2)
    return tops


def _unmarked(look: Stroke) -> Stroke:
    return Stroke(colour=look.colour, width=look.width)


def _mark(canvas: Canvas, x: float, y: float, value: float, look: Stroke) -> None:
    """A marker; a triangle for 0 and 1, which are beyond every axis."""
    canvas.line(
        [(x, y)], look if bounded(value) else Stroke(colour=look.colour, width=0, marker="^", size=look.size), 5
    )


def _clamped(middle: float, half: float, length: float) -> float:
    """The middle of a text that stays within the strip."""
    return min(max(middle, half), length - half)
