"""Imported networks against pyAgrum: every posterior probability, and the time of the inference.

`python -m benchmarks.networks FOLDER` takes every `.bif` in a folder, such as those of the bnlearn repository. With
evidence on 0, 1, 3 and 10 nodes it compares the probabilities of all states of all nodes, and times both programs from
the evidence to the last probability. pyAgrum gets the numbers of the file with all their digits.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.importance_sampling import single_draw
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.networks.formats import read_network
from estimative.model.networks.import_plan import NodePlan, plans
from estimative.model.networks.network import DiscreteNetwork, in_order
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from estimative.workflows.networks import import_network

OBSERVED = (0, 1, 3, 10)
REPEATS = 7
TOLERANCE = 1e-9
type States = Mapping[str, int]
type Answers = Mapping[tuple[str, int], float]
"""P(node = state) by node and state."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A network in both programs."""

    network: DiscreteNetwork
    by_node: Mapping[str, NodePlan]
    assessment: Assessment
    reference: Any
    """Of pyAgrum."""


def subject_of(path: Path) -> Subject:
    """Import a network, and build it in pyAgrum."""
    network = read_network(path)
    with TemporaryDirectory() as folder:
        made = import_network(path, folder=Path(folder))
        assessment = assess(read_scenario(made.scenario), read_prior_set(made.priors))
    return Subject(network=network, by_node=plans(network), assessment=assessment, reference=in_pyagrum(network))


def in_pyagrum(network: DiscreteNetwork) -> Any:
    """The same network in pyAgrum, whose names of states are positions."""
    import pyagrum

    names = {name: f"n{at}" for at, name in enumerate(network.nodes)}
    made = pyagrum.BayesNet()
    for node in network.nodes.values():
        made.add(pyagrum.RangeVariable(names[node.name], "", 0, len(node.states) - 1))
    for name in in_order(network.nodes):
        for parent in network.nodes[name].parents:
            made.addArc(names[parent], names[name])
        table = made.cpt(names[name])
        for combination, row in network.rows(name):
            parents = zip(network.nodes[name].parents, combination, strict=True)
            table[{names[parent]: state for parent, state in parents}] = list(row)
    return made


def drawn_evidence(network: DiscreteNetwork, count: int, seed: int) -> States:
    """States of some nodes that occur together: a part of a joint state drawn from the network."""
    dice, states = random.Random(seed), dict[str, int]()
    for name in in_order(network.nodes):
        node, rows = network.nodes[name], dict(network.rows(name))
        row = rows[tuple(states[parent] for parent in node.parents)]
        states[name] = dice.choices(range(len(row)), weights=row)[0]
    return {name: states[name] for name in dice.sample(sorted(states), min(count, len(states)))}


def ours(subject: Subject, evidence: States) -> Callable[[], Answers]:
    """The inference of this program, from the evidence to all probabilities."""
    given = {}
    for name, state in evidence.items():
        plan = subject.by_node[name]
        given[plan.literal(state)] = bool(plan.event.states) or plan.states[state] == "yes"
    theta = single_draw(subject.assessment).theta
    wanted = [target for target in targets(subject.assessment.scenario) if target.kind == "event"]

    def answer() -> Answers:
        structure = subject.assessment.conditioned_on(given).structure
        chances = dict(
            zip((t.id for t in wanted), evaluate_queries(structure, theta, tuple(wanted)).yes[:, 0], strict=True)
        )
        return {
            (name, state): 1 - chances[plan.event.id] if no else chances[plan.literal(state)]
            for name, plan in subject.by_node.items()
            for state, no in enumerate(text == "no" and not plan.event.states for text in plan.states)
        }

    return answer


def theirs(subject: Subject, evidence: States) -> Callable[[], Answers]:
    """The inference of pyAgrum, the same way."""
    import pyagrum

    names = {name: f"n{at}" for at, name in enumerate(subject.network.nodes)}

    def answer() -> Answers:
        inference = pyagrum.LazyPropagation(subject.reference)
        inference.setEvidence({names[name]: state for name, state in evidence.items()})
        inference.makeInference()
        return {
            (name, state): p
            for name in subject.network.nodes
            for state, p in enumerate(inference.posterior(names[name]).tolist())
        }

    return answer


def timed(*sides: Callable[[], Answers]) -> list[float]:
    """The median CPU seconds of each side, run in turn."""
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(REPEATS):
        for side, times in zip(sides, seconds, strict=True):
            start = time.process_time()
            side()
            times.append(time.process_time() - start)
    return [median(times) for times in seconds]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One network with some evidence, by both programs."""

    network: str
    observed: int
    """Nodes with evidence."""
    difference: float
    """The largest of any probability."""
    own: float
    """Seconds of CPU time."""
    reference: float
    """Of pyAgrum."""
    reading: float
    """Seconds to import the network into both."""

    @property
    def agrees(self) -> bool:
        """Whether the probabilities are the same, but for rounding."""
        return self.difference < TOLERANCE


def compared(path: Path, observed: Sequence[int] = OBSERVED) -> Iterator[Comparison]:
    """Compare and time one network, with evidence on so many nodes.

    Raises
    ------
    InvalidInput
        If this program cannot import it.
    """
    start = time.perf_counter()
    subject = subject_of(path)
    reading = time.perf_counter() - start
    for count in observed:
        evidence = drawn_evidence(subject.network, count, seed=count)
        this, other = ours(subject, evidence), theirs(subject, evidence)
        first, second = this(), other()
        own, reference = timed(this, other)
        yield Comparison(
            network=path.stem,
            observed=len(evidence),
            difference=float(np.max(np.abs([first[key] - second[key] for key in first]))),
            own=own,
            reference=reference,
            reading=reading,
        )


def measure(path: Path) -> bool:
    """Compare and time one network, and print its lines; whether all probabilities agree."""
    agree = True
    try:
        for made in compared(path):
            agree &= made.agrees
            times = f"{1000 * made.own:8.2f} ms {1000 * made.reference:8.2f} ms {made.own / made.reference:7.1f}"
            print(f"{made.network:12} {made.observed:9} {made.difference:12.1e} {times} {made.reading:8.2f} s")
    except InvalidInput as error:
        print(f"{path.stem:12} {str(error)[:90]}")
        return False
    return agree


def main() -> int:
    """Measure every network of a folder; 1 if some probability differs."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of NumPy, for pyAgrum
    print(f"{'network':12} {'observed':>9} {'difference':>12} {'this':>11} {'pyAgrum':>11} {'ratio':>7} {'import':>10}")
    agree = [measure(path) for path in sorted(Path(sys.argv[1]).glob("*.bif"))]
    return int(not all(agree))


if __name__ == "__main__":
    sys.exit(main())
