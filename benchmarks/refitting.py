"""What each further prior set costs after the first; a process of its own that prints JSON.

`python -m benchmarks.refitting importance` or `... nuts`: in one process the first shipped prior set is assessed (and
the scenario compiled) and fitted, then each of the others, with the structure and the compiled program of the first.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from model.assessment import Assessment, assess
from model.fitting import by_importance, by_nuts
from model.posterior import Posterior
from model.scenario_reading import find_scenario, read_scenario
from priors.prior_set import PriorSet
from priors.reading import read_prior_set
from priors.shipped import shipped_prior_sets

SCENARIO = "coordinated-attack"
SEED = 1

type Fit = Callable[[Assessment], Posterior]


def seconds(method: str) -> list[float]:
    """Of each shipped prior set in turn, the verdict and the headline included, reading and imports not."""
    fit = _nuts() if method == "nuts" else _importance()
    scenario = read_scenario(find_scenario(SCENARIO))
    prior_sets = [read_prior_set(path) for path in shipped_prior_sets()[SCENARIO].values()]
    took, structure = [], None
    for prior_set in prior_sets:
        start = time.perf_counter()
        assessment = assess(scenario, prior_set, structure=structure)
        _asked(fit(assessment), prior_set)
        took.append(time.perf_counter() - start)
        structure = assessment.structure
    return took


def _importance() -> Fit:
    return lambda assessment: by_importance(assessment, seed=SEED)


def _nuts() -> Fit:
    from model.nuts import Compiled, compiled

    ready: list[Compiled] = []

    def fit(assessment: Assessment) -> Posterior:
        if not ready:
            ready.append(compiled(assessment))
        return by_nuts(ready[0], assessment, seed=SEED)

    return fit


def _asked(posterior: Posterior, prior_set: PriorSet) -> None:
    """What any command would ask of a fit; one that cannot be believed is told, for its time says little."""
    if not (posterior.verdict.passed and posterior.headline.value > 0):
        print(f"{prior_set.name}: {posterior.method} did not converge", file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(seconds(sys.argv[1])))
