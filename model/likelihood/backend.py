"""The few array operations that the equations need, for NumPy; PyTensor's are in `nuts`.

A quantity stands on the first axis of an array. Under NumPy a last axis `draw` follows; under PyTensor there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

type Array = Any
"""A NumPy array, or a symbolic tensor of PyTensor: typed by neither, since the equations serve both."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """An array namespace, and the four things that the two namespaces do differently."""

    exp: Callable[[Array], Array]
    expm1: Callable[[Array], Array]
    log: Callable[[Array], Array]
    log1p: Callable[[Array], Array]
    maximum: Callable[[Array, Array], Array]
    log_mass: Callable[[Array], Array]
    """ln of a probability that may be 0: -inf under NumPy; where gradients are taken, a very low number instead."""
    concatenate: Callable[[Sequence[Array]], Array]
    stack: Callable[[Sequence[Array]], Array]
    combine: Callable[[Array, Array], Array]
    """A constant matrix times a vector of quantities: (row, quantity) x (quantity[, draw]) -> (row[, draw])."""
    column: Callable[[Array], Array]
    """Numbers along the first axis, shaped to broadcast against quantities."""
    weigh: Callable[[Array, Array], Array]
    """Weights along the first axis times log-likelihoods, which may be -inf under NumPy: what counts for 0 adds 0."""
    constant: Callable[[Array, Array], Array]
    """`constant(values, like)`: fixed numbers as quantities, with the draws of `like`."""


TINY = 1e-300
"""Stands for a chance of 0 where its logarithm is taken: a gradient through log 0 would be no number."""


def softplus(backend: Backend, x: Array) -> Array:
    """ln(1 + exp x), the hazard -ln(1 - p) of log-odds x, without overflow."""
    return backend.maximum(x, 0) + backend.log1p(backend.exp(-abs(x)))


def _log_or_never(mass: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(mass)


def _weighed(weights: Array, log_likelihoods: Array) -> Array:
    column = np.asarray(weights)[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(column == 0, 0.0, column * log_likelihoods)


NUMPY = Backend(
    exp=np.exp,
    expm1=np.expm1,
    log=np.log,
    log1p=np.log1p,
    maximum=np.maximum,
    log_mass=_log_or_never,
    concatenate=np.concatenate,
    stack=np.stack,
    combine=np.matmul,
    column=lambda values: np.asarray(values)[:, None],
    weigh=_weighed,
    constant=lambda values, like: np.broadcast_to(np.asarray(values)[:, None], (len(values), like.shape[-1])),
)
