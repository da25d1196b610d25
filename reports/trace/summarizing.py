"""From a posterior to the trace of one of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from estimative.model.analysis.equation_trace import Equation, Term, behind, equation
from estimative.model.inference.posterior import Posterior, PriorPredictive
from estimative.model.spec.events import Outcome
from estimative.model.spec.evidence import Testimony
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.reports.summarizing import (
    analyst_of,
    events_of,
    evidence_of,
    factors_of,
    number,
    outcomes_of,
    quantities_of,
    scenario_of,
    sources_of,
)
from estimative.reports.summary import Computation
from estimative.reports.trace import summary as told


def targets(scenario: Scenario, quantities: Iterable[str]) -> Mapping[str, str]:
    """What can be traced, and of which sort it is: outcomes, events, quantities; factors by their bare names too."""
    names = list(quantities)
    return {
        **dict.fromkeys(names, "quantity"),
        **dict.fromkeys(scenario.factors, "quantity"),
        **dict.fromkeys(scenario.events, "event"),
        **dict.fromkeys(scenario.outcomes, "outcome"),
    }


def summarize(
    posterior: Posterior, before: PriorPredictive, target: str, *, computation: Computation, allow_unconverged: bool
) -> told.Trace:
    """Everything behind one number: for a quantity, the events whose equations it enters."""
    assessment = posterior.assessment
    scenario = assessment.scenario
    sort = targets(scenario, assessment.priors)[target]
    target = f"factors.{target}" if sort == "quantity" and target in scenario.factors else target
    events = _entered(scenario, target) if sort == "quantity" else behind(posterior, target)
    names = {target} if sort == "quantity" else _quantities(assessment.priors, scenario, events)
    of_events = sort != "quantity" or target.startswith(("events.", "effects.", "tables."))
    items = _items(scenario, names, events if of_events else ())
    names |= {name for name in assessment.priors if QuantityName.parse(name).subject in items and _of_items(name)}
    telling = posterior.verdict.passed or allow_unconverged
    return told.Trace(
        scenario=scenario_of(assessment),
        analyst=analyst_of(posterior),
        converged=posterior.verdict.passed,
        caution="" if posterior.verdict.passed else told.UNCONVERGED if telling else told.WITHHELD,
        target=target,
        sort=sort,
        outcome=dict(outcomes_of(posterior, before))[target] if sort == "outcome" and telling else None,
        definition=_definition(scenario.outcomes[target]) if sort == "outcome" else "",
        events={name: one for name, one in events_of(posterior, before) if name in events} if telling else {},
        equations=dict(_equations(posterior, events)) if telling else {},
        factors={n: one for n, one in factors_of(posterior) if f"factors.{n}" in names} if telling else {},
        quantities={name: one for name, one in quantities_of(posterior) if name in names} if telling else {},
        evidence={name: item for name, item in evidence_of(assessment) if name in items},
        sources={name: one for name, one in sources_of(assessment).items() if name in _sources(scenario, items)},
        computation=computation,
    )


def _entered(scenario: Scenario, quantity: str) -> tuple[str, ...]:
    """The events whose equations a quantity is part of."""
    name = QuantityName.parse(quantity)
    match name.section:
        case "factors":
            return tuple(n for n in scenario.order if name.subject in {d.name for d in scenario.events[n].drivers})
        case "events" | "effects" | "tables":
            return (name.subject,)
        case _:
            about = scenario.evidence[name.subject].about
            return (about,) if about in scenario.events else _entered(scenario, f"factors.{about}")


def _quantities(priors: Iterable[str], scenario: Scenario, events: Iterable[str]) -> set[str]:
    """Those in the equations of some events."""
    names = set(priors)
    wanted: set[str] = set()
    for name in events:
        prefixes = (f"effects.{name}.", f"tables.{name}.")
        wanted |= {quantity for quantity in names if quantity == f"events.{name}" or quantity.startswith(prefixes)}
        wanted |= {f"factors.{driver.name}" for driver in scenario.events[name].drivers}
    return wanted & names


def _items(scenario: Scenario, quantities: set[str], events: Iterable[str]) -> set[str]:
    """The evidence about these factors, these events and outcomes of them, and the item whose quantity it is."""
    names = [QuantityName.parse(name) for name in quantities]
    about = {*events, *(name.subject for name in names if name.section in ("factors", "events"))}
    about |= {name for name, outcome in scenario.outcomes.items() if set(outcome.events) <= set(events)}
    found = {item.id for item in scenario.evidence.values() if item.about in about}
    found |= {
        item.id
        for item in scenario.evidence.values()
        if isinstance(item, Testimony) and item.motive and f"factors.{item.motive}" in quantities
    }
    return found | {name.subject for name in names if _of_items(str(name))}


def _of_items(quantity: str) -> bool:
    return QuantityName.parse(quantity).section in ("evidence", "motives")


def _sources(scenario: Scenario, items: Iterable[str]) -> set[str]:
    return {scenario.evidence[name].source for name in items}


def _definition(outcome: Outcome) -> str:
    """An outcome in terms of its events."""
    parts = []
    if outcome.all:
        parts.append(" and ".join(outcome.all))
    if outcome.any:
        parts.append(f"at least one of {', '.join(outcome.any)}")
    if outcome.none:
        parts.append(f"none of {', '.join(outcome.none)}")
    given = f", given {' and '.join(outcome.given)}" if outcome.given else ""
    return "; ".join(parts) + given


def _equations(posterior: Posterior, events: Iterable[str]) -> Iterator[tuple[str, told.Equation]]:
    """Of the events whose condition can be so."""
    for name in events:
        if found := equation(posterior, name):
            yield name, _equation(posterior.assessment.scenario, found)


def _equation(scenario: Scenario, found: Equation) -> told.Equation:
    event = scenario.events[found.event]
    return told.Equation(
        form=event.form,
        years=scenario.years if event.form == "rate" else None,
        terms=tuple(_term(term, scenario) for term in found.terms),
        entries={name: number(value) for name, value in found.entries},
        told=number(found.told) if found.told else None,
    )


def _term(term: Term, scenario: Scenario) -> told.Term:
    return told.Term(
        quantity=term.quantity,
        driver=term.driver,
        direction=("raises" if term.sign > 0 else "lowers") if term.driver else "",
        value=number(term.value),
        level=number(term.level) if term.level else None,
        of_event=term.driver in scenario.events,
        contribution=number(term.contribution),
    )
