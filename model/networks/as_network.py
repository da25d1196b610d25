"""An assessment whose inputs are certain as a network: the table of each event, before any evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.terms import terms
from estimative.model.networks.network import DiscreteNetwork, Node
from estimative.model.networks.safe_names import unique
from estimative.model.spec.events import Event
from estimative.priors.errors import InvalidInput, Issue, Place, enumerated

UNMET = "not_met"
"""The state of an event whose condition is not met."""
OF_EVIDENCE = ("evidence.", "motives.")
"""Inputs that say what an item of evidence weighs."""


def network_of_assessment(assessment: Assessment, *, means: bool = False) -> DiscreteNetwork:
    """Return the network that an assessment is at the values of its inputs; what was observed is left out.

    Parameters
    ----------
    means
        Take each uncertain row of a table at its mean, which gives the probabilities before any evidence.

    Raises
    ------
    InvalidInput
        With the inputs that are uncertain.
    """
    fixed = _at_means(assessment) if means else assessment
    if inputs := _uncertain_inputs(fixed):
        raise _uncertain(fixed, inputs, means=means)
    transform = prior_transform(fixed)
    theta = transform.theta(np.zeros((transform.dimension, 1)))
    probabilities = terms(NUMPY, fixed.structure, theta).probabilities[:, 0]
    scenario, nodes = assessment.scenario, dict[str, Node]()
    names = _words(list(scenario.events))
    for event in (scenario.events[name] for name in scenario.order):
        nodes[names[event.id]] = _node(event, fixed, probabilities, names)
    return DiscreteNetwork(title=scenario.title, nodes=nodes)


def _at_means(assessment: Assessment) -> Assessment:
    for name in assessment.uncertain:
        if name.startswith("tables."):
            assessment = assessment.with_fixed(name, assessment.priors[name].family.mean)
    return assessment


def _uncertain_inputs(assessment: Assessment) -> list[str]:
    """The uncertain inputs that change what is probable before any evidence."""
    names = [name for name in assessment.uncertain if not name.startswith(OF_EVIDENCE)]
    return list(dict.fromkeys(map(assessment.structure.quantities.input_of, names)))


def _uncertain(assessment: Assessment, inputs: Sequence[str], *, means: bool) -> InvalidInput:
    """The error of inputs for which a network has no place."""
    place = assessment.prior_set.places.get(inputs[0]) or Place(file=assessment.prior_set.file, key=inputs[0])
    number = f"{len(inputs)} inputs are uncertain" if len(inputs) > 1 else "an input is uncertain"
    message = f"{number}, and a network has one number for each: {enumerated(inputs)}"
    tables = not means and all(name.startswith("tables.") for name in inputs)
    fix = "Export their means, or state each as a constant." if tables else "State each as a constant."
    issue = Issue(code="uncertain", message=message, place=place, allowed="constants", suggestion=fix)
    return InvalidInput([issue])


def _node(event: Event, assessment: Assessment, probabilities: Numbers, names: Mapping[str, str]) -> Node:
    """The table of an event, with the states of all events in the order of the file."""
    network, events = assessment.structure.network, assessment.scenario.events
    parents = network.parents[event.id]
    table = probabilities[network.cells[event.id]]
    for axis, name in enumerate((*parents, event.id)):
        table = np.take(table, _file_order(events[name]), axis=axis)
    return Node(
        name=names[event.id],
        title=" ".join(event.title.split()),
        states=tuple(state or UNMET for state in _states(event)),
        parents=tuple(names[parent] for parent in parents),
        # Fifteen digits: 1 - 0.7 is 0.3 in a file.
        numbers=tuple(float(f"{number:.15g}") for number in table.ravel().tolist()),
    )


def _states(event: Event) -> Sequence[str]:
    """The states in the order of the file; that its condition is not met comes first."""
    return [state for state in event.node_states if state not in event.states] + list(event.states)


def _file_order(event: Event) -> list[int]:
    return [event.node_states.index(state) for state in _states(event)]


def _words(names: Sequence[str]) -> Mapping[str, str]:
    """Names as other programs can read them: letters, digits and _, not beginning with a digit."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = _word(name, found.values())
    return found


def _word(name: str, taken: Collection[str]) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return unique(plain if not plain[0].isdigit() else f"x{plain}", taken)
