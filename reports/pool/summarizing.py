"""From pools to their summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from estimative.model.disagreement.analysts import Comparison
from estimative.model.disagreement.pool import Pool, Pooling
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.record import proper_scores as scoring
from estimative.model.record.proper_scores import RULES, Scoring
from estimative.reports.comparison.summarizing import probability_of
from estimative.reports.pool import summary as told
from estimative.reports.summarizing import analyst_of, number, scenario_of
from estimative.reports.summary import Computation, Number, finite
from estimative.reports.wording import term

UNCONVERGED = "Some analyst's fit did not converge. Do not rely on these numbers."
WITHHELD = "Some analyst's fit did not converge: nothing is pooled."


def summarize(
    found: Comparison,
    pooling: Pooling | None,
    weights: Mapping[str, scoring.Measured],
    *,
    computation: Computation,
    extremizing: float | None,
    record: Scoring | None = None,
    rule: str = "",
) -> told.Summary:
    """The summary of a pool.

    Parameters
    ----------
    pooling
        None where an analyst's fit did not converge and its numbers are not to be told.
    weights
        Of the analysts, summing to one.
    """
    converged = all(one.converged for one in found.analysts.values())
    scenario = next(iter(found.analysts.values())).fitted.assessment.scenario
    learnt = pooling.learnt if pooling and pooling.learnt else {}
    return told.Summary(
        scenario=scenario_of(next(iter(found.analysts.values())).fitted.assessment),
        converged=converged,
        caution="" if converged else UNCONVERGED if pooling else WITHHELD,
        analysts={name: analyst_of(one.fitted.posterior) for name, one in found.analysts.items()},
        weights={
            name: told.Weight(
                weight=weight.value, error=weight.error, learnt=number(learnt[name]) if name in learnt else None
            )
            for name, weight in weights.items()
        },
        extremizing=extremizing,
        outcomes={
            name: told.Outcome(
                title=scenario.outcomes[name].title,
                given=scenario.outcomes[name].given,
                analysts={analyst: probability_of(one, name) for analyst, one in found.analysts.items()},
                pools=tuple(map(pool_of, pools)),
            )
            for name, pools in (pooling.outcomes if pooling else {}).items()
        },
        record=_record(record, rule) if record else None,
        computation=computation,
    )


def pool_of(found: Pool) -> told.Pool:
    """One way to pool, with its word."""
    return told.Pool(
        kind=found.kind,
        stage=found.stage,
        probability=_perhaps(found.probability),
        term=term(found.probability.value, found.probability.se) if found.probability else "",
        extremized=_perhaps(found.extremized),
        without={name: _perhaps(one) for name, one in found.without.items()},
        lacking=found.lacking,
    )


def _perhaps(found: MCEstimate | None) -> Number | None:
    """A probability; a weighted mean may leave [0, 1] by rounding."""
    return number(replace(found, value=min(max(found.value, 0.0), 1.0))) if found else None


def _record(found: Scoring, rule: str) -> told.Record:
    return told.Record(
        file=found.file,
        rule=rule,
        title=RULES[rule].title,
        source=RULES[rule].source,
        same_questions=found.same_questions,
        analysts={scores.analyst: _scores(scores) for scores in found.scores},
    )


def _scores(found: scoring.Scores) -> told.Scores:
    return told.Scores(
        resolved=found.resolved,
        few=found.few,
        brier=_measured(found.brier),
        log=_measured(found.log),
        calibration=tuple(
            told.Calibration(term=band.term, count=band.count, said=band.said, happened=band.happened)
            for band in found.calibration
        ),
    )


def _measured(found: scoring.Measured) -> told.Measured:
    return told.Measured(value=finite(found.value), error=found.error)
