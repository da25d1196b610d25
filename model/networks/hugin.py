"""NET, the format of Hugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.networks.network import DiscreteNetwork, Node, network_of
from estimative.model.networks.tokens import CUT_OFF, Token, Tokens
from estimative.priors.errors import InvalidInput, Issue, quote
from estimative.priors.toml_writer import number

SIGNS = "{}()|;=,"
COMMENTS = r"%[^\n]*"
UNABLE = ("decision", "utility", "continuous", "function", "instance")
"""Kinds of nodes that are no discrete chance nodes."""


class _Parts(Struct, kw_only=True):
    """What has been read so far."""

    title: str = ""
    nodes: list[Node] = field(default_factory=list)
    tables: dict[str, Node] = field(default_factory=dict)
    """By name: a node with parents and numbers, and without states."""
    in_class: bool = False
    unable: list[Issue] = field(default_factory=list)
    """An error for each node that cannot be represented."""


def read(text: str, file: str) -> DiscreteNetwork:
    """Read a network.

    Raises
    ------
    InvalidInput
        If the text is not one; with every node that is no discrete chance node.
    """
    tokens, parts = Tokens(text, file=file, comments=COMMENTS, signs=SIGNS), _Parts()
    while tokens:
        _block(tokens, tokens.next("the network"), parts)
    if parts.in_class:
        raise tokens.error("the file ends in the middle of the class", suggestion=CUT_OFF)
    if parts.unable:
        raise InvalidInput(parts.unable)
    return network_of(parts.title, list(_with_tables(parts, tokens)), file)


def _block(tokens: Tokens, token: Token, parts: _Parts) -> None:
    match token.text:
        case "net":
            parts.title = _texts(_fields(tokens, "the head of the network")).get("name", "")
        case "class" if not parts.in_class:
            parts.title, parts.in_class = tokens.next("the class").text, True
            tokens.expect("{", "the class")
        case "}" if parts.in_class:
            parts.in_class = False
        case "discrete" if tokens.peek() == "node":
            pass  # the node itself comes next
        case "node":
            parts.nodes.append(_node(tokens))
        case "potential":
            _potential(tokens, token.line, parts)
        case kind if kind in UNABLE:
            tokens.take("node")
            name = tokens.next("a node").text
            tokens.until("}", f"the node {quote(name)}")
            message = f"the node {quote(name)} is a {kind} node, which cannot be imported"
            parts.unable += tokens.error(message, line=token.line, allowed="discrete chance nodes").issues
        case _ if parts.in_class and tokens.take("="):
            tokens.until(";", "the class")
        case _:
            raise tokens.unexpected(token, "net, node or potential")


def _fields(tokens: Tokens, within: str) -> Mapping[str, list[Token]]:
    """Read `{ name = value; ... }`."""
    found: dict[str, list[Token]] = {}
    tokens.expect("{", within)
    while not tokens.take("}"):
        name = tokens.next(within)
        tokens.expect("=", within)
        found[name.text] = tokens.until(";", within)
    return found


def _texts(fields: Mapping[str, list[Token]]) -> Mapping[str, str]:
    return {name: " ".join(token.text for token in value) for name, value in fields.items()}


def _node(tokens: Tokens) -> Node:
    name = tokens.next("a node")
    within = f"the node {quote(name.text)}"
    fields = _fields(tokens, within)
    states = tuple(token.text for token in fields.get("states", []) if token.quoted or token.text not in "()")
    if not states:
        raise tokens.error(f"{within} has no states", line=name.line, allowed='states = ("yes" "no");')
    title = _texts(fields).get("label", "")
    return Node(name=name.text, title=title, states=states, line=name.line)


def _potential(tokens: Tokens, line: int, parts: _Parts) -> None:
    tokens.expect("(", "a potential")
    head = tokens.until(")", "a potential")
    bar = next((at for at, token in enumerate(head) if token.text == "|" and not token.quoted), len(head))
    own, parents = head[:bar], head[bar + 1 :]
    if len(own) != 1:
        raise tokens.error("a potential is of one node", line=line, allowed="potential (node | parents)")
    name = own[0].text
    within = f"the potential of {quote(name)}"
    fields = _fields(tokens, within)
    if name in parts.tables:
        raise tokens.error(f"{within} is there twice", line=line)
    if "data" not in fields:
        how = next((field for field in fields if field.startswith("model")), "")
        message = f"{within} is an expression" if how else f"{within} has no data"
        raise tokens.error(message, line=line, allowed="data = (...); with a number for each state")
    numbers = [
        tokens.number(token, within) for token in fields["data"] if token.quoted or token.text not in ("(", ")", ",")
    ]
    given = tuple(parent.text for parent in parents)
    parts.tables[name] = Node(name=name, states=(), parents=given, numbers=tuple(numbers), line=line)


def _with_tables(parts: _Parts, tokens: Tokens) -> Iterator[Node]:
    names = {node.name for node in parts.nodes}
    for name, table in parts.tables.items():
        if name not in names:
            raise tokens.error(f"{quote(name)} is not a node of the network", line=table.line)
    for node in parts.nodes:
        table = parts.tables.get(node.name, node)
        yield replace(table, states=node.states, title=node.title)


def write(network: DiscreteNetwork) -> str:
    """Return a network as text that reads back the same; names have to be words."""
    title = f"name = {_quoted(network.title)};\n" if network.title else ""
    blocks = [f"net\n{{\n{title}}}"]
    for node in network.nodes.values():
        label = f"  label = {_quoted(node.title)};\n" if node.title else ""
        states = " ".join(map(_quoted, node.states))
        blocks.append(f"node {node.name}\n{{\n{label}  states = ({states});\n}}")
    for node in network.nodes.values():
        given = f" | {' '.join(node.parents)}" if node.parents else ""
        rows = "\n".join(f"  {' '.join(map(number, row))}" for _, row in network.rows(node.name))
        blocks.append(f"potential ({node.name}{given})\n{{\n  data = (\n{rows}\n  );\n}}")
    return "\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
