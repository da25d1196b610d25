"""The likelihood as it is recorded for NUTS, and the slopes of NumPy's to compare it with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from estimative.model.inference.machine import value_and_gradient
from estimative.model.likelihood.backend import NUMPY, Array
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.tape import TAPE, Program, record
from estimative.model.likelihood.theta import Theta

type Evaluate = Callable[[Numbers], tuple[float, Numbers]]
"""Degrees and log ratios, dims (quantity) -> a value, and its derivative by each of them."""


def points_of(theta: Theta) -> Numbers:
    """Degrees, then log ratios; dims (quantity, draw)."""
    return np.concatenate([theta.degree, theta.log_ratio])


def theta_at(theta: Theta, point: Array) -> Theta:
    """The same weights and spreads, with the degrees and log ratios of a point."""
    return replace(theta, degree=point[: len(theta.degree)], log_ratio=point[len(theta.degree) :])


def recorded_likelihood(structure: Structure, theta: Theta) -> Evaluate:
    """Record the log-likelihood at the weights and spreads of a theta, as a function of its degrees and log ratios."""
    return evaluate(
        record(lambda point: log_likelihood(TAPE, structure, theta_at(theta, point)), len(points_of(theta)))
    )


def evaluate(program: Program) -> Evaluate:
    """Run a recorded program."""
    return lambda point: value_and_gradient(
        np.array(point, dtype=float), program.instructions, program.operands, program.cells
    )


def slopes(structure: Structure, theta: Theta, point: Numbers, *, step: float = 1e-5) -> Numbers:
    """Differentiate NumPy's log-likelihood by degrees and log ratios, by central differences; dims (quantity)."""
    steps = step * np.eye(len(point))
    up, down = (log_likelihood(NUMPY, structure, theta_at(theta, point[:, None] + move)) for move in (steps, -steps))
    return np.asarray(up - down) / (2 * step)
