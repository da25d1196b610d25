"""All marginals of a network from two passes: variable elimination, whose tables are then calibrated backwards.

Each event that is summed out leaves a table (its "bucket", Dechter 1999, Artificial Intelligence 113), and sends a
message to the table in which the rest is summed out next. Backwards, each table takes over what its successor has
learned otherwise, and divides by what it said itself (Lauritzen & Spiegelhalter 1988, J. R. Statist. Soc. B 50). Then
every table is the joint distribution of its events, given the evidence. One elimination for each query would do the
same work once a query.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, field

from estimative.model.likelihood.backend import TINY, Array
from estimative.model.likelihood.bayes_net import Network
from estimative.model.likelihood.factor_product import Factor, align, multiply
from estimative.priors.structs import repr_without


class _Bucket(Struct):
    """The table in which an event is summed out."""

    scope: tuple[str, ...]
    table: Array
    message: Factor
    """What is left of it, divided by its maximum."""
    successor: int | None = None
    """The bucket that takes the message; None where it is a number."""


class Marginals(Struct, frozen=True, kw_only=True):
    """The joint distribution of the events of each table, given the evidence."""

    network: Network
    log_mass: Array
    """ln P(evidence); dims (draw)."""
    tables: Sequence[Factor]
    found: dict[tuple[str, ...], Array | None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return repr_without(self, "found")

    def of(self, events: tuple[str, ...]) -> Array | None:
        """P(events | evidence), an axis for each in their order, then draw; None where they share no table."""
        if events not in self.found:
            self.found[events] = self._of(events)
        return self.found[events]

    def _of(self, events: tuple[str, ...]) -> Array | None:
        wanted = set(events)
        holding = [factor for factor in self.tables if wanted.issubset(factor[0])]
        if not holding:
            return None
        scope, table = min(holding, key=lambda factor: factor[1].size)
        table = table.sum(axis=tuple(axis for axis, name in enumerate(scope) if name not in wanted))
        kept = [name for name in scope if name in wanted]
        return np.transpose(table, (*map(kept.index, events), len(events)))


def calibrate(network: Network, factors: Sequence[Factor], order: Sequence[str], log_scale: Array) -> Marginals:
    """Sum out all events in an order, and return the marginals of all tables on the way.

    Parameters
    ----------
    factors
        Whose product is the joint mass of the events, divided by a scale.
    log_scale
        ln of that scale; dims (draw).
    """
    buckets, log_mass = _forwards(network, factors, order, log_scale)
    return Marginals(network=network, log_mass=log_mass, tables=_backwards(buckets))


def _forwards(
    network: Network, factors: Sequence[Factor], order: Sequence[str], log_scale: Array
) -> tuple[list[_Bucket], Array]:
    buckets: list[_Bucket] = []
    # Each factor with the bucket that it is the message of.
    waiting: list[tuple[Factor, int | None]] = [(factor, None) for factor in factors]
    for event in order:
        taken = [entry for entry in waiting if event in entry[0][0]]
        waiting = [entry for entry in waiting if event not in entry[0][0]]
        scope, table = multiply(network, [factor for factor, _ in taken])
        message = table.sum(axis=scope.index(event))
        rest = tuple(name for name in scope if name != event)
        highest = np.maximum(message.max(axis=tuple(range(len(rest)))) if rest else message, TINY)
        log_scale = log_scale + np.log(highest)
        sent = (rest, message / highest)
        for _, sender in taken:
            if sender is not None:
                buckets[sender].successor = len(buckets)
        waiting.append((sent, len(buckets)))
        buckets.append(_Bucket(scope, table / highest, sent))
    with np.errstate(divide="ignore"):
        numbers = sum((np.log(table) for (_, table), _ in waiting), start=log_scale)
    return buckets, numbers


def _backwards(buckets: Sequence[_Bucket]) -> Sequence[Factor]:
    """The calibrated tables, from the last to the first."""
    calibrated: dict[int, Factor] = {}
    for index in reversed(range(len(buckets))):
        bucket = buckets[index]
        separator, message = bucket.message
        if bucket.successor is None:
            known = np.ones_like(message)
        else:
            scope, table = calibrated[bucket.successor]
            known = table.sum(axis=tuple(axis for axis, name in enumerate(scope) if name not in separator))
        ratio = np.divide(known, message, out=np.zeros_like(known), where=message > 0)
        calibrated[index] = bucket.scope, bucket.table * align((separator, ratio), bucket.scope)
    return list(calibrated.values())
