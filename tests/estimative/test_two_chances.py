"""An item of evidence that is stated as two chances, in everything that a user reads."""

from __future__ import annotations

import json

import pytest

from estimative.priors.prior_set_file import read_prior_set
from tests.command import FILES, Desk

CHANCES = "captain = { if_yes = { p05 = 0.1, p95 = 0.3 }, if_no = { p05 = 0.5, p95 = 0.7 }, because = 'He is vain.' }"
FILES_OF_PAIR = ("--scenario", "watch.toml", "--priors", "pair.toml")
PAIR = (*FILES_OF_PAIR, "--method", "importance")
CAPTAIN = "eight of “The captain says that he will sail”"


@pytest.fixture
def pair(desk: Desk) -> Desk:
    """A desk with a prior set that states the captain's words as two chances."""
    text = FILES["watchman.toml"].replace("captain = 2", CHANCES)
    assert CHANCES in text
    desk.write("pair.toml", text)
    return desk


def test_a_trace_shows_the_two_chances_with_their_reason(pair: Desk) -> None:
    """Each chance with what was stated, the reason once, and no ratio."""
    for target in ("captain", "evidence.captain"):
        text = " ".join(pair.run("trace", target, *PAIR).out.split())
        assert "if “The ferry is cancelled” is so: stated as 5%: 0.1, 95%: 0.3; mean" in text
        assert "if “The ferry is cancelled” is not so: stated as 5%: 0.5, 95%: 0.7; mean" in text
        assert text.count("Reason: He is vain.") == 1
        assert "Likelihood ratio" not in text
    assert "if “The ferry is cancelled” is so" in pair.run("trace", "evidence.captain.if_yes", *PAIR, "-f", "md").out


def test_what_counts_for_nothing_is_not_shown(pair: Desk) -> None:
    """The ratio of an item that is stated as two chances is no constant, and no input of a fit or report."""
    fit = pair.run("fit", *PAIR, "--format", "md").out
    report = pair.run("report", "--format", "md").out
    tornado = pair.run("sensitivity", *PAIR, "--format", "md").out
    for text in (fit, report, tornado):
        assert CAPTAIN not in text
        assert "fixed at 1 " not in text
    assert "| 5%: 0.1, 95%: 0.3 |" in report
    assert "evidence.captain" not in json.loads(pair.run("fit", *PAIR, "--format", "json").out)["quantities"]
    assert json.loads(pair.run("sensitivity", *PAIR, "--format", "json").out)["tornado"]["constants"] == []


def test_a_prior_that_is_supposed_may_be_two_chances(pair: Desk) -> None:
    """As in a prior set, in place of a ratio or of other chances; or one chance by its name."""
    chances = json.loads(
        pair.run("whatif", *PAIR, "--set", "evidence.captain={if_yes=0.2,if_no=0.6}", "-f", "json").out
    )
    names = [each["name"] for each in chances["assumptions"]]
    assert names == ["evidence.captain.if_yes", "evidence.captain.if_no"]
    one = pair.run("whatif", *PAIR, "--set", "evidence.captain.if_no=0.6", "-f", "json")
    assert [each["name"] for each in json.loads(one.out)["assumptions"]] == ["evidence.captain.if_no"]
    ratio = ("--scenario", "watch.toml", "--priors", "watchman.toml", "--method", "importance")
    other = pair.run("whatif", *ratio, "--set", "evidence.captain={if_yes=0.2,if_no=0.6}", "-f", "json")
    assert json.loads(other.out)["outcomes"][0]["after"]["value"] == pytest.approx(
        chances["outcomes"][0]["after"]["value"], abs=0.01
    )
    wrong = pair.run("whatif", *PAIR, "--set", "evidence.captain={if_yes=0.2}")
    assert (wrong.code, '"if_no" is missing' in wrong.err) == (2, True)


def test_a_new_prior_set_leaves_inherited_chances_alone(pair: Desk) -> None:
    """They are a comment in the new file, which says the same as the set that it extends."""
    assert pair.run("new", "priors", "heir", "--scenario", "watch.toml", "--extends", "pair.toml").code == 0
    assert pair.run("check", "watch.toml", "heir.toml").code == 0
    text = (pair.folder / "heir.toml").read_text(encoding="utf-8")
    assert "The numbers behind a # below are those of the set that this one extends" in text
    assert "# captain = { if_yes = { p05 = 0.1, p95 = 0.3 }, if_no = { p05 = 0.5, p95 = 0.7 } }" in text
    heir, parent = (read_prior_set(pair.folder / name) for name in ("heir.toml", "pair.toml"))
    assert heir.statements.keys() == parent.statements.keys()
