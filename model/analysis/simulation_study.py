"""Simulation-based calibration of one assessment: simulate the truth and the evidence, fit, and rank the truth.

Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788. Ranked are all uncertain quantities, and two test
quantities that depend on the evidence too, without which a fit that ignores it would pass: the log-likelihood, and the
probability of the headline given all quantities (Modrák, Moon, Kim, Bürkner, Huurre, Faltejsková, Gelman & Vehtari
2023, Bayesian Analysis).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Method
from estimative.model.inference.posterior import Posterior, quantity_values
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.inference.ranks import ranked_draws, relative_ranks, with_truth
from estimative.model.inference.refit import Choice, Fitter
from estimative.model.inference.simulated_evidence import SimulatedItem, Simulator, World
from estimative.model.inference.target_estimates import TargetKey
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import Target, evaluate_queries, headline_target
from estimative.model.likelihood.state_sampling import holds
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction

WORLD, RANKS, FIT = 21, 22, 23
"""Streams of random numbers of a world."""
HEADLINE, LIKELIHOOD = "headline", "log-likelihood"
"""Names of the two test quantities that depend on the evidence."""


class Stated(Struct, frozen=True, kw_only=True):
    """The probability of something in one simulated world, and whether it happened."""

    probability: float
    happened: bool
    at_median: float
    """Its probability given the evidence if every quantity is at its prior median. The evidence alone decides it."""


class Trial(Struct, frozen=True, kw_only=True):
    """One simulated world, fitted."""

    method: Method | None
    """None where the simulated evidence could not be fitted at all."""
    passed: bool
    """Whether the fit passed its verdict."""
    ranks: Mapping[str, float]
    """Relative rank of the truth, in (0, 1), by the name of a quantity."""
    stated: Mapping[TargetKey, Stated]
    """Outcomes whose condition was met, and events; those whose probability is known well enough."""
    ess: float
    """Effective number of prior draws among which the truth was chosen."""

    def __repr__(self) -> str:
        return f"Trial({self.method}, {'passed' if self.passed else 'failed'}, {len(self.ranks)} ranks)"


class Study(Struct, frozen=True, kw_only=True):
    """Simulates and fits worlds, each from random numbers of its own; it can be sent to other processes."""

    simulator: Simulator
    seed: int
    method: Choice = "auto"
    draws: int | None = None

    def __repr__(self) -> str:
        return f"Study({self.simulator.assessment!r}, method={self.method!r}, seed={self.seed})"

    @classmethod
    def of(cls, assessment: Assessment, *, seed: int, method: Choice = "auto", draws: int | None = None) -> Study:
        """Prepare to simulate an assessment."""
        return cls(simulator=Simulator.of(assessment), seed=seed, method=method, draws=draws)

    @property
    def items(self) -> tuple[SimulatedItem, ...]:
        """Every item of evidence, and how it is simulated."""
        return self.simulator.items

    def trial(self, index: int) -> Trial:
        """Simulate the world of this number, fit it, and rank its truth.

        Raises
        ------
        Contradiction
            If no draw from the prior agrees with what is known for certain.
        """
        world = self.simulator.world(np.random.default_rng([self.seed, index, WORLD]))
        try:
            posterior = self.fitted(world.assessment, index)
            verdict = posterior.verdict
        except Contradiction:
            return Trial(method=None, passed=False, ranks={}, stated={}, ess=world.ess)
        rng = np.random.default_rng([self.seed, index, RANKS])
        with one_blas_thread():
            values = ranked_values(world, ranked_draws(posterior.draws, rng))
            stated = _stated(world, posterior)
        return Trial(
            method=posterior.method,
            passed=verdict.passed,
            ranks=relative_ranks(values, rng),
            stated=stated,
            ess=world.ess,
        )

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        """Fit a world as `fit` does, with a seed of its own."""
        [seed] = np.random.SeedSequence([self.seed, index, FIT]).generate_state(1).tolist()
        fitter = Fitter(assessments=(assessment,), seed=seed, method=self.method, draws=self.draws)
        return fitter.fit(assessment).posterior


def ranked_values(world: World, draws: Theta) -> dict[str, Numbers]:
    """Values of every test quantity: of the truth first, then of the draws; dims (1 + draw)."""
    assessment = world.assessment
    theta = with_truth(world.theta, draws)
    with np.errstate(over="ignore"):
        headline = evaluate_queries(assessment.structure, theta, (headline_target(assessment.scenario),))
        likelihood = np.asarray(log_likelihood(NUMPY, assessment.structure, theta))
    yes, given = headline.yes[0], headline.given[0]
    quantities = {name: quantity_values(assessment, theta, name) for name in assessment.uncertain}
    # Where the condition of the headline is impossible, it has no probability; any fixed number may stand for that.
    chance = np.divide(yes, given, out=np.full_like(yes, -1.0), where=given > 0)
    return {**quantities, HEADLINE: chance, LIKELIHOOD: likelihood}


def _stated(world: World, posterior: Posterior) -> Mapping[TargetKey, Stated]:
    """What the posterior states of outcomes and events, and what happened."""
    network, states = world.assessment.structure.network, world.states
    known, simple = posterior.estimates, _at_median(world.assessment, posterior.targets)
    return {
        (target.kind, target.id): Stated(
            probability=known[target.kind, target.id].value,
            happened=bool(holds(network, target.yes, states)[0]),
            at_median=at_median,
        )
        for target, at_median in zip(posterior.targets, simple, strict=True)
        if target.kind != "link" and (target.kind, target.id) in known and holds(network, target.given, states)[0]
    }


def _at_median(assessment: Assessment, targets: tuple[Target, ...]) -> list[float]:
    """Probabilities given the evidence, every quantity being at its prior median; 0 under an impossible condition."""
    transform = prior_transform(assessment)
    theta = transform.theta(np.zeros((transform.dimension, 1)))
    with np.errstate(over="ignore"):
        chances = evaluate_queries(assessment.structure, theta, targets)
    return [float(y / g) if g > 0 else 0.0 for y, g in zip(chances.yes[:, 0], chances.given[:, 0], strict=True)]
