"""The document of a trace: the way back from a number to its equations, priors and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimative.model.analysis.equation_trace import Equation, Term
from estimative.model.analysis.trace import TracedItem, TracedQuantity, TraceResult, is_of_item
from estimative.model.inference.fit_result import EventProbability, QuantityResult
from estimative.model.spec.clock import awaited
from estimative.model.spec.events import Outcome, Source, event_of
from estimative.model.spec.evidence import Cases, Evidence, Exposure, Forecast, Indicator, Measurement, Testimony
from estimative.model.spec.quantities import PAIR, QuantityName
from estimative.model.spec.repeats import repeats_with
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.ageing import how
from estimative.reports.figures import figures
from estimative.reports.number_format import change_in_decibans, percent, plain_percent, rounded
from estimative.reports.phrases import (
    capital,
    date,
    input_name,
    listed,
    outcome_title,
    plain,
    plural,
    quoted,
    table_row,
    title_of,
)
from estimative.reports.sheets import Sheet, sheet

MAX_WEIGHT = 0.995
"""An item that counts less than this is said to count for less than one."""


@collected
def document(result: TraceResult, context: Context) -> Iterator[Block]:
    """The number, its equations, the priors with their reasons, the evidence with its sources, the method."""
    scenario = context.scenario
    yield from common.introduction(result.scenario, result.fit.prior_set, f"trace of {_title(result, scenario)}")
    yield from common.cautions(result, {"The fit": result.fit}, context.scenario)
    quantities = {row.name: row for row in result.quantities}
    if result.outcome:
        yield Paragraph(text=common.judgement(result.target, result.outcome, context), strong=True)
        yield Paragraph(text=phrases.spread_of(result.outcome.posterior))
        yield Paragraph(text=definition(scenario.outcomes[result.target], scenario))
    if result.target_kind == "indicator":
        sign = scenario.indicators[result.target]
        where = f". Where to look: {text}" if (text := _source(scenario.sources.get(sign.source))) else ""
        yield Paragraph(text=f"{capital(reading(sign, scenario))}, not yet observed{where}.")
    if result.target_kind == "event" and result.target in result.events:
        lead = f"{phrases.sentence(scenario.event_title(result.target))}. "
        yield Paragraph(text=f"{lead}{chance(result.target, result.events[result.target], scenario)}", strong=True)
    if result.target in quantities:
        yield Heading(text="What the prior set states")
        yield Listing(points=(stated(quantities[result.target], scenario),))
    yield from equations(result, scenario)
    others = [row for row in result.quantities if row.name != result.target and not is_of_item(row.name)]
    if others:
        yield Heading(text="Inputs: priors and reasons")
        yield Listing(points=tuple(stated(row, scenario) for row in others))
    if result.evidence:
        yield Heading(text="Evidence and sources")
        yield Listing(points=tuple(item(row, quantities, scenario) for row in result.evidence))
    yield from _other_items(result, scenario)
    yield from common.method({"Fit": result.fit}, result.scenario, result.computation)


def _other_items(result: TraceResult, scenario: Scenario) -> Iterator[Block]:
    """The evidence that is not behind the equations, but may say something about what is."""
    names = scenario.evidence.keys() - {row.name for row in result.evidence}
    if names and result.events:
        yield Paragraph(
            text=f"Not listed: {plural(len(names), 'item', 'items')} of evidence about something else, which counts as "
            "far as that depends on the factors and events above. A what-if without it shows how much."
        )


def _title(result: TraceResult, scenario: Scenario) -> str:
    if result.target_kind in ("quantity", "weight"):
        return input_name(result.target, scenario)
    if result.target_kind in ("item", "indicator"):
        return quoted({**scenario.indicators, **scenario.evidence}[result.target].title)
    title = outcome_title if result.target_kind == "outcome" else title_of
    return quoted(title(result.target, scenario))


def definition(outcome: Outcome, scenario: Scenario) -> str:
    """An outcome in terms of its events."""

    def titles(names: Sequence[str]) -> str:
        return listed([quoted(title_of(name, scenario)) for name in names])

    parts = []
    if outcome.all:
        parts.append(titles(outcome.all) if len(outcome.all) == 1 else f"all of {titles(outcome.all)}")
    if outcome.any:
        parts.append(f"at least one of {titles(outcome.any)}")
    if outcome.none:
        parts.append(f"none of {titles(outcome.none)}")
    given = f", given {titles(outcome.given)}" if outcome.given else ""
    unless = f", if none of these happens: {titles(outcome.unless)}" if outcome.unless else ""
    return f"This outcome means: {'; '.join(parts)}{given}{unless}."


def equations(result: TraceResult, scenario: Scenario) -> Iterator[Block]:
    """Each event with its probability and its equation, then those that it depends on."""
    rows = {row.event: row for row in result.equations}
    for name, probability in reversed(tuple(result.events.items())):
        yield Heading(text=phrases.sentence(scenario.event_title(name)))
        if name != result.target:
            yield Paragraph(text=chance(name, probability, scenario))
        if name in rows:
            yield from equation(rows[name], scenario)
        elif scenario.event(name).form == "odds" and not scenario.event(name).ordered and "=" in name:
            yield Paragraph(text=_reference(name, scenario))
        if item := scenario.observation_of(name):
            yield Paragraph(text=f"Observed: {quoted(item.title)}. That settles it, whatever the terms add up to.")
    if rows:
        terms = any(row.terms for row in rows.values())
        yield Paragraph(text=f"{MEANS}{TERMS if terms else ''}")


def _reference(name: str, scenario: Scenario) -> str:
    """The state with which the others are compared, and what drives it."""
    event, state = scenario.event(name), name.partition("=")[2]
    drivers = [driver for driver in event.drivers if driver.state == state]
    parts = [f"{quoted(title_of(d.name, scenario))} {'raises' if d.sign > 0 else 'lowers'} it" for d in drivers]
    driven = f" {capital(listed(parts))}, which counts in each of theirs the other way round." if parts else ""
    return f"The log-odds of the other states are those against this one.{driven}"


MEANS = (
    "The numbers in these tables are means over the posterior, where the event's own condition holds. A probability is "
    "the mean over all draws, not the probability at these means."
)
TERMS = (
    " Value: of the baseline, its chance or yearly rate with all factors at their middle; of a driver, the odds ratio "
    "(rate ratio) from one end to the other. Level: the degree of the factor, or the chance of the event. Adds: "
    "to the log-odds (of a rate: to its logarithm), in decibans; a factor counts from its middle, 0.5, an event if it "
    "has happened."
)


def chance(name: str, row: EventProbability, scenario: Scenario) -> str:
    """The probability of an event under its own condition, and whatever else happens."""
    event, conditional = scenario.event(name), row.conditional
    if conditional is None:
        return f"If its condition holds: impossible, or not known well enough. Overall: {percent(row.posterior)}."
    before = f"before the evidence: {percent(conditional.prior)}"
    if not event.given and not event.unless:
        return f"Probability: {percent(conditional.posterior)} ({before})."
    condition = phrases.condition(event.given, event.unless, scenario)
    lead = f"Probability, if its condition holds ({condition}): {percent(conditional.posterior)} ({before})."
    return f"{lead} Overall: {percent(row.posterior)}."


def equation(row: Equation, scenario: Scenario) -> Iterator[Block]:
    """The terms of an event's log-odds, or the rows of its table."""
    since = " at most, from when its condition is met" if awaited(event_of(row.event), scenario.events) else ""
    if row.terms:
        event = scenario.event(row.event)
        odds = "Log-odds of this state or a later one =" if event.ordered else "Log-odds ="
        if event.states and not event.ordered:
            odds = f"Log-odds against {quoted(event.state_title(event.share_states[0]))} ="
        if before := repeats_with(event, scenario.events):
            odds = f"Log-odds after each {quoted(title_of(before, scenario))} ="
        if row.stated_years:
            odds = f"Log-odds of p, over the {row.stated_years:.2f} years that it is stated for ="
        left = odds if row.form == "odds" else f"Log yearly rate, over {row.years:.2f} years{since} ="
        rows = [_term(term, row.event, row.form, scenario) for term in row.terms]
        alone = event.repeats or row.stated_years
        if row.log_bayes_factor and not alone:
            rows.append(("evidence about the event itself", "-", "-", change_in_decibans(row.log_bayes_factor)))
        yield Table(header=(left, "Value", "Level", "Adds"), rows=tuple(rows))
        if row.stated_years and row.years:
            power = f"{row.years / row.stated_years:.3g}"
            yield Paragraph(text=f"There are {row.years:.2f} years: its chance is 1 - (1 - p) to the power of {power}.")
    if row.entries:
        entries = [(capital(table_row(_key(entry.quantity), scenario)), percent(entry.value)) for entry in row.entries]
        yield Table(header=("Row of the table", "Probability"), rows=tuple(entries))
    if row.log_bayes_factor and (not row.terms or scenario.event(row.event).repeats or row.stated_years):
        size = change_in_decibans(row.log_bayes_factor)
        yield Paragraph(text=f"Evidence about the event itself adds {size} decibans to its log-odds.")


def _key(quantity: str) -> str:
    """The row of a table that a quantity is."""
    return quantity.split(".", 2)[2]


def _term(term: Term, event: str, form: str, scenario: Scenario) -> tuple[str, str, str, str]:
    if not term.driver:
        value = percent(term.value) if form == "odds" else f"{rounded(term.value.value, term.value.se)} a year"
        return "baseline", value, "-", change_in_decibans(term.contribution)
    direction = "raises" if term.sign > 0 else "lowers"
    title = plain(title_of(term.driver, scenario))
    changed = quoted(scenario.event(event).state_title(term.state)) if term.state else "it"
    return (
        f"{title} ({direction} {changed})",
        f"\u00d7 {rounded(term.value.value, term.value.se)}",
        _level(term, scenario),
        change_in_decibans(term.contribution),
    )


def _level(term: Term, scenario: Scenario) -> str:
    """The degree of a factor, or the probability of an event."""
    if term.level is None:
        return "-"
    if event_of(term.driver) in scenario.events:
        return percent(term.level)
    return rounded(term.level.value, max(term.level.se, 0.01))


def stated(row: TracedQuantity, scenario: Scenario) -> str:
    """What is stated about a quantity, why, and its mean before the evidence and after it."""
    return f"{capital(input_name(row.name, scenario))}: {_statement(row)}"


def _statement(row: TracedQuantity) -> str:
    return f"{_without_reason(row)}. {_reason(row)}"


def _without_reason(row: TracedQuantity) -> str:
    source = f" (source: {plain(row.source)})" if row.source else ""
    return f"stated as {row.statement}{phrases.whose(row.taken_from)}{source}{_learned(row.distribution)}"


def _reason(row: TracedQuantity) -> str:
    reason = " ".join(row.because.split()).rstrip(".")
    return f"Reason: {reason}." if reason else "No reason is given."


def _learned(distribution: QuantityResult | None) -> str:
    """The mean of a quantity before the evidence and after it; nothing for what is no part of the fit."""
    if distribution is None:
        return ""
    means = (distribution.prior.mean, distribution.posterior.mean)
    before, after = (rounded(mean, distribution.posterior.se) for mean in means)
    return "; constant" if distribution.constant else f"; mean {before} before the evidence, {after} after it"


def item(row: TracedItem, quantities: Mapping[str, TracedQuantity], scenario: Scenario) -> str:
    """An item of evidence: what it says, where it was read, how it is graded, how much it counts."""
    evidence = scenario.evidence[row.name]
    graded = ", ".join(part for part in (row.grade, evidence.standing) if part)
    parts = [f"{quoted(row.title)}{f' ({graded})' if graded else ''}: {reading(evidence, scenario)}"]
    if where := "; ".join(part for part in (_source(row.source), plain(row.locator)) if part):
        parts.append(f"Source: {where}")
    weight = "Standard error" if isinstance(evidence, Measurement | Forecast) else "Likelihood ratio"
    if quantity := quantities.get(f"evidence.{row.name}"):
        parts.append(f"{weight}: {_statement(quantity)}".rstrip("."))
    parts += _chances(row.name, quantities, scenario)
    if quantity := quantities.get(f"motives.{row.name}"):
        parts.append(f"Motive: {_statement(quantity)}".rstrip("."))
    if age := how(evidence, scenario.as_of):
        parts.append(f"It {age}")
    if row.weight < MAX_WEIGHT:
        parts.append(f"It counts as {row.weight:.2g} of an item")
    return ". ".join(parts) + "."


def _chances(item: str, quantities: Mapping[str, TracedQuantity], scenario: Scenario) -> Iterator[str]:
    """What is stated of an item in each case, those with the same reason together."""
    cases = [row for name, row in quantities.items() if name.startswith(f"evidence.{item}.")]
    for reason in dict.fromkeys(row.because for row in cases):
        alike = [row for row in cases if row.because == reason]
        for row in alike:
            what = "Its chance" if QuantityName.parse(row.name).key in PAIR else "Its relative likelihood"
            yield f"{what} {phrases.case_of(row.name, scenario)}: {_without_reason(row)}"
        yield _reason(alike[0]).rstrip(".")


def _source(source: Source | None) -> str:
    if source is None:
        return ""
    day = date(source.date) if source.date else ""
    return ", ".join(plain(part) for part in (source.title, source.publisher, day, source.url) if part)


def _span(item: Forecast, scenario: Scenario) -> str:
    """From when to when a forecast of what takes time runs."""
    if scenario.timed.isdisjoint(scenario.subjects(item)):
        return ""
    start, end = scenario.span(item)
    return f" from {date(start)} to {date(end)}"


def reading(item: Evidence, scenario: Scenario) -> str:
    """What an item says about its subject, as the equations take it."""
    title = outcome_title if isinstance(item, Forecast) and item.about in scenario.outcomes else title_of
    subject = quoted(title(item.about, scenario))
    event = scenario.events.get(item.about)
    match item:
        case Indicator() if event and event.states:
            return f"an indicator of {subject}, with a likelihood under each state"
        case Testimony() if event and event.states:
            motive = f", with {quoted(title_of(item.motive, scenario))} as the motive" if item.motive else ""
            return f"a statement that it is {quoted(title_of(f'{event.id}={item.claimed}', scenario))}{motive}"
        case Indicator():
            return f"an indicator that {subject} {_supported(item, scenario)}{_restriction(item, scenario)}"
        case Measurement():
            ends = f"{item.at_low:g} is expected where it is low, {item.at_high:g} where it is high"
            return f"a measurement of {subject}: {item.value:g} {item.unit} ({ends})"
        case Testimony():
            motive = f", with {quoted(title_of(item.motive, scenario))} as the motive" if item.motive else ""
            claim = "so" if item.claims else "not so"
            return f"a statement that {subject} is {claim}{_restriction(item, scenario)}{motive}"
        case Forecast() if item.quantiles:
            points = ", ".join(f"{100 * share:g}% below {value:,.12g}" for share, value in item.quantiles)
            return f"a forecast of {subject}: {points}{f' {event.unit}' if event and event.unit else ''}"
        case Forecast():
            return f"a forecast of {subject}: {plain_percent(item.probability)}{_span(item, scenario)}"
        case Exposure():
            return f"{item.count} cases of {subject} in {item.years:g} years"
        case Cases() if event and event.states:
            counts = {state: sum(t.states.get(state, 0.0) for t in item.trials) for state in event.states}
            listed_counts = ", ".join(f"{event.state_title(state)} {count:g}" for state, count in counts.items())
            return f"{sum(counts.values()):g} comparable cases of {subject}: {listed_counts}"
        case Cases():
            successes, total = sum(t.successes for t in item.trials), sum(t.of for t in item.trials)
            return f"{successes:g} of {total:g} comparable cases of {subject}"
    return f"{subject} {'happened' if item.happened else 'did not happen'}"


def _restriction(item: Indicator | Testimony, scenario: Scenario) -> str:
    """What an item about an event with a condition takes for granted of that condition."""
    event = scenario.events.get(item.about)
    if event is None or not event.given:
        return ""
    if item.given:
        return " if its condition is met (it says nothing about the condition)"
    return " (that includes its condition, which the item is evidence about as well)"


def _supported(item: Indicator, scenario: Scenario) -> str:
    """What an indicator supports about its subject."""
    if item.about in scenario.factors:
        return "is high" if item.supports else "is low"
    if scenario.event(item.about).when == "now":
        return "is so" if item.supports else "is not so"
    return "happens" if item.supports else "does not happen"


def sheets(result: TraceResult, context: Context) -> tuple[Sheet, ...]:
    """Events, terms, inputs and evidence as tables; contributions in natural logarithms."""
    scenario = context.scenario
    terms = [{"event": row.event, "": part} for row in result.equations for part in (*row.terms, *row.entries)]
    return (
        sheet("events", [{"event": n, "title": plain(title_of(n, scenario)), "": p} for n, p in result.events.items()]),
        sheet("terms", terms),
        sheet("inputs", [{"title": input_name(row.name, scenario), "": row} for row in result.quantities]),
        sheet("evidence", [{"": row} for row in result.evidence]),
    )


FIGURES = figures()
