"""The commands `sensitivity`, `evidence` and `trace`; and the analyses that are saved with a run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.stored_analyses import StoredAnalyses
from estimative.model.analysis.trace import TraceResult
from estimative.model.record.run_store import ANALYSES, Store
from estimative.model.record.stored_run import StoredRun
from estimative.workflows.analyses import analyses_of, save_analyses, stored_analyses
from estimative.workflows.session import Settings
from tests.command import FERRY, Desk
from tests.in_process import Finished
from tests.remembered import forget

pytestmark = pytest.mark.usefixtures("remembering")

type Shown = Callable[..., Finished]

AS_JSON = ("--format", "json")
SEED = ("--seed", "4")
OTHER = ("--outcome", "cancelled_in_storm")
WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")
COMMANDS = {"sensitivity": (), "evidence": (), "trace": ("cancelled",)}
RESULTS = {"sensitivity": SensitivityResult, "evidence": EvidenceResult, "trace": TraceResult}


def analysed(shown: Shown, command: str, *arguments: str) -> Any:
    """The JSON of a command on the ferry with its indicators."""
    done = shown(command, *arguments, *AS_JSON)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """What a command prints of the ferry with its indicators, at one seed: computed once for all tests."""
    desk = Desk.at(tmp_path_factory.mktemp("shown"))
    return cache(lambda *arguments: desk.run(*arguments, *WATCH, *SEED))


def led(command: str) -> tuple[str, ...]:
    """The options by which another outcome than the headline leads, where a command has them."""
    return () if command == "trace" else OTHER


@pytest.mark.parametrize("command", COMMANDS)
def test_terminal_and_markdown_show_it(shown: Shown, command: str) -> None:
    """On a terminal nothing is wider than 80 columns; in Markdown there are tables."""
    done = shown(command, *COMMANDS[command], *led(command))
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert "| :--- |" in shown(command, *COMMANDS[command], "--format", "md").out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_seed_gives_the_same_digits(desk: Desk, shown: Shown, command: str) -> None:
    """The digits depend on the seed alone, however many cores share the fits."""
    once = analysed(shown, command, *COMMANDS[command], *led(command))
    forget()
    again = desk.run(command, *COMMANDS[command], *led(command), *AS_JSON, *WATCH, *SEED)
    assert json.loads(again.out) == once


@pytest.mark.parametrize("command", COMMANDS)
def test_numbers_of_a_failed_fit_are_withheld(desk: Desk, command: str) -> None:
    """With too few draws there is no headline and the exit code is 3."""
    few = (command, *COMMANDS[command], *WATCH, "--method", "importance", "--draws", "100")
    done = desk.run(*few, *AS_JSON)
    assert done.code == 3, done.err
    answer = json.loads(done.out)
    assert not answer["converged"]
    assert not any(answer.get(part) for part in ("headline", "outcome", "weights", "tornado", "quantities"))
    assert "CAUTION" in desk.run(*few).out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_scenario_of_constants_is_analysed(desk: Desk, command: str) -> None:
    """Where nothing is uncertain, every command still answers."""
    target = ("shines",) if command == "trace" else ()
    text = (desk.folder / "lamp.toml").read_text(encoding="utf-8").replace('headline = "light"', 'headline = "on"')
    desk.write("lamp.toml", text + '\n[outcomes.on]\ntitle = "The lamp is switched on"\nall = ["switched"]\n')
    done = desk.run(command, *target, "--scenario", "lamp.toml", "--priors", "electrician.toml")
    assert done.code == 0, done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_invalid_input_is_reported(desk: Desk, command: str) -> None:
    """A prior set that is not there, and evidence that contradicts itself, are errors with exit code 2."""
    target = ("shines",) if command == "trace" else ()
    done = desk.run(command, *COMMANDS[command], "--scenario", "watch.toml", "--priors", "nobody.toml")
    assert (done.code, done.out) == (2, "")
    assert "nobody.toml" in done.err
    done = desk.run(command, *target, "--scenario", "lamp.toml", "--priors", "impossible.toml")
    assert (done.code, done.out) == (2, "")
    assert "contradicts itself" in done.err


def test_evidence_has_no_weight_on_a_certain_headline(desk: Desk) -> None:
    """Evidence has no finite weight on a headline that it makes certain: an error, not a number."""
    done = desk.run("evidence", "--scenario", "lamp.toml", "--priors", "electrician.toml")
    assert (done.code, done.out) == (2, "")
    assert "probability 0 or 1" in done.err


def test_all_indicators_are_ranked(shown: Shown) -> None:
    """Every indicator of the scenario is there, the most informative first, with the result either way."""
    answer = analysed(shown, "evidence")
    rows = answer["information"]["indicators"]
    assert {row["name"] for row in rows} == {"glass", "haze", "gulls", "ropes"}
    gains = [row["expected_information_gain"]["value"] for row in rows]
    assert gains == sorted(gains, reverse=True)
    assert rows[0]["name"] == "ropes"
    headline = answer["headline"]["posterior"]["value"]
    assert rows[0]["p_if_observed"]["value"] < headline < rows[0]["p_if_absent"]["value"]


@pytest.mark.parametrize(
    ("target", "phrase"),
    [
        ("cancelled", "This outcome means:"),
        ("storm", "A storm is forecast"),
        ("weather", "It is the season."),
        (
            "effects.cancelled.storm",
            "The effect of \u201cA storm is forecast\u201d on \u201cThe ferry is cancelled\u201d",
        ),
        ("evidence.captain", "The captain says that he will sail"),
        ("motives.captain", "motive behind"),
    ],
)
def test_a_trace_leads_back_from_anything(shown: Shown, target: str, phrase: str) -> None:
    """Outcomes, events, factors and quantities by their names in a prior set can be traced to their sources."""
    done = shown("trace", target)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert phrase in text
    assert "Source: Log of the harbour master" in text


def test_what_cannot_be_traced_is_an_error(desk: Desk) -> None:
    """A name that is no number is an error, with the nearest that is."""
    done = desk.run("trace", "cancled", *WATCH)
    assert (done.code, done.out) == (2, "")
    assert 'Did you mean "cancelled"?' in done.err


@pytest.fixture
def run(fitted: Desk, good: str, tmp_path: Path) -> StoredRun:
    """A run without analyses."""
    folder = tmp_path / "runs" / good
    shutil.copytree(fitted.runs / good, folder, ignore=shutil.ignore_patterns(ANALYSES))
    return StoredRun(folder)


@pytest.fixture
def known(fitted: Desk, good: str) -> StoredAnalyses:
    """What its analyses are."""
    analyses = stored_analyses(StoredRun(fitted.runs / good))
    assert analyses
    return analyses


@pytest.fixture
def computed(known: StoredAnalyses, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """StoredAnalyses without their seconds: how often they are computed is what counts."""
    computed = Mock(return_value=known)
    monkeypatch.setattr("estimative.workflows.analyses.run_analyses", computed)
    return computed


def test_analyses_of_a_run_are_computed_once(run: StoredRun, known: StoredAnalyses, computed: Mock) -> None:
    """The analyses of a run are computed on its own fit when they are first needed, and saved with it."""
    assert stored_analyses(run) is None
    assert analyses_of(run, Settings()) == known
    [session] = computed.call_args.args
    assert session.headline == run.result().headline
    assert analyses_of(run, Settings()) == stored_analyses(run) == known
    computed.assert_called_once()


def test_analyses_lead_with_the_headline_of_their_run(run: StoredRun, known: StoredAnalyses) -> None:
    """They are of the same fit, to the last digit."""
    assert known.of_same_fit(run.result())
    assert known.evidence
    assert known.evidence.headline == run.result().headline


@pytest.mark.parametrize("text", ["{", '{"schema_version": 2}', ""])
def test_damaged_analyses_are_computed_again(run: StoredRun, computed: Mock, text: str) -> None:
    """StoredAnalyses that cannot be read are replaced: they follow from the run."""
    (run.folder / ANALYSES).write_text(text, encoding="utf-8")
    analyses = analyses_of(run, Settings())
    computed.assert_called_once()
    assert stored_analyses(run) == analyses


def test_analyses_of_another_fit_are_not_used(desk: Desk, known: StoredAnalyses, computed: Mock) -> None:
    """StoredAnalyses with another seed are of another fit, though of the same files: a report has one headline."""
    assert desk.run("fit", *FERRY, "--method", "importance", "--draws", "3000", "--seed", "9").code == 0
    run = StoredRun(Store(desk.runs).find("latest"))
    save_analyses(run, known)
    analyses_of(run, Settings())
    [session] = computed.call_args.args
    assert session.headline == run.result().headline


def test_an_analysis_that_is_impossible_says_why(desk: Desk) -> None:
    """Of a headline that is certain there is no weight of evidence, and the reason is saved instead."""
    arguments = ("--scenario", "lamp.toml", "--priors", "electrician.toml", "--method", "importance")
    assert desk.run("fit", *arguments).code == 0
    run = StoredRun(Store(desk.runs).find("latest"))
    analyses = analyses_of(run, Settings())
    assert analyses.evidence is None
    assert [reason for reason in analyses.refused if "probability 0 or 1" in reason]
    assert stored_analyses(run) == analyses


def test_a_run_that_cannot_be_written_to_has_analyses(
    run: StoredRun, computed: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where analyses cannot be saved, they are computed all the same."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    assert analyses_of(run, Settings()).of_same_fit(run.result())
    assert stored_analyses(run) is None


@pytest.mark.parametrize("command", [("evidence",), ("sensitivity",), ("whatif", "--without", "captain")])
def test_another_outcome_can_lead(desk: Desk, shown: Shown, command: tuple[str, ...]) -> None:
    """With `--outcome` the answer is about that outcome, under the digest of the scenario's file."""
    other, plain = analysed(shown, *command, *OTHER), analysed(shown, "evidence")
    assert (other["scenario"]["headline"], plain["scenario"]["headline"]) == ("cancelled_in_storm", "cancelled")
    assert other["scenario"]["digest"] == plain["scenario"]["digest"]
    if "headline" in other and other["headline"]["posterior"]:
        assert other["headline"]["posterior"]["value"] != plain["headline"]["posterior"]["value"]
    assert "If a storm is forecast, the ferry is cancelled by" in shown(*command, *OTHER).out.replace("\n", " ")
    misspelt = desk.run(*command, *WATCH, "--outcome", "canceled")
    assert (misspelt.code, 'Did you mean "cancelled"?' in misspelt.err) == (2, True)
