"""The equations of the model, written once, to be computed and recorded: quantities -> probabilities -> likelihood.

Scales: degrees on [0, 1]; odds, rate and likelihood ratios as natural logarithms; likelihoods as natural logarithms.
Dims: a quantity's own dimension comes first; under NumPy `draw` comes last; recorded arrays are those of one draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from math import log, pi
from operator import add

import numpy as np

from estimative.model.likelihood.backend import NUMPY, TINY, Array, Backend, softplus
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout import (
    Categories,
    Chances,
    Forecasts,
    Index,
    LinearPredictors,
    Measurements,
    QuantileForecasts,
    Structure,
)
from estimative.model.likelihood.links import by_log_odds, by_noisy_or
from estimative.model.likelihood.repeating import repeated_chances
from estimative.model.likelihood.scale_mixture import scale_mixture_log_density, tabulated_log_density
from estimative.model.likelihood.variable_elimination import NO_SOFT_EVIDENCE, SoftEvidence, by_elimination
from estimative.model.likelihood.waiting import waiting_chances

TINY_SQUARE = 1e-12
"""Of a deviation in log-odds."""
MAX_NUMBERS = 1 << 22
"""In an array over rows of cases or of tables, for all draws that are evaluated at once."""
EPSILON = 2.0**-53
"""The smallest 1 - p that a float can hold next to 1; keeps the log-odds of p = 1 finite."""


@dataclass(frozen=True, kw_only=True)
class Theta:
    """The parameters of the model: one value, or many draws, of every quantity that a prior set states.

    `Structure.quantities` maps the name of a quantity to its position in `degree` or `log_ratio`.
    """

    degree: Array
    """Factors, baseline probabilities, table entries and motives, on [0, 1]; dims (degree[, draw])."""
    log_ratio: Array
    """ln of odds ratios, rate ratios, likelihood ratios, yearly rates and errors; dims (ratio[, draw])."""
    weight: Array
    """Power of each evidence item's likelihood, from relevance and shared origin; fixed, not drawn; dims (item). 0 for
    the items in `event_items`."""
    share: Array | None = None
    """Share that the time there is has of what the chance in each row of `Structure.anytime` is stated for; fixed, not
    drawn; dims (row). None where no event may happen on any day."""
    log_ratio_sd: Array | None = None
    """Where `Structure.integrated` ratios are integrated out: their prior standard deviations, `log_ratio` being their
    prior means; dims (ratio). None where `log_ratio` holds a value of every ratio."""
    event_items: Array | None = None
    """Where ratios and motives of items about events are integrated out: ln of what these items make of the nodes of
    `Structure.soft_evidence_events` not being so and being so; dims (state, node, draw), or (state, node[, 1])."""

    def at(self, draws: slice) -> Theta:
        """The same at some of the draws."""
        items = self.event_items
        return replace(
            self,
            degree=self.degree[:, draws],
            log_ratio=self.log_ratio[:, draws],
            event_items=items if items is None or items.shape[-1] == 1 else items[..., draws],
        )

    def __repr__(self) -> str:
        return f"Theta(degree: {self.degree.shape}, log_ratio: {self.log_ratio.shape}, weight: {self.weight.shape})"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the parts of the likelihood share, computed once for a theta."""

    theta: Theta
    baseline: Array
    """Log-odds of the events of odds form, then log rates per year of those of rate form; dims (event[, draw])."""
    log_effect: Array
    """s ln w of each effect: signed log odds ratio or log rate ratio; dims (effect[, draw])."""
    covariate: Array
    """What multiplies each effect: x - 1/2 for a factor's degree x, 1 for a driving event; dims (effect[, draw])."""
    log_hazard: Array
    """ln of rate times horizon of each row of rate form; dims (row[, draw])."""
    probabilities: Array
    """The network's local probabilities, see `local_probabilities`; dims (entry[, draw])."""


def terms(backend: Backend, structure: Structure, theta: Theta) -> Terms:
    """Compute the parts of the linear predictors, and the local probabilities that follow from them."""
    baseline = backend.concatenate([_baselines(backend, structure, theta), theta.log_ratio[structure.rate_base]])
    log_effect = backend.column(structure.effect_sign) * theta.log_ratio[structure.effect_ratio]
    centred = theta.degree[structure.effect_factor] - 0.5
    events = len(structure.effect_sign) - len(structure.effect_factor)
    # A driving event enters with covariate 1: whether it has happened is in the rows of the design matrix.
    covariate = backend.concatenate([centred, backend.constant([1.0] * events, theta.log_ratio)])
    predictor = _linear_predictor(backend, structure, structure.linear_predictors, baseline, log_effect, covariate)
    odds, log_rate = predictor[: structure.odds_rows], predictor[structure.odds_rows :]
    log_hazard = log_rate + backend.column(structure.log_years)
    return Terms(
        theta=theta,
        baseline=baseline,
        log_effect=log_effect,
        covariate=covariate,
        log_hazard=log_hazard,
        probabilities=local_probabilities(backend, structure, theta, odds, log_hazard),
    )


def _baselines(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Log-odds of the events of odds form: of each state against the first, or of a later state.

    With sticks v broken from the last state to the first, b_k / b_1 = v_k / (1 - v_k) over the product of 1 - v of the
    states between; and what is left after the sticks of all later states is the chance of no later one. Of two states
    both are v / (1 - v).
    """
    share = theta.degree[structure.odds_base]
    # Both ends are clipped: a draw of exactly 0 or 1 would have infinite log-odds, and inf - inf further down.
    log_rest = backend.log(backend.maximum(1 - share, EPSILON))
    log_odds = backend.log(backend.maximum(share, TINY)) - log_rest
    if not structure.rest.any():
        return log_odds
    first = len(structure.odds_base) - structure.ordered_baselines
    others = log_odds[:first] - backend.combine(structure.rest[:first], log_rest)
    later = backend.expm1(-backend.combine(structure.rest[first:], log_rest))
    return backend.concatenate([others, backend.log(backend.maximum(later, TINY))])


def local_probabilities(backend: Backend, structure: Structure, theta: Theta, odds: Array, log_hazard: Array) -> Array:
    """Compute every entry of the network's conditional probability tables.

    odds form: P(k) proportional to b_k exp(sum over factors of s ln w (x - 1/2) + sum over events of s ln w [event]),
    over what drives state k; of two states logit p = logit b + the sums;
    odds form, anytime: 1 - (1 - p)^share, share being the time there is over the time that p is stated for;
    odds form, ordered: logit P(later than k) = logit of its share + the sums;
    rate form: p = 1 - exp(-years r), with ln r the same sum; table form: the stated entry. Rates that wait for other
    events: see `waiting`. Events that repeat: see `repeating`.

    Parameters
    ----------
    odds
        Log-odds of the rows of odds form; dims (row[, draw]).
    log_hazard
        ln of rate times horizon of the rows of rate form; dims (row[, draw]).

    Returns
    -------
    In the order of `positions`; dims (entry[, draw]).
    """
    hazard = backend.exp(log_hazard)
    waited = [waiting_chances(backend, waiting, log_hazard) for waiting in structure.waiting]
    # P(no) is computed on its own, not as 1 - P(yes): near 1 that difference would lose all its digits.
    local = [
        *(part for rows in structure.odds_categories for part in _odds_form(backend, rows, odds, theta.share)),
        backend.exp(-hazard),
        -backend.expm1(-hazard),
        *(part for rows in structure.table_categories for part in broken_stick(backend, rows, theta.degree)),
        *(part for yes, no in waited for part in (no, yes)),
    ]
    if structure.repeating:
        once = backend.concatenate(local)
        repeated = [repeated_chances(backend, repeating, hazard, once) for repeating in structure.repeating]
        local = [once, *(part for yes, no in repeated for part in (no, yes))]
    return backend.concatenate([*local, backend.constant([0.0, 1.0], theta.log_ratio)])


def _odds_form(backend: Backend, rows: Categories, predictor: Array, share: Array | None) -> list[Array]:
    """The same as `category_probabilities` over the time there is: P(no) to the power of its share of the stated time.

    That is a constant hazard: 1 - (1 - p)^share.
    """
    if share is None or rows.entry.shape[1] > 1 or rows.ordered:
        return category_probabilities(backend, rows, predictor)
    log_no = -backend.column(share) * softplus(backend, predictor[rows.entry.T[0]])
    return [backend.exp(log_no), -backend.expm1(log_no)]


def category_probabilities(backend: Backend, rows: Categories, predictor: Array) -> list[Array]:
    """Probabilities of each state, the first one first; dims (row[, draw]) each."""
    eta = [predictor[places] for places in rows.entry.T]
    if len(eta) == 1:
        return [backend.logistic(-eta[0]), backend.logistic(eta[0])]
    if rows.ordered:
        # P(later than k - 1) - P(later than k), in a form that loses no digits.
        between = [
            backend.logistic(more) * backend.logistic(-less) * -backend.expm1(less - more)
            for more, less in pairwise(eta)
        ]
        return [backend.logistic(-eta[0]), *between, backend.logistic(eta[-1])]
    highest = reduce(backend.maximum, eta, 0 * eta[0])
    masses = [backend.exp(each - highest) for each in (0 * eta[0], *eta)]
    total = reduce(add, masses)
    return [mass / total for mass in masses]


def broken_stick(backend: Backend, rows: Categories, degree: Array) -> list[Array]:
    """Shares of the states of each row of a table, from sticks broken from the last state to the first."""
    shares, left = [], None
    for places in rows.entry.T[::-1]:
        stick = degree[places]
        shares.append(stick if left is None else left * stick)
        left = 1 - stick if left is None else left * (1 - stick)
    return [left, *shares[::-1]]


def _linear_predictor(
    backend: Backend,
    structure: Structure,
    rows: LinearPredictors,
    baseline: Array,
    log_effect: Array,
    covariate: Array | None = None,
) -> Array:
    """Log-odds of rows of odds form, log rates per year of the others, by the structure's link; dims (row[, draw])."""
    match structure.link:
        case "log_odds":
            return by_log_odds(backend, rows, baseline, log_effect, covariate)
        case "noisy_or":
            return by_noisy_or(backend, structure, rows, baseline, log_effect, covariate)


def log_likelihood(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute ln P(evidence | theta), the binary events summed out exactly.

    Returns
    -------
    Natural logarithm, up to a constant; dims (draw), of one draw a number.
    """
    return log_joint(backend, structure, theta, ())[0]


def log_joint(backend: Backend, structure: Structure, theta: Theta, queries: Sequence[Query]) -> Array:
    """Compute ln P(evidence | theta), then ln P(evidence, query | theta) of each query; dims (1 + query[, draw])."""
    if size := _draws_at_once(structure, theta):
        starts = range(0, theta.degree.shape[1], size)
        parts = [log_joint(backend, structure, theta.at(slice(start, start + size)), queries) for start in starts]
        return np.concatenate(parts, axis=1)
    shared = terms(backend, structure, theta)

    def counts(items: Index) -> bool:
        return bool(np.any(theta.weight[items]))

    items = [
        log_density(backend, structure, shared)
        for part, log_density in ITEM_LIKELIHOODS.items()
        if counts(getattr(structure, part).item)
    ]
    if counts(structure.forecasts.item):
        items.append(_forecasts(backend, structure, shared))
    evidence = soft_evidence(backend, structure, theta)
    log_masses = by_elimination(backend, structure.network, shared.probabilities, evidence, [EVERYTHING, *queries])
    return log_masses + sum(item.sum(axis=0) for item in items)


def _draws_at_once(structure: Structure, theta: Theta) -> int | None:
    """As many draws as leave each array over rows of cases, or of tables, in memory; None where all do."""
    cases = len(structure.binomial_cases.item) + len(structure.state_cases.item)
    rows = max(cases, len(structure.linear_predictors.base))
    if theta.degree.ndim < 2 or rows * theta.degree.shape[1] <= MAX_NUMBERS:
        return None
    return max(MAX_NUMBERS // rows, 1)


def soft_evidence(backend: Backend, structure: Structure, theta: Theta) -> SoftEvidence:
    """Compute what indicators and testimony say about events, as virtual evidence (Pearl 1988).

    An item adds half its strength to the state that it supports, and subtracts half from the other: w ln LR of an
    indicator, -w ln(m + (1 - m) / LR) of testimony, m being the speaker's motive. What a motivated speaker would say
    anyway carries no news. An item with `given` does so where the condition of its event is met, and adds nothing
    where it is not. Centred in this way, an uncertain ratio counts as its median, however uncertain it is. Items that
    are integrated over have weight 0 here, and their expectations are in `Theta.event_items`.

    Returns
    -------
    Log-likelihoods of each event's two states, up to a constant; dims (event[, draw]).
    """
    items = structure.event_indicators
    if not len(items.item):
        return NO_SOFT_EVIDENCE
    half = half_log_ratios(backend, structure, theta)
    log_no, log_yes = items.at_nodes(backend, half, -half)
    if theta.event_items is not None:
        log_no, log_yes = log_no + theta.event_items[0], log_yes + theta.event_items[1]
    return SoftEvidence(events=structure.soft_evidence_events, log_no=log_no, log_yes=log_yes)


def half_log_ratios(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute what each item about an event adds if its event happened, and subtracts if not; dims (item[, draw]).

    See `soft_evidence`.
    """
    items = structure.event_indicators
    log_ratio = backend.column(items.power) * theta.log_ratio[items.ratio]
    motive = theta.degree[items.motive]
    indicators = len(items.item) - len(items.motive)
    testimony = _testimony(backend, structure, theta, motive, log_ratio[indicators:])
    if structure.quantities.pairs:
        log_ratio = log_ratio + _log_chances(backend, theta, items.chances)
    strength = backend.column(theta.weight[items.item]) * backend.concatenate([log_ratio[:indicators], -testimony])
    return backend.column(items.sign / 2) * strength


def _testimony(backend: Backend, structure: Structure, theta: Theta, motive: Array, log_ratio: Array) -> Array:
    """ln of P(said | denied state) / P(said | claimed state); dims (testimony[, draw]).

    (m + (1 - m) q / LR) / (m + (1 - m) p), p and q being the chances of saying it in either state: 1 where a ratio is
    stated, which assumes a speaker who would surely say it if it were so.
    """
    denied = backend.exp(-log_ratio)
    if not structure.quantities.pairs:
        return backend.log(motive + (1 - motive) * denied)
    chances = structure.event_indicators.chances
    first = len(chances.supported) - len(structure.event_indicators.motive)
    claimed, other = (_chance(backend, theta, places[first:]) for places in (chances.supported, chances.other))
    return backend.log(motive + (1 - motive) * other * denied) - backend.log(motive + (1 - motive) * claimed)


def _log_chances(backend: Backend, theta: Theta, chances: Chances) -> Array:
    """ln of the ratio of an item's two chances, 0 where a ratio is stated; dims (item[, draw])."""
    supported, other = (_chance(backend, theta, places) for places in (chances.supported, chances.other))
    return backend.log(supported) - backend.log(other)


def _chance(backend: Backend, theta: Theta, places: Index) -> Array:
    """Chances at positions among the degrees, 1 at that behind the last; dims (item[, draw])."""
    one = backend.constant([1.0], theta.log_ratio)
    return backend.maximum(backend.concatenate([theta.degree, one])[places], TINY)


def indicator_strength(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute what multiplies ln LR of an indicator about a factor: w (x - 1/2), negated for the low end.

    Returns
    -------
    dims (item[, draw]).
    """
    items = structure.indicators
    return backend.column(theta.weight[items.item] * items.sign) * (theta.degree[items.factor] - 0.5)


def _indicators(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """s ln LR with s = w (x - 1/2), or its integral over ln LR ~ Normal(mu, sd), s mu + s^2 sd^2 / 2; dims as s."""
    strength, theta = indicator_strength(backend, structure, shared.theta), shared.theta
    news = theta.log_ratio[structure.indicators.ratio]
    if structure.quantities.pairs:
        news = news + _log_chances(backend, theta, structure.indicators.chances)
    density = strength * news
    if theta.log_ratio_sd is None:
        return density
    return density + 0.5 * (strength * backend.column(theta.log_ratio_sd[structure.indicators.ratio])) ** 2


def _measurements(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Normal(value | at_low + (at_high - at_low) x, error); dims (item[, draw])."""
    deviation = measurement_deviation(backend, structure, shared.theta)
    return _normal_log_density(backend, structure.measurements, shared.theta, deviation)


def measurement_deviation(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Value less expected value, in the measurement's unit; dims (item[, draw])."""
    items = structure.measurements
    mean = backend.column(items.at_low) + backend.column(items.slope) * theta.degree[items.factor]
    return backend.column(items.value) - mean


def _forecasts(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Normal(logit q | logit p, error), p being the probability before any evidence; dims (item[, draw])."""
    deviation = forecast_deviation(backend, structure, shared)
    return _normal_log_density(backend, structure.forecasts, shared.theta, deviation)


def forecast_deviation(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """logit q - logit p, in log-odds; of quantiles the root of the mean square; dims (item[, draw])."""
    items = structure.forecasts

    # Its author gave a probability of the event as such: p must not count the evidence of this scenario.
    def log_masses(queries: Sequence[Query]) -> Array:
        return by_elimination(backend, structure.network.unobserved, shared.probabilities, NO_SOFT_EVIDENCE, queries)

    deviations = []
    if items.queries:
        masses = log_masses(items.queries)
        logit = masses[0::2] - masses[1::2]
        deviations.append(backend.column(items.logit) - logit[items.target])
    if items.quantiles:
        deviations.append(_quantile_deviation(backend, items.quantiles, log_masses(items.quantiles.queries)))
    return deviations[0] if len(deviations) == 1 else backend.concatenate(deviations)


def _quantile_deviation(backend: Backend, items: QuantileForecasts, log_masses: Array) -> Array:
    """Root of the mean of (logit q - logit P(number <= x))^2 over the points of each item; dims (item[, draw]).

    Within a range the probability is spread as `ranges.share_below` says. Of a value above the last edge it is only
    known that P is at least that of the last edge: there q counts where it is less.
    """
    mass = backend.exp(log_masses)
    at_most, more = backend.combine(items.below, mass), backend.combine(items.above, mass)
    logit = backend.log(backend.maximum(at_most, TINY)) - backend.log(backend.maximum(more, TINY))
    deviation = backend.column(items.logit) - logit
    less = -backend.maximum(-deviation, 0.0 * deviation)
    beyond = backend.column(items.beyond)
    square = backend.combine(items.owner, (beyond * less + (1 - beyond) * deviation) ** 2)
    # Away from 0, where a root has no slope.
    return backend.exp(0.5 * backend.log(square + TINY_SQUARE))


def _poisson_counts(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Poisson(count | r years), r at the factors' own degrees and without driving events; dims (item[, draw])."""
    items, theta = structure.poisson_counts, shared.theta
    log_mean = poisson_log_mean(backend, structure, shared)
    density = backend.column(items.count) * log_mean - backend.exp(log_mean) - backend.column(items.log_factorial)
    return backend.weigh(theta.weight[items.item], density)


def poisson_log_mean(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """ln of the expected counts of exposure evidence; dims (item[, draw])."""
    rows = structure.poisson_counts.rows
    log_rate = _linear_predictor(backend, structure, rows, shared.baseline, shared.log_effect, shared.covariate)
    # Its time is that of the exposure, not the scenario's horizon.
    return log_rate + backend.column(structure.poisson_counts.log_years)


def binomial_log_odds(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """Log-odds of a success in each row of cases evidence; dims (row[, draw])."""
    return _linear_predictor(backend, structure, structure.binomial_cases.rows, shared.baseline, shared.log_effect)


def _binomial_cases(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w [y ln p + (n - y) ln(1 - p)], p from the odds form at each row's drivers; dims (row[, draw]).

    A power prior with a fixed weight w (Ibrahim, Chen, Gwon & Chen 2015, Statistics in Medicine 34).
    """
    items, theta = structure.binomial_cases, shared.theta
    log_odds = binomial_log_odds(backend, structure, shared)
    # ln p and ln(1 - p) straight from the log-odds: no digit is lost where p is near 0 or 1.
    log_yes, log_no = -softplus(backend, -log_odds), -softplus(backend, log_odds)
    density = backend.column(items.successes) * log_yes + backend.column(items.failures) * log_no
    return backend.weigh(theta.weight[items.item], density)


def state_case_chances(backend: Backend, structure: Structure, shared: Terms) -> list[list[Array]]:
    """Probabilities of the states in each group of cases, by state; dims (row[, draw]) each."""
    items = structure.state_cases
    predictor = by_log_odds(backend, items.rows, shared.baseline, shared.log_effect, None)
    return [category_probabilities(backend, rows, predictor) for rows in items.categories]


def _state_cases(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w times the sum over states of y ln P(state), at each row's drivers; dims (row[, draw])."""
    items = structure.state_cases
    densities = []
    for chances, counts in zip(state_case_chances(backend, structure, shared), items.counts, strict=True):
        logs = [backend.log(backend.maximum(chance, TINY)) for chance in chances]
        densities.append(reduce(add, (backend.column(counts.T[state]) * each for state, each in enumerate(logs))))
    return backend.weigh(shared.theta.weight[items.item], backend.concatenate(densities))


ITEM_LIKELIHOODS: Mapping[str, Callable[[Backend, Structure, Terms], Array]] = {
    "indicators": _indicators,
    "measurements": _measurements,
    "poisson_counts": _poisson_counts,
    "binomial_cases": _binomial_cases,
    "state_cases": _state_cases,
}
"""Evidence that needs no sum over events: field of the structure -> log-likelihood of each of its items."""


def _normal_log_density(backend: Backend, items: Measurements | Forecasts, theta: Theta, deviation: Array) -> Array:
    """w ln Normal(deviation | 0, error), or its integral over the prior of the error; dims (item[, draw])."""
    weight, log_sd = theta.weight[items.item], theta.log_ratio[items.error]
    if theta.log_ratio_sd is None:
        density = -0.5 * log(2 * pi) - log_sd - 0.5 * (deviation * backend.exp(-log_sd)) ** 2
        return backend.weigh(weight, density)
    if backend is NUMPY:
        return tabulated_log_density(deviation, log_sd, theta.log_ratio_sd[items.error], weight)
    spread = backend.column(theta.log_ratio_sd[items.error])
    return scale_mixture_log_density(backend, deviation, log_sd, spread, backend.column(weight))
