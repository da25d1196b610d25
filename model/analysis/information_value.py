"""What to look for next: what the answer would become if an indicator were seen, and if it were looked for in vain.

An indicator is seen with the probability that the analyst states for the top and for the bottom of a factor, between
them along l^(1 - x) h^x, so that the ratio to the bottom is LR^x as for evidence; of an event, with h if it happens and
l if not. Nothing is fitted anew: each draw of the posterior is weighed by the probability of the sight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.special import betaln, hyp2f1

from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import Target, evaluate_queries, headline_target
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import state_labels
from estimative.priors.distributions import ScaledBeta

DEGREE_OF_FIT = 4
"""Of the polynomial by which the headline is regressed on a factor."""


@dataclass(frozen=True, kw_only=True)
class IndicatorValue:
    """One indicator, and what looking for it is worth."""

    indicator: str
    seen: MCEstimate
    """Probability of seeing it, for one who looks; under the headline's condition where it has one."""
    if_seen: MCEstimate | None
    """Probability of the headline then; None where it cannot be seen."""
    if_not: MCEstimate | None
    """Probability of the headline when it was looked for and not seen; None where it cannot be missed."""
    information: MCEstimate
    """Expected information gain about the headline: mutual information, in nats."""
    variance: MCEstimate
    """Expected reduction of the headline's variance p (1 - p): the expected value of sample information for quadratic
    loss."""
    ceiling: MCEstimate
    """Of that reduction, if what the indicator is about were known for certain: the expected value of partial perfect
    information (EVPPI)."""


@dataclass(frozen=True, kw_only=True)
class InformationValue:
    """All indicators, the most telling first."""

    headline: MCEstimate
    entropy: float
    """Of the headline, in nats: what there is to know."""
    variance: float
    """Of the headline: p (1 - p)."""
    sights: tuple[IndicatorValue, ...]


def information_value(posterior: Posterior) -> InformationValue:
    """Rank the indicators of a scenario by what they are expected to tell of the headline."""
    assessment = posterior.assessment
    found = _Found.of(posterior)
    p = found.mean(found.yes) / found.mean(found.given)
    sights = [_sight(found, assessment, indicator) for indicator in assessment.scenario.indicators.values()]
    return InformationValue(
        headline=posterior.mc_estimate("outcome", assessment.scenario.headline),
        entropy=_entropy(p),
        variance=p * (1 - p),
        sights=tuple(sorted(sights, key=lambda sight: -sight.information.value)),
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The headline and its condition at each draw, alone and together with each event that is watched."""

    posterior: Posterior
    yes: Numbers
    given: Numbers
    with_event: dict[str, tuple[Numbers, Numbers]]
    """P(headline and event), P(condition and event) at each draw."""

    @classmethod
    def of(cls, posterior: Posterior) -> _Found:
        scenario = posterior.assessment.scenario
        asked, about = headline_target(scenario), {one.about for one in scenario.indicators.values()}
        events = [name for name in scenario.events if name in about]
        happened = {name: Query.where(all=[name]) for name in events}
        targets = tuple(
            Target(kind="event", id=name, yes=asked.yes.and_(query), given=asked.given.and_(query))
            for name, query in happened.items()
        )
        probabilities = evaluate_queries(posterior.assessment.structure, posterior.draws.theta, (asked, *targets))
        pairs = zip(probabilities.yes[1:], probabilities.given[1:], strict=True)
        return cls(
            posterior=posterior,
            yes=probabilities.yes[0],
            given=probabilities.given[0],
            with_event=dict(zip(events, pairs, strict=True)),
        )

    def mean(self, series: Numbers) -> float:
        """Over the posterior; series with dims (draw)."""
        return float(self.posterior.draws.weights @ series)

    def mc_estimate(self, function: Callable[..., float], *series: Numbers) -> MCEstimate:
        """A smooth function of the means of some series, with its error by the delta method."""
        means = [self.mean(one) for one in series]
        value = function(*means)
        deviation = sum(
            (slope * (one - mean) for slope, one, mean in zip(_slopes(function, means), series, means, strict=True)),
            start=np.zeros(1),
        )
        return mc_estimate(value, deviation + np.zeros(self.posterior.draws.count), self.posterior.draws)


def _slopes(function: Callable[..., float], at: Sequence[float]) -> list[float]:
    """Derivatives by central differences."""
    slopes = []
    for index, value in enumerate(at):
        step = 1e-5 * value
        up, down = (function(*at[:index], value + s, *at[index + 1 :]) for s in (step, -step))
        slopes.append((up - down) / (2 * step) if step else 0.0)
    return slopes


def _sight(found: _Found, assessment: Assessment, indicator: Indicator) -> IndicatorValue:
    yes_seen, given_seen = _seen(found, assessment, indicator)
    yes, given = found.yes, found.given
    series = (yes_seen, given_seen, yes, given)
    certain = found.mean(given_seen) >= found.mean(given) * (1 - 1e-12)
    return IndicatorValue(
        indicator=indicator.id,
        seen=found.mc_estimate(lambda b, g: b / g, given_seen, given),
        if_seen=found.mc_estimate(lambda a, b: a / b, yes_seen, given_seen) if found.mean(given_seen) > 0 else None,
        if_not=None if certain else found.mc_estimate(lambda a, b, y, g: (y - a) / (g - b), *series),
        information=found.mc_estimate(_information, *series),
        variance=found.mc_estimate(_reduction, *series),
        ceiling=_ceiling(found, assessment, indicator.about),
    )


def _seen(found: _Found, assessment: Assessment, indicator: Indicator) -> tuple[Numbers, Numbers]:
    """P(headline and sight), P(condition and sight) at each draw, the likelihoods averaged over their priors."""
    top, bottom = (
        _degree(assessment, f"indicators.{indicator.id}.if_{end}")
        for end in state_labels(indicator.about, assessment.scenario)
    )
    if indicator.about in assessment.scenario.factors:
        x = found.posterior.quantity(f"factors.{indicator.about}")
        chance = mean_power(bottom, 1 - x) * mean_power(top, x)
        return chance * found.yes, chance * found.given
    yes, given = found.with_event[indicator.about]
    return (
        top.mean * yes + bottom.mean * (found.yes - yes),
        top.mean * given + bottom.mean * (found.given - given),
    )


def _degree(assessment: Assessment, name: str) -> ScaledBeta:
    family = assessment.indicator_priors[name].family
    assert isinstance(family, ScaledBeta)
    return family


def mean_power(family: ScaledBeta, power: Numbers) -> Numbers:
    """E[p^power] for p of a family of degrees; powers of at least 0, any dims."""
    if family.constant:
        return np.asarray(family.lower**power)
    a, b, width = family.a, family.b, family.upper - family.lower
    if family.lower == 0:
        return np.asarray(width**power * np.exp(betaln(a + power, b) - betaln(a, b)))
    # The beta integral of (upper - width v)^power, v = 1 - u (Abramowitz & Stegun 1964, 15.3.1): nothing cancels.
    return np.asarray(family.upper**power * hyp2f1(-power, b, a + b, width / family.upper))


def _ceiling(found: _Found, assessment: Assessment, about: str) -> MCEstimate:
    """Variance of the headline's probability between what could be known of a factor or event."""
    if about not in assessment.scenario.factors:
        yes, given = found.with_event[about]
        return found.mc_estimate(_reduction, yes, given, found.yes, found.given)
    x = found.posterior.quantity(f"factors.{about}")
    weights = found.posterior.draws.weights * found.given
    base = weights.sum()
    chance = np.divide(found.yes, found.given, out=np.zeros_like(found.yes), where=found.given > 0)
    fit = _regressed(chance, x, weights / base)
    mean = float(weights @ fit) / base
    # The derivative of var E[p | x] by the weight of a draw is (fit - mean)^2 + 2 (fit - mean) (p - fit).
    pull = np.square(fit - mean) + 2 * (fit - mean) * (chance - fit)
    value = float(weights @ np.square(fit - mean)) / base
    return mc_estimate(value, found.given * (pull - value) / base, found.posterior.draws)


def _regressed(values: Numbers, x: Numbers, weights: Numbers) -> Numbers:
    """E[values | x] at each draw, by a polynomial (Strong, Oakley & Brennan 2014, Med. Decis. Making 34)."""
    if np.ptp(x) == 0:
        return np.full_like(values, weights @ values)
    basis = np.polynomial.legendre.legvander(2 * (x - x.min()) / np.ptp(x) - 1, DEGREE_OF_FIT)
    scaled = np.sqrt(weights)[:, None]
    coefficients, *_ = np.linalg.lstsq(basis * scaled, values * scaled[:, 0], rcond=None)
    return np.asarray(basis @ coefficients)


def _information(yes_seen: float, given_seen: float, yes: float, given: float) -> float:
    """Mutual information of headline and sight: entropy before, less the expected entropy after; nats."""
    seen = given_seen / given
    after = seen * _entropy(yes_seen / given_seen) if given_seen > 0 else 0.0
    if given > given_seen:
        after += (1 - seen) * _entropy((yes - yes_seen) / (given - given_seen))
    return _entropy(yes / given) - after


def _reduction(yes_seen: float, given_seen: float, yes: float, given: float) -> float:
    """Variance of the headline's probability between having seen and not."""
    if not 0 < given_seen < given:
        return 0.0
    seen = given_seen / given
    apart = yes_seen / given_seen - (yes - yes_seen) / (given - given_seen)
    return seen * (1 - seen) * apart**2


def _entropy(p: float) -> float:
    """Of a yes or no, in nats."""
    return -sum(q * log(q) for q in (p, 1 - p) if q > 0)
