"""What `estimative calibrate` says of scenarios with every kind of evidence: nothing is off, and a wrong fit is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from estimative.model.analysis.simulation_study import Study
from estimative.model.assessment import Assessment
from estimative.model.inference.posterior import Posterior
from estimative.workflows.calibrate import calibrated
from estimative.workflows.session import Settings
from tests.calibration import simulated, test_sbc, test_sbc_states

SEED, WORLDS, WRONG_WORLDS = 11, 300, 100
SETTINGS = Settings(method="importance", seed=SEED)
SCENARIOS: dict[str, Callable[[], Assessment]] = {
    "every kind": lambda: simulated.assessed(simulated.simulated(np.random.default_rng(SEED)).evident),
    "states": lambda: test_sbc_states.assessed(test_sbc_states.simulated(np.random.default_rng(SEED))),
}

calibration = pytest.mark.calibration
scenarios = pytest.mark.parametrize("name", SCENARIOS)


class Overconfident(Study):
    """Fits in which every item counts twice."""

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        return super().fitted(test_sbc.reweighted(assessment, 2.0), index)


@calibration
@scenarios
def test_a_right_computation_passes(name: str) -> None:
    """With weights below 1, shared origins, motives, states, ranges, and an event that repeats."""
    result = calibrated(Study.of(SCENARIOS[name](), seed=SEED, method="importance"), SETTINGS, fits=WORLDS)
    print({quantity: test.p_value for quantity, test in result.quantities.items() if test.p_value < 0.5})
    print({test.id: test.p_value for test in result.events}, result.failed, result.candidates)
    assert result.calibrated, (result.failures, result.event_failures)


@calibration
@scenarios
def test_a_wrong_computation_does_not(name: str) -> None:
    """Fits in which every item counts twice."""
    study = Overconfident.of(SCENARIOS[name](), seed=SEED, method="importance")
    result = calibrated(study, SETTINGS, fits=WRONG_WORLDS)
    print(result.failures, [test.id for test in result.event_failures])
    assert result.failures
