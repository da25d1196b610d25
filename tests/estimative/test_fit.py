"""The command `fit` by the importance method."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from estimative.reports.summary import from_json
from tests.command import FERRY, SCENARIO, Desk, installed

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "summary.schema.json").read_text(encoding="utf-8"))
IMPORTANCE = ("--method", "importance")
NO_STORM = """
[evidence.forecast]
kind = "observation"
about = "storm"
happened = false
title = "No storm is forecast"
source = "log"
"""
WITHHELD = ("Key judgement", "Outcomes", "likely", " % to ")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of the ferry with two seeds, the first of them twice."""
    desk = Desk.at(tmp_path_factory.mktemp("answers"))
    told = {name: desk.run("fit", *FERRY, *IMPORTANCE, "--json", "--seed", name[0]) for name in ("5", "5 again", "6")}
    assert all(answer.code == 0 for answer in told.values())
    return {name: json.loads(answer.out) for name, answer in told.items()}


def test_the_json_satisfies_the_schema(answers: dict[str, Any]) -> None:
    """What `fit --json` prints satisfies the schema of summaries."""
    for answer in answers.values():
        Draft202012Validator(SCHEMA).validate(answer)


def test_the_json_has_the_promised_names(answers: dict[str, Any]) -> None:
    """The JSON holds every name that other programs are promised."""
    answer = answers["5"]
    assert answer["schema_version"] == 1
    assert {"id", "digest"} <= set(answer["scenario"])
    assert {"name", "digest"} <= set(answer["prior_set"])
    promised = {"probability", "mcse", "interval", "term", "prior_probability"}
    for entry in [*answer["outcomes"].values(), *answer["events"].values()]:
        assert promised <= set(entry)
        assert {"kind", "mass", "low", "high"} <= set(entry["interval"])
    for event in answer["events"].values():
        assert promised <= set(event["given_previous"])
    for factor in answer["factors"].values():
        assert "mean" in factor["prior"]
        assert "mean" in factor["posterior"]
    assert answer["verdicts"]["importance"]["passed"] is True
    assert {"id", "seed", "versions"} <= set(answer["run"])
    assert set(answer["outcomes"]) == {"cancelled", "cancelled_in_storm"}
    assert answer["scenario"]["headline"] in answer["outcomes"]


def test_the_same_seed_gives_the_same_digits(answers: dict[str, Any]) -> None:
    """Two fits with one seed differ in nothing but the run's id and time."""
    first, second = ({**answers[name], "run": None} for name in ("5", "5 again"))
    assert first == second
    assert answers["5"]["run"]["id"] != answers["5 again"]["run"]["id"]


def test_another_seed_gives_other_digits(answers: dict[str, Any]) -> None:
    """Two seeds differ, by no more than their errors allow."""
    first, second = (answers[name]["outcomes"]["cancelled"] for name in ("5", "6"))
    assert first["probability"] != second["probability"]
    error = (first["mcse"] ** 2 + second["mcse"] ** 2) ** 0.5
    assert abs(first["probability"] - second["probability"]) < 5 * error


def test_the_flagship_needs_no_arguments_but_the_method(desk: Desk) -> None:
    """`fit --method importance` assesses the flagship with the baseline, and keeps the very summary it prints."""
    told = desk.run("fit", *IMPORTANCE, "--json")
    assert told.code == 0
    answer = json.loads(told.out)
    Draft202012Validator(SCHEMA).validate(answer)
    assert (answer["scenario"]["id"], answer["prior_set"]["name"]) == ("coordinated-attack", "baseline")
    assert (desk.runs / answer["run"]["id"] / "summary.json").read_text(encoding="utf-8") == told.out
    assert from_json(told.out).converged


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--scenario", "asia", "--priors", "textbook"), {"serious": 0.1823, "bronchitis": 0.8114}),
        (("--scenario", "asia", "--priors", "uncertain"), {}),
        (("--scenario", "lamp.toml", "--priors", "electrician.toml"), {"light": 1.0, "light_if_switched": 1.0}),
    ],
    ids=["asia-textbook", "asia-uncertain", "lamp"],
)
def test_a_scenario_of_tables_is_fitted(desk: Desk, arguments: tuple[str, ...], expected: dict[str, float]) -> None:
    """A scenario without factors and ratios is fitted and kept like any other; constants give exact numbers."""
    told = desk.run("fit", *arguments, *IMPORTANCE, "--json")
    assert (told.code, told.err) == (0, "")
    answer = json.loads(told.out)
    Draft202012Validator(SCHEMA).validate(answer)
    for name, probability in expected.items():
        assert answer["outcomes"][name]["probability"] == pytest.approx(probability, abs=5e-5)
        assert answer["outcomes"][name]["mcse"] == pytest.approx(0, abs=1e-12)


def test_people_are_told_on_stdout(desk: Desk) -> None:
    """A fit tells its answer on stdout in 80 columns, with word, number, interval and confidence."""
    told = desk.run("fit", *FERRY, *IMPORTANCE)
    assert (told.code, told.err) == (0, "")
    assert max(map(len, told.out.splitlines())) <= 80
    for phrase in ("Key judgement", "90 % equal-tailed credible interval", "Analytic confidence", "moderate", "seed 1"):
        assert phrase in told.out
    assert desk.kept()[0] in told.out


FAULTS = [
    (("--scenario", "ferri.toml"), ["ferri.toml: there is no such file"]),
    (("--scenario", "coordinatd-attack"), ['Did you mean "coordinated-attack"?']),
    (("--priors", "baselin"), ['Did you mean "baseline"?']),
    (("--priors", "mate.toml"), ['mate.toml, line 5, prior_set.scenario: these priors are for the scenario "ferry"']),
    (("--scenario", "ferry.toml", "--priors", "unknown.toml"), ["factors.wether", 'Did you mean "weather"?']),
    (("--scenario", "ferry.toml", "--priors", "broken.toml"), ["broken.toml, line 3: this is not TOML"]),
    (("--scenario", "ferry.toml", "--priors", "several.toml"), ["line 12, events.storm", "line 23, evidence.swell"]),
    (("--scenario", "mate.toml", "--priors", "mate.toml"), ["mate.toml"]),
    (("--scenario", "ferry.toml", "--priors", "ferry.toml"), ["ferry.toml"]),
    (("--scenario", "lamp.toml", "--priors", "impossible.toml"), ["contradicts itself"]),
    (("--scenario", "lamp.toml", "--priors", "never.toml"), ["light_if_switched"]),
    (("--scenario", ".", "--priors", "mate.toml"), ["a directory"]),
]


@pytest.mark.parametrize(("arguments", "phrases"), FAULTS, ids=[" ".join(arguments) for arguments, _ in FAULTS])
def test_a_faulty_input_is_told_and_nothing_kept(desk: Desk, arguments: tuple[str, ...], phrases: list[str]) -> None:
    """Faulty input exits with 2: each fault a line on stderr, nothing on stdout, nothing in the folder of runs."""
    mate = (desk.folder / "mate.toml").read_text(encoding="utf-8")
    desk.write("unknown.toml", mate.replace("weather = { p05 = 0.2,", "wether = { p05 = 0.2,"))
    desk.write("broken.toml", '[prior_set]\nname = "x"\nanalyst = \n')
    desk.write("several.toml", mate.replace("p50 = 0.2", "p50 = 2").replace("p05 = 1.5, p95 = 4", "p05 = 4"))
    told = desk.run("fit", *arguments, *IMPORTANCE)
    assert (told.code, told.out, desk.kept()) == (2, "", []), told.err[-500:]
    for phrase in phrases:
        assert phrase in told.err
    for line in told.err.splitlines():
        assert ": " in line
        assert line.endswith((".", "?"))


def test_an_event_that_cannot_happen_any_more_is_no_defect(desk: Desk) -> None:
    """Where it is known that an event did not happen, what needs that event is told without a traceback."""
    desk.write("calm.toml", SCENARIO + NO_STORM)
    told = desk.run("fit", "--scenario", "calm.toml", "--priors", "mate.toml", *IMPORTANCE, "--json")
    assert told.code in {0, 2}, told.err[-300:]
    assert "Traceback" not in told.err


def test_a_control_character_in_a_name_does_not_reach_the_terminal(desk: Desk) -> None:
    """A fault in a file of a strange name is still one line without control characters."""
    told = desk.run("fit", "--scenario", "a\nb\x1b[31m.toml", *IMPORTANCE)
    assert told.code == 2
    assert len(told.err.splitlines()) == 1
    assert "\x1b" not in told.err


def test_a_fit_that_does_not_converge_tells_no_number(desk: Desk) -> None:
    """A fit that does not converge exits with 3 and tells what failed and what to try, but no number, nor keeps one."""
    told = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100")
    assert told.code == 3
    assert "CAUTION" in told.out
    assert "--draws" in told.out
    assert not [phrase for phrase in WITHHELD if phrase in told.out]
    summary = json.loads((desk.runs / desk.kept()[0] / "summary.json").read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMA).validate(summary)
    assert (summary["outcomes"], summary["events"], summary["converged"]) == ({}, {}, False)
    manifest = json.loads((desk.runs / desk.kept()[0] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["headline"] is None


def test_nor_does_its_json(desk: Desk) -> None:
    """`--json` of a fit that does not converge exits with 3, says why and holds no probability."""
    told = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100", "--json")
    assert told.code == 3
    answer = json.loads(told.out)
    assert answer["caution"]
    assert answer["outcomes"] == {}
    assert not answer["verdicts"]["importance"]["passed"]


def test_numbers_told_on_demand_carry_a_caution_everywhere(desk: Desk) -> None:
    """With `--allow-unconverged` the numbers are told and kept, each time under a caution."""
    told = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100", "--allow-unconverged")
    assert told.code in {0, 3}
    assert told.out.index("CAUTION") < told.out.index("Key judgement")
    for form in ("md", "terminal", "json"):
        report = desk.run("report", "--format", form)
        assert report.code == told.code
        assert "did not converge" in report.out
        assert "cancelled" in report.out
    assert "did not converge" in " ".join(desk.run("runs").out.split())
    assert "CAUTION" in desk.run("runs", "show", "latest").out


def test_runs_that_cannot_be_kept_are_a_fault(desk: Desk) -> None:
    """Where a file stands in place of the folder of runs, a fit exits with 2 and says so in a line."""
    desk.runs.write_text("in the way", encoding="utf-8")
    told = desk.run("fit", *FERRY, *IMPORTANCE)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert str(desk.runs) in told.err
    assert desk.runs.read_text(encoding="utf-8") == "in the way"


def test_the_folder_of_runs_can_be_named(desk: Desk) -> None:
    """`--runs` goes before the environment."""
    assert desk.run("fit", *FERRY, *IMPORTANCE, "--runs", "here").code == 0
    assert desk.kept() == []
    assert len(list((desk.folder / "here").iterdir())) == 1
    assert desk.run("runs", "--runs", "here", "--json").out.count('"id"') == 1


def test_a_run_keeps_what_it_was_made_from(fitted: Desk, good: str) -> None:
    """A run holds the texts of the scenario and the prior set, its summary, its draws, and what was found out since."""
    folder = fitted.runs / good
    assert (folder / "inputs" / "scenario.toml").read_text(encoding="utf-8") == SCENARIO
    assert (folder / "inputs" / "priors" / "mate.toml").exists()
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"analyses.json", "draws.nc", "inputs", "manifest.json", "summary.json"}


LISTENING = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started in the background, where Ctrl-C is ignored"
)


@LISTENING
def test_interrupting_a_fit_leaves_nothing_behind(desk: Desk) -> None:
    """Ctrl-C during a fit ends it at once, without a traceback and without a half-written run."""
    command = [installed(), "fit", *IMPORTANCE, "--draws", "200000"]
    with subprocess.Popen(
        command, cwd=desk.folder, env=desk.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(1.5)
        assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode not in {0, 2, 3}
    assert (out, desk.kept()) == (b"", [])
    assert b"Traceback" not in err


INTERRUPTED = """
import os, signal, sys
from model import runs
whole = runs._write_draws
def interrupted(path, groups):
    path.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGINT)
    whole(path, groups)
runs._write_draws = interrupted
from estimative.app import main
sys.argv = ["estimative", *sys.argv[1:]]
main()
"""


@LISTENING
def test_interrupting_the_keeping_leaves_nothing_behind(desk: Desk) -> None:
    """Ctrl-C while a run is being written removes what was written of it."""
    told = desk.python(INTERRUPTED, "fit", *FERRY, *IMPORTANCE)
    assert told.code not in {0, 2, 3}
    assert (told.out, desk.kept()) == ("", [])
    assert "Traceback" not in told.err
