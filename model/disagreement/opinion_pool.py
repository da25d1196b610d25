"""Opinion pools: one probability from several.

(Clemen & Winkler 1999, Risk Analysis 19(2); Genest & Zidek 1986, Statistical Science 1(1).)
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds, mc_estimate
from estimative.model.inference.posterior import Posterior

type Weights = Mapping[str, float]
"""By analyst; at least 0, and summing to one."""


def normalised(weights: Weights) -> dict[str, float]:
    """The same weights, summing to one."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def without(weights: Weights, left_out: str) -> dict[str, float] | None:
    """The weights of the others, summing to one; None where nobody with a weight is left."""
    others = {name: weight for name, weight in weights.items() if name != left_out}
    return normalised(others) if sum(others.values()) > 0 else None


def logarithmic(probabilities: Mapping[str, MCEstimate], weights: Weights) -> MCEstimate:
    """The weighted mean of log-odds, as a probability: of a yes-or-no question the normalised geometric mean.

    Raises
    ------
    Undefined
        If one analyst with a weight is certain that it happens and another that it does not.
    """
    weighted = {name: probabilities[name] for name, weight in weights.items() if weight > 0}
    certain = {part.value for part in weighted.values()} & {0.0, 1.0}
    if len(certain) == 2:
        raise Undefined
    if certain:
        return MCEstimate(value=certain.pop())
    parts = [(weights[name], log_odds(part)) for name, part in weighted.items()]
    return _probability(delta_method(sum(weight * part.value for weight, part in parts), parts))


def extremized(probability: MCEstimate, factor: float) -> MCEstimate:
    """The log-odds times a factor, as a probability (Satopaa et al. 2014, Int. J. Forecasting 30(2)).

    A factor above 1 suits analysts who each know something of their own: together they know more than each.
    """
    if not 0 < probability.value < 1:
        return probability
    odds = log_odds(probability)
    return _probability(delta_method(factor * odds.value, [(factor, odds)]))


def _probability(odds: MCEstimate) -> MCEstimate:
    value = 1 / (1 + math.exp(-odds.value)) if odds.value > 0 else math.exp(odds.value) / (1 + math.exp(odds.value))
    return delta_method(value, [(value * (1 - value), odds)])


def updated(marginals: Mapping[str, MCEstimate], weights: Weights) -> dict[str, MCEstimate]:
    """The weights of analysts after the evidence, if they are taken as rival models of which one is right.

    Parameters
    ----------
    marginals
        Log marginal likelihood of each analyst, natural.

    Returns
    -------
    Weight times marginal likelihood of each analyst, normalised to sum to one.
    """
    highest = max(marginals[name].value for name, weight in weights.items() if weight > 0)
    raw = {name: w * math.exp(marginals[name].value - highest) if w > 0 else 0.0 for name, w in weights.items()}
    shares = normalised(raw)
    results = {}
    for name, share in shares.items():
        slopes = [(share * ((j == name) - shares[j]), marginals[j]) for j in shares]
        results[name] = delta_method(share, slopes)
    return results


def certain(weights: Weights) -> dict[str, MCEstimate]:
    """Weights as estimates without error."""
    return {name: MCEstimate(value=weight) for name, weight in normalised(weights).items()}


def linear(posteriors: Mapping[str, Posterior], shares: Mapping[str, MCEstimate], outcome: str) -> MCEstimate:
    """The linear pool of whole posteriors: the weighted mean of the probabilities of an outcome (Stone 1961).

    Under a condition it is sum w P(yes and condition) / sum w P(condition): an analyst to whom the condition is more
    probable counts for more.

    Parameters
    ----------
    shares
        The weights: `certain` ones, or `updated` by the evidence (Bayesian model averaging: Hoeting, Madigan, Raftery &
        Volinsky 1999, Statistical Science 14(4)).

    Raises
    ------
    Undefined
        If the condition is impossible to all analysts with a weight.
    """
    chances = {name: posteriors[name].query_probabilities("outcome", outcome) for name in shares}
    means = {name: tuple(float(posteriors[name].draws.weights @ s) for s in chances[name]) for name in shares}
    top, base = (sum(share.value * means[name][side] for name, share in shares.items()) for side in (0, 1))
    if not base > 0:
        raise Undefined
    value = top / base
    parts = [((means[name][0] - value * means[name][1]) / base, share) for name, share in shares.items()]
    for name, share in shares.items():
        yes, given = chances[name]
        deviation = (yes - means[name][0] - value * (given - means[name][1])) / base
        parts.append((share.value, mc_estimate(0.0, deviation, posteriors[name].draws)))
    return delta_method(value, parts)
