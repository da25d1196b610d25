"""`estimative roll`: the next edition of a scenario and of its analysts' prior sets, with their comments."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

import estimative as es
from estimative.model.spec.scenario_file import read_scenario
from estimative.workflows.roll import roll
from tests.in_process import run

SCENARIO = """\
# A comment that stays
[scenario]
id = "strike"
title = "A strike"
question = "Is there a strike?"
as_of = 2026-11-01        # the day
until = 2028-12-31
headline = "strike"
checkpoints = [2026-11-10, 2027-01-01]
[[scenario.sources]]
id = "paper"
title = "The paper"
[events.strike]
title = "The workers strike"
[events.walkout]
form = "rate"
title = "A walkout"
[outcomes.strike]
title = "The workers strike"
all = ["strike"]
[evidence.vote]
kind = "indicator"
about = "strike"
supports = "yes"
title = "The vote"
source = "paper"
date = 2025-11-01
fades = "1 year"
[evidence.walkouts]
kind = "exposure"
about = "walkout"
count = 1
years    = 10             # the alignment stays too
title = "One in ten years"
source = "paper"
date = 2026-11-01
[evidence.old]
kind = "exposure"
about = "walkout"
count = 2
years = 20
title = "Two in twenty years"
source = "paper"
date = 2000-01-01
[evidence.strikes]
kind = "cases"
about = "strike"
file = "cases.csv"
outcome = "struck"
counts = { yes = 1, no = 0 }
title = "Cases"
source = "paper"
"""
NEWS = """
[evidence.ballot]
kind = "indicator"
about = "strike"
supports = "yes"
title = "A second ballot"
source = "paper"
date = 2026-11-20
suggests = { p05 = 1.5, p95 = 4 }
expires = 2027-02-01
[evidence.rumour]
kind = "testimony"
about = "strike"
claims = "yes"
title = "A steward says so"
source = "paper"
date = 2026-11-21
"""
PRIORS = """\
[prior_set]
name = "anna"
analyst = "Anna"
scenario = "strike"
date = 2026-11-01
[events]
strike = { p05 = 0.1, p95 = 0.4, because = "x" }     # her reason
walkout = { p05 = 0.1, p95 = 0.4, because = "x" }
[evidence]
vote = { value = 4, because = "x" }
[relevance]
walkouts = { value = 0.5, because = "x" }
old = { value = 0, because = "x" }
strikes = { value = 0.5, because = "x" }
"""
BEN = """\
[prior_set]
name = "ben"
analyst = "Ben"
scenario = "strike"
extends = "anna"
[evidence]
rumour = { p05 = 1.5, p95 = 3, because = "x" }
[motives]
rumour = { value = 0.5, because = "x" }
"""
DAY = datetime.date(2026, 11, 29)
OLD, NEW = datetime.date(2026, 11, 1), "2026-11-29"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "cases.csv").write_text("struck\nyes\nno\n", encoding="utf-8")
    (tmp_path / "anna.toml").write_text(PRIORS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_dates_and_exposure_move_and_all_else_stays_as_it_is_written(folder: Path) -> None:
    """Of the text only four values differ; the old files are not touched."""
    edition = roll("s.toml", ["anna.toml"], DAY)
    new = (folder / NEW / "s.toml").read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(SCENARIO.splitlines(), new.splitlines(), strict=True) if a != b]
    years = 10 + 28 / 365.25
    assert changed == [
        ("as_of = 2026-11-01        # the day", "as_of = 2026-11-29        # the day"),
        ("checkpoints = [2026-11-10, 2027-01-01]", "checkpoints = [2027-01-01]"),
        (
            "years    = 10             # the alignment stays too",
            f"years    = {years:.3f}             # the alignment stays too",
        ),
        ("date = 2026-11-01", "date = 2026-11-29"),
    ]
    assert (folder / "s.toml").read_text(encoding="utf-8") == SCENARIO
    assert (folder / NEW / "anna.toml").read_text(encoding="utf-8") == PRIORS
    assert [row.id for row in edition.lengthened] == ["walkouts"]
    assert edition.passed == (datetime.date(2026, 11, 10),)
    [vote] = edition.aged
    assert (vote.id, vote.before) == ("vote", pytest.approx(0.5 ** (365 / 365.25)))
    assert read_scenario(folder / NEW / "s.toml").as_of == DAY
    assert es.fit(folder / NEW / "s.toml", folder / NEW / "anna.toml").result.converged


def test_new_items_are_asked_of_each_analyst_and_suggestions_count_meanwhile(folder: Path) -> None:
    """Anna has answered neither, Ben one of two; what he extends is in the new folder too."""
    (folder / "s.toml").write_text(SCENARIO + NEWS, encoding="utf-8")
    (folder / "ben.toml").write_text(BEN, encoding="utf-8")
    shown = run("roll", "-s", "s.toml", "-p", "anna.toml", "-p", "ben.toml", "--as-of", NEW, "--format", "json")
    assert shown.code == 0, shown.err
    asked = {a["name"]: {i["id"]: i["suggested"] for i in a["unanswered"]} for a in json.loads(shown.out)["analysts"]}
    assert asked == {"anna": {"ballot": True, "rumour": False}, "ben": {"ballot": True}}
    anna = (folder / NEW / "anna.toml").read_text(encoding="utf-8")
    assert anna.startswith(PRIORS[: PRIORS.index("[relevance]")].rstrip())
    assert anna.count("TO DO: say why") == 2  # a ratio and a motive
    assert "# her reason" in anna
    checked = run("check", NEW)
    assert (checked.code, "2 of 9 priors are still those of the starter file" in checked.err) == (2, True), checked.err
    answered = anna.replace("TO DO: say why", "heard it too")
    (folder / NEW / "anna.toml").write_text(answered, encoding="utf-8")
    fit = es.fit(folder / NEW / "s.toml", folder / NEW / "ben.toml")
    assert fit.assessment.priors["evidence.ballot"].stated.taken_from == "the scenario"
    assert fit.assessment.priors["motives.rumour"].family.constant


def test_an_edition_of_an_edition_is_beside_it(folder: Path) -> None:
    """Folders of editions lie side by side, and a second one of a day is refused."""
    roll("s.toml", ["anna.toml"], datetime.date(2026, 11, 15))
    edition = roll("2026-11-15/s.toml", ["2026-11-15/anna.toml"], DAY)
    assert edition.before == datetime.date(2026, 11, 15)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["2026-11-15", NEW]
    again = run("roll", "-s", "s.toml", "-p", "anna.toml", "--as-of", NEW)
    assert (again.code, "a file with this name exists already" in again.err) == (2, True)


def test_a_prior_set_keeps_what_it_extends(folder: Path) -> None:
    """A file that is not in the new edition is found by its path from there; the digest of the old scenario goes."""
    ben = BEN.replace('extends = "anna"', 'extends = "anna"\nscenario_digest = "0"').split("[evidence]")[0]
    (folder / "ben.toml").write_text(ben, encoding="utf-8")
    roll("s.toml", ["ben.toml"], DAY)
    text = (folder / NEW / "ben.toml").read_text(encoding="utf-8")
    assert 'extends = "../anna.toml"' in text
    assert "scenario_digest" not in text
    assert es.load(folder / NEW / "s.toml", folder / NEW / "ben.toml").prior_set.lineage == ("anna",)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as-of", "2026-11-01"), "2026-11-01 is not after the day of the scenario, 2026-11-01"),
        (("--as-of", "2999-01-01"), "is after today"),
        (("--as-of", NEW, "-p", "nobody.toml"), "nobody.toml"),
        (("--as-of", NEW, "-p", "other/anna.toml"), "two files of the edition would have this name"),
    ],
)
def test_what_cannot_be_rolled_writes_nothing(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    """One error, and no folder."""
    (folder / "other").mkdir()
    (folder / "other" / "anna.toml").write_text(PRIORS, encoding="utf-8")
    shown = run("roll", "-s", "s.toml", "-p", "anna.toml", *arguments)
    assert (shown.code, message in shown.err) == (2, True), shown.err
    assert sorted(path.name for path in folder.iterdir()) == ["anna.toml", "cases.csv", "other", "s.toml"]


def test_shipped_prior_sets_are_asked_where_none_is_named(folder: Path) -> None:
    """Their files stay where they are."""
    edition = roll("coordinated-attack", [], DAY)
    assert [analyst.name for analyst in edition.analysts] == ["baseline", "critics", "moscow", "rhetoric", "rutte"]
    assert {analyst.file for analyst in edition.analysts} == {""}
    assert sorted(Path(file).name for file in edition.files) == ["coordinated_attack.toml", "second_front_cases.csv"]
