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
    "Fitter": "model.refitting",
    "Intervention": "model.intervention",
    "Supposition": "model.whatif",
    "alternatives": "model.alternatives",
    "assess": "model.assessment",
    "attribute": "model.attribution",
    "before_evidence": "model.posterior",
    "by_importance": "model.fitting",
    "by_nuts": "model.fitting",
    "compare": "model.comparing",
    "compiled": "model.nuts",
    "find_prior_set": "priors.shipped",
    "find_scenario": "model.scenario_reading",
    "ledger": "model.ledger",
    "pool": "model.pooling",
    "power_scaling": "model.power_scaling",
    "read_prior_set": "priors.reading",
    "read_scenario": "model.scenario_reading",
    "shipped_prior_sets": "priors.shipped",
    "shipped_scenarios": "model.scenario_reading",
    "sobol": "model.sobol",
    "sweep": "model.whatif",
    "tipping": "model.tipping",
    "tornado": "model.tornado",
    "watch": "model.watching",
    "what_if": "model.whatif",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Import on first use: the command line starts at once because it imports nothing it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module 'estimative' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
