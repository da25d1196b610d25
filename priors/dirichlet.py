"""From a statement about the states of an event to a Dirichlet distribution of their shares: a stick that is broken.

b_K = v_K, b_k = v_k (1 - v_K) ... (1 - v_(k+1)), what is left being b_1: with v_k ~ Beta(a_k, a_1 + ... + a_(k-1)) b
is Dirichlet(a) (Connor & Mosimann 1969, JASA 64). Broken from the last state to the first, so that of two states, "not
happened" and "happened", the one variable is the probability that it happens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from estimative.priors.distributions import ScaledBeta
from estimative.priors.errors import InvalidInput, Place, enumerated, invalid, quote, unknown_name
from estimative.priors.least_squares import fit_concentrations
from estimative.priors.quantile_fit import Prior, Support, fit
from estimative.priors.statement_syntax import say
from estimative.priors.statements import ByState, Constant, StateCounts, Stated, Statement

ADD_UP = 1e-6
"""By which shares may miss 1: what rounding to six decimals leaves."""
FAR = 1.35
"""The factor by which the sum of means of separate statements may miss 1."""
TAILS = (0.05, 0.5, 0.95)
"""Quantiles by which a statement without quantiles of its own is compared."""


class Shares(Struct, frozen=True, kw_only=True):
    """The distribution of the shares of the states of an event."""

    states: tuple[str, ...]
    concentrations: tuple[float, ...]
    """a of the Dirichlet distribution; where the shares are fixed, the shares themselves."""
    fixed: bool

    @property
    def means(self) -> tuple[float, ...]:
        """The expected share of each state."""
        total = math.fsum(self.concentrations)
        return tuple(a / total for a in self.concentrations)

    def marginal(self, state: str) -> ScaledBeta:
        """The distribution of the share of one state."""
        index = self.states.index(state)
        a, rest = self.concentrations[index], math.fsum(self.concentrations) - self.concentrations[index]
        if self.fixed or a == 0 or rest == 0:
            return ScaledBeta.fixed(self.means[index])
        return ScaledBeta(a=a, b=rest)

    def sticks(self) -> tuple[ScaledBeta, ...]:
        """The distribution of v of each state but the first, in the order of the states."""
        return tuple(self._stick(index) for index in range(1, len(self.states)))

    def _stick(self, index: int) -> ScaledBeta:
        a, before = self.concentrations[index], math.fsum(self.concentrations[:index])
        if self.fixed or a == 0 or before == 0:
            return ScaledBeta.fixed(a / (a + before) if a + before > 0 else 0.0)
        return ScaledBeta(a=a, b=before)


def fit_shares(stated: Stated, states: Sequence[str]) -> tuple[Shares, float]:
    """Fit a Dirichlet distribution to a statement.

    Returns
    -------
    shares
        Their distribution.
    misfit
        The largest |P(share <= q) - p| over the stated quantiles q, in probability.

    Raises
    ------
    InvalidInput
        If it states another set of states, or shares that do not add up to 1.
    """
    match stated.statement:
        case StateCounts(counts=counts):
            given = complete(dict(counts), states)
            return _dirichlet(states, [given[state] + 0.5 for state in states]), 0.0
        case ByState() as by_state:
            parts = complete(dict(by_state.parts), states)
            if by_state.constants:
                return _of_shares({state: _value(parts[state]) for state in states}, by_state.worth), 0.0
            if by_state.worth is not None:
                message = "worth belongs to shares that are numbers; here each has an uncertainty of its own"
                raise invalid(message, code="unsuitable-statement", allowed="numbers, or no worth")
            return _of_statements({state: parts[state] for state in states})
    message = f"{say(stated.statement)} cannot state the shares of {len(states)} states"
    example = ", ".join(f"{state} = {1 / len(states):.2g}" for state in states[:3])
    raise invalid(message, code="unsuitable-statement", allowed=f"a share for each state, such as {{ {example}, ... }}")


def _value(statement: Statement) -> float:
    assert isinstance(statement, Constant)
    return statement.value


def complete[Value](given: Mapping[str, Value], states: Sequence[str]) -> Mapping[str, Value]:
    """Return what is given for each state.

    Raises
    ------
    InvalidInput
        If a state is missing or unknown.
    """
    unknown = [name for name in given if name not in states]
    if unknown:
        raise InvalidInput([unknown_name(Place(key=name), name, states, "a state of the event") for name in unknown])
    if missing := [state for state in states if state not in given]:
        message = f"{enumerated([quote(state) for state in missing])} {'is' if len(missing) == 1 else 'are'} missing"
        raise invalid(message, code="missing-state", allowed=f"one entry for each of {enumerated(list(states))}")
    return given


def _of_shares(shares: Mapping[str, float], worth: float | None) -> Shares:
    for state, share in shares.items():
        if not 0 <= share <= 1:
            raise invalid(f"{share:g} is not a share", code="out-of-range", key=state, allowed="from 0 to 1")
    if abs((total := math.fsum(shares.values())) - 1) > ADD_UP:
        message = f"the shares add up to {total:.6g}, not to 1"
        raise invalid(message, code="shares", value=f"{total:.6g}", allowed="shares that add up to 1")
    if worth is None:
        return Shares(states=tuple(shares), concentrations=tuple(shares.values()), fixed=True)
    return _dirichlet(tuple(shares), [worth * share for share in shares.values()])


def _dirichlet(states: Sequence[str], concentrations: Sequence[float]) -> Shares:
    return Shares(states=tuple(states), concentrations=tuple(map(float, concentrations)), fixed=False)


def _of_statements(parts: Mapping[str, Statement]) -> tuple[Shares, float]:
    """Fit to a statement for each state: its quantiles, or those of the beta that it states."""
    priors = {state: _beta_of(state, statement) for state, statement in parts.items()}
    total = math.fsum(prior.family.mean for prior in priors.values())
    if not 1 / FAR <= total <= FAR:
        message = f"the states' shares add up to about {total:.2g} on average, far from 1"
        raise invalid(message, code="shares", allowed="statements whose means add up to about 1")
    points = [(index, p, q) for index, prior in enumerate(priors.values()) for p, q in _points(prior)]
    start = np.array([prior.family.mean / total for prior in priors.values()])
    of_state = np.array([index for index, _, _ in points], dtype=np.intp)
    p, q = np.array([(p, q) for _, p, q in points]).T
    found = fit_concentrations(of_state, p, q, start)
    shares = _dirichlet(tuple(parts), found.tolist())
    marginals = [shares.marginal(state) for state in parts]
    return shares, max(abs(marginals[index].cdf(q) - p) for index, p, q in points)


def _beta_of(state: str, statement: Statement) -> Prior:
    if isinstance(statement, Constant):
        message = f"{quote(state)} is a number, and others are not: it would be known exactly"
        raise invalid(message, code="unsuitable-statement", key=state, allowed="numbers only, or none")
    try:
        return fit(statement, Support.DEGREE)
    except InvalidInput as error:
        raise InvalidInput(issue.moved(Place(key=state)) for issue in error.issues) from error


def _points(prior: Prior) -> Sequence[tuple[float, float]]:
    return [(p, min(max(prior.family.quantile(p), 1e-12), 1 - 1e-12)) for p in TAILS]
