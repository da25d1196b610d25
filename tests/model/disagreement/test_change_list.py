"""Everything that differs between two assessments, as text."""

from __future__ import annotations

import datetime

import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.disagreement.change_list import ChangeList, as_text, change_list
from estimative.model.spec.events import Driver
from estimative.model.spec.evidence import Trials
from estimative.priors.prior_set import Confidence
from estimative.priors.statements import BetaStated, Stated
from tests.rolling import rolling

SAME = ({"seed": 1}, {"seed": 1})


def changes(first: Assessment, second: Assessment) -> ChangeList:
    return change_list(first, second, settings=SAME, versions=SAME)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0.25, "0.25"),
        (datetime.date(2026, 11, 1), "2026-11-01"),
        ((), ""),
        (("plan", "war"), "plan; war"),
        ((Driver(name="plan", sign=1), Driver(name="calm", sign=-1)), "plan raises; calm lowers"),
        ((Trials(at={"plan": 1.0}, successes=2.5, of=4.0),), "2.5 of 4 at plan 1"),
        ((Trials(at={}, successes=2, of=4),), "2 of 4"),
        (Confidence(level="low", information_base="one dive."), "low. one dive"),
    ],
)
def test_values_of_fields_as_text(value: object, text: str) -> None:
    """Whatever a file can state in a field becomes text without brackets and quotes."""
    assert as_text(value) == text


def test_a_month_later_every_part_has_its_changes() -> None:
    """A date, two items with their weights, and one prior; nothing else."""
    result = changes(*rolling())
    assert [(change.name, change.before, change.after) for change in result.scenario] == [
        ("as_of", "2026-01-01", "2026-02-01")
    ]
    assert [(change.status, change.name) for change in result.evidence] == [
        ("new", "evidence.gauge"),
        ("new", "evidence.farmer"),
    ]
    assert [(change.status, change.name) for change in result.priors] == [
        ("changed", "events.rain"),
        ("new", "evidence.gauge"),
        ("new", "evidence.farmer"),
    ]
    assert (result.weights, result.settings, result.versions) == ((), (), ())


def test_the_way_back_removes_what_was_new() -> None:
    """What is new one way is removed the other way, and the values change places."""
    there, back = changes(*rolling()), changes(*reversed(rolling()))
    opposite = {"new": "removed", "removed": "new", "changed": "changed"}
    assert {(opposite[c.status], c.name, c.after, c.before) for c in there.priors} == {
        (c.status, c.name, c.before, c.after) for c in back.priors
    }


def test_a_reason_alone_is_a_change_without_effect() -> None:
    """The statement stays, the reason is new: no number depends on it."""
    first, _ = rolling()
    stated = Stated(statement=BetaStated(a=2, b=6), because="It is wet.")
    second = replace(first, priors={**first.priors, "events.rain": replace(first.priors["events.rain"], stated=stated)})
    (change,) = changes(first, second).priors
    assert (change.field, change.before, change.after, change.affects_result) == ("because", "", "It is wet.", False)


def test_settings_and_versions_are_compared_by_name() -> None:
    """New, removed and changed entries; equal ones are left out."""
    first, _ = rolling()
    result = change_list(first, first, settings=({"seed": 1, "draws": 9}, {"seed": 2}), versions=({}, {"numpy": "2"}))
    assert [(c.status, c.name, c.before, c.after) for c in (*result.settings, *result.versions)] == [
        ("changed", "seed", "1", "2"),
        ("removed", "draws", "9", ""),
        ("new", "numpy", "", "2"),
    ]
    assert changes(first, first).empty
