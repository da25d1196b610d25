"""The equation behind an event's probability, term by term, with the numbers of the posterior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.failures import failure_of
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.network_builder import bears
from estimative.model.likelihood.queries import Target, evaluate_queries
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.spec.events import Event, event_of
from estimative.model.spec.quantities import effect_name


class Term(Struct, frozen=True, kw_only=True):
    """One summand of an event's log-odds (of a rate: log rate per year), averaged over the draws."""

    quantity: str
    """The baseline, or the effect."""
    driver: str
    """A factor or an event; empty for the baseline."""
    sign: Literal[1, -1]
    """+1 raises, -1 lowers; of the baseline +1."""
    state: str = ""
    """The state that the driver raises or lowers; empty where it is that of the equation."""
    value: MCEstimate
    """Mean of the quantity on its own scale: probability, rate per year, odds ratio, rate ratio."""
    level: MCEstimate | None
    """Mean degree of the factor; of an event the probability that it has happened; of the baseline None."""
    contribution: MCEstimate
    """Natural logarithm: of a driving event what it adds if it has happened, of all else what it adds in any case."""


class TableEntry(Struct, frozen=True, kw_only=True):
    """The probability of an event for one combination of its parents' states."""

    quantity: str
    value: MCEstimate


class Equation(Struct, frozen=True, kw_only=True):
    """The equation of an event's probability, where the event's own condition holds."""

    event: str
    form: Literal["odds", "rate", "table"]
    years: float | None
    """Of what takes time: the horizon that it runs over."""
    stated_years: float | None = None
    """Of an event that may happen anytime: the time that its equation is stated for."""
    terms: tuple[Term, ...]
    """Baseline, factors, driving events; of a table none."""
    entries: tuple[TableEntry, ...]
    """Of a table."""
    log_bayes_factor: MCEstimate | None
    """Natural logarithm of the likelihood ratio of the evidence about the event itself; None where there is none."""


def ancestry(posterior: Posterior, name: str) -> tuple[str, ...]:
    """The events that an outcome or event depends on, an event itself included, each after those it depends on."""
    scenario = posterior.assessment.scenario
    events = scenario.outcomes[name].events if name in scenario.outcomes else (event_of(name),)
    return tuple(name for name in posterior.assessment.structure.network.ancestry(events) if name in scenario.events)


def equation(posterior: Posterior, name: str) -> Equation | None:
    """The equation of an event, or of a state of one, at the posterior.

    Each draw is weighed by the probability of the event's condition. None where that is impossible, and for the state
    of several that the others are compared with.
    """
    event, state = posterior.assessment.scenario.event(name), name.partition("=")[2]
    if (event.given or event.unless) and ("link", name) not in posterior.all_estimates:
        return None
    if state and state == event.share_states[0]:
        return None
    return _Tracer(posterior, event, name).equation()


class _Tracer:
    """The draws of a posterior, where an event's condition holds."""

    def __init__(self, posterior: Posterior, event: Event, name: str) -> None:
        self.posterior, self.event, self.name = posterior, event, name
        self.state = name.partition("=")[2]
        self.given = posterior.query_probabilities("link", name)[1] if event.given or event.unless else None

    def equation(self) -> Equation:
        event, table = self.event, self.event.form == "table"
        return Equation(
            event=self.name,
            form=event.form,
            years=self.posterior.assessment.scenario.years if event.takes_time else None,
            stated_years=self.posterior.assessment.stated_years(event.id) if event.timing == "anytime" else None,
            terms=() if table else tuple(self.terms()),
            entries=tuple(self.entries()) if table else (),
            log_bayes_factor=self.log_bayes_factor(),
        )

    def entries(self) -> Iterator[TableEntry]:
        for name in self.posterior.assessment.priors:
            if name.startswith(f"tables.{self.event.id}.") and name.endswith(f".{self.state}" if self.state else ""):
                yield TableEntry(quantity=name, value=self.mean(self.posterior.quantity(name)))

    def terms(self) -> Iterator[Term]:
        structure = self.posterior.assessment.structure
        summands = terms(NUMPY, structure, self.posterior.draws.theta)
        base = structure.baselines.index((self.event.id, self.state if self.event.form == "odds" else ""))
        quantity = f"events.{self.event.id}" + (f".{self.state}" if self.state else "")
        yield Term(
            quantity=quantity,
            driver="",
            sign=1,
            value=self.mean(self.baseline(quantity)),
            level=None,
            contribution=self.mean(summands.baseline[base]),
        )
        places = {ratio: effect for effect, ratio in enumerate(structure.effect_ratio.tolist())}
        factors = structure.scenario.factors
        for driver in sorted(self.event.drivers, key=lambda driver: driver.name not in factors):
            if size := bears(driver, self.event, self.state):
                quantity = effect_name(self.event, driver)
                effect = places[structure.quantities.ratios[quantity]]
                yield Term(
                    quantity=quantity,
                    driver=driver.name,
                    sign=driver.sign,
                    state="" if driver.state == self.state else driver.state,
                    value=self.mean(self.posterior.quantity(quantity)),
                    level=self.level(driver.name),
                    contribution=self.mean(size * summands.log_effect[effect] * summands.covariate[effect]),
                )

    def baseline(self, quantity: str) -> Numbers:
        """The baseline at each draw; of an ordered event, the share of this state and of all later ones."""
        states = self.event.share_states
        if not self.event.ordered:
            return self.posterior.quantity(quantity)
        later = [f"events.{self.event.id}.{state}" for state in states[states.index(self.state) :]]
        return np.sum([self.posterior.quantity(name) for name in later], axis=0)

    def level(self, driver: str) -> MCEstimate:
        if driver in self.posterior.assessment.scenario.factors:
            return self.mean(self.posterior.quantity(f"factors.{driver}"))
        happened = Query.where(all=[driver])
        condition = Query.where(all=self.event.given, none=self.event.unless)
        target = Target(kind="event", id=driver, yes=condition.and_(happened), given=condition)
        draws = self.posterior.draws
        probabilities = evaluate_queries(self.posterior.assessment.structure, draws.theta, (target,))
        yes, given = probabilities.yes[0], probabilities.given[0]
        base = float(draws.weights @ given)
        value = float(draws.weights @ yes) / base
        return mc_estimate(value, (yes - value * given) / base, draws)

    def log_bayes_factor(self) -> MCEstimate | None:
        soft = soft_evidence(NUMPY, self.posterior.assessment.structure, self.posterior.draws.theta)
        ratios = dict(zip(soft.events, soft.log_yes - soft.log_no, strict=True)) if soft.events else {}
        if self.name not in ratios:
            return None
        # Where the condition is met, an event either happens or fails.
        first = f"{self.event.id}={self.event.share_states[0]}" if self.state and not self.event.ordered else ""
        against = [ratios[name] for name in (failure_of(self.name), first) if name in ratios]
        return self.mean(ratios[self.name] - sum(against))

    def mean(self, series: Numbers) -> MCEstimate:
        """Over the draws, each weighed by the probability of the condition there; series with dims (draw)."""
        draws = self.posterior.draws
        given = np.ones(draws.count) if self.given is None else self.given
        base = float(draws.weights @ given)
        value = float(draws.weights @ (given * series)) / base
        if np.ptp(series) <= ROUNDING * abs(series).max():
            return MCEstimate(value=float(series[0]))
        return mc_estimate(value, given * (series - value) / base, draws)
