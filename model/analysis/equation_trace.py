"""The equation behind an event's probability, term by term, with the numbers of the posterior."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.equations import soft_evidence, terms
from estimative.model.likelihood.failures import failure_of
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
    sign: Literal[1, -1]
    """+1 raises, -1 lowers; of the baseline +1."""
    value: MCEstimate
    """Mean of the quantity on its own scale: probability, rate per year, odds ratio, rate ratio."""
    level: MCEstimate | None
    """Mean degree of the factor; of an event the probability that it has happened; of the baseline None."""
    contribution: MCEstimate
    """Natural logarithm: of a driving event what it adds if it has happened, of all else what it adds in any case."""


@dataclass(frozen=True, kw_only=True)
class TableEntry:
    """The probability of an event for one combination of its parents' states."""

    quantity: str
    value: MCEstimate


@dataclass(frozen=True, kw_only=True)
class Equation:
    """The equation of an event's probability, where the event's own condition holds."""

    event: str
    form: Literal["odds", "rate", "table"]
    years: float | None
    """Of a rate: the horizon that it runs over."""
    terms: tuple[Term, ...]
    """Baseline, factors, driving events; of a table none."""
    entries: tuple[TableEntry, ...]
    """Of a table."""
    log_bayes_factor: MCEstimate | None
    """Natural logarithm of the likelihood ratio of the evidence about the event itself; None where there is none."""


def ancestry(posterior: Posterior, name: str) -> tuple[str, ...]:
    """The events that an outcome or event depends on, an event itself included, each after those it depends on."""
    scenario = posterior.assessment.scenario
    events = scenario.outcomes[name].events if name in scenario.outcomes else (name,)
    return tuple(name for name in posterior.assessment.structure.network.ancestry(events) if name in scenario.events)


def equation(posterior: Posterior, name: str) -> Equation | None:
    """The equation of an event at the posterior, each draw weighed by the probability of the event's condition.

    None where that condition is impossible.
    """
    event = posterior.assessment.scenario.events[name]
    if (event.given or event.unless) and ("link", name) not in posterior.all_estimates:
        return None
    return _Tracer(posterior, event).equation()


class _Tracer:
    """The draws of a posterior, where an event's condition holds."""

    def __init__(self, posterior: Posterior, event: Event) -> None:
        self.posterior, self.event = posterior, event
        self.given = posterior.query_probabilities("link", event.id)[1] if event.given or event.unless else None

    def equation(self) -> Equation:
        event, table = self.event, self.event.form == "table"
        return Equation(
            event=event.id,
            form=event.form,
            years=self.posterior.assessment.scenario.years if event.form == "rate" else None,
            terms=() if table else tuple(self.terms()),
            entries=tuple(self.entries()) if table else (),
            log_bayes_factor=self.log_bayes_factor(),
        )

    def entries(self) -> Iterator[TableEntry]:
        for name in self.posterior.assessment.priors:
            if name.startswith(f"tables.{self.event.id}."):
                yield TableEntry(quantity=name, value=self.mean(self.posterior.quantity(name)))

    def terms(self) -> Iterator[Term]:
        structure = self.posterior.assessment.structure
        summands = terms(NUMPY, structure, self.posterior.draws.theta)
        events = structure.scenario.events
        bases = [*(e for e in events if events[e].form == "odds"), *(e for e in events if events[e].form == "rate")]
        base = bases.index(self.event.id)
        yield Term(
            quantity=f"events.{self.event.id}",
            driver="",
            sign=1,
            value=self.mean(self.posterior.quantity(f"events.{self.event.id}")),
            level=None,
            contribution=self.mean(summands.baseline[base]),
        )
        signs = {driver.name: driver.sign for driver in self.event.drivers}
        ratios = list(structure.quantities.ratios)
        for effect in np.flatnonzero(structure.effect_base == base):
            quantity = ratios[structure.effect_ratio[effect]]
            driver = QuantityName.parse(quantity).key
            yield Term(
                quantity=quantity,
                driver=driver,
                sign=signs[driver],
                value=self.mean(self.posterior.quantity(quantity)),
                level=self.level(driver),
                contribution=self.mean(summands.log_effect[effect] * summands.covariate[effect]),
            )

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
        if self.event.id not in ratios:
            return None
        # Where the condition is met, an event either happens or fails.
        return self.mean(ratios[self.event.id] - ratios.get(failure_of(self.event.id), 0.0))

    def mean(self, series: Numbers) -> MCEstimate:
        """Over the draws, each weighed by the probability of the condition there; series with dims (draw)."""
        draws = self.posterior.draws
        given = np.ones(draws.count) if self.given is None else self.given
        base = float(draws.weights @ given)
        value = float(draws.weights @ (given * series)) / base
        if np.ptp(series) <= ROUNDING * abs(series).max():
            return MCEstimate(value=float(series[0]))
        return mc_estimate(value, given * (series - value) / base, draws)
