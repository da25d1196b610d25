"""The value of information: what the headline would become if an indicator were observed, and if it were absent.

The analyst states the probability of observing an indicator at the top of a factor (h) and at its bottom (l). Between
them it is l^(1 - x) h^x at degree x, so that the ratio to the bottom is LR^x, as for evidence; for an event it is h if
the event happens and l if not; where an indicator is restricted to the condition of its event, and that is not met,
the geometric mean of the two. For an event with states the probability is stated under each. No refit is needed: each
draw of the posterior is weighed by that probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log

import numpy as np
from msgspec import Struct
from scipy.special import betaln, hyp2f1

from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import Target, evaluate_queries, headline_target
from estimative.model.spec.events import OTHERWISE, event_of
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import indicator_states, state_labels
from estimative.priors.distributions import ScaledBeta

POLYNOMIAL_DEGREE = 4
"""Of the regression of the headline on a factor."""


class IndicatorValue(Struct, frozen=True, kw_only=True):
    """One indicator, and what looking for it is worth."""

    name: str
    p_observed: MCEstimate
    """Probability of observing it; under the headline's condition where it has one."""
    p_if_observed: MCEstimate | None
    """Probability of the headline then; None where it cannot be observed."""
    p_if_absent: MCEstimate | None
    """Probability of the headline where it was looked for and not observed; None where it cannot be absent."""
    expected_information_gain: MCEstimate
    """Mutual information of indicator and headline, in nats."""
    evsi: MCEstimate
    """Expected value of sample information for quadratic loss: reduction of the headline's variance p (1 - p)."""
    evppi: MCEstimate
    """Expected value of partial perfect information: that reduction if the indicator's subject were known."""


class InformationValue(Struct, frozen=True, kw_only=True):
    """All indicators, the one with the largest information gain first."""

    entropy: float
    """Of the headline, in nats: the most that there is to learn."""
    variance: float
    """Of the headline: p (1 - p)."""
    indicators: tuple[IndicatorValue, ...]


def information_value(posterior: Posterior) -> InformationValue:
    """Rank the indicators of a scenario by what they are expected to show about the headline."""
    assessment = posterior.assessment
    joint = _Joint.of(posterior)
    p = joint.mean(joint.yes) / joint.mean(joint.given)
    values = [_value(joint, assessment, indicator) for indicator in assessment.scenario.indicators.values()]
    return InformationValue(
        entropy=_entropy(p),
        variance=p * (1 - p),
        indicators=tuple(sorted(values, key=lambda value: -value.expected_information_gain.value)),
    )


class _Joint(Struct, frozen=True, kw_only=True):
    """The headline and its condition at each draw, alone and jointly with each event that an indicator is about."""

    posterior: Posterior
    yes: Numbers
    given: Numbers
    with_event: dict[str, tuple[Numbers, Numbers]]
    """P(headline and event), P(condition and event) at each draw."""
    possible: dict[str, tuple[Numbers, Numbers]]
    """The same of an event's own condition."""

    @classmethod
    def of(cls, posterior: Posterior) -> _Joint:
        scenario = posterior.assessment.scenario
        about = {indicator.about for indicator in scenario.indicators.values()}
        target = headline_target(scenario)
        events = [name for name in scenario.literals if name in about or event_of(name) in about]
        happened = [(name, Query.where(all=[name])) for name in events]
        about_events = [(name, scenario.event(name)) for name in events]
        conditions = [(name, Query.where(all=event.given, none=event.unless)) for name, event in about_events]
        targets = tuple(
            Target(kind="event", id=name, yes=target.yes.and_(query), given=target.given.and_(query))
            for name, query in (*happened, *conditions)
        )
        probabilities = evaluate_queries(posterior.assessment.structure, posterior.draws.theta, (target, *targets))
        pairs = list(zip(probabilities.yes[1:], probabilities.given[1:], strict=True))
        return cls(
            posterior=posterior,
            yes=probabilities.yes[0],
            given=probabilities.given[0],
            with_event=dict(zip(events, pairs[: len(events)], strict=True)),
            possible=dict(zip(events, pairs[len(events) :], strict=True)),
        )

    def mean(self, series: Numbers) -> float:
        """Over the posterior; series with dims (draw)."""
        return float(self.posterior.draws.weights @ series)

    def mc_estimate(self, function: Callable[..., float], *series: Numbers) -> MCEstimate:
        """A smooth function of the means of some series, with its error by the delta method."""
        means = [self.mean(values) for values in series]
        value = function(*means)
        deviation = sum(
            (
                slope * (values - mean)
                for slope, values, mean in zip(_slopes(function, means), series, means, strict=True)
            ),
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


def _value(joint: _Joint, assessment: Assessment, indicator: Indicator) -> IndicatorValue:
    yes_observed, given_observed = _observed(joint, assessment, indicator)
    yes, given = joint.yes, joint.given
    series = (yes_observed, given_observed, yes, given)
    possible = joint.mean(given_observed) > 0
    certain = joint.mean(given_observed) >= joint.mean(given) * (1 - 1e-12)
    return IndicatorValue(
        name=indicator.id,
        p_observed=joint.mc_estimate(lambda b, g: b / g, given_observed, given),
        p_if_observed=joint.mc_estimate(lambda a, b: a / b, yes_observed, given_observed) if possible else None,
        p_if_absent=None if certain else joint.mc_estimate(lambda a, b, y, g: (y - a) / (g - b), *series),
        expected_information_gain=joint.mc_estimate(_information_gain, *series),
        evsi=joint.mc_estimate(_variance_reduction, *series),
        evppi=_evppi(joint, assessment, indicator.about),
    )


def _observed(joint: _Joint, assessment: Assessment, indicator: Indicator) -> tuple[Numbers, Numbers]:
    """P(headline and observed), P(condition and observed) at each draw, the likelihoods averaged over their priors."""
    if indicator.about in assessment.scenario.factors:
        top, bottom = likelihoods(assessment, indicator)
        x = joint.posterior.quantity(f"factors.{indicator.about}")
        chance = mean_power(bottom, 1 - x) * mean_power(top, x)
        return chance * joint.yes, chance * joint.given
    if states := state_chances(assessment, indicator):
        return _under_states(joint, states)
    pairs = zip(
        (joint.yes, joint.given), joint.with_event[indicator.about], joint.possible[indicator.about], strict=True
    )
    high, low, neither = event_chances(assessment, indicator)
    chances = [high * yes + low * (can - yes) + neither * (all_ - can) for all_, yes, can in pairs]
    return chances[0], chances[1]


def _under_states(joint: _Joint, chances: Mapping[str, float]) -> tuple[Numbers, Numbers]:
    """The same of an indicator of an event with states."""
    otherwise = next((chance for name, chance in chances.items() if name.endswith(f"={OTHERWISE}")), 0.0)
    observed = []
    for side, everything in enumerate((joint.yes, joint.given)):
        parts = {name: joint.with_event[name][side] for name in chances if name in joint.with_event}
        rest = everything - sum(parts.values())
        observed.append(sum((chances[name] * part for name, part in parts.items()), otherwise * rest))
    return observed[0], observed[1]


def state_chances(assessment: Assessment, indicator: Indicator) -> Mapping[str, float]:
    """P(an indicator is observed) by the states of its event, "event=state"; none of a factor or a binary event."""
    states = indicator_states(indicator.about, assessment.scenario)
    return {
        f"{indicator.about}={state}": _degree(assessment, f"indicators.{indicator.id}.{state}").mean for state in states
    }


def event_chances(assessment: Assessment, indicator: Indicator) -> tuple[float, float, float]:
    """P(an indicator is observed) if its event happens, if it does not though it could, and if it could not."""
    top, bottom = likelihoods(assessment, indicator)
    if not indicator.given:
        return top.mean, bottom.mean, bottom.mean
    # As at the middle of a factor, where an indicator of a factor says nothing.
    half = np.array(0.5)
    return top.mean, bottom.mean, float(mean_power(top, half) * mean_power(bottom, half))


def likelihoods(assessment: Assessment, indicator: Indicator) -> tuple[ScaledBeta, ScaledBeta]:
    """The probability of observing an indicator at the top of its factor or if its event happens, and otherwise."""
    top, bottom = state_labels(indicator.about, assessment.scenario)
    name = f"indicators.{indicator.id}"
    return _degree(assessment, f"{name}.if_{top}"), _degree(assessment, f"{name}.if_{bottom}")


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


def _evppi(joint: _Joint, assessment: Assessment, about: str) -> MCEstimate:
    """Variance of the headline's probability over what could be known of a factor or event."""
    if names := [name for name in joint.with_event if event_of(name) == about != name]:
        series = [part for name in names for part in joint.with_event[name]]
        return joint.mc_estimate(_variance_between, *series, joint.yes, joint.given)
    if about not in assessment.scenario.factors:
        yes, given = joint.with_event[about]
        return joint.mc_estimate(_variance_reduction, yes, given, joint.yes, joint.given)
    x = joint.posterior.quantity(f"factors.{about}")
    weights = joint.posterior.draws.weights * joint.given
    base = weights.sum()
    chance = np.divide(joint.yes, joint.given, out=np.zeros_like(joint.yes), where=joint.given > 0)
    fit = _regression(chance, x, weights / base)
    mean = float(weights @ fit) / base
    # The derivative of var E[p | x] by the weight of a draw is (fit - mean)^2 + 2 (fit - mean) (p - fit).
    pull = np.square(fit - mean) + 2 * (fit - mean) * (chance - fit)
    value = float(weights @ np.square(fit - mean)) / base
    return mc_estimate(value, joint.given * (pull - value) / base, joint.posterior.draws)


def _regression(values: Numbers, x: Numbers, weights: Numbers) -> Numbers:
    """E[values | x] at each draw, by a polynomial (Strong, Oakley & Brennan 2014, Med. Decis. Making 34)."""
    if np.ptp(x) == 0:
        return np.full_like(values, weights @ values)
    basis = np.polynomial.legendre.legvander(2 * (x - x.min()) / np.ptp(x) - 1, POLYNOMIAL_DEGREE)
    scaled = np.sqrt(weights)[:, None]
    coefficients, *_ = np.linalg.lstsq(basis * scaled, values * scaled[:, 0], rcond=None)
    return np.asarray(basis @ coefficients)


def _information_gain(yes_observed: float, given_observed: float, yes: float, given: float) -> float:
    """Mutual information of headline and indicator: entropy, less the expected entropy after looking; nats."""
    observed = given_observed / given
    after = observed * _entropy(yes_observed / given_observed) if given_observed > 0 else 0.0
    if given > given_observed:
        after += (1 - observed) * _entropy((yes - yes_observed) / (given - given_observed))
    return _entropy(yes / given) - after


def _variance_reduction(yes_observed: float, given_observed: float, yes: float, given: float) -> float:
    """Variance of the headline's probability over whether the indicator is observed."""
    if not 0 < given_observed < given:
        return 0.0
    observed = given_observed / given
    difference = yes_observed / given_observed - (yes - yes_observed) / (given - given_observed)
    return observed * (1 - observed) * difference**2


def _variance_between(*masses: float) -> float:
    """Variance of the headline's probability over the states of an event, or that its condition is not met.

    Parameters
    ----------
    masses
        P(headline and state), P(state) of each state in turn, then P(headline), P(everything).
    """
    *states, yes, given = masses
    pairs = [*zip(states[::2], states[1::2], strict=True), (yes - sum(states[::2]), given - sum(states[1::2]))]
    least = 1e-12 * given  # what is left may be rounding
    return sum(mass / given * (part / mass - yes / given) ** 2 for part, mass in pairs if mass > least)


def _entropy(p: float) -> float:
    """Of a yes or no, in nats."""
    return -sum(q * log(q) for q in (p, 1 - p) if q > 0)
