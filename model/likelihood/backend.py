"""The few array operations that the equations need, so that they are written once: computed by NumPy, and recorded.

Quantities are on the first axis of an array. Under NumPy a last axis `draw` follows; recorded arrays (`tape`) are those
of one draw and have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from msgspec import Struct
from scipy.special import expit

type Array = Any
"""A NumPy array or a recorded one; the equations serve both, so neither type fits."""


class Backend(Struct, frozen=True, kw_only=True):
    """An array namespace: elementary functions, and the operations that are done differently on recorded arrays."""

    exp: Callable[[Array], Array]
    expm1: Callable[[Array], Array]
    log: Callable[[Array], Array]
    log1p: Callable[[Array], Array]
    logistic: Callable[[Array], Array]
    """1 / (1 + exp(-x)), with a gradient that is finite everywhere."""
    maximum: Callable[[Array, Array], Array]
    log_mass: Callable[[Array], Array]
    """ln of a probability that may be 0: -inf under NumPy; a very low number where gradients are taken."""
    concatenate: Callable[[Sequence[Array]], Array]
    stack: Callable[[Sequence[Array]], Array]
    combine: Callable[[Array, Array], Array]
    """Constant matrix times a vector of quantities: (row, quantity) x (quantity[, draw]) -> (row[, draw])."""
    product: Callable[[Array, Array], Array]
    """Products of matrices, on the first two axes, at each row and draw: (i, j, row[, draw]) -> (i, k, row[, draw])."""
    column: Callable[[Array], Array]
    """Numbers along the first axis, shaped to broadcast against quantities."""
    weigh: Callable[[Array, Array], Array]
    """Weights along the first axis times log-likelihoods; an item of weight 0 adds 0, even to -inf under NumPy."""
    total: Callable[[Callable[[Array], Array], Array, Array], Array]
    """`total(f, numbers, like)`: the sum of f over numbers, f(number) having the shape of `like`."""
    constant: Callable[[Array, Array], Array]
    """`constant(values, like)`: fixed numbers as quantities, with the draws of `like`."""


TINY = 1e-300
"""Replaces a probability of 0 inside a logarithm: the gradient of log 0 is not a number."""


def softplus(backend: Backend, x: Array) -> Array:
    """Compute ln(1 + exp x), the hazard -ln(1 - p) of an event with log-odds x, without overflow."""
    # exp(-|x|) cannot overflow, and log1p keeps its digits where it is tiny.
    return backend.maximum(x, 0) + backend.log1p(backend.exp(-abs(x)))


def _log_or_minus_infinity(mass: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(mass)


def _weigh(weights: Array, log_likelihoods: Array) -> Array:
    column = np.asarray(weights)[:, None]
    # 0 times -inf is NaN in floating point; an item that does not count must add 0 all the same.
    with np.errstate(invalid="ignore"):
        return np.where(column == 0, 0.0, column * log_likelihoods)


NUMPY = Backend(
    exp=np.exp,
    expm1=np.expm1,
    log=np.log,
    log1p=np.log1p,
    logistic=expit,
    maximum=np.maximum,
    log_mass=_log_or_minus_infinity,
    concatenate=np.concatenate,
    stack=np.stack,
    combine=np.matmul,
    product=partial(np.einsum, "ij...,jk...->ik..."),
    column=lambda values: np.asarray(values)[:, None],
    weigh=_weigh,
    # One number after the other: small arrays stay in the processor's cache.
    total=lambda function, numbers, like: sum(map(function, numbers), start=np.zeros_like(like)),
    constant=lambda values, like: np.broadcast_to(np.asarray(values)[:, None], (len(values), like.shape[-1])),
)
