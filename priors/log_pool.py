"""The logarithmic opinion pool of several analysts' priors, quantity by quantity.

Its density is proportional to the product of the analysts' densities, each to the power of its weight; the weights sum
to one. It is externally Bayesian: to pool and then to update is to update and then to pool (Genest 1984, Annals of
Statistics 12(3); Genest & Zidek 1986, Statistical Science 1(1)). Analysts with weight 0 are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct
from scipy.special import expit, logit

from estimative.priors import toml_writer as toml_text
from estimative.priors.beta_product import Product, nearest_scaled_beta
from estimative.priors.distributions import Family, LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput, Issue, ascii_safe, invalid
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior
from estimative.priors.statements import BetaStated, Constant, LognormalStated, Stated, Statement

_FILE = "(pool)"
_RATIONALE = (
    "Quantity by quantity, a density proportional to the product of the analysts' densities, each to the power of its "
    "weight: the logarithmic opinion pool."
)
_VISIBLE = 5e-4
"""A misfit, in probability, that three decimals show."""


class Pooled(Struct, frozen=True, kw_only=True):
    """The family that represents a pool."""

    family: Family
    misfit: float
    """The largest difference between the cumulative probabilities of pool and family; 0 where the form is exact."""


def pooled(families: Mapping[str, Family], weights: Mapping[str, float], *, quantity: str) -> Pooled:
    """Return the pool of one quantity's priors, by analyst.

    A constant is the limit of a narrow distribution, normal in the log-odds (of a ratio: the logarithm). Where an
    analyst with a weight fixes the quantity, so does the pool.

    Raises
    ------
    InvalidInput
        If the pool has no support, with the analysts that exclude each other.
    ValueError
        If the weights are not the analysts', or the priors are of two families.
    """
    counted = _counted(families, weights)
    degrees = {analyst: family for analyst in counted if isinstance(family := families[analyst], ScaledBeta)}
    ratios = {analyst: family for analyst in counted if isinstance(family := families[analyst], LogNormal)}
    if degrees and ratios:
        raise ValueError(f"{quantity} is a degree to some and a ratio to others")
    if ratios:
        return Pooled(family=_ratio(ratios, weights), misfit=0.0)
    _require_overlap(degrees, quantity)
    return _degree(degrees, weights)


def pooled_priors(priors: Mapping[str, Mapping[str, Prior]], weights: Mapping[str, float]) -> Mapping[str, Pooled]:
    """Return the pool of every quantity; the priors are by analyst, then by quantity.

    Raises
    ------
    InvalidInput
        With every quantity whose pool has no support.
    ValueError
        If the weights are not the analysts', or the analysts' quantities differ.
    """
    counted = {analyst: weights[analyst] for analyst in _counted(priors, weights)}
    first, *others = (priors[analyst] for analyst in counted)
    if any(other.keys() != first.keys() for other in others):
        raise ValueError("priors of different quantities")
    pools: dict[str, Pooled] = {}
    issues: list[Issue] = []
    for quantity in first:
        families = {analyst: priors[analyst][quantity].family for analyst in counted}
        try:
            pools[quantity] = pooled(families, counted, quantity=quantity)
        except InvalidInput as error:
            issues.extend(error.issues)
    if issues:
        raise InvalidInput(issues)
    return FrozenDict(pools)


def pooled_shares(shares: Mapping[str, Mapping[str, float]], weights: Mapping[str, float]) -> Mapping[str, float]:
    """Return relevance or independence, by analyst and then by name, as weighted means in [0, 1]; 0 where not given.

    The pool of likelihoods that are raised to powers is the likelihood raised to their mean. For an item with both a
    relevance and an independence, the product of their means stands for the mean of their products.
    """
    counted = _counted(shares, weights)
    names = dict.fromkeys(name for analyst in counted for name in shares[analyst])
    values = {name: {analyst: shares[analyst].get(name, 0.0) for analyst in counted} for name in names}
    return FrozenDict((name, _mean(by_analyst, weights)) for name, by_analyst in values.items())


def pooled_prior_set(
    prior_sets: Sequence[PriorSet],
    priors: Mapping[str, Mapping[str, Prior]],
    weights: Mapping[str, float],
    *,
    name: str,
) -> PriorSet:
    """Return a prior set that states the pool of several; its digest does not depend on their order.

    Parameters
    ----------
    priors
        The fitted priors of one scenario: by the name of the set, then by quantity.
    weights
        By the name of the set.

    Raises
    ------
    InvalidInput
        With every quantity whose pool has no support.
    ValueError
        If two sets share a name, the sets are not of one scenario, or the weights are not theirs.
    """
    sets = {prior_set.name: prior_set for prior_set in prior_sets}
    if len(sets) < len(prior_sets) or len({prior_set.scenario for prior_set in prior_sets}) != 1:
        raise ValueError("prior sets that share a name, or that are not of one scenario")
    counted = sorted(_counted(sets, weights), key=lambda analyst: (-weights[analyst], analyst))
    pools = pooled_priors({analyst: priors[analyst] for analyst in sets}, weights)
    relevance = pooled_shares({analyst: sets[analyst].relevance for analyst in sets}, weights)
    independence = pooled_shares({analyst: sets[analyst].independence for analyst in sets}, weights)
    shares = {"relevance": relevance, "independence": independence}
    return PriorSet(
        name=name,
        analyst=f"Logarithmic pool of {_and(f'{analyst} ({_share(weights[analyst])})' for analyst in counted)}",
        scenario=prior_sets[0].scenario,
        scenario_digest=next((s.scenario_digest for s in prior_sets if s.scenario_digest), None),
        date=None,
        rationale=_RATIONALE,
        lineage=(),
        statements=FrozenDict((quantity, _stated(pool, len(counted))) for quantity, pool in pools.items()),
        relevance=relevance,
        independence=independence,
        shares=FrozenDict(_shares_stated(shares, len(counted))),
        confidence=None,
        places=FrozenDict({}),
        file=_FILE,
    )


def _counted(by_analyst: Mapping[str, object], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the analysts with a weight above 0."""
    if by_analyst.keys() != weights.keys():
        raise ValueError(f"weights of {', '.join(weights)} for priors of {', '.join(by_analyst)}")
    if not (all(weight >= 0 for weight in weights.values()) and math.isclose(math.fsum(weights.values()), 1)):
        raise ValueError(f"weights that are no shares of 1: {dict(weights)}")
    return tuple(analyst for analyst in by_analyst if weights[analyst] > 0)


def _mean(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weighted mean of the values: the same in any order, and exact where all values are equal."""
    # fsum does not depend on the order of the analysts.
    total = math.fsum(weights[analyst] for analyst in values)
    mean = math.fsum(weights[analyst] * value for analyst, value in values.items()) / total
    return _between(mean, values.values())


def _between(mean: float, values: Collection[float]) -> float:
    """Return a mean of the values without the rounding error that may put it beyond them."""
    return min(max(mean, min(values)), max(values))


def _ratio(ratios: Mapping[str, LogNormal], weights: Mapping[str, float]) -> LogNormal:
    """Weight by precision: a product of normal densities of the logarithm is normal."""
    fixed = {analyst: ratio.mu for analyst, ratio in ratios.items() if ratio.constant}
    if fixed:
        # By way of the median, so that it can be stated as a bare number.
        return LogNormal.fixed(LogNormal(mu=_mean(fixed, weights), sigma=0.0).median)
    precision = {analyst: weights[analyst] / ratio.sigma**2 for analyst, ratio in ratios.items()}
    sigma = _between(math.fsum(precision.values()) ** -0.5, [ratio.sigma for ratio in ratios.values()])
    mu = _mean({analyst: ratio.mu for analyst, ratio in ratios.items()}, precision)
    return LogNormal(mu=mu, sigma=sigma)


def _degree(degrees: Mapping[str, ScaledBeta], weights: Mapping[str, float]) -> Pooled:
    """Pool degrees that overlap."""
    fixed = {analyst: degree.lower for analyst, degree in degrees.items() if degree.constant}
    if fixed:
        return Pooled(family=ScaledBeta.fixed(_fixed_degree(fixed, weights)), misfit=0.0)
    supports = {(degree.lower, degree.upper) for degree in degrees.values()}
    if len(supports) > 1:
        product = Product.of(tuple(degrees.values()), tuple(weights[analyst] for analyst in degrees))
        family, misfit = nearest_scaled_beta(product)
        return Pooled(family=family, misfit=misfit)
    # On a common support the product of betas is a beta, with the means of the shapes.
    [(lower, upper)] = supports
    a = _mean({analyst: degree.a for analyst, degree in degrees.items()}, weights)
    b = _mean({analyst: degree.b for analyst, degree in degrees.items()}, weights)
    return Pooled(family=ScaledBeta(a=a, b=b, lower=lower, upper=upper), misfit=0.0)


def _fixed_degree(fixed: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the mean of constants in log-odds, which is infinite only if they are all 0 or all 1."""
    log_odds = _mean({analyst: float(logit(value)) for analyst, value in fixed.items()}, weights)
    return _between(float(expit(log_odds)), fixed.values())


def _require_overlap(degrees: Mapping[str, ScaledBeta], quantity: str) -> None:
    excluding = [
        f"{ascii_safe(analyst)} {_where(degree)}"
        for analyst, degree in degrees.items()
        if any(_exclude(degree, other) for other in degrees.values())
    ]
    if excluding:
        message = f"the priors exclude each other, so that they have no logarithmic pool: {_and(excluding)}"
        raise invalid(message, code="no-overlap", file=_FILE, key=quantity, allowed="priors that overlap")


def _exclude(a: ScaledBeta, b: ScaledBeta) -> bool:
    """Return whether the product of two densities is 0; of constants, whether only one of them is certain."""
    lower, upper = max(a.lower, b.lower), min(a.upper, b.upper)
    if a.constant and b.constant:
        return upper < lower and (upper == 0 or lower == 1)
    return lower > upper or (lower == upper and not (a.constant or b.constant))


def _where(degree: ScaledBeta) -> str:
    ends = [toml_text.number(end) for end in (degree.lower, degree.upper)]
    return f"at {ends[0]}" if degree.constant else f"in [{', '.join(ends)}]"


def _stated(pool: Pooled, number: int) -> Stated:
    """Return the statement whose fit is exactly the family of a pool of a number of analysts."""
    missed = f", missed by up to {pool.misfit:.3f} in probability" if pool.misfit > _VISIBLE else ""
    return Stated(statement=_statement(pool.family), because=f"logarithmic pool of {_analysts(number)}{missed}")


def _shares_stated(shares: Mapping[str, Mapping[str, float]], number: int) -> Iterator[tuple[str, Stated]]:
    for section, values in shares.items():
        for name, value in values.items():
            because = f"weighted mean of {_analysts(number)}"
            yield f"{section}.{name}", Stated(statement=Constant(value=value), because=because)


def _analysts(number: int) -> str:
    return "1 analyst" if number == 1 else f"{number} analysts"


def _statement(family: Family) -> Statement:
    if family.constant:
        return Constant(value=family.lower if isinstance(family, ScaledBeta) else family.median)
    if isinstance(family, ScaledBeta):
        return BetaStated(a=family.a, b=family.b, low=family.lower, high=family.upper)
    return LognormalStated(mu=family.mu, sigma=family.sigma)


def _share(weight: float) -> str:
    """Return a weight as a simple fraction if it is one, such as 1/3; otherwise with three digits."""
    simple = Fraction(weight).limit_denominator(20)
    return str(simple) if math.isclose(simple, weight) else f"{weight:.3g}"


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
