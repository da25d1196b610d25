"""Time of each further prior set of a scenario after the first; prints JSON.

`python -m benchmarks.refitting importance` or `... nuts`: the first shipped prior set is fitted (for NUTS the
program that serves all is compiled or loaded), then each of the others with the structure of the first.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

from estimative.model.assessment import assess
from estimative.model.inference.fit import by_importance, by_nuts
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.prior_set_file import read_prior_set

SCENARIO = "coordinated-attack"
SEED = 1


@dataclass(frozen=True, kw_only=True)
class Refits:
    """Seconds of each shipped prior set, in turn."""

    seconds: list[float]
    """Including diagnostics and headline, without reading and imports."""
    unconverged: list[str]
    """Prior sets whose fit did not converge, so that its time means little."""


def refits(method: str) -> Refits:
    """Fit every shipped prior set by one method."""
    fit = by_nuts if method == "nuts" else by_importance
    scenario = read_scenario(find_scenario(SCENARIO))
    prior_sets = [read_prior_set(path) for path in shipped_prior_sets()[SCENARIO].values()]
    seconds: list[float] = []
    unconverged: list[str] = []
    structure = None
    for prior_set in prior_sets:
        start = time.perf_counter()
        assessment = assess(scenario, prior_set, structure=structure)
        posterior = fit(assessment, seed=SEED)
        converged = posterior.verdict.passed and posterior.headline.value > 0
        seconds.append(time.perf_counter() - start)
        structure = assessment.structure
        if not converged:
            unconverged.append(prior_set.name)
    return Refits(seconds=seconds, unconverged=unconverged)


if __name__ == "__main__":
    print(json.dumps(asdict(refits(sys.argv[1]))))
