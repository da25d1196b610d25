"""Numbers of refits as they are shown: those of the fit, moved by what refits differ by."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit

from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.moved import moved
from estimative.model.inference.refit import Fitter, Refitter
from estimative.priors.statements import BetaStated
from tests.examples import repetitions
from tests.model.inference.test_common_draws import OPEN
from tests.small import small

REPORTED = MCEstimate(value=0.2, own_variance=1e-6)
THEN = MCEstimate(value=0.21, influence=np.array([0.004, -0.003, -0.001]))


def test_nothing_moved_is_the_number_of_the_fit() -> None:
    """To the last bit, and with its error."""
    found = moved(REPORTED, THEN, THEN)
    assert (found.value, found.se) == (0.2, pytest.approx(0.001))


def test_the_change_is_that_of_the_refits() -> None:
    """In log-odds; the noise of the draws that both have cancels."""
    now = MCEstimate(value=0.3, influence=THEN.influence * (0.21 / 0.166) + np.array([0, 1e-5, -1e-5]))
    found = moved(REPORTED, THEN, now)
    assert logit(found.value) - logit(0.2) == pytest.approx(logit(0.3) - logit(0.21))
    assert found.se < now.se


@pytest.mark.parametrize(
    "now",
    [
        MCEstimate(value=0.3, own_variance=1e-6),
        MCEstimate(value=0.3, influence=np.array([0.1, -0.1])),
        MCEstimate(value=1.0, influence=np.zeros(3)),
    ],
)
def test_what_shares_no_draws_or_has_no_odds_is_left_alone(now: MCEstimate) -> None:
    """A fit of its own, another number of draws, or certainty."""
    assert moved(REPORTED, THEN, now) is now


def variants(whole: Assessment) -> list[Assessment]:
    """With a factor held, and with another prior."""
    return [whole.with_fixed("factors.damp", 0.8), small({**OPEN, "factors.damp": BetaStated(a=3, b=2)})]


@repetitions(12, 200)
def test_numbers_shown_vary_by_as_much_as_they_say(repetitions: int) -> None:
    """Over many seeds; and by less than the refits themselves."""
    whole, shown, plain = small(OPEN), [], []
    for seed in range(repetitions):
        fitter = Fitter(assessments=(whole,), seed=seed, method="importance", draws=8000)
        refitter = Refitter.between(fitter, [fitter.fit(whole)], draws=1000)
        refits = [refitter.reweight(variant) for variant in variants(whole)]
        shown.append([number for refit in refits if refit for number in refitter.anchored(refit)])
        plain.append([refit.probability for refit in refits if refit])
    for column in range(2):
        numbers, raw = ([row[column] for row in table] for table in (shown, plain))
        spread = np.std([number.value for number in numbers], ddof=1)
        said = np.sqrt(np.mean([number.se**2 for number in numbers]))
        # The standard deviation of forty numbers is known to within a fifth or so, most of the time.
        assert spread / said == pytest.approx(1.0, abs=0.4 * np.sqrt(40 / repetitions))
        assert said < np.sqrt(np.mean([number.se**2 for number in raw]))
