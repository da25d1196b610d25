"""The way back from a number: equations, priors with their reasons, evidence with its sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.analysis.equation_trace import Equation, ancestry, equation
from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import (
    EventProbability,
    Probability,
    QuantityResult,
    event_probabilities,
    quantity_result,
    reliable,
)
from estimative.model.inference.info import Computation, FitInfo, Result, ScenarioInfo
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.model.spec.events import Source, event_of
from estimative.model.spec.evidence import Testimony
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.statement_syntax import say
from estimative.priors.statements import Constant, Stated

type TargetKind = Literal["outcome", "event", "quantity", "item", "indicator", "weight"]


class TracedQuantity(Struct, frozen=True, kw_only=True):
    """A quantity, what the prior set states about it, and why."""

    name: str
    statement: str
    """As in the prior set file."""
    because: str
    source: str
    taken_from: str
    """The prior set that it is inherited from, or "the scenario" that suggests it; empty where it is the set's own."""
    distribution: QuantityResult | None
    """None of a weight of evidence and of the chance of an indicator, which are no part of the fitted model."""


class TracedItem(Struct, frozen=True, kw_only=True):
    """An item of evidence, where it was read, and how much it counts."""

    name: str
    about: str
    title: str
    source: Source | None
    locator: str
    grade: str
    """Admiralty code."""
    weight: float
    """Relevance, times what remains of it where several items share an origin."""


class TraceResult(Result, frozen=True, kw_only=True):
    """One number, and everything behind it; no number where the fit failed, unless that was asked for."""

    kind: Literal["trace"] = "trace"
    scenario: ScenarioInfo
    fit: FitInfo
    target: str
    """An outcome, an event, an item of evidence, an indicator, or an input such as "effects.request.plan"."""
    target_kind: TargetKind
    outcome: Probability | None
    """Where the target is an outcome."""
    events: Mapping[str, EventProbability]
    """Behind the target, each after those it depends on; of a quantity, the events whose equations it enters."""
    equations: tuple[Equation, ...]
    """Of those events whose condition is possible."""
    quantities: tuple[TracedQuantity, ...]
    evidence: tuple[TracedItem, ...]

    def __post_init__(self) -> None:
        if self.withheld and (self.outcome or self.events or self.equations or self.quantities):
            raise ValueError("numbers of a fit that did not converge")


def trace_targets(assessment: Assessment) -> Mapping[str, TargetKind]:
    """What can be traced, and of which kind it is; a factor, an item, an indicator and an origin also by bare name."""
    return {name: kind for name, (kind, _) in _targets(assessment).items()}


def _targets(assessment: Assessment) -> Mapping[str, tuple[TargetKind, str]]:
    """Every name that can be traced, with its kind and its full name; of two with one name, the later one counts."""
    scenario = assessment.scenario
    targets: dict[str, tuple[TargetKind, str]] = {}
    for origin in scenario.origins:
        targets[origin] = "weight", f"independence.{origin}"
    for name in scenario.indicators:
        targets |= dict.fromkeys((name, f"indicators.{name}"), ("indicator", name))
    for name in assessment.indicator_priors:
        targets[name] = "indicator", QuantityName.parse(name).subject
    for name in scenario.evidence:
        targets |= dict.fromkeys((name, f"evidence.{name}"), ("item", name))
    for name in assessment.weights:
        targets[name] = "weight", name
    for name in assessment.used:
        targets[name] = "quantity", name
    for name in scenario.factors:
        targets[name] = "quantity", f"factors.{name}"
    for name in (*scenario.literals, *scenario.events):
        targets[name] = "event", name
    for name in scenario.outcomes:
        targets[name] = "outcome", name
    return targets


def trace_result(
    posterior: Posterior,
    prior: PriorPredictive,
    target: str,
    computation: Computation,
    *,
    with_unconverged: bool = False,
) -> TraceResult:
    """Collect everything behind one number.

    Parameters
    ----------
    target
        A name of `trace_targets`.
    """
    assessment, scenario = posterior.assessment, posterior.assessment.scenario
    kind, target = _targets(assessment)[target]
    events, names, items = _behind(posterior, kind, target)
    names |= {name for name in assessment.used if is_of_item(name) and QuantityName.parse(name).subject in items}
    converged = posterior.verdict.passed
    show = converged or with_unconverged
    probabilities = event_probabilities(posterior, prior) if show else {}
    literals = [name for event in scenario.order if event in events for name in scenario.events[event].literals]
    equations = [equation(posterior, name) for name in literals if show]
    return TraceResult(
        converged=converged,
        with_unconverged=with_unconverged,
        computation=computation,
        scenario=ScenarioInfo.of(assessment),
        fit=FitInfo.of(posterior),
        target=target,
        target_kind=kind,
        outcome=reliable(posterior, prior).get(("outcome", target)) if kind == "outcome" and show else None,
        events={name: probabilities[name] for name in literals if show},
        equations=tuple(entry for entry in equations if entry),
        quantities=(
            *(_stated(assessment, kind, target) if show else ()),
            *(_traced(posterior, name) for name in assessment.used if name in names and show),
        ),
        evidence=tuple(_item(assessment, name) for name in scenario.evidence if name in items),
    )


def _behind(posterior: Posterior, kind: TargetKind, target: str) -> tuple[tuple[str, ...], set[str], Collection[str]]:
    """The events whose equations are shown, the quantities in them, and the items of evidence."""
    assessment, scenario = posterior.assessment, posterior.assessment.scenario
    match kind:
        case "outcome" | "event":
            events = ancestry(posterior, target)
            names = _quantities_of(assessment.priors, scenario, events)
            return events, names, _items(scenario, names, events)
        case "quantity":
            events = _events_with(scenario, target)
            of_events = target.startswith(("events.", "effects.", "tables."))
            return events, {target}, _items(scenario, {target}, events if of_events else ())
        case "item":
            return _events_about(scenario, scenario.evidence[target].about), set(), {target}
        case "indicator":
            return _events_about(scenario, scenario.indicators[target].about), set(), ()
        case "weight":
            name = QuantityName.parse(target)
            of_origin = [item.id for item in scenario.evidence.values() if item.origin == name.subject]
            return (), set(), [name.subject] if name.section == "relevance" else of_origin


def _stated(assessment: Assessment, kind: TargetKind, target: str) -> Iterator[TracedQuantity]:
    """What is stated about a weight of evidence, or about the chances of an indicator."""
    own = assessment.prior_set
    if kind == "weight":
        name = QuantityName.parse(target)
        silent = Stated(statement=Constant(value=own.weight(name.section, name.subject)))
        yield _row(target, own.shares.get(target, silent), None)
    for quantity, prior in assessment.indicator_priors.items() if kind == "indicator" else ():
        if QuantityName.parse(quantity).subject == target:
            yield _row(quantity, prior.stated, None)


def _row(name: str, stated: Stated, distribution: QuantityResult | None) -> TracedQuantity:
    return TracedQuantity(
        name=name,
        statement=say(stated.statement),
        because=stated.because,
        source=stated.source,
        taken_from=stated.taken_from,
        distribution=distribution,
    )


def is_of_item(quantity: str) -> bool:
    """Whether a quantity belongs to an item of evidence."""
    return QuantityName.parse(quantity).section in ("evidence", "motives")


def _events_with(scenario: Scenario, quantity: str) -> tuple[str, ...]:
    """The events whose equations a quantity enters."""
    name = QuantityName.parse(quantity)
    match name.section:
        case "factors":
            drivers = {n: [driver.name for driver in scenario.events[n].drivers] for n in scenario.order}
            return tuple(event for event in scenario.order if name.subject in drivers[event])
        case "events" | "effects" | "tables":
            return (name.subject,)
        case _:
            return _events_about(scenario, scenario.evidence[name.subject].about)


def _events_about(scenario: Scenario, about: str) -> tuple[str, ...]:
    """The event itself, or the events that a factor drives."""
    return (event_of(about),) if event_of(about) in scenario.events else _events_with(scenario, f"factors.{about}")


def _quantities_of(priors: Iterable[str], scenario: Scenario, events: Iterable[str]) -> set[str]:
    """The quantities in the equations of some events."""
    names = set(priors)
    entering: set[str] = set()
    for event in events:
        prefixes = (f"effects.{event}.", f"tables.{event}.", f"events.{event}.")
        entering |= {name for name in names if name == f"events.{event}" or name.startswith(prefixes)}
        entering |= {f"factors.{driver.name}" for driver in scenario.events[event].drivers}
    return entering & names


def _items(scenario: Scenario, quantities: set[str], events: Iterable[str]) -> set[str]:
    """The evidence about these factors, these events and outcomes of them, and the item that a quantity belongs to."""
    names = list(map(QuantityName.parse, quantities))
    about = {*events, *(name.subject for name in names if name.section in ("factors", "events"))}
    about |= {name for name, outcome in scenario.outcomes.items() if set(outcome.events) <= set(events)}
    direct = {item.id for item in scenario.evidence.values() if event_of(item.about) in about}
    by_motive = {
        item.id
        for item in scenario.evidence.values()
        if isinstance(item, Testimony) and item.motive and f"factors.{item.motive}" in quantities
    }
    return direct | by_motive | {name.subject for name in names if is_of_item(str(name))}


def _traced(posterior: Posterior, name: str) -> TracedQuantity:
    return _row(name, posterior.assessment.priors[name].stated, quantity_result(posterior, name))


def _item(assessment: Assessment, name: str) -> TracedItem:
    scenario = assessment.scenario
    item = scenario.evidence[name]
    return TracedItem(
        name=name,
        about=item.about,
        title=item.title,
        source=scenario.sources.get(item.source),
        locator=item.locator,
        grade=item.grade,
        weight=float(assessment.weight[list(scenario.evidence).index(name)]),
    )
