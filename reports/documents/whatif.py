"""The document of a what-if: what is supposed, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimative.model.analysis.evidence_weight import evidence_groups
from estimative.model.analysis.what_if import Assumption
from estimative.model.analysis.what_if_result import (
    Change,
    EventChange,
    FactorLevel,
    OutcomeChange,
    SweepPoint,
    SweepResult,
    WhatIfResult,
)
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import (
    Block,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Table,
    collected,
)
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.figures import figures
from estimative.reports.number_format import (
    DECIBANS,
    change,
    change_in_decibans,
    multiple,
    percent,
    rounded,
    significant,
)
from estimative.reports.phrases import capital, input_name, listed, outcome_title, plain, plural, quoted, title_of
from estimative.reports.sheets import Sheet, sheet

MAX_COLUMNS = 5
"""Values of a sweep in a table; all are in the plot."""
UNCHANGED = "as it is"


@collected
def document(result: WhatIfResult, context: Context) -> Iterator[Block]:
    """The headline before and after, what is supposed, every change, the sweep, the method."""
    scenario, fits = context.scenario, {"As assessed": result.fit, "As supposed": result.fit_after}
    yield from common.introduction(result.scenario, result.fit.prior_set, "what if")
    yield from common.cautions(result, fits, context.scenario)
    if result.has_results and result.assumptions:
        yield from answer(result, context)
    if result.assumptions:
        yield Heading(text="What is supposed")
        yield Listing(points=tuple(supposed(row, scenario) for row in result.assumptions))
    if result.has_results:
        if result.assumptions:
            yield from changes(result, scenario)
        if result.sweep:
            yield from sweep(result.sweep, context)
    yield from common.method(fits, result.scenario, result.computation)
    if result.has_results:
        yield common.reservation(fits.values())


def answer(result: WhatIfResult, context: Context) -> Iterator[Block]:
    """What becomes of the headline, and what moves the other way."""
    lead = phrases.proposition(result.scenario.headline, context.scenario)
    yield Paragraph(text=f"{lead}: {moved(result.headline, context)}", strong=True)
    if text := against(result, context.scenario):
        yield Paragraph(text=text)


def moved(row: Change, context: Context) -> str:
    """A probability before and after in words and numbers, and what that does to its odds."""
    assert row.before
    assert row.after
    assert row.difference
    before, after = (phrases.judged(number, context.scale) for number in (row.before, row.after))
    if not significant(row.difference):
        return f"it stays {before}. Any change is within the error."
    if before == after:
        points = rounded(abs(row.difference.value), row.difference.se, places=2)
        direction = "up" if row.difference.value > 0 else "down"
        return f"it stays {after}, {direction} by {points} percentage points only."
    return f"from {before} to {after}.{f' {odds(row.shift)}' if row.shift else ''}"


def odds(shift: MCEstimate) -> str:
    """What a change does to the odds."""
    size = rounded(DECIBANS * abs(shift.value), DECIBANS * shift.se)
    return f"The odds are {'multiplied' if shift.value > 0 else 'divided'} by {multiple(shift)} ({size} decibans)."


def against(result: WhatIfResult, scenario: Scenario) -> str:
    """The events that move against the headline, under their own conditions; empty where none does."""
    headline = result.headline.difference
    if headline is None or not significant(headline):
        return ""
    names = {row.name for row in result.assumptions}
    rises = headline.value > 0
    # Of exclusive states some always move against the others.
    events = [row for row in result.events if row.name not in names and "=" not in row.name]
    rows = [row for row in events if _opposite(row.conditional, rises=rises)]
    texts = [_opposed(row, scenario, "falls" if rises else "rises") for row in rows]
    return f"In the opposite direction: {listed(texts)}." if texts else ""


def _opposite(row: Change, *, rises: bool) -> bool:
    number = row.difference
    if number is None or not significant(number) or row.before is None or row.after is None:
        return False
    return (number.value > 0) != rises and percent(row.before) != percent(row.after)


def _opposed(row: EventChange, scenario: Scenario, verb: str) -> str:
    event, conditional = scenario.event(row.name), row.conditional
    assert conditional.before
    assert conditional.after
    where = ", where its condition holds," if event.given or event.unless else ""
    title = quoted(title_of(row.name, scenario))
    return f"{title}{where} {verb} from {percent(conditional.before)} to {percent(conditional.after)}"


def supposed(row: Assumption, scenario: Scenario) -> str:
    """What is supposed, and how everything else responds."""
    title = quoted(title_of(row.name, scenario))
    match row.kind:
        case "intervention":
            return (
                f"Intervention: {title} is set {_state(row, scenario)}. Events still to come respond. What is settled "
                "now, and the evidence about today, do not."
            )
        case "condition":
            observed = f"{title} is observed {_state(row, scenario)}".rstrip()
            return f"Condition: {observed}. Everything responds: beliefs about today and about what is to come."
        case "without":
            return f"Left out: {_left_out(row.name, scenario)}, as if there were no such evidence."
        case "prior":
            return f"Another prior: {input_name(row.name, scenario)} is stated as {row.value}."


def _state(row: Assumption, scenario: Scenario) -> str:
    if not isinstance(row.value, bool):
        return f"to {row.value:g}" if row.kind == "intervention" else f"to be at {row.value:g}"
    if row.name in scenario.indicators and row.name not in scenario.events:
        return "" if row.value else "to be absent"
    verb = "be so" if scenario.event(row.name).when == "now" else "happen"
    where = " wherever it can" if row.value and row.kind == "intervention" else ""
    return f"{'' if row.value else 'not '}to {verb}{where}"


def _left_out(name: str, scenario: Scenario) -> str:
    if name in scenario.evidence:
        return quoted(scenario.evidence[name].title)
    items = evidence_groups(scenario).get(name)
    if items is None:
        return f"all {plural(len(scenario.evidence), 'item', 'items')} of evidence"
    return listed([quoted(scenario.evidence[item].title) for item in items])


def changes(result: WhatIfResult, scenario: Scenario) -> Iterator[Block]:
    """Every outcome, event and factor before and after."""
    yield Heading(text="What changes")
    yield Table(
        header=("Outcome", "Before", "After", "Points", "Decibans"),
        rows=tuple((plain(scenario.outcomes[row.name].title), *_cells(row)) for row in result.outcomes),
    )
    yield Heading(text="Events, each under its own condition", level=3)
    yield Table(
        header=("Event", "If", "Before", "After", "Points"),
        rows=tuple(_event(row, scenario) for row in result.events),
        text_columns=frozenset({0, 1}),
    )
    yield from _factors(result.factors, scenario)
    yield Paragraph(
        text="Points: percentage points, after less before. Decibans: the same for the odds (10 decibans are a factor "
        "of 10). Both fits use the same random numbers, so a difference can be more precise than either probability."
    )


def _cells(row: Change) -> tuple[str, str, str, str]:
    points = row.difference
    return (
        percent(row.before) if row.before else "impossible",
        percent(row.after) if row.after else "impossible",
        change(100 * points.value, 100 * points.se) if points else "-",
        change_in_decibans(row.shift) if row.shift else "-",
    )


def _event(row: EventChange, scenario: Scenario) -> tuple[str, ...]:
    event = scenario.event(row.name)
    condition = phrases.condition(event.given, event.unless, scenario)
    return title_of(row.name, scenario), condition, *_cells(row.conditional)[:3]


def _factors(rows: Sequence[FactorLevel], scenario: Scenario) -> Iterator[Block]:
    """Beliefs about today's levels, where they change."""
    cells = [(plain(scenario.factors[row.name].title), *_levels(row)) for row in rows]
    changed = [row for row in cells if row[1] != row[2] or row[3] != UNCHANGED]
    if not cells:
        return
    if not changed:
        yield Paragraph(text="Beliefs about the factors' levels today stay as they are.")
        return
    yield Heading(text="Factors: mean level today, and from now on", level=3)
    yield Table(header=("Factor (0 to 1)", "Before", "After", "From now on"), rows=tuple(changed))


def _levels(row: FactorLevel) -> tuple[str, str, str]:
    before, after = (rounded(level.value, max(level.se, 0.01)) for level in (row.before, row.after))
    return before, after, UNCHANGED if row.set_to is None else f"set to {row.set_to:g}"


def sweep(result: SweepResult, context: Context) -> Iterator[Block]:
    """The headline along the values of a factor, and a table of all outcomes and events at some of them."""
    scenario, points = context.scenario, result.points
    factor, headline = scenario.factors[result.factor], scenario.headline
    first, last = points[0], points[-1]
    yield Heading(text=f"{phrases.sentence(factor.title)}, set from {first.value:g} to {last.value:g}")
    yield Paragraph(text=_ends(first, last, context), strong=True)
    low, high = (phrases.inner(text) for text in (factor.low, factor.high))
    yield Paragraph(text=f"An intervention at each value. 0 means: {low}. 1 means: {high}.")
    yield IntervalPlot(
        rows=tuple(_bar(point, point.outcomes[headline]) for point in points),
        key=f"\u25cf the result; \u251c\u2500\u2524 its {phrases.interval_kind(first.outcomes[headline].interval)}; "
        f"\u250a thresholds of the {context.scale.title} words and powers of ten.",
        words=context.scale,
    )
    columns = _spread(points)
    if len(columns) < len(points):
        yield Paragraph(text=f"The tables show {len(columns)} of the {len(points)} values; Excel and JSON have all.")
    yield _along(
        "Outcome", {name: row.title for name, row in scenario.outcomes.items()}, [p.outcomes for p in columns], columns
    )
    events = {name: scenario.event_title(name) for name in scenario.ordered_literals}
    yield _along("Event, under its own condition", events, [p.events for p in columns], columns)


def _ends(first: SweepPoint, last: SweepPoint, context: Context) -> str:
    title = quoted(outcome_title(context.scenario.headline, context.scenario))
    before, after = (phrases.judged(p.outcomes[context.scenario.headline], context.scale) for p in (first, last))
    return f"{title} goes from {before} at {first.value:g} to {after} at {last.value:g}."


def _bar(point: SweepPoint, number: ProbabilityEstimate) -> IntervalRow:
    interval = number.interval
    return IntervalRow(label=f"{point.value:g}", point=number.value, low=interval.low, high=interval.high)


def _spread(points: Sequence[SweepPoint]) -> list[SweepPoint]:
    """As many points as there are columns, from the first to the last."""
    count = min(MAX_COLUMNS, len(points))
    return [points[round(index * (len(points) - 1) / (count - 1))] for index in range(count)]


def _along(
    name: str,
    titles: Mapping[str, str],
    numbers: Sequence[Mapping[str, ProbabilityEstimate]],
    points: Sequence[SweepPoint],
) -> Table:
    return Table(
        header=(name, *(f"at {point.value:g}" for point in points)),
        rows=tuple(
            (plain(title), *(percent(row[key]) if key in row else "impossible" for row in numbers))
            for key, title in titles.items()
        ),
    )


def sheets(result: WhatIfResult, context: Context) -> tuple[Sheet, ...]:
    """Outcomes, events, factors and the sweep as tables."""
    scenario = context.scenario
    rows: Sequence[tuple[str, Sequence[OutcomeChange | EventChange | FactorLevel]]] = (
        ("outcomes", result.outcomes),
        ("events", result.events),
        ("factors", result.factors),
    )
    titles = {"outcomes": outcome_title}
    parts = [
        sheet(name, [{"title": capital(titles.get(name, title_of)(row.name, scenario)), "": row} for row in part])
        for name, part in rows
    ]
    return (*parts, sheet("sweep", _sweep_rows(result.sweep) if result.sweep else []))


def _sweep_rows(result: SweepResult) -> Iterator[Mapping[str, object]]:
    for point in result.points:
        for kind, numbers in (("outcome", point.outcomes), ("event", point.events)):
            for name, number in numbers.items():
                yield {"factor": result.factor, "at": point.value, "kind": kind, "name": name, "probability": number}


FIGURES = figures("sweep")
