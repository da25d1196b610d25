"""A discrete Bayesian network as another program states it: nodes with states, and a table for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, enumerated, quote

ROUNDING = 1e-12
"""By which probabilities may miss 1 without being rescaled: what adding them up leaves."""
TOLERANCE = 1e-3
"""By which the probabilities of a row may miss 1: what rounding to a few decimals leaves."""
MOST_NUMBERS = 10**7
"""In one table."""


class Node(Struct, frozen=True, kw_only=True):
    """One node of a network with its table."""

    name: str
    title: str = ""
    """A longer name, where the file has one."""
    states: tuple[str, ...]
    parents: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    """The table row by row: the states of the node vary fastest, then those of the last parent."""
    line: int | None = None
    """Of the file, where the node or its table is."""


class DiscreteNetwork(Struct, frozen=True, kw_only=True):
    """Nodes by name, in the order of the file; each table has a row for every combination of states of the parents."""

    title: str = ""
    nodes: Mapping[str, Node]
    rescaled: int = 0
    """Rows whose probabilities added up to 1 only roughly, and were divided by their sum."""

    @property
    def leaves(self) -> tuple[str, ...]:
        """The nodes without children."""
        parents = {parent for node in self.nodes.values() for parent in node.parents}
        return tuple(name for name in self.nodes if name not in parents)

    def rows(self, name: str) -> Iterator[tuple[tuple[int, ...], tuple[float, ...]]]:
        """Yield the states of the parents, as positions, with the probabilities of the node's states."""
        node = self.nodes[name]
        size = len(node.states)
        states = product(*(range(len(self.nodes[parent].states)) for parent in node.parents))
        for row, combination in enumerate(states):
            yield combination, node.numbers[row * size : (row + 1) * size]


def network_of(title: str, nodes: Sequence[Node], file: str) -> DiscreteNetwork:
    """Put nodes together.

    Raises
    ------
    InvalidInput
        With every node that is there twice, has an unknown parent or too few numbers, every row that does not add up to
        1, and a circle.
    """
    by_name = {node.name: node for node in nodes}
    issues = [*_name_errors(nodes, by_name, file)] or [*_table_errors(nodes, by_name, file)]
    if issues or (issues := [*_cycle_errors(by_name, file)]):
        raise InvalidInput(issues)
    scaled = {name: _rescaled(node) for name, node in by_name.items()}
    changed = sum(_missed(row) > ROUNDING for node in nodes for row in _rows(node))
    return DiscreteNetwork(title=title, nodes=scaled, rescaled=changed)


def in_order(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Return the nodes, each after its parents; otherwise in the order of the file."""
    return tuple(TopologicalSorter({name: node.parents for name, node in nodes.items()}).static_order())


def _error(node: Node, file: str, message: str, *, code: str, allowed: str = "", suggestion: str = "") -> Issue:
    place = Place(file=file, line=node.line, key=ascii_safe(node.name))
    return Issue(code=code, message=message, place=place, allowed=allowed, suggestion=suggestion)


def _name_errors(nodes: Sequence[Node], by_name: Mapping[str, Node], file: str) -> Iterator[Issue]:
    if not nodes:
        yield Issue(code="missing-section", message="the network has no nodes", place=Place(file=file))
    for index, node in enumerate(nodes):
        if any(other.name == node.name for other in nodes[:index]):
            yield _error(node, file, f"the node {quote(node.name)} is there twice", code="duplicate-name")
        if len(set(node.states)) < len(node.states):
            yield _error(node, file, f"a state of {quote(node.name)} is there twice", code="duplicate-name")
        if len(node.states) < 2:
            message = f"the node {quote(node.name)} has {len(node.states)} states"
            yield _error(node, file, message, code="too-few", allowed="two states or more")
        if len(set(node.parents)) < len(node.parents):
            yield _error(node, file, f"a parent of {quote(node.name)} is there twice", code="duplicate-name")
        for parent in node.parents:
            if parent not in by_name:
                message = f"{quote(parent)}, a parent of {quote(node.name)}, is not a node of the network"
                yield _error(node, file, message, code="unknown-name")


def _table_errors(nodes: Sequence[Node], by_name: Mapping[str, Node], file: str) -> Iterator[Issue]:
    if empty := [node for node in nodes if not node.numbers]:
        names = enumerated([quote(node.name) for node in empty])
        message = f"there are no probabilities of {names}"
        yield _error(empty[0], file, message, code="missing-value", suggestion="The file may be cut off.")
    for node in nodes:
        wanted = math.prod(len(by_name[parent].states) for parent in (*node.parents, node.name))
        if node.numbers and len(node.numbers) != wanted:
            message = f"the table of {quote(node.name)} has {len(node.numbers):,} numbers"
            allowed = f"{wanted:,}, one for each state under each combination of its parents' states"
            yield _error(node, file, message, code="wrong-length", allowed=allowed)
        elif wrong := [p for p in node.numbers if not 0 <= p <= 1]:
            message = f"{wrong[0]:g} in the table of {quote(node.name)} is not a probability"
            yield _error(node, file, message, code="out-of-range", allowed="from 0 to 1")
        else:
            yield from _sum_errors(node, file)


def _sum_errors(node: Node, file: str) -> Iterator[Issue]:
    """Yield one error for a node with rows that do not add up."""
    far = [(at, row) for at, row in enumerate(_rows(node), start=1) if _missed(row) > TOLERANCE]
    if far:
        at, row = far[0]
        more = f", nor do {len(far) - 1} more rows" if len(far) > 1 else ""
        message = f"row {at} of {quote(node.name)} adds up to {math.fsum(row):.6g}, not to 1{more}"
        yield _error(node, file, message, code="shares", allowed="probabilities that add up to 1")


def _cycle_errors(by_name: Mapping[str, Node], file: str) -> Iterator[Issue]:
    try:
        in_order(by_name)
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        message = f"these nodes depend on each other: {' -> '.join(map(ascii_safe, cycle))}"
        yield _error(by_name[cycle[0]], file, message, code="cycle", allowed="a network without circles")


def _rows(node: Node) -> Iterator[tuple[float, ...]]:
    size = len(node.states)
    return (node.numbers[at : at + size] for at in range(0, len(node.numbers), size))


def _missed(row: Iterable[float]) -> float:
    return abs(math.fsum(row) - 1)


def _rescaled(node: Node) -> Node:
    """Divide rows that add up to 1 only roughly by their sum; others keep the digits of the file."""
    rows = (row if _missed(row) <= ROUNDING else tuple(p / math.fsum(row) for p in row) for row in _rows(node))
    return replace(node, numbers=tuple(p for row in rows for p in row))
