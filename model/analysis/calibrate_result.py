"""The result of simulation-based calibration: whether the computation gives the posterior that the model implies.

It says nothing about how good forecasts of the real world are; `record.score` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.analysis.reliability import Departure, Reliability, reliability
from estimative.model.analysis.simulation_study import HEADLINE, LIKELIHOOD, Study, Trial
from estimative.model.analysis.uniform_ranks import BINS, PARTS, Bands, Deviation, Uniformity, bands, uniformity
from estimative.model.inference.info import Computation, PriorSetInfo, Result, ScenarioInfo
from estimative.model.inference.ranks import RANKED
from estimative.model.inference.simulated_evidence import SimulatedItem
from estimative.model.inference.target_estimates import TargetKey

FALSE_ALARMS = 0.01
"""The probability that a correct computation fails at least one of all tests."""
BAND_MASS = 0.95
"""Of the band of one quantity in the figure."""
POWER = 0.8
"""With which a deviation of the size that is reported would have been noticed."""
FEWEST = 20
"""Worlds that a test needs."""
SHIFT_SLOPE = 0.2821
"""How much the mean rank changes with a bias of one posterior standard deviation: 1 / sqrt(4 pi)."""
SPREAD_SLOPE = 0.0919
"""How much the variance of ranks changes with the logarithm of the posterior's width: 1 / (2 pi sqrt(3))."""

type Role = Literal["quantity", "headline", "log-likelihood"]


class RankTest(Struct, frozen=True, kw_only=True):
    """The ranks of one quantity's true values among the draws."""

    role: Role
    uniformity: Uniformity
    p_value: float
    """Corrected for the number of all tests (Bonferroni)."""
    deviation: Deviation | None
    """None where the ranks pass."""


class EventTest(Struct, frozen=True, kw_only=True):
    """The probabilities of an event or outcome in the simulated worlds, and how often it happened."""

    kind: Literal["outcome", "event"]
    id: str
    reliability: Reliability
    p_value: float
    """Corrected for the number of all tests (Bonferroni)."""
    departure: Departure | None
    """None where the probabilities pass."""


class CalibrateResult(Result, frozen=True, kw_only=True):
    """The ranks of true values and the frequencies of events in simulated worlds, each with its test."""

    kind: Literal["calibrate"] = "calibrate"
    scenario: ScenarioInfo
    prior_set: PriorSetInfo
    fits: int
    """Simulated worlds."""
    failed: int
    """Fits that did not pass their verdict; their ranks count only if that was requested."""
    by_method: Mapping[str, int]
    """Fits by the method that they ended with."""
    used: int
    """Fits whose ranks count."""
    ranked: int
    """Draws of each posterior among which the truth is ranked."""
    items: tuple[SimulatedItem, ...]
    """Every item of evidence, and how it was simulated."""
    candidates: float
    """Effective number of prior draws among which each truth was chosen; the mean over the worlds."""
    quantities: Mapping[str, RankTest]
    """By quantity, with "headline" and "log-likelihood"."""
    events: tuple[EventTest, ...]
    false_alarms: float = FALSE_ALARMS
    """The probability that a correct computation fails at least one test."""
    bands: Bands | None
    """Within which the number of ranks of one quantity, up to each point, stays with 95% probability."""
    visible_shift: float | None
    """Bias that would have been noticed with 80% probability, in standard deviations of the posterior."""
    visible_spread: float | None
    """Relative error of the posterior's width that would have been noticed with 80% probability."""

    def __post_init__(self) -> None:
        if self.used > self.fits - self.failed and not self.with_unconverged:
            raise ValueError("ranks of fits that did not converge")

    @property
    def failures(self) -> tuple[str, ...]:
        """Names of quantities whose ranks fail, the worst first."""
        worst = sorted(self.quantities, key=lambda name: self.quantities[name].p_value)
        return tuple(name for name in worst if self.quantities[name].deviation)

    @property
    def event_failures(self) -> tuple[EventTest, ...]:
        """Events and outcomes whose probabilities fail, the worst first."""
        return tuple(test for test in sorted(self.events, key=lambda test: test.p_value) if test.departure)

    @property
    def tests(self) -> int:
        """How many tests there are."""
        return len(self.quantities) + len(self.events)

    @property
    def calibrated(self) -> bool:
        """Whether there are tests, and none fails."""
        return bool(self.tests) and not (self.failures or self.event_failures)


def calibrate_result(
    study: Study, trials: Sequence[Trial], computation: Computation, *, with_unconverged: bool = False
) -> CalibrateResult:
    """Test the ranks and frequencies of fitted worlds.

    Parameters
    ----------
    with_unconverged
        Include the fits that did not pass their verdict.
    """
    passed = [trial for trial in trials if trial.passed]
    used = [trial for trial in trials if trial.method] if with_unconverged else passed
    enough = len(used) >= FEWEST
    ranks = dict(_rank_tests(used)) if enough else {}
    events = tuple(_event_tests(used)) if enough else ()
    tests = len(ranks) + len(events)
    return CalibrateResult(
        converged=bool(passed) and (not with_unconverged or len(passed) == len(trials)),
        with_unconverged=with_unconverged,
        computation=computation,
        scenario=ScenarioInfo.of(study.simulator.assessment),
        prior_set=PriorSetInfo.of(study.simulator.assessment),
        fits=len(trials),
        failed=len(trials) - len(passed),
        by_method=dict(Counter(trial.method for trial in trials if trial.method)),
        used=len(used),
        ranked=RANKED,
        items=study.items,
        candidates=float(np.mean([trial.ess for trial in trials])),
        quantities={name: _corrected_rank(test, tests) for name, test in ranks.items()},
        events=tuple(_corrected_event(test, tests) for test in events),
        bands=bands(len(used), BAND_MASS) if enough else None,
        visible_shift=_visible(1 / sqrt(12 * len(used)) / SHIFT_SLOPE, tests) if enough else None,
        visible_spread=_visible(1 / sqrt(180 * len(used)) / SPREAD_SLOPE, tests) if enough else None,
    )


def _rank_tests(trials: Sequence[Trial]) -> Iterable[tuple[str, RankTest]]:
    roles: Mapping[str, Role] = {HEADLINE: "headline", LIKELIHOOD: "log-likelihood"}
    for name in trials[0].ranks:
        result = uniformity([trial.ranks[name] for trial in trials])
        yield (
            name,
            RankTest(role=roles.get(name, "quantity"), uniformity=result, p_value=result.p_value, deviation=None),
        )


def _event_tests(trials: Sequence[Trial]) -> Iterable[EventTest]:
    keys: dict[TargetKey, None] = dict.fromkeys(key for trial in trials for key in trial.stated)
    for key in keys:
        stated = [trial.stated[key] for trial in trials if key in trial.stated]
        if len(stated) < FEWEST:
            continue
        result = reliability(
            [each.probability for each in stated],
            [each.happened for each in stated],
            evidence=[each.at_median for each in stated],
        )
        kind: Literal["outcome", "event"] = "outcome" if key[0] == "outcome" else "event"
        yield EventTest(kind=kind, id=key[1], reliability=result, p_value=result.p_value, departure=None)


def _corrected_rank(test: RankTest, tests: int) -> RankTest:
    p_value = min(1.0, tests * test.p_value)
    return replace(test, p_value=p_value, deviation=test.uniformity.deviation if p_value < FALSE_ALARMS else None)


def _corrected_event(test: EventTest, tests: int) -> EventTest:
    p_value = min(1.0, tests * test.p_value)
    return replace(test, p_value=p_value, departure=test.reliability.departure if p_value < FALSE_ALARMS else None)


def _visible(standard_error: float, tests: int) -> float:
    """The deviation that a two-sided normal test at the corrected level notices with probability `POWER`."""
    normal = NormalDist()
    return (normal.inv_cdf(1 - FALSE_ALARMS / (tests * PARTS) / 2) + normal.inv_cdf(POWER)) * standard_error


def difference(test: RankTest, used: int) -> tuple[float, ...]:
    """Return the distribution function of ranks less that of uniform ones, at the ends of all bins but the last."""
    below = np.cumsum(test.uniformity.counts)[:-1]
    return tuple((below / used - np.arange(1, BINS) / BINS).tolist())
