"""One importance fit of the flagship scenario, as its alternatives are measured; prints JSON.

`python -m benchmarks.headline` prints the probability of the headline, its standard error, the effective sample size,
and CPU time without imports and without reading files.
"""

from __future__ import annotations

import json
import time

import estimative as es
from estimative.model.inference.fit import by_importance


def estimate() -> dict[str, float | str]:
    """Fit once."""
    assessment = es.load("coordinated-attack", "baseline")
    start = time.process_time()
    posterior = by_importance(assessment, seed=1)
    headline = posterior.headline
    seconds = time.process_time() - start
    weights = posterior.draws.weights
    return {
        "outcome": assessment.scenario.headline,
        "mean": headline.value,
        "error": headline.se,
        "ess": float(1 / (weights @ weights)),
        "seconds": seconds,
    }


if __name__ == "__main__":
    print(json.dumps(estimate()))
