"""The mathematics of a scenario by brute force: plain floats, and a sum over every joint state of the events.

Written from the definitions alone, so that whatever the package does cleverly has something naive to agree with.
Values are told by the names of the prior set file ("effects.request.plan"), ratios as ratios, not as logarithms.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, cached_property
from itertools import pairwise, product

from msgspec import Struct, field

from estimative.model.spec.events import Event, Outcome, event_of
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.model.spec.quantities import effect_name
from estimative.model.spec.scenario import Scenario

type Values = Mapping[str, float]
type State = Mapping[str, bool]
type Accepted = Callable[[State], bool]


class Oracle(Struct, frozen=True, kw_only=True, dict=True):
    """A scenario with one value for every quantity."""

    scenario: Scenario
    values: Values
    relevance: Mapping[str, float] = field(default_factory=dict)
    independence: Mapping[str, float] = field(default_factory=dict)
    stated_years: Mapping[str, float] = field(default_factory=dict)
    """For which the chances of events are stated that may happen anytime; the scenario's where nothing is said."""

    @property
    def log_likelihood(self) -> float:
        """ln P(evidence | values); -inf where no state of the events agrees with what was observed."""
        evidence = self.scenario.evidence.values()
        aside = math.fsum(self.weight(item) * self._log_density(item) for item in evidence)
        return aside + _log(math.fsum(before * told for _, before, told in self._states))

    def outcome(self, name: str, *, evidence: bool = True) -> float:
        """P(outcome | its condition), after the evidence or before it; nan where the condition is impossible."""
        outcome = self.scenario.outcomes[name]
        condition = self.mass(lambda state: conditioned(outcome, state), evidence=evidence)
        return _share(self.mass(lambda state: _comes_about(outcome, state), evidence=evidence), condition)

    def event(self, name: str, *, evidence: bool = True) -> float:
        """P(event), or P(a state of one)."""
        everything = self.mass(lambda _: True, evidence=evidence)
        return _share(self.mass(lambda state: state[name], evidence=evidence), everything)

    def link(self, name: str, *, evidence: bool = True) -> float:
        """P(event | all it is given happened, nothing it is unless)."""
        event = self.scenario.events[event_of(name)]
        condition = self.mass(lambda state: possible(event, state), evidence=evidence)
        return _share(self.mass(lambda state: possible(event, state) and state[name], evidence=evidence), condition)

    def condition(self, name: str, *, evidence: bool = True) -> float:
        """P(the condition of an outcome)."""
        outcome = self.scenario.outcomes[name]
        everything = self.mass(lambda _: True, evidence=evidence)
        return _share(self.mass(lambda state: conditioned(outcome, state), evidence=evidence), everything)

    def weight(self, item: Evidence) -> float:
        """How much an item counts: n items of one origin and subject count together as 1 + (n - 1) k."""
        day = self.scenario.as_of
        counting = [other for other in self.scenario.evidence.values() if not (other.expires and day > other.expires)]
        if item not in counting:
            return 0.0
        same = [(other.origin, other.about) for other in counting]
        n = same.count((item.origin, item.about)) if item.origin else 1
        k = self.independence.get(item.origin, 0.0)
        left = 1.0
        if item.fades and item.date and day > item.date:
            years = item.fades.number / {"day": 365.25, "week": 365.25 / 7, "month": 12, "year": 1}[item.fades.unit]
            left = 0.5 ** (_years(item.date, day) / years)
        return self.relevance.get(item.id, 1.0) * (1 + (n - 1) * k) / n * left

    @cached_property
    def _states(self) -> tuple[tuple[State, float, float], ...]:
        """Every possible joint state, its probability, and the likelihood of what is told of the events."""
        probabilities = ((state, self._probability(state)) for state in self.states())
        return tuple((state, p, self.told(state)) for state, p in probabilities if p > 0)

    def states(self) -> Iterator[State]:
        """Every joint state of the events, possible or not: which happened, and which state of others holds."""
        events = self.scenario.events.values()
        for joint in product(*(event.node_states for event in events)):
            pairs = list(zip(events, joint, strict=True))
            yield {name: holds for event, state in pairs for name, holds in _named(event, state)}

    def mass(self, accepted: Accepted, *, evidence: bool = True) -> float:
        """P(state), and what is told of it, summed over the states that are accepted."""
        return math.fsum(
            before * (told if evidence else 1.0) for state, before, told in self._states if accepted(state)
        )

    def _probability(self, state: State, years: float | None = None) -> float:
        """P(state), over the scenario's years if nothing else is said."""
        mass = 1.0
        for event in self.scenario.events.values():
            if (mass := mass * self.chances(event, state, years)[holding(event, state)]) == 0:
                return 0.0
        return mass

    def chances(self, event: Event, state: State, years: float | None = None) -> dict[str, float]:
        """P(each state of an event | the other events)."""
        if not event.states:
            return dict(zip(event.node_states, self.chance(event, state, years), strict=True))
        if not possible(event, state):
            return {each: float(each == "") for each in event.node_states}
        shares = self._state_chances(event, state)
        return {each: shares.get(each, 0.0) for each in event.node_states}

    def _state_chances(self, event: Event, state: State) -> dict[str, float]:
        if event.form == "table":
            names = [literal for parent in event.table_parents for literal in self._row(parent, state)]
            return self.shares(f"tables.{event.id}.{'+'.join(names) or 'none'}", event)
        return self._moved_shares(event, self._levers(event, state))

    def _moved_shares(self, event: Event, levers: Mapping[str, float]) -> dict[str, float]:
        """Shares of the states where drivers are so far from where they move nothing."""
        shares = self.shares(f"events.{event.id}", event)
        if event.ordered:
            moved = self._moved(event, levers)
            later = [math.fsum(list(shares.values())[k:]) for k in range(1, len(shares))]
            beyond = [1.0, *(moved * p / (moved * p + 1 - p) for p in later), 0.0]
            return {each: beyond[k] - beyond[k + 1] for k, each in enumerate(shares)}
        masses = {
            each: share
            * math.prod(
                self.values[effect_name(event, driver)] ** (driver.sign * levers[driver.name])
                for driver in event.drivers
                if driver.state == each
            )
            for each, share in shares.items()
        }
        return {each: mass / math.fsum(masses.values()) for each, mass in masses.items()}

    def _row(self, parent: str, state: State) -> list[str]:
        """How a parent's state is named in a row of a table; the first one is left out."""
        event = self.scenario.events[parent]
        held = holding(event, state)
        conditional = event.given or event.unless
        left_out = "" if event.states and conditional else event.states[0] if event.states else "no"
        return [] if held == left_out else [f"{parent}={held}" if event.states else parent]

    def shares(self, entry: str, event: Event) -> dict[str, float]:
        """Shares of the states, from a stick that is broken from the last state to the first."""
        order = list(event.states) if event.ordered else sorted(event.states)
        found, left = {}, 1.0
        for each in order[:0:-1]:
            stick = self.values[f"{entry}.{each}"]
            found[each], left = left * stick, left * (1 - stick)
        found[order[0]] = left
        return {each: found[each] for each in order}

    def chance(self, event: Event, state: State, years: float | None = None) -> tuple[float, float]:
        """P(not e | the other events), P(e | the other events); over the scenario's years if nothing else is said.

        Nothing waits for what has happened, but over years of its own.
        """
        past = self._past if years is None else set()
        years = self.scenario.years if years is None else years
        if not possible(event, state):
            return 1.0, 0.0
        match event.form:
            case "odds":
                odds = self._odds(event, self._levers(event, state))
                chance = odds / (1 + odds)
                if event.timing == "anytime":
                    no = (1 / (1 + odds)) ** (years / self.stated_years.get(event.id, self.scenario.years))
                    return no, 1 - no
                return self._after_some(event, state, years, chance, past)
            case "rate":
                members = (*self._awaited(event, past), event.id)
                hazards = [self.hazard(name, state, years) for name in members]
                before = [tuple(members.index(n) for n in self._clock(name) if n in members) for name in members]
                no, yes = waited(tuple(hazards), tuple(before))
                return no / (no + yes), yes / (no + yes)
            case "table":
                names = [literal for parent in event.table_parents for literal in self._row(parent, state)]
                entry = self.values[f"tables.{event.id}.{'+'.join(names) or 'none'}"]
                return 1 - entry, entry

    def _after_some(
        self, event: Event, state: State, years: float, chance: float, past: Collection[str]
    ) -> tuple[float, float]:
        """The chance for one occurrence, or that after as many as there are of what the event repeats with."""
        before = self._repeated(event)
        if not before:
            return 1 - chance, chance
        mean = self.hazard(before[0], state, years)
        for name in before[1:]:
            odds = self._odds(self.scenario.events[name], self._levers(self.scenario.events[name], state))
            mean *= odds / (1 + odds)
        least = 0 if before[-1] in past else 1
        counts = [math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1)) for n in range(400)]
        none = math.fsum(p * (1 - chance) ** n for n, p in enumerate(counts) if n >= least)
        some = math.fsum(p * (1 - (1 - chance) ** n) for n, p in enumerate(counts) if n >= least)
        return none / (none + some), some / (none + some)

    def _repeated(self, event: Event) -> list[str]:
        """The rate event, then what comes between it and an event that repeats; nothing where it happens once."""
        found: list[str] = []
        while event.repeats:
            others = (self.scenario.events[event_of(name)] for name in event.given)
            event = next(other for other in others if other.form == "rate" or other.repeats)
            found.insert(0, event.id)
        return found

    def hazard(self, name: str, state: State, years: float) -> float:
        """How often a rate event is expected over some years in which its condition is met."""
        event = self.scenario.events[name]
        return years * self._rate(event, self._levers(event, state))

    def _clock(self, name: str) -> list[str]:
        """The rate events at whose dates the clock of an event starts, through given events that take no time."""
        events, found = self.scenario.events, []
        if events[name].form != "rate" or events[name].clock == "start":
            return []
        names = [event_of(other) for other in events[name].given]
        for other in names:
            if events[other].form == "rate":
                found.append(other)
            else:
                names += [event_of(given) for given in events[other].given]
        return list(dict.fromkeys(found))

    def _awaited(self, event: Event, past: Collection[str]) -> tuple[str, ...]:
        """What it waits for, and what that waits for in turn."""
        names = [event.id]
        for name in names:
            names += [other for other in self._clock(name) if other not in names and other not in past]
        return tuple(names[1:])

    @cached_property
    def _past(self) -> set[str]:
        """What was observed to have happened, and what it was given."""
        names = [i.about for i in self.scenario.evidence.values() if isinstance(i, Observation) and i.happened]
        for name in names:
            names += self.scenario.events[event_of(name)].given
        return {event_of(name) for name in names}

    def _levers(self, event: Event, state: State) -> dict[str, float]:
        """How far each driver stands from where it moves nothing: x - 1/2 of a factor, 0 or 1 of an event."""
        return {
            driver.name: self.values[f"factors.{driver.name}"] - 0.5
            if driver.name in self.scenario.factors
            else float(state[driver.name])
            for driver in event.drivers
        }

    def _odds(self, event: Event, design: Mapping[str, float]) -> float:
        base = self.values[f"events.{event.id}"]
        return base / (1 - base) * self._moved(event, design)

    def _rate(self, event: Event, design: Mapping[str, float]) -> float:
        """Per year."""
        return self.values[f"events.{event.id}"] * self._moved(event, design)

    def _moved(self, event: Event, design: Mapping[str, float]) -> float:
        return math.prod(
            self.values[f"effects.{event.id}.{driver.name}"] ** (driver.sign * design[driver.name])
            for driver in event.drivers
        )

    def told(self, state: State, *, about: Collection[str] | None = None) -> float:
        """P(what is told of the events, or of some of them | state), up to a constant."""
        items = [item for item in self.scenario.evidence.values() if about is None or item.about in about]
        return math.prod(self._said(item, state) ** self.weight(item) for item in items)

    def _said(self, item: Evidence, state: State) -> float:
        event = self.scenario.events.get(event_of(item.about))
        match item:
            case Indicator() | Testimony() if event and event.states and event.id == item.about:
                return self._said_by_state(item, event, state)
            case Indicator() | Testimony() if item.given and event and not possible(event, state):
                return 1.0
            case Indicator() if event:
                ratio = self.values[f"evidence.{item.id}"]
                return math.sqrt(ratio if state[item.about] == item.supports else 1 / ratio)
            case Testimony():
                motive = self.values[f"factors.{item.motive}" if item.motive else f"motives.{item.id}"]
                ratio = self.values[f"evidence.{item.id}"]
                news = motive + (1 - motive) / ratio
                return math.sqrt(news if state[item.about] != item.claims else 1 / news)
            case Observation():
                return float(state[item.about] == item.happened)
        return 1.0

    def _said_by_state(self, item: Indicator | Testimony, event: Event, state: State) -> float:
        """The root of what is likely under the state that holds, over the roots of all other likelihoods."""
        likelihoods = {
            each: self.values.get(f"evidence.{item.id}.{each or 'otherwise'}", 1.0) for each in event.node_states
        }
        if isinstance(item, Testimony):
            motive = self.values[f"factors.{item.motive}" if item.motive else f"motives.{item.id}"]
            likelihoods = {each: motive + (1 - motive) * likely for each, likely in likelihoods.items()}
        held = holding(event, state)
        return math.prod(math.sqrt(one if each == held else 1 / one) for each, one in likelihoods.items())

    def _log_density(self, item: Evidence) -> float:
        """ln P(item | values) of the evidence that does not depend on which events happened."""
        match item:
            case Indicator() if item.about in self.scenario.factors:
                x = self.values[f"factors.{item.about}"]
                return (x - 0.5 if item.supports else 0.5 - x) * math.log(self.values[f"evidence.{item.id}"])
            case Measurement():
                mean = item.at_low + (item.at_high - item.at_low) * self.values[f"factors.{item.about}"]
                return _log_normal(item.value, mean, self.values[f"evidence.{item.id}"])
            case Forecast():
                return self._log_forecast(item)
            case Exposure():
                return self._log_exposure(item)
            case Cases():
                return self._log_cases(item)
        return 0.0

    def _log_forecast(self, item: Forecast) -> float:
        if item.quantiles:
            return self._log_quantiles(item)
        yes, no = self._forecast_masses(item)
        if yes == 0 or no == 0:
            return -math.inf
        stated = math.log(item.probability / (1 - item.probability))
        return _log_normal(stated, math.log(yes / no), self.values[f"evidence.{item.id}"])

    def _log_quantiles(self, item: Forecast) -> float:
        """One deviation: the root of the mean square over the quantiles."""
        event, years = self.scenario.events[item.about], self._span_of(item)
        chances = [(state, self._probability(state, years)) for state in self.states()]
        masses = [math.fsum(p for state, p in chances if state[name]) for name in event.literals]
        squares = []
        for share, value in item.quantiles:
            parts = []
            for low, high in pairwise(event.edges):
                if low > 0 and high >= 3 * low:
                    part = math.log(max(min(value, high), low) / low) / math.log(high / low)
                else:
                    part = (max(min(value, high), low) - low) / (high - low)
                parts.append(part)
            below = math.fsum(mass * part for mass, part in zip(masses, parts, strict=False))
            if below <= 0 or math.fsum(masses) <= below:
                return -math.inf
            deviation = math.log(share / (1 - share)) - math.log(below / (math.fsum(masses) - below))
            squares.append(min(deviation, 0) ** 2 if value > event.edges[-1] else deviation**2)
        root = math.sqrt(math.fsum(squares) / len(squares) + 1e-12)
        return _log_normal(root, 0.0, self.values[f"evidence.{item.id}"])

    def _span_of(self, item: Forecast) -> float | None:
        """The years of a forecast; None where they are those of the scenario."""
        start, end = item.date or self.scenario.as_of, item.until or self.scenario.until
        return None if (start, end) == (self.scenario.as_of, self.scenario.until) else _years(start, end)

    def _forecast_masses(self, item: Forecast) -> tuple[float, float]:
        """The mass of yes and no over the forecast's own span, before any evidence; of an outcome, under its condition.

        Rates run over that span in all events; an event of another form takes no time.
        """
        years = self._span_of(item)
        chances = [(state, self._probability(state, years)) for state in self.states()]
        if item.about not in self.scenario.outcomes:
            yes = math.fsum(p for state, p in chances if state[item.about])
            return yes, math.fsum(p for state, p in chances if not state[item.about])
        outcome = self.scenario.outcomes[item.about]
        yes = math.fsum(p for state, p in chances if _comes_about(outcome, state))
        no = math.fsum(p for state, p in chances if conditioned(outcome, state) and not _comes_about(outcome, state))
        return yes, no

    def _log_exposure(self, item: Exposure) -> float:
        event = self.scenario.events[item.about]
        mean = item.years * self._rate(event, self._levers(event, dict.fromkeys(self.scenario.literals, False)))
        return item.count * math.log(mean) - mean - math.log(math.factorial(item.count))

    def _log_state_cases(self, event: Event, trials: Trials) -> float:
        levers = {
            driver.name: trials.at.get(driver.name, 0.5) - 0.5
            if driver.name in self.scenario.factors
            else trials.at.get(driver.name, 0.0)
            for driver in event.drivers
        }
        chances = self._moved_shares(event, levers)
        return math.fsum(count * math.log(chances[each]) for each, count in trials.states.items() if count)

    def _log_cases(self, item: Cases) -> float:
        event = self.scenario.events[item.about]
        total = 0.0
        for trials in item.trials:
            if trials.states:
                total += self._log_state_cases(event, trials)
                continue
            design = {
                driver.name: trials.at.get(driver.name, 0.5) - 0.5
                if driver.name in self.scenario.factors
                else trials.at.get(driver.name, 0.0)
                for driver in event.drivers
            }
            odds = self._odds(event, design)
            total += trials.successes * math.log(odds / (1 + odds)) + (trials.of - trials.successes) * -math.log1p(odds)
        return total


def possible(event: Event, state: State) -> bool:
    """Whether all that an event is given happened, and nothing that it is unless."""
    return all(state[name] for name in event.given) and not any(state[name] for name in event.unless)


def holding(event: Event, state: State) -> str:
    """The state of an event that holds."""
    if not event.states:
        return event.node_states[state[event.id]]
    return next((each for each in event.states if state[f"{event.id}={each}"]), "")


def _named(event: Event, held: str) -> Iterator[tuple[str, bool]]:
    if not event.states:
        yield event.id, held == event.node_states[1]
    for each in event.states:
        yield f"{event.id}={each}", each == held


@cache
def waited(hazards: tuple[float, ...], before: tuple[tuple[int, ...], ...]) -> tuple[float, float]:
    """P(all but the last happened), P(all happened), each at its rate once those before it have happened.

    By uniformisation: at each of a Poisson number of moments either one more happens, or nothing does.
    """
    pace = math.fsum(hazards)
    every = frozenset(range(len(hazards)))
    masses, totals = {frozenset[int](): 1.0}, dict.fromkeys((every - {len(hazards) - 1}, every), 0.0)
    for moment in range(int(pace + 20 * math.sqrt(pace) + 60)):
        poisson = math.exp(-pace + moment * math.log(pace) - math.lgamma(moment + 1))
        for state in totals:
            totals[state] += poisson * masses.get(state, 0.0)
        after = dict.fromkeys(masses, 0.0)
        for state, mass in masses.items():
            ready = [m for m in every - state if state.issuperset(before[m])]
            for member in ready:
                after[state | {member}] = after.get(state | {member}, 0.0) + mass * hazards[member] / pace
            after[state] += mass * (1 - math.fsum(hazards[member] for member in ready) / pace)
        masses = after
    no, yes = totals.values()
    return no, yes


def conditioned(outcome: Outcome, state: State) -> bool:
    """Whether the condition of an outcome is met."""
    return all(state[name] for name in outcome.given) and not any(state[name] for name in outcome.unless)


def _comes_about(outcome: Outcome, state: State) -> bool:
    return (
        conditioned(outcome, state)
        and all(state[name] for name in outcome.all)
        and (not outcome.any or any(state[name] for name in outcome.any))
        and not any(state[name] for name in outcome.none)
    )


def _years(start: datetime.date, end: datetime.date) -> float:
    return (end - start).days / 365.25


def _log_normal(value: float, mean: float, sd: float) -> float:
    return -0.5 * math.log(2 * math.pi) - math.log(sd) - 0.5 * ((value - mean) / sd) ** 2


def _log(mass: float) -> float:
    return math.log(mass) if mass > 0 else -math.inf


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
