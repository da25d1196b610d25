"""The equations as a PyTensor graph, whose automatic gradient is an oracle for the recorded one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

from estimative.model.likelihood.backend import TINY, Backend
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers, Structure

PYTENSOR = Backend(
    exp=pt.exp,
    expm1=pt.expm1,
    log=pt.log,
    log1p=pt.log1p,
    logistic=pt.sigmoid,
    maximum=pt.maximum,
    log_mass=lambda mass: pt.log(pt.maximum(mass, TINY)),
    concatenate=lambda parts: pt.concatenate([pt.as_tensor_variable(part) for part in parts]),
    stack=pt.stack,
    combine=pt.dot,
    product=lambda left, right: (left[:, :, None] * right[None]).sum(axis=1),
    column=np.asarray,
    weigh=lambda weights, log_likelihoods: weights * log_likelihoods,
    total=lambda function, numbers, like: function(numbers.reshape(-1, *[1] * like.ndim)).sum(axis=0),
    constant=lambda values, like: pt.constant(np.asarray(values, dtype=float)),
)
PLAIN = Mode(linker="py", optimizer=None)
"""The graph as written: rewriting a graph with gradients takes longer than evaluating it a few times."""


def automatic(structure: Structure, theta: Theta) -> Callable[[Numbers], tuple[float, Numbers]]:
    """Compile ln P(evidence | point) and its gradient; a point is the degrees, then the log ratios."""
    degrees = len(theta.degree)
    point = pt.vector(shape=(degrees + len(theta.log_ratio),), dtype="float64")
    parts = Theta(
        degree=point[:degrees], log_ratio=point[degrees:], weight=theta.weight, log_ratio_sd=theta.log_ratio_sd
    )
    value = log_likelihood(PYTENSOR, structure, parts)
    return pytensor.function([point], [value, pytensor.grad(value, point)], mode=PLAIN)
