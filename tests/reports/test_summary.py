"""The JSON of a summary: written, read back, held against its schema."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from estimative.reports.summary import Summary, finite, from_json, to_json
from tests.summaries import CASES, FULL, saying, summaries

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "summary.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


NAMED = ("outcomes", "events", "factors", "quantities", "evidence", "sources", "verdicts")
MAPPINGS = {("run", "settings"), ("run", "versions"), *((name,) for name in NAMED)}
"""The objects whose keys are names, not fields."""


def written(summary: Summary) -> Any:
    """The JSON of a summary, read by someone who takes no NaN and no Infinity."""
    return json.loads(to_json(summary), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def objects(node: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """The path of every object in JSON."""
    if isinstance(node, dict):
        yield path
    for key, entry in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from objects(entry, *path, key)


def at(node: Any, path: tuple[str | int, ...]) -> Any:
    """The entry at a path."""
    for key in path:
        node = node[key]
    return node


def test_the_schema_is_a_schema() -> None:
    """The schema is valid under JSON Schema 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", CASES)
def test_a_summary_satisfies_the_schema(name: str) -> None:
    """The JSON of a summary of any kind satisfies the schema."""
    VALIDATOR.validate(written(CASES[name]))


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_any_numbers_satisfy_the_schema(summary: Summary) -> None:
    """Whatever the numbers are, their JSON satisfies the schema but for what `converged` promises."""
    data = written(summary)
    issues = [error for error in VALIDATOR.iter_errors(data) if error.json_path != "$.agreement.holds"]
    assert not issues


FIELDS = [path for path in objects(written(FULL)) if path not in MAPPINGS]


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)) or "summary")
def test_the_schema_takes_no_more_and_no_less(path: tuple[str | int, ...]) -> None:
    """A field that nobody knows is refused in every object of fixed fields, and so is one that is missing."""
    keys = set(at(written(FULL), path))
    more = written(FULL)
    at(more, path)["unheard_of"] = 1
    assert not VALIDATOR.is_valid(more)
    for key in keys:
        less = written(FULL)
        del at(less, path)[key]
        assert not VALIDATOR.is_valid(less), key


@pytest.mark.parametrize(
    "changed",
    [
        replace(FULL, schema_version=2),
        replace(FULL, converged=False),
        replace(FULL, caution="careful"),
        replace(FULL, outcomes={}),
        replace(CASES["withheld"], events=FULL.events),
        replace(CASES["withheld"], dependence=FULL.dependence),
        replace(CASES["withheld"], log_marginal_likelihood=-3.0),
        replace(FULL, outcomes={"a b": FULL.outcomes["closed"]}),
        replace(FULL, outcomes={"closed": replace(FULL.outcomes["closed"], probability=1.2)}),
        replace(FULL, outcomes={"closed": replace(FULL.outcomes["closed"], se=-0.1)}),
        replace(FULL, outcomes={"closed": replace(FULL.outcomes["closed"], term="probable")}),
        replace(FULL, verdicts={"nuts": replace(FULL.verdicts["nuts"], passed=False)}),
        replace(FULL, verdicts={"guess": FULL.verdicts["nuts"]}),
        replace(FULL, scenario=replace(FULL.scenario, as_of="1 November 2026")),
    ],
)
def test_the_schema_refuses_what_no_fit_gives(changed: Summary) -> None:
    """Numbers without a caution, cautions without a reason and values out of range are refused."""
    assert not VALIDATOR.is_valid(written(changed))


@pytest.mark.parametrize("name", CASES)
def test_a_summary_reads_back_the_same(name: str) -> None:
    """A summary that was written as JSON reads back equal, and is written the same again."""
    summary = CASES[name]
    assert from_json(to_json(summary)) == summary
    assert to_json(from_json(to_json(summary))) == to_json(summary)


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_every_number_reads_back_to_the_last_bit(summary: Summary) -> None:
    """No number loses a bit in JSON."""
    assert from_json(to_json(summary)) == summary


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1))
def test_every_text_reads_back(text: str) -> None:
    """No character of any text, be it a lone surrogate, is lost in JSON."""
    summary = saying(FULL, text)
    assert from_json(to_json(summary)) == summary


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_json_holds_finite_numbers_only(value: float) -> None:
    """What JSON cannot hold is refused rather than written."""
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(replace(FULL, log_marginal_likelihood=value))
    assert finite(value) is None


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_version_is_refused(version: object) -> None:
    """A summary of another schema version is not read."""
    data = {**written(FULL), "schema_version": version}
    with pytest.raises(ValueError, match="schema version"):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"schema_version"'])
def test_what_is_no_summary_is_refused(text: str) -> None:
    """JSON that is no summary is a ValueError and no other error."""
    with pytest.raises(ValueError, match=r"."):
        from_json(text)
