"""Simulation-based calibration with hypotheses, a number in ranges, and an event that repeats; a control that fails.

As in `test_sbc`: worlds are simulated by hand from the priors and fitted with the same priors; among posterior draws
the rank of the truth is uniform, and what is reported with 30% happens in 30 of 100 worlds.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from estimative.model.assessment import Assessment
from estimative.model.inference import fit as fitting
from estimative.model.inference.draws import Method
from estimative.model.inference.posterior import Posterior, posterior_of, quantity_values
from estimative.model.inference.ranks import ranked_draws, relative_ranks
from estimative.model.spec.events import Driver, Event, Factor, Outcome
from estimative.model.spec.evidence import Cases, Exposure, Forecast, Indicator, Measurement, Trials
from estimative.model.spec.range_names import range_names
from estimative.model.spec.scenario import Scenario
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import BetaStated, ByState, Constant, LognormalStated, Statement
from tests import prior_sets

SEED, BINS = 101, 10
WORLDS: Mapping[Method, int] = {"importance": 400, "nuts": 120}
FALSE_ALARMS, DETECTED = 0.01, 1e-6
AS_OF, UNTIL = datetime.date(2026, 1, 1), datetime.date(2028, 1, 1)
YEARS = (UNTIL - AS_OF).days / 365.25
SHARES, WORTH = {"criminals": 0.3, "insider": 0.5, "state": 0.2}, 6.0
EDGES, RANGES = (0.0, 1.0, 10.0), {"0-1": 0.5, "1-10": 0.3, "10+": 0.2}
SEEN = {"criminals": 0.4, "insider": 0.1, "state": 1.0}
"""How probable the indicator is under each hypothesis."""
ERROR, READING = 0.8, 0.15
CHAINS, CHAIN_DRAWS = 2, 400

calibration = pytest.mark.calibration
methods = pytest.mark.parametrize("method", ["importance", "nuts"])


@dataclass(frozen=True, kw_only=True)
class World:
    """True values, what happened, and the evidence."""

    values: Mapping[str, float]
    happened: Mapping[str, bool]
    counts: Sequence[Mapping[str, float]]
    """Of earlier cases, at the low end of the factor and at the high end."""
    reading: float
    incidents: int
    forecast: float
    """In log-odds."""


def simulated(rng: np.random.Generator) -> World:
    """Draw one; the indicator is the same in every world, so worlds are accepted by its likelihood."""
    while True:
        world, likelihood = _proposed(rng)
        if rng.random() < likelihood:
            return world


def _proposed(rng: np.random.Generator) -> tuple[World, float]:
    tension, effect = rng.beta(2, 2), math.exp(rng.normal(math.log(4), 0.5))
    actors = dict(zip(SHARES, rng.dirichlet([WORTH * share for share in SHARES.values()]), strict=True))
    losses = dict(zip(RANGES, rng.dirichlet([WORTH * share for share in RANGES.values()]), strict=True))
    rate, chance = math.exp(rng.normal(math.log(0.8), 0.6)), rng.beta(2, 5)

    def moved(degree: float) -> list[float]:
        masses = [share * (effect ** (degree - 0.5) if name == "state" else 1) for name, share in actors.items()]
        return [mass / sum(masses) for mass in masses]

    actor = str(rng.choice(list(actors), p=moved(tension)))
    incidents = rng.poisson(rate * YEARS)
    breaches = rng.binomial(incidents, chance)
    loss = str(rng.choice(list(losses), p=list(losses.values())))
    breach = -math.expm1(-rate * YEARS * chance)
    values = {
        "tension": tension, "effect": effect, "rate": rate, "chance": chance,
        **{f"actor {name}": share for name, share in actors.items()},
        **{f"losses {name}": share for name, share in losses.items()},
    }  # fmt: skip
    world = World(
        values=values,
        happened={
            "by_state": actor == "state", "by_insider": actor == "insider", "breach": breaches > 0,
            "large": breaches > 0 and loss == "10+",
        },
        counts=[dict(zip(actors, map(float, rng.multinomial(6, moved(end))), strict=True)) for end in (0.0, 1.0)],
        reading=rng.normal(tension, READING),
        incidents=int(rng.poisson(rate * 3)),
        forecast=rng.normal(math.log(breach / (1 - breach)), ERROR),
    )  # fmt: skip
    return world, SEEN[actor]


def assessed(world: World) -> Assessment:
    said: dict[str, Any] = {"title": "", "source": ""}
    trials = tuple(
        Trials(at={"tension": end}, successes=0.0, of=sum(counts.values()), states=FrozenDict(counts))
        for end, counts in zip((0.0, 1.0), world.counts, strict=True)
    )
    evidence = (
        Indicator(id="sign", about="actor", supports=True, **said),
        Cases(id="cases", about="actor", trials=trials, **said),
        Measurement(id="reading", about="tension", value=world.reading, unit="", at_low=0.0, at_high=1.0, **said),
        Exposure(id="record", about="incident", count=world.incidents, years=3.0, **said),
        Forecast(id="forecast", about="breach", probability=1 / (1 + math.exp(-world.forecast)), **said),
    )
    drivers = (Driver(name="tension", sign=1, state="state"),)
    events = (
        Event(id="actor", title="", when="now", states=tuple(SHARES), drivers=drivers),
        Event(id="incident", title="", form="rate"),
        Event(id="breach", title="", given=("incident",), repeats=True),
        Event(id="losses", title="", given=("breach",), states=range_names(EDGES), edges=EDGES, ordered=True),
    )
    outcomes = {"by_state": "actor=state", "by_insider": "actor=insider", "breach": "breach", "large": "losses=10+"}
    scenario = Scenario(
        id="states",
        title="",
        question="",
        as_of=AS_OF,
        until=UNTIL,
        headline="by_state",
        factors={"tension": Factor(id="tension", title="", low="", high="")},
        events={event.id: event for event in events},
        outcomes={name: Outcome(id=name, title="", all=(event,)) for name, event in outcomes.items()},
        evidence={item.id: item for item in evidence},
    )
    statements: dict[str, Statement | float] = {
        "factors.tension": BetaStated(a=2, b=2),
        "events.actor": _by_state(SHARES, WORTH),
        "events.losses": _by_state(RANGES, WORTH),
        "events.incident": LognormalStated(mu=math.log(0.8), sigma=0.6),
        "events.breach": BetaStated(a=2, b=5),
        "effects.actor.tension": LognormalStated(mu=math.log(4), sigma=0.5),
        "evidence.sign": _by_state(SEEN, None),
        "evidence.reading": READING,
        "evidence.forecast": ERROR,
    }
    return prior_sets.assessed(scenario, statements, relevance={"cases": 1.0, "record": 1.0})


def _by_state(numbers: Mapping[str, float], worth: float | None) -> ByState:
    return ByState(parts=tuple((name, Constant(value=value)) for name, value in numbers.items()), worth=worth)


def fitted(method: Method, assessment: Assessment, seed: int) -> Posterior:
    if method == "importance":
        return fitting.by_importance(assessment, seed=seed)
    from estimative.model.inference import nuts

    adaptation = nuts.Adaptation(target_accept=0.85, tune=400)
    draws = nuts.sample(assessment, seed=seed, draws=CHAIN_DRAWS, chains=CHAINS, adaptation=adaptation)
    return posterior_of(assessment, draws, seed=seed)


@dataclass(frozen=True, kw_only=True)
class Trial:
    ranks: Mapping[str, float]
    reported: Mapping[str, float]
    happened: Mapping[str, bool]


@cache
def trials(method: Method, *, ignored: bool = False) -> tuple[Trial, ...]:
    rng = np.random.default_rng(SEED)
    found = []
    for seed in range(WORLDS[method] // (4 if ignored else 1)):
        world = simulated(rng)
        assessment = assessed(world)
        if ignored:
            assessment = assessment.without_evidence(assessment.scenario.evidence)
        posterior = fitted(method, assessment, seed)
        found.append(_trial(world, posterior, np.random.default_rng([SEED, seed])))
    return tuple(found)


def _trial(world: World, posterior: Posterior, rng: np.random.Generator) -> Trial:
    chosen = ranked_draws(posterior.draws, rng)
    quantities = {name: quantity_values(posterior.assessment, chosen, name) for name in NAMES.values()}
    for event, states in (("actor", tuple(SHARES)), ("losses", tuple(RANGES))):
        rest = [quantity_values(posterior.assessment, chosen, f"events.{event}.{state}") for state in states[1:]]
        quantities[f"{event} {states[0]}"] = 1 - np.sum(rest, axis=0)
    truth = {NAMES.get(name, name): value for name, value in world.values.items()}
    ranks = relative_ranks({name: np.append(truth[name], values) for name, values in quantities.items()}, rng)
    reported = {name: number.value for (kind, name), number in posterior.all_estimates.items() if kind == "outcome"}
    return Trial(ranks=ranks, reported=reported, happened=world.happened)


NAMES = {
    "tension": "factors.tension",
    "effect": "effects.actor.tension",
    "rate": "events.incident",
    "chance": "events.breach",
    "actor insider": "events.actor.insider",
    "actor state": "events.actor.state",
    "losses 1-10": "events.losses.1-10",
    "losses 10+": "events.losses.10+",
}


def p_values(found: Sequence[Trial]) -> dict[str, float]:
    """Of uniform ranks, and of outcomes happening as often as they are reported."""
    values = {}
    for name in found[0].ranks:
        counts, _ = np.histogram([trial.ranks[name] for trial in found], bins=BINS, range=(0, 1))
        values[f"rank of {name}"] = float(stats.chisquare(counts).pvalue)
    for name in found[0].reported:
        reported = np.array([trial.reported[name] for trial in found])
        happened = np.array([trial.happened[name] for trial in found])
        z = (happened.sum() - reported.sum()) / math.sqrt((reported * (1 - reported)).sum())
        values[f"frequency of {name}"] = float(2 * stats.norm.sf(abs(z)))
    return values


@calibration
@methods
def test_ranks_are_uniform_and_probabilities_are_frequencies(method: Method) -> None:
    """Of shares, of the chance for each occurrence, of rate and effect; of hypotheses and of the number."""
    values = p_values(trials(method))
    assert min(values.values()) > FALSE_ALARMS / len(values), values


@calibration
def test_a_fit_that_ignores_the_evidence_is_found_out() -> None:
    """The control: its frequencies are wrong, because worlds were accepted by what the indicator says."""
    values = p_values(trials("importance", ignored=True))
    assert min(values.values()) < DETECTED, values
