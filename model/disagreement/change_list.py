"""Everything that differs between two saved assessments, as text, part by part."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import (
    FieldChange,
    StatementChange,
    prior_changes,
    prior_set_changes,
    scenario_changes,
    weight_changes,
)
from estimative.model.spec.events import Driver
from estimative.model.spec.evidence import Trials
from estimative.priors.prior_set import Confidence
from estimative.priors.statement_syntax import say
from estimative.priors.statements import Stated


class Change(Struct, frozen=True, kw_only=True):
    """One thing that is new, removed or changed."""

    status: Literal["new", "removed", "changed"]
    name: str
    """Its name in the file, or among the settings of a run: "evidence.x", "as_of", "seed"."""
    field: str
    """Which of its fields changed; empty where it is the thing itself."""
    before: str
    """The value, or statement, as text; empty where there was none, and for a whole entry of the scenario."""
    after: str
    affects_result: bool


class ChangeList(Struct, frozen=True, kw_only=True):
    """What changed, part by part."""

    scenario: tuple[Change, ...]
    evidence: tuple[Change, ...]
    priors: tuple[Change, ...]
    weights: tuple[Change, ...]
    settings: tuple[Change, ...]
    versions: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.scenario or self.evidence or self.priors or self.weights or self.settings or self.versions)


def change_list(
    first: Assessment,
    second: Assessment,
    *,
    settings: tuple[Mapping[str, object], Mapping[str, object]],
    versions: tuple[Mapping[str, object], Mapping[str, object]],
) -> ChangeList:
    """List what changed from the first assessment to the second.

    Parameters
    ----------
    settings, versions
        Of the two runs.
    """
    fields = scenario_changes(first.scenario, second.scenario)
    declared = [_field(change) for change in prior_set_changes(first, second)]
    return ChangeList(
        scenario=tuple(_field(change) for change in fields if change.section != "evidence"),
        evidence=tuple(_field(change) for change in fields if change.section == "evidence"),
        priors=(*declared, *_statements(prior_changes(first, second))),
        weights=tuple(_statements(weight_changes(first, second))),
        settings=tuple(_entries(*settings)),
        versions=tuple(_entries(*versions)),
    )


def _field(change: FieldChange) -> Change:
    section = "" if change.section == "scenario" else change.section
    return Change(
        status="changed" if change.field else _status(change.before, change.after),
        name=".".join(filter(None, (section, change.id or change.field))),
        field=change.field if change.id else "",
        before=as_text(change.before) if change.field else "",
        after=as_text(change.after) if change.field else "",
        affects_result=change.affects_result,
    )


def _statements(changes: Sequence[StatementChange]) -> Iterator[Change]:
    for change in changes:
        before, after = change.before, change.after
        reason_only = before is not None and after is not None and before.statement == after.statement
        yield Change(
            status=_status(before, after),
            name=change.name,
            field="because" if reason_only else "",
            before=_stated(before, reason_only=reason_only),
            after=_stated(after, reason_only=reason_only),
            affects_result=change.affects_result,
        )


def _status(before: object, after: object) -> Literal["new", "removed", "changed"]:
    return "new" if before is None else "removed" if after is None else "changed"


def _stated(stated: Stated | None, *, reason_only: bool) -> str:
    if stated is None:
        return ""
    if not reason_only:
        return say(stated.statement)
    return " ".join(filter(None, (stated.because, f"({stated.source})" if stated.source else "")))


def _entries(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        values = before.get(name), after.get(name)
        if values[0] != values[1]:
            texts = ["" if value is None else str(value) for value in values]
            yield Change(
                status=_status(*values), name=name, field="", before=texts[0], after=texts[1], affects_result=True
            )


def as_text(value: Any) -> str:
    """The value of a field of a scenario or prior set as text; empty for none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case datetime.date():
            return value.isoformat()
        case Driver():
            return f"{value.name} {'raises' if value.sign > 0 else 'lowers'}"
        case Trials():
            at = ", ".join(f"{name} {degree:g}" for name, degree in value.at.items())
            return f"{value.successes:g} of {value.of:g}{f' at {at}' if at else ''}"
        case Confidence():
            reasons = (value.information_base, value.rigour, value.volatility)
            return ". ".join(part.rstrip(". ") for part in (value.level, *reasons) if part)
        case Stated():
            return say(value.statement)
        case Mapping():
            return "; ".join(f"{name}: {as_text(entry)}" for name, entry in value.items())
        case tuple():
            return "; ".join(map(as_text, value))
        case _:
            return str(value)
