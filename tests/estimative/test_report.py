"""The command that tells a run in full."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from estimative.reports.report.analyses import from_json
from estimative.reports.summary import from_json as summary_from_json
from tests.command import FERRY, PRIORS, Desk

FORMS = ("md", "html", "json", "csv")
"""Those that may go to a pipe or a file; the terminal is none, a PDF needs a file."""
IMPORTANCE = ("--method", "importance")
COOK = (
    PRIORS.replace('name = "mate"', 'name = "cook"')
    .replace('"unlikely"', '"likely"')
    .replace("captain = 2", "captain = 4")
)


@pytest.fixture
def shipped(fitted: Desk, good: str, tmp_path: Path) -> Desk:
    """A desk of one's own with the run that converged."""
    desk = Desk.at(tmp_path)
    shutil.copytree(fitted.runs / good, desk.runs / good)
    return desk


def test_a_report_is_markdown_unless_told_otherwise(fitted: Desk, good: str) -> None:
    """`report` prints the run in Markdown, from the key judgement to the guidelines."""
    told = fitted.run("report", good)
    assert (told.code, told.err) == (0, "")
    assert fitted.run("report", good, "--format", "md").out == told.out
    parts = re.findall(r"^## (.*)$", told.out, flags=re.MULTILINE)
    assert parts[:11] == [
        "Key judgement",
        "Analytic confidence",
        "What it rests on",
        "The chain of events",
        "From prior to posterior",
        "Evidence",
        "What would change the judgement",
        "Dissent",
        "Alternatives considered",
        "Method and checks",
        "How much is prior",
    ]
    assert parts[11:13] == ["Sources", "Reproduction"]
    assert parts[-1] == "Appendix: Bayesian analysis reporting guidelines"


def test_a_report_in_json_holds_the_stored_summary(fitted: Desk, good: str) -> None:
    """The JSON holds what was stored with the run, word for word."""
    told = json.loads(fitted.run("report", good, "--format", "json").out)
    folder = fitted.runs / good
    kept = json.loads((folder / "analyses.json").read_text(encoding="utf-8"))
    assert told["assessment"] == json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert {name: told[name] for name in ("weighing", "sensitivity")} == {
        name: kept[name] for name in ("weighing", "sensitivity")
    }


def test_a_report_on_the_terminal(fitted: Desk, good: str) -> None:
    """`report --format terminal` keeps to 80 columns, but for commands, and sends a pipe neither colour nor control."""
    told = fitted.run("report", good, "--format", "terminal")
    assert (told.code, told.err) == (0, "")
    assert max(len(line) for line in told.out.splitlines() if not line.startswith("  estimative")) <= 80
    assert not {c for c in told.out if not (c.isprintable() or c == "\n")}


def test_every_number_is_in_the_csv(fitted: Desk, good: str) -> None:
    """A row of the CSV is a place in the JSON and the number that stands there."""
    told = json.loads(fitted.run("report", good, "--format", "json").out)
    rows = list(csv.DictReader(fitted.run("report", good, "--format", "csv").out.splitlines()))
    assert len(rows) > 1000
    for row in rows:
        node = told
        for key in row["pointer"].split("/")[1:]:
            node = node[int(key)] if isinstance(node, list) else node[key.replace("~1", "/").replace("~0", "~")]
        assert float(row["value"]) == node
    assert {row["error"] for row in rows if row["pointer"].endswith("/cancelled/probability")} - {""}


@pytest.mark.parametrize("form", FORMS)
def test_an_unconverged_run_has_its_caution_and_no_judgement(fitted: Desk, form: str) -> None:
    """Every format of a report on a run that did not converge shows the caution and no judgement; the code says so."""
    told = fitted.run("report", "latest", "--format", form)
    assert told.code == 3
    assert "did not converge" in told.out
    assert "Key judgement" not in told.out
    assert "chain of events" not in told.out


def test_an_unconverged_run_has_its_caution_in_a_pdf(fitted: Desk, tmp_path: Path) -> None:
    """So it is on paper."""
    from pypdf import PdfReader

    assert fitted.run("report", "latest", "-o", tmp_path / "report.pdf").code == 3
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "report.pdf").pages]
    assert all("did not converge" in page for page in pages)
    assert not any("Key judgement" in page for page in pages)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_can_be_written_to_a_file(fitted: Desk, good: str, tmp_path: Path, form: str) -> None:
    """`-o FILE` writes what would be printed, over an older file, and says so on stderr."""
    path = tmp_path / "report"
    path.write_text("old", encoding="utf-8")
    told = fitted.run("report", good, "--format", form, "-o", path)
    assert (told.code, told.out, told.err) == (0, "", f"wrote {path}\n")
    assert path.read_text(encoding="utf-8") == fitted.run("report", good, "--format", form).out
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.html", b"<!DOCTYPE html>"), ("r.PDF", b"%PDF-"), ("r.json", b"{"), ("r.csv", b"pointer,"), ("r", b"# ")],
)
def test_the_name_of_a_file_says_its_form(fitted: Desk, good: str, tmp_path: Path, name: str, start: bytes) -> None:
    """Without `--format`, a file's name decides; any other name is Markdown."""
    assert fitted.run("report", good, "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("target", ["nowhere/report.md", ".", "in-the-way/report.md"])
def test_a_file_that_cannot_be_written_is_a_fault(fitted: Desk, tmp_path: Path, good: str, target: str) -> None:
    """A report that cannot be written exits with 2, says so in a line and leaves nothing behind."""
    (tmp_path / "in-the-way").write_text("x", encoding="utf-8")
    told = fitted.run("report", good, "-o", tmp_path / target)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["in-the-way"]


def test_a_form_that_cannot_go_there_is_a_fault(fitted: Desk, tmp_path: Path) -> None:
    """A terminal's report goes to no file, and a PDF to no terminal; the fault says what to do."""
    told = fitted.run("report", "--format", "terminal", "-o", tmp_path / "report")
    assert (told.code, told.out) == (2, "")
    assert "md, html, json, pdf" in told.err
    told = fitted.run("report", "--format", "pdf")
    assert (told.code, told.out) == (2, "")
    assert "-o FILE" in told.err


def test_figures_are_written_as_svg_and_in_pixels(fitted: Desk, good: str, tmp_path: Path) -> None:
    """`--figures DIR` writes every figure twice, and no document unless one is asked for."""
    told = fitted.run("report", good, "--figures", tmp_path / "new" / "figures")
    assert (told.code, told.out) == (0, "")
    written = sorted(path.name for path in (tmp_path / "new" / "figures").iterdir())
    names = ("factors", "ledger", "outcomes", "tornado", "tree")
    assert written == sorted(f"{name}.{form}" for name in names for form in ("svg", "png"))
    for path in (tmp_path / "new" / "figures").iterdir():
        assert path.read_bytes().startswith(b"<?xml" if path.suffix == ".svg" else b"\x89PNG")


def test_words_are_of_the_scale_that_was_asked_for(fitted: Desk, good: str, tmp_path: Path) -> None:
    """`--scale` takes a shipped scale, or a file; a name that is neither is a fault with the nearest."""
    assert "words of probability are those of phia" in fitted.run("report", good, "--scale", "phia").out.lower()
    scale = tmp_path / "own.toml"
    scale.write_text(
        '[scale]\nid = "own"\ntitle = "Our own"\nsource = "A wall"\nrule = "The lower one."\n'
        'bands = [{ low = 0, high = 0.5, words = ["hardly"] }, { low = 0.5, high = 1, words = ["surely"] }]\n',
        encoding="utf-8",
    )
    told = fitted.run("report", good, "--scale", scale)
    assert re.search(r"by 2026-12-01: (hardly|surely)", told.out)
    wrong = fitted.run("report", good, "--scale", "phai")
    assert wrong.code == 2
    assert "phia" in wrong.err


def test_what_was_looked_into_is_kept_with_the_run(shipped: Desk, good: str) -> None:
    """The first report of a run reckons its analyses and keeps them; what is damaged or another's it reckons anew."""
    path = shipped.runs / good / "analyses.json"
    kept = from_json(path.read_text(encoding="utf-8"))
    assert shipped.run("report").err == ""
    other = path.read_text(encoding="utf-8").replace(next(iter(kept.digests)), "0" * 64)
    for damage in ("", '{"schema_version": 1, "weighing": []}', '{"schema_version": 7}', other):
        path.write_text(damage, encoding="utf-8")
        told = shipped.run("report")
        assert (told.code, "weighing the evidence" in told.err) == (0, True)
        assert from_json(path.read_text(encoding="utf-8")) == kept


def test_a_run_that_is_no_longer_what_it_was_is_not_told(shipped: Desk, good: str) -> None:
    """Where a run's own files have been changed, a report that has to read them is refused."""
    path = shipped.runs / good / "inputs" / "priors" / "mate.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("captain = 2", "captain = 3"), encoding="utf-8")
    told = shipped.run("report")
    assert (told.code, told.out) == (2, "")
    assert "something else than the run was made from" in told.err


def test_the_commands_of_a_report_make_its_run_again(shipped: Desk, good: str) -> None:
    """Whoever types what stands under Reproduction gets the same digits."""
    commands = json.loads(shipped.run("report", "-f", "json").out)["reproduction"]["commands"]
    for command in commands:
        assert shipped.run(*command.split()[1:]).code == 0
    first, second = (
        summary_from_json((shipped.runs / name / "summary.json").read_text(encoding="utf-8")) for name in shipped.kept()
    )
    assert first.outcomes == second.outcomes
    assert first.scenario == second.scenario


def test_several_runs_are_compared(desk: Desk) -> None:
    """With other analysts' runs beside it, a report tells the dissent and what the difference comes from."""
    desk.write("cook.toml", COOK)
    assert desk.run("fit", *FERRY, *IMPORTANCE).code == 0
    assert desk.run("fit", "--scenario", "ferry.toml", "--priors", "cook.toml", *IMPORTANCE).code == 0
    mate, cook = desk.kept()
    told = desk.run("report", mate, cook)
    assert told.code == 0
    assert "cook gives the headline" in told.out.replace("\\", "")
    found = json.loads(desk.run("report", mate, cook, "-f", "json").out)
    assert list(found["comparison"]["analysts"]) == ["mate", "cook"]
    assert found["comparison"]["attribution"]["first"] == "mate"
    figures = desk.run("report", mate, cook, "--figures", "drawn")
    assert figures.code == 0
    assert {"analysts.svg", "waterfall.svg"} <= {path.name for path in (desk.folder / "drawn").iterdir()}


def test_what_cannot_be_compared_is_a_fault(desk: Desk) -> None:
    """Runs of different scenarios, and two of one prior set, are refused, each with its id."""
    assert desk.run("fit", *FERRY, *IMPORTANCE).code == 0
    assert desk.run("fit", *FERRY, *IMPORTANCE, "--seed", "2").code == 0
    assert desk.run("fit", "--scenario", "lamp.toml", "--priors", "electrician.toml", *IMPORTANCE).code == 0
    first, again, lamp = desk.kept()
    told = desk.run("report", first, again, lamp)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 2)
    assert again in told.err
    assert lamp in told.err
    assert "estimative diff" in told.err


def test_a_certain_headline_is_told_without_what_needs_odds(desk: Desk) -> None:
    """Where the headline is certain, the report says what could not be reckoned, and why."""
    assert desk.run("fit", "--scenario", "lamp.toml", "--priors", "electrician.toml", *IMPORTANCE).code == 0
    told = desk.run("report")
    assert told.code == 0
    assert "Not told here, since it could not be reckoned" in told.out


@pytest.mark.slow
def test_a_fit_by_nuts_has_been_looked_into_when_it_ends(desk: Desk) -> None:
    """A fit by both methods leaves nothing to be reckoned to its report; one by importance leaves it."""
    assert desk.run("fit", *FERRY).code == 0
    assert (desk.runs / desk.kept()[0] / "analyses.json").exists()
    told = desk.run("report")
    assert (told.code, told.err) == (0, "")
    assert "was reckoned from a fit of its own, by importance sampling" in told.out
