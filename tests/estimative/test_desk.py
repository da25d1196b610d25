"""The desk: changes of prior sets, undone and redone, on one layout for all of them."""

from __future__ import annotations

import pickle

import pytest

from estimative.priors.errors import InvalidInput
from estimative.priors.statements import Constant
from estimative.workflows.desk import Changes, Desk, open_desk
from estimative.workflows.suppositions import read_statement


def changes(**texts: str) -> Changes:
    names = {name.replace("__", "."): text for name, text in texts.items()}
    return {name: read_statement(name, text) for name, text in names.items()}


def beliefs(desk: Desk) -> list[object]:
    """What is stated and what it was taken to mean; layouts hold arrays, which do not compare."""
    return [(each.current, each.assessment.priors, each.assessment.weight.tolist()) for each in desk.sets]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return open_desk("coordinated-attack", ["baseline", "critics"])


def test_it_begins_as_the_files_are(desk: Desk) -> None:
    assert [each.name for each in desk.sets] == ["baseline", "critics"]
    assert not any(each.changes for each in desk.sets)
    assert "0 changes" in repr(desk.sets[0])
    assert beliefs(pickle.loads(pickle.dumps(desk))) == beliefs(desk)


def test_a_change_is_of_one_prior_set_alone(desk: Desk) -> None:
    after = desk.changed(1, changes(factors__alignment="0.4"))
    assert [*after.sets[1].changes] == ["factors.alignment"]
    assert not after.sets[0].changes
    assert after.sets[1].assessment.priors["factors.alignment"].family.mean == 0.4
    assert after.sets[0].assessment.priors == desk.sets[0].assessment.priors
    assert after.revision == desk.revision + 1


def test_undo_and_redo_lead_back_and_forth(desk: Desk) -> None:
    first = desk.changed(0, changes(factors__alignment="0.4"))
    second = first.changed(1, changes(events__request='"likely"', relevance__offshore_wars="0.3"))
    back = second.undone()
    assert beliefs(back) == beliefs(first)
    assert beliefs(back.undone()) == beliefs(desk)
    assert beliefs(back.undone().redone().redone()) == beliefs(second)
    assert desk.undone() is desk
    assert second.redone() is second
    # A new change forgets what was undone.
    assert not back.changed(0, changes(factors__mistrust="0.2")).future


def test_back_to_the_old_statement_is_no_change(desk: Desk) -> None:
    before = desk.sets[0].current.statements["factors.alignment"]
    after = desk.changed(0, changes(factors__alignment="0.4")).changed(0, {"factors.alignment": before})
    assert not after.sets[0].changes


def test_two_chances_replace_a_ratio_and_bring_everybody_another_layout(desk: Desk) -> None:
    item = "evidence.joint_exercises"
    pair = {f"{item}.if_yes": read_statement("events.x", "0.6"), f"{item}.if_no": read_statement("events.x", "0.3")}
    after = desk.changed(0, pair)
    assert set(after.sets[0].changes) == {item, *pair}
    assert after.sets[0].changes[item] is None
    assert after.pairs == {"joint_exercises"}
    assert len({id(each.assessment.structure) for each in after.sets}) == 1
    assert beliefs(after.undone()) == beliefs(desk)
    ratio = after.changed(0, {item: desk.sets[0].current.statements[item]})
    assert not ratio.sets[0].changes
    assert not ratio.pairs


def test_weights_of_evidence_are_changed_with_their_reason(desk: Desk) -> None:
    name = next(iter(desk.sets[0].assessment.weights))
    after = desk.changed(0, {name: read_statement(name, '{ value = 0.25, because = "fewer cases apply" }')})
    stated = after.sets[0].changes[name]
    assert stated is not None
    assert (stated.statement, stated.because) == (Constant(value=0.25), "fewer cases apply")
    assert after.sets[0].assessment.prior_set.weight(*name.split(".", 1)) == 0.25


def test_every_mistake_is_reported_and_nothing_is_changed(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"factors\.algnment.*factors\.alignment"):
        desk.changed(0, {"factors.algnment": read_statement("factors.alignment", "0.4")})
    with pytest.raises(InvalidInput) as caught:
        desk.changed(0, changes(factors__alignment="1.5", effects__attack__plan="{ p05 = -1, p95 = 2 }"))
    assert len(caught.value.issues) == 2
    assert not any(each.changes for each in desk.sets)
