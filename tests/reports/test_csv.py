"""Comparisons and pools as CSV: complete against the JSON, safe in a spreadsheet."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimative.priors.errors import ascii_safe
from estimative.reports.comparison import rows as comparison_csv
from estimative.reports.comparison.summary import Comparison
from estimative.reports.pool import rows as pool_csv
from estimative.reports.pool.summary import Summary
from estimative.reports.summary import to_json
from tests.comparisons import COMPARISONS, comparisons
from tests.pools import POOLS, pools
from tests.reports.test_hostile_text import HOSTILE
from tests.summaries import saying

CASES: dict[str, Comparison | Summary] = {**COMPARISONS, **POOLS}
TOLD, WITHHELD = COMPARISONS["comparison.told"], COMPARISONS["comparison.withheld"]
NOT_TOLD = {"scenario", "computation", "verdict", "prior_set", "effort", "schema_version", "orders", "mass"}
"""What is no number about a probability."""
IN_ONE = {"sampling_error", "mcse", "low_mcse", "high_mcse", "prior_mcse", "error"}
"""Errors, which stand in a column of their own."""


def rows(summary: Comparison | Summary) -> list[dict[str, str]]:
    """The rows of a summary's CSV, by column."""
    text = comparison_csv.csv_of(summary) if isinstance(summary, Comparison) else pool_csv.csv_of(summary)
    return list(csv.DictReader(StringIO(text), strict=True))


def values(node: Any, name: str = "") -> Iterator[float]:
    """Every number in JSON that a CSV should tell, but errors."""
    match node:
        case bool() | None | str():
            return
        case int() | float():
            if name not in IN_ONE:
                yield float(node)
        case dict():
            for key, entry in node.items():
                if key not in NOT_TOLD:
                    yield from values(entry, key)
        case list():
            for entry in node:
                yield from values(entry, name)


def told(found: list[dict[str, str]]) -> list[float]:
    """Every number in the column of values."""
    return sorted(float(row["value"]) for row in found if is_number(row["value"]))


def is_number(cell: str) -> bool:
    """Whether a spreadsheet would read a number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


@settings(max_examples=25, deadline=None)
@given(found=comparisons() | pools())
def test_every_number_has_its_row(found: Comparison | Summary) -> None:
    """The numbers of the CSV are those of the JSON, each as often, to the last bit."""
    assert told(rows(found)) == sorted(values(json.loads(to_json(found))))


@pytest.mark.parametrize("name", CASES)
def test_no_two_rows_are_about_the_same(name: str) -> None:
    """Every row has its own place: no two are alike in all columns but value and error."""
    found = rows(CASES[name])
    places = [tuple(list(row.values())[:-2]) for row in found]
    assert len(set(places)) == len(places)
    assert all(None not in row and None not in row.values() for row in found)


@settings(max_examples=25, deadline=None)
@given(found=comparisons())
def test_a_row_carries_its_own_error(found: Comparison) -> None:
    """Beside each number stands its own error; beside a share that of sampling orders, too."""
    by_place = {tuple(list(row.values())[:-2]): row for row in rows(found)}
    for name, outcome in found.outcomes.items():
        for analyst, one in outcome.analysts.items():
            row = by_place["probability", name, analyst, "", "", "probability"]
            assert (float(row["value"]), float(row["error"])) == (one.probability, one.se)
            high = by_place["probability", name, analyst, "", "", "high"]
            assert (float(high["value"]), float(high["error"])) == (one.interval.high, one.interval.high_se)
    if found.attribution:
        pair = found.attribution
        for share in pair.decomposition.quantities:
            row = by_place["attribution", "closed", pair.first, pair.second, share.name, "share"]
            assert float(row["value"]) == share.share.value
            assert float(row["error"]) == pytest.approx(math.hypot(share.share.se, share.sampling_error))


def test_what_no_number_can_tell_is_told_in_words() -> None:
    """Words, reasons and an infinite score have rows of their own."""
    found = rows(POOLS["pool.lacking"])
    assert [row["measure"] for row in found if row["part"] == "pool" and row["stage"] == "before"][-2:] == [
        "probability",
        "lacking",
    ]
    assert {row["value"] for row in rows(POOLS["pool.record"]) if row["measure"] == "log"} == {
        "0.41",
        "infinite",
        "-0.0",
    }
    words = {row["value"] for row in found if row["measure"] == "term"}
    assert {"very unlikely", "unlikely", "above 99 %"} <= words
    assert {row["measure"] for row in found if row["part"] == "extremizing"} == {"factor"}


@pytest.mark.parametrize("name", CASES)
def test_a_caution_is_the_first_row(name: str) -> None:
    """Where a fit failed the first row is the caution; elsewhere there is none."""
    summary = CASES[name]
    cautions = [(place, row["value"]) for place, row in enumerate(rows(summary)) if row["part"] == "caution"]
    assert cautions == ([(0, summary.caution)] if summary.caution else [])


def test_of_a_fit_that_failed_there_is_no_row() -> None:
    """Of an analyst whose numbers are withheld the CSV tells nothing."""
    assert not [row for row in rows(WITHHELD) if "sceptic" in row.values()]
    assert [row for row in rows(TOLD) if "sceptic" in row.values()]


FORMULAS = {
    "formula": "=1+1",
    "call": '=HYPERLINK("https://evil.example")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(A1:A9)",
    "tab before": "\t=1+1",
    "line before": "\r\n=1+1",
    "blank before": "  -1",
    "delimiters": 'a","b;c\n=1+1,"',
    "quote": '"=1+1"',
}
TEXTS = {**FORMULAS, **HOSTILE}
OF_ALL: dict[str, Comparison | Summary] = {
    "comparison": COMPARISONS["comparison.told"],
    "pool": POOLS["pool.record"],
    "lacking": POOLS["pool.lacking"],
}


def check(summary: Comparison | Summary, text: str) -> None:
    """With a text everywhere no cell is a formula, and the text stands in the cells that hold a text."""
    found = rows(saying(summary, text))
    assert len(found) == len(rows(saying(summary, "x")))
    cells = [cell for row in found for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not is_number(cell)]
    assert not [c for cell in cells for c in cell if not c.isprintable()]
    shown = ascii_safe(" ".join(text.split()))
    guard = "'" if shown.startswith(("=", "+", "-", "@")) else ""
    assert cells.count(f"{guard}{shown}") >= 1


@pytest.mark.parametrize("kind", OF_ALL)
@pytest.mark.parametrize("name", TEXTS)
def test_no_text_becomes_a_formula(name: str, kind: str) -> None:
    """A text that a spreadsheet would reckon with stands behind an apostrophe, on one line, without controls."""
    check(OF_ALL[kind], TEXTS[name])


@settings(max_examples=25, deadline=None)
@given(text=st.text(alphabet="=+-@'\",;\t\r\n 1aA(|", min_size=1, max_size=9).filter(str.strip))
def test_no_mixture_of_marks_becomes_a_formula(text: str) -> None:
    """No mixture of the characters that spreadsheets read becomes a formula or another cell."""
    for summary in OF_ALL.values():
        check(summary, text)


def test_a_negative_number_stays_a_number() -> None:
    """Numbers below 0 have no apostrophe."""
    shares = [row for row in rows(TOLD) if row["name"] == "events.closing" and row["measure"] == "share"]
    assert [row["value"] for row in shares] == ["-0.35"]
