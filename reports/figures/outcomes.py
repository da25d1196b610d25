"""The outcomes: how probable each is, before the evidence and after it, and how far what is left open reaches."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports.document import alone
from estimative.reports.figures.axis import PROBABILITY, Scale, across, worded_across
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.marks import (
    Key,
    answer,
    described,
    endless,
    extent_of,
    key,
    mark,
    named,
    ridge,
    scale_of,
)
from estimative.reports.figures.notes import cautions, error_of, exactness, origin
from estimative.reports.figures.style import AFTER, BEFORE, GAP, GRID, MARGIN, NUMBER, STRONG, WIDTH, NothingToPlot
from estimative.reports.figures.text import wrapped
from estimative.reports.report.summary import Density, Report
from estimative.reports.summary import Outcome, Probability
from estimative.reports.wording import percent, plural, span

MOST = 16
"""Outcomes that are shown, the headline and others in the order of the scenario."""
ROW, RIDGE, BELOW = 64.0, 36.0, 9.0
"""Heights, in units: of a row, of the greater density in it, and from its foot down to the dot."""
HEAD, FOOT = 24.0, 36.0
"""For the words above the axis, and for its numbers and name below."""
NAMES, TOLD = 200.0, 90.0
"""Where the names end, and how wide the column of numbers is."""
MEANT = (
    "Each probability is one number, the mean over everything the analyst leaves open; the interval says how far that "
    "openness reaches, not how far the world may vary."
)
HEIGHTS = "Heights: densities to the unit of log-odds, both of a row to one measure, rows each to its own."


def outcomes(report: Report) -> Canvas:
    """The posterior of every outcome on one axis.

    Raises
    ------
    Nothing
        If no outcome is told.
    """
    shown = _shown(report)
    scale = _scale(report, shown)
    with Canvas.with_room("outcomes", _around(report, shown, scale), HEAD + _height(shown) + FOOT) as sheet:
        _draw(sheet, report, shown, scale)
    return sheet


def _shown(report: Report) -> dict[str, Outcome]:
    """The headline first."""
    told, headline = report.assessment.outcomes, report.assessment.scenario.headline
    if headline not in told:
        raise NothingToPlot(f"No outcome is told. {report.caution}".strip())
    names = [headline, *(name for name in told if name != headline)]
    return {name: told[name] for name in names[:MOST]}


def _density(report: Report, name: str) -> Density | None:
    return report.shapes[name].density if name in report.shapes else None


def _scale(report: Report, shown: dict[str, Outcome]) -> Scale:
    densities = filter(None, (_density(report, name) for name in shown))
    more = [end for density in densities for end in extent_of(density)]
    return scale_of(shown.values(), more, WIDTH - MARGIN - TOLD - NAMES, report.scale)


def _around(report: Report, shown: dict[str, Outcome], scale: Scale) -> FigureText:
    summary, numbers = report.assessment, list(shown.values())
    subtitle = (f"All by {summary.scenario.until}. {MEANT}", *_left_out(len(summary.outcomes) - len(shown)))
    ridges = any(_density(report, name) for name in shown)
    errors = [error_of(one.probability, one.se) for one in numbers]
    return FigureText(
        title=_title(numbers[0]),
        subtitle=subtitle,
        caution=cautions(report),
        key=(*key(numbers), *(_ridges() if ridges else ())),
        notes=(
            f"{HEIGHTS if ridges else ''} {endless(numbers)}",
            scale.naming_note,
            exactness("the probabilities", errors),
            origin(summary.scenario, summary.prior_set, summary.run),
        ),
        description=(*subtitle, *_sentences(shown)),
    )


def _height(shown: dict[str, Outcome]) -> float:
    return ROW * len(shown) + GAP


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield f"{plural(count, 'more outcome is', 'more outcomes are')} left out."


def _ridges() -> Key:
    return ((AFTER, "where the draws lie"), (BEFORE, "where they lay before the evidence"))


def _title(headline: Probability) -> str:
    """What is seen first."""
    told = f"The headline stands at {answer(headline)}"
    if headline.interval.low == headline.interval.high:
        return f"{told}, with nothing left open"
    return f"{told}; what is left open reaches from {span(headline.interval)}"


def _sentences(shown: dict[str, Outcome]) -> Iterator[str]:
    """Every row in words."""
    for name, one in shown.items():
        yield f"{name} ({alone(one.title)}): {one.term}, {described(one)}."


def _draw(sheet: Canvas, report: Report, shown: dict[str, Outcome], scale: Scale) -> None:
    height = _height(shown)
    axes = sheet.axes(NAMES, sheet.top + HEAD, scale.length, height)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    across(axes, scale, PROBABILITY)
    worded_across(axes, scale, -GAP / 2, most=2)
    for place, (name, one) in enumerate(shown.items()):
        foot = ROW * place + RIDGE + 2 * GAP
        if density := _density(report, name):
            ridge(axes, density, foot, RIDGE)
        axes.axhline(foot, zorder=0, **GRID.drawn)
        mark(axes, scale, one, foot + BELOW)
        named(sheet, name, one.title, NAMES - MARGIN - 2 * GAP, sheet.top + HEAD + ROW * place)
        _draw_number(sheet, one, sheet.top + HEAD + foot)


def _draw_number(sheet: Canvas, one: Probability, foot: float) -> None:
    told = percent(one.probability, one.se)
    sheet.put(Line(text=told, x=WIDTH - MARGIN, y=foot - GAP, lettering=STRONG, anchor="right"))
    for place, line in enumerate(wrapped(one.term, TOLD - GAP, NUMBER, most=2)):
        y = foot - GAP + (place + 1) * NUMBER.leading
        sheet.put(Line(text=line, x=WIDTH - MARGIN, y=y, lettering=NUMBER, anchor="right"))
