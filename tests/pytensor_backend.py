"""The equations as a PyTensor graph of one draw, whose automatic gradient is independent of the recorded one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

from estimative.model.likelihood.backend import TINY, Array, Backend
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.theta import Theta
from tests.recorded import Evaluate, points_of, theta_at

PLAIN = Mode(linker="py", optimizer=None)
"""The graph as written: rewriting a graph with gradients takes longer than evaluating it a few times."""


def _concatenate(parts: Sequence[Array]) -> Array:
    return pt.concatenate([pt.as_tensor_variable(part) for part in parts])


PYTENSOR = Backend(
    exp=pt.exp,
    expm1=pt.expm1,
    log=pt.log,
    log1p=pt.log1p,
    logistic=pt.sigmoid,
    maximum=pt.maximum,
    log_mass=lambda mass: pt.log(pt.maximum(mass, TINY)),
    concatenate=_concatenate,
    stack=pt.stack,
    combine=pt.dot,
    product=lambda left, right: (left[:, :, None] * right[None]).sum(axis=1),
    column=lambda values: values,
    weigh=lambda weights, log_likelihoods: weights * log_likelihoods,
    total=lambda function, numbers, like: function(numbers.reshape(-1, *[1] * like.ndim)).sum(axis=0),
    constant=lambda values, like: pt.constant(np.asarray(values, dtype=float)),
)


def graph_likelihood(structure: Structure, theta: Theta) -> Evaluate:
    """Build the log-likelihood at the weights and spreads of a theta, as a function of its degrees and log ratios."""
    point = pt.vector("point", shape=(len(points_of(theta)),), dtype="float64")
    total = log_likelihood(PYTENSOR, structure, theta_at(theta, point))
    function = pytensor.function([point], [total, pytensor.grad(total, point)], mode=PLAIN)

    def evaluated(values: Numbers) -> tuple[float, Numbers]:
        value, gradient = function(values)
        return float(value), gradient

    return evaluated
