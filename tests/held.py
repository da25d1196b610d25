"""Assessments of random scenarios with one value, or a few, for every quantity: the oracle knows all their answers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.spec.evidence import Evidence, Indicator
from tests.oracle import Oracle
from tests.prior_sets import prior_set_for
from tests.scenarios import SAID
from tests.strategies import Valued


def held(scene: Valued) -> Assessment:
    """Everything held at the values of the first draw."""
    weights = {"relevance": scene.relevance, "independence": scene.independence}
    said = prior_set_for(scene.scenario, scene.draws[0], **weights, date=scene.stated_from)
    return assess(scene.scenario, said)


def knowing(scene: Valued, items: Collection[str]) -> Oracle:
    """The first draw, in a scenario where no evidence was told but these items."""
    evidence = {name: item for name, item in scene.scenario.evidence.items() if name in items}
    return replace(scene.oracles[0], scenario=replace(scene.scenario, evidence=evidence))


def headline_of(oracle: Oracle) -> float:
    """Probability of the headline; nan where its condition, or the evidence, cannot be."""
    return oracle.outcome(oracle.scenario.headline)


def inside(chance: float) -> bool:
    """Whether a probability is far enough from 0 and 1 for its log-odds to keep nine digits."""
    return 1e-9 < chance < 1 - 1e-6


def sound(oracle: Oracle) -> bool:
    """Whether the evidence is possible, every outcome defined, and the headline neither certain nor impossible."""
    return (
        math.isfinite(oracle.log_likelihood)
        and all(oracle.condition(name) > 0 for name in oracle.scenario.outcomes)
        and inside(headline_of(oracle))
    )


def by_hand(scene: Valued, weights: Sequence[float], *, method: Method = "importance", chains: int = 1) -> Posterior:
    """A posterior of these draws with these weights."""
    diagnostics = {"pareto_k": 0.0, "pareto_k_headline": 0.0, "divergences": 0.0, "ebfmi": 1.0}
    shares = np.array(weights, dtype=float) / math.fsum(weights)
    draws = Draws(method=method, theta=scene.theta, weights=shares, chains=chains, diagnostics=diagnostics)
    return posterior_of(held(scene), draws, seed=0)


def seen(name: str, about: str, *, yes: bool = True, origin: str = "") -> Evidence:
    """An indicator that supports something, or its contrary."""
    return Indicator(id=name, about=about, supports=yes, origin=origin, **SAID)
