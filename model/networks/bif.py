"""BIF, the Interchange Format for Bayesian Networks, version 0.15."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product

from msgspec import Struct, field

from estimative.model.networks.network import MOST_NUMBERS, DiscreteNetwork, Node, network_of
from estimative.model.networks.tokens import Token, Tokens
from estimative.priors.errors import quote
from estimative.priors.toml_writer import number

SIGNS, SEPARATORS = "{}()[];,|", {",", "|"}
COMMENTS = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
PLAIN = re.compile(r"[A-Za-z0-9_.<>=+/-]*[A-Za-z0-9_.<>=+-]")
"""A word that needs no quotation marks."""


class _Table(Struct, kw_only=True):
    """A block `probability`, before the states of its parents are known."""

    node: str
    parents: tuple[str, ...]
    line: int
    listed: Sequence[float] = ()
    """The child varies slowest, then the first parent."""
    default: Sequence[float] = ()
    rows: dict[tuple[str, ...], Sequence[float]] = field(default_factory=dict)


def read(text: str, file: str) -> DiscreteNetwork:
    """Read a network.

    Raises
    ------
    InvalidInput
        If the text is not one.
    """
    tokens = Tokens(text, file=file, comments=COMMENTS, signs=SIGNS)
    title, variables, tables = "", list[Node](), list[_Table]()
    while tokens:
        token = tokens.next("the network")
        match token.text:
            case "network":
                title = _network(tokens)
            case "variable":
                variables.append(_variable(tokens))
            case "probability":
                tables.append(_table(tokens, token.line))
            case _:
                raise tokens.unexpected(token, "network, variable or probability")
    return network_of("" if title == "unknown" else title, list(_nodes(tokens, variables, tables)), file)


def _network(tokens: Tokens) -> str:
    title = " ".join(token.text for token in tokens.until("{", "the head of the network"))
    tokens.until("}", "the head of the network")
    return title


def _variable(tokens: Tokens) -> Node:
    name = tokens.next("a variable")
    within = f"the variable {quote(name.text)}"
    tokens.expect("{", within)
    states: tuple[str, ...] = ()
    while not tokens.take("}"):
        token = tokens.next(within)
        if token.text == "type":
            kind = tokens.next(within)
            if kind.text != "discrete":
                message = f"the variable {quote(name.text)} is {quote(kind.text)}, and cannot be imported"
                raise tokens.error(message, line=kind.line, allowed="discrete variables")
            tokens.until("{", within)
            states = tuple(state.text for state in tokens.until("}", within, skip=SEPARATORS))
            tokens.take(";")
        elif token.text == "property":
            tokens.until(";", within)
        else:
            message = f"{quote(token.text)} in {within} is not expected here"
            raise tokens.error(message, line=token.line, allowed="type or property")
    return Node(name=name.text, states=states, line=name.line)


def _table(tokens: Tokens, line: int) -> _Table:
    within = "a block probability"
    tokens.expect("(", within)
    names = [token.text for token in tokens.until(")", within, skip=SEPARATORS)]
    if not names:
        raise tokens.error("a block probability names no variable", line=line)
    table = _Table(node=names[0], parents=tuple(names[1:]), line=line)
    within = f"the probabilities of {quote(names[0])}"
    tokens.expect("{", within)
    while not tokens.take("}"):
        token = tokens.next(within)
        match token.text:
            case "table":
                table.listed = _numbers(tokens, within)
            case "default":
                table.default = _numbers(tokens, within)
            case "property":
                tokens.until(";", within)
            case "(":
                key = tuple(state.text for state in tokens.until(")", within, skip=SEPARATORS))
                if key in table.rows:
                    raise tokens.error(f"a row of {quote(names[0])} is there twice", line=token.line)
                table.rows[key] = _numbers(tokens, within)
            case _:
                message = f"{quote(token.text)} in {within} is not expected here"
                raise tokens.error(message, line=token.line, allowed="table, default, property or a row")
    return table


def _numbers(tokens: Tokens, within: str) -> Sequence[float]:
    words: list[Token] = tokens.until(";", within, skip=SEPARATORS)
    return [tokens.number(word, within) for word in words]


def _nodes(tokens: Tokens, variables: Sequence[Node], tables: Sequence[_Table]) -> Iterator[Node]:
    states = {node.name: node.states for node in variables}
    by_node = {table.node: table for table in tables}
    for table in tables:
        if table.node not in states:
            raise tokens.error(f"{quote(table.node)} is not a variable of the network", line=table.line)
        if by_node[table.node] is not table:
            raise tokens.error(f"the probabilities of {quote(table.node)} are there twice", line=table.line)
    for node in variables:
        if node.name in by_node:
            table = by_node[node.name]
            numbers = _row_by_row(tokens, table, states) if all(p in states for p in table.parents) else [0.0]
            yield Node(
                name=node.name, states=node.states, parents=table.parents, numbers=tuple(numbers), line=table.line
            )
        else:
            yield node


def _row_by_row(tokens: Tokens, table: _Table, states: Mapping[str, Sequence[str]]) -> Sequence[float]:
    own = len(states[table.node])
    if table.listed:
        # In a list the states of the node vary slowest. One of another length is an error of the network.
        rows, rest = divmod(len(table.listed), max(own, 1))
        order = [state * rows + row for row in range(rows) for state in range(own)]
        return table.listed if rest else [table.listed[at] for at in order]
    size = math.prod(len(states[name]) for name in (table.node, *table.parents))
    if size > MOST_NUMBERS:
        raise tokens.error(f"the table of {quote(table.node)} has {size:,} numbers", line=table.line)
    combinations = dict.fromkeys(product(*(states[parent] for parent in table.parents)))
    for key, row in table.rows.items():
        if key not in combinations:
            message = f"({', '.join(key)}) in the probabilities of {quote(table.node)} is no state of its parents"
            raise tokens.error(message, line=table.line, allowed=f"states of {', '.join(table.parents)}")
        if len(row) != own:
            message = f"the row ({', '.join(key)}) of {quote(table.node)} has {len(row)} numbers"
            raise tokens.error(message, line=table.line, allowed=f"{own}, one for each state")
    if missing := [key for key in combinations if key not in table.rows and not table.default]:
        message = f"the probabilities of {quote(table.node)} given ({', '.join(missing[0])}) are missing"
        raise tokens.error(message, line=table.line)
    return list(chain.from_iterable(table.rows.get(key, table.default) for key in combinations))


def write(network: DiscreteNetwork) -> str:
    """Return a network as text that reads back the same."""
    blocks = [f"network {_word(network.title or 'unknown')} {{\n}}"]
    for node in network.nodes.values():
        states = ", ".join(map(_word, node.states))
        blocks.append(f"variable {_word(node.name)} {{\n  type discrete [ {len(node.states)} ] {{ {states} }};\n}}")
    for node in network.nodes.values():
        given = f" | {', '.join(map(_word, node.parents))}" if node.parents else ""
        rows = "\n".join(_rows(network, node))
        blocks.append(f"probability ( {_word(node.name)}{given} ) {{\n{rows}\n}}")
    return "\n".join(blocks) + "\n"


def _rows(network: DiscreteNetwork, node: Node) -> Iterator[str]:
    for combination, row in network.rows(node.name):
        pairs = zip(node.parents, combination, strict=True)
        states = ", ".join(_word(network.nodes[parent].states[state]) for parent, state in pairs)
        numbers = ", ".join(map(number, row))
        yield f"  ({states}) {numbers};" if node.parents else f"  table {numbers};"


def _word(text: str) -> str:
    return text if PLAIN.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
