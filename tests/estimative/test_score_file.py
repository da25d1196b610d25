"""The command `score` for forecasts that were made elsewhere."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from estimative.reports.formats.registry import FORMATS
from tests.in_process import run
from tests.reading import read_pdf

FORECASTS = """forecaster,question,probability,outcome,date,closed
1042,rain,90%,yes,2025-03-01,2025-03-05
1042,rain,20%,yes,2025-02-01,2025-03-05
1042,rain,99%,yes,2025-03-06,2025-03-05
1042,snow,0.2,no,2025-07-01,2025-08-01
=cmd(),rain,0.6,yes,2025-03-02,2025-03-05
=cmd(),snow,0.5,no,2026-05-02,2026-08-01
=cmd(),fog,0.5,annulled,2026-05-02,
=cmd(),hail,0.5,,2026-05-02,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with forecasts of two people, and nothing else."""
    (tmp_path / "forecasts.csv").write_text(FORECASTS, encoding="utf-8")
    return tmp_path


def test_forecasts_from_elsewhere_are_scored(folder: Path) -> None:
    """The last forecast before closing counts, each question is one draw, and what is left out is counted."""
    result = json.loads(run("score", "forecasts.csv", "--format", "json", folder=folder).out)
    assert list(result["analysts"]) == ["1042", "=cmd()"]
    assert result["analysts"]["1042"]["brier"]["value"] == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert result["analysts"]["=cmd()"]["brier"]["value"] == pytest.approx((0.4**2 + 0.5**2) / 2)
    assert (result["overall"]["count"], result["overall"]["questions"], result["overall"]["scenarios"]) == (4, 2, 2)
    assert (result["late"], result["unresolved"], result["source"]) == (1, 1, "file")
    assert [period["name"] for period in result["periods"]] == ["2025 Q1", "2025 Q3", "2026 Q2"]
    text = " ".join(run("score", "forecasts.csv", folder=folder).out.split())
    assert "4 forecasts of 2 questions. Not scored: 1 superseded forecast, 1 forecast made after its" in text
    assert "1 void forecast and 1 forecast that is not resolved." in text
    assert "Over time" in text
    assert "scenario" not in text


def test_one_forecaster_can_be_chosen(folder: Path) -> None:
    """By name; who is not in the file is an error that names who is."""
    result = json.loads(run("score", "forecasts.csv", "-a", "1042", "--format", "json", folder=folder).out)
    assert (list(result["analysts"]), result["unresolved"]) == (["1042"], 0)
    done = run("score", "forecasts.csv", "-a", "1043", folder=folder)
    assert (done.code, done.out) == (2, "")
    assert "1042" in done.err


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_scores(folder: Path, form: str) -> None:
    """As a file in each format; in a spreadsheet a forecaster called like a formula is a text."""
    assert run("score", "forecasts.csv", "-o", f"scores.{form}", folder=folder).code == 0
    content = (folder / f"scores.{form}").read_bytes()
    assert b"1042" in content or form in ("pdf", "docx", "xlsx")
    if form == "pdf":
        assert "Trackrecord:2analysts,4forecastsscored" in read_pdf(content).text
    if form == "csv":
        assert {row["analyst"] for row in csv.DictReader(StringIO(content.decode()))} == {"1042", "'=cmd()"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("p,outcome\n0.2,\n", "no forecasts scored yet"),
        ("p,outcome\n0.2,yes\n", "Brier score 0.64"),
        ("p,outcome\n", "the file has no judgement"),
        ("p,outcome\n0.2,perhaps\n", "line 2, outcome"),
        ("chance;outcome\n0,2;yes\n", 'Rename the column that has it to "probability"'),
    ],
)
def test_small_files(folder: Path, text: str, says: str) -> None:
    """A file needs nothing but probabilities and outcomes; one that cannot be scored says why."""
    (folder / "forecasts.csv").write_text(text, encoding="utf-8")
    done = run("score", "forecasts.csv", folder=folder)
    assert says in " ".join((done.out + done.err).split())
    assert done.code == (0 if "score" in says else 2)


def test_a_large_team_is_shown_together(folder: Path) -> None:
    """With many forecasters, calibration is of all together, and sentences do not name every one of them."""
    rows = (f"f{at},q{at % 7},0.{at % 9 + 1},{at % 7 % 2}" for at in range(60))
    (folder / "many.csv").write_text("user,question,p,outcome\n" + "\n".join(rows), encoding="utf-8")
    text = " ".join(run("score", "many.csv", folder=folder).out.split())
    assert "All analysts together; JSON and Excel have the calibration of each." in text
    assert "50 more" in text


def test_a_score_needs_neither_runs_nor_a_scenario(folder: Path) -> None:
    """Nothing is written beside the file."""
    run("score", "forecasts.csv", folder=folder)
    assert [path.name for path in folder.iterdir()] == ["forecasts.csv"]


def test_dates_give_the_mean_over_days(tmp_path: Path) -> None:
    """Where a file says when forecasts were made and when the question closed, each day is scored."""
    text = "analyst,question,probability,outcome,date,closed\n"
    text += "mara,Rain?,70%,yes,2026-04-20,2026-05-01\nmara,Rain?,85%,yes,2026-04-29,2026-05-01\n"
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    done = run("score", "f.csv", "--format", "json", folder=tmp_path)
    assert done.code == 0, done.err
    [question] = json.loads(done.out)["daily"]["questions"]
    assert question["days"] == 11
    assert question["brier"] == pytest.approx((9 * 0.3**2 + 2 * 0.15**2) / 11)
    (tmp_path / "f.csv").write_text(text.replace(",2026-05-01", ",").replace("closed", "note"), encoding="utf-8")
    undated = json.loads(run("score", "f.csv", "--format", "json", folder=tmp_path).out)
    assert undated["daily"]["questions"] == []
