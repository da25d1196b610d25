"""The JSON of every kind of report but a run's against its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from estimative.model.disagreement.attribution import BLOCKS
from estimative.model.disagreement.pool import POOLS as WAYS
from estimative.model.record.proper_scores import FEW, RULES
from estimative.reports.comparison.summary import Comparison
from estimative.reports.evidence.summary import Weighing
from estimative.reports.pool.summary import Summary
from estimative.reports.sensitivity.summary import Sensitivity
from estimative.reports.summary import to_json
from estimative.reports.trace.summary import Trace
from estimative.reports.whatif.summary import WhatIf
from tests.comparisons import COMPARISONS, comparisons, number, share
from tests.comparisons import TEAM as OF_THREE
from tests.pools import POOLED, POOLS, RECORD, SCORES, pools
from tests.reports.test_summary import at, objects
from tests.sensitivities import SENSITIVITIES, sensitivities
from tests.summaries import FAILED
from tests.told_whatifs import WHATIFS, whatifs
from tests.traces import TRACES, traces
from tests.weighings import WEIGHINGS, weighings

REPORTS = Path(__file__).parents[2] / "reports"
SCHEMAS = {
    name: json.loads((REPORTS / path).read_text(encoding="utf-8"))
    for name, path in (
        ("summary", "summary.schema.json"),
        ("comparison", "comparison/schema.json"),
        ("pool", "pool/schema.json"),
        ("whatif", "whatif/schema.json"),
        ("sensitivity", "sensitivity/schema.json"),
        ("evidence", "evidence/schema.json"),
        ("trace", "trace/schema.json"),
    )
}
type Told = Comparison | Summary | WhatIf | Sensitivity | Weighing | Trace
KINDS: dict[type[Told], str] = {
    Comparison: "comparison",
    Summary: "pool",
    WhatIf: "whatif",
    Sensitivity: "sensitivity",
    Weighing: "evidence",
    Trace: "trace",
}
CASES: dict[str, Told] = {**COMPARISONS, **POOLS, **WHATIFS, **SENSITIVITIES, **WEIGHINGS, **TRACES}
PAIR, TEAM, TOLD = (COMPARISONS[f"comparison.{name}"] for name in ("pair", "team", "told"))
EXTREMIZED, RECORDED, LACKING = (POOLS[f"pool.{name}"] for name in ("extremized", "record", "lacking"))
NAMED = {"analysts", "outcomes", "foresight", "settings", "versions", "weights", "against_pool", "by_method", "without"}
NAMED |= {"events", "factors", "quantities", "without_effect", "stories", "items", "indicators", "sources"}
NAMED |= {"evidence", "equations", "entries"}
"""The objects whose keys are names, not fields."""


def written(summary: Told) -> Any:
    """The JSON of a summary, read by someone who takes no NaN and no Infinity."""
    return json.loads(to_json(summary), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def valid(summary: Told) -> bool:
    """Whether the JSON of a summary satisfies the schema of its kind."""
    return Draft202012Validator(SCHEMAS[KINDS[type(summary)]]).is_valid(written(summary))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_a_schema(name: str) -> None:
    """Each schema is valid under JSON Schema 2020-12, and every definition in it is used."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    text = json.dumps(SCHEMAS[name])
    assert not [defined for defined in SCHEMAS[name]["$defs"] if f'"#/$defs/{defined}"' not in text]


OWN = {"outcome", "pool"}
"""Definitions that share a name and nothing else."""


@pytest.mark.parametrize("two", list(combinations(SCHEMAS, 2)), ids="-".join)
def test_schemas_agree_on_what_they_share(two: tuple[str, str]) -> None:
    """What two schemas define under one name, they define alike."""
    first, second = (SCHEMAS[name]["$defs"] for name in two)
    assert {name: first[name] for name in first.keys() & second.keys() - OWN} == {
        name: second[name] for name in first.keys() & second.keys() - OWN
    }


def test_the_schemas_know_what_the_model_knows() -> None:
    """Blocks, ways to pool, rules and the least number of questions are those of the model."""
    comparison, pool = SCHEMAS["comparison"]["$defs"], SCHEMAS["pool"]["$defs"]
    assert comparison["block"]["enum"] == list(BLOCKS)
    ways = [item["properties"] for item in pool["outcome"]["properties"]["pools"]["prefixItems"]]
    assert [(way["kind"]["const"], way["stage"]["const"]) for way in ways] == list(WAYS)
    assert pool["record"]["properties"]["rule"]["enum"] == list(RULES)
    assert pool["scores"]["else"]["properties"]["resolved"]["minimum"] == FEW


@pytest.mark.parametrize("name", CASES)
def test_a_summary_satisfies_its_schema(name: str) -> None:
    """The JSON of a report of any kind satisfies its schema."""
    assert valid(CASES[name])


AT_RANDOM: dict[str, st.SearchStrategy[Told]] = {
    "comparison": comparisons(),
    "pool": pools(),
    "whatif": whatifs(),
    "sensitivity": sensitivities(),
    "evidence": weighings(),
    "trace": traces(),
}


@pytest.mark.parametrize("kind", AT_RANDOM)
def test_any_numbers_satisfy_the_schema(kind: str) -> None:
    """Whatever the numbers of a report are, their JSON satisfies the schema of its kind."""

    @settings(max_examples=25, deadline=None)
    @given(found=AT_RANDOM[kind])
    def check(found: Told) -> None:
        assert valid(found)

    check()


def fields(summary: Told) -> Iterator[tuple[str | int, ...]]:
    """The paths of the objects of fixed fields, one of each kind."""
    seen = set()
    for path in objects(written(summary)):
        names = tuple("*" if isinstance(key, int) or path[i - 1] in NAMED else key for i, key in enumerate(path))
        if (not path or path[-1] not in NAMED or "weights" in path[:-1]) and names not in seen:
            seen.add(names)
            yield path


EVERY = [(name, path) for name in ("comparison.pair", "comparison.team") for path in fields(CASES[name])]
EVERY += [(name, path) for name in ("pool.record", "pool.extremized") for path in fields(CASES[name])]
EVERY += [(name, path) for name in ("whatif.lowering", "sensitivity.still") for path in fields(CASES[name])]
EVERY += [("whatif.swept", path) for path in fields(CASES["whatif.swept"]) if path[:1] == ("sweep",)]
EVERY += [(name, path) for name in ("evidence.full", "trace.outcome") for path in fields(CASES[name])]


@pytest.mark.parametrize(("name", "path"), EVERY, ids=lambda part: part if isinstance(part, str) else str(part))
def test_the_schema_takes_no_more_and_no_less(name: str, path: tuple[str | int, ...]) -> None:
    """A field that nobody knows is refused in every object of fixed fields, and so is one that is missing."""
    validator = Draft202012Validator(SCHEMAS[name.partition(".")[0]])
    more = written(CASES[name])
    at(more, path)["unheard_of"] = 1
    assert not validator.is_valid(more)
    for key in at(written(CASES[name]), path):
        less = written(CASES[name])
        del at(less, path)[key]
        assert not validator.is_valid(less), key


def shared_out(**changed: Any) -> Comparison:
    """The pair with another decomposition."""
    assert PAIR.attribution
    found = replace(PAIR.attribution.decomposition, **changed)
    return replace(PAIR, attribution=replace(PAIR.attribution, decomposition=found))


def with_effort(**changed: Any) -> Comparison:
    """The pair with another effort."""
    assert PAIR.attribution
    return replace(PAIR, attribution=replace(PAIR.attribution, effort=replace(PAIR.attribution.effort, **changed)))


def with_outcome(summary: Any, **changed: Any) -> Any:
    """Another first outcome."""
    return replace(summary, outcomes={**summary.outcomes, "closed": replace(summary.outcomes["closed"], **changed)})


def with_pool(summary: Summary, **changed: Any) -> Any:
    """Another last pool of the first outcome."""
    *rest, last = summary.outcomes["closed"].pools
    return with_outcome(summary, pools=(*rest, replace(last, **changed)))


def with_scores(**changed: Any) -> Summary:
    """Another record."""
    return replace(
        RECORDED, record=replace(RECORD, analysts={**RECORD.analysts, "engineer": replace(SCORES, **changed)})
    )


CLOSED = PAIR.outcomes["closed"]
WRONG_COMPARISONS = {
    "another version": replace(PAIR, schema_version=2),
    "numbers that did not converge, without a caution": replace(TOLD, caution=""),
    "called converged though a fit failed": replace(TOLD, converged=True, caution=""),
    "called converged though a fit of the attribution failed": with_effort(failed=1, worst=FAILED.checks),
    "a fit of the attribution failed and every check passed": replace(
        with_effort(failed=1), converged=False, caution="careful"
    ),
    "a caution without a reason": replace(PAIR, caution="careful"),
    "one analyst": replace(PAIR, analysts={"engineer": PAIR.analysts["engineer"]}),
    "an analyst who converged and failed": replace(
        TOLD, analysts={**TOLD.analysts, "sceptic": replace(TOLD.analysts["sceptic"], converged=True)}
    ),
    "converged, and an analyst left out": with_outcome(PAIR, analysts={"engineer": CLOSED.analysts["engineer"]}),
    "two analysts and no pair": with_outcome(TOLD, pairs=()),
    "an overlap above 1": with_outcome(PAIR, pairs=(replace(CLOSED.pairs[0], overlap=number(1.1)),)),
    "a difference below -1": with_outcome(PAIR, pairs=(replace(CLOSED.pairs[0], difference=number(-1.1)),)),
    "a negative error": with_outcome(PAIR, pairs=(replace(CLOSED.pairs[0], wasserstein=number(0.1, -0.1)),)),
    "a team of two": replace(PAIR, attribution=None, team=TEAM.team),
    "an attribution among three": replace(TEAM, attribution=PAIR.attribution),
    "a negative variance": replace(TEAM, team=replace(OF_THREE, variance=replace(OF_THREE.variance, gap=number(-1.0)))),
    "a sampling error without sampling": shared_out(orders=0),
    "a quantity among blocks": shared_out(blocks=(share("factors.wear", 0.1),)),
    "a block among quantities": shared_out(quantities=(share("factors", 0.1),)),
    "a block that nobody knows": shared_out(blocks=(share("moods", 0.1),)),
    "no fits": with_effort(fits=0),
    "a method that nobody knows": with_effort(by_method={"guess": 1}),
}
WRONG_POOLS = {
    "another version": replace(POOLED, schema_version=2),
    "numbers that did not converge, without a caution": replace(POOLS["pool.told"], caution=""),
    "called converged though a fit failed": replace(POOLS["pool.told"], converged=True, caution=""),
    "converged without numbers": replace(POOLED, outcomes={}),
    "one weight": replace(POOLED, weights={"engineer": POOLED.weights["engineer"]}),
    "a weight above 1": replace(
        POOLED, weights={**POOLED.weights, "mayor": replace(POOLED.weights["mayor"], weight=1.1)}
    ),
    "an error of a weight without a record": replace(RECORDED, record=None),
    "weights learnt from nothing": replace(POOLS["pool.withheld"], weights=RECORDED.weights, record=RECORD),
    "extremized though nobody asked": replace(EXTREMIZED, extremizing=None),
    "not extremized": replace(POOLED, extremizing=1.5),
    "extremized backwards": replace(EXTREMIZED, extremizing=-1.0),
    "three pools": with_outcome(POOLED, pools=POOLED.outcomes["closed"].pools[:3]),
    "pools in another order": with_outcome(POOLED, pools=POOLED.outcomes["closed"].pools[::-1]),
    "no pool and no reason": with_pool(LACKING, lacking=""),
    "a pool and a reason to have none": with_pool(POOLED, lacking="none"),
    "a word without a number": with_pool(LACKING, term="likely"),
    "a number without a word": with_pool(POOLED, term=""),
    "a probability above 1": with_pool(POOLED, probability=number(1.1)),
    "few questions that are many": with_scores(few=True),
    "many questions that are few": with_scores(resolved=FEW - 1),
    "a Brier score above 1": with_scores(brier=replace(SCORES.brier, value=1.1)),
    "an infinite score with an error": with_scores(log=replace(SCORES.log, value=None)),
    "a rule that nobody knows": replace(RECORDED, record=replace(RECORD, rule="fame")),
}
WRONG: dict[str, Comparison | Summary] = {
    **{f"comparison: {what}": wrong for what, wrong in WRONG_COMPARISONS.items()},
    **{f"pool: {what}": wrong for what, wrong in WRONG_POOLS.items()},
}


@pytest.mark.parametrize("what", WRONG)
def test_the_schema_refuses_what_nobody_computes(what: str) -> None:
    """Numbers without a caution, contradictions and values out of range are refused."""
    assert not valid(WRONG[what])
