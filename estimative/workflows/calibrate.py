"""Simulation-based calibration of an assessment: a check of the computation, not of forecasts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from estimative.model.analysis.calibrate_result import FEWEST, CalibrateResult, calibrate_result
from estimative.model.analysis.simulation_study import Study, Trial
from estimative.model.assessment import Assessment
from estimative.model.inference.executor import SharedFunction, shared_out
from estimative.model.inference.info import Computation, versions
from estimative.priors.errors import invalid
from estimative.workflows.session import Settings, possible

FITS = 1000
TIMED = 10
"""Fits after which the duration of all is estimated."""
MINUTE, HOUR = 60, 3600


def calibrate(assessment: Assessment, settings: Settings, *, fits: int = FITS) -> CalibrateResult:
    """Simulate truth and evidence from the priors, fit each simulated world, and test where the truth ranks.

    Parameters
    ----------
    fits
        How many worlds are simulated and fitted.

    Raises
    ------
    InvalidInput
        If there are too few fits, or what is known for certain is impossible under the priors.
    """
    if not isinstance(fits, int) or fits < FEWEST:
        raise invalid(f"fits = {fits!r}", code="misuse", allowed=f"a whole number of at least {FEWEST}")
    with possible(assessment):
        study = Study.of(assessment, seed=settings.seed, method=settings.method, draws=settings.draws)
        return calibrated(study, settings, fits=fits)


def calibrated(study: Study, settings: Settings, *, fits: int) -> CalibrateResult:
    """The result of a study; the same seed gives the same digits, whatever executor runs it."""
    trials = list(_trials(study, settings, fits))
    methods = {trial.method for trial in trials if trial.method}
    computation = Computation(
        seed=settings.seed,
        settings={"fits": fits, "method": settings.method},
        versions=versions(methods),
    )
    return calibrate_result(study, trials, computation, with_unconverged=settings.with_unconverged)


def _trials(study: Study, settings: Settings, fits: int) -> Iterator[Trial]:
    """Every world in order, with progress, and the expected duration once it is known."""
    started, stage = time.monotonic(), "Fitting simulated worlds"
    settings.progress(stage, 0, fits)
    # After Ctrl-C, what has not begun is not begun: closing the results cancels it.
    with closing(shared_out(settings.executor, SharedFunction(study.trial), range(fits))) as results:
        for done, trial in enumerate(results, start=1):
            if done == TIMED and fits > TIMED:
                stage = f"Fitting {fits:,} simulated worlds, {_duration((time.monotonic() - started) / done * fits)}"
            settings.progress(stage, done, fits)
            yield trial


def _duration(seconds: float) -> str:
    """How long it will take, to be read at a glance."""
    if seconds < MINUTE:
        return "less than a minute in all"
    number, unit = (seconds / MINUTE, "minutes") if seconds < HOUR else (seconds / HOUR, "hours")
    return f"about {number:.1f} {unit} in all"
