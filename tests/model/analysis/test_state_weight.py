"""Weights by the states of an event, against sums over every joint state with and without each item."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.model.analysis.evidence_weight import EvidenceWeights, evidence_weights
from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import reliable
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.inference.refit import Fitter
from estimative.model.spec.scenario import Scenario
from estimative.reports.blocks import Listing, Table
from estimative.reports.documents.state_weights import state_weights
from tests.examples import repetitions
from tests.leak import SCENARIO, assessed
from tests.oracle import Oracle

CONSTANT = """\
[prior_set]
name = "a"
analyst = "A"
scenario = "leak"
[factors]
controls = 0.3
[events]
actor = { insider = 0.45, criminals = 0.35, state = 0.2 }
sale = 0.3
severity = { minor = 0.6, major = 0.4 }
[effects.actor]
controls = { insider = 4, state = 2 }
[effects.sale]
"actor=criminals" = 3
[effects.severity]
controls = 2
[tables.reaction]
none = { silence = 0.9, note = 0.1 }
"actor=criminals" = { silence = 0.7, note = 0.3 }
"actor=state" = { silence = 0.4, note = 0.6 }
[evidence]
malware = { insider = 0.1, criminals = 0.4, state = 1 }
claim = { insider = 0.5, state = 0.2, criminals = 1 }
clean = 2
[motives]
claim = 0.4
"""


def weighed(assessment: Assessment) -> EvidenceWeights:
    fitter = Fitter(assessments=(assessment,), seed=1, method="importance")
    fitted = fitter.fit(assessment)
    headline = reliable(fitted.posterior, prior_predictive(assessment, seed=1))["outcome", assessment.scenario.headline]
    return evidence_weights(fitter, fitted, headline)


def probabilities(assessment: Assessment, scenario: Scenario, event: str) -> dict[str, float]:
    """Of each state under the condition of its event, by brute force."""
    values = {name: prior.family.quantile(0.5) for name, prior in assessment.priors.items()}
    oracle = Oracle(scenario=scenario, values=values)
    return {state: oracle.link(f"{event}={state}") for state in scenario.events[event].states}


@pytest.mark.parametrize("event", ["actor", "severity"])
def test_weights_and_information_are_those_of_plain_sums(tmp_path: Path, event: str) -> None:
    """With and without each item, also under a condition that the evidence bears on."""
    assessment = assessed(tmp_path, priors=CONSTANT)
    row = next(row for row in weighed(assessment).states if row.event == event)
    after = probabilities(assessment, assessment.scenario, event)
    assert row.leader == max(after, key=lambda state: after[state])
    for state, ratio in row.overtaking.items():
        assert ratio.value == pytest.approx(math.log(after[row.leader] / after[state]), rel=1e-9)
    for group in row.groups:
        rest = {name: item for name, item in assessment.scenario.evidence.items() if name != group.name}
        before = probabilities(assessment, replace(assessment.scenario, evidence=rest), event)
        for state, change in group.log_odds.items():
            expected = logit(after[state]) - logit(before[state])
            assert change is not None
            assert change.value == pytest.approx(expected, rel=1e-8, abs=1e-9)
        divergence = math.fsum(p * math.log(p / before[state]) for state, p in after.items())
        assert group.information is not None
        assert group.information.value == pytest.approx(divergence, rel=1e-7, abs=1e-10)
        assert group.leader_without == max(before, key=lambda state: before[state])


def logit(p: float) -> float:
    return math.log(p / (1 - p))


@repetitions(5, 20)
def test_uncertain_priors_give_the_information_its_error(tmp_path: Path, repetitions: int) -> None:
    """The error that is given is the spread over seeds."""
    assessment = assessed(tmp_path)
    found = []
    for seed in range(1, 1 + repetitions):
        fitter = Fitter(assessments=(assessment,), seed=seed, method="importance", draws=1000)
        fitted = fitter.fit(assessment)
        prior = prior_predictive(assessment, seed=seed)
        headline = reliable(fitted.posterior, prior)["outcome", assessment.scenario.headline]
        row = next(row for row in evidence_weights(fitter, fitted, headline).states if row.event == "actor")
        found.append(next(group.information for group in row.groups if group.name == "malware"))
    values = [number.value for number in found if number]
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    told = sum(number.se for number in found if number) / len(values)
    assert 0.5 < told / spread < 2


def test_the_order_of_states_changes_no_weight(tmp_path: Path) -> None:
    """Nor the information."""
    permuted = SCENARIO.replace('["insider", "criminals", "state"]', '["criminals", "insider", "state"]')
    rows = CONSTANT.replace("none =", '"actor=insider" =').replace('"actor=criminals" = { silence', "none = { silence")
    turned = weighed(assessed(tmp_path, permuted, rows)).states[0]
    straight = weighed(assessed(tmp_path, SCENARIO, CONSTANT)).states[0]
    assert straight.leader == turned.leader
    for group, other in zip(straight.groups, turned.groups, strict=True):
        assert {state: number.value for state, number in group.log_odds.items() if number} == pytest.approx(
            {state: number.value for state, number in other.log_odds.items() if number}, rel=1e-9, abs=1e-9
        )


def test_the_document_says_what_would_overtake_the_leader(tmp_path: Path) -> None:
    """And without which item another state would lead; the most informative item comes first."""
    assessment = assessed(tmp_path, priors=CONSTANT)
    result = weighed(assessment)
    blocks = list(state_weights(result, assessment.scenario))
    points = next(block.points for block in blocks if isinstance(block, Listing))
    assert "would overtake it by new evidence" in points[0]
    table = next(block for block in blocks if isinstance(block, Table))
    assert table.header == ("Evidence", "An employee", "criminals", "state", "Information")
    information = [float(row[-1]) for row in table.rows if "less" not in row[-1]]
    assert information == sorted(information, reverse=True)


def test_which_state_leads_and_by_how_much_is_that_of_the_fit(tmp_path: Path) -> None:
    """Not of the refits, which have other draws: one number for one quantity."""
    assessment = assessed(tmp_path)
    fitter = Fitter(assessments=(assessment,), seed=1, method="importance")
    fitted = fitter.fit(assessment)
    headline = reliable(fitted.posterior, prior_predictive(assessment, seed=1))["outcome", assessment.scenario.headline]
    row = evidence_weights(fitter, fitted, headline).states[0]
    reported = {state: fitted.posterior.estimates["event", f"actor={state}"].value for state in ("criminals", "state")}
    assert row.leader == "state"
    ratio = math.log(reported["state"] / reported["criminals"])
    assert row.overtaking["criminals"].value == pytest.approx(ratio, rel=1e-12)
