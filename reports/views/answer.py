"""An answer as a page shows it: outcomes, the chain of events, the factors; each number with its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import ProbabilityEstimate, QuantitySummary
from estimative.model.inference.fit_result import FitResult, summary_of
from estimative.model.inference.target_estimates import TargetKey
from estimative.model.spec.scenario import Scenario
from estimative.priors.verbal_scale import Scale
from estimative.reports import phrases
from estimative.reports.blocks import Block
from estimative.reports.context import Context
from estimative.reports.documents import fit as fit_document
from estimative.reports.number_format import interval, percent
from estimative.reports.views.block import BlockView, block_views


class ProbabilityView(Struct, frozen=True, kw_only=True):
    """A probability with its interval, as numbers and as they are written."""

    value: float
    se: float
    low: float
    high: float
    text: str
    interval: str
    word: str


class OutcomeView(Struct, frozen=True, kw_only=True):
    """An outcome, after the evidence and before it."""

    id: str
    title: str
    posterior: ProbabilityView
    prior: ProbabilityView | None
    """None where it was not computed."""
    judgement: str
    """In a sentence."""


class EventView(Struct, frozen=True, kw_only=True):
    """An event of the chain, or one state of an event with several."""

    id: str
    title: str
    condition: str
    """A dash where it has none."""
    conditional: ProbabilityView | None
    """Under its condition; None where that is impossible or the number cannot be relied on."""
    overall: ProbabilityView | None


class FactorView(Struct, frozen=True, kw_only=True):
    """A factor before the evidence and after it, from 0 to 1."""

    id: str
    title: str
    low: str
    high: str
    """What 0 and 1 mean."""
    prior: QuantitySummary
    posterior: QuantitySummary


class AnswerView(Struct, frozen=True, kw_only=True):
    """Everything that an answer says about a scenario."""

    outcomes: tuple[OutcomeView, ...]
    """The headline first; none where the numbers cannot be relied on."""
    events: tuple[EventView, ...]
    factors: tuple[FactorView, ...]
    notes: tuple[BlockView, ...]
    """What did not converge, what is left out, how it was computed."""


def probability_view(number: ProbabilityEstimate, scale: Scale) -> ProbabilityView:
    """A probability with its texts."""
    return ProbabilityView(
        value=number.value,
        se=number.se,
        low=number.interval.low,
        high=number.interval.high,
        text=percent(number),
        interval=interval(number.interval),
        word=str(phrases.phrase(number, scale)),
    )


def fit_view(result: FitResult, context: Context) -> AnswerView:
    """The result of a full fit."""
    numbers: dict[TargetKey, ProbabilityEstimate] = {}
    priors: dict[TargetKey, ProbabilityEstimate] = {}
    for name, row in result.outcomes.items():
        numbers["outcome", name], priors["outcome", name] = row.posterior, row.prior
    for name, event in result.events.items():
        numbers["event", name] = event.posterior
        if event.conditional:
            numbers["link", name] = event.conditional.posterior
    summaries = {name: (row.prior, row.posterior) for name, row in result.quantities.items()}
    notes = (*fit_document.cautions(result, context), *fit_document.omitted(result, context.scenario))
    return _view(context, numbers, priors, summaries, (*notes, *fit_document.method(result)))


def quick_view(
    assessment: Assessment,
    numbers: Mapping[TargetKey, ProbabilityEstimate],
    factors: Mapping[str, QuantitySummary],
    scale: Scale,
) -> AnswerView:
    """Numbers that were taken from the draws of another fit; `factors` by the name of the quantity."""
    context = Context(assessments=(assessment,), scale=scale)
    summaries = {name: (summary_of(assessment.marginal(name)), summary) for name, summary in factors.items()}
    links = {
        ("link", name): number
        for (kind, name), number in numbers.items()
        if kind == "event" and not _conditional(name, assessment.scenario)
    }
    return _view(context, {**links, **numbers}, {}, summaries, ())


def _conditional(name: str, scenario: Scenario) -> bool:
    event = scenario.event(name)
    return bool(event.given or event.unless)


def _view(
    context: Context,
    numbers: Mapping[TargetKey, ProbabilityEstimate],
    priors: Mapping[TargetKey, ProbabilityEstimate],
    summaries: Mapping[str, tuple[QuantitySummary, QuantitySummary]],
    notes: Iterable[Block],
) -> AnswerView:
    scenario, scale = context.scenario, context.scale

    def view(number: ProbabilityEstimate | None) -> ProbabilityView | None:
        return probability_view(number, scale) if number else None

    names = sorted(scenario.outcomes, key=lambda name: name != scenario.headline)
    return AnswerView(
        outcomes=tuple(
            OutcomeView(
                id=name,
                title=phrases.plain(scenario.outcomes[name].title),
                posterior=probability_view(numbers["outcome", name], scale),
                prior=view(priors.get(("outcome", name))),
                judgement=f"{phrases.proposition(name, scenario)}: {phrases.judged(numbers['outcome', name], scale)}.",
            )
            for name in names
            if ("outcome", name) in numbers
        ),
        events=tuple(
            EventView(
                id=name,
                title=phrases.title_of(name, scenario),
                condition=phrases.condition(scenario.event(name).given, scenario.event(name).unless, scenario),
                conditional=view(numbers.get(("link", name))),
                overall=view(numbers.get(("event", name))),
            )
            for name in scenario.ordered_literals
            if ("event", name) in numbers
        ),
        factors=tuple(
            FactorView(
                id=name,
                title=phrases.plain(factor.title),
                low=phrases.plain(factor.low),
                high=phrases.plain(factor.high),
                prior=summaries[f"factors.{name}"][0],
                posterior=summaries[f"factors.{name}"][1],
            )
            for name, factor in scenario.factors.items()
            if f"factors.{name}" in summaries
        ),
        notes=block_views(notes),
    )
