"""Outcomes that can never happen, whatever the priors are: probably not what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.queries import masses_of, outcome_target
from estimative.model.spec.events import Outcome, event_of
from estimative.priors.errors import Issue, quote


def impossible_outcomes(structure: Structure) -> Iterator[Issue]:
    """Yield a warning for each outcome that nothing makes happen, before any evidence."""
    outcomes = structure.scenario.outcomes
    targets = [outcome_target(outcome) for outcome in outcomes.values()]
    masses = masses_of(
        structure.network.unobserved, [query for target in targets for query in (target.yes, target.given)]
    )
    for outcome, yes, given in zip(outcomes.values(), masses[0::2], masses[1::2], strict=True):
        if np.isneginf(yes):
            message, fix = _reason(outcome, condition=bool(np.isneginf(given)))
            place = structure.scenario.place(f"outcomes.{outcome.id}")
            yield Issue(code="impossible-outcome", message=message, place=place, suggestion=fix, severity="warning")


def _reason(outcome: Outcome, *, condition: bool) -> tuple[str, str]:
    """Why an outcome never happens, and what to do."""
    together = [name for name in dict.fromkeys((*outcome.all, *outcome.given)) if "=" in name]
    for first, second in combinations(together, 2):
        if event_of(first) == event_of(second):
            message = f"{quote(first)} and {quote(second)} cannot both hold, so that the outcome never happens"
            return message, "Name them in any, if one of them is enough."
    if condition:
        return f"the condition of {quote(outcome.id)} can never be met, so that it has no probability", (
            "Compare its given and unless with the conditions of these events."
        )
    return f"the outcome {quote(outcome.id)} can never happen: the conditions of its events exclude it", (
        "Compare its fields with the given and unless of these events."
    )
