"""The handwritten model by the simplest Monte Carlo method: draw from the priors, weigh by the likelihood.

`python -m benchmarks.plain_numpy 400000` prints JSON: the probability of the headline, its standard error, the
effective sample size, and CPU time without imports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.handwritten_model import BETA, HEADLINE, LOG_NORMAL, UNIFORM, log_likelihood

BATCH = 20_000
"""Draws at a time, which fit into the cache of a processor."""


def batches(draws: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give log-weights and probabilities of the headline, dims (draw) each, a batch at a time."""
    rng = np.random.default_rng(1)
    for _ in range(draws // BATCH):
        values = {name: rng.beta(a, b, BATCH) for name, (a, b) in BETA.items()}
        values |= {name: rng.lognormal(mu, sigma, BATCH) for name, (mu, sigma) in LOG_NORMAL.items()}
        values |= {name: rng.uniform(low, high, BATCH) for name, (low, high) in UNIFORM.items()}
        yield log_likelihood(np, values)


def estimate(draws: int) -> dict[str, float | str]:
    """Estimate the headline by self-normalised weights."""
    start = time.process_time()
    log_weights, chances = (np.concatenate(parts) for parts in zip(*batches(draws), strict=True))
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = float(weights @ chances)
    error = float(np.sqrt(np.square(weights * (chances - mean)).sum()))
    seconds = time.process_time() - start
    ess = float(1 / np.square(weights).sum())
    return {"outcome": HEADLINE, "mean": mean, "error": error, "ess": ess, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(estimate(int(sys.argv[1]))))
