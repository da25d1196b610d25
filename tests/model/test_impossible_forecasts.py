"""Forecasts under a condition that is never met: refused, or impossible as any other evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.model.inference.fit import by_importance
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.errors import InvalidInput
from tests.leak import PRIORS, SCENARIO, assessed

PUBLISHED = """
[outcomes.sold]
title = "It is sold"
all = ["sale"]
given = [{given}]
[evidence.market]
kind = "forecast"
about = "sold"
probability = 0.3
title = "A market says so"
source = "log"
"""


def published(given: str, scenario: str = SCENARIO) -> str:
    """A scenario with a forecast under a condition."""
    return scenario + PUBLISHED.replace("{given}", given)


def test_a_condition_that_excludes_itself_is_refused(tmp_path: Path) -> None:
    """An event has one state; the error is at the item, and names the outcome."""
    priors = PRIORS.replace("[motives]", "market = { p05 = 0.3, p95 = 1 }\n[motives]")
    assert assessed(tmp_path, published('"actor=insider"'), priors).scenario.evidence["market"].about == "sold"
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, published('"actor=insider", "actor=state"'), priors)
    (issue,) = caught.value.issues
    assert (issue.code, issue.place.key) == ("impossible-condition", "evidence.market")
    assert 'condition of "sold" can never be met' in issue.message


@pytest.mark.parametrize("error", ["0.5", "{ p05 = 0.3, p95 = 1 }"])
def test_a_condition_without_a_chance_contradicts_its_forecast(tmp_path: Path, error: str) -> None:
    """Where the priors leave the condition no chance, no value of any quantity makes the forecast possible."""
    unseen = SCENARIO[: SCENARIO.index("[evidence.reacted]")]
    never = PRIORS.replace("none = { silence = 0.9, note = 0.1 }", "none = { silence = 1, note = 0 }")
    never = never.replace("silence = 0.7, note = 0.3, worth = 8", "silence = 1, note = 0")
    never = never.replace("{ counts = { silence = 3, note = 4 } }", "{ silence = 1, note = 0 }")
    never = never.replace("[motives]", f"market = {error}\n[motives]")
    assessment = assessed(tmp_path, published('"reaction=note"', unseen), never)
    with pytest.raises(Contradiction):
        by_importance(assessment, seed=1)
