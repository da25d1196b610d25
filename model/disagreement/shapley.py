"""Shapley shares of players in blocks: which coalitions have to be valued, and with which weights they count.

A block's share is its Shapley value (Shapley 1953) among the blocks; a player's share is the Owen value (Owen 1977,
Lecture Notes in Economics and Mathematical Systems 141), so that the shares of a block's players sum to the block's:
the nested decomposition of Shorrocks (2013, J. Econ. Inequality 11). Every share is a weighted sum of the values of
coalitions, and all of them together sum to the value of everybody less that of nobody.

Where there are too many coalitions to value them all, players' shares are averages over random orders (Castro, Gomez &
Tejada 2009, Comput. Oper. Res. 36), each order with its reverse (Mitchell, Cooper, Frank & Holmes 2022, JMLR 23(43));
those of the blocks stay exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from estimative.model.likelihood.layout import Numbers

type Coalition = frozenset[str]
type Weights = Mapping[Coalition, float]

EXACT = 2**12
"""Coalitions that are valued, at most, before sampling sets in: those of twelve players."""
LEAST_PAIRS = 4
"""Of random orders: fewer could not tell their own error."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to value, and how each share follows: a row of weights times the values of the coalitions."""

    blocks: Mapping[str, tuple[str, ...]]
    """Players by block; no block is empty."""
    coalitions: tuple[Coalition, ...]
    """Nobody first, everybody last."""
    of_blocks: Numbers
    """Exact; dims (block, coalition)."""
    of_players: Numbers
    """Exact, or the mean of the replicates; dims (player, coalition)."""
    replicates: Numbers
    """Of the players' shares, each from a random order and its reverse; none where they are exact; dims (replicate,
    player, coalition)."""

    @property
    def players(self) -> tuple[str, ...]:
        return tuple(player for members in self.blocks.values() for player in members)

    @property
    def exact(self) -> bool:
        return not len(self.replicates)

    def first_in(self, members: Iterable[str]) -> Numbers:
        """Weights of what players add to nobody; dims (coalition)."""
        return self._row(_step(frozenset(), frozenset(members)))

    def last_in(self, members: Iterable[str]) -> Numbers:
        """Weights of what players add to all others; dims (coalition)."""
        return self._row(_step(frozenset(self.players) - frozenset(members), frozenset(members)))

    def gap(self) -> Numbers:
        """Weights of everybody less nobody; dims (coalition)."""
        return self.first_in(self.players)

    def _row(self, weights: Weights) -> Numbers:
        return np.asarray(_rows([weights], self.coalitions)[0])

    def player_rows(self, values: Numbers) -> tuple[Numbers, Numbers]:
        """Weights of each player's share, and the standard error of sampling it, 0 where the shares are exact.

        Sampled shares are brought to sum to their block's, which is exact: what is missing goes to the players by their
        variances (Deming & Stephan 1940, Ann. Math. Statist. 11), smoothed halfway to their mean, since so few orders
        tell a variance but roughly. The errors are those before or after that, whichever is the larger.

        Parameters
        ----------
        values
            Of the coalitions; dims (coalition).

        Returns
        -------
        dims (player, coalition) and (player).
        """
        if self.exact:
            return self.of_players, np.zeros(len(self.of_players))
        before = self._errors(self.replicates @ values)
        parts = self._parts(np.square(before))
        after = self._errors(np.array([self._reconciled(rows, parts) @ values for rows in self.replicates]))
        return self._reconciled(self.of_players, parts), np.maximum(before, after)

    def _errors(self, shares: Numbers) -> Numbers:
        """Of the mean of replicates; dims (replicate, player) -> (player)."""
        count = len(shares)
        # So few replicates make a t-distribution, whose standard deviation is larger than 1.
        return np.asarray(shares.std(axis=0, ddof=1) * math.sqrt((count - 1) / (count - 3) / count))

    def _parts(self, variances: Numbers) -> Numbers:
        """Of what its block lacks, what goes to each player; dims (block, player)."""
        parts = np.zeros((len(self.blocks), len(variances)))
        for row, own in zip(parts, self._own(), strict=True):
            smooth = variances[own] + variances[own].mean()
            row[own] = smooth / smooth.sum() if smooth.any() else 1 / len(smooth)
        return parts

    def _reconciled(self, rows: Numbers, parts: Numbers) -> Numbers:
        """Rows of weights by player, moved so that those of a block sum to the block's; dims (player, coalition)."""
        sums = np.array([rows[own].sum(axis=0) for own in self._own()])
        return np.asarray(rows + parts.T @ (self.of_blocks - sums))

    def _own(self) -> Iterator[slice]:
        """Where the players of each block stand."""
        start = 0
        for members in self.blocks.values():
            yield slice(start, start := start + len(members))


def plan(blocks: Mapping[str, Sequence[str]], *, orders: int, seed: int, exact: int = EXACT) -> Plan:
    """Plan the decomposition.

    Parameters
    ----------
    blocks
        Players by block; a player is in one block only.
    orders
        Random orders, rounded up to pairs and to at least four of them, if there are too many coalitions.
    seed
        Of these orders.
    exact
        So many coalitions are not yet too many.
    """
    chosen = {block: tuple(members) for block, members in blocks.items() if members}
    of_blocks = _shapley({block: frozenset(members) for block, members in chosen.items()})
    if _count(chosen) <= exact:
        return _planned(chosen, of_blocks, [_owen(chosen)])
    rng = np.random.default_rng(seed)
    return _planned(chosen, of_blocks, [_sampled(chosen, rng) for _ in range(max(LEAST_PAIRS, math.ceil(orders / 2)))])


def _planned(
    blocks: Mapping[str, tuple[str, ...]], of_blocks: Mapping[str, Weights], replicates: list[Mapping[str, Weights]]
) -> Plan:
    players = [player for members in blocks.values() for player in members]
    needed: set[Coalition] = {frozenset(), frozenset(players)}
    for weights in (*of_blocks.values(), *(row for replicate in replicates for row in replicate.values())):
        needed.update(weights)
    for group in (*blocks.values(), *((player,) for player in players)):
        needed.update({frozenset(group), frozenset(players).difference(group)})
    coalitions = tuple(sorted(needed, key=lambda coalition: (len(coalition), sorted(coalition))))
    rows = np.array([_rows([replicate[player] for player in players], coalitions) for replicate in replicates])
    return Plan(
        blocks=blocks,
        coalitions=coalitions,
        of_blocks=_rows(of_blocks.values(), coalitions),
        of_players=rows.mean(axis=0),
        replicates=rows if len(rows) > 1 else rows[:0],
    )


def _rows(sparse: Iterable[Weights], coalitions: Sequence[Coalition]) -> Numbers:
    """Weights spread over all coalitions; dims (row, coalition)."""
    place = {coalition: index for index, coalition in enumerate(coalitions)}
    listed = list(sparse)
    rows = np.zeros((len(listed), len(coalitions)))
    for row, weights in zip(rows, listed, strict=True):
        row[[place[coalition] for coalition in weights]] = list(weights.values())
    return rows


def _count(blocks: Mapping[str, Sequence[str]]) -> int:
    """How many coalitions the exact shares take, at most."""
    return sum(2 ** (len(blocks) - 1 + len(members)) for members in blocks.values())


def _step(before: Coalition, joining: Coalition) -> Weights:
    """What some add to others."""
    return {before | joining: 1.0, before: -1.0} if joining else {before: 0.0}


def _shapley(groups: Mapping[str, Coalition], around: Coalition = frozenset()) -> dict[str, dict[Coalition, float]]:
    """Of groups that join as one, after some who are there already; by group."""
    found: dict[str, dict[Coalition, float]] = {}
    for name, joining in groups.items():
        weights: dict[Coalition, float] = {}
        for before, weight in _subsets([group for other, group in groups.items() if other != name]):
            _add(weights, _step(around | before, joining), weight)
        found[name] = weights
    return found


def _owen(blocks: Mapping[str, Sequence[str]]) -> dict[str, dict[Coalition, float]]:
    """Of players in blocks; by player."""
    found: dict[str, dict[Coalition, float]] = {}
    for block, members in blocks.items():
        others = [frozenset(group) for other, group in blocks.items() if other != block]
        for around, weight in _subsets(others):
            within = _shapley({player: frozenset({player}) for player in members}, around)
            for player, weights in within.items():
                _add(found.setdefault(player, {}), weights, weight)
    return found


def _subsets(groups: Sequence[Coalition]) -> Iterator[tuple[Coalition, float]]:
    """The unions of groups, each with the chance that just these come before one more group in a random order."""
    n = len(groups) + 1
    for size in range(n):
        weight = 1 / (n * math.comb(n - 1, size))
        for chosen in combinations(groups, size):
            yield frozenset().union(*chosen), weight


def _sampled(blocks: Mapping[str, Sequence[str]], rng: np.random.Generator) -> dict[str, dict[Coalition, float]]:
    """By player, from one random order of the blocks and of the players within, and from its reverse."""
    order = [str(p) for block in rng.permutation(list(blocks)) for p in rng.permutation(list(blocks[str(block)]))]
    found: dict[str, dict[Coalition, float]] = {player: {} for player in order}
    for direction in (order, order[::-1]):
        for index, player in enumerate(direction):
            _add(found[player], _step(frozenset(direction[:index]), frozenset({player})), 0.5)
    return found


def _add(weights: dict[Coalition, float], more: Weights, factor: float) -> None:
    for coalition, weight in more.items():
        weights[coalition] = weights.get(coalition, 0.0) + factor * weight
