"""The waterfall: from one analyst's headline to another's, block by block and quantity by quantity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.comparison import wording as words
from estimative.reports.comparison.document import LEAST_SHARE
from estimative.reports.comparison.summary import Attribution, Comparison, Decomposition, Share
from estimative.reports.document import alone
from estimative.reports.figures.axis import PROBABILITY, Scale, across, bounded, decibans_across, log_odds
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.marks import SIDE
from estimative.reports.figures.notes import cautions, exactness, origin_of_several
from estimative.reports.figures.style import (
    DARK,
    FRAMED,
    GAP,
    GRID,
    INK,
    LABEL,
    LIGHT,
    LINK,
    MARGIN,
    NUMBER,
    STRONG,
    VALUE,
    WIDTH,
    NothingToPlot,
)
from estimative.reports.figures.text import brief, cut, minus
from estimative.reports.report.summary import Report
from estimative.reports.summary import Number, Probability
from estimative.reports.wording import DECIBANS, decibans, percent, plain_decibans, plural, rounded, spoken

MOST = 8
"""Quantities of a block that are shown by themselves."""
TOTAL, BLOCK, QUANTITY = 22.0, 22.0, 16.0
"""Heights of rows, in units."""
BAR, FRAME = 9.0, 13.0
"""Heights of bars, in units: of a quantity, of a block."""
HEAD, FOOT = 30.0, 36.0
"""For the numbers and names of the axes above and below."""
NAMES, TOLD = 226.0, 82.0
"""Where the names end, and how wide the column of numbers is."""
FINEST = 0.01
"""Decibans, to which a small share is told."""
SHARED = (
    "Each bar is what a quantity on which they disagree accounts for, averaged over all orders in which the priors of "
    "one could be exchanged for the other's (Shapley); framed, what a block of them comes to."
)
MISSING = (
    "The headlines are of each analyst's own fit, the shares of fits with draws in common: the last bar may miss the "
    "second headline by their errors."
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A share and the way that it takes the headline, in natural log-odds."""

    name: str
    share: Number
    """With the error of sampling orders in it."""
    start: float
    whole: bool
    """Whether it is a block."""

    @property
    def end(self) -> float:
        return self.start + self.share.value

    @property
    def up(self) -> bool:
        return self.share.value >= 0

    @property
    def height(self) -> float:
        return BLOCK if self.whole else QUANTITY


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is between two analysts, told from the lower up."""

    found: Comparison
    attribution: Attribution
    title: str
    low: Probability
    high: Probability
    rows: tuple[Row, ...]

    @property
    def start(self) -> float:
        return log_odds(self.low.probability)

    @property
    def height(self) -> float:
        return 2 * TOTAL + sum(row.height for row in self.rows)

    def scale(self, yardstick: Words) -> Scale:
        """An axis that holds both headlines and every bar."""
        places = [self.start, log_odds(self.high.probability), *(row.end for row in self.rows)]
        return Scale.over(places, WIDTH - MARGIN - TOLD - NAMES, side=SIDE, yardstick=yardstick)


def waterfall(report: Report) -> Canvas:
    """The difference between two analysts, shared out.

    Raises
    ------
    Nothing
        If no difference was shared out, the two agree on everything, or one of the headlines is certain or impossible.
    """
    gap = _gap(report)
    scale = gap.scale(report.scale)
    with Canvas.with_room("waterfall", _around(report, gap, scale), HEAD + gap.height + FOOT) as sheet:
        _draw(sheet, gap, scale)
    return sheet


def _gap(report: Report) -> Gap:
    found = report.comparison
    if not found or not found.attribution:
        raise NothingToPlot("No difference between two analysts was shared out.")
    attribution, headline = words.oriented(found.attribution), found.outcomes[found.scenario.headline]
    low, high = (headline.analysts[name] for name in (attribution.second, attribution.first))
    if not attribution.decomposition.quantities:
        raise NothingToPlot(f"{attribution.first} and {attribution.second} agree on everything.")
    if not bounded(low.probability) or not bounded(high.probability):
        raise NothingToPlot("A headline is certain or impossible: the way to it has no end.")
    return Gap(
        found=found,
        attribution=attribution,
        title=headline.title,
        low=low,
        high=high,
        rows=tuple(_rows(attribution.decomposition, log_odds(low.probability))),
    )


def _rows(found: Decomposition, start: float) -> Iterator[Row]:
    """Each block, then its quantities from the largest on; what is too small to matter, together."""
    for block in found.blocks:
        yield Row(name=block.name, share=_number(block), start=start, whole=True)
        for name, share in _members([one for one in found.quantities if one.block == block.block]):
            yield Row(name=name, share=share, start=start, whole=False)
            start += share.value


def _members(shares: Sequence[Share]) -> Iterator[tuple[str, Number]]:
    ranked = sorted(shares, key=lambda share: -abs(share.share.value))
    large = [share for share in ranked if abs(share.share.value) >= LEAST_SHARE][:MOST]
    rest = ranked[len(large) :]
    alone_shown = ranked if len(rest) == 1 else large
    for share in alone_shown:
        yield spoken(share.name), _number(share)
    if len(rest) > 1:
        error = math.hypot(*(words.error_of(share) for share in rest))
        together = Number(value=sum(share.share.value for share in rest), se=error)
        yield plural(len(rest), "other, together", "others, together"), together


def _number(share: Share) -> Number:
    return Number(value=share.share.value, se=words.error_of(share))


def _told(share: Number) -> str:
    """In decibans with its error; of a share that is next to nothing, without."""
    if abs(share.value) >= LEAST_SHARE:
        return decibans(share)
    return rounded(DECIBANS * share.value, max(DECIBANS * share.se, FINEST), signed=True)


def _around(report: Report, gap: Gap, scale: Scale) -> FigureText:
    found, attribution = gap.found, gap.attribution
    subtitle = (f"{alone(gap.title)}, by {found.scenario.until}. {SHARED}",)
    names = (attribution.second, attribution.first)
    return FigureText(
        title=_title(attribution),
        subtitle=subtitle,
        caution=cautions(report, found.caution),
        key=((DARK, "raises the headline"), (LIGHT, "lowers it"), (FRAMED, "a block")),
        notes=(
            f"{exactness('the shares', [row.share.se for row in gap.rows])} {MISSING}",
            scale.naming_note,
            origin_of_several(found.scenario, [found.analysts[name].prior_set for name in names], found.computation),
        ),
        description=(*subtitle, *_sentences(gap)),
    )


def _title(found: Attribution) -> str:
    """What is seen first: the quantity that separates them most."""
    gap, names = found.decomposition.gap, f"{found.first} and {found.second}"
    if abs(gap.value) <= words.CERTAIN * gap.se:
        return f"What {names} disagree on comes to nothing together"
    most = max(found.decomposition.quantities, key=lambda share: share.share.value)
    if most.share.value <= words.CERTAIN * words.error_of(most):
        return f"Nothing by itself separates {names}"
    told = plain_decibans(_number(most))
    return f"What separates {names} most is {spoken(most.name)}: {told} of {plain_decibans(gap)} decibans"


def _sentences(gap: Gap) -> Iterator[str]:
    """Every row in words."""
    first, second = gap.attribution.first, gap.attribution.second
    yield f"{second}: {percent(gap.low.probability, gap.low.se)}."
    for row in gap.rows:
        yield f"{'Block ' if row.whole else ''}{row.name}: {minus(_told(row.share))} decibans."
    yield f"{first}: {percent(gap.high.probability, gap.high.se)}."
    yield f"Together {minus(decibans(gap.attribution.decomposition.gap))} decibans."


def _draw(sheet: Canvas, gap: Gap, scale: Scale) -> None:
    top, right = sheet.top + HEAD, WIDTH - MARGIN
    axes = sheet.axes(NAMES, top, scale.length, gap.height)
    axes.set_ylim(gap.height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    across(axes, scale, PROBABILITY)
    decibans_across(axes, scale, gap.start, f"Decibans from {cut(gap.attribution.second, scale.length / 2, NUMBER)}")
    sheet.put(Line(text="Share ± error", x=right, y=top - HEAD + 1.5 * GAP, lettering=NUMBER, anchor="right"))
    sheet.put(Line(text="(decibans)", x=right, y=top - HEAD + 3.5 * GAP, lettering=NUMBER, anchor="right"))
    _draw_total(sheet, axes, gap.attribution.second, gap.low, top, TOTAL / 2)
    below = TOTAL
    for row in gap.rows:
        _draw_row(sheet, axes, row, top, below)
        below += row.height
    last = gap.rows[-1].end
    axes.plot([last, last], [below, below + TOTAL / 2], zorder=1, **LINK.drawn)
    _draw_total(sheet, axes, gap.attribution.first, gap.high, top, below + TOTAL / 2)


def _draw_total(sheet: Canvas, axes: Axes, name: str, total: Probability, top: float, middle: float) -> None:
    axes.axhline(middle, **GRID.drawn, zorder=0)
    axes.plot([log_odds(total.probability)], [middle], "D", color=INK, markersize=6, zorder=4)
    base = top + middle + 0.35 * STRONG.size
    told = brief(percent(total.probability, total.se))
    sheet.put(Line(text=cut(name, NAMES - MARGIN - GAP, STRONG), x=MARGIN, y=base, lettering=STRONG))
    sheet.put(Line(text=told, x=WIDTH - MARGIN, y=base, lettering=STRONG, anchor="right"))


def _draw_row(sheet: Canvas, axes: Axes, row: Row, top: float, below: float) -> None:
    """The bar, the way to it from the row above, and its name and size."""
    middle, base = below + row.height / 2, top + below + row.height / 2 + 0.35 * LABEL.size
    axes.axhline(middle, **GRID.drawn, zorder=0)
    axes.plot([row.start, row.start], [below - BAR / 2, middle], zorder=1, **LINK.drawn)
    look = FRAMED if row.whole else DARK if row.up else LIGHT
    axes.barh(middle, row.share.value, FRAME if row.whole else BAR, left=row.start, zorder=2, **look.drawn)
    left, lettering = (MARGIN, STRONG) if row.whole else (MARGIN + 2 * GAP, LABEL)
    sheet.put(Line(text=cut(row.name, NAMES - left - GAP, lettering), x=left, y=base, lettering=lettering))
    told = brief(minus(_told(row.share)))
    number = STRONG if row.whole else VALUE
    sheet.put(Line(text=told, x=WIDTH - MARGIN, y=base, lettering=number, anchor="right"))
