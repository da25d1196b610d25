"""What is wrong with a scenario as a whole: unknown names, cycles, contradictions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from estimative.model.spec.clock import clock_errors
from estimative.model.spec.events import (
    MOST_STATES,
    OTHERWISE,
    PARTS,
    Event,
    Factor,
    Outcome,
    Source,
    event_of,
    parents_of,
)
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
from estimative.model.spec.evidence_names import name_errors
from estimative.model.spec.lasting import ageing_errors, timing_errors
from estimative.model.spec.ranges import quantile_errors, range_errors
from estimative.model.spec.repeats import repeat_errors
from estimative.priors.errors import Issue, Place, listed, quote, unknown_name
from estimative.priors.statement_syntax import is_key
from estimative.priors.toml_table import A_STATE, STATE


class Parts(Protocol):
    """The parts of a scenario, whether or not they fit together."""

    @property
    def as_of(self) -> datetime.date: ...
    @property
    def until(self) -> datetime.date: ...
    @property
    def checkpoints(self) -> tuple[datetime.date, ...]: ...
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


MOST_EVENTS = 12
"""Of an outcome, and of events that an event depends on: tables have 2 to this power of entries."""
MOST_TABLE_PARENTS = 10
"""A prior set states 2 to this power of probabilities."""


def errors_of(scenario: Parts) -> Iterator[Issue]:
    """Yield everything that keeps the parts from being a scenario; keys are as in a scenario file."""
    yield from _frame_errors(scenario)
    for event in scenario.events.values():
        yield from _event_errors(event, scenario)
    yield from _cycle_errors(scenario)
    for outcome in scenario.outcomes.values():
        yield from _outcome_errors(outcome, scenario)
    for item in scenario.evidence.values():
        yield from _item_errors(item, f"evidence.{item.id}", scenario)
    for indicator in scenario.indicators.values():
        yield from _item_errors(indicator, f"indicators.{indicator.id}", scenario)
        yield from _indicator_errors(indicator, scenario)
    yield from name_errors(scenario.evidence)
    yield from _observation_errors(scenario)


def _error(
    key: str, message: str, *, code: str, value: object = None, allowed: str = "", suggestion: str = ""
) -> Issue:
    text = "" if value is None else quote(value)
    return Issue(code=code, message=message, place=Place(key=key), value=text, allowed=allowed, suggestion=suggestion)


def _frame_errors(scenario: Parts) -> Iterator[Issue]:
    if scenario.until <= scenario.as_of:
        message = f"the horizon ends on {scenario.until}, which is not after as_of"
        allowed = f"a date after {scenario.as_of}"
        yield _error("scenario.until", message, code="date-out-of-range", value=scenario.until, allowed=allowed)
    yield from checkpoint_errors(scenario.checkpoints, scenario, "scenario.checkpoints")
    for section in ("events", "outcomes"):
        if not getattr(scenario, section):
            yield _error(
                section, f"there are no {section}", code="missing-section", allowed=f"at least one [{section}.NAME]"
            )
    if scenario.outcomes:
        yield from _unknown("scenario.headline", scenario.headline, scenario.outcomes, "an outcome")
    for section in ("sources", "factors", "events", "outcomes", "evidence", "indicators"):
        for name, entry in getattr(scenario, section).items():
            if entry.id != name:
                message = f"{quote(name)} has the id {quote(entry.id)}"
                yield _error(f"{section}.{name}", message, code="wrong-id", value=entry.id, allowed="its own name")
    for section, others in (("events", scenario.factors), ("outcomes", scenario.factors)):
        for name in sorted(getattr(scenario, section).keys() & others.keys()):
            yield _duplicate(f"{section}.{name}", name, "a factor")


def checkpoint_errors(dates: Sequence[datetime.date], scenario: Parts, key: str) -> Iterator[Issue]:
    """Yield the errors of dates before the horizon; `key` is where they are stated."""
    for date in dates:
        if not scenario.as_of < date < scenario.until:
            message = f"{date} is not between as_of, {scenario.as_of}, and the horizon, {scenario.until}"
            allowed = f"a date after {scenario.as_of} and before {scenario.until}"
            yield _error(key, message, code="date-out-of-range", value=date, allowed=allowed)
    for date in sorted({date for date in dates if dates.count(date) > 1}):
        yield _error(key, f"{date} is there twice", code="duplicate-name", value=date)


def _duplicate(key: str, name: str, owner: str) -> Issue:
    return _error(key, f"{quote(name)} is also the name of {owner}", code="duplicate-name", value=name)


def _event_errors(event: Event, scenario: Parts) -> Iterator[Issue]:
    path = f"events.{event.id}"
    yield from _state_errors(event, scenario)
    yield from range_errors(event)
    for key, names in (("given", event.given), ("unless", event.unless)):
        for index, name in enumerate(names):
            yield from _unknown_literal(f"{path}.{key}.{index}", name, scenario)
    for index, name in enumerate(event.table_parents):
        yield from _unknown(f"{path}.parents.{index}", name, scenario.events, "an event")
    for key, names in (("given", event.given), ("unless", event.unless), ("parents", event.table_parents)):
        if len(set(names)) < len(names):
            yield _error(f"{path}.{key}", "an event is there twice", code="duplicate-name")
    for name in sorted(set(event.given) & set(event.unless)):
        yield _error(f"{path}.unless", f"{quote(name)} is also in given", code="contradiction", value=name)
    if len({(driver.name, driver.state) for driver in event.drivers}) < len(event.drivers):
        yield _error(f"{path}.drivers", "a driver is there twice", code="duplicate-name")
    # The key "none" of a table means that no parent happened.
    if "none" in event.table_parents:
        message = 'an event named "none" cannot be in a table, where "none" means that no parent happened'
        yield _error(f"{path}.parents", message, code="bad-name", value="none", allowed="another name")
    for name in dict.fromkeys(driver.name for driver in event.drivers):
        # Factors and events share one namespace, since a driver may be either.
        if name not in scenario.factors:
            yield from _unknown_literal(f"{path}.drivers.{name}", name, scenario, what="a factor or an event")
    yield from timing_errors(event)
    yield from _driver_errors(event)
    yield from _form_errors(event, scenario)


def _state_errors(event: Event, scenario: Parts) -> Iterator[Issue]:
    path = f"events.{event.id}"
    if event.ordered and not event.states:
        yield _error(f"{path}.ordered", "an event that is ordered needs states", code="wrong-form", value=True)
    if not event.states or event.edges:
        return
    if event.form == "rate":
        message = 'an event of form "rate" happens or does not, and has no states'
        yield _error(f"{path}.states", message, code="wrong-form", suggestion='Write form = "odds" or "table".')
    if event.form == "table" and event.ordered:
        message = "a table states its probabilities itself; ordered says how drivers act"
        yield _error(f"{path}.ordered", message, code="wrong-form", value=True)
    if len(event.states) == 1:
        message, fix = "one state is no choice", "Leave states out for an event that happens or does not."
        yield _error(f"{path}.states", message, code="too-few", allowed="two states or more", suggestion=fix)
    if len(event.states) > MOST_STATES:
        message, fix = f"the event has {len(event.states)} states", "Join states that you would not tell apart."
        allowed = f"at most {MOST_STATES}"
        yield _error(f"{path}.states", message, code="too-many", allowed=allowed, suggestion=fix)
    yield from _state_name_errors(event, scenario)


def _state_name_errors(event: Event, scenario: Parts) -> Iterator[Issue]:
    for index, state in enumerate(event.states):
        key, other = f"events.{event.id}.states.{index}", f"another name, such as {state}-{event.id}"
        if state in event.states[:index]:
            yield _error(key, "a state is there twice", code="duplicate-name", value=state)
        elif not STATE.fullmatch(state):
            yield _error(key, f"{quote(state)} is not a name", code="bad-name", allowed=A_STATE)
        elif state in scenario.events or state in scenario.factors:
            owner = "an event" if state in scenario.events else "a factor"
            message = f"the state {quote(state)} is also the name of {owner}"
            yield _error(key, message, code="duplicate-name", value=state, allowed=other)
        elif state == OTHERWISE:
            message = f"{quote(OTHERWISE)} stands for an event whose condition is not met"
            yield _error(key, message, code="bad-name", value=state, allowed=other)
        elif is_key(state):
            message = f"{quote(state)} is a key of the statements of priors"
            yield _error(key, message, code="bad-name", value=state, allowed=other)


def _driver_errors(event: Event) -> Iterator[Issue]:
    """Yield the errors of drivers that name no state where they have to, or a state where there is none."""
    for driver in event.drivers:
        path = f"events.{event.id}.drivers.{driver.name}"
        if driver.state and not event.states:
            message = f"{quote(event.id)} has no states; a driver raises or lowers it"
            yield _error(path, message, code="wrong-form", value=driver.state, allowed='"raises" or "lowers"')
        elif driver.state and event.ordered:
            message = "a driver of an event that is ordered raises or lowers it, towards its last or its first state"
            yield _error(path, message, code="wrong-form", value=driver.state, allowed='"raises" or "lowers"')
        elif driver.state:
            yield from _unknown(path, driver.state, event.states, f"a state of {quote(event.id)}")
        elif event.states and not event.ordered and event.form == "odds":
            verb = "raises" if driver.sign > 0 else "lowers"
            message = f"the driver {quote(driver.name)} names no state of {quote(event.id)}"
            fix = f"Write {{ {verb} = [{quote(event.states[-1])}] }}."
            yield _error(path, message, code="missing-state", allowed="the states that it changes", suggestion=fix)


def _unknown_literal(key: str, name: str, scenario: Parts, what: str = "an event") -> Iterator[Issue]:
    """Yield the error of a name that is neither a binary event nor a state of another."""
    literals = [literal for event in scenario.events.values() for literal in event.literals]
    if name in literals:
        return
    event = scenario.events.get(event_of(name))
    if event is None or not event.states:
        known = {**scenario.factors, **scenario.events} if "factor" in what else scenario.events
        yield from _unknown(key, name, known, what)
        return
    message = f"{quote(name)} names no state of {quote(event.id)}"
    yield _error(key, message, code="missing-state", value=name, allowed=listed(event.literals))


def _form_errors(event: Event, scenario: Parts) -> Iterator[Issue]:
    path = f"events.{event.id}"
    if event.form == "rate" and event.when == "now":
        message = 'a rate needs time to pass, so that an event of form "rate" cannot have happened by now'
        yield _error(f"{path}.when", message, code="wrong-form", value="now", suggestion="horizon")
    if event.form == "table" and event.drivers:
        message = "a table has no drivers; its parents determine its probabilities"
        yield _error(f"{path}.drivers", message, code="wrong-form")
    if event.form == "table" and (event.given or event.unless):
        message = "a table has neither given nor unless"
        yield _error(path, message, code="wrong-form", suggestion="Write 0 in the table for what is impossible.")
    if event.form != "table" and event.table_parents:
        message = f"only a table has parents; an event of form {quote(event.form)} has drivers"
        yield _error(f"{path}.parents", message, code="wrong-form")
    if (number := len(event.table_parents)) > MOST_TABLE_PARENTS:
        yield _too_many(f"{path}.parents", f"the table has {number} parents", MOST_TABLE_PARENTS)
    parents = parents_of(event, scenario.events)
    if (number := len([name for name in parents if name not in event.table_parents])) > MOST_EVENTS:
        yield _too_many(path, f"the event depends on {number} events", MOST_EVENTS)
    for name in parents:
        if event.when == "now" and name in scenario.events and scenario.events[name].when != "now":
            message = f"an event that depends on {quote(name)}, which is still to come, cannot have happened by now"
            yield _error(f"{path}.when", message, code="contradiction", value="now", suggestion="horizon")


def _too_many(key: str, message: str, most: int) -> Issue:
    return _error(key, message, code="too-many", allowed=f"at most {most}")


def _cycle_errors(scenario: Parts) -> Iterator[Issue]:
    graph = {
        # Unknown parents are errors already.
        name: [p for p in parents_of(event, scenario.events) if p in scenario.events]
        for name, event in scenario.events.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # CycleError lists each event after its parent; "a -> b" here means that a depends on b.
        cycle = list(reversed(error.args[1]))
        message = f"these events depend on each other: {' -> '.join(cycle)}"
        yield _error(f"events.{cycle[0]}", message, code="cycle")
    else:
        yield from clock_errors(scenario.events)
        yield from repeat_errors(scenario.events)


def _outcome_errors(outcome: Outcome, scenario: Parts) -> Iterator[Issue]:
    path = f"outcomes.{outcome.id}"
    for key in PARTS:
        for index, name in enumerate(getattr(outcome, key)):
            yield from _unknown_literal(f"{path}.{key}.{index}", name, scenario)
    if not (outcome.all or outcome.any or outcome.none):
        message = "the outcome names no event"
        yield _error(path, message, code="missing-value", allowed="at least one event in all, any or none")
    for name in sorted(set(outcome.none) & {*outcome.all, *outcome.given}):
        message = f"{quote(name)} is in all or given as well: it cannot both happen and not happen"
        yield _error(f"{path}.none", message, code="contradiction", value=name)
    for name in sorted(set(outcome.unless) & {*outcome.all, *outcome.given}):
        message = f"{quote(name)} is in all or given as well: it cannot both happen and not happen"
        yield _error(f"{path}.unless", message, code="contradiction", value=name)
    if outcome.any and set(outcome.any) <= {*outcome.none, *outcome.unless}:
        yield _error(f"{path}.any", "every event of any is also in none or unless", code="contradiction")
    if len(outcome.events) > MOST_EVENTS:
        yield _too_many(path, f"the outcome names {len(outcome.events)} events", MOST_EVENTS)


def _observation_errors(scenario: Parts) -> Iterator[Issue]:
    """Yield the errors of observations that no joint state of the events satisfies, by given and unless alone."""
    seen: dict[str, Observation] = {}
    for item in scenario.evidence.values():
        if isinstance(item, Observation) and event_of(item.about) in scenario.events:
            if item.about in seen:
                message = f"{quote(seen[item.about].id)} is already an observation of {quote(item.about)}"
                yield _error(f"evidence.{item.id}.about", message, code="contradiction", value=item.about)
            seen.setdefault(item.about, item)
    for item in seen.values():
        if not item.happened:
            continue
        for name in _implied(item.about, scenario):
            if name in seen and not seen[name].happened:
                message = f"{quote(item.about)} cannot have happened, since {quote(name)} did not"
                yield _error(f"evidence.{item.id}.happened", message, code="contradiction", value=True)
    yield from _excluded(seen, scenario)


def _excluded(seen: Mapping[str, Observation], scenario: Parts) -> Iterator[Issue]:
    happened = {name for item in seen.values() if item.happened for name in _implied(item.about, scenario)}
    for name in sorted(happened):
        for other in scenario.events[event_of(name)].unless:
            if other in happened:
                first = next(item for item in seen.values() if item.happened and name in _implied(item.about, scenario))
                message = f"{quote(name)} and {quote(other)} cannot both have happened, as the observations imply"
                yield _error(f"evidence.{first.id}.happened", message, code="contradiction", value=True)


def _implied(event: str, scenario: Parts) -> set[str]:
    """Return an event and all that must have happened for it."""
    implied: set[str] = set()
    stack = [event]
    while stack:
        if (name := stack.pop()) not in implied and event_of(name) in scenario.events:
            implied.add(name)
            stack.extend(scenario.events[event_of(name)].given)
    return implied


def _indicator_errors(indicator: Indicator, scenario: Parts) -> Iterator[Issue]:
    """Yield the errors of something to look for that evidence has shown already."""
    path = f"indicators.{indicator.id}"
    if indicator.id in scenario.evidence:
        yield _duplicate(path, indicator.id, "an item of evidence")
    if indicator.origin and indicator.origin in {item.origin for item in scenario.evidence.values()}:
        message = f"the origin {quote(indicator.origin)} already has evidence, so that the indicator is no news"
        yield _error(f"{path}.origin", message, code="duplicate-name", value=indicator.origin, allowed="a new origin")


def _item_errors(item: Evidence, path: str, scenario: Parts) -> Iterator[Issue]:
    known, what = _subjects(item, scenario)
    yield from _unknown(f"{path}.about", item.about, known, what)
    if item.source:
        yield from _unknown(f"{path}.source", item.source, scenario.sources, "a source")
    yield from ageing_errors(item, path)
    if isinstance(item, Indicator | Testimony) and item.given:
        yield from _given_errors(item, path, scenario)
    match item:
        case Measurement() if item.at_low == item.at_high:
            message = "at_high equals at_low, so that the measurement says nothing"
            yield _error(f"{path}.at_high", message, code="contradiction", value=item.at_high, allowed="another value")
        case Testimony() if item.motive is not None:
            yield from _unknown(f"{path}.motive", item.motive, scenario.factors, "a factor")
        case Forecast():
            yield from _span_errors(item, scenario)
            yield from quantile_errors(item, scenario.events.get(item.about))
        case Cases() if item.about in scenario.events:
            yield from _trial_errors(item, scenario)


def _subjects(item: Evidence, scenario: Parts) -> tuple[tuple[str, ...], str]:
    """Return the names that an item of its kind may be about, and what they are."""
    forms = {name: event.form for name, event in scenario.events.items()}
    literals = [literal for event in scenario.events.values() for literal in event.literals]
    either = tuple(dict.fromkeys((*scenario.events, *literals)))
    match item:
        case Measurement():
            return tuple(scenario.factors), "a factor"
        case Indicator():
            return (*scenario.factors, *either), "a factor or an event"
        case Forecast() if item.quantiles:
            return tuple(name for name, event in scenario.events.items() if event.edges), "a number in ranges"
        case Forecast():
            return (*literals, *scenario.outcomes), "an event or an outcome"
        case Exposure():
            return tuple(name for name in forms if forms[name] == "rate"), 'an event of form "rate"'
        case Cases():
            return tuple(name for name in forms if forms[name] == "odds"), 'an event of form "odds"'
        case Observation():
            return tuple(literals), "an event"
        case _:
            return either, "an event"


def _span_errors(item: Forecast, scenario: Parts) -> Iterator[Issue]:
    key, until = f"evidence.{item.id}.until", item.until or scenario.until
    event = scenario.events.get(event_of(item.about))
    if (event is None or not event.takes_time) and until != scenario.until:
        message = 'only a forecast of an event of form "rate" or timing "anytime" can have a horizon of its own'
        yield _error(key, message, code="wrong-form", value=until, allowed=str(scenario.until))
    if until <= (start := item.date or scenario.as_of):
        message = f"the horizon of the forecast, {until}, is not after its start"
        yield _error(key, message, code="date-out-of-range", value=until, allowed=f"a date after {start}")


def _given_errors(item: Indicator | Testimony, path: str, scenario: Parts) -> Iterator[Issue]:
    subject = scenario.events.get(event_of(item.about))
    if subject and subject.states and subject.id == item.about:
        message = f"what the item says where the condition is not met is stated under {quote(OTHERWISE)}"
        yield _error(f"{path}.given", message, code="wrong-form", value=True, allowed="an item about one state")
    elif item.about in scenario.factors or (subject and not subject.given):
        message = f"{quote(item.about)} has no given, so that the item cannot be restricted to it"
        allowed = "an item about an event with given"
        yield _error(f"{path}.given", message, code="wrong-form", value=True, allowed=allowed)


def _trial_errors(item: Cases, scenario: Parts) -> Iterator[Issue]:
    event = scenario.events[item.about]
    if any(bool(trials.states) != bool(event.states) for trials in item.trials):
        what = "how many cases were in each state" if event.states else "how many successes there were"
        yield _error(f"evidence.{item.id}.trials", f"cases of {quote(event.id)} state {what}", code="wrong-form")
    for state in dict.fromkeys(state for trials in item.trials for state in trials.states):
        yield from _unknown(f"evidence.{item.id}.trials", state, event.states, f"a state of {quote(event.id)}")
    drivers = tuple(driver.name for driver in event.drivers)
    for name in dict.fromkeys(name for trials in item.trials for name in trials.at):
        yield from _unknown(f"evidence.{item.id}.at.{name}", name, drivers, f"a driver of {quote(item.about)}")


def _unknown(key: str, name: str, known: Iterable[str], what: str) -> Iterator[Issue]:
    names = tuple(known)
    if name not in names:
        yield unknown_name(Place(key=key), name, sorted(names), f"the name of {what}")
