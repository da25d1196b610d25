"""The commands that tell kept runs again."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command import Desk, installed


def test_runs_are_listed_the_newest_first(fitted: Desk) -> None:
    """`runs` lists every run in 80 columns, the newest first, and says of one whether it converged."""
    told = fitted.run("runs")
    assert told.code == 0
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= 80
    older, newer = (next(i for i, line in enumerate(lines) if line.startswith(name[:16])) for name in fitted.kept())
    assert newer <= older
    assert "did not converge" in " ".join(told.out.split())
    assert "ferry" in told.out


def test_an_id_in_the_list_can_be_copied(fitted: Desk) -> None:
    """The id of each run stands in the list in one piece, so that it can be pasted into the next command."""
    told = fitted.run("runs")
    assert all(name in told.out for name in fitted.kept())


def test_runs_in_json(fitted: Desk) -> None:
    """`runs --json` prints the manifests, the newest first."""
    told = fitted.run("runs", "--json")
    assert (told.code, told.err) == (0, "")
    listed = json.loads(told.out)
    assert [run["id"] for run in listed] == sorted(fitted.kept(), reverse=True)
    assert {run["converged"] for run in listed} == {True, False}
    assert [run["headline"] is None for run in listed] == [not run["converged"] for run in listed]
    assert {"id", "created", "scenario", "prior_set", "method"} <= set(listed[0])


def test_a_store_without_runs_is_no_fault(desk: Desk) -> None:
    """Where there is no run yet, `runs` says so and exits with 0, and a report is a fault that says what to do."""
    told = desk.run("runs")
    assert (told.code, told.out) == (0, "")
    assert "no runs" in told.err
    assert json.loads(desk.run("runs", "--json").out) == []
    report = desk.run("report")
    assert (report.code, report.out, len(report.err.splitlines())) == (2, "", 1)
    assert "estimative fit" in report.err
    assert desk.kept() == []


def test_foreign_things_in_the_store_are_passed_over(desk: Desk) -> None:
    """Files, empty folders and folders without a manifest in the folder of runs are no runs."""
    (desk.runs / "empty").mkdir(parents=True)
    (desk.runs / "file").write_text("x", encoding="utf-8")
    (desk.runs / "bad").mkdir()
    (desk.runs / "bad" / "manifest.json").write_text("[1, 2", encoding="utf-8")
    (desk.runs / "list").mkdir()
    (desk.runs / "list" / "manifest.json").write_text("[]", encoding="utf-8")
    assert json.loads(desk.run("runs", "--json").out) == []


def test_show_tells_a_run_as_it_was_told(desk: Desk) -> None:
    """`runs show latest` prints what `fit` printed."""
    first = desk.run("fit", "--scenario", "ferry.toml", "--priors", "mate.toml", "--method", "importance")
    again = desk.run("runs", "show", "latest")
    assert (again.code, again.err) == (0, "")
    assert again.out == first.out


@pytest.mark.parametrize("ending", [1, 4])
def test_a_run_goes_by_the_beginning_of_its_id(fitted: Desk, good: str, ending: int) -> None:
    """The beginning of an id that no other run shares names the run."""
    other = next(name for name in fitted.kept() if name != good)
    shared = next(i for i, (a, b) in enumerate(zip(good, other, strict=True)) if a != b)
    told = fitted.run("report", good[: shared + ending])
    assert told.code == 0
    assert good in told.out.replace("\\", "")


@pytest.mark.parametrize("name", ["20", "nothing", "", "../../etc", "latest2", "a\nb\x1b[31m"])
def test_a_run_that_is_not_there_is_a_fault(fitted: Desk, name: str) -> None:
    """An id that is unknown, or the beginning of several, is told in one line and exits with 2."""
    told = fitted.run("report", name)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert "\x1b" not in told.err
    assert fitted.run("runs", "show", name).code == 2


def test_a_run_is_exported_whole(fitted: Desk, good: str, tmp_path: Path) -> None:
    """`runs export` copies every file of a run to a new folder, and refuses one that exists."""
    target = tmp_path / "exported"
    told = fitted.run("runs", "export", good, target)
    assert (told.code, told.out) == (0, "")
    files = {path.relative_to(fitted.runs / good): path for path in (fitted.runs / good).rglob("*") if path.is_file()}
    copied = {path.relative_to(target): path for path in target.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in copied.items()} == {
        name: path.read_bytes() for name, path in files.items()
    }
    again = fitted.run("runs", "export", good, target)
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["exported"]


def test_a_run_is_not_exported_into_a_file(fitted: Desk, good: str, tmp_path: Path) -> None:
    """An export to where no folder can be made exits with 2, says so in a line and leaves nothing behind."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    told = fitted.run("runs", "export", good, tmp_path / "file" / "run")
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_exported_run_is_a_run(fitted: Desk, good: str, tmp_path: Path) -> None:
    """A folder with exported runs in it is a folder of runs; each run that is listed there can be told."""
    fitted.run("runs", "export", good, tmp_path / "elsewhere")
    listed = json.loads(fitted.run("runs", "--json", "--runs", tmp_path).out)
    told = fitted.run("report", "latest", "--runs", tmp_path, "--format", "json")
    assert (told.code == 0) == (len(listed) == 1)


DAMAGED = ["", "{", "[]", '{"schema_version": 2}', '{"schema_version": 1}', '{"schema_version": 1, "x": 1}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_summary_is_a_fault(fitted: Desk, good: str, tmp_path: Path, text: str) -> None:
    """A stored summary that cannot be read is told in a line with its path."""
    fitted.run("runs", "export", good, tmp_path / good)
    (tmp_path / good / "summary.json").write_text(text, encoding="utf-8")
    told = fitted.run("report", "latest", "--runs", tmp_path)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert "summary.json" in told.err
    assert "__init__" not in told.err  # what Python says of its own arguments tells an analyst nothing


PRINTING = [
    *(("report", "-f", form) for form in ("md", "terminal", "json", "html", "csv")),
    ("runs", "--json"),
    ("check",),
]


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(fitted: Desk, command: tuple[str, ...]) -> None:
    """A pipe that is closed before everything is read ends the command quietly, and not as a defect."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([installed(), *command], cwd=fitted.folder, env=fitted.environment, **pipes) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        told = process.stderr.read()
        process.wait(timeout=60)
    assert told == b""
    assert process.returncode in {0, -signal.SIGPIPE}
