"""Scores over time: each day carries the forecast in force at its end; compared with plain loops over days."""

from __future__ import annotations

import datetime
import math
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.record.daily_pool import pool_tracks
from estimative.model.record.daily_scores import QuestionScore, daily_scores, score_track
from estimative.model.record.resolutions import LogEntry, Withdrawal, WithdrawalEntry
from estimative.model.record.score import ScoreResult, score_entries
from estimative.model.record.tracks import YES_NO, Change, Probabilities, Track, in_order
from tests.scores_made import LOG, UNTIL, WRITTEN, entry, forecast, resolution, run_id

START = datetime.date(2026, 1, 1)
DAY = datetime.timedelta(days=1)
CLOSED = START + 40 * DAY


def at(day: int, hour: int = 12) -> datetime.datetime:
    """A time on a day, counted from the first one."""
    return datetime.datetime.combine(START + day * DAY, datetime.time(hour), datetime.UTC)


def track(*stated: tuple[int, float | None], analyst: str = "ann", answer: int = 1, closed: int = 40) -> Track:
    """What somebody said about a question of yes or no, by day; None where it was withdrawn."""
    changes = [
        Change(time=at(day, hour=place % 24), probabilities=None if p is None else (1 - p, p))
        for place, (day, p) in enumerate(stated)
    ]
    return Track(
        analyst=analyst,
        scenario="s",
        question="q",
        answers=YES_NO,
        answer=answer,
        closed=START + closed * DAY,
        changes=in_order(changes),
    )


def in_force(of: Track, day: datetime.date) -> Probabilities | None:
    """The forecast at the end of a day, by looking at every change."""
    current: Probabilities | None = None
    for change in sorted(of.changes, key=lambda change: change.time):
        if change.time.date() <= day:
            current = change.probabilities
    return current


def days_of(of: Track) -> list[datetime.date]:
    """Each day from that of the first forecast to the one before the answer."""
    first = min(change.time.date() for change in of.changes)
    return [first + n * DAY for n in range((of.closed - first).days)]


PROBABILITIES = st.floats(0, 1).map(lambda p: round(p, 4))
STATED = st.lists(st.tuples(st.integers(0, 39), st.none() | PROBABILITIES), min_size=1, max_size=12)


@st.composite
def tracks(draw: st.DrawFn, analyst: str = "ann", answer: int | None = None) -> Track:
    """A forecast, and then more of them and withdrawals on any days."""
    first = (draw(st.integers(0, 30)), draw(PROBABILITIES))
    later = sorted(draw(STATED), key=lambda pair: pair[0])
    rest = [(max(day, first[0]), p) for day, p in later]
    return track(first, *rest, analyst=analyst, answer=draw(st.integers(0, 1)) if answer is None else answer)


@given(tracks())
def test_the_score_of_a_question_is_the_mean_over_its_days(of: Track) -> None:
    """Brier and logarithmic score are those of a loop over days that looks up the forecast in force on each."""
    scored, withdrawn = [], 0
    for day in days_of(of):
        current = in_force(of, day)
        withdrawn += current is None
        scored += [current[1]] if current and current[1] is not None else []
    score = score_track(of)
    assert (score.days, score.withdrawn_days) == (len(scored), withdrawn)
    assert score.days + score.withdrawn_days == (of.closed - score.first).days
    if not scored:
        assert (score.brier, score.log) == (None, None)
        return
    assert score.brier == pytest.approx(np.mean([(p - of.answer) ** 2 for p in scored]), abs=1e-12)
    given_to_answer = [p if of.answer else 1 - p for p in scored]
    logs = [-math.log(p) if p > 0 else math.inf for p in given_to_answer]
    assert score.log == (None if math.inf in logs else pytest.approx(np.mean(logs), abs=1e-12))


@given(PROBABILITIES, st.integers(0, 39), st.integers(0, 1))
def test_a_constant_forecast_has_its_own_score(p: float, day: int, answer: int) -> None:
    """The mean over days of a forecast that never changed is its single score, whenever it was made."""
    score = score_track(track((day, p), answer=answer))
    assert score.brier == pytest.approx((p - answer) ** 2, abs=1e-12)
    assert score.brier == pytest.approx(score.last_brier, abs=1e-12)
    assert score.days == 40 - day


@given(tracks())
def test_a_repeated_forecast_changes_nothing(of: Track) -> None:
    """Saying the same again on a later day leaves every score as it was."""
    current = in_force(of, START + 35 * DAY)
    again = replace(of, changes=in_order([*of.changes, Change(time=at(35, 23), probabilities=current)]))
    before, after = score_track(of), score_track(again)
    assert (after.brier, after.days) == (pytest.approx(before.brier, abs=1e-12), before.days)


CONVENTIONS: dict[str, tuple[Track, int, float | None]] = {
    "the day of a forecast is scored, that of the answer is not": (track((38, 0.5)), 2, 0.25),
    "the last forecast of a day counts": (track((39, 0.9), (39, 0.5)), 1, 0.25),
    "a day that ends without a forecast is not scored": (track((37, 0.5), (38, None)), 1, 0.25),
    "a forecast after a withdrawal is scored again": (track((35, 0.5), (36, None), (38, 0.5)), 3, 0.25),
    "a forecast on the day of the answer has no day": (track((39, 0.5), (40, 1.0)), 1, 0.25),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_which_days_count(name: str) -> None:
    """Each convention, on a track that shows it."""
    of, days, brier = CONVENTIONS[name]
    score = score_track(of)
    assert (score.days, score.brier) == (days, brier)


def test_a_withdrawal_on_the_day_of_the_answer_comes_too_late() -> None:
    """The last forecast stays the last one unless it was withdrawn on an earlier day."""
    assert score_track(track((30, 0.5), (40, None))).last_brier == 0.25
    assert score_track(track((30, 0.5), (39, None))).last_brier is None


def test_an_option_that_was_not_on_offer_is_not_scored() -> None:
    """Days on which the answer could not be forecast yet are counted apart; later ones are scored."""
    changes = (
        Change(time=at(0), probabilities=(0.4, 0.6, None)),
        Change(time=at(10), probabilities=(0.2, 0.3, 0.5)),
    )
    of = replace(track((0, 0.5)), answers=("a", "b", "c"), answer=2, changes=changes)
    score = score_track(of)
    assert (score.days, score.unanswerable_days) == (30, 10)
    assert score.brier == pytest.approx((0.2**2 + 0.3**2 + 0.5**2) / 2)


def naive_pool(members: Sequence[Track], day: datetime.date) -> tuple[float, float] | None:
    """The mean of the probabilities of yes in force on a day, and that of their log-odds; None if there is none."""
    current = [p for of in members if (p := in_force(of, day)) is not None]
    yes = [p[1] or 0.0 for p in current]
    if not yes:
        return None
    clipped = [min(max(p, 0.001), 0.999) for p in yes]
    log_odds = sum(math.log(p / (1 - p)) for p in clipped) / len(clipped)
    return sum(yes) / len(yes), 1 / (1 + math.exp(-log_odds))


@given(st.tuples(*(tracks(name, 1) for name in ("ann", "ben", "cem"))))
def test_a_pool_is_that_of_the_forecasts_in_force(members: tuple[Track, ...]) -> None:
    """On each day both pools are those of a loop over analysts; where none is in force, no pool is."""
    linear, log_odds = pool_tracks(members)["q"]
    for day in days_of(linear):
        expected = naive_pool(members, day)
        for pool, value in zip((linear, log_odds), expected or (None, None), strict=True):
            current = in_force(pool, day)
            assert (current[1] if current else None) == (None if value is None else pytest.approx(value, abs=1e-9))


def test_who_is_pooled() -> None:
    """A single analyst is no pool, nor is an aggregate among them; those who name other answers stay out."""
    assert pool_tracks([track((0, 0.2))]) == {}
    crowd = replace(track((0, 0.9), analyst="crowd"), pooled=False)
    other = replace(track((0, 0.9), analyst="eve"), answers=("x", "y"))
    [linear, _] = pool_tracks([track((0, 0.2)), track((0, 0.4), analyst="ben"), crowd, other])["q"]
    assert linear.changes[0].probabilities == (0.7, 0.3)


def test_an_analyst_has_the_mean_over_questions() -> None:
    """Each question counts once, however many days it was open; means stand next to the last forecasts."""
    long = track((0, 0.5), (20, 0.9))
    short = replace(track((38, 0.1), answer=0), question="r", scenario="t")
    result = daily_scores([long, short])
    mean = result.analysts["ann"]
    assert mean.brier.value == pytest.approx(((0.25 + 0.01) / 2 + 0.01) / 2)
    assert mean.last_brier is not None
    assert mean.last_brier.value == pytest.approx(0.01)
    assert (mean.questions, mean.days) == (2, 42)


@given(st.lists(tracks(), min_size=1, max_size=3))
def test_scores_can_be_sent_to_another_process(of: list[Track]) -> None:
    """Results pickle."""
    result = daily_scores(of)
    assert pickle.loads(pickle.dumps(result)) == result


def withdrawal(line: int, on: datetime.date, place: int = 1) -> WithdrawalEntry:
    """The withdrawal of the engineer's forecast of the bridge."""
    of = forecast(place)
    withdrawn = Withdrawal(
        run=of.run,
        created=of.created,
        scenario=of.scenario,
        prior_set=of.prior_set,
        until=of.until,
        withdrawn=datetime.datetime.combine(on, datetime.time(10), datetime.UTC),
        because="New evidence.",
    )
    return WithdrawalEntry(line=line, digest=f"{line:064x}", written=WRITTEN, withdrawal=withdrawn)


def scored(*lines: LogEntry) -> tuple[ScoreResult, QuestionScore]:
    """The scores of a log with one question."""
    result = score_entries(lines, log=LOG)
    return result, result.daily.questions[0]


def test_a_withdrawn_forecast_in_the_log_is_not_scored() -> None:
    """Of a forecast that was withdrawn and not replaced, the days before are scored, and the last one is not."""
    made = forecast().made
    result, question = scored(entry(1, resolution(1, True)), withdrawal(2, made + 10 * DAY))
    assert (question.days, question.withdrawn_days) == (10, 50)
    assert (result.withdrawn, result.superseded, result.overall) == (1, 0, None)


def test_a_withdrawal_is_of_one_analyst_and_one_horizon() -> None:
    """It leaves the forecasts of other analysts and horizons in force, and a later forecast of the same analyst."""
    made = forecast().made
    for changed in ({"prior_set": "mayor"}, {"until": UNTIL + 30 * DAY}, {"scenario": "dam"}):
        _, question = scored(entry(1, resolution(1, True, **changed)), withdrawal(2, made + 10 * DAY))
        assert question.withdrawn_days == 0
    later = resolution(2, True, created=forecast().created + 20 * DAY, run=run_id(2))
    result, question = scored(entry(1, resolution(1, True)), withdrawal(2, made + 10 * DAY), entry(3, later))
    assert (question.withdrawn_days, question.days, result.withdrawn) == (10, 50, 0)
