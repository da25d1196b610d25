"""Where every question stands: its last assessments, what is due, what is stale, and what is left to resolve."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.due import Due
from estimative.model.record.manifest import Manifest
from estimative.priors.errors import Issue

type AttentionKind = Literal["unresolved", "review", "checkpoint", "evidence", "unconverged", "changed", "new"]
"""What is wrong: the horizon has passed without an answer; priors are to be reviewed; a checkpoint has passed, or
evidence has expired or faded, since the last assessment; that did not converge; its files changed since; or there is
none of an analyst of the project."""


class Attention(Struct, frozen=True, kw_only=True):
    """Something that somebody should do."""

    kind: AttentionKind
    prior_set: str = ""
    """Whose; empty where it is about the question as a whole."""
    date: datetime.date | None = None
    """Since when."""
    title: str = ""
    """Of the item of evidence."""


class Assessed(Struct, frozen=True, kw_only=True):
    """The last assessment of a question by one analyst."""

    prior_set: str
    run: str
    created: datetime.date
    as_of: datetime.date
    age: int
    """Days since the day of the assessment."""
    converged: bool
    headline: ProbabilityEstimate | None
    runs: int
    """How many runs of the analyst there are about the question."""


class QuestionStatus(Struct, frozen=True, kw_only=True):
    """One question: the headline of a scenario by a horizon."""

    scenario: str
    """Its id."""
    title: str
    outcome: str
    until: datetime.date
    resolved: bool
    """Whether an answer is recorded, void included."""
    assessments: tuple[Assessed, ...]
    attention: tuple[Attention, ...]
    due: tuple[Due, ...]
    """What is still to come, in order; nothing of a question that is resolved."""


class StatusResult(Struct, frozen=True, kw_only=True):
    """Every question known here, those that need attention first."""

    kind: Literal["status"] = "status"
    schema_version: int = SCHEMA_VERSION
    folder: str
    """Of the saved runs."""
    day: datetime.date
    questions: tuple[QuestionStatus, ...]
    contradictions: tuple[Issue, ...]
    """Answers in the log that cannot all be right."""
    errors: tuple[Issue, ...]
    """In the files of the project."""
    unreadable: tuple[str, ...]
    """Ids of runs that cannot be read."""
    converged: Literal[True] = True

    def __repr__(self) -> str:
        return f"StatusResult({len(self.questions)} questions, {'attention' if self.needs_attention else 'quiet'})"

    @property
    def needs_attention(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.contradictions or self.errors) or any(question.attention for question in self.questions)


type Key = tuple[str, str, datetime.date]
"""A question: the id of its scenario, its outcome and its horizon."""


def question_status(key: Key, manifests: Sequence[Manifest], *, resolved: bool, day: datetime.date) -> QuestionStatus:
    """Return where one question stands on a day.

    Parameters
    ----------
    manifests
        Of its runs, the newest first.
    """
    scenario, outcome, until = key
    last = {manifest.prior_set: manifest for manifest in reversed(manifests)}
    attention = [] if resolved else list(_attention(until, last.values(), day))
    coming = {due for manifest in last.values() for due in manifest.due if due.date > day}
    return QuestionStatus(
        scenario=scenario,
        title=manifests[0].question,
        outcome=outcome,
        until=until,
        resolved=resolved,
        assessments=tuple(_assessed(last[name], manifests, day) for name in sorted(last)),
        attention=tuple(dict.fromkeys(attention)),
        due=() if resolved else tuple(sorted(coming, key=lambda due: (due.date, due.kind, due.title))),
    )


def _assessed(last: Manifest, manifests: Sequence[Manifest], day: datetime.date) -> Assessed:
    return Assessed(
        prior_set=last.prior_set,
        run=last.id,
        created=last.created.date(),
        as_of=last.as_of,
        age=(day - last.as_of).days,
        converged=last.converged,
        headline=last.headline if last.converged else None,
        runs=sum(manifest.prior_set == last.prior_set for manifest in manifests),
    )


def _attention(until: datetime.date, last: Iterable[Manifest], day: datetime.date) -> Iterator[Attention]:
    if until < day:
        yield Attention(kind="unresolved", date=until)
        return
    for manifest in last:
        if not manifest.converged:
            yield Attention(kind="unconverged", prior_set=manifest.prior_set)
        for due in manifest.due:
            if due.date <= day:
                yield _overdue(due, manifest.prior_set)


def _overdue(due: Due, prior_set: str) -> Attention:
    match due.kind:
        case "review":
            return Attention(kind="review", prior_set=prior_set, date=due.date)
        case "expires" | "half":
            return Attention(kind="evidence", date=due.date, title=due.title)
        case _:
            return Attention(kind="checkpoint", date=due.date)
