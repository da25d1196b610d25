"""How much of a result comes from the priors, where that is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import polygamma

from estimative.model.inference.fit import by_importance
from estimative.model.inference.prior_influence import PriorInfluence, prior_influence
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.spec.evidence import Evidence
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.small import CLOUD, HELD, PUDDLE, drawn, small, weather


def influence_of(
    statements: dict[str, Statement], *, headline: str = "rain", evidence: Sequence[Evidence] = (PUDDLE,)
) -> PriorInfluence:
    scenario = weather(evidence=evidence, headline=headline)
    assessment = small(statements, scenario=scenario)
    return prior_influence(by_importance(assessment, seed=1), prior_predictive(assessment, seed=1))


def test_an_indicator_shifts_the_odds_by_its_ratio() -> None:
    """Everything held fixed, an indicator of the headline shifts its log-odds by the logarithm of its ratio."""
    influence = influence_of({})
    assert influence.shift == pytest.approx(math.log(HELD["evidence.puddle"]), rel=1e-9)
    assert (influence.uncertain, influence.unmoved) == (0, 0)


def test_an_answer_that_was_never_uncertain_has_no_share() -> None:
    """Everything held fixed, the headline has no spread before or after, and no share of it remains."""
    influence = influence_of({})
    assert (influence.prior_sd, influence.posterior_sd, influence.variance_share) == (0, 0, None)


def test_spread_is_that_of_the_log_odds() -> None:
    """An event with a beta prior has log-odds with the variance of a logit beta: trigamma a + trigamma b."""
    influence = influence_of({"events.rain": BetaStated(a=3, b=5)}, evidence=())
    exact = math.sqrt(polygamma(1, 3) + polygamma(1, 5))
    assert influence.prior_sd == pytest.approx(exact, rel=4 / math.sqrt(2 * 10_000))
    assert influence.posterior_sd == pytest.approx(exact, rel=4 / math.sqrt(2 * 5_000))
    assert influence.variance_share == (influence.posterior_sd / influence.prior_sd) ** 2


def test_without_evidence_all_is_prior() -> None:
    """Where nothing was seen, nothing is shifted beyond the draws' error, and no quantity has learnt anything."""
    influence = influence_of(
        {
            "factors.damp": BetaStated(a=2, b=2),
            "events.rain": BetaStated(a=3, b=5),
            "effects.rain.damp": LognormalStated(mu=1, sigma=0.5),
        },
        evidence=(),
    )
    assert abs(influence.shift) < 0.05
    assert influence.variance_share == pytest.approx(1, abs=0.1)
    assert (influence.uncertain, influence.unmoved) == (3, 3)


def test_only_what_the_evidence_bears_on_learns() -> None:
    """Strong evidence on a factor moves it, and leaves a rate that has nothing to do with it where its prior was."""
    influence = influence_of(
        {
            "factors.damp": BetaStated(a=2, b=2),
            "events.flood": LognormalStated(mu=-2, sigma=0.6),
            "evidence.cloud": LognormalStated(mu=4, sigma=0.1),
        },
        headline="flood",
        evidence=(CLOUD,),
    )
    assert influence.uncertain == 3
    assert influence.unmoved == 2


@pytest.mark.parametrize(
    ("mean", "sd", "unmoved"),
    [(0.0, 1.0, 1), (0.0, 0.96, 1), (0.0, 0.94, 0), (0.09, 1.0, 1), (0.11, 1.0, 0), (-0.11, 1.0, 0)],
)
def test_learning_is_a_narrower_spread_or_a_moved_mean(mean: float, sd: float, unmoved: int) -> None:
    """A quantity has learnt if it lost a twentieth of its standard deviation, or moved by a tenth of it."""
    assessment = small({"evidence.cloud": LognormalStated(mu=0, sigma=1)})
    after = drawn(assessment, {"evidence.cloud": np.exp([mean - sd, mean + sd])}, (0.5, 0.5))
    assert prior_influence(after, prior_predictive(assessment, seed=1, count=100)).unmoved == unmoved


def test_evidence_on_the_headline_narrows_it() -> None:
    """A factor known better leaves less of the variance of what it drives."""
    wide: dict[str, Statement] = {
        "factors.damp": BetaStated(a=1, b=1),
        "effects.rain.damp": LognormalStated(mu=3, sigma=0.01),
    }
    influence = influence_of({**wide, "evidence.cloud": LognormalStated(mu=5, sigma=0.01)}, evidence=(CLOUD,))
    assert influence.variance_share is not None
    # x has the density of exp(5 x) on [0, 1], against that of a uniform one.
    x = (np.arange(10_000) + 0.5) / 10_000
    weights = np.exp(5 * x) / np.exp(5 * x).sum()
    exact = (weights @ x**2 - (weights @ x) ** 2) * 12
    assert influence.variance_share == pytest.approx(exact, rel=0.1)


def test_certainty_has_no_shift() -> None:
    """A headline that is certain has no finite odds, so there is no shift."""
    influence = influence_of({"events.flood": LognormalStated(mu=10, sigma=0.01)}, headline="flood_if_rain")
    assert influence.shift is None
    assert influence.posterior_sd == 0
