"""The short names of runs in a list."""

from __future__ import annotations

import pytest

from estimative.reports.documents.runs import short_ids

FIRST, SECOND, LATER = "20260101T120000000Z-aaaaaa", "20260101T120000000Z-bbbbbb", "20260101T120000001Z-aaaaaa"


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([LATER, FIRST], ["20260101T120000001Z", "20260101T120000000Z"]),
        ([LATER, SECOND, FIRST], ["20260101T120000001Z", SECOND, FIRST]),
        (["copy", "copy of it", FIRST], ["copy", "copy of it", "20260101T120000000Z"]),
        ([], []),
    ],
)
def test_a_time_stands_for_the_only_run_of_it(ids: list[str], expected: list[str]) -> None:
    """A run goes by its time unless another id begins with the same one."""
    assert [short_ids(ids)[run] for run in ids] == expected
