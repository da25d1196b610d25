"""What a network becomes in a scenario: the event of each node, and the state of the event for each state of a node."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from estimative.model.networks.network import DiscreteNetwork, Node
from estimative.model.networks.safe_names import safe_name, unique
from estimative.model.spec.events import OTHERWISE, Event
from estimative.priors.frozen import FrozenDict
from estimative.priors.statement_syntax import is_key
from estimative.priors.structs import repr_without

YES_NO = (("yes", "no"), ("true", "false"), ("1", "0"), ("y", "n"), ("t", "f"))
"""Two states with these names, in any case and order, are an event that happens or not."""
NEGATIVE = frozenset({"no", "false", "0", "n", "f", "none", "absent", "normal", "negative", "off", "never"})
"""Names of states that say that nothing is the matter."""


class NodePlan(Struct, frozen=True, kw_only=True):
    """The event for a node."""

    node: Node
    event: Event
    states: tuple[str, ...]
    """The name in the scenario of each state of the node; of an event that happens or not, "yes" or "no"."""

    def __repr__(self) -> str:
        return repr_without(self, "states")

    def literal(self, state: int) -> str:
        """The name that stands for one of the node's states: the event, or "event=state"."""
        return f"{self.event.id}={self.states[state]}" if self.event.states else self.event.id

    def position(self, name: str) -> int:
        """The state of the node for a state of the event."""
        return self.states.index(name)


def plans(network: DiscreteNetwork) -> Mapping[str, NodePlan]:
    """Return the event for each node, by the name of the node."""
    names: dict[str, str] = {}
    for node in network.nodes.values():
        # "none" is the row of a table in which no parent happened.
        names[node.name] = safe_name(node.name, {*names.values(), "none"}, fallback="node")
    return {node.name: _plan(node, names) for node in network.nodes.values()}


def _plan(node: Node, names: Mapping[str, str]) -> NodePlan:
    own, title = names[node.name], " ".join((node.title or node.name).split()) or node.name
    parents = tuple(names[parent] for parent in node.parents)
    if happens := _yes(node.states):
        event = Event(id=own, title=title, form="table", when="now", table_parents=parents)
        return NodePlan(node=node, event=event, states=tuple("yes" if s == happens else "no" for s in node.states))
    states: list[str] = []
    for state in node.states:
        states.append(_state(state, own, {*states, *names.values()}))
    # A state has a title where its name is not its original one.
    titles = {new: old for new, old in zip(states, node.states, strict=True) if new != old and old.strip()}
    event = Event(
        id=own,
        title=title,
        form="table",
        when="now",
        table_parents=parents,
        states=tuple(states),
        state_titles=FrozenDict(titles),
    )
    return NodePlan(node=node, event=event, states=tuple(states))


def _yes(states: tuple[str, ...]) -> str:
    """The state that means that it happens, of two states that are like yes and no; else nothing."""
    by_word = {state.strip().lower(): state for state in states}
    return next((by_word[yes] for yes, no in YES_NO if len(states) == 2 and by_word.keys() == {yes, no}), "")


def _state(text: str, event: str, taken: set[str]) -> str:
    name = safe_name(text, (), fallback="state")
    if name in taken or is_key(name) or name == OTHERWISE:
        # Such as "low", which is a key of statements of priors.
        name = unique(safe_name(f"{name}-{event}", (), fallback="state"), taken)
    return name


def first_sign(plan: NodePlan) -> int:
    """The first state that does not say that nothing is the matter; of an event that happens or not, that it does."""
    if not plan.event.states:
        return plan.position("yes")
    return next((at for at, state in enumerate(plan.node.states) if state.strip().lower() not in NEGATIVE), 0)
