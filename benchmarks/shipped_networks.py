"""Small networks against pyAgrum, made here so that nothing has to be fetched; prints JSON.

`python -m benchmarks.shipped_networks` takes the shipped scenario `asia` and random networks of a few sizes.
"""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.networks import Comparison, compared
from estimative.model.assessment import assess
from estimative.model.networks.as_network import network_of_assessment
from estimative.model.networks.bif import write
from estimative.model.networks.network import DiscreteNetwork, Node
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.prior_set_file import read_prior_set

OBSERVED = (0, 3)
SIZES = {"random20": 20, "random60": 60}
"""Nodes of the random networks, by name."""
STATES = ("low", "middle", "high")
MOST_PARENTS, NEAR = 3, 6
"""Parents are among the few nodes before, so that the exact sum stays small."""


def networks() -> Iterator[tuple[str, DiscreteNetwork]]:
    """Give each network with its name."""
    scenario = read_scenario(find_scenario("asia"))
    yield "asia", network_of_assessment(assess(scenario, read_prior_set(find_prior_set("textbook", scenario.id))))
    for name, size in SIZES.items():
        yield name, random_network(size, seed=size)


def random_network(size: int, *, seed: int) -> DiscreteNetwork:
    """Make a network of nodes with three states and up to three parents."""
    dice, nodes = random.Random(seed), dict[str, Node]()
    for at in range(size):
        near = [f"n{before}" for before in range(max(0, at - NEAR), at)]
        parents = tuple(dice.sample(near, min(len(near), dice.randint(0, MOST_PARENTS))))
        rows = [_row(dice) for _ in range(len(STATES) ** len(parents))]
        numbers = tuple(number for row in rows for number in row)
        nodes[f"n{at}"] = Node(name=f"n{at}", states=STATES, parents=parents, numbers=numbers)
    return DiscreteNetwork(title="random", nodes=nodes)


def _row(dice: random.Random) -> tuple[float, ...]:
    weights = [dice.randint(1, 20) for _ in STATES]
    return tuple(weight / sum(weights) for weight in weights)


def comparisons() -> Iterator[Comparison]:
    """Compare every network."""
    with TemporaryDirectory() as folder:
        for name, network in networks():
            path = Path(folder) / f"{name}.bif"
            path.write_text(write(network), encoding="utf-8")
            yield from compared(path, OBSERVED)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # of NumPy, for pyAgrum
    print(json.dumps([asdict(comparison) for comparison in comparisons()]))
