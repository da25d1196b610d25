"""The factors: what the prior makes of each degree, and what the evidence makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from matplotlib.axes import Axes

from estimative.reports.document import alone
from estimative.reports.figures.canvas import Anchor, Canvas, FigureText, Line
from estimative.reports.figures.marks import named, ridge
from estimative.reports.figures.notes import cautions, origin
from estimative.reports.figures.style import (
    AFTER,
    ASSESSED,
    BEFORE,
    DOT,
    GAP,
    GRID,
    MARGIN,
    NUMBER,
    RING,
    SMALL,
    STRONG,
    WIDTH,
    NothingToPlot,
)
from estimative.reports.figures.text import wrapped
from estimative.reports.report.summary import Report
from estimative.reports.summary import Factor, Spread
from estimative.reports.wording import one_digit, plural, rounded

MOST = 20
"""Factors that are shown."""
RIDGE, BELOW, BETWEEN = 34.0, 5.0, 14.0
"""Heights, in units: of the greater density in a row, from its foot to what its ends mean, and to the next row."""
MOST_SAID = 4
"""Lines of what an end means."""
HEAD, FOOT = 14.0, 36.0
"""For the names of columns above, and for the axis' numbers and name below."""
NAMES, TOLD = 200.0, 90.0
"""Where the names end, and how wide the column of numbers is."""
CLEAR = 2.0
"""Standard errors that a mean has to move, before a title says so."""
DEGREE = "Degree (0 to 1)"
MEANT = (
    "Nobody observes these degrees: each lies between the two ends that are described below it, and draws from prior "
    "and posterior say how sure the analyst is of where."
)
HEIGHTS = "Heights: densities, both of a row to one measure, rows each to its own."


def factors(report: Report) -> Canvas:
    """Every factor before the evidence and after it.

    Raises
    ------
    Nothing
        If no factor is told.
    """
    told = report.assessment.factors
    if not told:
        raise NothingToPlot(f"No factor is told. {report.caution}".strip())
    shown = dict(islice(told.items(), MOST))
    with Canvas.with_room("factors", _around(report, shown), HEAD + _row(shown) * len(shown) + FOOT) as sheet:
        _draw(sheet, report, shown)
    return sheet


def _around(report: Report, shown: Mapping[str, Factor]) -> FigureText:
    summary = report.assessment
    subtitle = (MEANT, *_left_out(len(summary.factors) - len(shown)))
    constants = [one for one in shown.values() if one.constant]
    ridges = ((AFTER, "where the draws lie"), (BEFORE, "where they lay before the evidence"))
    free = ((DOT, "their mean"), (RING, "their mean before"), *ridges)
    return FigureText(
        title=_title(shown),
        subtitle=subtitle,
        caution=cautions(report),
        key=(*(free if len(constants) < len(shown) else ()), *(((ASSESSED, "held constant"),) if constants else ())),
        notes=(
            HEIGHTS if len(constants) < len(shown) else "",
            _exactness(shown),
            origin(summary.scenario, summary.prior_set, summary.run),
        ),
        description=(*subtitle, *_sentences(shown)),
    )


def _row(shown: Mapping[str, Factor]) -> float:
    """The height of every row, in units."""
    said = max(len(_said(end)) for one in shown.values() for end in (one.low, one.high))
    return RIDGE + GAP + BELOW + max(said * SMALL.leading, 3 * GAP) + BETWEEN


def _said(end: str) -> tuple[str, ...]:
    """What an end of a factor means, in lines."""
    return wrapped(alone(end), (WIDTH - MARGIN - TOLD - NAMES) / 2 - GAP, SMALL, most=MOST_SAID)


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield f"{plural(count, 'more factor is', 'more factors are')} left out."


def _exactness(shown: Mapping[str, Factor]) -> str:
    largest = max(error for one in shown.values() for error in (one.prior.se, one.posterior.se))
    return f"Monte Carlo standard error of the means: at most {one_digit(largest)}." if largest else ""


def _title(shown: Mapping[str, Factor]) -> str:
    """What is seen first: the factor that the evidence has moved most, in standard deviations of its prior."""
    free = {name: one for name, one in shown.items() if not one.constant and one.prior.sd > 0}
    if not free:
        return "Every factor is held constant"
    most = max(free, key=lambda name: abs(_moved(free[name])) / free[name].prior.sd)
    error = (free[most].posterior.se ** 2 + free[most].prior.se ** 2) ** 0.5
    before, after = _means(free[most])
    if abs(_moved(free[most])) <= CLEAR * error or before == after:
        return "The evidence leaves every factor where its prior was"
    way = "up" if _moved(free[most]) > 0 else "down"
    return f"Of all factors the evidence moves {most} most: {way} from {before} to {after}"


def _moved(one: Factor) -> float:
    return one.posterior.mean - one.prior.mean


def _means(one: Factor) -> tuple[str, str]:
    """Before and after, to two decimals or the digits of their errors."""
    return _mean(one.prior), _mean(one.posterior)


def _mean(of: Spread) -> str:
    return rounded(of.mean, max(of.se, 0.005))


def _ninety(of: Spread) -> str:
    return f"90 % between {of.p05:.2f} and {of.p95:.2f}"


def _sentences(shown: Mapping[str, Factor]) -> Iterator[str]:
    """Every row in words."""
    for name, one in shown.items():
        ends = f"0 is: {alone(one.low)}; 1 is: {alone(one.high)}"
        if one.constant:
            yield f"{name} ({alone(one.title)}): held constant at {one.prior.mean:.3g}. {ends}."
        else:
            before, after = _means(one)
            told = f"mean {after}, {_ninety(one.posterior)}; before the evidence {before}, {_ninety(one.prior)}"
            yield f"{name} ({alone(one.title)}): {told}. {ends}."


def _draw(sheet: Canvas, report: Report, shown: Mapping[str, Factor]) -> None:
    row = _row(shown)
    height, top, width = row * len(shown), sheet.top + HEAD, WIDTH - MARGIN - TOLD - NAMES
    axes = sheet.axes(NAMES, top, width, height)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, 1)
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=NUMBER.size)
    axes.set_xlabel(DEGREE, **NUMBER.drawn)
    sheet.put(Line(text="Mean", x=WIDTH - MARGIN, y=top - GAP, lettering=NUMBER, anchor="right"))
    for place, (name, one) in enumerate(shown.items()):
        foot = row * place + RIDGE + GAP
        _draw_row(axes, report, name, one, foot)
        named(sheet, name, one.title, NAMES - MARGIN - 2 * GAP, top + row * place)
        _draw_ends(sheet, one, top + foot)
        _draw_means(sheet, one, top + foot)


def _draw_row(axes: Axes, report: Report, name: str, one: Factor, foot: float) -> None:
    axes.plot([0, 1], [foot, foot], zorder=0, **GRID.drawn)
    for tick in (0.2, 0.4, 0.6, 0.8):
        axes.plot([tick, tick], [foot - RIDGE, foot], zorder=0, **GRID.drawn)
    if one.constant:
        axes.plot([one.prior.mean] * 2, [foot - RIDGE, foot], zorder=3, clip_on=False, **ASSESSED.drawn)
        return
    if name in report.factors:
        ridge(axes, report.factors[name], foot, RIDGE)
    for mean, look in ((one.posterior.mean, DOT), (one.prior.mean, RING)):
        axes.plot([mean], [foot], zorder=4, clip_on=False, **look.drawn)


def _draw_ends(sheet: Canvas, one: Factor, foot: float) -> None:
    """What 0 and 1 mean, below them."""
    width = WIDTH - MARGIN - TOLD - NAMES
    sides: tuple[tuple[str, float, Anchor], ...] = (
        (one.low, NAMES, "left"),
        (one.high, NAMES + width, "right"),
    )
    for text, x, anchor in sides:
        for place, line in enumerate(_said(text)):
            y = foot + BELOW + (place + 0.8) * SMALL.leading
            sheet.put(Line(text=line, x=x, y=y, lettering=SMALL, anchor=anchor))


def _draw_means(sheet: Canvas, one: Factor, foot: float) -> None:
    before, after = _means(one)
    lines = [(f"{one.prior.mean:.3g}", STRONG), ("constant", NUMBER)] if one.constant else []
    for place, (text, lettering) in enumerate(lines or [(after, STRONG), (f"from {before}", NUMBER)]):
        y = foot - 2 * GAP + place * NUMBER.leading
        sheet.put(Line(text=text, x=WIDTH - MARGIN, y=y, lettering=lettering, anchor="right"))
