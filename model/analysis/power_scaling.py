"""How the posterior answers to priors and evidence made a little stronger or weaker, quantity by quantity.

Of a conditional headline it is the posterior under the condition.

Power-scaling sensitivity (Kallioinen, Paananen, Buerkner & Vehtari 2024, Stat. Comput. 34): the gradient of a distance
between posteriors as one prior, or the likelihood, is raised to a power near 1. The draws are independent, so that the
tail of the weights that is smoothed is as long as for draws without autocorrelation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from scipy.special import xlog1py, xlogy

from estimative.model.analysis.cumulative_distance import Sorted
from estimative.model.assessment import Assessment
from estimative.model.inference.draws import resample
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior, quantity_values
from estimative.model.inference.psis import smooth_weights
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.theta import Theta
from estimative.priors.distributions import LogNormal, ScaledBeta

DRAWS = 8000
"""Of equal weight, taken from the posterior's."""
ALPHAS = (0.99, 1.01)
THRESHOLD = 0.05
PARTS = 4
"""Of the draws, from whose spread the errors come."""

type Diagnosis = Literal["conflict", "weak evidence", "none"]
"""Of prior and data: potential conflict; a potentially strong prior or weak likelihood; nothing of the kind."""


class PowerSensitivity(Struct, frozen=True, kw_only=True):
    """How far a quantity's posterior moves for each doubling of a power, as a distance between distributions."""

    name: str
    prior: MCEstimate
    """The quantity's own prior scaled."""
    evidence: MCEstimate
    """All evidence scaled."""
    headline: MCEstimate
    """The headline's probability over the draws, the quantity's prior scaled."""
    diagnosis: Diagnosis
    """As `arviz.psense_summary` words it, at its threshold."""


class PowerScaling(Struct, frozen=True, kw_only=True):
    """Of every quantity that is no constant, and of the headline."""

    threshold: float = THRESHOLD
    """From which a distance counts as sensitive."""
    quantities: tuple[PowerSensitivity, ...]
    """Those whose prior moves the headline most come first."""
    all_priors: MCEstimate
    """The headline's chance over the draws, all priors scaled at once."""
    all_evidence: MCEstimate
    """And all evidence."""


def power_scaling(posterior: Posterior) -> PowerScaling:
    """Scale each prior, and the evidence, by importance sampling from the posterior's draws."""
    assessment, draws = posterior.assessment, posterior.draws
    _, condition = posterior.query_probabilities("outcome", assessment.scenario.headline)
    positions = _equally_weighted(draws.weights * condition, posterior.seed)
    theta = Theta(
        degree=draws.theta.degree[:, positions],
        log_ratio=draws.theta.log_ratio[:, positions],
        weight=draws.theta.weight,
        share=draws.theta.share,
    )
    yes, given = (
        series[positions] for series in posterior.query_probabilities("outcome", assessment.scenario.headline)
    )
    chances = _Samples.of(np.divide(yes, given, out=np.zeros_like(yes), where=given > 0))
    evidence = _Scaled.by(log_likelihood(NUMPY, assessment.structure, theta))
    free = assessment.uncertain
    densities = {name: log_density(assessment, theta, name) for name in free}
    rows = []
    for name, density in densities.items():
        values, own = _Samples.of(_values(assessment, theta, name)), _Scaled.by(density)
        rows.append(_sensitivity(name, own.moves(values), evidence.moves(values), own.moves(chances)))
    # The shares of one event are one statement, whose density counts once.
    of_inputs = {assessment.structure.quantities.input_of(name): density for name, density in densities.items()}
    together = _Scaled.by(np.sum([np.zeros(DRAWS), *of_inputs.values()], axis=0))
    return PowerScaling(
        quantities=tuple(sorted(rows, key=lambda row: -row.headline.value)),
        all_priors=together.moves(chances),
        all_evidence=evidence.moves(chances),
    )


def _sensitivity(name: str, prior: MCEstimate, evidence: MCEstimate, headline: MCEstimate) -> PowerSensitivity:
    diagnosis: Diagnosis = "none"
    if prior.value >= THRESHOLD:
        diagnosis = "conflict" if evidence.value >= THRESHOLD else "weak evidence"
    return PowerSensitivity(name=name, prior=prior, evidence=evidence, headline=headline, diagnosis=diagnosis)


def _equally_weighted(weights: Numbers, seed: int) -> Index:
    """Positions of draws of equal weight, those of each part taken from other draws than those of the rest."""
    parts = [
        np.arange(part, len(weights), PARTS)[resample(weights[part::PARTS], DRAWS // PARTS, seed)]
        for part in range(PARTS)
    ]
    return np.stack(parts, axis=1).ravel()


class _Samples(Struct, frozen=True, kw_only=True):
    """Values at all draws, and at each part of the draws."""

    whole: Sorted
    parts: Sorted

    @classmethod
    def of(cls, values: Numbers) -> _Samples:
        return cls(whole=Sorted.of(values), parts=Sorted.of(_parts(values)))


def _parts(values: Numbers) -> Numbers:
    """dims (draw) -> (part, draw)."""
    return values.reshape(-1, PARTS).T


class _Scaled(Struct, frozen=True, kw_only=True):
    """Weights of the draws under a component made weaker and stronger; dims (draw) each."""

    weaker: Numbers
    stronger: Numbers

    @classmethod
    def by(cls, log_component: Numbers) -> _Scaled:
        if np.ptp(log_component) == 0:  # a uniform prior is the same at every power
            return cls(weaker=np.full(DRAWS, 1 / DRAWS), stronger=np.full(DRAWS, 1 / DRAWS))
        weaker, stronger = (np.exp(smooth_weights((alpha - 1) * log_component)[0]) for alpha in ALPHAS)
        return cls(weaker=weaker, stronger=stronger)

    def moves(self, values: _Samples) -> MCEstimate:
        """How sensitive the distribution of some values is."""
        parts = self._sense(values.parts, _parts)
        return MCEstimate(
            value=float(self._sense(values.whole, np.asarray)), own_variance=float(np.var(parts, ddof=1)) / PARTS
        )

    def _sense(self, values: Sorted, part: Callable[[Numbers], Numbers]) -> Numbers:
        """The mean slope of the distance by the logarithm of the power to base 2; dims as the samples."""
        weaker, stronger = (values.distance(_shares(part(weights))) for weights in (self.weaker, self.stronger))
        return np.asarray((stronger / np.log2(ALPHAS[1]) - weaker / np.log2(ALPHAS[0])) / 2)


def _shares(weights: Numbers) -> Numbers:
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _values(assessment: Assessment, theta: Theta, name: str) -> Numbers:
    values = quantity_values(assessment, theta, name)
    return np.asarray(values if isinstance(assessment.priors[name].family, ScaledBeta) else np.log(values))


def log_density(assessment: Assessment, theta: Theta, name: str) -> Numbers:
    """ln of a quantity's prior density, up to a constant: of a degree on its own scale, of a ratio on the log scale.

    Of a share, the density of all shares of its event together, which does not depend on the order of the states.
    """
    quantities = assessment.structure.quantities
    if name in quantities.shares:
        return _dirichlet(assessment, theta, quantities.inputs[quantities.all[name].input])
    values = _values(assessment, theta, name)
    match assessment.priors[name].family:
        case ScaledBeta() as family:
            share = (values - family.lower) / (family.upper - family.lower)
            inside = np.clip(share, 1e-300, 1 - 1e-16)
            return np.asarray(xlogy(family.a - 1, inside) + xlog1py(family.b - 1, -inside))
        case LogNormal() as family:
            return np.asarray(-0.5 * np.square((values - family.mu) / family.sigma))


def _dirichlet(assessment: Assessment, theta: Theta, names: Sequence[str]) -> Numbers:
    """ln of a Dirichlet density, sum of (a - 1) ln b; names of the shares of all states but the first."""
    shares = [quantity_values(assessment, theta, name) for name in names]
    marginals = [assessment.marginal(name) for name in names]
    uncertain = [m for m in marginals if isinstance(m, ScaledBeta) and not m.constant]
    first = uncertain[0].a + uncertain[0].b - math.fsum(m.a for m in uncertain)
    pairs = [(m.a, b) for m, b in zip(marginals, shares, strict=True) if isinstance(m, ScaledBeta) and not m.constant]
    rest = np.maximum(1 - np.sum(shares, axis=0), 1e-300)
    return np.asarray(sum(xlogy(a - 1, np.maximum(b, 1e-300)) for a, b in [*pairs, (first, rest)] if a > 0))
