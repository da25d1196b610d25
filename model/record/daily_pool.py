"""Pools of all analysts on a question, by the forecasts in force on each day."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.layout import Numbers
from estimative.model.record.proper_scores import FLOOR
from estimative.model.record.tracks import Change, Track

LINEAR, LOG_ODDS = "linear", "log_odds"
DIGITS = 12
"""Decimals of a pooled probability: finer ones are rounding errors of its sums."""


class PoolRule(Struct, frozen=True, kw_only=True):
    """A pool with equal weights: the mean of transformed probabilities, transformed back."""

    forward: Callable[[Numbers], Numbers]
    """Dims (answer)."""
    back: Callable[[Numbers], Numbers]
    """Dims (answer); what it returns is scaled to a sum of 1."""


def _clipped_log(probabilities: Numbers) -> Numbers:
    """Logarithms; a probability of 0 or 1 would decide the pool alone, so that each counts as `FLOOR` from them."""
    return np.asarray(np.log(np.clip(probabilities, FLOOR, 1 - FLOOR)))


RULES: Mapping[str, PoolRule] = {
    LINEAR: PoolRule(forward=lambda p: p, back=lambda mean: np.clip(mean, 0.0, 1.0)),
    LOG_ODDS: PoolRule(forward=_clipped_log, back=lambda mean: np.asarray(np.exp(mean))),
}
"""For two answers the second is the mean of the log-odds."""


def pool_tracks(tracks: Sequence[Track]) -> dict[str, list[Track]]:
    """The pools of each question that two analysts or more answered, by the name of the question.

    The tracks of a question that name other answers than most do are not pooled.
    """
    questions: dict[str, list[Track]] = defaultdict(list)
    for track in tracks:
        if track.pooled and track.open:
            questions[track.question].append(track)
    alike = {question: _alike(own) for question, own in questions.items()}
    return {
        question: [_pool(name, rule, own) for name, rule in RULES.items()]
        for question, own in alike.items()
        if len(own) > 1
    }


def _alike(tracks: Sequence[Track]) -> list[Track]:
    """The tracks with the answers, and the day of the answer, that most of them have."""
    kinds: dict[object, list[Track]] = defaultdict(list)
    for track in tracks:
        kinds[track.answers, track.answer, track.closed].append(track)
    return max(kinds.values(), key=len)


def _pool(name: str, rule: PoolRule, tracks: Sequence[Track]) -> Track:
    first = tracks[0]
    return Track(
        analyst=name,
        scenario=first.scenario,
        question=first.question,
        answers=first.answers,
        ordered=first.ordered,
        answer=first.answer,
        closed=first.closed,
        changes=tuple(_changes(rule, tracks)),
        pooled=False,
    )


def _changes(rule: PoolRule, tracks: Sequence[Track]) -> Iterator[Change]:
    """The pool on each day on which a forecast changed; none is in force where no member's is."""
    total, count = np.zeros(len(tracks[0].answers)), 0
    steps = sorted(chain.from_iterable(_steps(rule, track) for track in tracks), key=lambda step: step.day)
    for day, group in groupby(steps, key=lambda step: step.day):
        for step in group:
            total, count = total + step.added, count + step.members
        time = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
        yield Change(time=time, probabilities=_shares(rule.back(total / count)) if count else None)


class _Step(Struct, frozen=True, kw_only=True):
    """What changes in the sums over members on a day."""

    day: datetime.date
    added: Numbers
    """Transformed probabilities; dims (answer)."""
    members: int
    """By how many more or fewer forecasts are in force."""


def _steps(rule: PoolRule, track: Track) -> Iterator[_Step]:
    before, was = np.zeros(len(track.answers)), 0
    for segment in track.segments():
        given = segment.probabilities
        after = np.zeros_like(before) if given is None else rule.forward(np.array([p or 0.0 for p in given]))
        yield _Step(day=segment.start, added=after - before, members=(given is not None) - was)
        before, was = after, int(given is not None)


def _shares(values: Numbers) -> tuple[float, ...]:
    """Values scaled to a sum of 1; sums that were added to and taken from may be off by rounding."""
    return tuple(round(float(value), DIGITS) for value in values / values.sum())
