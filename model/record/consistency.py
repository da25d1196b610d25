"""Answers of one scenario that cannot all be right: which state holds decides outcomes, and other states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from estimative.model.record.resolutions import Entry, Question, Resolution
from estimative.model.spec.events import OTHERWISE, Event, Outcome
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import Issue, Place

type Facts = Mapping[str, bool]
"""What is known to be so or not, by event or "event=state"."""


class DecidedOutcome(Struct, frozen=True, kw_only=True):
    """An outcome whose answer follows from the state of an event."""

    id: str
    title: str
    word: str
    """As given on the command line: "yes", "no", "void"."""


def decided_outcomes(scenario: Scenario, resolution: Resolution, names: Iterable[str]) -> tuple[DecidedOutcome, ...]:
    """Those of the named outcomes that an answer about the state of an event decides."""
    known = facts(scenario, resolution)
    answers = {name: _answers(scenario.outcomes[name], known) for name in names}
    return tuple(
        DecidedOutcome(id=name, title=scenario.outcomes[name].title, word=next(iter(words)))
        for name, words in answers.items()
        if len(words) == 1
    )


def inconsistencies(
    scenario: Scenario, resolution: Resolution, entries: Iterable[Entry], file: str, line: int | None = None
) -> Iterator[Issue]:
    """The errors of an answer that those to other questions about the same scenario and horizon exclude, one for each.

    Parameters
    ----------
    line
        Of the answer, where it is in the file already.
    """
    own, named = resolution.forecast.question, set[Question]()
    for entry in entries:
        other = entry.forecast.question
        same = (other.scenario, other.until) == (own.scenario, own.until) and other not in named
        if same and other != own and _excluded(scenario, resolution, entry.resolution):
            named.add(other)  # all runs of a question have the same answer
            message = (
                f"the answer about {resolution.forecast.subject} is {resolution.word}, but line {entry.line} "
                f"answers {entry.forecast.subject} with {entry.resolution.word}"
            )
            place = Place(file=file, line=line, key=resolution.forecast.run)
            yield Issue(message=message, place=place, suggestion="Correct one of them.", code="contradiction")


def all_inconsistencies(scenario: Scenario, entries: Sequence[Entry], file: str) -> Iterator[Issue]:
    """The errors of current entries that earlier ones about other questions of the same scenario exclude.

    Of each question the first entry is looked at: that its entries agree is another check.
    """
    first: dict[Question, Entry] = {}
    for entry in entries:
        if entry.forecast.scenario == scenario.id:
            first.setdefault(entry.forecast.question, entry)
    own = list(first.values())
    for place, entry in enumerate(own):
        yield from list(inconsistencies(scenario, entry.resolution, own[:place], file, entry.line))[:1]


def facts(scenario: Scenario, resolution: Resolution) -> Facts:
    """What follows from the state of an event; nothing from the answer to an outcome, or where the event is gone."""
    event, state = scenario.events.get(resolution.forecast.event), resolution.state
    if event is None or not (state == OTHERWISE or state in event.states):
        return {}
    if state != OTHERWISE:
        return dict(_implied(scenario, f"{event.id}={state}"))
    return {**dict.fromkeys(event.literals, False), **_unmet(event)}


def _implied(scenario: Scenario, name: str) -> Iterator[tuple[str, bool]]:
    """That something is so, and all that has to be so for it."""
    event = scenario.event(name)
    yield from ((literal, literal == name) for literal in event.literals)
    yield from ((other, False) for other in event.unless)
    for other in event.given:
        yield from _implied(scenario, other)


def _unmet(event: Event) -> Facts:
    """What a condition that was not met means, where it is a single one."""
    single = len(event.given) + len(event.unless) == 1
    return {**dict.fromkeys(event.given, False), **dict.fromkeys(event.unless, True)} if single else {}


def _excluded(scenario: Scenario, answer: Resolution, other: Resolution) -> bool:
    """Whether two answers cannot both be right; what is void excludes nothing."""
    known, others = facts(scenario, answer), facts(scenario, other)
    if any(others.get(name, so) != so for name, so in known.items()):
        return True
    return _against(scenario, known, other) or _against(scenario, others, answer)


def _against(scenario: Scenario, known: Facts, resolution: Resolution) -> bool:
    """Whether facts exclude the answer to an outcome."""
    outcome = scenario.outcomes.get(resolution.forecast.outcome)
    if outcome is None or resolution.occurred is None:
        return False
    return resolution.word not in _answers(outcome, known)


def _answers(outcome: Outcome, known: Facts) -> frozenset[str]:
    """The answers to an outcome that facts leave possible, void where its condition may not have been met."""
    required = [known.get(name) for name in outcome.given]
    met = _every([*required, *(_negated(known.get(name)) for name in outcome.unless)])
    # Yes and no are answers where the condition was met.
    under = {**known, **dict.fromkeys(outcome.given, True), **dict.fromkeys(outcome.unless, False)}
    parts = [under.get(name) for name in outcome.all]
    parts += [_negated(under.get(name)) for name in outcome.none]
    parts += [_negated(_every([_negated(under.get(name)) for name in outcome.any]))] if outcome.any else []
    so = _every(parts)
    possible = {"yes": so is not False and met is not False, "no": so is not True and met is not False}
    return frozenset(word for word, left in {**possible, "void": met is not True}.items() if left)


def _every(parts: Iterable[bool | None]) -> bool | None:
    """Whether all are so; None where that is not known."""
    values = set(parts)
    return False if False in values else None if None in values else True


def _negated(so: bool | None) -> bool | None:
    return None if so is None else not so
