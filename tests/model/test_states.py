"""Events with states, from the files to the answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.model.assessment import assess
from estimative.model.spec.resolved_scenario import resolved
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.distributions import ScaledBeta
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import BetaStated, Stated
from tests.leak import PRIORS, SCENARIO, answers, assessed


def test_states_have_the_names_and_probabilities_of_events(tmp_path: Path) -> None:
    """The states of an event without a condition add up to 1, those of another to the chance of its condition."""
    found = answers(assessed(tmp_path))
    assert sum(found["event", f"actor={state}"] for state in ("insider", "criminals", "state")) == pytest.approx(1)
    severity = [found["event", "severity=minor"], found["event", "severity=major"]]
    assert sum(severity) == pytest.approx(found["event", "sale"])
    assert found["outcome", "state_did"] == pytest.approx(found["event", "actor=state"])
    assert found["event", "reaction=note"] == pytest.approx(1), "it was observed"


def test_the_order_of_states_changes_no_answer(tmp_path: Path) -> None:
    """Neither in the scenario nor in the prior set, to rounding."""
    plain = answers(assessed(tmp_path))
    scenario = SCENARIO.replace('["insider", "criminals", "state"]', '["state", "insider", "criminals"]')
    priors = PRIORS.replace(
        "insider = 0.2, criminals = 0.5, state = 0.3", "state = 0.3, criminals = 0.5, insider = 0.2"
    )
    # The first state is left out of the names of a table's rows.
    priors = priors.replace("none = { silence = 0.9", '"actor=insider" = { silence = 0.9').replace(
        '"actor=state" = { counts', "none = { counts"
    )
    permuted = answers(assessed(tmp_path, scenario, priors))
    assert permuted.keys() == plain.keys()
    assert permuted == pytest.approx(plain, rel=1e-9)


def test_rows_may_name_the_first_state(tmp_path: Path) -> None:
    """It is left out of the names of rows, and may be written all the same."""
    plain = answers(assessed(tmp_path))
    written = PRIORS.replace("none = { silence = 0.9", '"actor=insider" = { silence = 0.9')
    assert answers(assessed(tmp_path, priors=written)) == plain


def test_a_state_without_a_share_has_no_probability(tmp_path: Path) -> None:
    """Not even the smallest float, of which a result could not be printed."""
    found = answers(
        assessed(tmp_path, priors=PRIORS.replace("criminals = 0.5, state = 0.3", "criminals = 0.8, state = 0"))
    )
    assert found["outcome", "state_did"] == 0


def test_a_headline_that_is_excluded_has_no_probability(tmp_path: Path) -> None:
    """Where another state is known to hold, no draw can be made as if the headline did."""
    found = answers(assessed(tmp_path).conditioned_on({"actor=insider": True}))
    assert found["outcome", "state_did"] == 0
    assert found["event", "actor=insider"] == 1


def test_a_prior_set_may_state_what_an_input_is_made_of(tmp_path: Path) -> None:
    """As that of several analysts together does: a distribution for each stick."""
    plain = assessed(tmp_path)
    statements = dict(plain.prior_set.statements)
    del statements["events.actor"]
    for name in plain.structure.quantities.inputs["events.actor"]:
        family = plain.priors[name].family
        assert isinstance(family, ScaledBeta)
        statements[name] = Stated(statement=BetaStated(a=family.a, b=family.b))
    pieces = replace(plain.prior_set, statements=FrozenDict(statements))
    assert answers(assess(plain.scenario, pieces)) == answers(plain)


def test_one_ratio_for_several_states_is_one_unknown(tmp_path: Path) -> None:
    """A driver may have one number for all states that it names."""
    priors = PRIORS.replace(
        "controls = { insider = 4, state = { p05 = 1.2, p95 = 3 } }", "controls = { p05 = 1, p95 = 3 }"
    )
    found = assessed(tmp_path, priors=priors).priors
    assert found["effects.actor.controls.insider"].same_as == "effects.actor.controls.state"


def test_the_ratio_of_a_driver_may_name_its_only_state(tmp_path: Path) -> None:
    """Even a state whose name resembles a key of statements."""
    scenario = SCENARIO.replace(', raises = ["state"]', "").replace('lowers = ["insider"]', 'raises = ["state"]')
    plain = PRIORS.replace(
        "controls = { insider = 4, state = { p05 = 1.2, p95 = 3 } }", "controls = { p05 = 1.2, p95 = 3 }"
    )
    named = PRIORS.replace("insider = 4, state = { p05", "state = { p05")
    assert answers(assessed(tmp_path, scenario, plain)) == answers(assessed(tmp_path, scenario, named))


def test_a_scenario_with_states_is_written_as_it_was_understood(tmp_path: Path) -> None:
    """States, titles, drivers of states and items about states read back to the same digest."""
    scenario = assessed(tmp_path).scenario
    (tmp_path / "again.toml").write_text(resolved(scenario), encoding="utf-8")
    assert read_scenario(tmp_path / "again.toml").digest == scenario.digest


CASES = """\
[evidence.before]
kind = "cases"
about = "actor"
title = "Former cases"
source = "log"
"""
LISTED = """trials = [
  { at = { controls = 0 }, counts = { insider = 1, criminals = 1 } },
  { at = { controls = 1 }, counts = { criminals = 1 } },
]
"""
COUNTED = """file = "cases.csv"
outcome = "who"
counts = { employee = "insider", hackers = "criminals", spies = "state" }
at = { controls = { column = "controls", values = { no = 0, yes = 1 } } }
"""


def test_cases_of_states_from_a_file_are_those_that_are_listed(tmp_path: Path) -> None:
    """Each value of the outcome stands for a state; cases with equal drivers are counted together."""
    (tmp_path / "cases.csv").write_text("who,controls\nemployee,no\nhackers,yes\nhackers,no\n", encoding="utf-8")
    priors = f"{PRIORS}[relevance]\nbefore = 0.5\n"
    listed = assessed(tmp_path, SCENARIO + CASES + LISTED, priors)
    counted = assessed(tmp_path, SCENARIO + CASES + COUNTED, priors)
    assert counted.scenario.evidence["before"] == listed.scenario.evidence["before"]
    (tmp_path / "again.toml").write_text(resolved(counted.scenario), encoding="utf-8")
    assert read_scenario(tmp_path / "again.toml").digest == counted.scenario.digest
    assert answers(counted)["event", "actor=state"] < answers(assessed(tmp_path))["event", "actor=state"]


def test_titles_of_states(tmp_path: Path) -> None:
    """A state has its own title, or its name, after that of the event."""
    scenario = assessed(tmp_path).scenario
    assert scenario.event_title("actor=insider") == "Who took the file: An employee"
    assert scenario.event_title("actor=state") == "Who took the file: state"
    assert scenario.event_title("sale") == "The file is sold"


MANY = ", ".join(f'"s{index}"' for index in range(40))
ERRORS = [
    ('["minor", "major"]', '["major"]', "too-few", "events.severity.states"),
    ('["silence", "note"]', f'["note", {MANY}]', "too-many", "events.reaction.states"),
    ('["silence", "note"]', '["sale", "note"]', "duplicate-name", "events.reaction.states.0"),
    ('["silence", "note"]', '["note", "note"]', "duplicate-name", "events.reaction.states.1"),
    ('["silence", "note"]\nparents', '["low", "note"]\nparents', "bad-name", "events.reaction.states.0"),
    ('["silence", "note"]\nparents', '["because", "note"]\nparents', "bad-name", "events.reaction.states.0"),
    ('["minor", "major"]', '["otherwise", "major"]', "bad-name", "events.severity.states.0"),
    ('["minor", "major"]', '["a b", "major"]', "bad-name", "events.severity.states.0"),
    ('all = ["actor=state"]', 'all = ["actor=alien"]', "missing-state", "outcomes.state_did.all.0"),
    ('all = ["actor=state"]', 'all = ["actor"]', "missing-state", "outcomes.state_did.all.0"),
    ('given = ["sale"]', 'given = ["actor=nobody"]', "missing-state", "events.severity.given.0"),
    ('lowers = ["insider"]', 'lowers = ["insidr"]', "unknown-name", "events.actor.drivers.controls"),
    ('drivers = { controls = "lowers" }', 'drivers = { controls = { lowers = ["minor"] } }', "wrong-form",
     "events.severity.drivers.controls"),
    ('drivers = { controls = { lowers = ["insider"], raises = ["state"] } }', 'drivers = { controls = "raises" }',
     "missing-state", "events.actor.drivers.controls"),
    ('title = "The file is sold"\n', 'title = "The file is sold"\nordered = true\n', "wrong-form",
     "events.sale.ordered"),
    ("[evidence.clean]", f"{CASES}trials = [{{ successes = 1, of = 2 }}]\n[evidence.clean]", "missing-key",
     "evidence.before.trials.0.counts"),
    ("[evidence.clean]", CASES + COUNTED.replace('"insider"', '"insidr"') + "[evidence.clean]", "not-a-choice",
     "evidence.before.counts.employee"),
    ('claims = "criminals"', 'claims = "aliens"', "not-a-choice", "evidence.claim.claims"),
    ('state = "note"', 'state = "war"', "not-a-choice", "evidence.reacted.state"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "key"), ERRORS)
def test_errors_in_a_scenario(tmp_path: Path, old: str, new: str, code: str, key: str) -> None:
    """One for each mistake, with its place."""
    assert old in SCENARIO
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, SCENARIO.replace(old, new))
    assert [(issue.code, issue.place.key) for issue in caught.value.issues] == [(code, key)]


PRIOR_ERRORS = [
    ("state = 0.3, worth = 10", "state = 0.2, worth = 10", "shares", "events.actor"),
    ("state = 0.3, worth = 10", "alien = 0.3, worth = 10", "unknown-name", "events.actor.alien"),
    ("actor = { insider = 0.2, criminals = 0.5, state = 0.3, worth = 10 }\n", "", "missing-prior", "events.actor"),
    ("malware = { insider = 0.1, ", "malware = { ", "missing-state", "evidence.malware"),
    (
        "malware = { insider = 0.1, ",
        "malware = { insidr = 0.1, insider = 1, ",
        "unknown-name",
        "evidence.malware.insidr",
    ),
    ('"actor=state" = { counts', '"actor=stat" = { counts', "unknown-name", "tables.reaction.actor=stat"),
    (
        "malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1 }",
        "malware = 3",
        "unsuitable-statement",
        "evidence.malware",
    ),
    (
        "claim = { insider = 0.5, state = { p05 = 0.1, p95 = 0.6 }, criminals = 1 }",
        "claim = { p05 = 2, p95 = 6 }",
        "unsuitable-statement",
        "evidence.claim",
    ),
    ("sale = { p05 = 0.1, p95 = 0.5 }", "sale = { if_yes = 0.1, if_no = 0.5 }", "unsuitable-statement", "events.sale"),
]


def test_two_chances_are_no_likelihoods_under_states(tmp_path: Path) -> None:
    """They are for events that happen or not."""
    priors = PRIORS.replace("malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1 }",
                            "malware = { if_yes = 0.5, if_no = 0.1 }")  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, priors=priors)
    assert {issue.place.key for issue in caught.value.issues} == {"evidence.malware.if_yes", "evidence.malware.if_no"}


@pytest.mark.parametrize(("old", "new", "code", "key"), PRIOR_ERRORS)
def test_errors_in_a_prior_set(tmp_path: Path, old: str, new: str, code: str, key: str) -> None:
    """One for each mistake, with its place."""
    assert old in PRIORS
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, priors=PRIORS.replace(old, new))
    assert [(issue.code, re.sub(r"^.*: ", "", issue.place.key)) for issue in caught.value.issues] == [(code, key)]
