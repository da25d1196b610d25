"""Scores over time: each day carries the forecast in force at its end, and a question the mean over its days."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

import numpy as np
from msgspec import Struct, field

from estimative.model.inference.estimates import Estimate
from estimative.model.record.clusters import Clusters
from estimative.model.record.daily_pool import pool_tracks
from estimative.model.record.scoring_rules import brier_score, logarithmic_score, ranked_probability_score
from estimative.model.record.tracks import Probabilities, Segment, Track

type Score = Callable[[Sequence[float], int], float]


class QuestionScore(Struct, frozen=True, kw_only=True):
    """The scores of one analyst on one question: means over days, and those of the last forecast."""

    analyst: str
    scenario: str
    question: str
    first: datetime.date
    """The day of the first forecast."""
    closed: datetime.date
    """The day of the answer, or the horizon if that came first; it is not scored."""
    forecasts: int
    days: int
    """Scored ones."""
    withdrawn_days: int = 0
    """Days on which no forecast was in force, because the last one was withdrawn."""
    unanswerable_days: int = 0
    """Days on which the answer that holds could not be forecast yet; they are not scored either."""
    brier: float | None
    """Mean over the scored days; None where there are none."""
    log: float | None
    """In nats; None where there are no scored days, or where it is infinite."""
    ranked: float | None = None
    """Of states that have an order."""
    last_brier: float | None
    """Of the last forecast; None where that was withdrawn."""
    last_log: float | None
    """None where it is infinite as well."""


class DailyMean(Struct, frozen=True, kw_only=True):
    """Mean scores over questions, each of them the mean over its days; questions without a scored day are left out."""

    questions: int
    days: int
    withdrawn_days: int
    brier: Estimate
    log: Estimate | None
    """In nats; None where it is infinite."""
    ranked: Estimate | None = None
    """None where no states have an order."""
    last_brier: Estimate | None
    """Of the last forecasts on the same questions; None where all of them were withdrawn."""
    last_log: Estimate | None
    """None where it is infinite as well."""


class DailyScores(Struct, frozen=True, kw_only=True):
    """Scores over time of all analysts, and of the pools of those who answered the same question."""

    analysts: Mapping[str, DailyMean] = field(default_factory=dict)
    overall: DailyMean | None = None
    """Of all analysts together; None where no day is scored."""
    pools: Mapping[str, DailyMean] = field(default_factory=dict)
    """Of "linear", the mean of the probabilities in force each day, and "log_odds", that of their log-odds."""
    withdrawn_days: int = 0
    """Of all analysts, also on questions without a scored day."""
    questions: tuple[QuestionScore, ...] = ()
    """Each analyst on each question."""
    pool_questions: tuple[QuestionScore, ...] = ()


def daily_scores(tracks: Sequence[Track], analysts: Sequence[str] = ()) -> DailyScores:
    """Score tracks day by day, as the Good Judgment Project did (Mellers et al. 2014, Psychological Science 25(5)).

    Each day from that of the first forecast to the one before the answer is scored by the forecast in force at its end.
    The score of a question is the mean over its days, that of an analyst the mean over questions.

    Parameters
    ----------
    analysts
        Only these; all of them if none is given. The pools are always of all.
    """
    scored = [score_track(track) for track in tracks if track.open and (not analysts or track.analyst in analysts)]
    pools = [score_track(track) for own in pool_tracks(tracks).values() for track in own]
    counted = [each for each in scored if each.days]
    return DailyScores(
        analysts=_means(counted),
        overall=_mean(counted) if counted else None,
        pools=_means([each for each in pools if each.days]),
        withdrawn_days=sum(each.withdrawn_days for each in scored),
        questions=tuple(scored),
        pool_questions=tuple(pools),
    )


def score_track(track: Track) -> QuestionScore:
    """The scores of a track that was open for a day at least."""
    segments = list(track.segments())
    offered = [each for each in segments if each.probabilities and each.probabilities[track.answer] is not None]
    unanswerable = sum(each.days for each in segments if each.probabilities) - sum(each.days for each in offered)
    last = _plain(track.last, track.answer)
    return QuestionScore(
        analyst=track.analyst,
        scenario=track.scenario,
        question=track.question,
        first=segments[0].start,
        closed=track.closed,
        forecasts=sum(change.probabilities is not None for change in track.changes),
        days=sum(each.days for each in offered),
        withdrawn_days=sum(each.days for each in segments if each.probabilities is None),
        unanswerable_days=unanswerable,
        brier=_over_days(brier_score, offered, track.answer),
        log=_over_days(logarithmic_score, offered, track.answer),
        ranked=_over_days(ranked_probability_score, offered, track.answer) if track.ordered else None,
        last_brier=brier_score(last, track.answer) if last else None,
        last_log=_finite(logarithmic_score(last, track.answer)) if last else None,
    )


def _plain(probabilities: Probabilities | None, answer: int) -> tuple[float, ...] | None:
    """Probabilities to score, 0 for an answer that could not be forecast; None if that is the one that holds."""
    if probabilities is None or probabilities[answer] is None:
        return None
    return tuple(p or 0.0 for p in probabilities)


def _over_days(rule: Score, segments: Sequence[Segment], answer: int) -> float | None:
    """The mean of a score over days; None where there are none, or where it is infinite."""
    days = [segment.days for segment in segments]
    scores = [rule(_plain(segment.probabilities, answer) or (), answer) for segment in segments]
    return _finite(float(np.average(scores, weights=days))) if days else None


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _means(scores: Sequence[QuestionScore]) -> dict[str, DailyMean]:
    groups: dict[str, list[QuestionScore]] = defaultdict(list)
    for each in scores:
        groups[each.analyst].append(each)
    return {name: _mean(groups[name]) for name in sorted(groups)}


def _mean(scores: Sequence[QuestionScore]) -> DailyMean:
    """The mean over questions with scored days; one at least."""
    ordered = sorted(scores, key=lambda each: (each.brier or 0.0, each.analyst, each.question))
    last = [each for each in ordered if each.last_brier is not None]
    ranked = [each for each in ordered if each.ranked is not None]
    return DailyMean(
        questions=len({each.question for each in ordered}),
        days=sum(each.days for each in ordered),
        withdrawn_days=sum(each.withdrawn_days for each in ordered),
        brier=_estimate(ordered, [each.brier or 0.0 for each in ordered]),
        log=_known(ordered, [each.log for each in ordered]),
        ranked=_known(ranked, [each.ranked for each in ranked]),
        last_brier=_known(last, [each.last_brier for each in last]),
        last_log=_known(last, [each.last_log for each in last]),
    )


def _known(scores: Sequence[QuestionScore], values: Sequence[float | None]) -> Estimate | None:
    """The mean of values; None where there are none, or where one is infinite."""
    finite = [value for value in values if value is not None]
    return _estimate(scores, finite) if finite and len(finite) == len(values) else None


def _estimate(scores: Sequence[QuestionScore], values: Sequence[float]) -> Estimate:
    return Clusters.of([each.scenario for each in scores]).mean(np.array(values))
