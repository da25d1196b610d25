"""Tracks from the log of resolutions, and from a record of past forecasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from estimative.model.record.resolutions import Entry, Question, Withdrawal, subject, withdrawals_by_subject
from estimative.model.record.tracks import YES_NO, Change, Track, in_order, probabilities_of
from estimative.priors.forecast_record import Judgement
from estimative.priors.state_probability import StateProbability, answer_place


def log_tracks(current: Sequence[Entry], withdrawals: Iterable[Withdrawal]) -> Iterator[Track]:
    """What each analyst said about each question that is not void, with what was withdrawn.

    A run whose states are others than those of the last run is left out.
    """
    stated = withdrawals_by_subject(withdrawals)
    groups: dict[tuple[str, Question], list[Entry]] = {}
    for entry in sorted(current, key=lambda entry: (entry.forecast.created, entry.forecast.run)):
        if entry.resolution.occurred is not None:
            groups.setdefault((entry.forecast.prior_set, entry.forecast.question), []).append(entry)
    for (analyst, question), own in groups.items():
        last, answers = own[-1], _answers(own[-1].forecast.states)
        ended = [Change(time=each.withdrawn, probabilities=None) for each in stated.get(subject(last.forecast), ())]
        made = [_change(entry) for entry in own if _answers(entry.forecast.states) == answers]
        yield Track(
            analyst=analyst,
            scenario=question.scenario,
            question=str(question),
            answers=answers,
            ordered=last.forecast.ordered,
            answer=answer_place(last.resolution.occurred, last.resolution.state, last.forecast.states),
            closed=min(entry.resolution.closed for entry in own),
            changes=in_order([*ended, *made]),
        )


def _change(entry: Entry) -> Change:
    forecast = entry.forecast
    return Change(time=forecast.created, probabilities=probabilities_of(forecast.probability, forecast.states))


def record_tracks(judgements: Iterable[Judgement]) -> Iterator[Track]:
    """What each analyst said about each resolved question, where the file says when, and when the question closed."""
    groups: dict[tuple[str, str], list[Judgement]] = {}
    for judgement in judgements:
        if judgement.happened is not None:
            groups.setdefault((judgement.analyst, judgement.question), []).append(judgement)
    for (analyst, question), own in groups.items():
        closed = [each.closed.date() for each in own if each.closed]
        changes = in_order(
            [
                Change(time=each.made, probabilities=probabilities_of(each.probability, each.states))
                for each in own
                if each.made and _answers(each.states) == _answers(own[0].states)
            ]
        )
        if closed and all(each.made for each in own):
            yield Track(
                analyst=analyst,
                scenario=question,
                question=question,
                answers=_answers(own[0].states),
                answer=own[0].answer,
                closed=min(closed),
                changes=changes,
            )


def _answers(states: Sequence[StateProbability]) -> tuple[str, ...]:
    return tuple(each.state for each in states) or YES_NO
