"""The command `runs`: list, show, label, export and delete."""

from __future__ import annotations

import json
import signal
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from tests.command import COMMAND, FERRY, Desk
from tests.examples import later

AS_JSON = ("--format", "json")
QUICK = ("fit", *FERRY, "--method", "importance", "--draws", "2000")


def test_runs_are_listed_the_newest_first(fitted: Desk) -> None:
    """`runs` lists every run in 80 columns, the newest first: question, dates, prior set, result with its word."""
    done = fitted.run("runs")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert max(map(len, lines[1:])) <= 80, "the first line names the folder"
    older, newer = (next(i for i, line in enumerate(lines) if line.startswith(name[:19])) for name in fitted.kept())
    assert newer < older
    text = " ".join(done.out.split())
    assert "did not converge" in text
    for part in ("The ferry is", "mate", "unlikely", "%)"):
        assert part in text


def test_an_id_in_the_list_can_be_copied(fitted: Desk) -> None:
    """The first column names each run in one piece, as the next command takes it."""
    names = [line.split()[0] for line in fitted.run("runs").out.splitlines() if line.startswith("20")]
    shown = [json.loads(fitted.run("runs", "show", name, *AS_JSON).out)["run"]["id"] for name in names]
    assert shown == sorted(fitted.kept(), reverse=True)


def test_runs_in_json_and_csv(fitted: Desk) -> None:
    """The JSON satisfies the schema of its type and has a manifest for each run; the CSV a row."""
    done = fitted.run("runs", *AS_JSON)
    assert (done.code, done.err) == (0, "")
    listing = json.loads(done.out)
    assert [run["id"] for run in listing["runs"]] == sorted(fitted.kept(), reverse=True)
    assert [run["headline"] is None for run in listing["runs"]] == [not run["converged"] for run in listing["runs"]]
    rows = fitted.run("runs", "--format", "csv").out.splitlines()
    assert rows[0].startswith("id,created,label,scenario,question,as_of,until,prior_set,method,converged,headline")
    assert len(rows) == 1 + len(listing["runs"])


def test_the_list_can_be_filtered(desk: Desk) -> None:
    """`runs` lists those of a scenario, of a prior set, with a label, or since a day, and how many there are."""
    desk.write("cook.toml", (desk.folder / "mate.toml").read_text(encoding="utf-8").replace('"mate"', '"cook"'))
    assert desk.run(*QUICK, "--label", "First draft").code == 0
    assert desk.run(*QUICK[:-5], "cook.toml", *QUICK[-4:]).code == 0
    expected = {
        ("--analyst", "cook"): ["cook"],
        ("--label", "DRAFT"): ["mate"],
        ("--scenario", "ferry"): ["cook", "mate"],
        ("--since", "2000-01-01"): ["cook", "mate"],
        ("--since", "2999-01-01"): [],
        ("--analyst", "cook", "--label", "draft"): [],
    }
    for options, names in expected.items():
        listing = json.loads(desk.run("runs", *options, *AS_JSON).out)
        assert ([run["prior_set"] for run in listing["runs"]], listing["passed_over"]) == (names, 2 - len(names))
    assert "1 of 2 runs in" in desk.run("runs", "--analyst", "cook").out
    assert "No such run in" in desk.run("runs", "--since", "2999-01-01").out
    misspelt = desk.run("runs", "--scenario", "fery")
    assert (misspelt.code, 'Did you mean "ferry"?' in misspelt.err) == (2, True)
    assert desk.run("runs", "--since", "soon").code == 2


def test_the_beginning_of_several_ids_lists_them(fitted: Desk) -> None:
    """A beginning that several runs have is an error with each of them."""
    done = fitted.run("runs", "show", "2")
    assert (done.code, all(name in done.err for name in fitted.kept())) == (2, True)


def test_a_store_without_runs_is_no_error(desk: Desk) -> None:
    """Where there is no run yet, `runs` says how to save one and exits with 0; to show one is an error."""
    done = desk.run("runs")
    assert done.code == 0
    assert "No runs in" in done.out
    assert "estimative fit" in done.out
    assert json.loads(desk.run("runs", *AS_JSON).out)["runs"] == []
    shown = desk.run("runs", "show", "latest")
    assert (shown.code, shown.out, len(shown.err.splitlines())) == (2, "", 1)
    assert "estimative fit" in shown.err
    assert desk.kept() == []


def test_foreign_things_in_the_store_are_passed_over(desk: Desk) -> None:
    """Files, empty folders and folders without a manifest in the folder of runs are no runs."""
    (desk.runs / "empty").mkdir(parents=True)
    (desk.runs / "file").write_text("x", encoding="utf-8")
    for name, text in {"bad": "[1, 2", "list": "[]", "old": '{"id": "x", "headline": 0.5}'}.items():
        (desk.runs / name).mkdir()
        (desk.runs / name / "manifest.json").write_text(text, encoding="utf-8")
    assert json.loads(desk.run("runs", *AS_JSON).out)["runs"] == []


def test_show_prints_a_run_as_it_was_printed(desk: Desk) -> None:
    """`runs show` prints what `fit` printed, in every format of text."""
    first = desk.run(*QUICK)
    again = desk.run("runs", "show", "latest")
    assert (again.code, again.err) == (0, "")
    assert again.out == first.out
    result = (desk.runs / desk.kept()[0] / "result.json").read_text(encoding="utf-8")
    assert desk.run("runs", "show", "latest", *AS_JSON).out == result


@pytest.mark.parametrize("ending", [1, 4])
def test_a_run_goes_by_the_beginning_of_its_id(fitted: Desk, good: str, ending: int) -> None:
    """The beginning of an id that no other run shares names the run."""
    other = next(name for name in fitted.kept() if name != good)
    shared = next(i for i, (a, b) in enumerate(zip(good, other, strict=True)) if a != b)
    done = fitted.run("runs", "show", good[: shared + ending])
    assert done.code == 0
    assert good in done.out


@pytest.mark.parametrize("name", ["20", "nothing", "", "../../etc", "latest2", "a\nb\x1b[31m"])
def test_a_run_that_is_not_there_is_an_error(fitted: Desk, name: str) -> None:
    """An id that is unknown, or the beginning of several, is reported in one line and exits with 2."""
    for command in (("show", name), ("label", name, "x"), ("delete", name, "--yes")):
        done = fitted.run("runs", *command)
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert "\x1b" not in done.err


def test_a_run_is_exported_whole(fitted: Desk, good: str, tmp_path: Path) -> None:
    """`runs export` copies every file of a run to a new folder, and refuses one that exists."""
    target = tmp_path / "exported"
    done = fitted.run("runs", "export", good, target)
    assert (done.code, done.out) == (0, "")
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
    done = fitted.run("runs", "export", good, tmp_path / "file" / "run")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_exported_run_is_a_run(fitted: Desk, good: str, tmp_path: Path) -> None:
    """A folder with an exported run in it is a folder of runs, named before the subcommand or behind it."""
    fitted.run("runs", "export", good, tmp_path / "elsewhere")
    before = fitted.run("runs", "--runs", tmp_path, "show", "elsewhere")
    behind = fitted.run("runs", "show", "elsewhere", "--runs", tmp_path)
    assert (before.code, before.out) == (0, behind.out)
    assert "elsewhere" in fitted.run("runs", "--runs", tmp_path).out


def test_a_run_is_labelled(desk: Desk) -> None:
    """`runs label` gives a run a label, and an empty one takes it away."""
    assert desk.run(*QUICK).code == 0
    assert desk.run("runs", "label", "latest", "after the review").code == 0
    assert "after" in desk.run("runs").out
    assert desk.run("runs", "label", "latest", "").code == 0
    assert json.loads(desk.run("runs", *AS_JSON).out)["runs"][0]["label"] == ""
    assert "Label" not in desk.run("runs").out


def test_a_run_is_deleted_only_when_that_is_confirmed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """`runs delete` asks, and without an answer deletes nothing; `--yes` answers."""
    assert desk.run(*QUICK).code == 0
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    refused = desk.run("runs", "delete", "latest")
    assert refused.code == 1
    assert "ferry, mate" in refused.err
    assert len(desk.kept()) == 1
    done = desk.run("runs", "delete", "latest", "--yes")
    assert (done.code, done.out, desk.kept()) == (0, "", [])


DAMAGED = ["", "{", "[]", '{"schema_version": 1}', '{"schema_version": 2}', '{"schema_version": 2, "x": 1}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_result_is_an_error(fitted: Desk, good: str, tmp_path: Path, text: str) -> None:
    """A saved result that cannot be read is reported in a line with its file."""
    fitted.run("runs", "export", good, tmp_path / good)
    (tmp_path / good / "result.json").write_text(text, encoding="utf-8")
    done = fitted.run("runs", "show", "latest", "--runs", tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "result.json: the file is damaged" in done.err
    assert "__init__" not in done.err


@pytest.mark.parametrize("form", ["terminal", later("json")])
def test_a_reader_that_goes_away_is_no_error(fitted: Desk, form: str) -> None:
    """A pipe that is closed before everything is read ends the command quietly, and not as a defect."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [*COMMAND, "runs", "show", "latest", "--format", form]
    with subprocess.Popen(command, cwd=fitted.folder, env=fitted.environment, **pipes) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        message = process.stderr.read()
        process.wait(timeout=60)
    assert message == b""
    assert process.returncode in {0, 3, -signal.SIGPIPE}
