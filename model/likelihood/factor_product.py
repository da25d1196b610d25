"""Factors: tables over some events of a network, and their products."""

from __future__ import annotations

from collections.abc import Sequence

from estimative.model.likelihood.backend import Array
from estimative.model.likelihood.bayes_net import Network

type Factor = tuple[tuple[str, ...], Array]
"""Events in topological order, and a table with one axis for each[, then draw]."""


def multiply(network: Network, factors: Sequence[Factor]) -> Factor:
    """Multiply factors; the events of the product are in topological order."""
    union = {name for scope, _ in factors for name in scope}
    ordered = tuple(sorted(union, key=network.position.__getitem__))
    product = align(factors[0], ordered)
    for factor in factors[1:]:
        product = product * align(factor, ordered)
    return ordered, product


def align(factor: Factor, scope: tuple[str, ...]) -> Array:
    """Give a factor's table an axis for each event of a wider scope, of length 1 where it does not depend on it."""
    inside, table = factor
    if inside == scope:
        return table
    return table[tuple(slice(None) if name in inside else None for name in scope)] if scope else table
