"""Indicators that are observed and interventions together, by brute force: a sum over draws and joint states."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from msgspec import field
from msgspec.structs import replace

from estimative.model.analysis.what_if import level, observing, sweep, under
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.likelihood.intervention import Intervention
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import Quantities
from tests.examples import later
from tests.intervened import Intervened
from tests.oracle import Oracle, State, possible
from tests.prior_sets import assessed
from tests.scenarios import SAID
from tests.strategies import Valued, everything, valued
from tests.whatifs import supposing

LOOK = {
    "mood": Indicator(id="mood", about="alarm", supports=True, **SAID),
    "paper": Indicator(id="paper", about="plan", supports=True, **SAID),
    "envoy": Indicator(id="envoy", about="truce", supports=True, given=True, **SAID),
    "shots": Indicator(id="shots", about="war", supports=True, **SAID),
    "runs": Indicator(id="runs", about="panic", supports=False, **SAID),
}
CHANCES = {"mood": (0.8, 0.3), "paper": (0.6, 0.2), "envoy": (0.7, 0.25), "shots": (0.9, 0.15), "runs": (0.1, 0.4)}
"""Of each indicator: if its factor is at 1 or its event happens, and if not."""
SIGNS: list[dict[str, bool]] = [
    *({name: seen} for name in LOOK for seen in (True, False)),
    {"mood": False, "paper": True, "envoy": False, "shots": True, "runs": False},
]
ACTS = [
    Intervention(factors={"alarm": 0.9}),
    Intervention(events={"truce": False}, factors={"calm": 0.2}),
    Intervention(events={"war": True, "crisis": True}),
]


METHODS: list[Method] = ["importance", "nuts"]


class Watcher(Oracle, frozen=True, kw_only=True):
    """A scenario with one value for every quantity, and what is seen of its indicators."""

    signs: Mapping[str, bool] = field(default_factory=dict)

    def told(self, state: State, *, about: Collection[str] | None = None) -> float:
        """What evidence and indicators say of the events."""
        said = [name for name in self.signs if about is None or LOOK[name].about in about]
        return super().told(state, about=about) * math.prod(self.seen(name, state) for name in said)

    def seen(self, name: str, state: State) -> float:
        """P(what is seen of an indicator | state)."""
        (top, bottom), indicator = CHANCES[name], LOOK[name]
        if indicator.about in self.scenario.factors:
            x = self.values[f"factors.{indicator.about}"]
            chance = top**x * bottom ** (1 - x)
        elif indicator.given and not possible(self.scenario.events[indicator.about], state):
            chance = math.sqrt(top * bottom)
        else:
            chance = top if state[indicator.about] else bottom
        return chance if self.signs[name] else 1 - chance


@pytest.fixture(scope="module")
def made() -> Valued:
    """Three draws of every quantity."""
    scenario = everything()
    evidence = {name: item for name, item in scenario.evidence.items() if name != "o1"}
    return valued(replace(scenario, evidence=evidence), seed=4, draws=3)


def posterior_at(made: Valued, method: Method = "importance") -> Posterior:
    scenario = replace(made.scenario, indicators=LOOK)
    names = Quantities(scenario).indicator_quantities
    chances = dict(zip(names, (chance for pair in CHANCES.values() for chance in pair), strict=True))
    shares: dict[str, Any] = {"relevance": made.relevance, "independence": made.independence}
    assessment = assessed(scenario, {**made.draws[0], **chances}, **shares)
    draws = Draws(method=method, theta=made.theta, weights=weights_of(method), chains=1, diagnostics={})
    return posterior_of(assessment, draws, seed=1)


def weights_of(method: Method) -> Numbers:
    return np.array([0.2, 0.5, 0.3] if method == "importance" else [1 / 3] * 3)


def watchers(made: Valued, signs: Mapping[str, bool]) -> list[Watcher]:
    shares: dict[str, Any] = {"relevance": made.relevance, "independence": made.independence}
    return [Watcher(scenario=made.scenario, values=values, signs=signs, **shares) for values in made.draws]


def chances_of(made: Valued, signs: Mapping[str, bool]) -> Numbers:
    """P(what is seen | draw, evidence); dims (draw)."""
    pairs = zip(watchers(made, signs), made.oracles, strict=True)
    return np.array([seen.mass(lambda _: True) / plain.mass(lambda _: True) for seen, plain in pairs])


def check(
    found: Posterior, made: Valued, signs: Mapping[str, bool], do: Intervention, given: Mapping[str, bool]
) -> None:
    """Each target's probability is a ratio of sums over draws, each weighed by the chance of what is seen."""
    weights = weights_of(found.method) * chances_of(made, signs)
    acts: dict[str, Any] = {"factors": do.factors, "events": do.events, "given": given}
    worlds = [Intervened(oracle=watcher, **acts) for watcher in watchers(made, signs)]
    for target in found.targets:
        yes, condition = (weights @ [world.probability(q) for world in worlds] for q in (target.yes, target.given))
        if condition > 0:
            assert found.all_estimates[target.kind, target.id].value == pytest.approx(float(yes / condition), rel=1e-9)


CASES = list(product(enumerate(SIGNS), enumerate(ACTS), enumerate([{}, {"crisis": True}]), enumerate(METHODS)))
"""Each with its place."""


def quick_or_later(*case: tuple[int, Any]) -> Any:
    """A case, with all of its parts among those of the quick suite, and each two of them together."""
    places, values = zip(*case, strict=True)
    return values if sum(places) % 4 == 0 else later(*values)


@pytest.mark.parametrize(("signs", "do", "given", "method"), [quick_or_later(*case) for case in CASES])
def test_indicators_are_evidence_about_the_world_before_an_intervention(
    made: Valued, signs: dict[str, bool], do: Intervention, given: dict[str, bool], method: Method
) -> None:
    """Draws count by the chance of what was seen, and of an event to come it counts as other evidence does."""
    check(under(posterior_at(made, method), do, given, signs), made, signs, do, given)


@pytest.mark.parametrize("signs", SIGNS)
def test_without_an_intervention_it_is_the_observation(made: Valued, signs: dict[str, bool]) -> None:
    """Where nothing is set, indicators say what they say by themselves."""
    check(observing(posterior_at(made), signs), made, signs, Intervention(), {})


@pytest.mark.parametrize("given", [{}, {"crisis": True}])
def test_a_sweep_sets_the_factor_after_the_indicators(made: Valued, given: dict[str, bool]) -> None:
    """Each point of a sweep is the intervention at its value, once the indicators are observed."""
    posterior, signs = posterior_at(made), SIGNS[-1]
    supposed = supposing(posterior.assessment, Intervention(events={"truce": True}), signs, **given)
    found = sweep(posterior, supposed, "alarm", [0.0, 0.7])
    for value, point in zip(found.values, found.posteriors, strict=True):
        check(point, made, signs, Intervention(events={"truce": True}, factors={"alarm": value}), given)


def test_the_level_of_today_is_what_the_indicators_say(made: Valued) -> None:
    """A factor that is set is today where evidence and indicators put it."""
    posterior, signs = posterior_at(made), SIGNS[-1]
    found = level(under(posterior, ACTS[0], {}, signs), "alarm").value
    weights = weights_of("importance") * chances_of(made, signs)
    assert found == pytest.approx(float(weights @ posterior.quantity("factors.alarm")) / weights.sum())
