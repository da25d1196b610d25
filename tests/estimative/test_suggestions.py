"""A new item of evidence on the command line: what the scenario suggests about it, and whose number that is."""

from __future__ import annotations

import json

import pytest

from tests.command import FERRY, SCENARIO, Desk

NEW = """
[evidence.siren]
kind = "indicator"
about = "cancelled"
supports = "yes"
title = "A siren is heard"
source = "log"
suggests = { p05 = 1.5, p95 = 6, because = "Sirens are rare." }
"""
QUICK = ("--method", "importance", "--draws", "2000")


@pytest.mark.usefixtures("without_analyses")
def test_a_new_item_does_not_stop_an_analyst(desk: Desk) -> None:
    """Check, fit, trace and report go on with what the scenario suggests, and say that it is the scenario's."""
    desk.write("ferry.toml", SCENARIO + NEW)
    checked = desk.run("check", "ferry.toml", "mate.toml")
    assert (checked.code, "1 prior from the scenario: evidence.siren)" in checked.out) == (0, True)
    files = json.loads(desk.run("check", "ferry.toml", "mate.toml", "--format", "json").out)["files"]
    assert [file["taken_from"] for file in files] == [{}, {"the scenario": ["evidence.siren"]}]
    done = desk.run("fit", *FERRY, *QUICK)
    assert (done.code, "Suggested by the author of the scenario" in done.out) == (0, True)
    traced = " ".join(desk.run("trace", "evidence.siren", *FERRY).out.split())
    assert "stated as 5%: 1.5, 95%: 6 (suggested by the scenario); " in traced
    assert "5%: 1.5, 95%: 6 (suggested by the scenario)" in desk.run("report", "-f", "md").out


@pytest.mark.usefixtures("without_analyses")
def test_a_prior_set_that_extends_another_says_what_is_whose(desk: Desk) -> None:
    """`check` counts what is inherited, and the report names the set that each number is taken from."""
    desk.write("cook.toml", '[prior_set]\nname = "cook"\nanalyst = "The cook"\nscenario = "ferry"\nextends = "mate"\n')
    assert "priors from mate)" in desk.run("check", "ferry.toml", "cook.toml").out
    assert desk.run("fit", "-s", "ferry.toml", "-p", "cook.toml", *QUICK).code == 0
    assert "(from mate)" in desk.run("report", "-f", "md").out
