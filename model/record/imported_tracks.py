"""Imported forecasts as tracks, with the answers from their files or from the log of resolutions."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from estimative.model.outside.imported import TITLES, ImportedForecast, ImportedForecasts, ImportedQuestion
from estimative.model.record.resolutions import Entry, Question
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.model.record.tracks import YES_NO, Change, Probabilities, Track, in_order
from estimative.priors.errors import Issue, Place
from estimative.priors.state_probability import StateProbability


class Answer(Struct, frozen=True, kw_only=True):
    """What happened, and from when on it was known."""

    word: str
    """Yes, no, void, or the state."""
    closed: datetime.date | None
    source: str
    """The file or log, with the line if there is one."""


class ImportedTrack(Struct, frozen=True, kw_only=True):
    """The forecasts of one forecaster on one question of a file."""

    forecaster: str
    scenario: str
    question: str
    answers: tuple[str, ...]
    ordered: bool
    answer: Answer | None
    """None while it is not known."""
    changes: tuple[Change, ...]
    crowd: bool

    @property
    def known(self) -> bool:
        """Whether one of the answers is known to hold."""
        return self.answer is not None and self.answer.word in self.answers

    @property
    def void(self) -> bool:
        """Whether nobody will ever know."""
        return self.answer is not None and not self.known

    @property
    def in_time(self) -> tuple[Change, ...]:
        """The changes up to the day of the answer."""
        closed = self.answer.closed if self.answer else None
        return tuple(change for change in self.changes if closed is None or change.day <= closed)

    @property
    def track(self) -> Track | None:
        """The track to score day by day; None where it is not known when the answer was."""
        if self.answer is None or not self.known or self.answer.closed is None or not self.changes:
            return None
        return Track(
            analyst=self.forecaster,
            scenario=self.scenario,
            question=self.question,
            answers=self.answers,
            ordered=self.ordered,
            answer=self.answers.index(self.answer.word),
            closed=self.answer.closed,
            changes=self.changes,
            pooled=not self.crowd,
        )

    def last(self) -> Probabilities | None:
        """The last forecast before the day of the answer was over; None if there is none, or it was withdrawn."""
        track = self.track
        if track:
            return track.last
        return self.changes[-1].probabilities if self.changes else None

    def scored(self) -> ScoredForecast | None:
        """The last forecast as one of a track record; None if there is none to score."""
        if (last := self.last()) is None or self.answer is None:
            return None
        of_states = self.answers != YES_NO
        given = [self.answers.index(self.answer.word)] if self.known else []
        if any(last[place] is None for place in given):
            return None
        states = tuple(
            StateProbability(state=name, probability=p or 0.0) for name, p in zip(self.answers, last, strict=True)
        )
        made = [change.day for change in self.in_time if change.probabilities]
        return ScoredForecast(
            line=0,
            run="",
            analyst=self.forecaster,
            scenario=self.scenario,
            question=self.question,
            probability=None if of_states else last[1] or 0.0,
            se=None if of_states else 0.0,
            states=states if of_states else (),
            ordered=self.ordered,
            made=made[-1],
            occurred=None if self.void else (True if of_states else self.answer.word == "yes"),
            state=self.answer.word if of_states and self.known else "",
            date=self.answer.closed,
            lead=(self.answer.closed - made[-1]).days if self.answer.closed else None,
            because=self.answer.source,
            scored=self.known,
        )


def imported_tracks(
    imports: Sequence[ImportedForecasts], entries: Iterable[Entry], analysts: Iterable[str], log: str
) -> tuple[tuple[ImportedTrack, ...], tuple[Issue, ...]]:
    """What each forecaster said about each question, and the errors of answers that contradict each other.

    Parameters
    ----------
    entries
        The current ones of the log: their answers are those of imported questions that ask the same.
    analysts
        Names of prior sets; a forecaster of the same name is another person.
    """
    logged = {entry.forecast.question: _logged(entry, log) for entry in entries}
    taken = frozenset(analysts)
    answers: dict[str, Answer] = {}
    issues: list[Issue] = []
    people: dict[tuple[str, str], _Person] = {}
    for imported in imports:
        for question in imported.questions:
            meaning = Asked.of(question, imported)
            for answer in _answers(question, imported, logged):
                before = answers.setdefault(meaning.label, answer)
                if before.word != answer.word:
                    issues.append(_contradiction(before, answer, meaning.label))
        by_id = {question.id: Asked.of(question, imported) for question in imported.questions}
        for forecast in imported.forecasts:
            meaning, name = by_id[forecast.question], outside_name(imported.title(forecast.forecaster), taken)
            person = people.setdefault(
                (name, meaning.label), _Person(meaning=meaning, crowd=forecast.crowd, changes=[])
            )
            person.changes.append(Change(time=forecast.time, probabilities=meaning.of_answers(forecast)))
    made = (person.track(name, answers.get(label)) for (name, label), person in people.items())
    return tuple(made), tuple(issues)


class Asked(Struct, frozen=True, kw_only=True):
    """A question of a file as it is scored: in the terms of a scenario if it was mapped."""

    label: str
    scenario: str
    answers: tuple[str, ...]
    ordered: bool
    places: tuple[int, ...]
    """Of these answers among those of the file; for yes or no that of yes alone."""

    @classmethod
    def of(cls, question: ImportedQuestion, imported: ImportedForecasts) -> Asked:
        """In the terms of its target, else in its own."""
        target, own = question.target, question.answers
        if target is None:
            label = f"{TITLES[imported.form]} {question.id}".strip()
            label = f"{label}: {question.title}" if question.title else label
            places = tuple(range(len(own)))
            return cls(label=label, scenario=label, answers=own, ordered=False, places=places)
        label, folded = str(asked_question(question)), [answer.casefold() for answer in own]
        if target.event:
            places = tuple(folded.index(state.casefold()) for state in target.states)
            return cls(
                label=label, scenario=target.scenario, answers=target.states, ordered=target.ordered, places=places
            )
        places = (own.index(target.option or "yes"),)
        return cls(label=label, scenario=target.scenario, answers=YES_NO, ordered=False, places=places)

    def of_answers(self, forecast: ImportedForecast) -> Probabilities | None:
        """The probabilities of these answers."""
        if forecast.probabilities is None:
            return None
        given = tuple(forecast.probabilities[place] for place in self.places)
        if len(self.places) == len(self.answers):
            return given
        yes = given[0]
        return (None if yes is None else 1 - yes, yes)


def asked_question(question: ImportedQuestion) -> Question | None:
    """The question of a scenario that one of a file was mapped to; None for one of its own."""
    target = question.target
    if target is None:
        return None
    return Question(scenario=target.scenario, outcome=target.outcome, until=target.until, event=target.event)


def _answers(
    question: ImportedQuestion, imported: ImportedForecasts, logged: Mapping[Question, Answer]
) -> Iterator[Answer]:
    """The answers to a question that are known: that of the log first, then that of the file."""
    meaning = asked_question(question)
    if meaning and meaning in logged:
        yield logged[meaning]
    if not (question.answer or question.void):
        return
    word = "void" if question.void else question.answer
    if (target := question.target) and not question.void:
        if target.event:
            word = next(state for state in target.states if state.casefold() == question.answer.casefold())
        else:
            word = "yes" if question.answer == (target.option or "yes") else "no"
    yield Answer(word=word, closed=question.closed, source=imported.name)


def _logged(entry: Entry, log: str) -> Answer:
    resolution = entry.resolution
    word = resolution.word if resolution.occurred is not None else "void"
    return Answer(word=word, closed=resolution.closed, source=f"{log}, line {entry.line}")


def _contradiction(before: Answer, other: Answer, label: str) -> Issue:
    message = f"the answer to {label} is {other.word}, but {before.source} says {before.word}"
    fix = "Correct the log, or import the file again with the right answer."
    return Issue(message=message, place=Place(file=other.source), suggestion=fix, code="contradiction")


class _Person(Struct, frozen=True, kw_only=True):
    """What one forecaster said about one question, in the order of the files."""

    meaning: Asked
    crowd: bool
    changes: list[Change]

    def track(self, name: str, answer: Answer | None) -> ImportedTrack:
        meaning = self.meaning
        return ImportedTrack(
            forecaster=name,
            scenario=meaning.scenario,
            question=meaning.label,
            answers=meaning.answers,
            ordered=meaning.ordered,
            answer=answer,
            changes=in_order(self.changes),
            crowd=self.crowd,
        )


def outside_name(name: str, taken: Collection[str]) -> str:
    """The name of a forecaster, which is that of no prior set."""
    return f"{name} (imported)" if name in taken else name
