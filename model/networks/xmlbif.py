"""XMLBIF, the Interchange Format for Bayesian Networks in XML, version 0.3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.model.networks.network import DiscreteNetwork, Node, network_of
from estimative.model.networks.xml_elements import Element, escaped, parse
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote
from estimative.priors.toml_writer import number


def read(text: str, file: str) -> DiscreteNetwork:
    """Read a network.

    Raises
    ------
    InvalidInput
        If the text is not one; with every node that is no chance node.
    """
    root = parse(text, file)
    network = root.first("network")
    if network is None:
        raise invalid("the element NETWORK is missing", code="missing-section", file=file, line=root.line)
    if issues := [*_unable(network, file)]:
        raise InvalidInput(issues)
    definitions = _definitions(network, file)
    nodes = [_node(variable, definitions, file) for variable in network.all("variable")]
    title = network.inside("name")
    unknown = sorted(definitions.keys() - {node.name for node in nodes})
    if unknown:
        message = f"{quote(unknown[0])} is not a variable of the network"
        raise invalid(message, code="unknown-name", file=file, line=definitions[unknown[0]].line)
    return network_of("" if title == "unknown" else title, nodes, file)


def _unable(network: Element, file: str) -> Iterator[Issue]:
    for variable in network.all("variable"):
        kind = variable.attributes.get("TYPE", variable.attributes.get("type", "nature"))
        if kind.lower() not in ("nature", "discrete"):
            message = f"the node {quote(variable.inside('name'))} is a {kind} node, which cannot be imported"
            place = Place(file=file, line=variable.line)
            yield Issue(code="bad-node", message=message, place=place, allowed="nodes of the type nature")


def _definitions(network: Element, file: str) -> Mapping[str, Element]:
    found: dict[str, Element] = {}
    for definition in (*network.all("definition"), *network.all("probability")):
        name = definition.inside("for")
        if name in found:
            message = f"the probabilities of {quote(name)} are there twice"
            raise invalid(message, code="duplicate-name", file=file, line=definition.line)
        found[name] = definition
    return found


def _node(variable: Element, definitions: Mapping[str, Element], file: str) -> Node:
    name = variable.inside("name")
    states = tuple(outcome.text for outcome in (*variable.all("outcome"), *variable.all("value")))
    definition = definitions.get(name)
    if definition is None:
        return Node(name=name, states=states, line=variable.line)
    parents = tuple(given.text for given in definition.all("given"))
    numbers = tuple(_numbers(definition, name, file))
    return Node(name=name, states=states, parents=parents, numbers=numbers, line=definition.line)


def _numbers(definition: Element, name: str, file: str) -> Iterator[float]:
    for table in definition.all("table"):
        for word in table.text.split():
            try:
                yield float(word)
            except ValueError as error:
                message = f"{quote(word)} in the table of {quote(name)} is not a number"
                raise invalid(message, code="bad-syntax", file=file, line=table.line) from error


def write(network: DiscreteNetwork) -> str:
    """Return a network as text that reads back the same."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"]
    lines.append(f"<NAME>{escaped(network.title or 'unknown')}</NAME>")
    for node in network.nodes.values():
        lines += ['<VARIABLE TYPE="nature">', f"  <NAME>{escaped(node.name)}</NAME>"]
        lines += [f"  <OUTCOME>{escaped(state)}</OUTCOME>" for state in node.states]
        lines.append("</VARIABLE>")
    for node in network.nodes.values():
        lines += ["<DEFINITION>", f"  <FOR>{escaped(node.name)}</FOR>"]
        lines += [f"  <GIVEN>{escaped(parent)}</GIVEN>" for parent in node.parents]
        rows = "\n    ".join(" ".join(map(number, row)) for _, row in network.rows(node.name))
        lines += [f"  <TABLE>\n    {rows}\n  </TABLE>", "</DEFINITION>"]
    return "\n".join([*lines, "</NETWORK>", "</BIF>"]) + "\n"
