"""The layout of a scenario: every name replaced by a position in the vectors of quantities.

The layout depends on the scenario alone, not on anybody's priors: all prior sets of a scenario share one `Structure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.likelihood.backend import Array, Backend
from estimative.model.likelihood.bayes_net import Network, Query
from estimative.model.likelihood.repeating import Repeating
from estimative.model.likelihood.waiting import Waiting
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario

type Index = NDArray[np.intp]
"""Positions in a vector; one axis."""
NOWHERE: Index = np.zeros(0, dtype=np.intp)
type Numbers = NDArray[np.float64]
type Link = Literal["log_odds", "noisy_or"]
"""How drivers change a probability: see `links`."""


class LinearPredictors(Struct, frozen=True, kw_only=True):
    """Rows of linear predictors: baseline[base[r]] + sum over effects of design[r] x covariate x s ln w."""

    base: Index
    """Into the vector of baselines: log-odds of the odds events, then log rates of the rate events; dims (row)."""
    design: Numbers
    """The design matrix; dims (row, effect)."""


class Categories(Struct, frozen=True, kw_only=True):
    """Rows of probabilities over equally many states, for all events of odds form, or of table form, that have them.

    Row r has the numbers `entry[r]` in it, one for each state but the first: linear predictors of odds form, or sticks
    of table form.
    """

    entry: Index
    """Into the linear predictors, or the degrees; dims (row, state but the first)."""
    ordered: bool
    """Linear predictors: whether they are the log-odds of a later state, or of each state against the first."""


class Anytime(Struct, frozen=True, kw_only=True):
    """Events of odds form that may happen on any day: P(not by the end) = P(not in the stated time)^(years / stated).

    The rows are those of `Structure.odds_categories` with two states, of all events.
    """

    events: tuple[str, ...]
    owner: Index
    """Which of these each row is of; -1: of none; dims (row)."""
    years: Numbers
    """The time there is, for each row; dims (row)."""
    fails: Mapping[str, Mapping[tuple[int, ...], int]]
    """Of each event, where its not happening is among the local probabilities, for each joint state of its drivers."""

    def share(self, stated: Numbers) -> Numbers:
        """Return the share that the time there is has of what each chance is stated for, 1 elsewhere; dims (row).

        Parameters
        ----------
        stated
            Of each event, the years for which its chance is stated; dims (event).
        """
        return np.where(self.owner < 0, 1.0, self.years / stated[self.owner])


class Chances(Struct, frozen=True, kw_only=True):
    """Of items that may be stated as two chances: where these are; dims of both fields: (item).

    A position behind the last degree stands for 1, the chance of an item that is stated as a ratio.
    """

    supported: Index
    """Into the degrees: the chance of the item in the state that it supports."""
    other: Index
    """In the other state."""


class Items(Struct, frozen=True, kw_only=True):
    """Items of evidence of one kind, or their rows."""

    item: Index
    """Into the scenario's evidence; dims (item), or (row) where an item has several."""

    @property
    def quantities(self) -> tuple[Index, Index]:
        """The degrees and the log ratios that their likelihoods depend on, apart from those of the events."""
        return NOWHERE, NOWHERE


class Indicators(Items, frozen=True, kw_only=True):
    """Indicators about factors: log-likelihood w sign (x - 1/2) ln LR. Dims of every field: (item)."""

    ratio: Index
    """Into the log ratios: ln LR."""
    factor: Index
    """Into the degrees: x."""
    sign: Numbers
    """1 where the item supports the high end, -1 where it supports the low end."""
    chances: Chances

    @property
    def quantities(self) -> tuple[Index, Index]:
        return np.concatenate([self.factor, self.chances.supported, self.chances.other]), self.ratio


class EventIndicators(Items, frozen=True, kw_only=True):
    """Indicators about events, then testimony. An item with `given` says nothing where neither the event happened nor
    its condition was met without it.
    """

    ratio: Index
    """Into the log ratios: ln LR; dims (item)."""
    power: Numbers
    """-1 where the ratio is how likely a statement is under a state, relative to the one it claims, and LR therefore
    its inverse; 1 elsewhere; dims (item)."""
    motive: Index
    """Into the degrees: the speaker's motive; dims (testimony)."""
    own_motive: NDArray[np.bool_]
    """Whether that is a motive of this item alone; dims (testimony)."""
    chances: Chances
    sign: Numbers
    """1 where an item supports that its event happened, -1 where that it did not; dims (item)."""
    happened: Numbers
    """1 where a node's being so means that the event of an item happened; dims (node, item), the nodes being
    `Structure.soft_evidence_events`."""
    failed: Numbers
    """1 where a node's being so means that it did not happen: the failure of the event of an item with `given`."""
    not_happened: Numbers
    """1 where a node's not being so means that it did not happen: the event of an item without `given`."""

    @property
    def quantities(self) -> tuple[Index, Index]:
        return np.concatenate([self.motive, self.chances.supported, self.chances.other]), self.ratio

    def own(self, items: Index) -> tuple[Index, Index]:
        """Positions of the log ratios of some items, and of the motives among the degrees that are theirs alone."""
        testimony = items[items >= len(self.item) - len(self.motive)] - (len(self.item) - len(self.motive))
        return self.ratio[items], self.motive[testimony[self.own_motive[testimony]]]

    def at_nodes(self, backend: Backend, happened: Array, not_happened: Array) -> tuple[Array, Array]:
        """Add up log-likelihoods of items, dims (item[, draw]), if their events happened and if not.

        Returns
        -------
        Log-likelihoods of each node's not being so and being so; dims (node[, draw]) each.
        """
        so = backend.combine(self.happened, happened) + backend.combine(self.failed, not_happened)
        return backend.combine(self.not_happened, not_happened), so


class Measurements(Items, frozen=True, kw_only=True):
    """Measurements whose expected value is a straight line in a factor. Dims of every field: (item)."""

    error: Index
    """Into the log ratios: ln of the standard deviation, in the measurement's unit."""
    factor: Index
    value: Numbers
    at_low: Numbers
    """Expected value at degree 0."""
    slope: Numbers
    """Expected value at degree 1, less that at degree 0."""

    @property
    def quantities(self) -> tuple[Index, Index]:
        return self.factor, self.error


class QuantileForecasts(Struct, frozen=True, kw_only=True):
    """Forecasts of numbers in ranges by quantiles: the probability of at most each value, as that of the model."""

    owner: Numbers
    """The share of each point in the mean over the points of an item; dims (item, point)."""
    logit: Numbers
    """Log-odds of the published share; dims (point)."""
    beyond: Numbers
    """1 where the value is above the last edge, so that the share is only known to be less; dims (point)."""
    below: Numbers
    """The part of each range that is at most the value; dims (point, query)."""
    above: Numbers
    """The part that is more; dims (point, query)."""
    queries: tuple[Query, ...]
    """The ranges of each number in turn."""


class Forecasts(Items, frozen=True, kw_only=True):
    """Published probabilities, each compared on the log-odds scale with the model's own before any evidence."""

    error: Index
    """Into the log ratios: ln of the standard deviation on the log-odds scale; dims (item)."""
    logit: Numbers
    """Log-odds of the published probability; dims (item with a target)."""
    target: Index
    """Into the pairs of queries; dims (item with a target)."""
    queries: tuple[Query, ...]
    """For each target, its happening and its not happening in turn."""
    quantiles: QuantileForecasts | None
    """Of the items after those with a target, which state quantiles."""

    @property
    def quantities(self) -> tuple[Index, Index]:
        return NOWHERE, self.error


class PoissonCounts(Items, frozen=True, kw_only=True):
    """Exposure evidence: counts of a Poisson process. Dims of every field but `rows`: (item)."""

    rows: LinearPredictors
    """Log rates per year; row i belongs to item i."""
    count: Numbers
    log_years: Numbers
    """ln of the years of exposure."""
    log_factorial: Numbers
    """ln count!, which no quantity changes but the marginal likelihood needs."""


class BinomialCases(Items, frozen=True, kw_only=True):
    """Cases evidence: successes among trials at given drivers. Dims of every field but `rows`: (row).

    An item has a row for each combination of drivers in its file.
    """

    rows: LinearPredictors
    """Log-odds; the design matrix holds the covariates themselves."""
    successes: Numbers
    """May be fractions: "partly" can count as 0.5."""
    failures: Numbers


class StateCases(Items, frozen=True, kw_only=True):
    """Cases evidence about events with states: how many were in each, at given drivers.

    Case rows of one group of categories come after those of the one before.
    """

    rows: LinearPredictors
    """One for each case row and each state but the first."""
    categories: tuple[Categories, ...]
    """Case rows by how many states their events have; entries are positions in `rows`."""
    counts: tuple[Numbers, ...]
    """Of each group, the states in the order of their shares; dims (row, state)."""


class Structure(Struct, frozen=True, kw_only=True):
    """A scenario as arrays of positions: what the equations read instead of names.

    Effects (of factors first, then of events) are the pairs of an event and one of its drivers. Rows are the linear
    predictors of the network's local probabilities: one for each event, state but the first, and combination of what
    drives it.
    """

    quantities: Quantities
    past: frozenset[str]
    """Events that have happened already, as far as the evidence that counts says so: nothing waits for them."""
    network: Network
    odds_base: Index
    """Into the degrees: the baseline of each event of odds form, a probability, or a stick for each state but the
    first. Those of ordered events come last; dims (baseline)."""
    baselines: tuple[tuple[str, str], ...]
    """The event and the state of each baseline, of a binary event an empty state: of odds form, then of rates."""
    rest: Numbers
    """1 where what a stick leaves over counts for the log-odds of a baseline. Of a state against the first: the sticks
    of the states between. Of "a later state": the sticks of these. dims (baseline, stick)."""
    ordered_baselines: int
    """How many baselines are of ordered events."""
    rate_base: Index
    """Into the log ratios: the baseline rate per year of each event of rate form."""
    effect_ratio: Index
    """Into the log ratios: ln w of each effect; dims (effect)."""
    effect_sign: Numbers
    """s: +1 raises, -1 lowers; dims (effect)."""
    effect_base: Index
    """Into the vector of baselines: the event that each effect drives; dims (effect)."""
    effect_factor: Index
    """Into the degrees: the factors of the first effects; the remaining effects are those of events."""
    linear_predictors: LinearPredictors
    """Rows of odds form, then rows of rate form."""
    odds_rows: int
    """How many rows are of odds form."""
    odds_categories: tuple[Categories, ...]
    table_categories: tuple[Categories, ...]
    anytime: Anytime | None
    """None where no event may happen on any day."""
    log_years: Numbers
    """ln of the time at risk in years; dims (row of rate form)."""
    rate_rows: Mapping[str, Mapping[tuple[int, ...], int]]
    """Of each event of rate form, its row among those of rate form for each joint state of what drives it."""
    waiting: tuple[Waiting, ...]
    """The rows of each event whose clock starts when its condition is met, in the order of the local probabilities."""
    repeating: tuple[Repeating, ...]
    """The rows of each event that may follow every occurrence of another, in the same order."""
    soft_evidence_events: tuple[str, ...]
    """The events, and states of events, that indicators or testimony are about, then the failures of those that some
    are about with `given`: see `failure_of`."""
    indicators: Indicators
    event_indicators: EventIndicators
    measurements: Measurements
    forecasts: Forecasts
    poisson_counts: PoissonCounts
    binomial_cases: BinomialCases
    state_cases: StateCases
    link: Link = "log_odds"

    def __repr__(self) -> str:
        return f"Structure({self.scenario!r}, link={self.link!r})"

    @property
    def scenario(self) -> Scenario:
        return self.quantities.scenario

    @property
    def integrated(self) -> Index:
        """The log ratios that the likelihood can be integrated over in closed form or by quadrature.

        Each is in the likelihood of one item alone: ratios of indicators about factors, errors of measurements and
        forecasts.
        """
        return np.concatenate([self.indicators.ratio, self.measurements.error, self.forecasts.error])
