"""Time in an assessment: evidence that fades, expires and comes later, chances that shrink; from files to the page."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest

import estimative as es
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.half_life import HalfLife
from estimative.priors.errors import InvalidInput
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "strike"
title = "A strike"
question = "Is there a strike?"
as_of = 2026-11-01
until = 2028-12-31
headline = "strike"
checkpoints = [2027-01-01]
[[scenario.sources]]
id = "paper"
title = "The paper"
date = 2026-02-01
[events.strike]
title = "The workers strike"
timing = "anytime"
[outcomes.strike]
title = "The workers strike"
all = ["strike"]
[evidence.vote]
kind = "indicator"
about = "strike"
supports = "yes"
title = "The vote"
source = "paper"
date = 2025-01-01
origin = "union"
fades = "2 years"
[evidence.talks]
kind = "indicator"
about = "strike"
supports = "no"
title = "Talks began"
source = "paper"
origin = "union"
expires = 2026-06-30
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "strike"
date = 2026-01-01
[events]
strike = { value = 0.4, because = "x" }
[evidence]
vote = { value = 4, because = "x" }
talks = { value = 3, because = "x" }
[independence]
union = 0.5
"""
UNTIL = datetime.date(2028, 12, 31)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRIORS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def days(first: datetime.date, last: datetime.date) -> int:
    return (last - first).days


def expected(day: datetime.date, *, talks: bool) -> float:
    """P(strike) in closed form; both items share an origin and count as 1 + 0.5 together."""
    chance = 1 - 0.6 ** (days(day, UNTIL) / days(datetime.date(2026, 1, 1), UNTIL))
    share = 0.75 if talks else 1.0
    vote = share * 0.5 ** (days(datetime.date(2025, 1, 1), day) / 365.25 / 2) * math.log(4)
    log_odds = math.log(chance / (1 - chance)) + vote - (share * math.log(3) if talks else 0.0)
    return 1 / (1 + math.exp(-log_odds))


@pytest.mark.parametrize(
    ("day", "talks"),
    [
        (datetime.date(2026, 11, 1), False),  # talks have expired
        (datetime.date(2026, 6, 30), True),  # on their last day they count
        (datetime.date(2026, 7, 1), False),
        (datetime.date(2026, 1, 31), False),  # they are dated by their source, a day later
        (datetime.date(2025, 6, 1), False),  # before the date of the priors there is more time
    ],
)
def test_the_answer_as_of_a_day_is_that_of_the_closed_form(folder: Path, day: datetime.date, *, talks: bool) -> None:
    """Chances shrink, evidence fades and expires, and what comes later is left out."""
    result = es.fit("s.toml", "p.toml", as_of=day).result
    assert result.headline.posterior.value == pytest.approx(expected(day, talks=talks), rel=1e-12)
    assert result.scenario.as_of == day
    assert [item.id for item in result.scenario.later] == (["talks"] if day < datetime.date(2026, 2, 1) else [])
    assert not [warning for warning in result.warnings if warning.code == "unknown-name"]


def test_a_run_as_of_another_day_is_read_back_as_of_that_day(folder: Path) -> None:
    """Its files are the user's own; its day and digest are those of the run."""
    shown = run("fit", "-s", "s.toml", "-p", "p.toml", "--as-of", "2026-01-15", "--runs", "runs")
    assert (shown.code, "1 item is left out, as dated after 15 January 2026" in shown.out) == (0, True)
    assert "“Talks began” (1 February 2026)" in shown.out.replace("\n", " ")
    stored = StoredRun(Store.at(Path("runs")).find("latest"))
    scenario = stored.assessment().scenario
    assert (scenario.as_of, list(scenario.later)) == (datetime.date(2026, 1, 15), ["talks"])
    assert run("report", "latest", "--runs", "runs", "--format", "md").code == 0


def test_a_page_says_how_old_evidence_counts_and_for_how_long_a_chance_is_stated(folder: Path) -> None:
    """Nothing ages in silence."""
    text = run("fit", "-s", "s.toml", "-p", "p.toml", "--runs", "runs").out.replace("\n", " ")
    assert "“The vote” counts half as much after 2 years, now 53%" in text
    assert "“Talks began” expired on 30 June 2026 and no longer counts" in text
    assert "is stated for the 3 years from 1 January 2026; 2.2 are left" in text
    traced = run("trace", "strike", "-s", "s.toml", "-p", "p.toml").out.replace("\n", " ")
    assert "1 - (1 - p) to the power of 0.722" in traced
    assert "It expired on 30 June 2026" in traced


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2999-01-01", "is after today"),
        ("2029-01-01", "is not before the horizon|is after today"),
        ("tomorrow", "is not a date"),
    ],
)
def test_a_day_that_cannot_be(folder: Path, day: str, message: str) -> None:
    """One error with its place, and nothing is saved."""
    shown = run("fit", "-s", "s.toml", "-p", "p.toml", "--as-of", day, "--runs", "runs")
    assert shown.code == 2
    assert any(part in shown.err for part in message.split("|")), shown.err
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_evidence_without_any_date_is_warned_of_where_later_evidence_is_left_out(folder: Path) -> None:
    """It counts, though nobody can say whether it was known."""
    undated = SCENARIO.replace('source = "paper"\ndate = 2025-01-01', 'source = "blog"').replace(
        "[events.strike]", '[[scenario.sources]]\nid = "blog"\ntitle = "A blog"\n[events.strike]'
    )
    (folder / "s.toml").write_text(undated.replace('fades = "2 years"\n', ""), encoding="utf-8")
    result = es.fit("s.toml", "p.toml", as_of=datetime.date(2026, 1, 15)).result
    assert [warning.code for warning in result.warnings if warning.code == "undated-evidence"] == ["undated-evidence"]
    assert not [w for w in es.fit("s.toml", "p.toml").result.warnings if w.code == "undated-evidence"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('fades = "2 years"', 'fades = "2 moons"', 'evidence.vote.fades: "2 moons" is not a span'),
        ('fades = "2 years"', 'fades = "0 days"', 'evidence.vote.fades: "0 days" is not a span'),
        ("date = 2025-01-01\n", "", "evidence.vote.fades: the item fades from its date on, and has none"),
        ("expires = 2026-06-30", "date = 2026-10-01\nexpires = 2026-06-30", "expires before its date"),
        ('timing = "anytime"', 'timing = "sometime"', '"sometime" is not one'),
        ('timing = "anytime"', 'timing = "anytime"\nwhen = "now"', "events.strike.timing: the event is settled"),
        ('timing = "anytime"', 'timing = "anytime"\nform = "rate"', "events.strike.timing: a rate runs"),
        ('timing = "anytime"', 'timing = "anytime"\nstates = ["a", "b"]', "events.strike.timing: one state"),
        ('timing = "anytime"', 'timing = "anytime"\nform = "table"', "events.strike.timing: a table states"),
    ],
)
def test_time_that_is_misstated(folder: Path, old: str, new: str, message: str) -> None:
    """One error, with its key."""
    (folder / "s.toml").write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        es.load("s.toml", "p.toml")
    assert any(message in str(issue) for issue in caught.value.issues), list(map(str, caught.value.issues))


def test_an_event_with_given_and_an_observation_have_no_time_of_their_own(folder: Path) -> None:
    """It happens with its condition; what has been observed stays so."""
    more = (
        SCENARIO.replace(
            "[outcomes.strike]",
            '[events.riot]\ntitle = "Riot"\ngiven = ["strike"]\ntiming = "anytime"\n[outcomes.strike]',
        )
        + '[evidence.seen]\nkind = "observation"\nabout = "riot"\nhappened = false\ntitle = "None"\n'
        + 'source = "paper"\nexpires = 2027-01-01\n'
    )
    (folder / "s.toml").write_text(more, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        es.load("s.toml", "p.toml")
    assert [issue.place.key for issue in caught.value.issues] == ["events.riot.timing", "evidence.seen.expires"]


def test_priors_that_are_dated_after_the_horizon_are_refused(folder: Path) -> None:
    """No time is left for which their chance is stated."""
    (folder / "p.toml").write_text(PRIORS.replace("2026-01-01", "2029-01-01"), encoding="utf-8")
    with pytest.raises(InvalidInput, match="no time is left"):
        es.load("s.toml", "p.toml")


@pytest.mark.parametrize(
    ("text", "years"),
    [("2 years", 2.0), ("1 year", 1.0), ("6 months", 0.5), ("7 days", 7 / 365.25), ("1.5 weeks", 10.5 / 365.25)],
)
def test_half_lives(text: str, years: float) -> None:
    """In years of 365.25 days; the text is that of the file."""
    half_life = HalfLife.parse(text)
    assert half_life
    assert half_life.years == pytest.approx(years)
    assert str(half_life) == text
    assert half_life.left(years) == pytest.approx(0.5)
    assert half_life.left(-1.0) == 1.0


def test_an_anytime_event_happens_by_a_date_at_a_constant_hazard(folder: Path) -> None:
    """Without evidence: 1 - 0.6 to the power of the share of the stated time; what follows it happens with it."""
    plain = SCENARIO[: SCENARIO.index("[evidence.vote]")].replace(
        "[outcomes.strike]",
        '[events.riot]\ntitle = "Riot"\ngiven = ["strike"]\n'
        '[outcomes.riot]\ntitle = "Riot"\nall = ["riot"]\n[outcomes.strike]',
    )
    (folder / "s.toml").write_text(plain, encoding="utf-8")
    (folder / "p.toml").write_text(
        PRIORS[: PRIORS.index("[evidence]")] + 'riot = { value = 0.5, because = "x" }\n', encoding="utf-8"
    )
    dates = es.fit("s.toml", "p.toml").result.dates
    share = days(datetime.date(2026, 11, 1), datetime.date(2027, 1, 1)) / days(datetime.date(2026, 1, 1), UNTIL)
    for name, factor in (("strike", 1.0), ("riot", 0.5)):
        first = dates[name].by[0]
        assert first.date == datetime.date(2027, 1, 1)
        assert first.posterior is not None
        assert first.posterior.value == pytest.approx(factor * (1 - 0.6**share), rel=1e-9)
