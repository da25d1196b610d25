"""Outliers among many results."""

from __future__ import annotations

import datetime
import math
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from estimative.model.inference.estimates import Interval, ProbabilityEstimate
from estimative.model.record.batch_result import FAR, FEWEST, BatchResult, BatchRow, with_scores


def row(run: int, chance: float, *, question: str = "a", status: str = "converged") -> BatchRow:
    """A row with a probability."""
    interval = Interval(mass=0.9, low=chance, high=chance, low_se=0.0, high_se=0.0, ess=1.0)
    return BatchRow(
        scenario="s",
        priors="p",
        variant="",
        as_of=datetime.date(2026, 1, 1),
        method="importance",
        seed=1,
        draws=None,
        status=status,  # type: ignore[arg-type]
        run=str(run),
        scenario_id=question,
        outcome="o",
        probability=ProbabilityEstimate(value=chance, se=0.0, sd=0.0, interval=interval, ess=1.0),
    )


@given(st.lists(st.floats(0.01, 0.99), min_size=FEWEST, max_size=12, unique=True))
def test_scores_are_those_of_the_formula(chances: list[float]) -> None:
    """(x - median) / (1.4826 MAD) of log-odds."""
    heights = [math.log(chance / (1 - chance)) for chance in chances]
    spread = 1.4826 * median(abs(height - median(heights)) for height in heights)
    for scored, height in zip(with_scores([row(*pair) for pair in enumerate(chances)]), heights, strict=True):
        assert scored.z is None if not spread else math.isclose(scored.z or 0, (height - median(heights)) / spread)


def test_one_far_result_is_an_outlier() -> None:
    """On its own question, if there are enough results; one that did not converge neither is one nor counts."""
    near = [row(at, 0.2 + at / 100) for at in range(6)]
    scored = with_scores([*near, row(9, 0.9), row(10, 0.9, question="b"), row(11, 0.9, status="not converged")])
    assert [each.run for each in scored if each.outlying] == ["9"]
    assert abs(scored[6].z or 0) > FAR
    assert scored[7].z is scored[8].z is None
    assert not any(each.outlying for each in with_scores([*near[:3], row(9, 0.9)]))
    assert all(each.z is None for each in with_scores([row(at, 0.2) for at in range(8)]))


def test_a_run_in_several_rows_counts_once() -> None:
    """Rows that repeat it do not move the median."""
    rows = [row(at, 0.2 + at / 100) for at in range(6)]
    repeated = with_scores([*rows, *[row(5, 0.25)] * 9])
    assert [each.z for each in repeated[:6]] == [each.z for each in with_scores(rows)]


def test_a_certain_result_is_no_outlier() -> None:
    """It has no log-odds."""
    scored = with_scores([row(at, chance) for at, chance in enumerate((0.1, 0.2, 0.3, 0.4, 0.5, 1.0))])
    assert scored[-1].z is None
    assert BatchResult(source=".", folder="runs", rows=scored).converged
