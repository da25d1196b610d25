"""How events with states are shown: a block for each, which state leads, and one node of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.model.inference.fit_result import FitResult
from estimative.reports.answers import Answer
from estimative.reports.blocks import Document, Heading, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.hypotheses import leading, states_of
from estimative.reports.figures.branches import Branches
from estimative.reports.figures.tree import tree
from estimative.reports.number_format import percent
from estimative.workflows.fit import fit
from estimative.workflows.session import Settings
from tests.leak import PRIORS, SCENARIO, assessed

LATER = '[events.trial]\ntitle = "A trial"\nform = "rate"\nunless = ["actor=state"]\n'


@pytest.fixture
def fitted(tmp_path: Path) -> tuple[FitResult, Context]:
    """With an event that is impossible under one of the states."""
    assessment = assessed(tmp_path, SCENARIO + LATER, priors_with("trial = 0.3"))
    result = fit(assessment, Settings(method="importance", draws=4000), method="importance").result
    return result, Context(assessments=(assessment,))


def priors_with(line: str) -> str:
    return PRIORS.replace("[effects.actor]", f"{line}\n[effects.actor]")


def part(blocks: Document, title: str) -> Document:
    """The blocks below a heading, until the next."""
    start = next(
        i for i, block in enumerate(blocks) if isinstance(block, Heading) and (block.text, block.level) == (title, 2)
    )
    rest = blocks[start + 1 :]
    end = next(i for i, block in enumerate(rest) if isinstance(block, Heading))
    return rest[:end]


def table_of(blocks: Document) -> Table:
    return next(block for block in blocks if isinstance(block, Table))


def test_each_event_with_states_has_a_block(fitted: tuple[FitResult, Context]) -> None:
    """The state that leads in a sentence, then every state; the chain of events has the others alone."""
    result, context = fitted
    blocks = Answer(result=result, context=context).document
    actor = part(blocks, "Who took the file")
    lead = next(block.text for block in actor if isinstance(block, Paragraph))
    best = max(("insider", "criminals", "state"), key=lambda state: result.events[f"actor={state}"].posterior.value)
    assert f"({percent(result.events[f'actor={best}'].posterior)}), then" in lead
    assert [row[0] for row in table_of(actor).rows] == ["An employee", "criminals", "state"]
    assert [row[0] for row in table_of(part(blocks, "Chain of events")).rows] == ["The file is sold", "A trial"]


def test_states_of_a_conditional_event_are_shown_under_its_condition(fitted: tuple[FitResult, Context]) -> None:
    """They add up to 1 there; those of an ordered event also count from each state on."""
    result, context = fitted
    severity = part(Answer(result=result, context=context).document, "How bad")
    table = table_of(severity)
    assert table.header == ("State", "Probability", "90% interval", "Prior", "This or later", "Overall", "ICD 203 word")
    conditional = [result.events[f"severity={state}"].conditional for state in ("minor", "major")]
    assert [row[1] for row in table.rows] == [percent(number.posterior) for number in conditional if number]
    assert table.rows[0][4] == "100%"
    assert table.rows[1][4] == table.rows[1][1]
    overall = [result.events[f"severity={state}"].posterior for state in ("minor", "major")]
    assert [row[5] for row in table.rows] == [percent(number) for number in overall]


def test_two_states_lead_where_the_error_does_not_tell_them_apart(fitted: tuple[FitResult, Context]) -> None:
    """Then neither is called the more probable."""
    result, context = fitted
    event = context.scenario.events["actor"]
    states = dict(states_of(event, result))
    ranked = sorted(states, key=lambda state: -states[state].posterior.value)
    posterior = states[ranked[0]].posterior
    near = replace(states[ranked[1]], posterior=replace(posterior, value=posterior.value - posterior.se))
    assert "each, as far as the error" in leading(event, {**states, ranked[1]: near})
    assert ", then " in leading(event, states)


def test_states_are_the_ways_on_from_one_node(fitted: tuple[FitResult, Context]) -> None:
    """One that something follows on without it has that as a way of its own."""
    result, context = fitted
    content = tree(result, context).content
    assert isinstance(content, Branches)
    actor = next(node for node in content.roots if node.title == "Who took the file")
    assert [(way.label, [node.title for node in way.following]) for way in actor.ways] == [
        ("An employee", []),
        ("criminals", []),
        ("state", []),
        ("not: state", ["A trial"]),
    ]
    assert sum(way.step for way in actor.ways if way.happens) == pytest.approx(1)
