"""Time of each further prior set of a scenario after the first; prints JSON.

`python -m benchmarks.refitting importance` or `... nuts`: the first shipped prior set is fitted (for NUTS the scenario
is compiled), then each of the others with the structure and the compiled model of the first.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance, by_nuts
from estimative.model.inference.posterior import Posterior
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.prior_set_file import read_prior_set

SCENARIO = "coordinated-attack"
SEED = 1

type Fit = Callable[[Assessment], Posterior]


@dataclass(frozen=True, kw_only=True)
class Refits:
    """Seconds of each shipped prior set, in turn."""

    seconds: list[float]
    """Including diagnostics and headline, without reading and imports."""
    unconverged: list[str]
    """Prior sets whose fit did not converge, so that its time means little."""


def refits(method: str) -> Refits:
    """Fit every shipped prior set by one method."""
    fit = _nuts() if method == "nuts" else _importance()
    scenario = read_scenario(find_scenario(SCENARIO))
    prior_sets = [read_prior_set(path) for path in shipped_prior_sets()[SCENARIO].values()]
    seconds: list[float] = []
    unconverged: list[str] = []
    structure = None
    for prior_set in prior_sets:
        start = time.perf_counter()
        assessment = assess(scenario, prior_set, structure=structure)
        posterior = fit(assessment)
        converged = posterior.verdict.passed and posterior.headline.value > 0
        seconds.append(time.perf_counter() - start)
        structure = assessment.structure
        if not converged:
            unconverged.append(prior_set.name)
    return Refits(seconds=seconds, unconverged=unconverged)


def _importance() -> Fit:
    return lambda assessment: by_importance(assessment, seed=SEED)


def _nuts() -> Fit:
    from estimative.model.inference.nuts import CompiledModel, compile_model

    ready: list[CompiledModel] = []

    def fit(assessment: Assessment) -> Posterior:
        if not ready:
            ready.append(compile_model(assessment))
        return by_nuts(ready[0], assessment, seed=SEED)

    return fit


if __name__ == "__main__":
    print(json.dumps(asdict(refits(sys.argv[1]))))
