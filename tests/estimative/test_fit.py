"""The command `fit` by importance sampling."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from estimative.model.codec import from_json
from estimative.model.inference.fit_result import FitResult
from estimative.model.record import run_store
from tests.command import COMMAND, FERRY, SCENARIO, Desk

IMPORTANCE = ("--method", "importance")
AS_JSON = ("--format", "json")
NO_STORM = """
[evidence.forecast]
kind = "observation"
about = "storm"
happened = false
title = "No storm is forecast"
source = "log"
"""
WITHHELD = ("Key judgement", "Outcomes", "likely", "% to ")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of the ferry with two seeds, the first of them twice."""
    desk = Desk.at(tmp_path_factory.mktemp("answers"))
    runs = {name: desk.run("fit", *FERRY, *IMPORTANCE, *AS_JSON, "--seed", name[0]) for name in ("5", "5 again", "6")}
    assert all(answer.code == 0 for answer in runs.values())
    return {name: json.loads(answer.out) for name, answer in runs.items()}


def test_the_json_has_the_promised_names(answers: dict[str, Any]) -> None:
    """The JSON has every name that other programs rely on."""
    answer = answers["5"]
    assert (answer["schema_version"], answer["kind"]) == (2, "fit")
    assert {"id", "digest", "title", "as_of", "until", "headline"} <= set(answer["scenario"])
    assert {"name", "digest", "analyst"} <= set(answer["prior_set"])
    for row in [*answer["outcomes"].values(), *answer["events"].values()]:
        for estimate in (row["prior"], row["posterior"]):
            assert {"value", "se", "sd", "interval", "ess"} <= set(estimate)
            assert {"kind", "mass", "low", "high"} <= set(estimate["interval"])
    for event in answer["events"].values():
        assert {"prior", "posterior"} <= set(event["conditional"])
    assert {"mean", "sd", "p05", "p50", "p95"} <= set(answer["quantities"]["factors.weather"]["posterior"])
    assert answer["fits"]["importance"]["verdict"]["passed"] is True
    assert {"id", "created"} <= set(answer["run"])
    assert answer["computation"]["seed"] == 5
    assert answer["computation"]["settings"] == {"method": "importance"}
    assert set(answer["outcomes"]) == {"cancelled", "cancelled_in_storm"}


def test_the_same_seed_gives_the_same_digits(answers: dict[str, Any]) -> None:
    """Two fits with one seed differ in nothing but the run's id and time."""
    first, second = ({**answers[name], "run": None} for name in ("5", "5 again"))
    assert first == second
    assert answers["5"]["run"]["id"] != answers["5 again"]["run"]["id"]


def test_another_seed_gives_other_digits(answers: dict[str, Any]) -> None:
    """Two seeds differ, by no more than their errors allow."""
    first, second = (answers[name]["outcomes"]["cancelled"]["posterior"] for name in ("5", "6"))
    assert first["value"] != second["value"]
    error = (first["se"] ** 2 + second["se"] ** 2) ** 0.5
    assert abs(first["value"] - second["value"]) < 5 * error


def test_the_flagship_needs_no_arguments_but_the_method(desk: Desk) -> None:
    """`fit --method importance` fits the flagship with the baseline, and saves the very result that it prints."""
    done = desk.run("fit", *IMPORTANCE, *AS_JSON)
    assert (done.code, done.err) == (0, "")
    result = from_json(done.out, FitResult)
    assert (result.scenario.id, result.prior_set.name) == ("coordinated-attack", "baseline")
    assert (desk.runs / result.run.id / "result.json").read_text(encoding="utf-8") == done.out


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
    """A scenario without factors and ratios is fitted and saved like any other; constants give exact numbers."""
    done = desk.run("fit", *arguments, *IMPORTANCE, *AS_JSON)
    assert (done.code, "Traceback" in done.err) == (0, False)
    answer = json.loads(done.out)
    for name, probability in expected.items():
        estimate = answer["outcomes"][name]["posterior"]
        assert estimate["value"] == pytest.approx(probability, abs=5e-5)
        assert estimate["se"] == pytest.approx(0, abs=1e-12)


def test_people_read_the_answer_on_stdout(desk: Desk) -> None:
    """A fit prints its answer on stdout in 80 columns: word, number, interval, confidence; warnings go to stderr."""
    done = desk.run("fit", *FERRY, *IMPORTANCE)
    assert done.code == 0
    assert all(line.startswith("Warning: mate.toml") for line in done.err.splitlines())
    assert max(map(len, done.out.splitlines())) <= 80
    for phrase in ("Key judgement", "90% credible interval", "Analytic confidence: moderate", "seed 1"):
        assert phrase in done.out
    assert desk.kept()[0] in done.out


ERRORS = [
    (("--scenario", "ferri.toml"), ["ferri.toml: there is no such file"]),
    (("--scenario", "coordinatd-attack"), ['Did you mean "coordinated-attack"?']),
    (("--priors", "baselin"), ['Did you mean "baseline"?']),
    (
        ("--scenario", "asia", "--priors", "mate.toml"),
        ['mate.toml, line 5, prior_set.scenario: these priors are for the scenario "ferry"'],
    ),
    (("--scenario", "ferry.toml", "--priors", "unknown.toml"), ["factors.wether", 'Did you mean "weather"?']),
    (("--scenario", "ferry.toml", "--priors", "broken.toml"), ["broken.toml, line 3"]),
    (("--scenario", "ferry.toml", "--priors", "several.toml"), ["line 12, events.storm", "line 23, evidence.swell"]),
    (("--scenario", "mate.toml", "--priors", "mate.toml"), ["mate.toml"]),
    (("--scenario", "ferry.toml", "--priors", "ferry.toml"), ["ferry.toml"]),
    (("--scenario", "lamp.toml", "--priors", "impossible.toml"), ["contradicts itself"]),
    (("--scenario", "switch.toml", "--priors", "never.toml"), ["light_if_switched"]),
    (("--scenario", ".", "--priors", "mate.toml"), ["a directory"]),
    ((*FERRY, "--label", "x" * 81), ["the label is too long"]),
]


@pytest.mark.parametrize(("arguments", "phrases"), ERRORS, ids=[" ".join(arguments)[:40] for arguments, _ in ERRORS])
def test_invalid_input_is_reported_and_nothing_saved(
    desk: Desk, arguments: tuple[str, ...], phrases: list[str]
) -> None:
    """Invalid input exits with 2: each error a line on stderr, nothing on stdout, nothing in the folder of runs."""
    mate = (desk.folder / "mate.toml").read_text(encoding="utf-8")
    desk.write("unknown.toml", mate.replace("weather = { p05 = 0.2,", "wether = { p05 = 0.2,"))
    desk.write("broken.toml", '[prior_set]\nname = "x"\nanalyst = \n')
    lamp = (desk.folder / "lamp.toml").read_text(encoding="utf-8")
    desk.write("switch.toml", lamp.replace('headline = "light"', 'headline = "light_if_switched"'))
    desk.write("several.toml", mate.replace("p50 = 0.2", "p50 = 2").replace("p05 = 1.5, p95 = 4", "p05 = 4"))
    done = desk.run("fit", *arguments, *IMPORTANCE)
    assert (done.code, done.out, desk.kept()) == (2, "", []), done.err[-500:]
    assert "Traceback" not in done.err
    for phrase in phrases:
        assert phrase in done.err


def test_an_outcome_under_an_impossible_condition_is_left_out(desk: Desk) -> None:
    """An outcome that is no headline is left out where its condition is impossible, and the reason is given."""
    done = desk.run("fit", "--scenario", "lamp.toml", "--priors", "never.toml", *IMPORTANCE, *AS_JSON)
    assert done.code == 0
    answer = json.loads(done.out)
    assert set(answer["outcomes"]) == {"light"}
    [omitted] = [each for each in answer["omitted"] if each["kind"] == "outcome"]
    assert (omitted["id"], omitted["reason"]) == ("light_if_switched", "impossible condition")


def test_an_event_that_cannot_happen_any_more_is_no_defect(desk: Desk) -> None:
    """Where it is known that an event did not happen, what needs that event is reported without a traceback."""
    desk.write("calm.toml", SCENARIO + NO_STORM)
    done = desk.run("fit", "--scenario", "calm.toml", "--priors", "mate.toml", *IMPORTANCE, *AS_JSON)
    assert done.code in {0, 2}, done.err[-300:]


def test_a_control_character_in_a_name_does_not_reach_the_terminal(desk: Desk) -> None:
    """An error in a file of a strange name is still one line without control characters."""
    done = desk.run("fit", "--scenario", "a\nb\x1b[31m.toml", *IMPORTANCE)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "\x1b" not in done.err


def test_a_fit_that_does_not_converge_shows_no_number(desk: Desk) -> None:
    """A fit that does not converge exits with 3, says what failed and what to try, and has no number."""
    done = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100")
    assert done.code == 3
    assert "CAUTION" in done.out
    assert "more draws" in done.out
    assert not [phrase for phrase in WITHHELD if phrase in done.out]
    folder = desk.runs / desk.kept()[0]
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert (result["outcomes"], result["events"], result["quantities"], result["converged"]) == ({}, {}, {}, False)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["headline"] is None


def test_nor_does_its_json(desk: Desk) -> None:
    """The JSON of a fit that does not converge exits with 3, has the failed checks and no probability."""
    done = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100", *AS_JSON)
    assert done.code == 3
    answer = json.loads(done.out)
    assert answer["outcomes"] == {}
    assert not answer["fits"]["importance"]["verdict"]["passed"]
    assert answer["computation"]["settings"]["draws"] == 100


def test_unconverged_numbers_on_demand_carry_a_caution_everywhere(desk: Desk) -> None:
    """With `--allow-unconverged` the numbers are shown and saved, each time under a caution."""
    done = desk.run("fit", *FERRY, *IMPORTANCE, "--draws", "100", "--allow-unconverged")
    assert done.code == 3
    assert done.out.index("CAUTION") < done.out.index("Key judgement")
    assert "did not converge" in " ".join(desk.run("runs").out.split())
    again = desk.run("runs", "show", "latest")
    assert (again.code, again.out) == (3, done.out)


def test_runs_that_cannot_be_saved_are_an_error(desk: Desk) -> None:
    """Where a file is in the place of the folder of runs, a fit exits with 2 and says so in a line."""
    desk.runs.write_text("in the way", encoding="utf-8")
    done = desk.run("fit", *FERRY, *IMPORTANCE)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert str(desk.runs) in done.err
    assert desk.runs.read_text(encoding="utf-8") == "in the way"


def test_the_folder_of_runs_can_be_named(desk: Desk) -> None:
    """`--runs` takes precedence over the environment."""
    assert desk.run("fit", *FERRY, *IMPORTANCE, "--runs", "here").code == 0
    assert desk.kept() == []
    assert len(list((desk.folder / "here").iterdir())) == 1
    assert len(json.loads(desk.run("runs", "--runs", "here", *AS_JSON).out)["runs"]) == 1


def test_a_run_holds_what_it_was_made_from(fitted: Desk, good: str) -> None:
    """A run holds the texts of the scenario and the prior set, its result, and its draws."""
    folder = fitted.runs / good
    assert (folder / "inputs" / "scenario.toml").read_text(encoding="utf-8") == SCENARIO
    assert (folder / "inputs" / "priors" / "mate.toml").exists()
    assert {"draws.nc", "inputs", "manifest.json", "result.json"} <= {path.name for path in folder.iterdir()}


LISTENING = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started in the background, where Ctrl-C is ignored"
)


@LISTENING
def test_interrupting_a_fit_leaves_nothing_behind(desk: Desk) -> None:
    """Ctrl-C during a fit ends it, without a traceback and without a half-written run."""
    command = [*COMMAND, "fit", *IMPORTANCE, "--draws", "200000"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=desk.folder, env=desk.environment, **pipes) as process:
        while process.poll() is None:
            time.sleep(0.5)
            os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode not in {0, 2, 3}
    assert (out, desk.kept()) == (b"", [])


def test_interrupting_the_saving_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a run is being written removes what was written of it."""

    def interrupted(path: Path, groups: object) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(run_store, "write_draws", interrupted)
    done = desk.run("fit", *FERRY, *IMPORTANCE)
    assert done.code not in {0, 2, 3}
    assert (done.out, desk.kept()) == ("", [])


def test_a_label_is_saved_with_the_run(desk: Desk) -> None:
    """`fit --label` labels the run, and the list shows it."""
    assert desk.run("fit", *FERRY, *IMPORTANCE, "--label", "before the storm").code == 0
    [run] = json.loads(desk.run("runs", *AS_JSON).out)["runs"]
    assert run["label"] == "before the storm"
    assert "before" in desk.run("runs").out


@pytest.mark.parametrize(
    "options", [("--label", "x" * 81), ("--format", "pdf"), ("--format", "terminal", "-o", "x.md")]
)
def test_what_cannot_be_saved_or_shown_is_refused_before_the_fit(desk: Desk, options: tuple[str, ...]) -> None:
    """A label that is too long, and a format that cannot be shown, end with 2 and leave no run, nor a file."""
    done = desk.run("fit", *FERRY, *IMPORTANCE, *options)
    assert (done.code, done.out, desk.kept()) == (2, "", [])
    assert len(done.err.splitlines()) == 1
    assert not (desk.folder / "x.md").exists()
