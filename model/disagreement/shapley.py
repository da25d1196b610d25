"""Shapley shares of players in blocks: which coalitions to evaluate, and the weight of each in every share.

A block's share is its Shapley value (Shapley 1953) among the blocks; a player's share is the Owen value (Owen 1977,
Lecture Notes in Economics and Mathematical Systems 141), so that the shares of a block's players sum to the block's:
the nested decomposition of Shorrocks (2013, J. Econ. Inequality 11). Every share is a weighted sum of the values of
coalitions, and all shares sum to the value of the full coalition less that of the empty one.

Where there are too many coalitions to evaluate them all, players' shares are averages over random permutations (Castro,
Gomez & Tejada 2009, Comput. Oper. Res. 36), each with its reverse (Mitchell, Cooper, Frank & Holmes 2022, JMLR 23(43));
those of the blocks stay exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.layout import Numbers

type Coalition = frozenset[str]
type Weights = Mapping[Coalition, float]

EXACT = 2**9
"""Most coalitions that are all evaluated, those of nine players.

With more, permutations are sampled: each coalition takes a fit, and in the built-in example the error of sampling is a
tenth of that of the fits.
"""
LEAST_PAIRS = 4
"""Of random permutations: with fewer, their sampling error cannot be estimated."""


class Plan(Struct, frozen=True, kw_only=True):
    """The coalitions to evaluate; each share is a row of weights times their values."""

    blocks: Mapping[str, tuple[str, ...]]
    """Players by block; no block is empty."""
    coalitions: tuple[Coalition, ...]
    """The empty one first, the full one last."""
    of_blocks: Numbers
    """Exact; dims (block, coalition)."""
    of_players: Numbers
    """Exact, or the mean of the replicates; dims (player, coalition)."""
    replicates: Numbers
    """Of the players' shares, each from a random permutation and its reverse; none where they are exact; dims
    (replicate, player, coalition)."""

    @property
    def players(self) -> tuple[str, ...]:
        return tuple(player for members in self.blocks.values() for player in members)

    @property
    def exact(self) -> bool:
        return not len(self.replicates)

    def marginal_first(self, members: Iterable[str]) -> Numbers:
        """Weights of the change when players join first; dims (coalition)."""
        return self._row(_step(frozenset(), frozenset(members)))

    def marginal_last(self, members: Iterable[str]) -> Numbers:
        """Weights of the change when players join last; dims (coalition)."""
        return self._row(_step(frozenset(self.players) - frozenset(members), frozenset(members)))

    def total(self) -> Numbers:
        """Weights of the change from the empty coalition to the full one; dims (coalition)."""
        return self.marginal_first(self.players)

    def _row(self, weights: Weights) -> Numbers:
        return np.asarray(_rows([weights], self.coalitions)[0])

    def player_rows(self, values: Numbers) -> tuple[Numbers, Numbers]:
        """Weights of each player's share, and the standard error of sampling it, 0 where the shares are exact.

        Sampled shares are adjusted to sum to their block's, which is exact: the difference is spread over the players
        by their variances (Deming & Stephan 1940, Ann. Math. Statist. 11), smoothed halfway to their mean, since few
        permutations estimate a variance only roughly. The errors are those before or after, whichever is larger.

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
        # The mean of few replicates is t-distributed, with a standard deviation above 1.
        return np.asarray(shares.std(axis=0, ddof=1) * math.sqrt((count - 1) / (count - 3) / count))

    def _parts(self, variances: Numbers) -> Numbers:
        """Of the difference of its block, the part that each player takes; dims (block, player)."""
        parts = np.zeros((len(self.blocks), len(variances)))
        for row, own in zip(parts, self._own(), strict=True):
            smooth = variances[own] + variances[own].mean()
            row[own] = smooth / smooth.sum() if smooth.any() else 1 / len(smooth)
        return parts

    def _reconciled(self, rows: Numbers, parts: Numbers) -> Numbers:
        """Rows of weights by player, adjusted so that those of a block sum to the block's; dims (player, coalition)."""
        sums = np.array([rows[own].sum(axis=0) for own in self._own()])
        return np.asarray(rows + parts.T @ (self.of_blocks - sums))

    def _own(self) -> Iterator[slice]:
        """The positions of each block's players."""
        start = 0
        for members in self.blocks.values():
            yield slice(start, start := start + len(members))


def plan(blocks: Mapping[str, Sequence[str]], *, permutations: int, seed: int, exact: int = EXACT) -> Plan:
    """Choose the coalitions to evaluate and their weights in each share.

    Parameters
    ----------
    blocks
        Players by block; a player is in one block only.
    permutations
        Number of random permutations if there are too many coalitions; rounded up to pairs, and to at least eight.
    seed
        Of these permutations.
    exact
        The largest number of coalitions that are all evaluated.
    """
    players = {block: tuple(members) for block, members in blocks.items() if members}
    of_blocks = _shapley({block: frozenset(members) for block, members in players.items()})
    if _count(players) <= exact:
        return _planned(players, of_blocks, [_owen(players)])
    rng = np.random.default_rng(seed)
    return _planned(
        players, of_blocks, [_sampled(players, rng) for _ in range(max(LEAST_PAIRS, math.ceil(permutations / 2)))]
    )


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
    """An upper bound on the number of coalitions that exact shares need."""
    return sum(2 ** (len(blocks) - 1 + len(members)) for members in blocks.values())


def _step(before: Coalition, joining: Coalition) -> Weights:
    """Weights of the change when players join a coalition."""
    return {before | joining: 1.0, before: -1.0} if joining else {before: 0.0}


def _shapley(groups: Mapping[str, Coalition], around: Coalition = frozenset()) -> dict[str, dict[Coalition, float]]:
    """Shapley weights of groups that join a coalition as units; by group."""
    result: dict[str, dict[Coalition, float]] = {}
    for name, joining in groups.items():
        weights: dict[Coalition, float] = {}
        for before, weight in _subsets([group for other, group in groups.items() if other != name]):
            _add(weights, _step(around | before, joining), weight)
        result[name] = weights
    return result


def _owen(blocks: Mapping[str, Sequence[str]]) -> dict[str, dict[Coalition, float]]:
    """Owen weights of players in blocks; by player."""
    result: dict[str, dict[Coalition, float]] = {}
    for block, members in blocks.items():
        others = [frozenset(group) for other, group in blocks.items() if other != block]
        for around, weight in _subsets(others):
            within = _shapley({player: frozenset({player}) for player in members}, around)
            for player, weights in within.items():
                _add(result.setdefault(player, {}), weights, weight)
    return result


def _subsets(groups: Sequence[Coalition]) -> Iterator[tuple[Coalition, float]]:
    """The unions of groups, each with the probability that exactly these precede one more group in a permutation."""
    n = len(groups) + 1
    for size in range(n):
        weight = 1 / (n * math.comb(n - 1, size))
        for chosen in combinations(groups, size):
            yield frozenset().union(*chosen), weight


def _sampled(blocks: Mapping[str, Sequence[str]], rng: np.random.Generator) -> dict[str, dict[Coalition, float]]:
    """Weights by player from one random permutation of the blocks and of the players within, and its reverse."""
    order = [str(p) for block in rng.permutation(list(blocks)) for p in rng.permutation(list(blocks[str(block)]))]
    result: dict[str, dict[Coalition, float]] = {player: {} for player in order}
    for direction in (order, order[::-1]):
        for index, player in enumerate(direction):
            _add(result[player], _step(frozenset(direction[:index]), frozenset({player})), 0.5)
    return result


def _add(weights: dict[Coalition, float], more: Weights, factor: float) -> None:
    for coalition, weight in more.items():
        weights[coalition] = weights.get(coalition, 0.0) + factor * weight
