"""Fit a mixture of Gaussians to weighted draws: one component where they look normal, more where they do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimative.model.inference.proposal import Gaussian
from estimative.model.likelihood.layout import Numbers

MAX_COMPONENTS = 16
MIN_SHARE = 0.003
"""A component with less of the weight is dropped: its covariance would depend on a handful of draws."""
MIN_GAIN = 0.005
"""Natural-log units a draw, at draws that were held out, by which one more component has to improve the fit."""
EM_STEPS = 10
MIN_VARIANCE = 1e-20


def fit_mixture(z: Numbers, weights: Numbers) -> tuple[Gaussian, ...]:
    """Fit Gaussians to weighted draws by expectation maximisation, adding components while that helps.

    A component is split along the coordinate that two normal distributions describe best: in many dimensions,
    distances between draws would hide that one coordinate has two modes. A split is kept if it raises the mean log
    density of every other draw, to which it was not fitted.

    Parameters
    ----------
    z
        Draws; dims (free, draw).
    weights
        Sum to one; dims (draw).
    """
    whole = np.ones((1, z.shape[1]))
    fitting, held = slice(0, None, 2), slice(1, None, 2)
    components = _maximise(z[:, fitting], weights[fitting], whole[:, fitting])
    best, labels = _score(components, z[:, held], weights[held]), whole
    limit = min(MAX_COMPONENTS, z.shape[1] / _draws_needed(max(len(z), 1)))
    while len(components) < limit and len(z):
        split = _split(z, weights, labels)
        proposed = _em(z[:, fitting], weights[fitting], split[:, fitting])
        score = _score(proposed, z[:, held], weights[held])
        if len(proposed) <= len(components) or not score > best + MIN_GAIN:
            break
        components, best, labels = proposed, score, responsibilities(proposed, z)
    return _em(z, weights, labels) if len(components) > 1 else _maximise(z, weights, whole)


def _draws_needed(dimension: int) -> float:
    """For each component: with fewer its covariance is noise, and in hundreds of dimensions a split takes long."""
    return 4 * dimension + dimension**2 / 20


def update_mixture(components: Sequence[Gaussian], z: Numbers, weights: Numbers) -> tuple[Gaussian, ...]:
    """Move a mixture towards weighted draws by one step of expectation maximisation (Cappé et al. 2008)."""
    return _maximise(z, weights, responsibilities(components, z))


def _em(z: Numbers, weights: Numbers, labels: Numbers) -> tuple[Gaussian, ...]:
    components = _maximise(z, weights, labels)
    for _ in range(EM_STEPS):
        components = update_mixture(components, z, weights)
    return components


def _maximise(z: Numbers, weights: Numbers, labels: Numbers) -> tuple[Gaussian, ...]:
    """Fit a component to each row of labels, dims (component, draw)."""
    parts = labels * weights
    shares = parts.sum(axis=1)
    kept = shares >= MIN_SHARE * shares.sum()
    pairs = zip(parts[kept], shares[kept], strict=True)
    return tuple(fit_gaussian(z, part / share, share=float(share)) for part, share in pairs)


def fit_gaussian(z: Numbers, weights: Numbers, *, share: float = 1.0) -> Gaussian:
    """Fit a Gaussian by moments, its covariance shrunk to a diagonal where draws are few for the dimension.

    It is a little wider than the draws are, the more so the fewer dimensions there are: tails that a proposal does not
    reach give few but heavy weights, while width costs little efficiency in few dimensions.
    """
    effective = 1 / np.square(weights).sum()
    mean = z @ weights
    centred = z - mean[:, None]
    covariance = (centred * weights) @ centred.T
    shrinkage = len(z) / (len(z) + effective)
    widening = 1 + 0.25 / max(len(z), 1)
    shrunk = (1 - shrinkage) * covariance
    np.fill_diagonal(shrunk, np.maximum(covariance.diagonal(), MIN_VARIANCE))
    return Gaussian.of(mean, widening * shrunk, share=share)


def _log_densities(components: Sequence[Gaussian], z: Numbers) -> Numbers:
    """ln of share times density, up to a constant; dims (component, draw)."""
    return np.stack([np.log(component.share) + component.log_density(z) for component in components])


def responsibilities(components: Sequence[Gaussian], z: Numbers) -> Numbers:
    """The probability that a draw belongs to a component; dims (component, draw)."""
    log_densities = _log_densities(components, z)
    chances = np.exp(log_densities - log_densities.max(axis=0))
    return np.asarray(chances / chances.sum(axis=0))


def log_mixture(components: Sequence[Gaussian], z: Numbers) -> Numbers:
    """ln density of a mixture, up to a constant; dims (draw)."""
    return log_sum(_log_densities(components, z))


def log_sum(logs: Numbers) -> Numbers:
    """ln of the sum of exp, over the first dimension; `np.logaddexp` takes five times as long."""
    highest = logs.max(axis=0)
    return np.asarray(highest + np.log(np.exp(logs - highest).sum(axis=0)))


def _score(components: Sequence[Gaussian], z: Numbers, weights: Numbers) -> float:
    """The mean log density of draws, up to a constant."""
    return float(weights @ log_mixture(components, z) / weights.sum())


def _split(z: Numbers, weights: Numbers, labels: Numbers) -> Numbers:
    """Split the component in which two normals describe one coordinate best; dims (component + 1, draw)."""
    splits = [_best_coordinate(z, weights * row) for row in labels]
    chosen = int(np.argmax([gain for gain, _ in splits]))
    upper = splits[chosen][1]
    return np.concatenate([np.delete(labels, chosen, axis=0), labels[[chosen]] * upper, labels[[chosen]] * (1 - upper)])


def _best_coordinate(z: Numbers, weights: Numbers) -> tuple[float, Numbers]:
    """Describe every coordinate by two normals, by expectation maximisation.

    Returns
    -------
    gain
        In log density over one normal, summed over the draws by their weights, at the coordinate where it is highest.
    upper
        The probability of each draw to belong to the upper normal there; dims (draw).
    """
    share = weights / weights.sum()
    mean = z @ share
    sd = np.sqrt(np.maximum(np.square(z - mean[:, None]) @ share, MIN_VARIANCE))
    scaled = (z - mean[:, None]) / sd[:, None]
    upper = (scaled > 0).astype(float)
    for _ in range(EM_STEPS):
        densities = np.stack([_normal(scaled, share * upper), _normal(scaled, share * (1 - upper))])
        total = log_sum(densities)
        upper = np.exp(densities[0] - total)
    gains = (total + 0.5 * np.square(scaled)) @ share
    best = int(np.argmax(gains))
    return float(gains[best] * weights.sum()), upper[best]


def _normal(x: Numbers, weights: Numbers) -> Numbers:
    """Fit a normal to each row of x, and return ln of its share times its density; dims (row, draw) each."""
    share = np.maximum(weights.sum(axis=1, keepdims=True), MIN_VARIANCE)
    mean = (x * weights).sum(axis=1, keepdims=True) / share
    variance = np.maximum((np.square(x - mean) * weights).sum(axis=1, keepdims=True) / share, 1e-4)
    return np.asarray(np.log(share) - 0.5 * np.log(variance) - 0.5 * np.square(x - mean) / variance)
