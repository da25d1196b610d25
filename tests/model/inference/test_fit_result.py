"""Which numbers a result shows, of one method or of two."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from estimative.model.inference.draws import Method
from estimative.model.inference.fit import by_importance
from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.inference.info import Computation
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.small import drawn, small, weather

RUN = Run(id="run", created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
COMPUTATION = Computation(seed=1, settings={}, versions={})
VAGUE: Mapping[str, Statement] = {
    "events.rain": BetaStated(a=20, b=60),
    "effects.rain.damp": LognormalStated(mu=math.log(3), sigma=0.5),
}


def chains(*, moved: float = 0.0, torn: float = 0.0) -> Posterior:
    """Two chains from the posterior, both moved in the probability of rain, the second of them besides."""
    known = weighted()
    at = np.random.default_rng(1).choice(known.quantity("events.rain"), 4000, p=known.draws.weights)
    at = at + moved + np.repeat([0.0, torn], 2000)
    return drawn(small(VAGUE), {"events.rain": at}, np.full(4000, 1 / 4000), method="nuts", chains=2)


def weighted(*, draws: int = 4000) -> Posterior:
    return by_importance(small(VAGUE), seed=1, draws=draws)


def result_of(*posteriors: Posterior, with_unconverged: bool = False) -> FitResult:
    prior = prior_predictive(small(VAGUE), seed=1)
    return fit_result(posteriors, prior, RUN, COMPUTATION, with_unconverged=with_unconverged)


def methods(result: FitResult) -> tuple[bool, Method | str, bool]:
    """Whether it converged, the method behind its numbers, and whether it compares two."""
    return result.converged, result.method, result.agreement is not None


@pytest.mark.parametrize(
    ("makers", "expected"),
    [
        (["good", "good chains"], (True, "importance", True)),
        (["good", "torn chains"], (True, "importance", False)),
        (["few", "good chains"], (True, "nuts", False)),
        (["few", "torn chains"], (False, "nuts", False)),
        (["good", "far chains"], (False, "importance", True)),
        (["few"], (False, "importance", False)),
    ],
)
def test_a_method_that_fails_leaves_the_other_standing(makers: Sequence[str], expected: tuple[bool, str, bool]) -> None:
    """Numbers are those of the first method that passed; two that passed have to agree; none passes, none is shown."""
    made = {
        "good": weighted,
        "few": lambda: weighted(draws=300),
        "good chains": chains,
        "torn chains": lambda: chains(torn=0.1),
        "far chains": lambda: chains(moved=0.2),
    }
    result = result_of(*(made[name]() for name in makers))
    assert methods(result) == expected
    assert result.has_results == bool(result.quantities) == expected[0]
    assert list(result.fits) == (["importance", "nuts"] if len(makers) == 2 else ["importance"])


def test_the_difficulty_of_a_failed_fit_is_named() -> None:
    """A fit that failed names the quantity that went farthest from its prior; one that passed names none."""
    failed, passed = result_of(chains(moved=0.2, torn=0.1)).fits["nuts"], result_of(weighted()).fits["importance"]
    assert failed.difficulty is not None
    assert failed.difficulty.quantity == "events.rain"
    assert failed.difficulty.distance > 3
    assert passed.difficulty is None


def test_what_is_not_known_well_enough_is_listed() -> None:
    """A probability that failed by itself is left out of the result, and listed with its own verdict."""
    assessment = small({**VAGUE, "events.flood": LognormalStated(mu=-12, sigma=4)}, scenario=weather(headline="rain"))
    posterior, prior = by_importance(assessment, seed=1, draws=4000), prior_predictive(assessment, seed=1, count=4000)
    result = fit_result([posterior], prior, RUN, COMPUTATION)
    assert result.converged
    assert ("flood" in result.outcomes, "flood" in result.events) == (False, False)
    assert set(result.outcomes) == {"rain"}
    [failed] = [one for one in result.omitted if (one.kind, one.id) == ("event", "flood")]
    assert failed.reason == "not converged"
    assert failed.verdict is not None
    assert failed.verdict.failed
