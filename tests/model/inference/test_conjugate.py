"""Importance sampling where the answer is known, with priors and data up to 30 standard deviations apart."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from estimative.model.inference.fit import by_importance
from tests.model.inference.conjugate import FARTHEST, conjugate

CASES, FEW = 500, 16
REFUSED = 0.02
"""The share of cases that may be refused."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A fit of a case."""

    seed: int
    apart: float
    passed: bool
    error: float
    """In standard errors, or relative where the fit has none."""


def answer(seed: int) -> Answer:
    """Fit a case."""
    case = conjugate(seed)
    posterior = by_importance(case.assessment, seed=seed)
    said = posterior.headline
    error = (said.value - case.value) / max(said.se, 1e-9 * case.value)
    return Answer(seed=seed, apart=case.apart, passed=posterior.verdict.passed, error=error)


@pytest.mark.parametrize("seed", range(FEW))
def test_an_answer_far_from_the_prior_is_right_or_refused(seed: int) -> None:
    """A number that passes its checks is within four standard errors of the known answer."""
    found = answer(seed)
    assert not found.passed or abs(found.error) < 4, found


@pytest.mark.calibration
def test_no_answer_far_from_the_prior_is_silently_wrong() -> None:
    """Over many cases, numbers that pass are right, and hardly any is refused."""
    answers = [answer(seed) for seed in range(CASES)]
    refused = [each for each in answers if not each.passed]
    wrong = [each for each in answers if each.passed and abs(each.error) > 4]
    farthest = max(each.apart for each in answers if each.passed)
    print(f"{len(refused)} of {len(answers)} refused, {len(wrong)} wrong, farthest answered {farthest:.0f} sd apart")
    assert not wrong
    assert len(refused) <= REFUSED * len(answers), refused
    assert farthest > FARTHEST * 0.9
