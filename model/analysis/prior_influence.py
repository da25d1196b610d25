"""How much of the answer is prior: what the evidence left of the uncertainty that the priors brought."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Estimate
from estimative.model.inference.posterior import Posterior, PriorPredictive
from estimative.model.likelihood.layout import Numbers
from estimative.priors.distributions import LogNormal

UNTOUCHED = 0.95
"""A quantity that keeps so much of its prior's standard deviation, and moved by less than the rest, learnt nothing."""
MOVED = 0.1
"""Prior standard deviations."""


@dataclass(frozen=True, kw_only=True)
class PriorInfluence:
    """The headline on the log-odds scale, before and after the evidence."""

    sd_before: float
    sd_after: float
    shift: float
    """Of the headline's odds, in decibans: 10 log10 (odds after / odds before)."""
    free: int
    """Quantities that are no constants."""
    untouched: int
    """Of these, how many kept 95 % of their standard deviation and moved by less than a tenth of it."""

    @property
    def share(self) -> float | None:
        """Of the prior variance of the headline's log-odds, how much remains; None where there was none."""
        return (self.sd_after / self.sd_before) ** 2 if self.sd_before > 0 else None


def prior_influence(posterior: Posterior, before: PriorPredictive) -> PriorInfluence:
    """Compare the headline and every quantity before and after the evidence."""
    headline = list(posterior.assessment.scenario.outcomes).index(posterior.assessment.scenario.headline)
    key = ("outcome", posterior.assessment.scenario.headline)
    free = [name for name, prior in posterior.assessment.priors.items() if not prior.family.constant]
    return PriorInfluence(
        sd_before=_log_odds_sd(before.probabilities.yes[headline], before.probabilities.given[headline], before.draws),
        sd_after=_log_odds_sd(
            posterior.probabilities.yes[headline], posterior.probabilities.given[headline], posterior.draws
        ),
        shift=_decibans(posterior.estimates[key]) - _decibans(before.estimates[key]),
        free=len(free),
        untouched=sum(_untouched(posterior, name) for name in free),
    )


def _log_odds_sd(yes: Numbers, given: Numbers, draws: Draws) -> float:
    """Standard deviation of the log-odds over the draws, each weighted by the chance of the condition there."""
    possible = (given > 0) & (yes > 0) & (yes < given)
    if not possible.any():
        return 0.0
    weights = draws.weights[possible] * given[possible]
    log_odds = np.log(yes[possible]) - np.log(given[possible] - yes[possible])
    weights /= weights.sum()
    spread = float(weights @ np.square(log_odds - weights @ log_odds)) ** 0.5
    return spread if spread > 1e-9 else 0.0


def _decibans(estimate: Estimate) -> float:
    if not 0 < estimate.value < 1:
        return 0.0
    return 10 * log10(estimate.value / (1 - estimate.value))


def _untouched(posterior: Posterior, name: str) -> bool:
    """Whether a quantity is where its prior put it, on the scale on which its prior is symmetric enough to compare."""
    values = posterior.quantity(name)
    prior = posterior.assessment.priors[name].family
    if isinstance(prior, LogNormal):
        values, mean, sd = np.log(values), prior.mu, prior.sigma
    else:
        mean, sd = prior.mean, prior.sd
    after = posterior.draws.weights @ values
    after_sd = float(posterior.draws.weights @ np.square(values - after)) ** 0.5
    return bool(after_sd >= UNTOUCHED * sd and abs(after - mean) < MOVED * sd)
