"""How much of the answer comes from the priors: what the evidence left of their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log1p

import numpy as np

from estimative.model.inference.draws import Draws
from estimative.model.inference.posterior import Posterior, PriorPredictive
from estimative.model.likelihood.layout import Numbers
from estimative.priors.distributions import LogNormal

UNMOVED = 0.95
"""Share of its prior standard deviation that a quantity keeps if the evidence does not bear on it."""
MOVED = 0.1
"""Prior standard deviations."""


@dataclass(frozen=True, kw_only=True)
class PriorInfluence:
    """The headline on the log-odds scale, before and after the evidence."""

    prior_sd: float
    posterior_sd: float
    variance_share: float | None
    """Of the prior variance of the headline's log-odds, how much remains; None where there was none."""
    shift: float | None
    """Natural log-odds of the headline after the evidence less those before; None where one of the two is 0 or 1."""
    uncertain: int
    """Quantities that are no constants."""
    unmoved: int
    """Of these, how many kept 95% of their standard deviation and moved by less than a tenth of it."""


def prior_influence(posterior: Posterior, prior: PriorPredictive) -> PriorInfluence:
    """Compare the headline and every quantity before and after the evidence."""
    key = ("outcome", posterior.assessment.scenario.headline)
    free = [name for name, prior in posterior.assessment.priors.items() if not prior.family.constant]
    before, after = (_log_odds_sd(*holder.query_probabilities(*key), holder.draws) for holder in (prior, posterior))
    odds = [_log_odds(holder.estimates[key].value) for holder in (prior, posterior)]
    return PriorInfluence(
        prior_sd=before,
        posterior_sd=after,
        variance_share=(after / before) ** 2 if before > 0 else None,
        shift=None if None in odds else odds[1] - odds[0],  # type: ignore[operator]
        uncertain=len(free),
        unmoved=sum(_unmoved(posterior, name) for name in free),
    )


def _log_odds(probability: float) -> float | None:
    return log(probability) - log1p(-probability) if 0 < probability < 1 else None


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


def _unmoved(posterior: Posterior, name: str) -> bool:
    """Whether a quantity is where its prior put it, on the scale on which its prior is symmetric enough to compare."""
    values = posterior.quantity(name)
    prior = posterior.assessment.priors[name].family
    if isinstance(prior, LogNormal):
        values, mean, sd = np.log(values), prior.mu, prior.sigma
    else:
        mean, sd = prior.mean, prior.sd
    after = posterior.draws.weights @ values
    after_sd = float(posterior.draws.weights @ np.square(values - after)) ** 0.5
    return bool(after_sd >= UNMOVED * sd and abs(after - mean) < MOVED * sd)
