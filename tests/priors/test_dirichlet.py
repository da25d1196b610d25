"""Shares of states: from a statement to a Dirichlet distribution, and to the stick that is broken."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from estimative.priors.dirichlet import Shares, fit_shares
from estimative.priors.errors import InvalidInput
from estimative.priors.statements import (
    ByState,
    Constant,
    Interval,
    Quantiles,
    StateCounts,
    Stated,
    Statement,
    Word,
)

STATES = ("insider", "criminals", "state")
DRAWS = 200_000


def fitted(statement: Statement) -> tuple[Shares, float]:
    return fit_shares(Stated(statement=statement), STATES)


def by_state(*parts: Statement | float, worth: float | None = None) -> ByState:
    statements = [Constant(value=part) if isinstance(part, int | float) else part for part in parts]
    return ByState(parts=tuple(zip(STATES, statements, strict=True)), worth=worth)


def quantiles(low: float, high: float) -> Quantiles:
    return Quantiles(points=((0.05, low), (0.95, high)))


def test_shares_with_a_worth_are_a_dirichlet_of_so_many_cases() -> None:
    """Its means are the shares, its concentrations add up to the worth."""
    shares, misfit = fitted(by_state(0.2, 0.5, 0.3, worth=10))
    assert shares.concentrations == pytest.approx((2, 5, 3))
    assert shares.means == pytest.approx((0.2, 0.5, 0.3))
    assert misfit == 0


def test_shares_alone_are_fixed() -> None:
    """The sticks are constants from which the shares come back, a share of 0 included."""
    shares, _ = fitted(by_state(0.25, 0.75, 0.0))
    assert all(stick.constant for stick in shares.sticks())
    assert broken(np.array([[stick.mean] for stick in shares.sticks()]))[:, 0] == pytest.approx([0.25, 0.75, 0.0])


def test_a_state_without_a_share_stays_without_one() -> None:
    """Among shares that are uncertain."""
    shares, _ = fitted(by_state(0.4, 0.0, 0.6, worth=5))
    assert [stick.constant for stick in shares.sticks()] == [True, False]
    assert shares.marginal("criminals").mean == 0
    assert shares.marginal("state").mean == pytest.approx(0.6)


def test_counts_add_a_half_to_each_state() -> None:
    """As a reference class of one event does (Jeffreys)."""
    shares, _ = fitted(StateCounts(counts=(("state", 0), ("insider", 3), ("criminals", 7))))
    assert shares.concentrations == (3.5, 7.5, 0.5)


def broken(sticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares from sticks that are broken from the last state to the first; dims (state, draw)."""
    left, shares = np.ones(sticks.shape[1]), []
    for stick in sticks[::-1]:
        shares.append(left * stick)
        left = left * (1 - stick)
    return np.array([left, *shares[::-1]])


def test_sticks_break_into_the_dirichlet_distribution() -> None:
    """Means, variances and covariances of simulated sticks are those of the distribution."""
    shares, _ = fitted(by_state(0.2, 0.5, 0.3, worth=4))
    rng = np.random.default_rng(1)
    drawn = broken(np.array([rng.beta(stick.a, stick.b, DRAWS) for stick in shares.sticks()]))
    mean = np.array([0.2, 0.5, 0.3])
    assert drawn.mean(axis=1) == pytest.approx(mean, abs=0.003)
    assert np.cov(drawn) == pytest.approx((np.diag(mean) - np.outer(mean, mean)) / 5, abs=0.0015)


def test_a_statement_for_each_state_is_met_where_it_can_be() -> None:
    """Quantiles of the marginals of a Dirichlet give that Dirichlet back."""
    true = Shares(states=STATES, concentrations=(1.5, 6.0, 3.0), fixed=False)
    parts = [quantiles(true.marginal(state).quantile(0.05), true.marginal(state).quantile(0.95)) for state in STATES]
    shares, misfit = fitted(by_state(*parts))
    assert shares.concentrations == pytest.approx(true.concentrations, rel=1e-6)
    assert misfit < 1e-6


def test_a_statement_that_no_dirichlet_meets_has_a_misfit() -> None:
    """Three shares cannot all be known well but for one."""
    shares, misfit = fitted(by_state(quantiles(0.30, 0.32), quantiles(0.1, 0.6), Word(term="unlikely")))
    assert misfit > 0.05
    assert sum(shares.means) == pytest.approx(1)


@pytest.mark.parametrize(
    ("statement", "code", "says"),
    [
        (by_state(0.2, 0.5, 0.2), "shares", "add up to 0.9"),
        (by_state(1.2, 0.0, -0.2), "out-of-range", "1.2 is not a share"),
        (ByState(parts=(("insider", Constant(value=1.0)),)), "missing-state", '"criminals", "state" are missing'),
        (by_state(0.2, quantiles(0.1, 0.9), 0.3), "unsuitable-statement", '"insider" is a number'),
        (by_state(*[quantiles(0.6, 0.9)] * 3), "shares", "far from 1"),
        (by_state(*[quantiles(0.2, 0.5)] * 3, worth=3), "unsuitable-statement", "worth"),
        (Constant(value=0.3), "unsuitable-statement", "cannot state the shares of 3 states"),
        (Interval(low=0.1, high=0.2, mass=0.9), "unsuitable-statement", "cannot state the shares"),
        (StateCounts(counts=(("insider", 1), ("alien", 2))), "unknown-name", '"alien" is not a state'),
    ],
)
def test_what_states_no_shares_is_an_error(statement: Statement, code: str, says: str) -> None:
    """Each with a sentence that says what is missing or wrong."""
    with pytest.raises(InvalidInput) as caught:
        fitted(statement)
    assert [issue.code for issue in caught.value.issues] == [code]
    assert says in caught.value.issues[0].message
