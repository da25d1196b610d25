"""A reference posterior by parallel tempering, which shares no code with the package's own methods.

Only the likelihood is the package's, with every uncertain quantity sampled, also those that importance sampling
integrates out. Many copies of a ladder of chains run side by side, each chain at a power of the likelihood between 0
(the prior, which is drawn from afresh at every step) and 1 (the posterior); neighbours exchange their points (Syed,
Bouchard-Cote, Deligiannidis & Doucet 2022, JRSS B 84, for the order of exchanges). Whatever mode has prior mass is
found from the prior and carried down. The copies are divided into groups that share nothing: their spread gives the
error of the reference, and whether it can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, polygamma

from estimative.model.assessment import Assessment
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.log_joint import log_joint
from estimative.model.likelihood.queries import Target, evaluate_queries, targets
from estimative.model.likelihood.theta import Theta

type Floats = NDArray[np.float64]

GROUPS, COPIES = 16, 12
"""Independent groups, and copies of the ladder in each; the copies of a group propose along each other's distances."""
PILOT = 600
"""Points with which the powers are chosen."""
SWEEPS, BURN_IN, EVERY = 800, 150, 4
"""Steps that count, steps before them, and how often outcomes are computed."""
PRECISE = 0.025
"""An outcome whose error is a larger share of it is computed again, with more steps and under its own condition."""
MORE = 3
"""Times as many steps."""
MAX_LIKELIHOOD_DROP = 1e6
"""ln of a likelihood is bounded from below by this much less than 0, so that arithmetic stays finite."""


@dataclass(frozen=True, kw_only=True)
class Density:
    """The prior in coordinates without bounds, and the likelihood there.

    A degree's coordinate is the log-odds of its share of the range, a ratio's is its logarithm in prior standard
    deviations: no quantile function is needed, and no tail is cut off.
    """

    assessment: Assessment
    a: Floats
    b: Floats
    """Of the beta distribution of each free degree; dims (free degree, 1)."""
    degrees: NDArray[np.intp]
    ratios: NDArray[np.intp]
    given: tuple[str, ...] = ()
    """Events that count as observed to have happened."""

    @classmethod
    def of(cls, assessment: Assessment) -> Density:
        """Collect the uncertain quantities."""
        a, b, lower, upper = assessment.degree_parameters
        degrees, ratios = np.flatnonzero(lower < upper), np.flatnonzero(assessment.ratio_parameters[1] > 0)
        return cls(assessment=assessment, a=a[degrees, None], b=b[degrees, None], degrees=degrees, ratios=ratios)

    @property
    def spread(self) -> Floats:
        """Prior standard deviation of each coordinate; dims (free)."""
        return np.concatenate([np.sqrt(polygamma(1, self.a) + polygamma(1, self.b))[:, 0], np.ones(len(self.ratios))])

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw from the prior; dims (free, draw)."""
        # Beta as a ratio of gammas, in logarithms: ln Gamma(a) is ln Gamma(a + 1) + ln(uniform) / a, which for a small
        # shape does not underflow.
        shape = (len(self.degrees), count)
        log_gamma = [np.log(rng.standard_gamma(p + 1, shape)) + np.log(rng.random(shape)) / p for p in (self.a, self.b)]
        return np.concatenate([log_gamma[0] - log_gamma[1], rng.standard_normal((len(self.ratios), count))])

    def log_prior(self, x: Floats) -> Floats:
        """dims (draw)."""
        log_odds, normal = x[: len(self.degrees)], x[len(self.degrees) :]
        low, high = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
        degrees = self.a * low + self.b * high - betaln(self.a, self.b)
        return np.asarray(degrees.sum(axis=0) - 0.5 * np.square(normal).sum(axis=0))

    def theta(self, x: Floats) -> Theta:
        _, _, lower, upper = self.assessment.degree_parameters
        mu, sigma = self.assessment.ratio_parameters
        degree, log_ratio = np.tile(lower[:, None], x.shape[1]), np.tile(mu[:, None], x.shape[1])
        degree[self.degrees] += (upper - lower)[self.degrees, None] * expit(x[: len(self.degrees)])
        log_ratio[self.ratios] += sigma[self.ratios, None] * x[len(self.degrees) :]
        return Theta(degree=degree, log_ratio=log_ratio, weight=self.assessment.weight)

    def log_likelihood(self, x: Floats) -> Floats:
        """dims (draw)."""
        with np.errstate(all="ignore"):
            query = Query.where(all=self.given)
            values = log_joint(NUMPY, self.assessment.structure, self.theta(x), [query])[1]
        return np.maximum(np.nan_to_num(values, nan=-np.inf), -MAX_LIKELIHOOD_DROP)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The posterior probability of an outcome."""

    value: float
    se: float
    """From the spread of the groups."""
    disagreement: float
    """Variance between groups over what the copies within them let expect; about 1 if the chains mix."""
    drift: float
    """The second half of the steps less the first, in standard errors."""

    @property
    def relative_se(self) -> float:
        """The error as a share of the probability, or of its complement where that is smaller; none is below 1e-9."""
        return self.se / max(min(self.value, 1 - self.value), 1e-9)


def references(assessment: Assessment, *, seed: int, sweeps: int = SWEEPS) -> dict[str, Reference]:
    """Compute the posterior probability of every outcome."""
    density = Density.of(assessment)
    outcomes = [each for each in targets(assessment.scenario) if each.kind == "outcome"]
    found = _references(density, outcomes, np.random.default_rng(seed), sweeps)
    conditions = {name: outcome.given for name, outcome in assessment.scenario.outcomes.items()}
    for given in dict.fromkeys(conditions.values()):
        again = [each for each in outcomes if conditions[each.id] == given and found[each.id].relative_se > PRECISE]
        if again:
            conditioned = replace(density, given=given)
            found |= _references(conditioned, again, np.random.default_rng([seed, 1]), MORE * sweeps)
    return found


def _references(
    density: Density, outcomes: Sequence[Target], rng: np.random.Generator, sweeps: int
) -> dict[str, Reference]:
    """Compute outcomes from points that are drawn under the density's condition."""
    yes, given = [], []
    for x in _posterior_points(density, rng, sweeps):
        probabilities = evaluate_queries(density.assessment.structure, density.theta(x), tuple(outcomes))
        # Points that were drawn under the condition are not to be weighed by its probability again.
        condition = np.ones_like(probabilities.given) if density.given else probabilities.given
        chance = probabilities.yes / np.where(probabilities.given > 0, probabilities.given, 1.0)
        given.append(condition.reshape(len(outcomes), GROUPS, COPIES))
        yes.append((chance * condition).reshape(len(outcomes), GROUPS, COPIES))
    parts = zip(outcomes, np.stack(yes, axis=1), np.stack(given, axis=1), strict=True)
    return {each.id: _reference(*series) for each, *series in parts}


def _reference(yes: Floats, given: Floats) -> Reference:
    """Combine series, dims (time, group, copy), to a ratio with its error."""
    value = float(yes.mean() / given.mean())
    deviation = (yes - value * given) / given.mean()
    copies = deviation.mean(axis=0)
    se = float(copies.mean(axis=1).std(ddof=1) / math.sqrt(GROUPS))
    expected = float(copies.std(axis=1, ddof=1).mean() / math.sqrt(GROUPS * COPIES))
    half = len(deviation) // 2
    change = deviation[half:].mean(axis=(0, 2)) - deviation[:half].mean(axis=(0, 2))
    drift = change.mean() / max(float(change.std(ddof=1)) / math.sqrt(GROUPS), 1e-300)
    disagreement = (se / expected) ** 2 if expected > 0 else 1.0
    return Reference(value=value, se=se, disagreement=disagreement, drift=float(drift))


@dataclass(kw_only=True)
class Points:
    """Points with their log densities; dims (free, power, group, copy), and (power, group, copy)."""

    x: Floats
    log_prior: Floats
    log_likelihood: Floats

    @classmethod
    def at(cls, density: Density, x: Floats) -> Points:
        """Evaluate the target at points of any shape, the coordinates on the first axis."""
        flat = x.reshape(len(x), -1)
        return cls(
            x=x,
            log_prior=density.log_prior(flat).reshape(x.shape[1:]),
            log_likelihood=density.log_likelihood(flat).reshape(x.shape[1:]),
        )

    def replace_where(self, mask: NDArray[np.bool_], other: Points) -> None:
        """Take the other's points where the mask is true."""
        self.x = np.where(mask, other.x, self.x)
        self.log_prior = np.where(mask, other.log_prior, self.log_prior)
        self.log_likelihood = np.where(mask, other.log_likelihood, self.log_likelihood)

    def copies(self, chosen: slice) -> Points:
        """Some of the copies of each group."""
        return Points(
            x=self.x[..., chosen],
            log_prior=self.log_prior[..., chosen],
            log_likelihood=self.log_likelihood[..., chosen],
        )


def _posterior_points(density: Density, rng: np.random.Generator, sweeps: int) -> Iterator[Floats]:
    """Points at power 1, dims (free, group * copy), of every few sweeps."""
    powers, points = _ladder(density, rng)
    for sweep in range(BURN_IN + sweeps):
        _move(density, points, powers[:, None, None], rng)
        _exchange(points, powers, rng, parity=sweep % 2)
        if sweep >= BURN_IN and sweep % EVERY == 0:
            yield points.x[:, -1].reshape(len(points.x), -1)


def _ladder(density: Density, rng: np.random.Generator) -> tuple[Floats, Points]:
    """Choose powers by carrying points from the prior to the posterior; return them with a start for every chain."""
    points = Points.at(density, density.draw(PILOT, rng).reshape(-1, 1, 1, PILOT))
    powers, stages = [0.0], []
    while True:
        chosen = rng.integers(0, PILOT, (GROUPS, COPIES))
        stages.append(points.x[:, 0, 0][:, chosen])
        if powers[-1] == 1:
            break
        powers.append(_next_power(points.log_likelihood.ravel(), powers[-1]))
        weights = np.exp((powers[-1] - powers[-2]) * (points.log_likelihood - points.log_likelihood.max())).ravel()
        points = Points.at(density, points.x[..., rng.choice(PILOT, PILOT, p=weights / weights.sum())])
        for _ in range(8):
            _move(density, points, np.array(powers[-1]), rng)
    return np.array(powers), Points.at(density, np.stack(stages, axis=1))


def _next_power(log_likelihood: Floats, power: float) -> float:
    """The largest power at which weights leave half of the points effective."""

    def effective(raised: float) -> float:
        weights = np.exp((raised - power) * (log_likelihood - log_likelihood.max()))
        return float(weights.sum() ** 2 / np.square(weights).sum())

    low, high = 0.0, 1 - power
    if effective(1.0) >= PILOT / 2:
        return 1.0
    for _ in range(50):
        middle = math.sqrt(high * max(low, high * 1e-6))
        low, high = (middle, high) if effective(power + middle) >= PILOT / 2 else (low, middle)
    return min(power + max(low, 1e-9), 1.0)


def _move(density: Density, points: Points, powers: Floats, rng: np.random.Generator) -> None:
    """One Metropolis step of every chain, one half of the copies after the other; the prior is drawn from afresh."""
    half = points.x.shape[-1] // 2
    for own, others in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        mine = points.copies(own)
        proposed = Points.at(density, mine.x + _step(density, mine.x.shape, points.copies(others).x, rng))
        gain = proposed.log_prior - mine.log_prior + powers * (proposed.log_likelihood - mine.log_likelihood)
        mine.replace_where(np.log(rng.random(gain.shape)) < gain, proposed)
        points.x[..., own], points.log_prior[..., own] = mine.x, mine.log_prior
        points.log_likelihood[..., own] = mine.log_likelihood
    if powers.ndim:
        fresh = Points.at(density, density.draw(points.x[0, 0].size, rng).reshape(points.x[:, 0].shape))
        points.x[:, 0], points.log_prior[0], points.log_likelihood[0] = fresh.x, fresh.log_prior, fresh.log_likelihood


def _step(density: Density, shape: tuple[int, ...], others: Floats, rng: np.random.Generator) -> Floats:
    """Steps along one coordinate, of any size, or along the distance of two other copies, shorter or in full.

    Differential evolution (ter Braak 2006, Statistics and Computing 16): the distances between other copies know the
    scale and the direction of the distribution, and lead from one mode to another.
    """
    free, count = shape[0], others.shape[-1]
    axis = np.arange(free).reshape(-1, *[1] * (len(shape) - 1)) == rng.integers(0, free, shape[1:])
    size = np.exp(rng.uniform(math.log(1e-3), math.log(3), shape[1:])) * rng.standard_normal(shape[1:])
    single = axis * size * density.spread.reshape(-1, *[1] * (len(shape) - 1))
    first = rng.integers(0, count, shape[1:])
    second = (first + rng.integers(1, count, shape[1:])) % count
    distance = np.take_along_axis(others, first[None], axis=-1) - np.take_along_axis(others, second[None], axis=-1)
    factor = np.where(rng.random(shape[1:]) < 0.2, 1.0, rng.uniform(0.1, 1, shape[1:]) * 2.38 / math.sqrt(2 * free))
    # The noise lets copies reach every point, whatever their number.
    evolved = factor * distance + 1e-6 * rng.standard_normal(shape)
    return np.where(rng.random(shape[1:]) < 0.4, single, evolved)


def _exchange(points: Points, powers: Floats, rng: np.random.Generator, *, parity: int) -> None:
    """Offer every second pair of neighbouring powers an exchange."""
    lower = np.arange(parity, len(powers) - 1, 2)
    if not len(lower):
        return
    difference = (powers[lower + 1] - powers[lower])[:, None, None]
    gain = difference * (points.log_likelihood[lower] - points.log_likelihood[lower + 1])
    order = np.broadcast_to(np.arange(len(powers))[:, None, None], points.log_prior.shape).copy()
    swap = np.log(rng.random(gain.shape)) < gain
    order[lower], order[lower + 1] = (
        np.where(swap, order[lower + 1], order[lower]),
        np.where(swap, order[lower], order[lower + 1]),
    )
    points.x = np.take_along_axis(points.x, order[None], axis=1)
    points.log_prior = np.take_along_axis(points.log_prior, order, axis=0)
    points.log_likelihood = np.take_along_axis(points.log_likelihood, order, axis=0)
