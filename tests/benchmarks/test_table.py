"""The table of ratios."""

from __future__ import annotations

from benchmarks import table
from benchmarks.table import Heading, Row


def test_a_ratio_is_that_of_the_medians() -> None:
    """An outlier on either side does not change the ratio; a side that was not measured leaves none."""
    assert Row(name="a", this=[2.0, 2.0, 90.0], against=[1.0, 1.0, 50.0]).ratio == 2.0
    assert Row(name="a", this=[], against=[1.0]).ratio is None


def test_a_verdict_stands_in_place_of_the_ratio() -> None:
    """What did not come to an end has no ratio, though its time is shown."""
    row = Row(name="60 events", this=[120.0], against=[1.0], verdict="timeout", note="over 120 s")
    shown = table.text([Heading(text="Large sizes", section="scale"), row]).splitlines()[-1]
    assert row.ratio is None
    assert shown.split() == ["60", "events:", "over", "120", "s", "timeout", "120", "s", "1", "s", "1"]


def test_a_failure_is_shown_and_misses_its_aim() -> None:
    """A row without measurements says that it failed, and that its aim is not met."""
    shown = table.text([Row(name="fit", this=[], against=[], aim=2.0)]).splitlines()[-1]
    assert shown.split() == ["fit", "failed", "<=", "2", "NO", "-", "-", "0"]
