"""Scenarios that are too large are refused at once, not after minutes."""

from __future__ import annotations

import pytest

from benchmarks.synthetic import dense
from estimative.priors.errors import InvalidInput


def test_too_many_combinations_of_drivers_are_refused() -> None:
    """Sixty events that are driven by a dozen each have a quarter of a million; thirteen have few enough."""
    assert len(dense(13).structure.linear_predictors.base) == 2**13 - 1
    with pytest.raises(InvalidInput, match="200,703 combinations of what drives them"):
        dense(60)
