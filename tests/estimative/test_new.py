"""The commands `new scenario` and `new priors`."""

from __future__ import annotations

import pytest

from estimative.model.assessment import assess
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set
from tests.command import Desk


def test_starter_files_can_be_checked_and_fitted(desk: Desk) -> None:
    """A new scenario and new priors for it have no errors as they are, and can be fitted together."""
    assert desk.run("new", "scenario", "supplier").code == 0
    assert desk.run("new", "priors", "mine", "--scenario", "supplier.toml").code == 0
    checked = desk.run("check", "supplier.toml", "mine.toml")
    assert (checked.code, "Error" in checked.err) == (0, False)
    done = desk.run("fit", "--scenario", "supplier.toml", "--priors", "mine.toml", "--method", "importance")
    assert done.code in {0, 3}, done.err[-300:]


@pytest.mark.parametrize("extends", [(), ("--extends", "baseline")], ids=["alone", "extending"])
def test_new_priors_of_the_flagship_are_good(desk: Desk, extends: tuple[str, ...]) -> None:
    """New priors, alone or extending a shipped set, are a good prior set for the flagship."""
    assert desk.run("new", "priors", "mine", *extends).code == 0
    done = desk.run("check", "mine.toml")
    assert (done.code, "Error" in done.err) == (0, False)


def test_new_priors_ask_for_indicators_the_right_way_round(desk: Desk) -> None:
    """New priors have both likelihoods of each indicator, whichever end it supports, and are good as they are."""
    assert desk.run("new", "priors", "mine", "--scenario", "watch.toml").code == 0
    done = desk.run("check", "mine.toml", "watch.toml")
    assert (done.code, "Error" in done.err) == (0, False)
    priors = assess(
        read_scenario(desk.folder / "watch.toml"), read_prior_set(desk.folder / "mine.toml")
    ).indicator_priors
    assert len(priors) == 8
    assert not any(prior.family.constant for prior in priors.values())


def test_new_priors_extend_the_likelihoods_of_another_set(desk: Desk) -> None:
    """New priors that extend a set leave its likelihoods to it, each in a comment, and ask for those that it lacks."""
    lacking = (desk.folder / "watchman.toml").read_text(encoding="utf-8").partition("[indicators.ropes]")[0]
    desk.write("half.toml", lacking.replace('name = "mate"', 'name = "half"'))
    assert desk.run("new", "priors", "mine", "--scenario", "watch.toml", "--extends", "half.toml").code == 0
    done = desk.run("check", "mine.toml", "watch.toml")
    assert (done.code, "Error" in done.err) == (0, False)
    lines = (desk.folder / "mine.toml").read_text(encoding="utf-8").splitlines()
    assert "# if_low = 0.1" in lines
    assert [line for line in lines if line.startswith("if_")] == [
        "if_yes = { p05 = 0.05, p95 = 0.4 }",
        "if_no = { p05 = 0.3, p95 = 0.8 }",
    ]


def test_a_new_scenario_has_something_to_look_for(desk: Desk) -> None:
    """A new scenario shows each part of the format, an indicator among them."""
    assert desk.run("new", "scenario", "supplier").code == 0
    scenario = read_scenario(desk.folder / "supplier.toml")
    assert all(
        (scenario.sources, scenario.factors, scenario.events, scenario.outcomes, scenario.evidence, scenario.indicators)
    )


@pytest.mark.parametrize("kind", ["scenario", "priors"])
def test_no_file_is_overwritten(desk: Desk, kind: str) -> None:
    """`new` never writes over a file: it exits with 2 and says so in a line."""
    before = (desk.folder / "ferry.toml").read_bytes()
    done = desk.run("new", kind, "ferry")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert (desk.folder / "ferry.toml").read_bytes() == before


@pytest.mark.parametrize("name", ["../up", "a b", "1st", "", "a\nb"])
def test_an_invalid_name_is_an_error(desk: Desk, name: str) -> None:
    """An invalid name is refused in a line, and nothing is written anywhere."""
    before = sorted(desk.folder.parent.rglob("*"))
    for kind in ("scenario", "priors"):
        done = desk.run("new", kind, name)
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert sorted(desk.folder.parent.rglob("*")) == before


def test_priors_for_an_unknown_scenario_are_an_error(desk: Desk) -> None:
    """A misspelt scenario or a misspelt set to extend is reported with the nearest name."""
    scenario = desk.run("new", "priors", "mine", "--scenario", "coordinatd-attack")
    assert (scenario.code, 'Did you mean "coordinated-attack"?' in scenario.err) == (2, True)
    extended = desk.run("new", "priors", "mine", "--extends", "baselin")
    assert (extended.code, 'Did you mean "baseline"?' in extended.err) == (2, True)
    assert not (desk.folder / "mine.toml").exists()
