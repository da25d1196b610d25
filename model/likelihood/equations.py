"""The mathematics, written once: from quantities to chances to likelihood. Evaluated by NumPy and by PyTensor alike.

Scales: degrees on [0, 1], ratios as natural logarithms, likelihoods as natural logarithms. Dims: a quantity's own
dimension first; under NumPy `draw` comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, pi

from estimative.model.likelihood.backend import TINY, Array, Backend, softplus
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout import LinearPredictors, Structure
from estimative.model.likelihood.links import by_log_odds, by_noisy_or
from estimative.model.likelihood.variable_elimination import NO_SOFT_EVIDENCE, SoftEvidence, SumProduct

EPSILON = 2.0**-53
"""A probability nearer to 1 than this cannot be told from it by a float."""


@dataclass(frozen=True, kw_only=True)
class Theta:
    """One value (or many draws) of every quantity."""

    degree: Array
    """dims (degree[, draw])."""
    log_ratio: Array
    """dims (ratio[, draw])."""
    weight: Array
    """How much each item of evidence counts, by relevance and by shared origin; dims (item)."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the pieces of the likelihood share."""

    theta: Theta
    baseline: Array
    """Log-odds of the odds events, log rates per year of the rate events; dims (event[, draw])."""
    log_effect: Array
    """Signed log ratio of every effect; dims (effect[, draw])."""
    covariate: Array
    """x - 1/2 for an effect of a factor, 1 for an effect of an event; dims (effect[, draw])."""
    probabilities: Array
    """See `chances`."""


def terms(backend: Backend, structure: Structure, theta: Theta) -> Terms:
    """The linear predictors' parts and the chances that follow from them."""
    probability = theta.degree[structure.odds_base]
    log_odds = backend.log(backend.maximum(probability, TINY)) - backend.log(backend.maximum(1 - probability, EPSILON))
    baseline = backend.concatenate([log_odds, theta.log_ratio[structure.rate_base]])
    log_effect = backend.column(structure.effect_sign) * theta.log_ratio[structure.effect_ratio]
    centred = theta.degree[structure.effect_factor] - 0.5
    events = len(structure.effect_sign) - len(structure.effect_factor)
    lever = backend.concatenate([centred, backend.constant([1.0] * events, theta.log_ratio)])
    found = chances(backend, structure, theta, baseline, log_effect, lever)
    return Terms(theta=theta, baseline=baseline, log_effect=log_effect, covariate=lever, probabilities=found)


def chances(
    backend: Backend, structure: Structure, theta: Theta, baseline: Array, log_effect: Array, lever: Array
) -> Array:
    """Every chance that a network's cells point to: yes for each row, no for each row, then 0 and 1.

    odds: logit p = logit b + sum s ln w (x - 1/2) + sum s ln w [d]; rate: p = 1 - exp(-years r), ln r likewise;
    table: the entry itself.
    """
    predictor = _predicted(backend, structure, structure.linear_predictors, baseline, log_effect, lever)
    odds, rate = predictor[: structure.odds_rows], predictor[structure.odds_rows :]
    hazard = backend.exp(rate + backend.column(structure.log_years))
    entry = theta.degree[structure.table_entries]
    return backend.concatenate([
        1 / (1 + backend.exp(-odds)),
        -backend.expm1(-hazard),
        entry,
        1 / (1 + backend.exp(odds)),
        backend.exp(-hazard),
        1 - entry,
        backend.constant([0.0, 1.0], theta.log_ratio),
    ])  # fmt: skip


def _predicted(
    backend: Backend,
    structure: Structure,
    rows: LinearPredictors,
    baseline: Array,
    log_effect: Array,
    lever: Array | None = None,
) -> Array:
    """Log-odds of rows of odds form, log rates of the others, by the structure's link; dims (row[, draw])."""
    match structure.link:
        case "log_odds":
            return by_log_odds(backend, rows, baseline, log_effect, lever)
        case "noisy_or":
            return by_noisy_or(backend, structure, rows, baseline, log_effect, lever)


def log_likelihood(backend: Backend, structure: Structure, theta: Theta, summing: SumProduct) -> Array:
    """ln P(evidence | quantities), the events summed out; dims ([draw]), one number under PyTensor."""
    return log_joint(backend, structure, theta, summing, ())[0]


def log_joint(
    backend: Backend, structure: Structure, theta: Theta, summing: SumProduct, queries: Sequence[Query]
) -> Array:
    """ln P(evidence | quantities), then ln P(evidence, query | quantities) of each query; dims (1 + query[, draw])."""
    found = terms(backend, structure, theta)
    pieces = [
        piece(backend, structure, found) for items, piece in PIECES.items() if len(getattr(structure, items).item)
    ]
    if len(structure.forecasts.item):
        pieces.append(_forecasts(backend, structure, found, summing))
    said = soft_evidence(backend, structure, theta)
    masses = summing(backend, structure.network, found.probabilities, said, [EVERYTHING, *queries])
    return masses + sum(piece.sum(axis=0) for piece in pieces)


def soft_evidence(backend: Backend, structure: Structure, theta: Theta) -> SoftEvidence:
    """What indicators and testimony say of the events, up to a constant.

    An indicator speaks for one state by ln LR; testimony speaks against the other by ln(m + (1 - m) / LR), since
    what a speaker with motive m would say anyway carries no news.
    """
    signs = structure.signs
    if not len(signs.item):
        return NO_SOFT_EVIDENCE
    log_ratio = theta.log_ratio[signs.ratio]
    motive = theta.degree[signs.motive]
    seen = len(signs.item) - len(signs.motive)
    said = backend.log(motive + (1 - motive) * backend.exp(-log_ratio[seen:]))
    strength = backend.column(theta.weight[signs.item]) * backend.concatenate([log_ratio[:seen], said])
    log_no, log_yes = backend.combine(signs.moves_no, strength), backend.combine(signs.moves_yes, strength)
    return SoftEvidence(events=structure.told, log_no=log_no, log_yes=log_yes)


def indicator_strength(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """What multiplies an indicator's log likelihood ratio: w x, or w (1 - x) for the bottom; dims (item[, draw])."""
    items = structure.indicators
    towards = backend.column(items.offset) + backend.column(items.slope) * theta.degree[items.factor]
    return backend.column(theta.weight[items.item]) * towards


def _indicators(backend: Backend, structure: Structure, found: Terms) -> Array:
    """w ln LR x for the top of a factor, w ln LR (1 - x) for its bottom; dims (item[, draw])."""
    log_ratio = found.theta.log_ratio[structure.indicators.ratio]
    return indicator_strength(backend, structure, found.theta) * log_ratio


def _measurements(backend: Backend, structure: Structure, found: Terms) -> Array:
    """w ln Normal(value | at_low + (at_high - at_low) x, error); dims (item[, draw])."""
    items, theta = structure.measurements, found.theta
    mean = backend.column(items.at_low) + backend.column(items.slope) * theta.degree[items.factor]
    density = _normal(backend, backend.column(items.value) - mean, theta.log_ratio[items.error])
    return backend.weigh(theta.weight[items.item], density)


def _forecasts(backend: Backend, structure: Structure, found: Terms, summing: SumProduct) -> Array:
    """w ln Normal(logit q | logit p, error), p being the chance before any evidence; dims (item[, draw])."""
    items, theta = structure.forecasts, found.theta
    log_masses = summing(backend, structure.network.unobserved, found.probabilities, NO_SOFT_EVIDENCE, items.queries)
    logit = log_masses[0::2] - log_masses[1::2]
    density = _normal(backend, backend.column(items.logit) - logit[items.target], theta.log_ratio[items.error])
    return backend.weigh(theta.weight[items.item], density)


def _counts(backend: Backend, structure: Structure, found: Terms) -> Array:
    """w ln Poisson(count | r years), r at the factors' own degrees, no driving event having happened."""
    items, theta = structure.counts, found.theta
    log_mean = _predicted(backend, structure, items.rows, found.baseline, found.log_effect, found.covariate)
    log_mean = log_mean + backend.column(items.log_years)
    density = backend.column(items.count) * log_mean - backend.exp(log_mean) - backend.column(items.log_factorial)
    return backend.weigh(theta.weight[items.item], density)


def _classes(backend: Backend, structure: Structure, found: Terms) -> Array:
    """w [y ln p + (n - y) ln(1 - p)] of the odds form at each row's drivers: a power prior (Ibrahim et al. 2015)."""
    items, theta = structure.classes, found.theta
    log_odds = _predicted(backend, structure, items.rows, found.baseline, found.log_effect)
    log_yes, log_no = -softplus(backend, -log_odds), -softplus(backend, log_odds)
    density = backend.column(items.successes) * log_yes + backend.column(items.failures) * log_no
    return backend.weigh(theta.weight[items.item], density)


PIECES: Mapping[str, Callable[[Backend, Structure, Terms], Array]] = {
    "indicators": _indicators,
    "measurements": _measurements,
    "counts": _counts,
    "classes": _classes,
}
"""The evidence that needs no sum over events: part of the structure -> log-likelihood of each of its items."""


def _normal(backend: Backend, deviation: Array, log_sd: Array) -> Array:
    """ln Normal(deviation | 0, sd)."""
    return -0.5 * log(2 * pi) - log_sd - 0.5 * (deviation * backend.exp(-log_sd)) ** 2
