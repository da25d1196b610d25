"""The way back from a probability to the quantities behind it: each event's equation with its numbers filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.equations import soft_evidence, terms
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import Target, evaluate_queries
from estimative.model.spec.events import Event
from estimative.model.spec.quantities import QuantityName


@dataclass(frozen=True, kw_only=True)
class Term:
    """One summand of an event's log-odds (of a rate: log rate per year), averaged over the draws."""

    quantity: str
    """The baseline, or the effect."""
    driver: str
    """A factor or an event; empty for the baseline."""
    sign: int
    """+1 raises, -1 lowers; of the baseline +1."""
    value: MCEstimate
    """Mean of the quantity on its own scale: probability, rate per year, odds ratio, rate ratio."""
    level: MCEstimate | None
    """Mean degree of the factor; of an event the chance that it has happened."""
    contribution: MCEstimate
    """Natural logarithm: of a driving event what its having happened adds, of all else what is there in any case."""


@dataclass(frozen=True, kw_only=True)
class Equation:
    """What one event's chance is made of, where its own condition holds."""

    event: str
    terms: tuple[Term, ...]
    """Baseline, factors, driving events; of a table none."""
    entries: tuple[tuple[str, MCEstimate], ...]
    """Of a table: each entry's quantity and its mean."""
    told: MCEstimate | None
    """Log-likelihood ratio of all that is told of the event itself; None where nothing is."""


def behind(posterior: Posterior, outcome: str) -> tuple[str, ...]:
    """The events that an outcome depends on, itself included where it is an event, each after those it depends on."""
    scenario = posterior.assessment.scenario
    asked = scenario.outcomes[outcome].events if outcome in scenario.outcomes else (outcome,)
    return tuple(name for name in posterior.assessment.structure.network.ancestry(asked) if name in scenario.events)


def equation(posterior: Posterior, name: str) -> Equation | None:
    """The equation of an event at the posterior, each draw weighed by the chance that the event's condition holds.

    None where that cannot be so.
    """
    event = posterior.assessment.scenario.events[name]
    if (event.given or event.unless) and ("link", name) not in posterior.estimates:
        return None
    return _Tracing(posterior, posterior.assessment.scenario.events[name]).equation()


class _Tracing:
    """The draws as they stand where an event's condition holds."""

    def __init__(self, posterior: Posterior, event: Event) -> None:
        self.posterior, self.event = posterior, event
        self.given = posterior.chances("link", event.id)[1] if event.given or event.unless else None

    def equation(self) -> Equation:
        if self.event.form == "table":
            prefix = f"tables.{self.event.id}."
            names = [name for name in self.posterior.assessment.priors if name.startswith(prefix)]
            entries = tuple((name, self.mean(self.posterior.quantity(name))) for name in names)
            return Equation(event=self.event.id, terms=(), entries=entries, told=self.told())
        return Equation(event=self.event.id, terms=tuple(self.terms()), entries=(), told=self.told())

    def terms(self) -> Iterator[Term]:
        structure = self.posterior.assessment.structure
        found = terms(NUMPY, structure, self.posterior.draws.theta)
        events = structure.scenario.events
        bases = [*(e for e in events if events[e].form == "odds"), *(e for e in events if events[e].form == "rate")]
        base = bases.index(self.event.id)
        yield Term(
            quantity=f"events.{self.event.id}",
            driver="",
            sign=1,
            value=self.mean(self.posterior.quantity(f"events.{self.event.id}")),
            level=None,
            contribution=self.mean(found.baseline[base]),
        )
        signs = {driver.name: driver.sign for driver in self.event.drivers}
        own = np.flatnonzero(structure.effect_base == base)
        ratios = list(structure.quantities.ratios)
        for effect in own:
            quantity = ratios[structure.effect_ratio[effect]]
            driver = QuantityName.parse(quantity).key
            yield Term(
                quantity=quantity,
                driver=driver,
                sign=signs[driver],
                value=self.mean(self.posterior.quantity(quantity)),
                level=self.level(driver),
                contribution=self.mean(found.log_effect[effect] * found.lever[effect]),
            )

    def level(self, driver: str) -> MCEstimate:
        if driver in self.posterior.assessment.scenario.factors:
            return self.mean(self.posterior.quantity(f"factors.{driver}"))
        happened = Query.where(all=[driver])
        condition = Query.where(all=self.event.given, none=self.event.unless)
        asked = Target(sort="event", id=driver, yes=condition.and_(happened), given=condition)
        found = evaluate_queries(self.posterior.assessment.structure, self.posterior.draws.theta, (asked,))
        yes, given = found.yes[0], found.given[0]
        base = float(self.posterior.draws.weights @ given)
        value = float(self.posterior.draws.weights @ yes) / base
        return mc_estimate(value, (yes - value * given) / base, self.posterior.draws)

    def told(self) -> MCEstimate | None:
        said = soft_evidence(NUMPY, self.posterior.assessment.structure, self.posterior.draws.theta)
        if self.event.id not in said.events:
            return None
        place = said.events.index(self.event.id)
        return self.mean(said.log_yes[place] - said.log_no[place])

    def mean(self, series: Numbers) -> MCEstimate:
        """Over the draws at which the condition holds, in so far as it does; series with dims (draw)."""
        draws = self.posterior.draws
        given = np.ones(draws.count) if self.given is None else self.given
        base = float(draws.weights @ given)
        value = float(draws.weights @ (given * series)) / base
        if np.ptp(series) <= ROUNDING * abs(series).max():
            return MCEstimate(value=float(series[0]))
        return mc_estimate(value, given * (series - value) / base, draws)
