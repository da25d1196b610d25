"""The commands `new scenario` and `new priors`."""

from __future__ import annotations

import pytest

from estimative.model.assessment import assess
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import PLACEHOLDER
from tests.command import SCENARIO, Desk, fill_in

MEASURED = """
[evidence.waves]
kind = "measurement"
about = "weather"
value = 900
unit = "mm"
at_low = 4000
at_high = 0
title = "Height of the waves"
source = "log"
"""


def test_starter_files_can_be_checked_and_fitted(desk: Desk) -> None:
    """A new scenario, and new priors for it with reasons, have no errors, and can be fitted together."""
    assert desk.run("new", "scenario", "supplier").code == 0
    assert desk.run("new", "priors", "mine", "--scenario", "supplier.toml").code == 0
    fill_in(desk.folder / "mine.toml")
    checked = desk.run("check", "supplier.toml", "mine.toml")
    assert (checked.code, "Error" in checked.err) == (0, False)
    done = desk.run("fit", "--scenario", "supplier.toml", "--priors", "mine.toml", "--method", "importance")
    assert done.code in {0, 3}, done.err[-300:]


def test_a_placeholder_that_is_left_in_is_an_error(desk: Desk) -> None:
    """Until all are replaced, the placeholders of a new prior set are one error, which names each with its line."""
    assert desk.run("new", "scenario", "supplier").code == 0
    assert desk.run("new", "priors", "mine", "--scenario", "supplier.toml").code == 0
    for command in (("check", "supplier.toml", "mine.toml"), ("fit", "-s", "supplier.toml", "-p", "mine.toml")):
        done = desk.run(*command)
        [error] = [line for line in done.err.splitlines() if "still those of the starter file" in line]
        assert (done.code, "9 of 9 priors" in error, "events.stop (line 3" in error) == (2, True, True)
    text = (desk.folder / "mine.toml").read_text(encoding="utf-8")
    desk.write("mine.toml", text.replace(f'because = "{PLACEHOLDER}"', 'because = "A guess"', 8))
    assert "1 of 9 priors are" in desk.run("check", "supplier.toml", "mine.toml").err


def test_an_error_of_measurement_is_in_its_own_scale(desk: Desk) -> None:
    """New priors ask for the error of a measurement as a share of what it can say, in its unit."""
    measured = SCENARIO + MEASURED
    desk.write("ferry.toml", measured)
    assert desk.run("new", "priors", "mine", "--scenario", "ferry.toml").code == 0
    fill_in(desk.folder / "mine.toml")
    family = (
        assess(read_scenario(desk.folder / "ferry.toml"), read_prior_set(desk.folder / "mine.toml"))
        .priors["evidence.waves"]
        .family
    )
    assert [family.quantile(p) for p in (0.05, 0.95)] == pytest.approx([200, 800])


@pytest.mark.parametrize("extends", [(), ("--extends", "baseline")], ids=["alone", "extending"])
def test_new_priors_of_the_flagship_are_good(desk: Desk, extends: tuple[str, ...]) -> None:
    """New priors, alone or extending a shipped set, are a good prior set for the flagship."""
    assert desk.run("new", "priors", "mine", *extends).code == 0
    done = desk.run("check", "mine.toml")
    assert (done.code, "Error" in done.err) == (0, False)


def test_new_priors_ask_for_indicators_the_right_way_round(desk: Desk) -> None:
    """New priors have both likelihoods of each indicator, whichever end it supports, and are good as they are."""
    assert desk.run("new", "priors", "mine", "--scenario", "watch.toml").code == 0
    fill_in(desk.folder / "mine.toml")
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
    fill_in(desk.folder / "mine.toml")
    done = desk.run("check", "mine.toml", "watch.toml")
    assert (done.code, "Error" in done.err) == (0, False)
    lines = (desk.folder / "mine.toml").read_text(encoding="utf-8").splitlines()
    assert "# if_low = 0.1" in lines
    assert [line for line in lines if line.startswith("if_")] == [
        'if_yes = { p05 = 0.05, p95 = 0.4, because = "A guess" }',
        'if_no = { p05 = 0.3, p95 = 0.8, because = "A guess" }',
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


@pytest.mark.parametrize("name", ["../up", "a b", "_1st", "", "a\nb"])
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
