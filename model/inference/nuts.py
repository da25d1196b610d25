"""NUTS by nutpie, on the density of the PyMC model; see `pymc_model`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import nutpie
from msgspec import Struct
from numpy.typing import NDArray
from nutpie.compiled_pyfunc import from_pyfunc
from scipy.special import expit

from estimative.model.assessment import Assessment
from estimative.model.inference.array_statistics import array_stats
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.draws import Draws
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.pymc_model import Density, density, model_data, transform_of
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.terms import EPSILON

CHAINS = 4
DRAWS = 1000
"""For each chain."""
SMALLEST = 1e-290
"""Nearer to 0, the equations cannot tell a degree from 0."""


class Adaptation(Struct, frozen=True, kw_only=True):
    """How carefully chains are adapted."""

    target_accept: float
    """Higher means smaller steps."""
    tune: int
    """Warm-up draws of each chain, which adapt the step size and the mass matrix and are discarded."""


LADDER = (
    # Above nutpie's default of 0.8: fewer divergences where priors are wide.
    Adaptation(target_accept=0.85, tune=500),
    Adaptation(target_accept=0.95, tune=1000),
    Adaptation(target_accept=0.99, tune=2000),
)
"""What is tried in turn until a fit passes its checks."""


def starting_points(assessment: Assessment, transform: PriorTransform, z: Numbers) -> Numbers:
    """Convert draws in the space of standard normals to the unconstrained space of the PyMC model; dims (draw, value).

    Parameters
    ----------
    z
        dims (free, draw).
    """
    quantities, own = assessment.structure.quantities, transform_of(assessment)
    # Quantities that only this model draws start anywhere in their priors.
    rng = np.random.default_rng(z.shape[1])
    log_odds = rng.logistic(size=(len(quantities.degrees), z.shape[1]))
    standardised = rng.standard_normal((len(quantities.ratios), z.shape[1]))
    split = len(transform.free_degrees)
    log_odds[transform.free_degrees] = transform.log_odds(z[:split])
    standardised[transform.free_ratios] = z[split:]
    return np.ascontiguousarray(np.concatenate([log_odds[own.free_degrees], standardised[own.free_ratios]]).T)


def sample(
    assessment: Assessment,
    *,
    seed: int,
    draws: int = DRAWS,
    chains: int = CHAINS,
    adaptation: Adaptation = LADDER[0],
    starts: Numbers | None = None,
) -> Draws:
    """Draw from the posterior of an assessment.

    Parameters
    ----------
    draws
        For each chain.
    starts
        Where each chain starts, in the unconstrained space; dims (chain, value).
    seed
        The same seed gives the same draws, on any number of cores.
    """
    transform, log_density = transform_of(assessment), density(model_data(assessment))
    seeds = [int(np.random.SeedSequence([seed, chain]).generate_state(1)[0]) for chain in range(chains)]
    if starts is None:
        starts = np.random.default_rng(seed).standard_normal((chains, transform.dimension))
    # One chain after the other: the density holds Python's lock, so that chains would only wait for each other.
    traces = [
        _chain(log_density, start, seed=own, draws=draws, adaptation=adaptation)
        for start, own in zip(starts, seeds, strict=True)
    ]
    points = np.concatenate([trace.posterior["point"].to_numpy()[0] for trace in traces]).T
    split = len(transform.free_degrees)
    share, z = expit(points[:split]), points[split:]
    _, _, lower, upper = transform.degree_parameters[:, transform.free_degrees, None]
    mu, sigma = transform.ratio_parameters[:, transform.free_ratios, None]
    theta = transform.theta_at(NUMPY, lower + (upper - lower) * share, mu + sigma * z)
    theta, _ = sample_integrated(assessment, theta, transform.event_items, np.random.default_rng([seed, 4]))
    return Draws(
        method="nuts",
        theta=theta,
        weights=np.full(chains * draws, 1 / (chains * draws)),
        chains=chains,
        diagnostics={
            "divergences": float(sum(trace.sample_stats["diverging"].sum() for trace in traces)),
            "tune": adaptation.tune,
            "target_accept": adaptation.target_accept,
            "ebfmi": float(min(array_stats.bfmi(trace.sample_stats["energy"].to_numpy()).min() for trace in traces)),
            "beyond": float(np.mean(_at_an_end(share))),
        },
    )


def _chain(log_density: Density, start: Numbers, *, seed: int, draws: int, adaptation: Adaptation) -> Any:
    """One chain, as nutpie's DataTree, with the variable `point`, dims (chain, draw, value)."""
    model = from_pyfunc(
        len(start),
        lambda: log_density,
        lambda *_: _as_point,
        [np.dtype(float)],
        [start.shape],
        ["point"],
        make_initial_point_fn=lambda _: start,
    )
    return nutpie.sample(
        model,
        draws=draws,
        tune=adaptation.tune,
        chains=1,
        cores=1,
        seed=seed,
        target_accept=adaptation.target_accept,
        progress_bar=False,
        save_warmup=False,
    )


def _as_point(point: Numbers) -> Mapping[str, Numbers]:
    return {"point": point}


def _at_an_end(share: Numbers) -> NDArray[np.bool_]:
    """Whether some degree is where a float cannot tell it from an end of its support; dims (degree, draw) -> (draw)."""
    return np.asarray(((share <= SMALLEST) | (share >= 1 - EPSILON)).any(axis=0))
