"""Opinion pools: one probability from several.

(Clemen & Winkler 1999, Risk Analysis 19(2); Genest & Zidek 1986, Statistical Science 1(1).)
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from model.estimating import Undefined
from model.noise import Noisy, derived, log_odds, noisy
from model.posterior import Posterior
from model.structure import Numbers

type Weights = Mapping[str, float]
"""By analyst; at least 0, and summing to one."""


def normalised(weights: Weights) -> dict[str, float]:
    """The same weights, summing to one."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def without(weights: Weights, left_out: str) -> dict[str, float] | None:
    """The weights of the others; None where nobody who counts is left."""
    others = {name: weight for name, weight in weights.items() if name != left_out}
    return normalised(others) if sum(others.values()) > 0 else None


def linear(probabilities: Mapping[str, Noisy], weights: Weights) -> Noisy:
    """The weighted mean of probabilities (Stone 1961, Ann. Math. Statist. 32)."""
    parts = [(weights[name], probabilities[name]) for name in weights]
    return derived(sum(weight * part.value for weight, part in parts), parts)


def logarithmic(probabilities: Mapping[str, Noisy], weights: Weights) -> Noisy:
    """The weighted mean of log-odds, as a probability: of a yes-or-no question the normalised geometric mean.

    Raises
    ------
    Undefined
        If one analyst who counts is certain that it happens and another that it does not.
    """
    counting = {name: probabilities[name] for name, weight in weights.items() if weight > 0}
    certain = {part.value for part in counting.values()} & {0.0, 1.0}
    if len(certain) == 2:
        raise Undefined
    if certain:
        return Noisy(value=certain.pop())
    parts = [(weights[name], log_odds(part)) for name, part in counting.items()]
    return _probability(derived(sum(weight * part.value for weight, part in parts), parts))


def extremized(probability: Noisy, factor: float) -> Noisy:
    """The log-odds times a factor, as a probability (Satopaa et al. 2014, Int. J. Forecasting 30(2)).

    A pool of analysts who each know something of their own should be more extreme than their mean: a factor above 1.
    """
    if not 0 < probability.value < 1:
        return probability
    odds = log_odds(probability)
    return _probability(derived(factor * odds.value, [(factor, odds)]))


def _probability(odds: Noisy) -> Noisy:
    value = 1 / (1 + math.exp(-odds.value)) if odds.value > 0 else math.exp(odds.value) / (1 + math.exp(odds.value))
    return derived(value, [(value * (1 - value), odds)])


def learnt(marginals: Mapping[str, Noisy], weights: Weights) -> dict[str, Noisy]:
    """What the evidence makes of the weights of analysts, taken as rival models of which one is right.

    Parameters
    ----------
    marginals
        Log marginal likelihood of each analyst, natural.

    Returns
    -------
    Weight times marginal likelihood of each analyst; they sum to one.
    """
    highest = max(marginals[name].value for name, weight in weights.items() if weight > 0)
    raw = {name: weight * math.exp(marginals[name].value - highest) for name, weight in weights.items()}
    shares = normalised(raw)
    found = {}
    for name, share in shares.items():
        slopes = [(share * ((other == name) - shares[other]), marginals[other]) for other in shares]
        found[name] = derived(share, slopes)
    return found


def mixture(
    posteriors: Mapping[str, Posterior], marginals: Mapping[str, Noisy], weights: Weights, outcome: str
) -> Noisy:
    """The linear pool of whole priors, then one update: posteriors, each by its weight after the evidence.

    The mixture of priors sum w pi has the posterior sum w Z pi(. | E) / sum w Z, Z being the marginal likelihoods; an
    outcome under a condition weighs each analyst by the probability of the condition besides (Bayesian model
    averaging: Hoeting, Madigan, Raftery & Volinsky 1999, Statistical Science 14(4)).

    Raises
    ------
    Undefined
        If the condition is impossible for all who count.
    """
    shares = learnt(marginals, weights)
    yes, given = {}, {}
    for name, posterior in posteriors.items():
        chances = posterior.chances("outcome", outcome)
        yes[name], given[name] = (_mean(series, posterior) for series in chances)
    base = _expected(given, shares)
    if not base.value > 0:
        raise Undefined
    top = _expected(yes, shares)
    return derived(top.value / base.value, [(1 / base.value, top), (-top.value / base.value**2, base)])


def _mean(series: Numbers, posterior: Posterior) -> Noisy:
    value = float(posterior.draws.weights @ series)
    return noisy(value, series - value, posterior.draws)


def _expected(parts: Mapping[str, Noisy], shares: Mapping[str, Noisy]) -> Noisy:
    """The mean over analysts of what each says, each with its share."""
    slopes = [(shares[name].value, part) for name, part in parts.items()]
    slopes += [(part.value, shares[name]) for name, part in parts.items()]
    return derived(sum(shares[name].value * part.value for name, part in parts.items()), slopes)
