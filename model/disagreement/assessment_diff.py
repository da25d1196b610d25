"""What changed from one assessment to a later one, entry by entry.

Only some fields enter the equations: a title, a source or a reason may change while every number stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.spec.events import PARTS
from estimative.model.spec.evidence import Evidence, Forecast
from estimative.model.spec.scenario import SECTIONS, Scenario
from estimative.priors.quantile_fit import Prior
from estimative.priors.statements import Constant, Stated

FRAME = ("title", "question", "as_of", "until", "headline")
"""Fields of the scenario itself."""
DATES = ("as_of", "until")
DECLARED = ("name", "analyst", "date", "rationale", "lineage", "confidence")
"""Fields of the prior set itself."""
ANY_ORDER = frozenset({"drivers", "given", "unless", "all", "any", "none"})
"""Lists of names whose order has no meaning."""
UNUSED: Mapping[str, frozenset[str]] = {
    "factors": frozenset({"title", "low", "high"}),
    "events": frozenset({"title", "when"}),
    "outcomes": frozenset({"title"}),
    "evidence": frozenset({"title", "source", "locator", "date", "grade", "standing", "suggests"}),
}
"""Fields that no equation uses, by section; no field of the other sections is used."""


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field of an entry of the scenario that changed, or an entry that is new or removed."""

    section: str
    """Of the scenario's file; "scenario" and "prior_set" for the fields of the scenario and of the prior set itself."""
    id: str
    """Empty where the section is a single entry."""
    field: str
    """Empty for an entry; "kind" where its type changed."""
    before: Any
    """The value, the entry itself, or None where there was none."""
    after: Any
    affects_result: bool
    """Whether an equation uses it."""


class StatementChange(Struct, frozen=True, kw_only=True):
    """A quantity, or a weight of evidence, with another statement than before."""

    name: str
    before: Stated | None
    """None where the scenario had no such quantity, or nothing was stated."""
    after: Stated | None
    affects_result: bool
    """Whether the prior, or the weight, changed, and not only its reason, its source or its form."""


def same_question(first: Scenario, second: Scenario) -> bool:
    """Whether the headlines of two scenarios are the same combination of the same events, whatever their titles."""
    return _meaning(first) == _meaning(second)


def _meaning(scenario: Scenario) -> tuple[object, ...]:
    headline = scenario.outcomes[scenario.headline]
    return (scenario.id, *(frozenset(getattr(headline, part)) for part in PARTS))


def scenario_changes(first: Scenario, second: Scenario) -> tuple[FieldChange, ...]:
    """Changes from the first scenario to the second, in the order of the file; new entries come last."""
    return tuple(_scenario_changes(first, second))


def _scenario_changes(first: Scenario, second: Scenario) -> Iterator[FieldChange]:
    timed = any(map(ages, (first, second)))
    for name in FRAME:
        before, after = getattr(first, name), getattr(second, name)
        yield from _field("scenario", "", name, before, after, used=timed and name in DATES)
    for section in SECTIONS:
        entries, others = getattr(first, section), getattr(second, section)
        for name in dict.fromkeys((*entries, *others)):
            before, after = entries.get(name), others.get(name)
            if before is None or after is None:
                used = section in UNUSED
                yield FieldChange(section=section, id=name, field="", before=before, after=after, affects_result=used)
            else:
                spans = section == "evidence" and (_dated(before, first) or _dated(after, second))
                yield from _entry(section, name, before, after, spans=spans)


def _entry(section: str, name: str, before: Any, after: Any, *, spans: bool) -> Iterator[FieldChange]:
    kinds = type(before), type(after)
    yield from _field(section, name, "kind", before.kind, after.kind, used=section in UNUSED)
    for field in dict.fromkeys(name for kind in kinds for name in kind.__struct_fields__):
        used = section in UNUSED and (field not in UNUSED[section] or (field == "date" and spans))
        yield from _field(section, name, field, getattr(before, field, None), getattr(after, field, None), used=used)


def _field(section: str, name: str, field: str, before: Any, after: Any, *, used: bool) -> Iterator[FieldChange]:
    if _plain(field, before) != _plain(field, after):
        yield FieldChange(section=section, id=name, field=field, before=before, after=after, affects_result=used)


def _plain(field: str, value: Any) -> Any:
    return frozenset(value) if field in ANY_ORDER and isinstance(value, tuple) else value


def ages(scenario: Scenario) -> bool:
    """Whether the passing of time changes a number: rates, what may happen anytime, evidence that fades or expires."""
    events = any(event.takes_time for event in scenario.events.values())
    return events or any(item.fades or item.expires for item in scenario.evidence.values())


def _dated(item: Evidence, scenario: Scenario) -> bool:
    """Whether an item's date enters the equations: that of what fades, and of a forecast of what takes time."""
    if item.fades:
        return True
    if not isinstance(item, Forecast) or item.about not in {*scenario.literals, *scenario.outcomes}:
        return False
    return not scenario.timed.isdisjoint(scenario.subjects(item))


def prior_set_changes(first: Assessment, second: Assessment) -> tuple[FieldChange, ...]:
    """Changes in the fields of the prior set itself, of which equations use the date at most."""
    before, after = first.prior_set, second.prior_set
    # Chances that shrink with the time that is left are stated from the date of their prior set on.
    dated = any(prior.stated_from for side in (first, second) for prior in side.priors.values())
    return tuple(
        change
        for name in DECLARED
        for change in _field(
            "prior_set", "", name, getattr(before, name), getattr(after, name), used=dated and name == "date"
        )
    )


def prior_changes(first: Assessment, second: Assessment) -> tuple[StatementChange, ...]:
    """Quantities and indicators with another statement, in the order of the scenario."""
    return tuple(_prior_changes(first, second))


def _prior_changes(first: Assessment, second: Assessment) -> Iterator[StatementChange]:
    earlier, later = _by_input(first), _by_input(second)
    for name in dict.fromkeys((*earlier, *later)):
        before, after = earlier.get(name, ()), later.get(name, ())
        used = [prior.family for prior in before] != [prior.family for prior in after]
        yield from _statement_change(name, _first_stated(before), _first_stated(after), used=used)
    for name in dict.fromkeys((*first.indicator_priors, *second.indicator_priors)):
        stated = (_stated(side.indicator_priors.get(name)) for side in (first, second))
        yield from _statement_change(name, *stated, used=False)


def _by_input(assessment: Assessment) -> Mapping[str, Sequence[Prior]]:
    """The priors of each entry of the prior set, the shares of an event together."""
    found: dict[str, list[Prior]] = {}
    for name, prior in assessment.priors.items():
        found.setdefault(assessment.structure.quantities.all[name].input, []).append(prior)
    return found


def _first_stated(priors: Sequence[Prior]) -> Stated | None:
    return priors[0].stated if priors else None


def _stated(prior: Prior | None) -> Stated | None:
    return prior.stated if prior else None


def weight_changes(first: Assessment, second: Assessment) -> tuple[StatementChange, ...]:
    """Weights of evidence with another statement: "relevance.x" and "independence.x"."""
    return tuple(_weight_changes(first, second))


def _weight_changes(first: Assessment, second: Assessment) -> Iterator[StatementChange]:
    earlier, later = _stated_weights(first), _stated_weights(second)
    for name in dict.fromkeys((*earlier, *later)):
        before, after = earlier.get(name), later.get(name)
        yield from _statement_change(name, before, after, used=_number(before) != _number(after))


def _number(stated: Stated | None) -> object:
    """The value of a weight; an independence that is not stated is 0."""
    return stated.statement if stated else Constant(value=0.0)


def _stated_weights(assessment: Assessment) -> Mapping[str, Stated]:
    own = assessment.prior_set
    numbers = {
        **{f"relevance.{name}": value for name, value in own.relevance.items()},
        **{f"independence.{name}": value for name, value in own.independence.items()},
    }
    return {name: own.shares.get(name, Stated(statement=Constant(value=value))) for name, value in numbers.items()}


def _statement_change(
    name: str, before: Stated | None, after: Stated | None, *, used: bool
) -> Iterator[StatementChange]:
    if _content(before) != _content(after):
        yield StatementChange(name=name, before=before, after=after, affects_result=used)


def _content(stated: Stated | None) -> tuple[object, ...]:
    """A statement with its reason and source, whatever its place in the file."""
    return (stated.statement, stated.because, stated.source) if stated else ()
