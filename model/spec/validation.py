"""Everything that keeps the parts of a scenario from being one: unknown names, circles, contradictions."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from estimative.model.spec.events import Event, Factor, Outcome, Source, parents_of
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
)
from estimative.priors.errors import listed


class Parts(Protocol):
    """What a scenario consists of, whether or not it fits together."""

    @property
    def as_of(self) -> datetime.date: ...
    @property
    def until(self) -> datetime.date: ...
    @property
    def headline(self) -> str: ...
    @property
    def sources(self) -> Mapping[str, Source]: ...
    @property
    def factors(self) -> Mapping[str, Factor]: ...
    @property
    def events(self) -> Mapping[str, Event]: ...
    @property
    def outcomes(self) -> Mapping[str, Outcome]: ...
    @property
    def evidence(self) -> Mapping[str, Evidence]: ...
    @property
    def indicators(self) -> Mapping[str, Indicator]: ...


@dataclass(frozen=True, kw_only=True)
class Defect:
    """Why something is no scenario: the path of the entry in the file, and what is wrong there."""

    path: tuple[str | int, ...]
    found: str
    expected: str
    name: str = ""
    known: tuple[str, ...] = ()


class Defective(ValueError):
    """A scenario that cannot be built."""

    def __init__(self, defects: tuple[Defect, ...]) -> None:
        self.defects = defects
        super().__init__("; ".join(f"{'.'.join(map(str, d.path))}: {d.found}, not {d.expected}" for d in defects))


def defects(scenario: Parts) -> Iterator[Defect]:
    """Everything that keeps the parts from being one scenario."""
    yield from _frame_defects(scenario)
    for event in scenario.events.values():
        yield from _event_defects(event, scenario)
    yield from _cycle_defects(scenario)
    for outcome in scenario.outcomes.values():
        yield from _outcome_defects(outcome, scenario)
    for item in scenario.evidence.values():
        yield from _item_defects(item, ("evidence", item.id), scenario)
    for indicator in scenario.indicators.values():
        yield from _item_defects(indicator, ("indicators", indicator.id), scenario)
        yield from _watched_defects(indicator, scenario)
    yield from _observation_defects(scenario)


def _frame_defects(scenario: Parts) -> Iterator[Defect]:
    if scenario.until <= scenario.as_of:
        yield Defect(path=("scenario", "until"), found=str(scenario.until), expected=f"a date after {scenario.as_of}")
    for section in ("events", "outcomes"):
        if not getattr(scenario, section):
            yield Defect(path=(section,), found="nothing", expected=f"at least one of [{section}.NAME]")
    if scenario.outcomes:
        yield from _unknown(("scenario", "headline"), scenario.headline, scenario.outcomes, "an outcome")
    for section in ("sources", "factors", "events", "outcomes", "evidence", "indicators"):
        for name, entry in getattr(scenario, section).items():
            if entry.id != name:
                yield Defect(
                    path=(section, name), found=f"the id {entry.id!r}", expected=f"{name!r}, as it stands under"
                )
    for name in scenario.factors.keys() & scenario.events.keys():
        yield Defect(path=("events", name), found="the name of a factor", expected="a name of its own")
    for name in scenario.outcomes.keys() & scenario.factors.keys():
        yield Defect(path=("outcomes", name), found="the name of a factor", expected="a name of its own")


def _event_defects(event: Event, scenario: Parts) -> Iterator[Defect]:
    path = ("events", event.id)
    for key, names in (("given", event.given), ("unless", event.unless), ("parents", event.table_parents)):
        for index, name in enumerate(names):
            yield from _unknown((*path, key, index), name, scenario.events, "an event")
        if len(set(names)) < len(names):
            yield Defect(path=(*path, key), found="a name twice", expected="each event once")
    for name in set(event.given) & set(event.unless):
        yield Defect(path=(*path, "unless"), found=repr(name), expected="no event that is also in given")
    known = {**scenario.factors, **scenario.events}
    if len({driver.name for driver in event.drivers}) < len(event.drivers):
        yield Defect(path=(*path, "drivers"), found="a driver twice", expected="each driver once")
    if "none" in event.table_parents:
        yield Defect(
            path=(*path, "parents"),
            found="'none'",
            expected="another name: 'none' stands for no parent's having happened",
        )
    for driver in event.drivers:
        yield from _unknown((*path, "drivers", driver.name), driver.name, known, "a factor or an event")
    yield from _form_defects(event, scenario)


def _form_defects(event: Event, scenario: Parts) -> Iterator[Defect]:
    path = ("events", event.id)
    if event.form == "rate" and event.when == "now":
        yield Defect(path=(*path, "when"), found="'now'", expected="'horizon': a rate needs time to pass")
    if event.form == "table" and event.drivers:
        yield Defect(path=(*path, "drivers"), found="drivers of a table", expected="parents alone")
    if event.form == "table" and (event.given or event.unless):
        yield Defect(path=path, found="given or unless with a table", expected="entries of 0 in the table instead")
    if event.form != "table" and event.table_parents:
        yield Defect(path=(*path, "parents"), found=f"parents of form {event.form!r}", expected="drivers")
    if len(event.table_parents) > 10:
        yield Defect(path=(*path, "parents"), found=f"{len(event.table_parents)} parents", expected="at most 10")
    if len([name for name in parents_of(event, scenario.events) if name not in event.table_parents]) > 12:
        yield Defect(path=path, found="more than 12 parents", expected="at most 12 events on which it depends")
    for name in parents_of(event, scenario.events):
        if event.when == "now" and name in scenario.events and scenario.events[name].when != "now":
            yield Defect(
                path=(*path, "when"),
                found=f"'now', though it depends on {name!r}",
                expected="'horizon', since that is still to come",
            )


def _cycle_defects(scenario: Parts) -> Iterator[Defect]:
    graph = {
        name: [p for p in parents_of(event, scenario.events) if p in scenario.events]
        for name, event in scenario.events.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        yield Defect(path=("events", circle[0]), found="a cycle: " + " -> ".join(circle), expected="events in an order")


def _outcome_defects(outcome: Outcome, scenario: Parts) -> Iterator[Defect]:
    path = ("outcomes", outcome.id)
    for key in ("all", "any", "none", "given"):
        for index, name in enumerate(getattr(outcome, key)):
            yield from _unknown((*path, key, index), name, scenario.events, "an event")
    if not (outcome.all or outcome.any or outcome.none):
        yield Defect(path=path, found="neither all, any nor none", expected="at least one event in one of them")
    for name in set(outcome.none) & {*outcome.all, *outcome.given}:
        yield Defect(path=(*path, "none"), found=repr(name), expected="no event that must also have happened")
    if outcome.any and set(outcome.any) <= set(outcome.none):
        yield Defect(path=(*path, "any"), found="only events of none", expected="one that may happen")
    if len(outcome.events) > 12:
        yield Defect(path=path, found=f"{len(outcome.events)} events", expected="at most 12")


def _observation_defects(scenario: Parts) -> Iterator[Defect]:
    """Observations that no joint state of the events can satisfy, by given and unless alone."""
    seen: dict[str, Observation] = {}
    for item in scenario.evidence.values():
        if isinstance(item, Observation) and item.about in scenario.events:
            if item.about in seen:
                found = f"a second observation of {item.about!r}, beside {seen[item.about].id!r}"
                yield Defect(path=("evidence", item.id, "about"), found=found, expected="one observation of an event")
            seen.setdefault(item.about, item)
    for item in seen.values():
        if not item.happened:
            continue
        for name in _implied(item.about, scenario):
            if name in seen and not seen[name].happened:
                found = f"{item.about!r} happened, though {name!r} did not"
                yield Defect(
                    path=("evidence", item.id, "happened"), found=found, expected="observations that can both be so"
                )
    yield from _excluded(seen, scenario)


def _excluded(seen: Mapping[str, Observation], scenario: Parts) -> Iterator[Defect]:
    happened = {name for item in seen.values() if item.happened for name in _implied(item.about, scenario)}
    for name in sorted(happened):
        for other in scenario.events[name].unless:
            if other in happened:
                first = next(item for item in seen.values() if item.happened and name in _implied(item.about, scenario))
                found = f"{name!r} must have happened, and so must {other!r}"
                yield Defect(
                    path=("evidence", first.id, "happened"), found=found, expected="events that can happen together"
                )


def _implied(event: str, scenario: Parts) -> set[str]:
    """An event and all that must have happened for it."""
    implied: set[str] = set()
    stack = [event]
    while stack:
        if (name := stack.pop()) in scenario.events and name not in implied:
            implied.add(name)
            stack.extend(scenario.events[name].given)
    return implied


def _watched_defects(indicator: Indicator, scenario: Parts) -> Iterator[Defect]:
    """Why something cannot be looked for: what has been told or settled already."""
    path = ("indicators", indicator.id)
    if indicator.id in scenario.evidence:
        yield Defect(path=path, found="the name of an item of evidence", expected="a name of its own")
    if indicator.origin and indicator.origin in {item.origin for item in scenario.evidence.values()}:
        expected = "an origin of its own: what evidence has told already is no news"
        yield Defect(path=(*path, "origin"), found=repr(indicator.origin), expected=expected)


def _item_defects(item: Evidence, path: tuple[str, ...], scenario: Parts) -> Iterator[Defect]:
    known, what = _subjects(item, scenario)
    yield from _unknown((*path, "about"), item.about, known, what)
    if item.source:
        yield from _unknown((*path, "source"), item.source, scenario.sources, "a source")
    match item:
        case Measurement() if item.at_low == item.at_high:
            yield Defect(path=(*path, "at_high"), found="the value of at_low", expected="another value")
        case Testimony() if item.motive is not None:
            yield from _unknown((*path, "motive"), item.motive, scenario.factors, "a factor")
        case Forecast() if item.until is not None:
            yield from _until_defects(item, item.until, scenario)
        case Cases() if item.about in scenario.events:
            yield from _trial_defects(item, scenario)


def _subjects(item: Evidence, scenario: Parts) -> tuple[tuple[str, ...], str]:
    """What an item of its kind may be about."""
    forms = {name: event.form for name, event in scenario.events.items()}
    match item:
        case Measurement():
            return tuple(scenario.factors), "a factor"
        case Indicator():
            return (*scenario.factors, *scenario.events), "a factor or an event"
        case Forecast():
            return (*scenario.events, *scenario.outcomes), "an event or an outcome"
        case Exposure():
            return tuple(name for name in forms if forms[name] == "rate"), "an event of form 'rate'"
        case Cases():
            return tuple(name for name in forms if forms[name] == "odds"), "an event of form 'odds'"
        case _:
            return tuple(scenario.events), "an event"


def _until_defects(item: Forecast, until: datetime.date, scenario: Parts) -> Iterator[Defect]:
    path = ("evidence", item.id, "until")
    event = scenario.events.get(item.about)
    if (event is None or event.form != "rate") and until != scenario.until:
        yield Defect(path=path, found=str(until), expected="no other horizon: only a rate can be told for another one")
    if until <= (start := item.date or scenario.as_of):
        yield Defect(path=path, found=str(until), expected=f"a date after {start}")


def _trial_defects(item: Cases, scenario: Parts) -> Iterator[Defect]:
    drivers = tuple(driver.name for driver in scenario.events[item.about].drivers)
    for name in dict.fromkeys(name for trials in item.trials for name in trials.at):
        yield from _unknown(("evidence", item.id, "at", name), name, drivers, f"a driver of {item.about!r}")


def _unknown(
    path: tuple[str | int, ...], name: str, known: Mapping[str, object] | tuple[str, ...], what: str
) -> Iterator[Defect]:
    if name not in known:
        yield Defect(
            path=path,
            found=repr(name),
            expected=f"the name of {what}: {listed(sorted(known))}",
            name=name,
            known=tuple(known),
        )
