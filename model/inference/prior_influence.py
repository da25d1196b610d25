"""Prior influence: how much of the answer comes from the priors, judged by the uncertainty that the evidence left."""

from __future__ import annotations

from math import log, log1p

import numpy as np
from msgspec import Struct

from estimative.model.inference.draws import Draws
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.model.likelihood.layout import Numbers
from estimative.priors.distributions import LogNormal

UNMOVED = 0.95
"""Share of its prior standard deviation that an uninformed quantity retains, at least."""
MOVED = 0.1
"""Shift of its mean, in prior standard deviations, that an uninformed quantity stays below."""


class PriorInfluence(Struct, frozen=True, kw_only=True):
    """The headline's uncertainty on the natural log-odds scale, before and after the evidence."""

    prior_sd: float
    posterior_sd: float
    variance_share: float | None
    """Posterior variance of the headline's log-odds over its prior variance; None where the prior has none."""
    shift: float | None
    """Log-odds of the headline after the evidence less those before; None where a probability is 0 or 1."""
    uncertain: int
    """Number of quantities that are not constants."""
    unmoved: int
    """How many of these retained 95% of their standard deviation and shifted by less than a tenth of it."""


def prior_influence(posterior: Posterior, prior: PriorPredictive) -> PriorInfluence:
    """Compare the headline and every quantity before and after the evidence."""
    key = ("outcome", posterior.assessment.scenario.headline)
    uncertain = posterior.assessment.uncertain
    before, after = (_log_odds_sd(*source.query_probabilities(*key), source.draws) for source in (prior, posterior))
    odds = [_log_odds(source.all_estimates[key].value) for source in (prior, posterior)]
    return PriorInfluence(
        prior_sd=before,
        posterior_sd=after,
        variance_share=(after / before) ** 2 if before > 0 else None,
        shift=None if None in odds else odds[1] - odds[0],  # type: ignore[operator]
        uncertain=len(uncertain),
        unmoved=sum(_unmoved(posterior, name) for name in uncertain),
    )


def _log_odds(probability: float) -> float | None:
    return log(probability) - log1p(-probability) if 0 < probability < 1 else None


def _log_odds_sd(yes: Numbers, given: Numbers, draws: Draws) -> float:
    """Standard deviation of the log-odds over the draws, each weighted by the probability of the condition there."""
    possible = (given > 0) & (yes > 0) & (yes < given)
    if not possible.any():
        return 0.0
    weights = draws.weights[possible] * given[possible]
    log_odds = np.log(yes[possible]) - np.log(given[possible] - yes[possible])
    weights /= weights.sum()
    spread = float(weights @ np.square(log_odds - weights @ log_odds)) ** 0.5
    return spread if spread > 1e-9 else 0.0


def _unmoved(posterior: Posterior, name: str) -> bool:
    """Whether a quantity's posterior is still its prior, compared on the scale on which the prior is symmetric."""
    values = posterior.quantity(name)
    prior = posterior.assessment.marginal(name)
    if isinstance(prior, LogNormal):
        values, mean, sd = np.log(values), prior.mu, prior.sigma
    else:
        mean, sd = prior.mean, prior.sd
    after = posterior.draws.weights @ values
    after_sd = float(posterior.draws.weights @ np.square(values - after)) ** 0.5
    return bool(after_sd >= UNMOVED * sd and abs(after - mean) < MOVED * sd)
