"""Networks of other programs: random ones that pyAgrum writes, and its answers for them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import exact
from estimative.model.networks.formats import FORMATS, read_network
from estimative.model.networks.import_plan import plans
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set

ENDINGS = {"bif": "bif", "xmlbif": "bifxml", "xdsl": "xdsl", "net": "net", "uai": "uai"}
"""Under which pyAgrum writes each format."""
PARENTS = {"bif": 3, "xmlbif": 3, "xdsl": 1, "net": 3, "uai": 1}
"""pyAgrum has its own order of rows in XDSL and UAI, which shows from two parents on."""
ONE = 64
"""Probabilities are multiples of 1/64: exact in the few decimals that pyAgrum writes, and in the floats it reads."""


def pyagrum() -> Any:
    """The library, or a test that is skipped."""
    return pytest.importorskip("pyagrum")


def random_network(seed: int, *, parents: int, size: int = 8) -> Any:
    """A network of nodes with 2 to 4 states, some probabilities of 0 and 1, in pyAgrum."""
    gum, dice = pyagrum(), random.Random(seed)
    network = gum.BayesNet("random")
    names = [f"n{at}" for at in range(size)]
    for name in names:
        states = dice.choice((["no", "yes"], ["a", "b"], ["low", "mid", "high"], ["0", "s1", "s2", "none"]))
        network.add(gum.LabelizedVariable(name, name, states))
    for at, name in enumerate(names):
        for parent in dice.sample(names[:at], min(at, dice.randint(0, parents))):
            network.addArc(parent, name)
    for name in names:
        table = network.cpt(name)
        width = table.variable(0).domainSize()
        rows = table.toarray().size // width
        table.fillWith([number for _ in range(rows) for number in _row(dice, width)])
    return network


def _row(dice: random.Random, width: int) -> Sequence[float]:
    cuts = sorted(dice.randint(0, ONE) for _ in range(width - 1))
    return [(b - a) / ONE for a, b in zip([0, *cuts], [*cuts, ONE], strict=True)]


def saved(network: Any, folder: Path, name: str) -> Path:
    """The file in which pyAgrum writes a network."""
    path = folder / f"net.{ENDINGS[name]}"
    pyagrum().saveBN(network, str(path))
    return path


def possible_evidence(network: Any, count: int, seed: int) -> Mapping[str, int]:
    """States of some nodes that occur together: a part of a joint state drawn from the network."""
    dice, drawn = random.Random(seed), dict[str, int]()
    for node in network.topologicalOrder():
        name = network.variable(node).name()
        row = network.cpt(name)[{parent: drawn[parent] for parent in network.cpt(name).names[1:]}]
        drawn[name] = dice.choices(range(len(row)), weights=list(row))[0]
    return {name: drawn[name] for name in dice.sample(sorted(drawn), count)}


def oracle(network: Any, evidence: Mapping[str, int]) -> Mapping[tuple[str, int], float]:
    """P(node = state | evidence) of every state of every node, by pyAgrum."""
    inference = pyagrum().LazyPropagation(network)
    inference.setEvidence(dict(evidence))
    inference.makeInference()
    names = [network.variable(node).name() for node in network.nodes()]
    return {(name, state): float(p) for name in names for state, p in enumerate(inference.posterior(name).toarray())}


def read_pair(scenario: Path, priors: Path) -> Assessment:
    """What an import wrote."""
    return assess(read_scenario(scenario), read_prior_set(priors))


def answers(assessment: Assessment, source: Path, evidence: Mapping[str, int]) -> Mapping[tuple[str, int], float]:
    """P(node = state | evidence) of every state of every node of a file, by the scenario that it became."""
    by_node = plans(read_network(source))
    given = {}
    for name, state in evidence.items():
        plan = by_node[name]
        given[plan.literal(state)] = bool(plan.event.states) or plan.states[state] == "yes"
    estimates = exact(assessment.conditioned_on(given), seed=1).all_estimates
    found = {}
    for name, plan in by_node.items():
        for state, title in enumerate(plan.states):
            value = estimates["event", plan.literal(state)].value
            found[name, state] = 1 - value if title == "no" and not plan.event.states else value
    return found


def rewritten(source: Path, name: str, folder: Path) -> Path:
    """The same network in another format, written by this program."""
    path = folder / f"again{FORMATS[name].endings[0]}"
    path.write_text(FORMATS[name].write(read_network(source)), encoding="utf-8")
    return path
