"""The document of a history: the judgement over time, its largest steps, and whether it moved too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from estimative.model.disagreement.change_attribution import ChangeAttribution
from estimative.model.disagreement.history import HistoryResult, Moment, Series, Step
from estimative.model.disagreement.movement import FEWEST_STEPS, Movement
from estimative.reports import phrases
from estimative.reports.blocks import (
    Block,
    Caution,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Table,
    collected,
)
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.diff import CAUSES
from estimative.reports.documents.interval_plot import interval_plot, interval_row
from estimative.reports.figures import figures
from estimative.reports.number_format import factor, interval, percent, plain_percent
from estimative.reports.phrases import date, listed, plain, plural, quoted
from estimative.reports.sheets import Sheet, sheet

type Titles = Mapping[str, str]
"""Of items of evidence, by id."""

FIGURES = figures("history")
LARGEST = 3
"""Steps that a list names."""
MOST_ITEMS = 2
"""Items that a step names."""
MOST_PLOTTED = 12
"""Days in a picture of characters."""
TITLE = 24
"""Characters of a title in a table."""
P_VALUE = 0.05
UNEXPLAINED = {
    "different-questions": "another question",
    "not-shown": "not converged",
    "no-odds": "a probability of 0 or 1 has no odds",
    "did-not-converge": "refits did not converge",
    "unreadable": "the files of a run cannot be read any more",
    "not-wanted": "",
}
REPLAYED = (
    "Each day was fitted again with the evidence dated until then, and with the priors as they are stated today. They "
    "may know what was not known then: this shows what the evidence did, not what the analyst would have said."
)
MOVEMENT = (
    "Movement is the sum of squared changes of the probability; for somebody who learns as Bayes' rule says, its "
    "expected value is the reduction of p(1 - p) from beginning to end (Augenblick and Rabin, 2021)."
)


@collected
def document(result: HistoryResult, context: Context) -> Iterator[Block]:
    """Where each analyst began and is now, what the largest steps were, and whether they moved too much."""
    yield Heading(text=f"{plain(result.scenario.title)}: history", level=1)
    yield Paragraph(text=phrases.first_paragraph(result.scenario.question))
    yield Paragraph(text=f"Until {date(result.scenario.until)}. {_source(result)}")
    if not result.converged:
        yield Caution(text="Some days did not converge; they have no number here, or one with this caution.")
    yield from plot(result, context)
    yield from over_time(result, context)
    yield Heading(text="Did it move too much?")
    for series in result.series:
        yield Paragraph(text=f"{_name(series)}: {moved(series.movement)}")
    yield Paragraph(text=MOVEMENT)
    yield from common.method({}, result.scenario, result.computation)


def _source(result: HistoryResult) -> str:
    if result.replayed:
        return REPLAYED
    others = f" {plural(result.others, 'run', 'runs')} about another question left out." if result.others else ""
    return f"From saved runs: of each analyst and day the last one.{others}"


def _name(series: Series) -> str:
    return phrases.analyst(series.prior_set.name, series.prior_set.analyst)


def _series(series: Series, titles: Titles) -> Iterator[Block]:
    shown = [moment for moment in series.moments if moment.headline]
    yield Heading(text=_name(series))
    if not shown:
        yield Paragraph(text="No day has a number.")
        return
    first, last = (f"{percent(m.headline)} on {date(m.date)}" for m in (shown[0], shown[-1]) if m.headline)
    yield Paragraph(text=f"{first}, {last}." if len(shown) > 1 else f"{first}.", strong=True)
    yield from largest(series, titles)
    yield _table(series, titles)


def over_time(result: HistoryResult, context: Context) -> Iterator[Block]:
    """Each analyst's judgement over time, with its largest steps."""
    scenarios = [assessment.scenario for assessment in context.assessments]
    items = [item for s in scenarios for item in (*s.later.values(), *s.evidence.values())]
    titles = {item.id: plain(item.title) for item in items}
    for series in result.series:
        yield from _series(series, titles)


def plot(result: HistoryResult, context: Context) -> Iterator[Block]:
    """The picture; in characters, the judgement of the first analyst on at most some days."""
    moments = [moment for moment in result.series[0].moments if moment.headline]
    if not moments:
        return
    rows = [interval_row(m.date.isoformat(), m.headline) for m in _some(moments) if m.headline]
    mass = next(moment.headline.interval.mass for moment in moments if moment.headline)
    instead = interval_plot(rows, mass, context.scale)
    draw = partial(FIGURES["history"], result, context)
    yield Figure(name="history", draw=draw, instead=instead if len(result.series) == 1 else None)


def _some(moments: Sequence[Moment]) -> Sequence[Moment]:
    """The first, the last and those between at equal steps."""
    if len(moments) <= MOST_PLOTTED:
        return moments
    return [moments[round(at * (len(moments) - 1) / (MOST_PLOTTED - 1))] for at in range(MOST_PLOTTED)]


def largest(series: Series, titles: Titles) -> Iterator[Block]:
    """The steps that moved the odds most, with what they came from."""
    steps = [(m, m.step.attribution) for m in series.moments if m.step and m.step.attribution]
    order = sorted(steps, key=lambda pair: -abs(pair[1].total.value))[:LARGEST]
    points = [
        f"{date(moment.date)}: odds \u00d7 {factor(change.total)}, from {_causes(change)}{_news(moment, titles)}."
        for moment, change in order
        if change.total.value
    ]
    if points:
        yield Listing(points=tuple(points))


def _causes(change: ChangeAttribution) -> str:
    ordered = sorted(change.causes.items(), key=lambda pair: -abs(pair[1].value))
    return listed([f"{CAUSES[name].lower()} ({factor(amount)})" for name, amount in ordered if amount.value])


def _news(moment: Moment, titles: Titles) -> str:
    names = _items(moment.items, titles)
    return f": {names}" if names else ""


def _items(items: Sequence[str], titles: Titles) -> str:
    named = [quoted(titles[name]) for name in items[:MOST_ITEMS] if name in titles]
    more = len(items) - len(named)
    return listed([*named, *([f"{more} more"] if more else [])]) if named else ""


def _table(series: Series, titles: Titles) -> Table:
    mass = next(m.headline.interval.mass for m in series.moments if m.headline)
    header = ("Day", "Probability", f"{plain_percent(mass)} interval", "Odds \u00d7", "Mostly", "New evidence")
    return Table(
        header=header,
        rows=tuple(_row(moment, titles) for moment in series.moments),
        text_columns=frozenset({0, 4, 5}),
        nowrap_columns=frozenset({0, 2}),
    )


def _row(moment: Moment, titles: Titles) -> tuple[str, ...]:
    number = moment.headline
    values = (percent(number), interval(number.interval)) if number else ("not converged", "")
    return moment.date.isoformat(), *values, *_step(moment.step), _short(moment.items, titles)


def _short(items: Sequence[str], titles: Titles) -> str:
    """The first of some items, its title cut, and how many more there are."""
    named = [titles[name] for name in items if name in titles]
    if not named:
        return ""
    more = f" (+{len(items) - 1})" if len(items) > 1 else ""
    return f"{named[0] if len(named[0]) <= TITLE else named[0][: TITLE - 3].rstrip() + '...'}{more}"


def _step(step: Step | None) -> tuple[str, str]:
    """The factor on the odds, and the cause that accounts for most."""
    if step is None:
        return "", ""
    change = step.attribution
    if change is None:
        return "", UNEXPLAINED[step.not_attributed_because or "not-wanted"]
    main = max(change.causes, key=lambda name: abs(change.causes[name].value), default="")
    return factor(change.total), main if main and change.causes[main].value else ""


def moved(test: Movement | None) -> str:
    """Whether a sequence moved more, or less, than that of a rational forecaster would."""
    if test is None:
        return "fewer than two days have a number."
    numbers = (
        f"movement {test.movement:.2g}, reduction of uncertainty {test.reduction:.2g}, excess {test.excess:+.2g} "
        f"± {test.excess_se:.2g}, over {plural(test.steps, 'step', 'steps')}"
    )
    if test.p_value is None:
        return f"{numbers}. Too few steps that moved for a test: at least {FEWEST_STEPS}."
    if test.p_value > P_VALUE:
        return f"{numbers}. No sign of too much or too little movement (p = {test.p_value:.2g})."
    way = "more" if test.excess > 0 else "less"
    return f"{numbers}. It moved {way} than the judgement of a rational forecaster would (p = {test.p_value:.2g})."


def sheets(result: HistoryResult, context: Context) -> tuple[Sheet, ...]:
    """Every day of every analyst, and the tests of movement."""
    days = [
        {
            "prior_set": series.prior_set.name,
            "date": moment.date,
            "run": moment.run,
            "converged": moment.converged,
            "posterior": moment.headline,
            "new_evidence": moment.items,
            **_flat(moment.step),
        }
        for series in result.series
        for moment in series.moments
    ]
    tests = [{"prior_set": series.prior_set.name, "": series.movement} for series in result.series if series.movement]
    return sheet("history", days), sheet("movement", tests)


def _flat(step: Step | None) -> dict[str, object]:
    if step is None or step.attribution is None:
        return {}
    causes = {f"log_odds_{name}": amount for name, amount in step.attribution.causes.items()}
    return {"log_odds_change": step.attribution.total, **causes}
