"""The JSON of a report against its schema, and the schemas of its parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from estimative.reports.report.analyses import Analyses, from_json
from estimative.reports.summary import to_json
from tests.reports.test_summary import at, objects
from tests.reports_made import REPORTS, RICH

FOLDER = Path(__file__).parents[2] / "reports"
ROOT = "file:///reports/"
PARTS = ("report/schema.json", "summary.schema.json", "evidence/schema.json", "sensitivity/schema.json")
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{ROOT}{part}", Resource.from_contents(json.loads((FOLDER / part).read_text(encoding="utf-8"))))
    for part in (*PARTS, "comparison/schema.json")
)
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"{ROOT}report/schema.json"}
TOLD = {name: report for name, report in REPORTS.items() if name != "report.hostile"}
"""A hostile text stands where a digest should."""


def written(name: str) -> Any:
    """The JSON of a report, read by someone who takes no NaN and no Infinity."""
    return json.loads(to_json(REPORTS[name]), parse_constant=lambda found: pytest.fail(f"{found} in JSON"))


def valid(found: Any) -> bool:
    """Whether JSON satisfies the schema of a report."""
    return Draft202012Validator(SCHEMA, registry=REGISTRY).is_valid(found)


def test_the_schema_is_a_schema() -> None:
    """It is valid under JSON Schema 2020-12, and every definition in it is used."""
    text = (FOLDER / "report/schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert not [name for name in schema["$defs"] if f'"#/$defs/{name}"' not in text]


@pytest.mark.parametrize("name", TOLD)
def test_a_report_satisfies_its_schema(name: str) -> None:
    """Whatever a report holds, its JSON is what its schema and those of its parts say."""
    errors = [
        error.message[:200] for error in Draft202012Validator(SCHEMA, registry=REGISTRY).iter_errors(written(name))
    ]
    assert not errors


OWN = [
    path
    for path in objects(written("report.full"))
    if not path or (path[0] in {"scale", "reproduction"}) or (path[0] in {"shapes", "factors"} and len(path) > 1)
]


@pytest.mark.parametrize("path", OWN, ids=str)
def test_the_schema_takes_no_more_and_no_less(path: tuple[str | int, ...]) -> None:
    """A field that nobody knows is refused in every object of its own, and so is one that is missing."""
    more = written("report.full")
    at(more, path)["unheard_of"] = 1
    assert not valid(more)
    for key in at(written("report.full"), path):
        less = written("report.full")
        del at(less, path)[key]
        assert not valid(less), key


@pytest.mark.parametrize("part", ["assessment", "weighing", "sensitivity", "comparison"])
def test_a_part_is_held_against_its_own_schema(part: str) -> None:
    """What a part may not be by its own schema, it may not be in a report."""
    broken = written("report.full")
    broken[part]["unheard_of"] = 1
    assert not valid(broken)


@pytest.mark.parametrize(("converged", "caution"), [(True, "Beware."), (False, "")])
def test_a_caution_stands_where_something_did_not_converge(converged: bool, caution: str) -> None:
    """A report that did not converge has a caution, and one that did has none."""
    assert not valid({**written("report.full"), "converged": converged, "caution": caution})


def test_analyses_are_read_as_they_were_written() -> None:
    """What is kept beside a run comes back as it was; another version is refused."""
    kept = Analyses(weighing=RICH.weighing, sensitivity=RICH.sensitivity, refused=("no odds",))
    assert from_json(to_json(kept)) == kept
    assert RICH.weighing
    assert kept.digests == {RICH.weighing.scenario.digest, RICH.weighing.analyst.prior_set.digest}
    with pytest.raises(ValueError, match="schema version 2"):
        from_json(to_json(kept).replace('"schema_version": 1', '"schema_version": 2', 1))
