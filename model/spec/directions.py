"""The direction of a ratio: the scenario states it, so that a prior set states sizes alone, above 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp

from msgspec import Struct

from estimative.model.spec.evidence import Indicator, Testimony
from estimative.model.spec.quantities import PAIR, QuantityName, effect_name, state_labels
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import LogNormal
from estimative.priors.errors import quote
from estimative.priors.quantile_fit import Prior

ROUNDING = 1e-9
"""Of the logarithm of a median that was stated as 1."""


class Contradiction(Struct, frozen=True, kw_only=True):
    """A ratio that turns round what the scenario states."""

    name: str
    median: float
    states: str
    """What the scenario states."""
    fix: str
    """How to state the opposite; a sentence."""


def contradictions(scenario: Scenario, priors: Mapping[str, Prior]) -> Iterator[Contradiction]:
    """Yield each ratio with a median below 1, and each pair of chances with medians in the other order."""
    for item in scenario.evidence.values():
        chances = [f"evidence.{item.id}.{key}" for key in PAIR]
        if isinstance(item, Indicator | Testimony) and all(name in priors for name in chances):
            supports = item.supports if isinstance(item, Indicator) else item.claims
            likelier, other = chances if supports else reversed(chances)
            # Constants of 1 where a ratio is stated instead.
            ours, theirs = (priors[name].family.quantile(0.5) for name in (likelier, other))
            if ours < theirs:
                states, change = _direction(QuantityName.parse(likelier), scenario)
                fix = f"{change}, or state a chance of at least {theirs:.2g} here."
                yield Contradiction(name=likelier, median=ours / theirs, states=states, fix=fix)
    for name, prior in priors.items():
        # A likelihood under one state of several has no direction of its own.
        if isinstance(prior.family, LogNormal) and prior.family.mu < -ROUNDING and not _by_state(name):
            median = exp(prior.family.mu)
            states, change = _direction(QuantityName.parse(name), scenario)
            if states:
                turned = f"the ratio turned round: 1 / {median:.2g} = {1 / median:.2g}"
                yield Contradiction(name=name, median=median, states=states, fix=f"{change}, and {turned}.")


def _by_state(name: str) -> bool:
    parsed = QuantityName.parse(name)
    return parsed.section == "evidence" and bool(parsed.key) and parsed.key not in PAIR


def _direction(name: QuantityName, scenario: Scenario) -> tuple[str, str]:
    """Return what the scenario states, and what to write for the opposite; nothing where it has no direction."""
    if name.section == "effects":
        event = scenario.events[name.subject]
        driver = next(driver for driver in event.drivers if effect_name(event, driver) == str(name))
        verb, other = ("raises", "lowers") if driver.sign > 0 else ("lowers", "raises")
        return f"{quote(name.key)} {verb} {quote(name.subject)}", f"For the opposite, write {quote(other)} there"
    item = scenario.evidence.get(name.subject) if name.section == "evidence" else None
    match item:
        case Indicator():
            labels = state_labels(item.about, scenario)
            ours, other = labels if item.supports else reversed(labels)
            return f"the item supports {quote(ours)}", f"For the opposite, write supports = {quote(other)} there"
        case Testimony():
            claim, other = ("yes", "no") if item.claims else ("no", "yes")
            change = f"For the opposite, make it an indicator that supports {quote(other)}"
            return f"the statement claims {quote(claim)}", change
    return "", ""
