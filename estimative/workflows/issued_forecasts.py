"""The forecasts that a saved run made: of an outcome, and of the state of an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimative.model.inference.fit_result import FitResult
from estimative.model.record.resolutions import IssuedForecast
from estimative.model.spec.events import Event, Outcome, event_of
from estimative.model.spec.evidence import Observation
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote, unknown_name
from estimative.priors.state_probability import StateProbability


def chosen_outcome(name: str, scenario: Scenario, result: FitResult) -> Outcome:
    """The outcome of a run with this id.

    Raises
    ------
    InvalidInput
        If the run has no such outcome.
    """
    if name in scenario.outcomes and name in result.outcomes:
        return scenario.outcomes[name]
    place = Place(file=result.run.id, key="outcome")
    raise InvalidInput([unknown_name(place, name, result.outcomes, "an outcome of this run")])


def chosen_event(name: str, scenario: Scenario, result: FitResult) -> Event:
    """The event with states that has this id.

    Raises
    ------
    InvalidInput
        If there is none, or if the run knew its state.
    """
    with_states = [event.id for event in scenario.events.values() if event.states]
    if name not in with_states:
        raise InvalidInput([_no_states(name, scenario, with_states, result.run.id)])
    if any(_tells(item, name) for item in scenario.evidence.values()):
        message, fix = f"the state of {name} is evidence of this run", "What was known is not scored."
        raise invalid(message, code="hindsight", file=result.run.id, key="event", suggestion=fix)
    return scenario.events[name]


def _no_states(name: str, scenario: Scenario, with_states: list[str], run: str) -> Issue:
    place = Place(file=run, key="event")
    if name not in scenario.events:
        return unknown_name(place, name, with_states, "an event with states of this run")
    message, fix = f"{quote(name)} happens or not, it has no states", "Resolve an outcome instead."
    return Issue(code="no-states", message=message, place=place, value=quote(name), suggestion=fix)


def _tells(item: object, event: str) -> bool:
    return isinstance(item, Observation) and item.happened and event_of(item.about) == event


def outcome_forecast(result: FitResult, outcome: Outcome) -> IssuedForecast:
    """The probability of an outcome."""
    estimate = result.outcomes[outcome.id].posterior
    return IssuedForecast(outcome=outcome.id, probability=estimate.value, se=estimate.se, **_origin(result))


def state_forecast(result: FitResult, event: Event) -> IssuedForecast:
    """The probabilities of the states of an event, under its condition where it has one.

    Raises
    ------
    InvalidInput
        If the run does not give all of them.
    """
    states = tuple(_states(result, event))
    if len(states) < len(event.states):
        missing = ", ".join(sorted({*event.states} - {each.state for each in states}))
        message = f"the run does not give the probabilities of all states of {event.id}; without: {missing}"
        raise invalid(message, code="no-forecast", file=result.run.id, key="event")
    return IssuedForecast(event=event.id, states=states, ordered=event.ordered, **_origin(result))


def _states(result: FitResult, event: Event) -> Iterator[StateProbability]:
    for state in event.states:
        shown = result.events.get(f"{event.id}={state}")
        if shown and shown.conditional:
            estimate = shown.conditional.posterior
            yield StateProbability(state=state, probability=estimate.value, se=estimate.se)


def _origin(result: FitResult) -> dict[str, Any]:
    """Whose forecast it is, made when, and up to which day."""
    return {
        "run": result.run.id,
        "created": result.run.created,
        "scenario": result.scenario.id,
        "scenario_digest": result.scenario.digest,
        "prior_set": result.prior_set.name,
        "prior_set_digest": result.prior_set.digest,
        "analyst": result.prior_set.analyst,
        "as_of": result.scenario.as_of,
        "until": result.scenario.until,
    }
