"""The result of a what-if: every probability as assessed, and as supposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict

from msgspec import Struct

from estimative.model.analysis import what_if
from estimative.model.analysis.what_if import Assumption, Supposition, WhatIf, level
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.info import Computation, FitInfo, Result, ScenarioInfo
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior
from estimative.model.spec.events import Event
from estimative.model.spec.scenario import Scenario


class Change(Struct, frozen=True, kw_only=True):
    """A probability before and after; None where its condition is impossible."""

    before: ProbabilityEstimate | None
    after: ProbabilityEstimate | None
    difference: MCEstimate | None
    """After less before, in probability; its error is that of draws on common random numbers."""
    shift: MCEstimate | None
    """After less before, in natural log-odds; None also where one of the two is 0 or 1."""


class _Fields(TypedDict):
    """Of a change."""

    before: ProbabilityEstimate | None
    after: ProbabilityEstimate | None
    difference: MCEstimate | None
    shift: MCEstimate | None


class OutcomeChange(Change, frozen=True, kw_only=True):
    """An outcome before and after."""

    name: str


class EventChange(Change, frozen=True, kw_only=True):
    """An event before and after, whatever else happens, and under its own condition."""

    name: str
    conditional: Change


class FactorLevel(Struct, frozen=True, kw_only=True):
    """The mean degree of a factor today, which an intervention leaves as it is."""

    name: str
    before: MCEstimate
    after: MCEstimate
    set_to: float | None
    """The degree at which an intervention sets it from now on."""


class SweepPoint(Struct, frozen=True, kw_only=True):
    """The probabilities where an intervention sets the factor to one value; those that are defined there."""

    value: float
    outcomes: Mapping[str, ProbabilityEstimate]
    events: Mapping[str, ProbabilityEstimate]
    """Each under its own condition."""


class SweepResult(Struct, frozen=True, kw_only=True):
    """A factor set to one value after another, together with whatever else is supposed."""

    factor: str
    points: tuple[SweepPoint, ...]


class WhatIfResult(Result, frozen=True, kw_only=True):
    """Every probability before and after; none where a fit failed, unless that was asked for."""

    kind: Literal["whatif"] = "whatif"
    scenario: ScenarioInfo
    fit: FitInfo
    """As assessed."""
    fit_after: FitInfo
    """As supposed."""
    assumptions: tuple[Assumption, ...]
    outcomes: tuple[OutcomeChange, ...]
    events: tuple[EventChange, ...]
    """Each after those it depends on."""
    factors: tuple[FactorLevel, ...]
    sweep: SweepResult | None

    def __post_init__(self) -> None:
        if self.withheld and (self.outcomes or self.events or self.factors or self.sweep):
            raise ValueError("numbers of a fit that did not converge")

    @property
    def has_results(self) -> bool:
        """Whether there are numbers to show."""
        return bool(self.outcomes)

    @property
    def headline(self) -> OutcomeChange:
        """Of the headline, whose condition is always possible."""
        return next(row for row in self.outcomes if row.name == self.scenario.headline)


def what_if_result(
    answer: WhatIf,
    supposition: Supposition,
    computation: Computation,
    *,
    sweep: what_if.Sweep | None = None,
    with_unconverged: bool = False,
) -> WhatIfResult:
    """Collect the numbers of two posteriors and of a sweep."""
    posteriors = [answer.before, answer.after, *(sweep.posteriors if sweep else ())]
    converged = all(posterior.verdict.passed for posterior in posteriors)
    scenario = answer.before.assessment.scenario
    show = converged or with_unconverged
    factors = [_level(answer, name, supposition.intervention.factors.get(name)) for name in scenario.factors if show]
    return WhatIfResult(
        converged=converged,
        with_unconverged=with_unconverged,
        computation=computation,
        scenario=ScenarioInfo.of(answer.before.assessment),
        fit=FitInfo.of(answer.before),
        fit_after=FitInfo.of(answer.after),
        assumptions=supposition.assumptions,
        outcomes=tuple(
            OutcomeChange(name=name, **_change(answer, "outcome", name)) for name in scenario.outcomes if show
        ),
        events=tuple(_event(answer, name, scenario.event(name)) for name in scenario.ordered_literals if show),
        factors=tuple(factors),
        sweep=_sweep(sweep, scenario) if sweep and show else None,
    )


def _change(answer: WhatIf, sort: str, name: str) -> _Fields:
    key = (sort, name)
    change = next((change for change in answer.changes if (change.sort, change.id) == key), None)
    return {
        "before": answer.before.estimates.get(key),
        "after": answer.after.estimates.get(key),
        "difference": change.difference if change else None,
        "shift": change.shift if change else None,
    }


def _event(answer: WhatIf, name: str, event: Event) -> EventChange:
    conditional = Change(**_change(answer, _sort(event), name))
    return EventChange(name=name, conditional=conditional, **_change(answer, "event", name))


def _sort(event: Event) -> str:
    """The target that is an event under its own condition."""
    return "link" if event.given or event.unless else "event"


def _level(answer: WhatIf, name: str, set_to: float | None) -> FactorLevel:
    return FactorLevel(name=name, before=level(answer.before, name), after=level(answer.after, name), set_to=set_to)


def _sweep(sweep: what_if.Sweep, scenario: Scenario) -> SweepResult:
    pairs = zip(sweep.values, sweep.posteriors, strict=True)
    return SweepResult(factor=sweep.factor, points=tuple(_point(value, p, scenario) for value, p in pairs))


def _point(value: float, posterior: Posterior, scenario: Scenario) -> SweepPoint:
    def defined(keys: Mapping[str, tuple[str, str]]) -> dict[str, ProbabilityEstimate]:
        return {name: posterior.estimates[key] for name, key in keys.items() if key in posterior.estimates}

    return SweepPoint(
        value=value,
        outcomes=defined({name: ("outcome", name) for name in scenario.outcomes}),
        events=defined({name: (_sort(scenario.event(name)), name) for name in scenario.ordered_literals}),
    )
