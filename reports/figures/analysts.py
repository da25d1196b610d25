"""The analysts: what each of them makes of the headline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from estimative.reports.comparison.summary import Comparison
from estimative.reports.document import alone
from estimative.reports.figures.axis import PROBABILITY, Scale, across, bounded, log_odds, worded_across
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.marks import answer, described, endless, key, mark, scale_of
from estimative.reports.figures.notes import cautions, error_of, exactness, origin_of_several
from estimative.reports.figures.style import GAP, GRID, LABEL, MARGIN, NUMBER, SMALL, STRONG, WIDTH, NothingToPlot
from estimative.reports.figures.text import cut, wrapped
from estimative.reports.report.summary import Report
from estimative.reports.summary import Probability
from estimative.reports.wording import listed, odds_factor, percent, plural

MOST = 24
"""Analysts that are shown."""
ROW = 34.0
"""Height, in units."""
HEAD, FOOT = 24.0, 36.0
"""For the words above the axis, and for its numbers and name below."""
NAMES, TOLD = 200.0, 90.0
"""Where the names end, and how wide the column of numbers is."""
CLEAR = 2.0
"""Standard errors that two log-odds have to be apart, before a title says so."""
SAME = "One scenario and one body of evidence; what differs are the priors."


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What is told of the headline."""

    found: Comparison
    title: str
    shown: dict[str, Probability]
    """By analyst."""
    others: int
    """That are not shown."""
    failed: tuple[str, ...]
    """Those of whom no number can be told."""


def analysts(report: Report) -> Canvas:
    """The headline by each analyst, on one axis.

    Raises
    ------
    Nothing
        If the report is of one analyst, or of none any number is told.
    """
    answers = _answers(report)
    scale = scale_of(answers.shown.values(), (), WIDTH - MARGIN - TOLD - NAMES, report.scale)
    room = HEAD + ROW * len(answers.shown) + FOOT
    with Canvas.with_room("analysts", _around(report, answers, scale), room) as sheet:
        _draw(sheet, answers, scale)
    return sheet


def _answers(report: Report) -> Answers:
    found = report.comparison
    if not found:
        raise NothingToPlot("The report is of one analyst.")
    headline = found.outcomes.get(found.scenario.headline)
    if not headline or not headline.analysts:
        raise NothingToPlot(f"Of no analyst a number is told. {cautions(report, found.caution)}".strip())
    shown = dict(list(headline.analysts.items())[:MOST])
    return Answers(
        found=found,
        title=headline.title,
        shown=shown,
        others=len(headline.analysts) - len(shown),
        failed=tuple(name for name in found.analysts if name not in headline.analysts),
    )


def _around(report: Report, answers: Answers, scale: Scale) -> FigureText:
    found, numbers = answers.found, list(answers.shown.values())
    subtitle = (f"{alone(answers.title)}, by {found.scenario.until}. {SAME}", *_left_out(answers))
    errors = [error_of(one.probability, one.se) for one in numbers]
    return FigureText(
        title=_title(answers.shown),
        subtitle=subtitle,
        caution=cautions(report, found.caution),
        key=key(numbers),
        notes=(
            endless(numbers),
            scale.naming_note,
            exactness("the probabilities", errors),
            origin_of_several(
                found.scenario, [found.analysts[name].prior_set for name in answers.shown], found.computation
            ),
        ),
        description=(*subtitle, *_sentences(answers.shown)),
    )


def _left_out(answers: Answers) -> Iterator[str]:
    if answers.failed:
        yield f"No number is told of {listed(answers.failed)}, whose fit did not converge."
    if answers.others:
        yield f"{plural(answers.others, 'more analyst is', 'more analysts are')} left out."


def _title(shown: dict[str, Probability]) -> str:
    """What is seen first: how far the furthest two are apart."""
    low = min(shown, key=lambda name: shown[name].probability)
    high = max(reversed(shown), key=lambda name: shown[name].probability)
    if len(shown) == 1:
        return f"By {low} the headline is at {answer(shown[low])}"
    ends = [percent(shown[name].probability, shown[name].se) for name in (low, high)]
    if not all(bounded(shown[name].probability) for name in (low, high)):
        return f"The headline is at {ends[0]} by {low} and at {ends[1]} by {high}"
    apart, error = _apart(shown[high], shown[low])
    if apart <= CLEAR * error:
        return f"The analysts agree on the headline: {ends[0]} by {low}, {ends[1]} by {high}"
    return f"{high} gives the headline {odds_factor(apart, error)} times the odds that {low} gives it"


def _apart(one: Probability, other: Probability) -> tuple[float, float]:
    """How far in natural log-odds, and the error of that as of independent fits."""
    errors = [error_of(number.probability, number.se) for number in (one, other)]
    return log_odds(one.probability) - log_odds(other.probability), (errors[0] ** 2 + errors[1] ** 2) ** 0.5


def _sentences(shown: Mapping[str, Probability]) -> Iterator[str]:
    """Every row in words."""
    for name, one in shown.items():
        yield f"{name}: {one.term}, {described(one)}."


def _draw(sheet: Canvas, answers: Answers, scale: Scale) -> None:
    height = ROW * len(answers.shown)
    axes = sheet.axes(NAMES, sheet.top + HEAD, scale.length, height)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    across(axes, scale, PROBABILITY)
    worded_across(axes, scale, -GAP / 2, most=2)
    for place, (name, one) in enumerate(answers.shown.items()):
        middle = ROW * (place + 0.5)
        axes.axhline(middle, zorder=0, **GRID.drawn)
        mark(axes, scale, one, middle)
        who = answers.found.analysts[name].prior_set.analyst
        _draw_texts(sheet, name, who, one, sheet.top + HEAD + middle)


def _draw_texts(sheet: Canvas, name: str, who: str, one: Probability, middle: float) -> None:
    """Who, at the left; what, at the right."""
    room = NAMES - MARGIN - 2 * GAP
    lines = [(cut(name, room, LABEL), LABEL), *((line, SMALL) for line in wrapped(who, room, SMALL, most=2))]
    top = middle - len(lines) * SMALL.leading / 2
    for place, (text, lettering) in enumerate(lines, start=1):
        y = top + place * SMALL.leading - 2
        sheet.put(Line(text=text, x=MARGIN, y=y, lettering=lettering))
    told, terms = percent(one.probability, one.se), wrapped(one.term, TOLD - GAP, NUMBER, most=2)
    top = middle - (1 + len(terms)) * NUMBER.leading / 2
    for place, (text, lettering) in enumerate([(told, STRONG), *((term, NUMBER) for term in terms)], start=1):
        y = top + place * NUMBER.leading - 2
        sheet.put(Line(text=text, x=WIDTH - MARGIN, y=y, lettering=lettering, anchor="right"))
