"""The outcomes by dates before the horizon, and when an outcome happens, if at all."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Estimate, ProbabilityEstimate
from estimative.model.inference.mc_estimate import mc_estimate
from estimative.model.inference.target_estimates import TargetEstimates, supported
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.dated_network import Dating, Pattern
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import query_probabilities
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import EPSILON, terms
from estimative.model.likelihood.variable_elimination import NO_SOFT_EVIDENCE
from estimative.model.spec.scenario import Scenario

CURVE = 12
"""Equal steps of the horizon at which the curve of an outcome is computed."""


class ByDate(Struct, frozen=True, kw_only=True):
    """An outcome by one date, before the evidence and after it; None where the draws do not support it."""

    date: datetime.date
    prior: ProbabilityEstimate | None
    posterior: ProbabilityEstimate | None


class When(Struct, frozen=True, kw_only=True):
    """When an outcome happens, if it does by the horizon: quantiles of its date."""

    p05: datetime.date
    p50: datetime.date
    p95: datetime.date
    p50_se: float
    """Monte Carlo standard error of the median, in days."""
    by_horizon: Estimate
    """Probability that it happens by the horizon."""
    at_horizon: Estimate
    """Of that, what is decided on the last day only."""


class DatedOutcome(Struct, frozen=True, kw_only=True):
    """An outcome over time."""

    by: tuple[ByDate, ...]
    """In the order of the dates; the horizon is the last."""
    curve: tuple[ByDate, ...]
    """Of the headline, after the evidence, by equal steps of the horizon: from the first to just before its end."""
    when: When | None
    """None where it is under a condition, needs that something does not happen, or never happens."""


def by_dates(
    assessment: Assessment, posterior: TargetEstimates, prior: TargetEstimates, dates: Sequence[datetime.date]
) -> dict[str, DatedOutcome]:
    """Compute every outcome by some dates before the horizon; those whose sum would be too large are left out.

    The posterior over the quantities is that of the whole evidence, which is about the horizon.
    """
    scenario, dating = assessment.scenario, Dating(structure=assessment.structure)
    patterns = _patterns(dating)
    # Before the evidence nothing has happened yet; where nothing has with it either, the dates are the same.
    blind = Dating(structure=assessment.before_evidence.structure) if dating.structure.past else dating
    blind_patterns = patterns if blind is dating else _patterns(blind)
    names = [name for name in patterns if name in blind_patterns]
    if not names:
        return {}
    spans = [_span(date, scenario) for date in dates]
    grid = np.linspace(0, 1, CURVE + 1).tolist()
    before = Series.of(blind, [blind_patterns[name] for name in names], prior.draws, spans, evidence=False)
    chosen = [patterns[name] for name in names]
    after = Series.of(dating, chosen, posterior.draws, [*spans, *grid], evidence=True)
    horizon = [(source.estimates.get(("outcome", name))) for name in names for source in (prior, posterior)]
    outcomes = {}
    for index, name in enumerate(names):
        rows = [
            ByDate(date=date, prior=before.estimate(at, index), posterior=after.estimate(at, index))
            for at, date in enumerate(dates)
        ]
        rows.append(ByDate(date=scenario.until, prior=horizon[2 * index], posterior=horizon[2 * index + 1]))
        steps = range(len(dates), len(dates) + CURVE + 1)
        curve = [
            ByDate(date=_date(step / CURVE, scenario), prior=None, posterior=after.estimate(steps[step], index))
            for step in range(1, CURVE + 1)
            if name == scenario.headline
        ]
        outcome = scenario.outcomes[name]
        lasting = not outcome.conditional and not outcome.none and rows[-1].posterior is not None
        series = [after.yes[at][index] for at in steps]
        total = posterior.query_probabilities("outcome", name)[0]
        when = _when(series, total, posterior.draws, scenario) if lasting else None
        outcomes[name] = DatedOutcome(by=tuple(rows), curve=tuple(curve), when=when)
    return outcomes


def _patterns(dating: Dating) -> dict[str, tuple[Pattern, ...]]:
    """Of each outcome whose dates are not too many cases."""
    found = {name: dating.patterns(outcome) for name, outcome in dating.scenario.outcomes.items()}
    return {name: patterns for name, patterns in found.items() if patterns is not None}


def _span(date: datetime.date, scenario: Scenario) -> float:
    """The share of the horizon that is over at a date."""
    return (date - scenario.as_of).days / (scenario.until - scenario.as_of).days


def _date(span: float, scenario: Scenario) -> datetime.date:
    """The day on which a share of the horizon is over; its end is the horizon."""
    return scenario.as_of + datetime.timedelta(days=round((scenario.until - scenario.as_of).days * span))


class Series(Struct, frozen=True, kw_only=True):
    """P(outcome and its condition by a date | theta) and P(its condition by the date | theta)."""

    draws: Draws
    yes: Numbers
    """dims (date, outcome, draw)."""
    given: Numbers

    @classmethod
    def of(
        cls,
        dating: Dating,
        outcomes: Sequence[Sequence[Pattern]],
        draws: Draws,
        spans: Sequence[float],
        *,
        evidence: bool,
    ) -> Series:
        """Sum each outcome over its patterns: their probabilities once, and for each date the shares of its states."""
        structure = dating.structure
        with np.errstate(over="ignore"):
            shared = terms(NUMPY, structure, draws.theta)
        said = soft_evidence(NUMPY, structure, draws.theta) if evidence else NO_SOFT_EVIDENCE
        network = structure.network if evidence else structure.network.unobserved
        pairs = [(pattern.yes, pattern.given) for patterns in outcomes for pattern in patterns]
        chances = query_probabilities(network, shared.probabilities, said, pairs)
        yes, given = (np.zeros((len(spans), len(outcomes), draws.count)) for _ in range(2))
        for at, span in enumerate(spans):
            shares, place = dating.shares(span, shared), 0
            for outcome, patterns in enumerate(outcomes):
                for pattern in patterns:
                    share = math.prod((shares[group][row, state] for group, row, state in pattern.cases), start=1.0)
                    yes[at, outcome] += chances.yes[place] * share
                    given[at, outcome] += chances.given[place] * share
                    place += 1
        return cls(draws=draws, yes=yes, given=given)

    def estimate(self, at: int, outcome: int) -> ProbabilityEstimate | None:
        """By one of the dates, if the draws support it."""
        return supported(self.yes[at][outcome], self.given[at][outcome], self.draws)


def _when(series: Sequence[Numbers], total: Numbers, draws: Draws, scenario: Scenario) -> When | None:
    """The quantiles of the date, by interpolation along the curve, of which -ln(1 - P) is linear for a constant rate.

    Parameters
    ----------
    series
        P(by equal steps of the horizon | theta), the last just before its end; dims (draw) each.
    total
        P(by the horizon | theta); dims (draw).
    """
    reached = float(draws.weights @ total)
    if reached <= 0:
        return None
    chances = np.minimum(np.maximum.accumulate([float(draws.weights @ each) for each in series]), 1 - EPSILON)
    days, until, hazards = (scenario.until - scenario.as_of).days, scenario.until, -np.log1p(-chances)

    def date(share: float) -> datetime.date:
        if share * reached > chances[-1]:
            return until
        return _date(_position(hazards, -math.log1p(-share * reached)), scenario)

    last = reached - float(draws.weights @ series[-1])
    return When(
        p05=date(0.05),
        p50=date(0.5),
        p95=date(0.95),
        p50_se=0.0 if chances[-1] < 0.5 * reached else days * _error(series, total, chances, draws),
        by_horizon=Estimate(value=reached, se=mc_estimate(reached, total - reached, draws).se),
        at_horizon=Estimate(value=max(last, 0.0), se=mc_estimate(last, total - series[-1] - last, draws).se),
    )


def _position(curve: Numbers, height: float) -> float:
    """Where a curve over equal steps from 0 to 1 reaches a height."""
    steps = len(curve) - 1
    at = min(max(int(np.searchsorted(curve, height)), 1), steps)
    rise = curve[at] - curve[at - 1]
    return float(at - 1 + ((height - curve[at - 1]) / rise if rise > 0 else 1.0)) / steps


def _error(series: Sequence[Numbers], total: Numbers, chances: Numbers, draws: Draws) -> float:
    """Standard error of the median, as a share of the horizon: that of the curve there over its slope."""
    reached = float(draws.weights @ total)
    steps, shares = len(chances) - 1, chances / reached
    median = _position(shares, 0.5)
    at = min(int(median * steps), steps - 1)
    within = median * steps - at
    there = (1 - within) * series[at] + within * series[at + 1]
    error = mc_estimate(0.5, (there - 0.5 * total) / reached, draws).se
    slope = (shares[at + 1] - shares[at]) * steps
    return float(error / slope) if slope > 0 else 0.0
