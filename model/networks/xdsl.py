"""XDSL, the format of GeNIe and SMILE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.model.networks.network import DiscreteNetwork, Node, in_order, network_of
from estimative.model.networks.xml_elements import Element, escaped, parse
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote
from estimative.priors.toml_writer import number

KINDS = ("cpt", "deterministic")
"""Nodes that are tables."""


def read(text: str, file: str) -> DiscreteNetwork:
    """Read a network.

    Raises
    ------
    InvalidInput
        If the text is not one; with every node that is no table: noisy-max, decision, utility, equation.
    """
    root = parse(text, file)
    section = root.first("nodes")
    if section is None:
        raise invalid("the element nodes is missing", code="missing-section", file=file, line=root.line)
    if issues := [*_unable(section, file)]:
        raise InvalidInput(issues)
    titles = _titles(root)
    states: dict[str, tuple[str, ...]] = {}
    nodes = [_node(element, states, titles, file) for element in section.children]
    return network_of(titles.get("", ""), nodes, file)


def _unable(section: Element, file: str) -> Iterator[Issue]:
    for element in section.children:
        name, place = _id(element), Place(file=file, line=element.line)
        dynamic = "dynamic" in element.attributes
        if element.tag not in KINDS or dynamic:
            kind = "a temporal" if dynamic else f"a {element.tag}"
            message = f"the node {quote(name)} is {kind} node, which cannot be imported"
            yield Issue(
                code="bad-node", message=message, place=place, allowed=f"nodes of the kind {' or '.join(KINDS)}"
            )


def _id(element: Element) -> str:
    return element.attributes.get("id", "")


def _titles(root: Element) -> Mapping[str, str]:
    """The titles of the nodes by their id, and that of the network under the empty one."""
    titles: dict[str, str] = {}
    extensions = root.first("extensions")
    genie = extensions.first("genie") if extensions else None
    if genie:
        titles[""] = genie.attributes.get("name", "")
        for element in genie.descendants():
            if element.tag == "node":
                titles[_id(element)] = element.inside("name")
    return titles


def _node(element: Element, states: dict[str, tuple[str, ...]], titles: Mapping[str, str], file: str) -> Node:
    name = _id(element)
    states[name] = tuple(_id(state) for state in element.all("state"))
    deterministic = element.tag == "deterministic"
    numbers = _certain(element, states[name], file) if deterministic else _numbers(element, file)
    title = titles.get(name, "")
    return Node(
        name=name,
        title="" if title == name else title,
        states=states[name],
        parents=tuple(element.inside("parents").split()),
        numbers=tuple(numbers),
        line=element.line,
    )


def _numbers(element: Element, file: str) -> Iterator[float]:
    for word in element.inside("probabilities").split():
        try:
            yield float(word)
        except ValueError as error:
            message = f"{quote(word)} in the probabilities of {quote(_id(element))} is not a number"
            raise invalid(message, code="bad-syntax", file=file, line=element.line) from error


def _certain(element: Element, states: tuple[str, ...], file: str) -> Iterator[float]:
    """The table of a node that its parents determine: 1 for the state that is named in each row."""
    for word in element.inside("resultingstates").split():
        if word not in states:
            message = f"{quote(word)} is not a state of {quote(_id(element))}"
            raise invalid(message, code="unknown-name", file=file, line=element.line)
        yield from (float(state == word) for state in states)


def write(network: DiscreteNetwork) -> str:
    """Return a network as text that reads back the same; names have to be words."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += ['<smile version="1.0" id="network" numsamples="10000" discsamples="10000">', "  <nodes>"]
    # Parents come first, as the programs that read the format expect.
    order = in_order(network.nodes)
    for node in (network.nodes[name] for name in order):
        lines.append(f'    <cpt id="{escaped(node.name)}">')
        lines += [f'      <state id="{escaped(state)}" />' for state in node.states]
        if node.parents:
            lines.append(f"      <parents>{' '.join(map(escaped, node.parents))}</parents>")
        numbers = " ".join(map(number, node.numbers))
        lines += [f"      <probabilities>{numbers}</probabilities>", "    </cpt>"]
    lines += ["  </nodes>", "  <extensions>"]
    lines.append(f'    <genie version="1.0" app="estimative" name="{escaped(network.title)}">')
    for name in order:
        title = escaped(network.nodes[name].title or name)
        lines.append(f'      <node id="{escaped(name)}"><name>{title}</name></node>')
    return "\n".join([*lines, "    </genie>", "  </extensions>", "</smile>"]) + "\n"
