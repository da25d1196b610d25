"""From a sensitivity analysis to its summary: numbers first, words later."""

from __future__ import annotations

from estimative.model.analysis.power_scaling import THRESHOLD, PowerScaling
from estimative.model.analysis.sobol import Sobol
from estimative.model.analysis.structural import Alternative, Alternatives
from estimative.model.analysis.tornado import HIGH, LOW, Swing, Tornado
from estimative.model.inference.posterior import Posterior, PriorPredictive
from estimative.reports.sensitivity import summary as told
from estimative.reports.summarizing import analyst_of, effort_of, number, probability_fields, scenario_of, titles
from estimative.reports.summary import Computation, Probability


def summarize(
    posterior: Posterior,
    before: PriorPredictive,
    *,
    tornado: Tornado | None,
    sobol: Sobol | None,
    power_scaling: PowerScaling | None,
    alternatives: Alternatives | None,
    computation: Computation,
    allow_unconverged: bool,
) -> told.Sensitivity:
    """The summary of a sensitivity analysis; a part that could not be reckoned is None."""
    assessment = posterior.assessment
    efforts = [part.effort for part in (tornado, alternatives) if part]
    converged = posterior.verdict.passed and all(effort.converged for effort in efforts)
    telling = posterior.verdict.passed or allow_unconverged
    key = ("outcome", assessment.scenario.headline)
    named = dict(titles(assessment.scenario))
    return told.Sensitivity(
        scenario=scenario_of(assessment),
        analyst=analyst_of(posterior),
        converged=converged,
        caution="" if converged else told.UNCONVERGED if allow_unconverged else told.WITHHELD,
        headline_title=assessment.scenario.outcomes[assessment.scenario.headline].title,
        headline=Probability(**probability_fields(posterior.estimates[key], before.estimates[key]))  # type: ignore[arg-type]
        if telling
        else None,
        tornado=_tornado(tornado, named) if tornado and (tornado.effort.converged or allow_unconverged) else None,
        sobol=_sobol(sobol) if sobol and telling else None,
        power_scaling=_power_scaling(power_scaling) if power_scaling and telling else None,
        structure=_structure(alternatives)
        if alternatives and (alternatives.effort.converged or allow_unconverged)
        else None,
        computation=computation,
    )


def _tornado(found: Tornado, named: dict[str, str]) -> told.Tornado:
    return told.Tornado(
        low_quantile=LOW,
        high_quantile=HIGH,
        quantities={swing.name: _swing(swing, named[swing.name]) for swing in found.quantities},
        weights={swing.name: _swing(swing, named[swing.name]) for swing in found.weights},
        constants=found.constants,
        effort=effort_of(found.effort),
    )


def _swing(swing: Swing, title: str) -> told.Swing:
    return told.Swing(
        title=title,
        low=swing.low,
        high=swing.high,
        at_low=number(swing.at_low),
        at_high=number(swing.at_high),
        swing=number(swing.swing) if swing.swing else None,
    )


def _sobol(found: Sobol) -> told.Sobol:
    return told.Sobol(
        sd=found.sd,
        alone=number(found.alone),
        quantities={one.name: told.Indices(first=number(one.first), total=number(one.total)) for one in found.indices},
        untouched=found.untouched,
        evaluations=found.evaluations,
    )


def _power_scaling(found: PowerScaling) -> told.PowerScaling:
    return told.PowerScaling(
        threshold=THRESHOLD,
        all_priors=number(found.all_priors),
        all_evidence=number(found.all_evidence),
        quantities={
            one.name: told.PowerScaled(
                prior=number(one.prior),
                evidence=number(one.evidence),
                headline=number(one.headline),
                diagnosis=one.diagnosis,
            )
            for one in found.quantities
        },
    )


def _structure(found: Alternatives) -> told.Structure:
    return told.Structure(
        noisy_or=_alternative(found.link),
        without_effect={one.name: _alternative(one) for one in found.effects},
        effort=effort_of(found.effort),
    )


def _alternative(one: Alternative) -> told.Alternative:
    return told.Alternative(probability=number(one.probability), shift=number(one.shift) if one.shift else None)
