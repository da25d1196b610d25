"""What an item of evidence says about each state of an event, once its uncertainty is integrated out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Evidence, Indicator, Testimony
from estimative.priors.distributions import Family, LogNormal

NODES = 48
"""Of each quadrature."""


def log_likelihoods(assessment: Assessment, item: Evidence, event: Event, weight: float) -> Mapping[str, float]:
    """Natural log of the likelihood under each state, as an item counts in the odds of two states.

    An indicator counts as its median, a testimony as its expectation over the motive of the speaker; where that is a
    factor, over the prior of the factor. One that is stated as two chances is 0 here.

    Parameters
    ----------
    item
        About the event as a whole, or about one of its states.
    weight
        How much the item counts.
    """
    if isinstance(item, Testimony):
        return _testimony(assessment, item, event, weight)
    name, medians = f"evidence.{item.id}", assessment.median
    if item.about == event.id:
        return {state: weight * math.log(medians(f"{name}.{state}")) for state in event.states}
    assert isinstance(item, Indicator)
    ratio = weight * math.log(medians(name)) * (1 if item.supports else -1)
    return {state: ratio * (f"{event.id}={state}" == item.about) for state in event.states}


def _testimony(assessment: Assessment, item: Testimony, event: Event, weight: float) -> Mapping[str, float]:
    name, priors = f"evidence.{item.id}", assessment.priors
    if item.id in assessment.structure.quantities.pairs:
        return dict.fromkeys(event.states, 0.0)
    motive = priors[f"factors.{item.motive}" if item.motive else f"motives.{item.id}"].family
    if item.about == event.id:
        quantities = assessment.structure.quantities
        said = {quantities.all[each].state: priors[each].family for each in quantities.inputs[name]}
        return _expected(said, motive, weight, event.states)
    # A ratio is the inverse of a likelihood under the states that are denied.
    family = priors[name].family
    assert isinstance(family, LogNormal)
    denied = {item.about.partition("=")[2]: LogNormal(mu=-family.mu, sigma=family.sigma)}
    expected = _expected(denied, motive, weight, event.states)
    return {state: -value if item.claims else value for state, value in expected.items()}


def _expected(said: Mapping[str, Family], motive: Family, weight: float, states: Sequence[str]) -> Mapping[str, float]:
    """Natural log of what a statement is expected to say about each state, over motive and likelihoods.

    m + (1 - m) L counts to the power of w/2 if its state holds, and of -w/2 if not: by quadrature over both.
    """
    roots, weights = np.polynomial.legendre.leggauss(NODES)
    normals, masses = np.polynomial.hermite_e.hermegauss(NODES)
    m = np.array([motive.quantile(float((1 + root) / 2)) for root in roots])[:, None]
    holds, fails = {}, {}
    for state, family in said.items():
        assert isinstance(family, LogNormal)
        counted = weight / 2 * np.log(m + (1 - m) * np.exp(family.mu + family.sigma * normals))
        holds[state], fails[state] = (np.exp(sign * counted) @ (masses / masses.sum()) for sign in (1, -1))

    def total(holding: str) -> float:
        factors = [holds[state] if state == holding else fails[state] for state in said]
        return float(np.log(weights @ np.prod(factors, axis=0) / 2))

    return {state: total(state) for state in states}
