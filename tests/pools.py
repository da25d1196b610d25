"""Pools made by hand and at random, without a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from estimative.reports.comparison import summary as told
from estimative.reports.pool import summary as pooled
from estimative.reports.pool.summarizing import UNCONVERGED, WITHHELD
from estimative.reports.summary import Probability
from estimative.reports.wording import term
from tests.comparisons import COMPUTATION, ENGINEER, FAILING, MAYOR, SCEPTIC, noisy, number, outcomes, perhaps
from tests.summaries import CHANCES, ERRORS, FULL, probabilities


def _pools(answers: Mapping[str, Probability], *, extremized: bool = False) -> tuple[pooled.Pool, ...]:
    mean = sum(one.probability for one in answers.values()) / len(answers)
    ways = [(kind, stage) for stage in ("after", "before") for kind in ("linear", "logarithmic")]
    return tuple(
        pooled.Pool(
            kind=kind,
            stage=stage,
            probability=number(mean / step, 0.0007),
            term=term(mean / step, 0.0007),
            extremized=number(mean / step / 2, 0.0009) if extremized else None,
            without={name: number(one.probability / step, 0.0006) for name, one in answers.items()},
            lacking="",
        )
        for step, (kind, stage) in enumerate(ways, start=1)
    )


def pool(*analysts: told.Analyst, extremizing: float | None = None) -> pooled.Summary:
    """Analysts pooled with the same weight, if every fit converged."""
    names = tuple(one.prior_set.name for one in analysts)
    converged = all(one.converged for one in analysts)
    learnt = number(1 / len(names), 0.02) if converged else None
    found = {
        name: pooled.Outcome(
            title=one.title,
            given=one.given,
            analysts=one.analysts,
            pools=_pools(one.analysts, extremized=extremizing is not None),
        )
        for name, one in outcomes(names).items()
    }
    return pooled.Summary(
        scenario=FULL.scenario,
        converged=converged,
        caution="" if converged else WITHHELD,
        analysts={one.prior_set.name: one for one in analysts},
        weights=dict.fromkeys(names, pooled.Weight(weight=1 / len(names), error=None, learnt=learnt)),
        extremizing=extremizing,
        outcomes=found if converged else {},
        record=None,
        computation=COMPUTATION,
    )


def measured(value: float | None, error: float | None = None) -> pooled.Measured:
    """A number from a sample."""
    return pooled.Measured(value=value, error=error)


SCORES = pooled.Scores(
    resolved=34,
    few=False,
    brier=measured(0.1234, 0.031),
    log=measured(0.41, 0.08),
    calibration=(
        pooled.Calibration(term="unlikely", count=20, said=0.31, happened=0.25),
        pooled.Calibration(term="almost certain", count=14, said=0.97, happened=1.0),
    ),
)
ONE_QUESTION = pooled.Scores(
    resolved=1,
    few=True,
    brier=measured(1.0),
    log=measured(None),
    calibration=(pooled.Calibration(term="below 1 %", count=1, said=0.0, happened=1.0),),
)
PERFECT = replace(SCORES, resolved=20, brier=measured(0.0, 0.0), log=measured(-0.0, 0.0))
RECORD = pooled.Record(
    file="record.csv",
    rule="brier",
    title="in inverse proportion to the mean Brier score",
    source="Bates and Granger 1969",
    same_questions=False,
    analysts={"engineer": SCORES, "sceptic": ONE_QUESTION, "mayor": PERFECT},
)
WEIGHTS = {
    "engineer": pooled.Weight(weight=0.24, error=0.061, learnt=number(0.3, 0.002)),
    "sceptic": pooled.Weight(weight=0.0, error=None, learnt=number(0.0)),
    "mayor": pooled.Weight(weight=0.76, error=0.0, learnt=number(0.7, 0.002)),
}
LACKING = "some priors exclude each other (events.leak: no value that all hold possible)"


def lacking(summary: pooled.Summary) -> pooled.Summary:
    """The same without the last pool."""

    def fewer(outcome: pooled.Outcome) -> pooled.Outcome:
        *rest, last = outcome.pools
        nobody = dict.fromkeys(last.without)
        none = replace(last, probability=None, term="", extremized=None, without=nobody, lacking=LACKING)
        return replace(outcome, pools=(*rest, none))

    return replace(summary, outcomes={name: fewer(one) for name, one in summary.outcomes.items()})


POOLED = pool(ENGINEER, SCEPTIC, MAYOR)
POOLS = {
    "pool.plain": POOLED,
    "pool.extremized": pool(ENGINEER, SCEPTIC, MAYOR, extremizing=1.5),
    "pool.record": replace(POOLED, record=RECORD, weights=WEIGHTS),
    "pool.lacking": lacking(pool(ENGINEER, MAYOR, extremizing=2.0)),
    "pool.withheld": pool(ENGINEER, FAILING),
    "pool.told": replace(
        POOLED,
        analysts={"engineer": ENGINEER, "sceptic": FAILING, "mayor": MAYOR},
        converged=False,
        caution=UNCONVERGED,
    ),
}
"""By the name of their golden documents."""


@st.composite
def pools(draw: st.DrawFn) -> pooled.Summary:
    """Pools with and without extremizing, record and lacking ways to pool, their numbers at random."""
    like = POOLS[draw(st.sampled_from(["pool.plain", "pool.extremized", "pool.record", "pool.lacking"]))]

    def pool_at_random(one: pooled.Pool) -> pooled.Pool:
        without = {name: draw(perhaps(CHANCES)) for name in one.without}
        if one.lacking:
            return replace(one, without=without)
        found = draw(noisy(CHANCES))
        extremized = draw(noisy(CHANCES)) if one.extremized else None
        return replace(one, probability=found, term=term(found.value, found.se), extremized=extremized, without=without)

    def outcome(one: pooled.Outcome) -> pooled.Outcome:
        answers = {name: draw(probabilities()) for name in one.analysts}
        return replace(one, analysts=answers, pools=tuple(map(pool_at_random, one.pools)))

    def weight(one: pooled.Weight) -> pooled.Weight:
        error = draw(st.none() | ERRORS) if like.record else None
        return replace(one, weight=draw(CHANCES), error=error, learnt=draw(noisy(CHANCES)))

    return replace(
        like,
        weights={name: weight(one) for name, one in like.weights.items()},
        outcomes={name: outcome(one) for name, one in like.outcomes.items()},
    )
