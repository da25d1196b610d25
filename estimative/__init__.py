"""Put a probability on a scenario and defend it.

From a notebook::

    import estimative

    scenario = estimative.read_scenario(estimative.find_scenario("coordinated-attack"))
    priors = estimative.read_prior_set(estimative.find_prior_set("baseline", scenario.id))
    posterior = estimative.by_importance(estimative.assess(scenario, priors), seed=1)
    posterior.headline.value, posterior.headline.mcse, posterior.verdict.passed

Several analysts, by the rules of `estimative compare`::

    assessments = [estimative.assess(scenario, priors) for priors in ...]
    fitter = estimative.Fitter(assessments=tuple(assessments), seed=1)
    first, second = (fitter.fit(one) for one in assessments)
    estimative.attribute(fitter, first, second).decomposition.blocks

What one of them hangs on, by the rules of `sensitivity`, `evidence` and `whatif`::

    estimative.tornado(fitter, first).quantities[0]
    estimative.ledger(fitter, first).stories
    supposed = estimative.Supposition(
        assessment=first.assessment, intervention=estimative.Intervention(factors={"deterrence": 0.9})
    )
    estimative.what_if(fitter, first, supposed).changes
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Fitter": "estimative.model.inference.refit",
    "Intervention": "estimative.model.likelihood.intervention",
    "Supposition": "estimative.model.analysis.what_if",
    "alternatives": "estimative.model.analysis.structural",
    "assess": "estimative.model.assessment",
    "attribute": "estimative.model.disagreement.attribution",
    "before_evidence": "estimative.model.inference.posterior",
    "by_importance": "estimative.model.inference.fit",
    "by_nuts": "estimative.model.inference.fit",
    "compare": "estimative.model.disagreement.analysts",
    "compiled": "estimative.model.inference.nuts",
    "find_prior_set": "estimative.priors.catalog",
    "find_scenario": "estimative.model.spec.scenario_file",
    "ledger": "estimative.model.analysis.evidence_weight",
    "pool": "estimative.model.disagreement.pool",
    "power_scaling": "estimative.model.analysis.power_scaling",
    "read_prior_set": "estimative.priors.prior_set_file",
    "read_scenario": "estimative.model.spec.scenario_file",
    "shipped_prior_sets": "estimative.priors.catalog",
    "shipped_scenarios": "estimative.model.spec.scenario_file",
    "sobol": "estimative.model.analysis.sobol",
    "sweep": "estimative.model.analysis.what_if",
    "tipping": "estimative.model.analysis.tipping_point",
    "tornado": "estimative.model.analysis.tornado",
    "watch": "estimative.model.analysis.information_value",
    "what_if": "estimative.model.analysis.what_if",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Import on first use: the command line starts at once because it imports nothing it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module 'estimative' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
