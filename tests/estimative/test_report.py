"""The command `report`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from estimative.model.codec import from_json
from estimative.model.inference.fit_result import FitResult
from estimative.model.report_result import ReportResult
from estimative.reports.figures.chart import Chart
from tests.command import FERRY, PRIORS, Desk
from tests.in_process import one_thread
from tests.remembered import forget

pytestmark = pytest.mark.usefixtures("remembering")

IMPORTANCE = ("--method", "importance")
COOK = (
    PRIORS.replace('name = "mate"', 'name = "cook"')
    .replace('"unlikely"', '"likely"')
    .replace("captain = 2", "captain = 4")
)


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """Compute on one thread: none of these tests is about several."""
    with one_thread():
        yield


@pytest.fixture
def copied(fitted: Desk, good: str, tmp_path: Path) -> Desk:
    """A desk of its own with the run that converged."""
    desk = Desk.at(tmp_path)
    shutil.copytree(fitted.runs / good, desk.runs / good)
    return desk


def test_a_report_fits_a_terminal(fitted: Desk, good: str) -> None:
    """It keeps to 80 columns, but for commands to copy, and sends a pipe neither colour nor control characters."""
    for brief in ((), ("--brief",)):
        done = fitted.run("report", good, *brief)
        assert (done.code, done.err) == (0, "")
        assert max(len(line) for line in done.out.splitlines() if not line.startswith("  estimative")) <= 80
        assert not {c for c in done.out if not (c.isprintable() or c == "\n")}


def test_a_report_is_made_of_what_was_saved(fitted: Desk, good: str) -> None:
    """Its JSON holds the result and the analyses of the run, to the last digit."""
    report = from_json(fitted.run("report", good, "--format", "json").out, ReportResult)
    assert report.fit == from_json((fitted.runs / good / "result.json").read_bytes(), FitResult)
    saved = json.loads((fitted.runs / good / "analyses.json").read_text(encoding="utf-8"))
    printed = json.loads(fitted.run("report", good, "--format", "json").out)
    assert {name: printed[name] for name in ("evidence", "sensitivity")} == {
        name: saved[name] for name in ("evidence", "sensitivity")
    }


def test_a_report_is_of_the_latest_run_unless_another_is_named(copied: Desk, good: str) -> None:
    """Without a name the command says which run it reports."""
    done = copied.run("report", "--brief")
    assert (done.code, done.err) == (
        0,
        f"Report of the latest run, {good}: The ferry is cancelled, by mate, as of 2026-11-01\n",
    )
    assert copied.run("report", "latest", "--brief").err == ""


@pytest.mark.parametrize("form", ["terminal", "md", "html", "json", "csv"])
def test_an_unconverged_run_has_no_judgement(fitted: Desk, form: str) -> None:
    """The report on a run that did not converge says so in every format, and exits with 3."""
    done = fitted.run("report", "latest", "--format", form)
    assert done.code == 3
    assert "Key judgement" not in done.out
    assert '"converged": false' in done.out if form == "json" else "onverge" in done.out


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("r.md", b"# The ferry"),
        ("r.html", b"<!DOCTYPE html>"),
        ("r.PDF", b"%PDF-"),
        ("r.docx", b"PK"),
        ("r.xlsx", b"PK"),
        ("r.json", b"{"),
        ("r.csv", b"outcome,"),
    ],
)
def test_the_ending_of_a_file_names_its_format(
    fitted: Desk, good: str, tmp_path: Path, name: str, start: bytes
) -> None:
    """`-o FILE` replaces an older file and leaves nothing else; a text is what would be printed."""
    path = tmp_path / name
    path.write_text("old", encoding="utf-8")
    done = fitted.run("report", good, "--brief", "-o", path)
    assert (done.code, done.out, done.err) == (0, "", f"Wrote {path}\n")
    assert path.read_bytes().startswith(start)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    if name in {"r.md", "r.json", "r.csv"}:
        printed = fitted.run("report", good, "--brief", "--format", path.suffix[1:])
        assert path.read_text(encoding="utf-8") == printed.out


@pytest.mark.parametrize("target", ["nowhere/report.md", ".", "in-the-way/report.md", "report", "report.odt"])
def test_a_file_that_cannot_be_written_is_an_error(fitted: Desk, tmp_path: Path, good: str, target: str) -> None:
    """It exits with 2, says so in a line and leaves nothing behind."""
    (tmp_path / "in-the-way").write_text("x", encoding="utf-8")
    done = fitted.run("report", good, "--brief", "-o", tmp_path / target)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["in-the-way"]


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [(("--format", "terminal", "-o", "r.md"), "md, html, pdf"), (("--format", "pdf"), "-o FILE.pdf")],
)
def test_a_format_that_cannot_go_there_is_an_error(
    fitted: Desk, good: str, arguments: tuple[str, ...], phrase: str
) -> None:
    """The terminal's format goes to no file, and a PDF to no terminal; the error says what to do."""
    done = fitted.run("report", good, *arguments)
    assert (done.code, done.out) == (2, "")
    assert phrase in done.err


def test_figures_are_written_as_svg_and_png(
    fitted: Desk, good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--figures DIR` writes every figure twice, and no document unless one is asked for."""
    monkeypatch.setattr(Chart, "png", lambda chart, **_: b"\x89PNG " + chart.title.encode())
    done = fitted.run("report", good, "--figures", tmp_path / "new" / "figures")
    assert (done.code, done.out) == (0, "")
    written = {path.name for path in (tmp_path / "new" / "figures").iterdir()}
    names = {Path(name).stem for name in written}
    assert {"scale", "outcomes", "tree", "factors", "tornado", "evidence"} <= names
    assert written == {f"{name}.{form}" for name in names for form in ("svg", "png")}
    for path in (tmp_path / "new" / "figures").iterdir():
        assert path.read_bytes().startswith(b"<?xml" if path.suffix == ".svg" else b"\x89PNG")


def test_words_are_of_the_scale_that_was_asked_for(fitted: Desk, good: str, tmp_path: Path) -> None:
    """`--scale` takes a shipped scale, or a file; an unknown name is an error with the nearest one."""
    scale = tmp_path / "own.toml"
    scale.write_text(
        '[scale]\nid = "own"\ntitle = "Our own"\nsource = "A wall"\nrule = "The lower one."\n'
        'bands = [{ low = 0, high = 0.5, words = ["hardly"] }, { low = 0.5, high = 1, words = ["surely"] }]\n',
        encoding="utf-8",
    )
    assert re.search(r"by 1 December 2026: (hardly|surely)", fitted.run("report", good, "--scale", scale).out)
    wrong = fitted.run("report", good, "--scale", "phai")
    assert wrong.code == 2
    assert "phia" in wrong.err


def test_a_run_whose_files_were_changed_is_refused(copied: Desk, good: str) -> None:
    """A report that has to read them says that they are no longer what the run was made from."""
    path = copied.runs / good / "inputs" / "priors" / "mate.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("captain = 2", "captain = 3"), encoding="utf-8")
    done = copied.run("report")
    assert (done.code, done.out) == (2, "")
    assert "not what the run was made from" in done.err


def test_the_commands_of_a_report_repeat_its_run(copied: Desk, good: str) -> None:
    """Whoever types the commands under "How to reproduce" gets the same digits."""
    report = from_json(copied.run("report", "--format", "json").out, ReportResult)
    assert report.reproduction
    forget()
    for command in report.reproduction.commands:
        assert copied.run(*command.split()[1:]).code == 0
    first, second = (from_json((copied.runs / name / "result.json").read_bytes(), FitResult) for name in copied.kept())
    assert first.outcomes == second.outcomes
    assert first.scenario == second.scenario


def test_several_runs_are_compared(desk: Desk) -> None:
    """With other analysts' runs a report has their dissent, and what the difference comes from."""
    desk.write("cook.toml", COOK)
    assert desk.run("fit", *FERRY, *IMPORTANCE).code == 0
    assert desk.run("fit", "--scenario", "ferry.toml", "--priors", "cook.toml", *IMPORTANCE).code == 0
    mate, cook = desk.kept()
    report = from_json(desk.run("report", mate, cook, "--format", "json").out, ReportResult)
    assert report.comparison
    assert list(report.comparison.analysts) == ["mate", "cook"]
    assert report.comparison.attribution
    assert [other.prior_set for other in report.dissent] == ["cook"]
    text = " ".join(desk.run("report", mate, cook).out.split())
    assert "Highest: cook" in text
    assert "Why cook is higher than mate" in text


def test_what_cannot_be_compared_is_an_error(desk: Desk) -> None:
    """Runs of different scenarios, and two of one prior set, are refused, each with its id."""
    assert desk.run("fit", *FERRY, *IMPORTANCE).code == 0
    assert desk.run("fit", *FERRY, *IMPORTANCE, "--seed", "2").code == 0
    assert desk.run("fit", "--scenario", "lamp.toml", "--priors", "electrician.toml", *IMPORTANCE).code == 0
    first, again, lamp = desk.kept()
    done = desk.run("report", first, again, lamp)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)
    assert again in done.err
    assert lamp in done.err


def test_a_certain_headline_has_no_weight_of_evidence(desk: Desk) -> None:
    """Where the headline is certain, the report says what could not be computed, and why."""
    assert desk.run("fit", "--scenario", "lamp.toml", "--priors", "electrician.toml", *IMPORTANCE).code == 0
    done = desk.run("report", "latest")
    assert done.code == 0
    assert "Not computed: " in done.out
    assert "probability 0 or 1" in " ".join(done.out.split())


def test_dissent_outlives_a_change_of_the_scenario(desk: Desk) -> None:
    """Another analyst's result for an earlier version is shown as such; one about another headline is not shown."""
    scenario = (desk.folder / "ferry.toml").read_text(encoding="utf-8")
    desk.write("cook.toml", COOK)
    assert desk.run("fit", "--scenario", "ferry.toml", "--priors", "cook.toml", *IMPORTANCE).code == 0
    for changed, shown in (
        (scenario.replace("The ferry is cancelled", "The ferry stays in port", 1), True),
        (scenario.replace('headline = "cancelled"', 'headline = "cancelled_in_storm"'), False),
    ):
        desk.write("ferry.toml", changed)
        assert desk.run("fit", *FERRY, *IMPORTANCE).code == 0
        brief = " ".join(desk.run("report", "--brief").out.split())
        assert ("for another version of the scenario" in brief) == shown
        assert (", another version |" in desk.run("report", "--format", "md").out) == shown
