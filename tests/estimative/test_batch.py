"""The command `batch`: many fits, none lost, none doubled."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

import estimative as es
from estimative.model.inference.executor import (
    BatchAnswer,
    BatchExecutor,
    LostBatch,
    SharedFunction,
    run_batch,
)
from estimative.model.inference.processes import ProcessExecutor
from estimative.model.record.file_lock import lock_at_once
from estimative.model.record.run_store import Store
from estimative.model.record.saved_fits import saved_fits
from estimative.workflows.batch import LOCK, Task, batch
from estimative.workflows.batch_plan import Combination, plan
from estimative.workflows.session import Settings
from tests.command import CERTAIN, CERTAIN_PRIORS, COMMAND, PRIORS, SCENARIO, Desk
from tests.in_process import Finished
from tests.tasks import killed_once

COOK = PRIORS.replace('name = "mate"', 'name = "cook"').replace('cancelled = "unlikely"', 'cancelled = "likely"')


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """A folder with two scenarios and three prior sets."""
    desk = Desk(tmp_path / "office", tmp_path / "runs")
    desk.folder.mkdir()
    for name, text in {
        "ferry.toml": SCENARIO,
        "lamp.toml": CERTAIN,
        "mate.toml": PRIORS,
        "cook.toml": COOK,
        "electrician.toml": CERTAIN_PRIORS,
    }.items():
        desk.write(name, text)
    return desk


@pytest.fixture(autouse=True)
def _in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no process that a test is not about: each takes seconds."""
    monkeypatch.setattr("estimative.model.inference.processes.ProcessExecutor", ThreadPoolExecutor)


def run(desk: Desk, *arguments: str) -> tuple[Finished, Any]:
    """The command on one process, and its index."""
    done = desk.run("batch", *arguments, "--jobs", "1", "--format", "json")
    return done, json.loads(done.out) if done.out else None


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be fitted."""

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("fitted")

    monkeypatch.setattr("estimative.workflows.batch.fit_task", never)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", never)


def test_every_scenario_is_fitted_with_every_prior_set_for_it(office: Desk) -> None:
    """The numbers are those of `fit`, and each fit is a run of its own."""
    done, index = run(office, ".")
    assert done.code == 0, done.err
    pairs = [(row["scenario"], row["priors"], row["status"]) for row in index["rows"]]
    assert pairs == [
        ("ferry.toml", "cook.toml", "converged"),
        ("ferry.toml", "mate.toml", "converged"),
        ("lamp.toml", "electrician.toml", "converged"),
    ]
    assert sorted(row["run"] for row in index["rows"]) == office.kept()
    arguments = ("--scenario", "ferry.toml", "--priors", "mate.toml", "--method", "importance", "--format", "json")
    alone = json.loads(office.run("fit", *arguments).out)
    assert index["rows"][1]["probability"] == alone["outcomes"]["cancelled"]["posterior"]
    shown = office.run("runs", "show", index["rows"][1]["run"], "--format", "json")
    assert json.loads(shown.out)["outcomes"] == alone["outcomes"]


def test_what_is_saved_is_not_fitted_again(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second call says so; a run of `fit` counts too; another seed, or another prior set, is another fit."""
    arguments = ("--scenario", "ferry.toml", "--priors", "mate.toml", "--method", "importance")
    assert office.run("fit", *arguments).code == 0
    _, first = run(office, ".")
    assert [row["saved_before"] for row in first["rows"]] == [False, True, False]
    before = office.kept()
    with monkeypatch.context() as patch:
        forbid(patch)
        done = office.run("batch", ".")
        assert done.code == 0, done.err
        assert "All had been saved before" in " ".join(done.out.split())
        assert office.kept() == before
    _, seeded = run(office, ".", "--seed", "2")
    assert not any(row["saved_before"] for row in seeded["rows"])
    _, repeated = run(office, ".", "--seed", "2")
    assert all(row["saved_before"] for row in repeated["rows"])
    office.write("mate.toml", PRIORS.replace("captain = 2", "captain = 3"))
    _, changed = run(office, ".")
    assert [row["saved_before"] for row in changed["rows"]] == [True, False, True]
    _, again = run(office, ".", "--again")
    assert not any(row["saved_before"] for row in again["rows"])
    assert len(office.kept()) == 3 + 3 + 1 + 3


def test_a_broken_file_does_not_stop_the_others(office: Desk) -> None:
    """Its errors are in the index, first, and the exit code is 2."""
    office.write("cook.toml", COOK.replace('"likely"', '"probbable"'))
    office.write("stray.toml", PRIORS.replace('scenario = "ferry"', 'scenario = "fery"'))
    office.write("alone.toml", SCENARIO.replace('id = "ferry"', 'id = "barge"'))
    office.write("torn.toml", "name = ")
    done, index = run(office, ".")
    assert done.code == 2
    status = Counter(row["status"] for row in index["rows"])
    assert status == {"converged": 2, "broken": 4}
    codes = {issue["code"] for row in index["rows"] for issue in row["errors"]}
    assert codes >= {"no-prior-set", "unknown-name"}
    text = office.run("batch", ".").out
    assert text.index("Could not be fitted") < text.index("Results")
    assert "probbable" in text
    assert "torn.toml, line 1: this is not TOML" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "Error: " in office.run("batch", ".", "-o", "index.html").err


def test_what_did_not_converge_has_no_number(office: Desk) -> None:
    """The exit code is 3; with a broken file too it is 2."""
    done, index = run(office, ".", "--draws", "100")
    assert done.code == 3
    failed = [row for row in index["rows"] if row["status"] == "not converged"]
    assert len(failed) == 2
    assert all(row["probability"] is None for row in failed)
    text = office.run("batch", ".", "--draws", "100").out
    assert text.index("Did not converge") < text.index("Results")
    shown, index = run(office, ".", "--draws", "100", "--allow-unconverged")
    assert shown.code == 3
    assert all(row["probability"] for row in index["rows"])
    office.write("cook.toml", "nothing")
    assert office.run("batch", ".", "--draws", "100").code == 2


TABLE = """scenario;priors;as_of;outcome;variant;edits;seed;method
ferry.toml;mate.toml;;cancelled_in_storm;;;;
ferry.toml;mate.toml;2026-11-15;;low;events.cancelled=very unlikely; 7;importance
fery.toml;mate.toml;;;;;;
ferry.toml;mate.toml;soon;;;;;
ferry.toml;mate.toml;;sunk;;;;
ferry.toml;mate.toml;;;;events.sunk=likely;;
ferry.toml;mate.toml;;;;;many;guess
ferry.toml;;;;;;;
ferry.toml;mate.toml
"""


def test_bad_rows_of_a_table_are_named_by_line_and_column(office: Desk) -> None:
    """Each with what is allowed, and the good rows are fitted all the same."""
    (office.folder / "sub").mkdir()
    table = office.write("cases.csv", TABLE)
    done, index = run(office, str(table))
    assert done.code == 2
    rows = index["rows"]
    assert [row["status"] for row in rows] == ["converged"] * 2 + ["broken"] * 7
    assert (rows[0]["outcome"], rows[1]["as_of"], rows[1]["seed"]) == ("cancelled_in_storm", "2026-11-15", 7)
    assert rows[1]["prior_set"] == "mate-low"
    places = [(issue["place"]["line"], issue["place"]["key"]) for row in rows[3:5] for issue in row["errors"]]
    assert places == [(5, "as_of"), (6, "outcome")]
    assert [issue["place"]["key"] for issue in rows[6]["errors"]] == ["method", "seed"]
    assert rows[7]["errors"][0]["place"]["line"] == 9
    assert rows[8]["errors"][0]["code"] == "uneven-row"
    for bad, message in (
        ("a,b\n1,2\n", "is missing"),
        ("scenario,priors\n", "no row"),
        ("scenario,priors,sed\na,b,1\n", "sed"),
    ):
        office.write("bad.csv", bad)
        assert message in office.run("batch", "bad.csv").err


@pytest.mark.usefixtures("without_analyses")
def test_dates_and_variants_multiply(office: Desk) -> None:
    """Each prior set as stated and in each variant, as of each day; a variant only where its inputs exist."""
    arguments = (
        ".",
        "--dates",
        "2026-11-01,2026-11-10",
        "--edits",
        "low: events.cancelled=very unlikely; factors.weather=0.3",
    )
    done, index = run(office, *arguments)
    assert done.code == 0, done.err
    ferry = [row for row in index["rows"] if row["scenario"] == "ferry.toml"]
    assert Counter((row["as_of"], row["variant"]) for row in ferry) == {
        (day, variant): 2 for day in ("2026-11-01", "2026-11-10") for variant in ("", "low")
    }
    mate = {row["variant"]: row for row in ferry if row["priors"] == "mate.toml" and row["as_of"] == "2026-11-01"}
    assert mate["low"]["probability"]["value"] < mate[""]["probability"]["value"]
    for name in ("mate.toml", "mate-low.toml"):
        assert (office.runs / mate["low"]["run"] / "inputs" / "priors" / name).exists()
    assert office.run("report", mate["low"]["run"], "-o", "low.md").code == 0
    unknown = office.run("batch", ".", "--edits", "low: events.sunk=likely")
    assert unknown.code == 2
    assert '"events.sunk" is not an input of this scenario' in " ".join(unknown.out.split())
    assert "is no variant" in office.run("batch", ".", "--edits", "events.sunk=likely").err


@pytest.mark.usefixtures("without_analyses")
def test_lean_runs_have_no_draws_and_can_be_reported(office: Desk) -> None:
    """A report of one fits again, with the same numbers."""
    one = str(office.write("cases.csv", "scenario,priors\nferry.toml,mate.toml\n"))
    done, index = run(office, one, "--lean")
    assert done.code == 0
    [lean] = index["rows"]
    assert not (office.runs / lean["run"] / "draws.nc").exists()
    [full] = run(office, one, "--again")[1]["rows"]
    reports = [office.run("report", row["run"], "-f", "json") for row in (lean, full)]
    assert [done.code for done in reports] == [0, 0]
    first, second = (json.loads(done.out) for done in reports)
    assert first["fit"]["outcomes"] == second["fit"]["outcomes"]
    assert first["quantiles"]["cancelled"][100] == pytest.approx(second["quantiles"]["cancelled"][100], rel=0.05)


def test_a_killed_worker_loses_and_doubles_nothing(
    office: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fit is computed again, and saved once."""
    store, marker = Store(office.runs), tmp_path / "killed"
    monkeypatch.setattr("estimative.workflows.batch.fit_task", partial(killed_once, marker))
    with ProcessExecutor(1) as executor:
        planned = plan(office.folder, like=Combination(scenario="", priors=""))
        result = batch(planned, store, Settings(executor=executor), with_draws=False)
    assert marker.exists()
    assert [row.status for row in result.rows] == ["converged"] * 3
    assert len(saved_fits(store)) == len(office.kept()) == 3


class Losing(BatchExecutor):
    """An engine of one process, which ends whenever the cook's priors are fitted."""

    width = 1

    def prepare(self, function: SharedFunction[Any, Any]) -> Any:
        return function

    def start(self, function: Any, batches: Sequence[Sequence[Task]]) -> list[partial[BatchAnswer]]:
        return [partial(self.computed, function, batch) for batch in batches]

    def first_done(self, handles: Collection[Any]) -> Collection[Any]:
        return [next(iter(handles))]

    def answer(self, handle: Any) -> BatchAnswer:
        answer: BatchAnswer = handle()
        return answer

    def computed(self, function: Any, batch: Sequence[Task]) -> BatchAnswer:
        if any(task.prior_set.name == "cook" for task in batch):
            raise LostBatch("it was ended")
        return run_batch(function, batch)

    def cancel(self, handles: Collection[Any]) -> None:
        pass


def test_a_fit_that_ends_its_process_every_time_is_the_only_one_without_a_run(office: Desk) -> None:
    """Its row says so; all others are fitted."""
    planned = plan(office.folder, like=Combination(scenario="", priors=""))
    result = batch(planned, Store(office.runs), Settings(executor=Losing()), with_draws=False)
    assert sorted(row.status for row in result.rows) == ["broken", "converged", "converged"]
    (broken,) = (row for row in result.rows if row.status == "broken")
    assert [issue.code for issue in broken.errors] == ["lost-worker"]


def test_two_batches_do_not_save_into_one_folder_at_once(office: Desk) -> None:
    """They would save some fits twice."""
    office.runs.mkdir()
    with FileIO(office.runs / LOCK, "a") as file:
        assert lock_at_once(file)
        done = office.run("batch", ".")
        assert done.code == 2
        assert "another batch saves its runs here" in done.err
    assert run(office, ".")[0].code == 0


def test_a_killed_command_is_resumed(office: Desk) -> None:
    """Called again, it fits the rest: every fit is there once."""
    rows = "".join(f"ferry.toml,mate.toml,{seed}\n" for seed in range(6))
    office.write("cases.csv", f"scenario,priors,seed\n{rows}")
    command = [*COMMAND, "batch", "cases.csv", "--jobs", "1"]
    with subprocess.Popen(command, cwd=office.folder, env=office.environment, stderr=subprocess.PIPE) as first:
        while len(office.kept()) < 2 and first.poll() is None:
            time.sleep(0.01)
        first.kill()
    saved = [name for name in office.kept() if not name.startswith(".")]
    done, index = run(office, "cases.csv")
    assert done.code == 0, done.err
    assert sum(row["saved_before"] for row in index["rows"]) == len(saved)
    runs = [name for name in office.kept() if not name.startswith(".")]
    assert sorted(row["run"] for row in index["rows"]) == runs
    assert len(saved_fits(Store(office.runs))) == 6


def test_a_fit_in_two_rows_is_computed_once(office: Desk) -> None:
    """Rows that differ in the outcome that they show have one run."""
    office.write(
        "cases.csv", "scenario,priors,outcome\nferry.toml,mate.toml,\nferry.toml,mate.toml,cancelled_in_storm\n"
    )
    _, index = run(office, "cases.csv")
    assert len({row["run"] for row in index["rows"]}) == len(office.kept()) == 1
    assert len({row["probability"]["value"] for row in index["rows"]}) == 2


def test_python_gives_the_same_index(office: Desk) -> None:
    """`batch` of the Python interface takes variants as a mapping, and reads the same store."""
    answer = es.batch(
        office.folder, runs=office.runs, lean=True, variants={"low": {"events.cancelled": "very unlikely"}}
    )
    assert [row.variant for row in answer.result.rows] == ["", "low", "", "low", ""]  # type: ignore[attr-defined]
    assert list(answer.to_dataframe().columns)[:3] == ["status", "outlier", "scenario"]
    _, index = run(office, str(office.folder))
    assert all(row["saved_before"] for row in index["rows"])


def test_every_format_has_the_index(office: Desk) -> None:
    """Whatever a file's ending says."""
    for name in ("index.html", "index.csv", "index.xlsx", "index.json", "index.md", "index.docx"):
        done = office.run("batch", ".", "--jobs", "1", "-o", name)
        assert done.code == 0, done.err
        assert (office.folder / name).stat().st_size > 100


def test_nothing_to_fit_is_an_error(office: Desk, tmp_path: Path) -> None:
    """An empty folder, a single scenario and a missing table say what is wanted."""
    (tmp_path / "empty").mkdir()
    for source, message in (
        (str(tmp_path / "empty"), "nothing in this folder"),
        ("ferry.toml", "one scenario"),
        ("no.csv", "no.csv"),
    ):
        done = office.run("batch", source)
        assert done.code == 2
        assert message in done.err
