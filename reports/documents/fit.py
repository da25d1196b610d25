"""The document of a fit: the judgement, the outcomes, the chain of events, the factors, the method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from estimative.model.inference.by_date import ByDate
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.fit_result import EventProbability, FitResult, Probability, QuantityResult
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.inference.occurrences import Count
from estimative.model.inference.prior_influence import PriorInfluence
from estimative.model.inference.target_estimates import Omission
from estimative.model.spec.events import Factor, Outcome
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.scenario import Scenario
from estimative.priors.prior_set import SCENARIO
from estimative.priors.statement_syntax import say
from estimative.reports import phrases
from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import ageing, common
from estimative.reports.documents.dates import dates
from estimative.reports.documents.hypotheses import hypotheses
from estimative.reports.figures import figures
from estimative.reports.number_format import interval, multiple, percent, plain_percent, rounded, significant
from estimative.reports.phrases import capital, input_name, listed, plain, plural
from estimative.reports.sheets import Sheet, sheet

OCCURRENCES = (
    "How often: the expected number until the horizon, after the evidence and before it; then the chance of at least "
    "one occurrence, two and so on."
)
MOST_COUNTED = 4
"""Occurrences whose chance is shown; the JSON has more."""
TINY_SD = 1e-12
"""A prior with a smaller standard deviation is a constant but for rounding."""
NOT_REDUCED = 0.95
"""Above this share of the variance, what is missing may be the error of the estimate."""
VARIANCE_SHARES = (
    (0.25, "Little of the uncertainty in the priors remains"),
    (0.75, "Part of the uncertainty in the priors remains"),
    (NOT_REDUCED, "Most of the uncertainty in the priors remains"),
    (1 / NOT_REDUCED, "The evidence did not reduce the uncertainty"),
)
"""By the share of the prior variance that remains."""


def preliminary(result: FitResult, context: Context) -> Document:
    """The answer of importance sampling, while NUTS is still running."""
    headline = result.headline.posterior
    text = (
        f"Preliminary result, by importance sampling: {phrases.judged(headline, context.scale)}. NUTS is checking it; "
        "if the two disagree, it is withdrawn."
    )
    return (Paragraph(text=text),)


@collected
def document(result: FitResult, context: Context) -> Iterator[Block]:
    """The answer first, then why, then how it was computed."""
    yield Heading(text=result.scenario.title, level=1)
    yield Paragraph(text=phrases.first_paragraph(result.scenario.question))
    yield Paragraph(text=common.frame(result.scenario, [result.prior_set]))
    yield from ageing.later(result.scenario)
    yield from cautions(result, context)
    if result.has_results:
        yield from judgement(result, context)
        yield Heading(text="Outcomes")
        yield outcomes_table(result, context)
        yield from omitted(result, context.scenario)
        yield from hypotheses(result, context)
        yield from chain(result, context.scenario)
        yield from dates(result, context)
        if context.scenario.factors:
            yield Heading(text="Factors")
            yield factors_table(result, context.scenario)
        if parts := tuple(influence(result, context)):
            yield from (Heading(text="How much comes from the priors"), *parts)
    yield Heading(text="Method")
    yield from method(result)


def cautions(result: FitResult, context: Context) -> Iterator[Block]:
    """Which fits failed, why, and what to try."""
    fits = {phrases.METHODS[name]: fit for name, fit in result.fits.items()}
    yield from common.cautions(result, fits, context.scenario)
    if result.agreement and not result.agreement.agree:
        yield Paragraph(text=phrases.agreement(result.agreement))
    yield from _unconfirmed(result)


def _unconfirmed(result: FitResult) -> Iterator[Block]:
    """The method that failed, where the other one passed."""
    failed = [fit for fit in result.fits.values() if not fit.converged]
    if result.converged and failed:
        passed = capital(phrases.METHODS[result.method])
        text = f"Not confirmed by a second method. {passed} passed its checks. {phrases.verdict(failed[0])}."
        yield Paragraph(text=text)


def judgement(result: FitResult, context: Context) -> Iterator[Block]:
    """The headline in words and numbers, its interval, what the evidence did, the analyst's confidence."""
    headline = result.headline
    yield Heading(text="Key judgement")
    yield Paragraph(text=common.judgement(result.scenario.headline, headline, context), strong=True)
    yield Paragraph(text=f"{phrases.spread_of(headline.posterior)} {moved(result, context.scenario)}")
    yield Paragraph(text=phrases.confidence(result.prior_set.confidence))


def moved(result: FitResult, scenario: Scenario) -> str:
    """The headline before the evidence, and the factor by which the evidence moved its odds."""
    if not scenario.evidence:
        return "No evidence was used: the result follows from the priors."
    before = f"Before the evidence: {percent(result.headline.prior)}."
    shift = _shift_of(result.headline)
    if shift is None:
        return before
    if not significant(shift):
        return f"{before} The evidence did not change the odds by more than the error."
    size, verb = multiple(shift), "raised" if shift.value > 0 else "lowered"
    if float(size.removeprefix("over ").replace(",", "")) == 1:
        return f"{before} The evidence hardly changed the odds."
    return f"{before} The evidence {verb} the odds by a factor of {size}."


def _shift_of(headline: Probability) -> MCEstimate | None:
    """Natural log-odds after the evidence less those before; None where a probability is 0 or 1."""
    before, after = (MCEstimate(value=p.value, own_variance=p.se**2) for p in (headline.prior, headline.posterior))
    try:
        first, last = log_odds(before), log_odds(after)
    except Undefined:
        return None
    return delta_method(last.value - first.value, [(1.0, last), (-1.0, first)])


def outcomes_table(result: FitResult, context: Context) -> Table:
    """Each outcome with its interval, its prior and its word."""
    mass = plain_percent(result.headline.posterior.interval.mass)
    return Table(
        header=("Outcome", "Probability", f"{mass} interval", "Prior", f"{context.scale.title} word"),
        rows=tuple(_outcome(name, row, context) for name, row in result.outcomes.items()),
        text_columns=frozenset({0, 4}),
    )


def omitted(result: FitResult, scenario: Scenario) -> Iterator[Block]:
    """The probabilities that are not shown, and why."""
    if result.omitted:
        yield Paragraph(text="Not shown:")
        yield Listing(points=tuple(_omission(each, scenario) for each in result.omitted))


def _omission(row: Omission, scenario: Scenario) -> str:
    title_of = phrases.outcome_title if row.kind == "outcome" else phrases.title_of
    title = phrases.quoted(title_of(row.id, scenario))
    what = f"{title}, if its condition holds" if row.kind == "link" else title
    if row.verdict is None:
        return f"{what}: its condition is impossible, given the evidence"
    return f"{what}: did not converge ({'; '.join(map(phrases.failure, row.verdict.failed))})"


def _outcome(name: str, row: Probability, context: Context) -> tuple[str, ...]:
    return (
        plain(context.scenario.outcomes[name].title),
        percent(row.posterior),
        interval(row.posterior.interval),
        percent(row.prior),
        str(phrases.phrase(row.posterior, context.scale)),
    )


def chain(result: FitResult, scenario: Scenario, pictures: Iterable[Block] = ()) -> Iterator[Block]:
    """The pictures, then each event that happens or not: under its own condition, and whatever else happens."""
    rows = [_event(name, row, scenario) for name, row in result.events.items() if name in scenario.events]
    blocks = [*pictures]
    if rows:
        header = ("Event", "If", "Probability", "Prior", "Overall")
        blocks.append(Table(header=header, rows=tuple(rows), text_columns=frozenset({0, 1})))
    if result.occurrences:
        blocks += [_occurrences_table(result, scenario), Paragraph(text=OCCURRENCES)]
    if blocks:
        yield Heading(text="Chain of events")
        yield from blocks


def _occurrences_table(result: FitResult, scenario: Scenario) -> Table:
    """How often events that repeat occur."""
    most = min(max(len(row.posterior.at_least) for row in result.occurrences.values()), MOST_COUNTED)
    rows = []
    for name, row in result.occurrences.items():
        chances = [percent(number) for number in row.posterior.at_least[:most]]
        chances += ["-"] * (most - len(chances))
        rows.append((phrases.title_of(name, scenario), _number(row.posterior), _number(row.prior), *chances))
    header = ("How often", "Expected", "Prior", *(f"{number}+" for number in range(1, most + 1)))
    return Table(header=header, rows=tuple(rows))


def _number(count: Count) -> str:
    return rounded(count.expected.value, count.expected.se or 0.0) if count.expected else "-"


def _event(name: str, row: EventProbability, scenario: Scenario) -> tuple[str, ...]:
    event, title = scenario.event(name), phrases.title_of(name, scenario)
    condition = phrases.condition(event.given, event.unless, scenario)
    if row.conditional is None:
        return title, condition, "impossible", "-", percent(row.posterior)
    return (
        title,
        condition,
        percent(row.conditional.posterior),
        percent(row.conditional.prior),
        percent(row.posterior),
    )


def factors_table(result: FitResult, scenario: Scenario) -> Table:
    """Each factor before the evidence and after it."""
    rows = [_factor(factor.title, result.quantities[f"factors.{name}"]) for name, factor in scenario.factors.items()]
    return Table(header=("Factor (0 to 1)", "Prior mean", "Posterior mean", "90% interval", "Shift"), rows=tuple(rows))


def _factor(title: str, row: QuantityResult) -> tuple[str, ...]:
    means = [rounded(summary.mean, max(summary.se, 0.01)) for summary in (row.prior, row.posterior)]
    return plain(title), *means, f"{row.posterior.p05:.2f} to {row.posterior.p95:.2f}", _shift(row)


def _shift(row: QuantityResult) -> str:
    """By how many standard deviations of the prior the mean moved."""
    if row.prior.sd < TINY_SD:
        return "constant"
    shift = (row.posterior.mean - row.prior.mean) / row.prior.sd
    return f"{rounded(shift, max(row.posterior.se / row.prior.sd, 0.1), signed=True)} sd"


def influence(result: FitResult, context: Context) -> Iterator[Block]:
    """How much uncertainty of the priors remains; constants, fixed weights, statements that were not met."""
    scenario = context.scenario
    if result.influence and scenario.evidence:
        yield Paragraph(text=_remaining(result.influence))
    constants = [name for name, row in result.quantities.items() if row.constant]
    if constants:
        values = [f"{input_name(name, scenario)} ({result.quantities[name].prior.mean:.6g})" for name in constants]
        yield Paragraph(text=f"Constants: {phrases.shortened(values)}.")
    discounted = sum(weight != 1 for weight in result.weights.values())
    if discounted:
        items = plural(len(result.weights), "item", "items")
        yield Paragraph(
            text=f"{discounted} of {items} of evidence {'counts' if discounted == 1 else 'count'} only in part."
        )
    yield from ageing.ageing(context.assessment)
    missed = [name for name, row in result.quantities.items() if row.missed]
    if missed:
        values = [
            f"{input_name(name, scenario)} ({'; '.join(map(str, result.quantities[name].missed))})" for name in missed
        ]
        yield Paragraph(text=f"The fitted prior is far from what was stated: {listed(values)}.", strong=True)
    yield from _reasons(result, context)


def _remaining(influence: PriorInfluence) -> str:
    share = influence.variance_share
    if share is None:
        return "Every input behind the result is a constant."
    lead = next((text for limit, text in VARIANCE_SHARES if share <= limit), "The evidence widened the uncertainty")
    amount = f" ({100 * share:.0f}% of the variance of its log-odds)" if share < NOT_REDUCED else ""
    unmoved = f"{influence.unmoved} of {plural(influence.uncertain, 'uncertain input', 'uncertain inputs')}"
    return f"{lead} in the result{amount}. The evidence left {unmoved} where the priors put them."


def _reasons(result: FitResult, context: Context) -> Iterator[Block]:
    priors = context.assessment.priors
    input_of = context.assessment.structure.quantities.input_of
    inputs = {input_of(name) for name in result.quantities}
    silent = {input_of(name) for name in result.quantities if not priors[name].stated.because.strip()}
    if suggested := [name for name in result.quantities if priors[name].stated.taken_from == SCENARIO]:
        names = listed([input_name(name, context.scenario) for name in suggested])
        yield Paragraph(text=f"Suggested by the author of the scenario, since the prior set is silent: {names}.")
    if silent:
        yield Paragraph(text=f"{plural(len(silent), 'prior', 'priors')} of {len(inputs)} without a reason.")


def method(result: FitResult) -> Iterator[Block]:
    """By which method, with how many draws, which versions; and what the numbers mean."""
    points = [phrases.verdict(fit) for fit in result.fits.values()]
    if result.agreement:
        points.append(phrases.agreement(result.agreement))
    computation, run = result.computation, f"run {result.run.id}; " if result.run.id else ""
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    headline = result.headline.posterior if result.has_results else None
    if headline and headline.se:
        points.append(f"Simulation error of the result: {100 * headline.se:.2g} percentage points")
    if not all(fit.exact for fit in result.fits.values()):
        method = phrases.METHODS.get(result.method, result.method)
        points.append(f"Numbers by {method}; seed {computation.seed}{settings}")
    points += [
        f"{run}scenario {result.scenario.digest[:12]}, prior set {result.prior_set.digest[:12]}",
        f"Versions: {', '.join(f'{name} {version}' for name, version in computation.versions.items())}",
    ]
    yield Listing(points=tuple(map(capital, points)))
    if result.has_results:
        yield common.reservation(result.fits.values())


def sheets(result: FitResult, context: Context) -> tuple[Sheet, ...]:
    """Outcomes, events, factors, evidence and inputs as tables."""
    scenario = context.scenario
    factors = {name: result.quantities.get(f"factors.{name}") for name in scenario.factors}
    return (
        sheet("outcomes", [_outcome_row(name, row, context) for name, row in result.outcomes.items()]),
        sheet("dates", [_date_row(name, row) for name, found in result.dates.items() for row in found.by]),
        sheet("events", [_event_row(name, row, scenario) for name, row in result.events.items()]),
        sheet("factors", [_titled("factor", scenario.factors[name], row) for name, row in factors.items() if row]),
        sheet("evidence", [_item_row(item, result.weights[name]) for name, item in scenario.evidence.items()]),
        sheet("inputs", [_input_row(name, row, context) for name, row in result.quantities.items()]),
    )


def _event_row(name: str, row: EventProbability, scenario: Scenario) -> dict[str, object]:
    return {"event": name, "title": scenario.event_title(name), "": row}


def _titled(kind: str, thing: Factor | Outcome, row: object) -> dict[str, object]:
    return {kind: thing.id, "title": thing.title, "": row}


def _outcome_row(name: str, row: Probability, context: Context) -> dict[str, object]:
    word = str(phrases.phrase(row.posterior, context.scale))
    return {**_titled("outcome", context.scenario.outcomes[name], row), "word": word}


def _date_row(outcome: str, row: ByDate) -> dict[str, object]:
    return {"outcome": outcome, "date": row.date, "": row}


def _item_row(item: Evidence, weight: float) -> dict[str, object]:
    fields = {name: getattr(item, name) for name in ("title", "about", "source", "locator", "date", "origin", "grade")}
    return {"item": item.id, "kind": item.kind, **fields, "weight": weight}


def _input_row(name: str, row: QuantityResult, context: Context) -> dict[str, object]:
    stated = context.assessment.priors[name].stated
    text = {
        "stated": say(stated.statement),
        "taken_from": stated.taken_from,
        "because": stated.because,
        "source": stated.source,
    }
    return {"input": name, "title": input_name(name, context.scenario), **text, "": row}


FIGURES = figures("scale", "outcomes", "tree", "numbers", "dates", "factors")
