"""From quantities to probabilities: the linear predictors, and the network's tables that follow from them.

Scales: degrees on [0, 1]; odds, rate and likelihood ratios as natural logarithms; likelihoods as natural logarithms.
Dims: a quantity's own dimension comes first; under NumPy `draw` comes last; recorded arrays are those of one draw.
"""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import add

from msgspec import Struct

from estimative.model.likelihood.backend import TINY, Array, Backend, softplus
from estimative.model.likelihood.layout import Categories, LinearPredictors, Structure
from estimative.model.likelihood.links import by_log_odds, by_noisy_or
from estimative.model.likelihood.repeating import repeated_chances
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.waiting import waiting_chances

EPSILON = 2.0**-53
"""The smallest 1 - p that a float can hold next to 1; keeps the log-odds of p = 1 finite."""


class Terms(Struct, frozen=True, kw_only=True):
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
    predictor = linear_predictor(backend, structure, structure.linear_predictors, baseline, log_effect, covariate)
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


def linear_predictor(
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
