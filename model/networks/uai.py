"""UAI, the format of the competitions of the conference Uncertainty in Artificial Intelligence; it has no names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimative.model.networks.network import MOST_NUMBERS, DiscreteNetwork, Node, in_order, network_of
from estimative.model.networks.tokens import Tokens
from estimative.priors.toml_writer import number

COMMENTS = r"\#[^\n]*"
MOST = 100_000
"""Nodes, and parents of one: a number beyond it is a mistake, and would fill the memory."""


def read(text: str, file: str) -> DiscreteNetwork:
    """Read a network; its nodes are named x0, x1 and so on, their states 0, 1 and so on.

    Raises
    ------
    InvalidInput
        If the text is not one, or not one of conditional probabilities.
    """
    tokens = Tokens(text, file=file, comments=COMMENTS)
    kind = tokens.next("the network")
    if kind.text.upper() != "BAYES":
        message = f"the network is of the kind {kind.text}, not a Bayesian network"
        raise tokens.error(message, line=kind.line, allowed="BAYES")
    nodes = _whole(tokens, "the number of nodes")
    sizes = [_whole(tokens, "the numbers of states") for _ in range(nodes)]
    factors = _whole(tokens, "the number of tables")
    scopes = [_scope(tokens, nodes) for _ in range(factors)]
    if missing := sorted(set(range(nodes)) - {scope[-1] for scope, _ in scopes}):
        raise tokens.error(f"there are no probabilities of x{missing[0]}", allowed="a table for each node")
    tables = [_node(scope, sizes, _numbers(tokens, scope, sizes), line) for scope, line in scopes]
    if tokens:
        raise tokens.error("there are more numbers than tables")
    return network_of("", sorted(tables, key=lambda node: int(node.name[1:])), file)


def _whole(tokens: Tokens, what: str, *, most: int = MOST) -> int:
    token = tokens.next(what)
    if not (token.text.isascii() and token.text.isdecimal() and len(token.text) < 12 and int(token.text) <= most):
        raise tokens.error(f"{token.text[:20]} in {what} is not a whole number up to {most:,}", line=token.line)
    return int(token.text)


def _numbers(tokens: Tokens, scope: Sequence[int], sizes: Sequence[int]) -> Sequence[float]:
    within = f"the table of x{scope[-1]}"
    line, count = tokens.line, _whole(tokens, within, most=MOST_NUMBERS)
    if count != (wanted := math.prod(sizes[node] for node in scope)):
        raise tokens.error(f"{within} has {count:,} numbers", line=line, allowed=f"{wanted:,}")
    return [tokens.number(tokens.next(within), within) for _ in range(count)]


def _scope(tokens: Tokens, nodes: int) -> tuple[Sequence[int], int]:
    line, count = tokens.line, _whole(tokens, "the nodes of a table")
    scope = [_whole(tokens, "the nodes of a table") for _ in range(count)]
    if not scope or max(scope) >= nodes:
        raise tokens.error("a table is about a node that is not there", line=line, allowed=f"nodes 0 to {nodes - 1}")
    return scope, line


def _node(scope: Sequence[int], sizes: Sequence[int], numbers: Sequence[float], line: int) -> Node:
    """The last node of a table is the one that it is the probabilities of."""
    *parents, own = scope
    states = tuple(map(str, range(sizes[own])))
    return Node(
        name=f"x{own}", states=states, parents=tuple(f"x{p}" for p in parents), numbers=tuple(numbers), line=line
    )


def write(network: DiscreteNetwork) -> str:
    """Return a network as text: its nodes by their position, and so are their states."""
    order = in_order(network.nodes)
    nodes = [network.nodes[name] for name in order]
    scopes = [[*map(order.index, node.parents), order.index(node.name)] for node in nodes]
    lines = ["BAYES", str(len(nodes)), " ".join(str(len(node.states)) for node in nodes), str(len(nodes))]
    lines += [" ".join(map(str, [len(scope), *scope])) for scope in scopes]
    for node in nodes:
        lines += ["", str(len(node.numbers))]
        lines += [" ".join(map(number, row)) for _, row in network.rows(node.name)]
    return "\n".join(lines) + "\n"
