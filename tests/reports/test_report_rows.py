"""The rows of a report: every number of its JSON, at its place and with its error."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from estimative.reports.report.rows import csv_of
from estimative.reports.report.summary import Report
from estimative.reports.summary import to_json
from tests.comparisons import COMPARISONS
from tests.reports.test_report_document import FULL_REPORT
from tests.reports_made import REPORTS
from tests.summaries import FULL

NEIGHBOURS = {
    "mcse": ("value", "probability", "mean"),
    "low_mcse": ("low",),
    "high_mcse": ("high",),
    "prior_mcse": ("prior_probability",),
    "joint_mcse": ("difference",),
}
"""By an error, whose it may be."""
ODD = ("a/b", "~c", "value", "mcse", "d~1e", "low", "low_mcse")
"""Names of outcomes, and of analysts."""


def odd() -> Report:
    """A report with names that a pointer has to escape, and such as are those of fields."""
    assert FULL_REPORT.comparison
    outcome, team = FULL.outcomes["closed"], COMPARISONS["comparison.team"]
    assert team.team
    weights = {name: place / 8 for place, name in enumerate(ODD)}
    return replace(
        FULL_REPORT,
        assessment=replace(FULL, outcomes=dict.fromkeys(ODD, outcome)),
        comparison=replace(team, team=replace(team.team, weights=weights)),
    )


CSVS: dict[str, Report] = {**REPORTS, "odd": odd()}
del CSVS["report.hostile"]


def rows(report: Report) -> list[dict[str, str]]:
    """The rows of its CSV, by column, without the one of the caution."""
    found = list(csv.DictReader(StringIO(csv_of(report)), strict=True))
    return [row for row in found if row["pointer"] != "caution"]


def at(node: Any, pointer: str) -> Any:
    """What stands at a place in JSON (RFC 6901)."""
    for key in pointer.split("/")[1:]:
        plain = key.replace("~1", "/").replace("~0", "~")
        node = node[int(plain)] if isinstance(node, list) else node[plain]
    return node


def numbers(node: Any) -> Iterator[float]:
    """Every number in JSON."""
    match node:
        case bool() | None | str():
            return
        case int() | float():
            yield float(node)
        case dict() | list():
            for entry in node.values() if isinstance(node, dict) else node:
                yield from numbers(entry)


@pytest.mark.parametrize("name", CSVS)
def test_every_number_of_the_json_is_in_the_csv(name: str) -> None:
    """Once, as a value or as an error; each value at its pointer, to the last bit."""
    found, whole = rows(CSVS[name]), json.loads(to_json(CSVS[name]))
    assert len({row["pointer"] for row in found}) == len(found)
    assert [at(whole, row["pointer"]) for row in found] == [float(row["value"]) for row in found]
    told = [float(row[column]) for row in found for column in ("value", "error") if row[column]]
    assert sorted(told) == sorted(numbers(whole))


@pytest.mark.parametrize("name", CSVS)
def test_an_error_stands_beside_its_number(name: str) -> None:
    """It is the one that the JSON has beside the number; no error has a row of its own where there is a number."""
    found, whole = rows(CSVS[name]), json.loads(to_json(CSVS[name]))
    for row in found:
        place, _, field = row["pointer"].rpartition("/")
        beside = at(whole, place)
        if row["error"]:
            error = next(error for error, fields in NEIGHBOURS.items() if field in fields)
            assert beside[error] == float(row["error"])
    assert {row["pointer"].rpartition("/")[2] for row in found if row["error"]} <= {*sum(NEIGHBOURS.values(), ())}
    unpaired = [row["pointer"] for row in found if row["pointer"].endswith("mcse")]
    assert all(isinstance(at(whole, pointer.rpartition("/")[0]).get("a/b"), float) for pointer in unpaired)


def test_names_that_look_like_fields_are_names() -> None:
    """An outcome called `mcse` is told with all of its numbers, and so is the weight of such an analyst."""
    found = {row["pointer"]: row for row in rows(odd())}
    for escaped in ("a~1b", "~0c", "value", "mcse", "d~01e"):
        assert found[f"/assessment/outcomes/{escaped}/probability"]["error"] == "0.0008"
    assert [found[f"/comparison/team/weights/{name}"]["error"] for name in ("value", "mcse", "low", "low_mcse")] == [
        ""
    ] * 4
    assert found["/comparison/team/weights/mcse"]["value"] == "0.375"


@pytest.mark.parametrize("name", CSVS)
def test_a_caution_is_the_first_row(name: str) -> None:
    """Before every number, where there is one; no row where there is none."""
    report = CSVS[name]
    found = list(csv.reader(StringIO(csv_of(report)), strict=True))
    assert found[0] == ["pointer", "value", "error"]
    cautions = [row for row in found if row[0] == "caution"]
    assert cautions == ([["caution", report.caution, ""]] if report.caution else [])
    assert not report.caution or found[1] == cautions[0]
