"""The agreement: what several analysts would have to agree on to come together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from estimative.reports.comparison import wording as words
from estimative.reports.comparison.summary import Comparison, Decomposition, Share, Team
from estimative.reports.document import alone
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.notes import cautions, origin_of_several
from estimative.reports.figures.style import (
    DARK,
    FRAMED,
    GAP,
    GREY,
    GRID,
    LABEL,
    LIGHT,
    MARGIN,
    NUMBER,
    STRONG,
    VALUE,
    WIDTH,
    NothingToPlot,
    Stroke,
)
from estimative.reports.figures.text import brief, cut, minus
from estimative.reports.report.summary import Report
from estimative.reports.wording import one_digit, plural, rounded, spoken

MOST = 15
"""Quantities that are shown by themselves."""
BLOCK, QUANTITY = 20.0, 16.0
"""Heights of rows, in units."""
BAR, FRAME = 9.0, 12.0
"""Heights of bars, in units: of a quantity, of a block."""
HEAD, FOOT, BETWEEN = 14.0, 36.0, 6.0
"""For the names of columns above, for the axis' numbers and name below, and between blocks and quantities."""
NAMES, TOLD = 226.0, 82.0
"""Where the names end, and how wide the column of numbers is."""
ZERO = Stroke(colour=GREY, width=0.8)
"""Where nothing is taken away."""
VARIANCE = "Share of the variance between the analysts' log-odds (%)"
MEANT = (
    "Each bar is how much of the variance between them agreeing on one thing takes away, averaged over all orders in "
    "which they could come to agree (Shapley). Agreed means the logarithmic pool of their priors."
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A share of the variance, in per cent, with the error of sampling orders in it."""

    name: str
    share: float
    error: float
    whole: bool
    """Whether it is a block."""

    @property
    def height(self) -> float:
        return BLOCK if self.whole else QUANTITY

    @property
    def told(self) -> str:
        number = rounded(self.share, self.error)
        return number if not self.error or number.startswith("less") else f"{number} ± {one_digit(self.error)}"


def agreement(report: Report) -> Canvas:
    """The variance between several analysts, shared out.

    Raises
    ------
    Nothing
        If no variance was shared out, or there is none.
    """
    found, team = _told(report)
    rows = [*_blocks(team.variance), *_quantities(team.variance)]
    room = HEAD + sum(row.height for row in rows) + BETWEEN + FOOT
    with Canvas.with_room("agreement", _around(report, found, team, rows), room) as sheet:
        _draw(sheet, rows)
    return sheet


def _told(report: Report) -> tuple[Comparison, Team]:
    found = report.comparison
    if not found or not found.team:
        raise NothingToPlot("No variance between analysts was shared out.")
    if not found.team.variance.gap.value > 0 or not found.team.variance.quantities:
        raise NothingToPlot("The analysts do not differ on the headline.")
    return found, found.team


def _row(name: str, shares: list[Share], variance: Decomposition, *, whole: bool = False) -> Row:
    """Shares taken together."""
    per_cent = 100 / variance.gap.value
    error = math.hypot(*(words.error_of(share) for share in shares))
    share = sum(share.share.value for share in shares)
    return Row(name=name, share=per_cent * share, error=per_cent * error, whole=whole)


def _blocks(variance: Decomposition) -> Iterator[Row]:
    for block in variance.blocks:
        yield _row(f"all {block.name}", [block], variance, whole=True)


def _quantities(variance: Decomposition) -> Iterator[Row]:
    """From the largest on; what there is no room for, together."""
    shares = sorted(variance.quantities, key=lambda share: -abs(share.share.value))
    shown = shares if len(shares) == MOST + 1 else shares[:MOST]
    for share in shown:
        yield _row(spoken(share.name), [share], variance)
    if rest := shares[len(shown) :]:
        yield _row(f"{len(rest)} others, together", rest, variance)


def _around(report: Report, found: Comparison, team: Team, rows: list[Row]) -> FigureText:
    headline = found.outcomes[found.scenario.headline]
    spread = words.spread(team.variance.gap, len(team.against_pool))
    subtitle = (f"{alone(headline.title)}, by {found.scenario.until}. {spread}", MEANT)
    largest = max(row.error for row in rows)
    return FigureText(
        title=_title(team),
        subtitle=subtitle,
        caution=cautions(report, found.caution),
        key=((DARK, "brings them together"), (LIGHT, "drives them apart"), (FRAMED, "a whole block")),
        notes=(
            f"Standard error of the shares: at most {one_digit(largest)} %." if largest else "",
            origin_of_several(
                found.scenario, [found.analysts[name].prior_set for name in team.against_pool], found.computation
            ),
        ),
        description=(*subtitle, *(f"{row.name}: {minus(row.told)} %." for row in rows)),
    )


def _title(team: Team) -> str:
    """What is seen first: what they would have to agree on."""
    count = plural(len(team.against_pool), "analyst", "analysts")
    most = max(team.variance.quantities, key=lambda share: share.share.value)
    if most.share.value <= words.CERTAIN * words.error_of(most):
        return f"Nothing by itself keeps the {count} apart"
    row = _row("", [most], team.variance)
    return (
        f"What keeps the {count} apart most is {spoken(most.name)}: {rounded(row.share, row.error)} % of the variance"
    )


def _draw(sheet: Canvas, rows: list[Row]) -> None:
    top, right = sheet.top + HEAD, WIDTH - MARGIN
    height = sum(row.height for row in rows) + BETWEEN
    axes = sheet.axes(NAMES, top, right - TOLD - NAMES, height)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _across(axes, rows)
    sheet.put(Line(text="Share ± error (%)", x=right, y=top - GAP, lettering=NUMBER, anchor="right"))
    below = 0.0
    for place, row in enumerate(rows):
        if place and not row.whole and rows[place - 1].whole:
            below += BETWEEN
        _draw_row(sheet, axes, row, top, below)
        below += row.height


def _across(axes: Axes, rows: list[Row]) -> None:
    """Per cent from left to right, with a line at every number."""
    low, high = min(0.0, *(row.share for row in rows)), max(0.0, *(row.share for row in rows))
    side = 0.05 * (high - low)
    axes.set_xlim(low - side * (low < 0), high + side)
    steps = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low, high)
    ticks = [round(float(step), 9) for step in steps if low - side <= step <= high + side]
    axes.set_xticks(ticks, [minus(f"{tick:g} %") for tick in ticks], fontsize=NUMBER.size)
    axes.set_xlabel(VARIANCE, **NUMBER.drawn)
    for tick in ticks:
        axes.axvline(tick, zorder=0, **GRID.drawn)
    axes.axvline(0, zorder=3, **ZERO.drawn)


def _draw_row(sheet: Canvas, axes: Axes, row: Row, top: float, below: float) -> None:
    middle, base = below + row.height / 2, top + below + row.height / 2 + 0.35 * LABEL.size
    axes.axhline(middle, zorder=0, **GRID.drawn)
    look = FRAMED if row.whole else DARK if row.share >= 0 else LIGHT
    axes.barh(middle, row.share, FRAME if row.whole else BAR, zorder=2, **look.drawn)
    lettering, number = (STRONG, STRONG) if row.whole else (LABEL, VALUE)
    name = cut(row.name, NAMES - MARGIN - GAP, lettering)
    sheet.put(Line(text=name, x=MARGIN, y=base, lettering=lettering))
    told = brief(minus(row.told))
    sheet.put(Line(text=told, x=WIDTH - MARGIN, y=base, lettering=number, anchor="right"))
