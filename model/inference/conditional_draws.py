"""Draws of what the likelihood was integrated over, given all else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import numpy as np
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.event_items import EventItems
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.item_likelihoods import forecast_deviation, indicator_strength, measurement_deviation
from estimative.model.likelihood.layout import Forecasts, Index, Measurements, Numbers, Structure
from estimative.model.likelihood.scale_mixture import sample_log_sd
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.state_sampling import sample_states
from estimative.model.likelihood.terms import Terms, terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import SoftEvidence, by_elimination


def sample_integrated(
    assessment: Assessment, theta: Theta, items: EventItems, rng: np.random.Generator, tilts: Sequence[Query] = ()
) -> tuple[Theta, Numbers]:
    """Draw what was integrated out from its posterior given all else; dims (quantity, draw).

    Parameters
    ----------
    items
        The items about events that were.
    tilts
        Queries that are so rare that some of the draws should come from where they hold.

    Returns
    -------
    The quantities, and ln of a factor of each draw's weight, dims (draw), that makes up for the tilts.
    """
    structure, log_ratio = assessment.structure, theta.log_ratio.copy()
    complete = replace(
        theta,
        degree=theta.degree.copy(),
        log_ratio=log_ratio,
        weight=assessment.weight,
        log_ratio_sd=None,
        event_items=None,
    )
    shared = cache(partial(_terms, structure, theta))  # not needed where there are neither forecasts nor such items
    if theta.log_ratio_sd is not None:
        indicators, strength = structure.indicators, indicator_strength(NUMPY, structure, theta)
        # ln LR ~ N(mu + s sd^2, sd^2), the likelihood being exp(s ln LR).
        sd = theta.log_ratio_sd[indicators.ratio, None]
        log_ratio[indicators.ratio] += sd * (sd * strength + rng.standard_normal(strength.shape))
        for part, deviation in _deviations(structure, theta, shared):
            mu, sigma = theta.log_ratio[part.error], theta.log_ratio_sd[part.error]
            log_ratio[part.error] = sample_log_sd(deviation, mu, sigma, theta.weight[part.item], rng)
    if all(prior.constant for prior in items.priors):
        return complete, np.zeros(log_ratio.shape[1])
    return _sample_items(structure, shared(), complete, items, rng, tilts)


def _sample_items(
    structure: Structure,
    shared: Terms,
    complete: Theta,
    items: EventItems,
    rng: np.random.Generator,
    tilts: Sequence[Query],
) -> tuple[Theta, Numbers]:
    """Draw the quantities of items about events, by way of the events' states.

    Each draw comes from the posterior, or from the posterior given one of the tilts, and is weighed by the mixture of
    them. By Bayes' theorem, the density of its quantities given a query, relative to that without, is
    P(query | all quantities) / P(query | all others).
    """
    with np.errstate(over="ignore"):
        chances, soft = shared.probabilities, soft_evidence(NUMPY, structure, shared.theta)
        before = _log_conditionals(structure, chances, soft, tilts)
        origin = rng.integers(1 + len(tilts), size=chances.shape[1])
        # Where a query is impossible, its share of the draws comes from the posterior.
        origin[origin > 0] *= np.isfinite(before[origin[origin > 0] - 1, np.flatnonzero(origin > 0)])
        for index, query in enumerate([EVERYTHING, *tilts]):
            draws = np.flatnonzero(origin == index)
            if not draws.size:  # where a query is impossible, none come from it
                continue
            joint = sample_states(structure.network, chances[:, draws], soft.part(draws), rng, query)
            places = {name: structure.network.place(name) for name in structure.soft_evidence_events}
            states = {name: (joint[event] == state).astype(np.intp) for name, (event, state) in places.items()}
            sampled = items.sample(_part(complete, draws), structure.soft_evidence_events, states, rng)
            complete.degree[:, draws], complete.log_ratio[:, draws] = sampled.degree, sampled.log_ratio
        if not tilts:
            return complete, np.zeros(chances.shape[1])
        after = _log_conditionals(structure, chances, soft_evidence(NUMPY, structure, complete), tilts)
    possible = np.isfinite(before)
    gain = np.where(possible, after - np.where(possible, before, 0.0), 0.0)
    return complete, np.log(1 + len(tilts)) - np.logaddexp.reduce(np.concatenate([np.zeros_like(gain[:1]), gain]))


def _log_conditionals(structure: Structure, chances: Numbers, soft: SoftEvidence, queries: Sequence[Query]) -> Numbers:
    """ln P(query | quantities, evidence); dims (query, draw)."""
    everything, *masses = by_elimination(NUMPY, structure.network, chances, soft, [EVERYTHING, *queries])
    return np.reshape(masses, (len(queries), chances.shape[1])) - np.where(np.isfinite(everything), everything, 0.0)


def _part(theta: Theta, draws: Index) -> Theta:
    return replace(theta, degree=theta.degree[:, draws], log_ratio=theta.log_ratio[:, draws])


def _terms(structure: Structure, theta: Theta) -> Terms:
    with np.errstate(over="ignore"):
        return terms(NUMPY, structure, theta)


def _deviations(
    structure: Structure, theta: Theta, shared: Callable[[], Terms]
) -> Iterator[tuple[Measurements | Forecasts, Numbers]]:
    """Items with an error that is integrated out, and their deviations; dims (item, draw)."""
    if len(structure.measurements.item):
        yield structure.measurements, measurement_deviation(NUMPY, structure, theta)
    if len(structure.forecasts.item):
        with np.errstate(over="ignore"):
            yield structure.forecasts, forecast_deviation(NUMPY, structure, shared())
