"""A network as a scenario, in which each node is an event, and as a prior set with its tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.networks.import_plan import NodePlan, first_sign, plans
from estimative.model.networks.network import DiscreteNetwork, in_order
from estimative.model.networks.safe_names import safe_name, unique
from estimative.model.spec.events import Event, Outcome, Source
from estimative.model.spec.quantities import combinations
from estimative.model.spec.resolved_scenario import resolved
from estimative.model.spec.scenario import Scenario
from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, enumerated, invalid, nearest, quote

A_YEAR = datetime.timedelta(days=365)
SOURCE = "network"
"""The id of the source of every number."""
COMMENT = """\
# A Bayesian network, imported from {file}. Each node is an event with a table.
# What was observed is evidence, such as:
#
# [evidence.seen]
# kind = "observation"
# about = {about}
# {observed}
# title = "What was seen"
# source = {source}

"""


type Pairs = tuple[tuple[str, str], ...]
"""Keys and values of an inline table, written already."""


class Imported(Struct, frozen=True, kw_only=True):
    """A network as the texts of two files."""

    scenario: Scenario
    scenario_text: str
    priors_text: str
    headline: str
    """The state of a node that the headline is, in the words of the network: "dysp = yes"."""
    rescaled: int
    """Rows of tables that added up to 1 only roughly."""


class Wanted(Struct, frozen=True, kw_only=True):
    """How a network is imported."""

    name: str
    """Of the scenario."""
    file: str
    """That the network was read from, as the user gave it."""
    as_of: datetime.date
    worth: float | None = None
    """How many cases each row is worth; None for tables that are known exactly."""
    headline: str = ""
    """"node=state", or a node; by default a state of the last node without children."""

    @property
    def origin(self) -> str:
        """The name of the file, without its folder."""
        return Path(self.file).name


def imported(network: DiscreteNetwork, wanted: Wanted) -> Imported:
    """Turn a network into a scenario and a prior set.

    Raises
    ------
    InvalidInput
        If a node has too many states or parents, the exact sum needs a table that is too large, or there is no such
        headline.
    """
    by_node = plans(network)
    node, state = _headline(network, by_node, wanted)
    scenario = _scenario(network, by_node, wanted, (node, state))
    _check_size(scenario, by_node, wanted.file)
    return Imported(
        scenario=scenario,
        scenario_text=_comment(next(iter(scenario.events.values())), wanted) + resolved(scenario),
        priors_text="\n".join(_prior_set(network, by_node, scenario, wanted)) + "\n",
        headline=f"{node} = {by_node[node].node.states[state]}",
        rescaled=network.rescaled,
    )


def _headline(network: DiscreteNetwork, by_node: Mapping[str, NodePlan], wanted: Wanted) -> tuple[str, int]:
    """The node of the headline, and the position of its state."""
    if not wanted.headline:
        last = network.leaves[-1]
        return last, first_sign(by_node[last])
    if wanted.headline in by_node:
        return wanted.headline, first_sign(by_node[wanted.headline])
    node, _, state = wanted.headline.rpartition("=")
    node, state = node.strip(), state.strip()
    if node in by_node and state in by_node[node].node.states:
        return node, by_node[node].node.states.index(state)
    known = [*by_node] if node not in by_node else [f"{node}={each}" for each in by_node[node].node.states]
    message = f"{quote(wanted.headline)} is not a state of a node of the network"
    raise invalid(
        message,
        code="unknown-name",
        key="headline",
        allowed=enumerated([ascii_safe(name) for name in known]),
        suggestion=ascii_safe(nearest(wanted.headline, known) or ""),
    )


def _scenario(
    network: DiscreteNetwork, by_node: Mapping[str, NodePlan], wanted: Wanted, headline: tuple[str, int]
) -> Scenario:
    events = {by_node[name].event.id: by_node[name].event for name in in_order(network.nodes)}
    outcomes = _outcomes(network, by_node, headline)
    title = network.title or wanted.name
    first = next(iter(outcomes.values()))
    try:
        return Scenario(
            id=wanted.name,
            title=" ".join(title.split()),
            question=f"What is the probability of this state of the network: {first.title}?",
            as_of=wanted.as_of,
            until=wanted.as_of + A_YEAR,
            headline=first.id,
            sources={SOURCE: Source(id=SOURCE, title=f"The network in {wanted.origin}")},
            events=events,
            outcomes=outcomes,
        )
    except InvalidInput as error:
        raise _in_the_network(error, by_node, wanted.file) from error


def _outcomes(
    network: DiscreteNetwork, by_node: Mapping[str, NodePlan], headline: tuple[str, int]
) -> Mapping[str, Outcome]:
    """The headline, then every state of every node without children."""
    outcomes: dict[str, Outcome] = {}
    leaves = [
        (name, state)
        for name in network.leaves
        for state in (range(len(by_node[name].states)) if by_node[name].event.states else [-1])
    ]
    negated = not by_node[headline[0]].event.states and by_node[headline[0]].states[headline[1]] == "no"
    if not by_node[headline[0]].event.states and not negated:
        headline = (headline[0], -1)
    for node, state in dict.fromkeys([headline, *leaves]):
        plan, no = by_node[node], negated and (node, state) == headline
        literal = plan.literal(state)
        name = unique(safe_name(f"no_{literal}" if no else literal.replace("=", "_"), (), fallback="outcome"), outcomes)
        title = plan.event.title
        if plan.event.states or no:
            title = f"{title}: {plan.node.states[state]}"
        outcomes[name] = Outcome(id=name, title=title, **{"none" if no else "all": (literal,)})
    return outcomes


def _check_size(scenario: Scenario, by_node: Mapping[str, NodePlan], file: str) -> None:
    try:
        check_structure(structure_of(scenario))
    except InvalidInput as error:
        raise _in_the_network(error, by_node, file) from error


def _in_the_network(error: InvalidInput, by_node: Mapping[str, NodePlan], file: str) -> InvalidInput:
    """The errors of a scenario, at the nodes of the file that it comes from."""
    nodes = {plan.event.id: plan.node for plan in by_node.values()}

    def moved(issue: Issue) -> Issue:
        node = nodes.get(issue.place.key.removeprefix("events.").partition(".")[0])
        key = ascii_safe(node.name) if node else ""
        return issue.moved(Place(file=file, line=node.line if node else None, key=key))

    return InvalidInput(map(moved, error.issues))


def _comment(event: Event, wanted: Wanted) -> str:
    """Where the file comes from, and how to write what is known about one of its events."""
    observed = f"state = {toml_text.text(event.states[0])}" if event.states else "happened = true"
    about, source = toml_text.text(event.id), toml_text.text(SOURCE)
    return COMMENT.format(file=ascii_safe(wanted.origin), about=about, observed=observed, source=source)


def _prior_set(
    network: DiscreteNetwork, by_node: Mapping[str, NodePlan], scenario: Scenario, wanted: Wanted
) -> Iterator[str]:
    how = (
        "held fixed"
        if wanted.worth is None
        else f"as uncertain as if each row were counted from {wanted.worth:g} cases"
    )
    yield f"# The tables of the network, {how}.\n"
    yield "[prior_set]"
    yield f"name = {toml_text.text(f'{wanted.name}-priors')}"
    yield f"analyst = {toml_text.text(f'The network in {wanted.origin}')}"
    yield f"scenario = {toml_text.text(wanted.name)}"
    yield f"date = {wanted.as_of}"
    yield f"rationale = {toml_text.text(f'Imported; {how}.')}"
    reason = (("because", toml_text.text(f"As in {wanted.origin}")), ("source", toml_text.text(SOURCE)))
    of_event = {plan.event.id: plan for plan in by_node.values()}
    for event in scenario.events.values():
        plan = of_event[event.id]
        rows = dict(network.rows(plan.node.name))
        yield f"\n[tables.{toml_text.key(event.id)}]"
        for key, states in combinations(event, scenario.events):
            parents = zip((scenario.events[name] for name in event.table_parents), states, strict=True)
            at = tuple(of_event[parent.id].position(parent.node_states[state]) for parent, state in parents)
            yield f"{toml_text.key(key)} = {_statement(plan, rows[at], wanted.worth, reason)}"


def _statement(plan: NodePlan, row: tuple[float, ...], worth: float | None, reason: Pairs) -> str:
    if plan.event.states:
        pairs = [(state, toml_text.number(share)) for state, share in zip(plan.states, row, strict=True)]
        return toml_text.inline([*pairs, *([("worth", toml_text.number(worth))] if worth else []), *reason])
    chance = row[plan.position("yes")]
    # What is certain stays so: a beta distribution needs a share of each.
    if worth is None or chance in (0, 1):
        return toml_text.inline([("value", toml_text.number(chance)), *reason])
    parameters = toml_text.numbers([worth * chance, worth * row[plan.position("no")]])
    return toml_text.inline([("beta", parameters), *reason])
