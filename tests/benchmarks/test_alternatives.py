"""The alternatives answer the same question, and are compared at equal error."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.alternatives import MISSING, agree, equal_error

OWN: dict[str, Any] = {"mean": 0.5, "error": 0.01, "ess": 4000.0, "seconds": 1.0}


def test_the_handwritten_model_is_that_of_the_package() -> None:
    """Plain Monte Carlo over the handwritten model and an importance fit give the same headline."""
    from benchmarks import headline, plain_numpy

    assert agree(headline.estimate(), plain_numpy.estimate(100_000))


def test_time_is_scaled_to_the_same_error() -> None:
    """One with twice the error needs four times as long for the same error."""
    row = equal_error("a / b", [OWN], [{**OWN, "error": 0.02, "seconds": 0.5}])
    assert row.ratio == pytest.approx(0.5)
    assert row.note == "ESS 4,000"


def test_different_numbers_are_not_passed_over() -> None:
    """Two answers that differ by more than their errors are marked."""
    assert equal_error("a / b", [OWN], [{**OWN, "mean": 0.6}]).note == "DIFFERENT NUMBERS"


def test_what_is_not_installed_says_so() -> None:
    """It has a verdict instead of a ratio."""
    row = equal_error("a / b", [OWN], [], verdict=MISSING)
    assert (row.ratio, row.verdict, row.note) == (None, "missing", "not installed")
