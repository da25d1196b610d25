"""What changed from one assessment to a later one, entry by entry.

The equations read some of what a scenario and a prior set say and not the rest: a title, a source or a reason may
change without any number's changing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from estimative.model.assessment import Assessment
from estimative.model.spec.evidence import Evidence, Forecast
from estimative.model.spec.scenario import SECTIONS, Scenario
from estimative.priors.quantile_fit import Prior
from estimative.priors.statements import Constant, Stated

FRAME = ("title", "question", "as_of", "until", "headline")
"""What a scenario says of itself."""
DATES = ("as_of", "until")
DECLARED = ("name", "analyst", "date", "rationale", "lineage", "confidence")
"""What an analyst says beside the priors."""
ANY_ORDER = frozenset({"drivers", "given", "unless", "all", "any", "none"})
"""Lists of names whose order says nothing."""
UNREAD: Mapping[str, frozenset[str]] = {
    "factors": frozenset({"title", "low", "high"}),
    "events": frozenset({"title", "when"}),
    "outcomes": frozenset({"title"}),
    "evidence": frozenset({"title", "source", "locator", "date", "grade", "standing"}),
}
"""What no equation reads, by section; of sections that are not named, nothing is read."""


@dataclass(frozen=True, kw_only=True)
class Altered:
    """One field of one entry that is another than before, or a whole entry that is new or gone."""

    section: str
    """Of the scenario's file; "scenario" for what it says of itself, "prior_set" for what an analyst says there."""
    id: str
    """Empty where the section is a single entry."""
    field: str
    """Empty for a whole entry; "kind" where it is of another type."""
    before: Any
    """The value, the entry itself, or None where there was none."""
    after: Any
    read: bool
    """Whether an equation reads it."""


@dataclass(frozen=True, kw_only=True)
class Restated:
    """A quantity, or a weight of evidence, of which something else is said than before."""

    name: str
    before: Stated | None
    """None where it was not asked for, or not stated."""
    after: Stated | None
    read: bool
    """Whether the prior, or the weight, is another one: not only its reason, its source or the form of words."""


def same_question(first: Scenario, second: Scenario) -> bool:
    """Whether two scenarios lead with the same combination of the same events, whatever it is called."""
    return _meaning(first) == _meaning(second)


def _meaning(scenario: Scenario) -> tuple[object, ...]:
    headline = scenario.outcomes[scenario.headline]
    return (scenario.id, *map(frozenset, (headline.all, headline.any, headline.none, headline.given)))


def alterations(first: Scenario, second: Scenario) -> tuple[Altered, ...]:
    """From the first scenario to the second, in the order of the file; what is new stands after what was there."""
    return tuple(_alterations(first, second))


def _alterations(first: Scenario, second: Scenario) -> Iterator[Altered]:
    timed = any(event.form == "rate" for scenario in (first, second) for event in scenario.events.values())
    for name in FRAME:
        before, after = getattr(first, name), getattr(second, name)
        yield from _field("scenario", "", name, before, after, read=timed and name in DATES)
    for section in SECTIONS:
        entries, others = getattr(first, section), getattr(second, section)
        for name in dict.fromkeys((*entries, *others)):
            before, after = entries.get(name), others.get(name)
            if before is None or after is None:
                yield Altered(section=section, id=name, field="", before=before, after=after, read=section in UNREAD)
            else:
                spans = section == "evidence" and (_spans(before, first) or _spans(after, second))
                yield from _entry(section, name, before, after, spans=spans)


def _entry(section: str, name: str, before: Any, after: Any, *, spans: bool) -> Iterator[Altered]:
    kinds = type(before), type(after)
    yield from _field(section, name, "kind", before.kind, after.kind, read=section in UNREAD)
    for field in dict.fromkeys(one.name for kind in kinds for one in fields(kind)):
        read = section in UNREAD and (field not in UNREAD[section] or (field == "date" and spans))
        yield from _field(section, name, field, getattr(before, field, None), getattr(after, field, None), read=read)


def _field(section: str, name: str, field: str, before: Any, after: Any, *, read: bool) -> Iterator[Altered]:
    if _plain(field, before) != _plain(field, after):
        yield Altered(section=section, id=name, field=field, before=before, after=after, read=read)


def _plain(field: str, value: Any) -> Any:
    return frozenset(value) if field in ANY_ORDER and value is not None else value


def _spans(item: Evidence, scenario: Scenario) -> bool:
    """Whether an item's date enters the equations: that of a forecast of a rate with an end of its own."""
    if not isinstance(item, Forecast) or item.until is None or item.about not in scenario.events:
        return False
    return scenario.events[item.about].form == "rate"


def declarations(first: Assessment, second: Assessment) -> tuple[Altered, ...]:
    """What analysts say otherwise of themselves and of their priors as a whole: no equation reads it."""
    one, other = first.prior_set, second.prior_set
    found = (_field("prior_set", "", name, getattr(one, name), getattr(other, name), read=False) for name in DECLARED)
    return tuple(altered for each in found for altered in each)


def restatements(first: Assessment, second: Assessment) -> tuple[Restated, ...]:
    """Quantities and indicators of which something else is said, in the order of the scenario."""
    return tuple(_restatements(first, second))


def _restatements(first: Assessment, second: Assessment) -> Iterator[Restated]:
    for name in dict.fromkeys((*first.priors, *second.priors)):
        one, other = first.priors.get(name), second.priors.get(name)
        read = one is None or other is None or one.family != other.family
        yield from _restated(name, _stated(one), _stated(other), read=read)
    for name in dict.fromkeys((*first.indicator_priors, *second.indicator_priors)):
        one, other = first.indicator_priors.get(name), second.indicator_priors.get(name)
        yield from _restated(name, _stated(one), _stated(other), read=False)


def _stated(prior: Prior | None) -> Stated | None:
    return prior.stated if prior else None


def reweighings(first: Assessment, second: Assessment) -> tuple[Restated, ...]:
    """Weights of evidence of which something else is said: by "relevance.x" and "independence.x"."""
    return tuple(_reweighings(first, second))


def _reweighings(first: Assessment, second: Assessment) -> Iterator[Restated]:
    one, other = _stated_weights(first), _stated_weights(second)
    for name in dict.fromkeys((*one, *other)):
        before, after = one.get(name), other.get(name)
        yield from _restated(name, before, after, read=_number(before) != _number(after))


def _number(stated: Stated | None) -> object:
    """What is stated of a weight; nothing is what an independence of 0 comes to."""
    return stated.statement if stated else Constant(value=0.0)


def _stated_weights(assessment: Assessment) -> Mapping[str, Stated]:
    own = assessment.prior_set
    numbers = {
        **{f"relevance.{name}": value for name, value in own.relevance.items()},
        **{f"independence.{name}": value for name, value in own.independence.items()},
    }
    return {name: own.shares.get(name, Stated(statement=Constant(value=value))) for name, value in numbers.items()}


def _restated(name: str, before: Stated | None, after: Stated | None, *, read: bool) -> Iterator[Restated]:
    if _said(before) != _said(after):
        yield Restated(name=name, before=before, after=after, read=read)


def _said(stated: Stated | None) -> tuple[object, ...]:
    """What was said, wherever it stands."""
    return (stated.statement, stated.because, stated.source) if stated else ()
