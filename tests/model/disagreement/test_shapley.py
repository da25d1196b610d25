"""Shapley and Owen shares against brute force over all orders, and their properties."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.disagreement.shapley import Coalition, Plan, plan

type Game = Callable[[Coalition], float]
ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""


def planned(blocks: Mapping[str, Sequence[str]]) -> Plan:
    return plan(blocks, permutations=0, seed=1)


def valued(result: Plan, game: Game) -> np.ndarray:
    return np.array([game(coalition) for coalition in result.coalitions])


def shares(blocks: Mapping[str, Sequence[str]], game: Game) -> dict[str, float]:
    """By player, exactly."""
    result = planned(blocks)
    assert result.exact
    rows, errors = result.player_rows(valued(result, game))
    assert not errors.any()
    return dict(zip(result.players, map(float, rows @ valued(result, game)), strict=True))


def orders(blocks: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every order in which the members of a block are adjacent."""
    for arranged in itertools.permutations([members for members in blocks.values() if members]):
        for inner in itertools.product(*(itertools.permutations(members) for members in arranged)):
            yield tuple(player for members in inner for player in members)


def brute(blocks: Mapping[str, Sequence[str]], game: Game) -> dict[str, float]:
    """The mean over all such orders of what each player adds to those before."""
    listed = list(orders(blocks))
    added = dict.fromkeys(listed[0], 0.0)
    for order in listed:
        for index, player in enumerate(order):
            added[player] += game(frozenset(order[: index + 1])) - game(frozenset(order[:index]))
    return {player: total / len(listed) for player, total in added.items()}


@st.composite
def games(draw: st.DrawFn, *, blocks: int = 3, members: int = 3) -> tuple[dict[str, list[str]], Game]:
    """Players in blocks, some of them empty, and a value for every coalition."""
    sizes = draw(st.lists(st.integers(0, members), min_size=1, max_size=blocks).filter(any))
    named = {f"b{index}": [f"b{index}.p{player}" for player in range(size)] for index, size in enumerate(sizes)}
    seed = draw(st.integers(0, 2**32 - 1))
    return named, cache(lambda coalition: _value(coalition, seed))


def _value(coalition: Iterable[str], seed: int) -> float:
    key = [seed, *(sum(map(ord, player)) * 7919 + int(player[1]) for player in sorted(coalition))]
    return float(np.random.default_rng(key).normal())


@given(games())
def test_shares_are_the_mean_over_all_orders(case: tuple[dict[str, list[str]], Game]) -> None:
    """A player's share is the mean of what the player adds, over all orders in which blocks stay together."""
    blocks, game = case
    assert shares(blocks, game) == pytest.approx(brute(blocks, game), abs=1e-12)


@given(games(blocks=1, members=6))
def test_one_block_gives_the_plain_shapley_value(case: tuple[dict[str, list[str]], Game]) -> None:
    """Within a single block every order counts: that is the value of Shapley (1953)."""
    blocks, game = case
    (players,) = blocks.values()
    exact = {player: _shapley(player, players, game) for player in players}
    assert shares(blocks, game) == pytest.approx(exact, abs=1e-12)


def _shapley(player: str, players: Sequence[str], game: Game) -> float:
    """By the textbook sum over coalitions of the others."""
    others, total = [other for other in players if other != player], 0.0
    for chosen in itertools.product((False, True), repeat=len(others)):
        before = frozenset(other for other, there in zip(others, chosen, strict=True) if there)
        weight = math.factorial(len(before)) * math.factorial(len(others) - len(before)) / math.factorial(len(players))
        total += weight * (game(before | {player}) - game(before))
    return total


@given(games())
def test_shares_sum_to_the_whole(case: tuple[dict[str, list[str]], Game]) -> None:
    """Efficiency: players' shares sum to their block's, and blocks' to everybody less nobody."""
    blocks, game = case
    result = planned(blocks)
    values = valued(result, game)
    own, of_blocks = shares(blocks, game), result.of_blocks @ values
    sums = [sum(own[player] for player in members) for members in result.blocks.values()]
    assert sums == pytest.approx(list(of_blocks), abs=1e-12)
    assert sum(of_blocks) == pytest.approx(game(frozenset(own)) - game(frozenset()), abs=1e-12)
    assert result.total() @ values == pytest.approx(sum(of_blocks), abs=1e-12)


@given(games(), st.data())
def test_who_never_adds_anything_has_no_share(case: tuple[dict[str, list[str]], Game], data: st.DataObject) -> None:
    """The dummy property."""
    blocks, game = case
    dummy = data.draw(st.sampled_from([player for members in blocks.values() for player in members]))
    assert shares(blocks, lambda coalition: game(coalition - {dummy}))[dummy] == pytest.approx(0, abs=1e-12)


@given(games(members=4), st.data())
def test_who_adds_the_same_has_the_same_share(case: tuple[dict[str, list[str]], Game], data: st.DataObject) -> None:
    """Symmetry: two players of a block who can replace each other everywhere get equal shares."""
    blocks, game = case
    pairs = [members for members in blocks.values() if len(members) > 1]
    if not pairs:
        return
    one, other, *_ = data.draw(st.permutations(data.draw(st.sampled_from(pairs))))

    def symmetric(coalition: Coalition) -> float:
        either = coalition & {one, other}
        return game(coalition - {other} | {one} if len(either) == 1 else coalition)

    result = shares(blocks, symmetric)
    assert result[one] == pytest.approx(result[other], abs=1e-12)


def test_first_and_last_marginals_are_those_of_the_game() -> None:
    """Of two who only act together, each does nothing alone and everything last."""
    result = planned({"a": ["x", "y"], "b": ["z"]})
    values = valued(result, lambda coalition: 6.0 * ({"x", "z"} <= coalition) + ("y" in coalition))
    assert result.marginal_first(["x"]) @ values == 0
    assert result.marginal_last(["x"]) @ values == 6
    assert result.marginal_first(["x", "y"]) @ values == 1
    assert result.marginal_last(["x", "y"]) @ values == 7
    assert dict(zip(result.players, result.player_rows(values)[0] @ values, strict=True)) == {"x": 3, "y": 1, "z": 3}


def test_nobody_comes_first_and_everybody_last() -> None:
    """The coalitions run from nobody to everybody, each once."""
    result = planned({"a": ["x", "y"], "b": [], "c": ["z"]})
    assert result.coalitions[0] == frozenset()
    assert result.coalitions[-1] == {"x", "y", "z"}
    assert len(set(result.coalitions)) == len(result.coalitions)
    assert list(result.blocks) == ["a", "c"]


def test_nobody_at_all() -> None:
    """Where there is nothing to disagree on, there is nobody to share with, and no gap."""
    result = planned({"a": []})
    assert (result.players, result.total() @ np.array([2.0] * len(result.coalitions))) == ((), 0)


def test_nine_players_are_shared_exactly_and_ten_are_sampled() -> None:
    """Every coalition is valued as long as there are no more than nine players have."""
    players = [f"p{index}" for index in range(10)]
    assert len(planned({"a": players[:9]}).coalitions) == 2**9
    assert planned({"a": players[:9]}).exact
    assert not planned({"a": players}).exact
    assert planned({"a": players[:5], "b": players[5:]}).exact, "in blocks, fewer coalitions matter"


BLOCKS = {"a": [f"a{index}" for index in range(5)], "b": [f"b{index}" for index in range(4)], "c": ["c0"]}


def curved(coalition: Coalition) -> float:
    """A game with interactions of all sizes."""
    total = sum((ord(player[0]) - 95) * (int(player[1]) + 1) / 10 for player in coalition)
    return math.tanh(total) + 0.5 * total + 0.3 * ("a0" in coalition) * ("b0" in coalition)


def sampled(seed: int, game: Game = curved, count: int = 16) -> tuple[np.ndarray, np.ndarray, Plan]:
    result = plan(BLOCKS, permutations=count, seed=seed, exact=0)
    values = valued(result, game)
    rows, errors = result.player_rows(values)
    return rows @ values, errors, result


def test_sampled_shares_sum_to_their_blocks() -> None:
    """Blocks' shares are exact even where players' are sampled, and the players' sum to them."""
    values, errors, result = sampled(3)
    exact = planned(BLOCKS)
    blocks = exact.of_blocks @ valued(exact, curved)
    assert result.of_blocks @ valued(result, curved) == pytest.approx(blocks, abs=1e-12)
    assert [values[:5].sum(), values[5:9].sum(), values[9]] == pytest.approx(blocks, abs=1e-12)
    assert errors[:9].all()


def test_what_does_not_interact_is_sampled_without_error() -> None:
    """Where every player always adds the same, one order is enough."""
    values, errors, result = sampled(1, lambda coalition: sum(int(player[1]) + 0.5 for player in coalition))
    assert values == pytest.approx([int(player[1]) + 0.5 for player in result.players], abs=1e-12)
    assert errors == pytest.approx(np.zeros(10), abs=1e-12)


def test_the_error_of_sampling_is_the_spread_between_samples() -> None:
    """Over many seeds, sampled shares lie around the exact ones as far as their standard errors say."""
    exact = np.array(list(shares(BLOCKS, curved).values()))
    runs = [sampled(seed)[:2] for seed in range(200)]
    values, errors = (np.array(part) for part in zip(*runs, strict=True))
    spread = values.std(axis=0, ddof=1)
    assert abs(values.mean(axis=0) - exact) == pytest.approx(np.zeros(10), abs=ERRORS * max(spread) / math.sqrt(200))
    stated = np.sqrt(np.square(errors[:, :9]).mean(axis=0))
    assert (spread[:9] < 1.05 * stated).all(), "never more than the stated error"
    assert (spread[:9] > 0.3 * stated).all(), "and not far less"


def test_the_same_seed_gives_the_same_orders() -> None:
    """Random orders are those of the seed."""
    assert sampled(5)[0] == pytest.approx(sampled(5)[0], abs=0)
    assert (sampled(5)[0] != sampled(6)[0]).any()
