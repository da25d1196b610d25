"""The stated quantiles that a fitted prior misses."""

from __future__ import annotations

from estimative.priors.quantile_fit import Support, fit
from estimative.priors.statements import Moments, Quantiles


def test_a_tail_that_no_family_has_is_missed() -> None:
    """Quantiles that no beta has are named with what they became; the tails stay near what was stated."""
    prior = fit(Quantiles(points=((0.05, 0.02), (0.5, 0.3), (0.95, 0.4))), Support.DEGREE)
    [missed] = prior.missed
    assert (missed.p, missed.stated) == (0.5, 0.3)
    assert str(missed).startswith("50% quantile: 0.3 stated, 0.17")
    assert prior.family.quantile(0.05) < 0.03


def test_ratios_are_compared_as_ratios() -> None:
    """A ratio's stated quantile is missed where the fitted one differs by a factor of 1.5."""
    assert fit(Quantiles(points=((0.05, 1.0), (0.5, 1.1), (0.95, 30.0))), Support.RATIO).missed
    assert not fit(Quantiles(points=((0.05, 1.0), (0.5, 2.5), (0.95, 6.0))), Support.RATIO).missed


def test_what_is_met_is_not_missed() -> None:
    """Two quantiles, and moments, are met exactly."""
    assert fit(Quantiles(points=((0.05, 0.1), (0.95, 0.4))), Support.DEGREE).missed == ()
    assert fit(Moments(mean=0.3, sd=0.1), Support.DEGREE).missed == ()
