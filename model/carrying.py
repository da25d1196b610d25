"""Carrying a proposal over from one assessment to another: the same evidence, met by other priors.

In its own space of standard normals a fitted Gaussian is the prior N(0, I) times what the evidence adds. That factor
belongs to the quantities, not to the prior: where the other assessment's standard normals are, to first order, a
shifted and stretched copy of these, it can be read off there and put on that prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.importance import Adapted
from model.proposal import Gaussian
from model.standard_normal import Scores
from model.structure import Numbers

PASSES = 2
"""Of taking the first order anew around the mean found."""
STEP = 0.5
"""Standard normals to either side, of the differences that the stretch is taken from."""
FURTHEST = 6.0
"""Standard normals: beyond, the evidence is taken to be what it is there."""


@dataclass(frozen=True, kw_only=True)
class Pull:
    """What the evidence adds to a prior: exp(potential'z - z' information z / 2)."""

    information: Numbers
    """Positive semi-definite; dims (free, free)."""
    potential: Numbers
    """dims (free)."""

    @classmethod
    def of(cls, proposal: Gaussian) -> Pull:
        """Of a Gaussian with a root; what would make it wider than the prior in some direction is left out."""
        assert proposal.inverse is not None
        values, vectors = np.linalg.eigh(proposal.inverse.T @ proposal.inverse - np.eye(len(proposal.mean)))
        information = (vectors * np.maximum(values, 0.0)) @ vectors.T
        return cls(information=information, potential=information @ proposal.mean + proposal.mean)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A fit from which others may start."""

    space: Scores
    pulls: tuple[Pull, ...]

    @classmethod
    def of(cls, ready: Adapted) -> Anchor:
        return cls(space=ready.space, pulls=tuple(map(Pull.of, ready.proposals)))

    def carried(self, there: Scores) -> tuple[Gaussian, ...]:
        """Its proposals, in the space of another assessment with the same dimensions."""
        return tuple(_carried(pull, self.space, there) for pull in self.pulls)


def _carried(pull: Pull, here: Scores, there: Scores) -> Gaussian:
    mean, covariance = np.zeros(there.dimension), np.eye(there.dimension)
    for _ in range(PASSES):
        shift, stretch = _around(mean, here, there)
        precision = np.eye(there.dimension) + stretch[:, None] * pull.information * stretch
        covariance = np.linalg.inv(precision)
        mean = covariance @ (stretch * (pull.potential - pull.information @ shift))
    return Gaussian.of(mean, (covariance + covariance.T) / 2)


def _around(mean: Numbers, here: Scores, there: Scores) -> tuple[Numbers, Numbers]:
    """z here = shift + stretch z there, to first order around a point there; dims (free) each."""
    points = mean[:, None] + np.array([-STEP, 0.0, STEP])
    low, middle, high = np.clip(here.inverse(there.theta(points)), -FURTHEST, FURTHEST).T
    stretch = (high - low) / (2 * STEP)
    return middle - stretch * mean, stretch
