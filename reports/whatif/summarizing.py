"""From the posteriors of a what-if to its summary: numbers first, words later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from estimative.model.analysis.what_if import Change, Sweep, WhatIf, level
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.intervention import Intervention
from estimative.reports.summarizing import analyst_of, number, scenario_of, verdict_of
from estimative.reports.summary import Computation, Interval
from estimative.reports.whatif import summary as told
from estimative.reports.wording import term


def summarize(
    found: WhatIf,
    supposed: Sequence[told.Supposed],
    *,
    intervention: Intervention,
    computation: Computation,
    allow_unconverged: bool,
    sweep: Sweep | None = None,
) -> told.WhatIf:
    """The summary of a what-if.

    Parameters
    ----------
    intervention
        What is set by hand.
    allow_unconverged
        Tell the numbers of fits that failed their verdict, with a caution.
    """
    posteriors = [found.before, found.after, *(sweep.posteriors if sweep else ())]
    converged = all(posterior.verdict.passed for posterior in posteriors)
    telling = converged or allow_unconverged
    changes = {(change.sort, change.id): change for change in found.changes} if telling else {}
    scenario = found.before.assessment.scenario
    return told.WhatIf(
        scenario=scenario_of(found.before.assessment),
        analyst=analyst_of(found.before),
        after=verdict_of(found.after.verdict, found.after),
        after_method=found.after.method,
        converged=converged,
        caution="" if converged else told.UNCONVERGED if telling else told.WITHHELD,
        supposed=tuple(supposed),
        outcomes={
            name: told.Outcome(
                title=outcome.title, given=outcome.given, change=_change(found, changes, "outcome", name)
            )
            for name, outcome in scenario.outcomes.items()
            if telling
        },
        events={name: _event(found, changes, name) for name in scenario.order if telling},
        factors={name: _factor(found, intervention, name) for name in scenario.factors if telling},
        sweep=_sweep(sweep) if sweep and telling else None,
        computation=computation,
    )


def _change(found: WhatIf, changes: Mapping[tuple[str, str], Change], sort: str, name: str) -> told.Change | None:
    """None where it is not defined both before and after."""
    if (change := changes.get(key := (sort, name))) is None:
        return None
    return told.Change(
        before=chance(found.before.estimates[key]),
        after=chance(found.after.estimates[key]),
        difference=number(change.difference),
        shift=number(change.shift) if change.shift else None,
    )


def chance(estimate: ProbabilityEstimate) -> told.Chance:
    """A probability with its interval and word."""
    interval = estimate.interval
    return told.Chance(
        probability=estimate.value,
        se=estimate.se,
        interval=Interval(
            kind=interval.kind,
            mass=interval.mass,
            low=interval.low,
            high=interval.high,
            low_se=interval.low_se,
            high_se=interval.high_se,
        ),
        term=term(estimate.value, estimate.se),
    )


def _event(found: WhatIf, changes: Mapping[tuple[str, str], Change], name: str) -> told.Event:
    event = found.before.assessment.scenario.events[name]
    return told.Event(
        title=event.title,
        when=event.when,
        given=event.given,
        unless=event.unless,
        overall=_change(found, changes, "event", name),
        given_previous=_change(found, changes, "link" if event.given or event.unless else "event", name),
    )


def _factor(found: WhatIf, intervention: Intervention, name: str) -> told.Factor:
    before, after = (level(posterior, name) for posterior in (found.before, found.after))
    return told.Factor(
        title=found.before.assessment.scenario.factors[name].title,
        before=number(before),
        after=number(after),
        set_to=intervention.factors.get(name),
    )


def _sweep(found: Sweep) -> told.Sweep:
    factor = found.posteriors[0].assessment.scenario.factors[found.factor]
    points = [_point(value, posterior) for value, posterior in zip(found.values, found.posteriors, strict=True)]
    return told.Sweep(factor=found.factor, title=factor.title, low=factor.low, high=factor.high, points=tuple(points))


def _point(value: float, posterior: Posterior) -> told.Point:
    scenario = posterior.assessment.scenario
    links = {
        name: ("link" if event.given or event.unless else "event", name) for name, event in scenario.events.items()
    }
    return told.Point(
        value=value,
        outcomes={
            name: chance(posterior.estimates["outcome", name])
            for name in scenario.outcomes
            if ("outcome", name) in posterior.estimates
        },
        events={name: chance(posterior.estimates[key]) for name, key in links.items() if key in posterior.estimates},
    )
