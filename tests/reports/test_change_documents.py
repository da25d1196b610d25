"""What is told of a change: documents as they were approved, their JSON, and texts from files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from estimative.reports.change.document import document
from estimative.reports.change.summary import Change, Entries
from estimative.reports.formats.markdown import markdown
from estimative.reports.summary import to_json
from tests.changes_made import CHANGES, FAILED_BETWEEN, FULL_CHANGE, NOW, SHARING, entry, share
from tests.comparisons import number
from tests.reports.test_golden import DOCUMENTS, on_terminal
from tests.reports.test_hostile_text import HOSTILE, NARROW, READER, shown
from tests.reports.test_schemas import SCHEMAS

PATH = Path(__file__).parents[2] / "reports" / "change" / "schema.json"
SCHEMA: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["change.withheld", "change.partly"])
def test_what_failed_has_no_number(name: str) -> None:
    """No format tells a share, or a headline of a run that failed; each shows the caution before anything else."""
    for text in (DOCUMENTS[f"{name}.txt"], DOCUMENTS[f"{name}.md"], to_json(CHANGES[name])):
        assert CHANGES[name].caution in " ".join(text.replace("\\", "").split())
        assert "decibans" not in text
        assert "0.42" not in text
        assert ("9.4 %" in text) == (name == "change.partly" and "{" not in text)


def valid(found: Change) -> bool:
    """Whether the JSON of a change satisfies its schema."""
    return Draft202012Validator(SCHEMA).is_valid(json.loads(to_json(found)))


@pytest.mark.parametrize("name", CHANGES)
def test_a_summary_satisfies_its_schema(name: str) -> None:
    """The JSON of every change made by hand satisfies the schema, which is one and has no spare definition."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(to_json(CHANGES[name])))
    assert not [defined for defined in SCHEMA["$defs"] if f'"#/$defs/{defined}"' not in json.dumps(SCHEMA)]


def test_what_it_shares_with_other_schemas_it_defines_alike() -> None:
    """What a run, a comparison and a change define under one name is one definition."""
    for name, owner in (("summary", "a run"), ("comparison", "a comparison")):
        own, other = SCHEMA["$defs"], SCHEMAS[name]["$defs"]
        assert {d for d in own.keys() & other.keys() if own[d] != other[d]} <= ({"outcome"} - {owner})


WRONG = {
    "another version": replace(FULL_CHANGE, schema_version=2),
    "called converged though a run failed": replace(FULL_CHANGE, second=replace(NOW, converged=False)),
    "called converged though a fit between failed": replace(FULL_CHANGE, sharing=FAILED_BETWEEN),
    "a caution without a reason": replace(FULL_CHANGE, caution=CHANGES["change.told"].caution),
    "a failure without a caution": replace(CHANGES["change.told"], caution=""),
    "a headline that is withheld": replace(
        CHANGES["change.withheld"], second=replace(CHANGES["change.withheld"].second, headline=NOW.headline)
    ),
    "shares that are withheld": replace(CHANGES["change.partly"], sharing=SHARING, undivided=""),
    "no shares and no reason": replace(FULL_CHANGE, sharing=None),
    "shares of another question": replace(FULL_CHANGE, same_question=False),
    "shares without a headline": replace(CHANGES["change.told"], first=replace(FULL_CHANGE.first, headline=None)),
    "a block that nobody knows": replace(FULL_CHANGE, sharing=replace(SHARING, blocks=(share("moods", "moods", 0.1),))),
    "a player that nobody knows": replace(
        FULL_CHANGE, sharing=replace(SHARING, players=(share("moods", "items", 0.1),))
    ),
    "a negative error": replace(FULL_CHANGE, sharing=replace(SHARING, rest=number(0.1, -0.1))),
    "something new that was there": replace(
        FULL_CHANGE,
        changed=replace(FULL_CHANGE.changed, evidence=(entry("new", "evidence.x", values="1 | 2"),)),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses(name: str) -> None:
    """A summary that contradicts itself does not satisfy the schema."""
    assert valid(FULL_CHANGE)
    assert not valid(WRONG[name])


def saying(text: str) -> Change:
    """A change in which every text from a file is this one."""
    said = (entry("changed", text, field=text, title=text), entry("new", text, title=text), entry("gone", text))
    said = tuple(replace(one, before=text, after=text) for one in said)
    everything = Entries(scenario=said, evidence=said, priors=said, weights=said, settings=said, versions=said)
    assert NOW.headline
    now = replace(
        NOW,
        scenario=replace(NOW.scenario, title=text, question=text),
        prior_set=replace(NOW.prior_set, name=text),
        headline=replace(NOW.headline, title=text),
    )
    return replace(FULL_CHANGE, second=now, changed=everything)


@pytest.mark.parametrize("name", [name for name in HOSTILE if not name.startswith("long")])
def test_texts_from_files_are_shown_as_texts(name: str) -> None:
    """Neither Markdown nor a terminal takes a text for anything but a text."""
    told = document(saying(HOSTILE[name]))
    kinds = {token.type for token in READER.parse(markdown(told))}
    kinds |= {child.type for token in READER.parse(markdown(told)) for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "fence", "em_open", "hr"}
    assert not {"code_block", "blockquote_open", "s_open"} & kinds
    on_screen = on_terminal(told, width=100_000)
    assert not NARROW.search(on_screen)
    assert "\x1b" not in on_screen
    assert shown(HOSTILE[name])[:20] in on_screen
