"""What makes a posterior hard to reach: the quantity that moves farthest from its prior, the item that asks most."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from scipy.special import ndtri

from estimative.model.inference.beta_quantiles import REACH
from estimative.model.inference.draws import resample
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.theta import Theta
from estimative.priors.distributions import LogNormal

DRAWS = 200


class Difficulty(Struct, frozen=True, kw_only=True):
    """Where a fit has the farthest to go, as far as draws that did not converge tell."""

    quantity: str
    """By its name in the prior set."""
    distance: float
    """Of its posterior median from its prior median, in standard deviations of the prior (as normal scores)."""
    item: str
    """The item of evidence whose log-likelihood the posterior raises most above its prior mean; empty without any."""


def difficulty(posterior: Posterior) -> Difficulty | None:
    """Look for the reason why a fit is hard; None where nothing is uncertain."""
    distances = {name: _distance(posterior, name) for name in posterior.assessment.uncertain}
    if not distances:
        return None
    quantity = max(distances, key=lambda name: abs(distances[name]))
    return Difficulty(quantity=quantity, distance=distances[quantity], item=_most_demanding(posterior))


def _distance(posterior: Posterior, name: str) -> float:
    order = np.argsort(posterior.quantity(name))
    middle = int(np.searchsorted(np.cumsum(posterior.draws.weights[order]), 0.5))
    median = float(posterior.quantity(name)[order[min(middle, len(order) - 1)]])
    family = posterior.assessment.marginal(name)
    if isinstance(family, LogNormal):
        return (float(np.log(median)) - family.mu) / family.sigma
    return float(np.clip(ndtri(family.cdf(median)), -REACH, REACH))


def _most_demanding(posterior: Posterior) -> str:
    assessment, draws = posterior.assessment, posterior.draws
    items = list(assessment.scenario.evidence)
    if not items:
        return ""
    transform = prior_transform(assessment)
    normals = np.random.default_rng(posterior.seed).standard_normal((transform.dimension, DRAWS))
    chosen = resample(draws.weights, DRAWS, posterior.seed)
    after = replace(draws.theta, degree=draws.theta.degree[:, chosen], log_ratio=draws.theta.log_ratio[:, chosen])
    pulls = _contributions(posterior, after) - _contributions(posterior, transform.theta(normals))
    return items[int(np.argmax(pulls))]


def _contributions(posterior: Posterior, theta: Theta) -> Numbers:
    """The mean over draws of what each item adds to the log-likelihood; dims (item)."""
    structure = posterior.assessment.structure

    def total(weight: Numbers) -> Numbers:
        with np.errstate(over="ignore"):
            values = log_likelihood(NUMPY, structure, replace(theta, weight=weight))
        return np.asarray(values[np.isfinite(values)])

    weight = np.asarray(theta.weight)
    whole = total(weight).mean()
    without = [total(np.where(np.arange(len(weight)) == item, 0.0, weight)).mean() for item in range(len(weight))]
    return np.asarray(whole - np.array(without))
