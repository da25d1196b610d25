"""Fits and their results reach other processes, and print in one short line."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.inference.info import Computation
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive, prior_predictive
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.inference.refit import Fitted, Fitter, Refitter
from estimative.priors.statements import BetaStated, LognormalStated
from tests.small import small

VAGUE = {
    "factors.damp": BetaStated(a=2, b=2),
    "events.rain": BetaStated(a=2, b=5),
    "effects.rain.damp": LognormalStated(mu=1.5, sigma=0.5),
}
RUN = Run(id="run", created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
COMPUTATION = Computation(seed=1, settings={}, versions={})


@cache
def fitter() -> Fitter:
    return Fitter(assessments=(small(VAGUE),), seed=1, method="importance", draws=2000)


@cache
def fit() -> Fitted:
    return fitter().fit(fitter().assessments[0])


@cache
def prior() -> PriorPredictive:
    return prior_predictive(fit().assessment, seed=1, count=500)


def result_of(posterior: Posterior, *, with_unconverged: bool = True) -> FitResult:
    return fit_result([posterior], prior(), RUN, COMPUTATION, with_unconverged=with_unconverged)


def test_a_posterior_survives_pickling() -> None:
    """What comes back from pickling has the same draws, estimates and verdict."""
    before, after = fit().posterior, pickle.loads(pickle.dumps(fit().posterior))
    assert np.array_equal(after.draws.weights, before.draws.weights)
    assert np.array_equal(after.quantity("factors.damp"), before.quantity("factors.damp"))
    assert (after.estimates, after.verdict, after.seed) == (before.estimates, before.verdict, before.seed)


def test_a_result_survives_pickling() -> None:
    """A result that comes back from pickling equals the one that was pickled."""
    result = result_of(fit().posterior)
    assert pickle.loads(pickle.dumps(result)) == result


PARTS: dict[str, Callable[[], object]] = {
    "posterior": lambda: fit().posterior,
    "prior predictive": prior,
    "draws": lambda: fit().posterior.draws,
    "theta": lambda: fit().posterior.draws.theta,
    "probabilities": lambda: fit().posterior.probabilities,
    "structure": lambda: fit().assessment.structure,
    "proposal": lambda: fit().proposal,
    "transform": lambda: prior_transform(fit().assessment),
    "fit": fit,
    "fitter": fitter,
    "refitter": lambda: Refitter.between(fitter(), [fit()]),
    "estimate": lambda: fit().posterior.mc_estimate("outcome", "flood"),
    "result": lambda: result_of(fit().posterior),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_fit_prints_in_one_short_line(part: str) -> None:
    """No part of a fit takes 500 characters or a second line to print."""
    text = repr(PARTS[part]())
    assert len(text) < 500
    assert text.isprintable()


def test_a_posterior_shows_what_was_fitted_how_and_the_answer() -> None:
    """Scenario, prior set, number and method of draws, and the headline in percent."""
    percent = f"{100 * fit().posterior.headline.value:.3g}%"
    assert repr(fit().posterior) == f"Posterior(weather, made: 2000 importance draws, headline {percent})"


def test_a_result_shows_whether_it_holds_numbers() -> None:
    """The headline and the verdict; a result without numbers says so."""
    shown = result_of(fit().posterior)
    assert "headline" in repr(shown)
    draws = fit().posterior.draws
    doubtful = replace(draws, diagnostics={**draws.diagnostics, "pareto_k": 0.9})
    failing = replace(fit().posterior, draws=doubtful)
    assert "no numbers by importance, not converged" in repr(result_of(failing, with_unconverged=False))
