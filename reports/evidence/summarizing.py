"""From what the evidence does to its summary: numbers first, words later."""

from __future__ import annotations

from estimative.model.analysis.evidence_weight import EvidenceGroup, EvidenceWeights, Weight
from estimative.model.analysis.information_value import IndicatorValue, InformationValue
from estimative.model.analysis.tipping_point import Reach, Tipping
from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior, PriorPredictive
from estimative.model.spec.quantities import state_labels
from estimative.priors.statement_syntax import say
from estimative.priors.verbal_scale import ICD203
from estimative.reports.evidence import summary as told
from estimative.reports.summarizing import (
    analyst_of,
    effort_of,
    evidence_of,
    number,
    probability_fields,
    scenario_of,
    sources_of,
)
from estimative.reports.summary import Computation, Number, Probability, finite

HAIR = 1e-6
"""Beside the border of a word."""


def summarize(
    posterior: Posterior,
    before: PriorPredictive,
    *,
    ledger: EvidenceWeights | None,
    tipping: Tipping | None,
    watch: InformationValue | None,
    computation: Computation,
    allow_unconverged: bool,
) -> told.Weighing:
    """The summary; a part that could not be reckoned is None."""
    assessment = posterior.assessment
    efforts = [part.effort for part in (ledger, tipping) if part]
    converged = posterior.verdict.passed and all(effort.converged for effort in efforts)
    telling = posterior.verdict.passed or allow_unconverged
    key = ("outcome", assessment.scenario.headline)
    return told.Weighing(
        scenario=scenario_of(assessment),
        analyst=analyst_of(posterior),
        converged=converged,
        caution="" if converged else told.UNCONVERGED if allow_unconverged else told.WITHHELD,
        headline_title=assessment.scenario.outcomes[assessment.scenario.headline].title,
        headline=Probability(**probability_fields(posterior.estimates[key], before.estimates[key]))  # type: ignore[arg-type]
        if telling
        else None,
        ledger=_ledger(ledger, assessment) if ledger and (ledger.effort.converged or allow_unconverged) else None,
        tipping=_tipping(tipping, assessment) if tipping and (tipping.effort.converged or allow_unconverged) else None,
        indicators={sight.indicator: _sight(sight, watch, assessment) for sight in watch.sights}
        if watch and telling
        else {},
        evidence=dict(evidence_of(assessment)),
        sources=sources_of(assessment),
        computation=computation,
    )


def _ledger(found: EvidenceWeights, assessment: Assessment) -> told.Ledger:
    return told.Ledger(
        before=number(found.before),
        after=number(found.after),
        whole=number(found.whole),
        stories={story.name: _story(story, assessment) for story in found.stories},
        items={name: _weight(weight) for name, weight in found.items.items()},
        opposition=told.Opposition(up=found.opposition.up, down=found.opposition.down) if found.opposition else None,
        conflict=told.Conflict(
            first=found.conflict.first, second=found.conflict.second, measure=number(found.conflict.measure)
        )
        if found.conflict
        else None,
        effort=effort_of(found.effort),
    )


def _story(story: EvidenceGroup, assessment: Assessment) -> told.Story:
    first = assessment.scenario.evidence[story.items[0]]
    return told.Story(
        title=first.title,
        items=story.items,
        weight=_weight(story.weight),
        step=number(story.step),
        running=number(story.running),
    )


def _weight(weight: Weight) -> told.Weight:
    return told.Weight(
        alone=number(weight.alone),
        last=number(weight.last),
        pareto_k=finite(weight.pareto_k),
        own_fits=weight.own_fits,
    )


def _tipping(found: Tipping, assessment: Assessment) -> told.Tipping:
    return told.Tipping(
        edges=tuple(
            told.Edge(
                probability=edge.probability,
                below=str(ICD203.word(edge.probability - HAIR)),
                above=str(ICD203.word(edge.probability + HAIR)),
                log_ratio=number(edge.log_ratio),
            )
            for edge in found.edges
        ),
        factors={reach.factor: _reach(reach, assessment) for reach in found.reaches},
        effort=effort_of(found.effort),
    )


def _reach(reach: Reach, assessment: Assessment) -> told.Reach:
    return told.Reach(
        title=assessment.scenario.factors[reach.factor].title,
        mean=reach.mean,
        at_low=number(reach.at_low),
        at_high=number(reach.at_high),
        moves=tuple(
            told.Move(edge=move.edge, mean=number(move.mean) if move.mean else None, held=move.held)
            for move in reach.moves
        ),
    )


def _sight(sight: IndicatorValue, watch: InformationValue, assessment: Assessment) -> told.Sight:
    indicator = assessment.scenario.indicators[sight.indicator]
    names = state_labels(indicator.about, assessment.scenario)
    return told.Sight(
        title=indicator.title,
        about=indicator.about,
        supports=names[not indicator.supports],
        source=indicator.source,
        locator=indicator.locator,
        likelihoods=tuple(_likelihood(assessment, indicator.id, end) for end in names),
        seen=number(sight.seen),
        if_seen=number(sight.if_seen) if sight.if_seen else None,
        if_not=number(sight.if_not) if sight.if_not else None,
        information=_share(sight.information, watch.entropy),
        variance=_share(sight.variance, watch.variance),
        ceiling=_share(sight.ceiling, watch.variance),
    )


def _likelihood(assessment: Assessment, indicator: str, end: str) -> told.Likelihood:
    prior = assessment.indicator_priors[f"indicators.{indicator}.if_{end}"]
    return told.Likelihood(
        end=end, mean=prior.family.mean, statement=say(prior.stated.statement), because=prior.stated.because
    )


def _share(part: MCEstimate, whole: float) -> Number:
    """Of a whole; of nothing, nothing."""
    return Number(value=part.value / whole, se=part.se / whole) if whole > 0 else Number(value=0.0, se=0.0)
