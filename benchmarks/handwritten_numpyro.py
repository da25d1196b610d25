"""The handwritten model in NumPyro: `python -m benchmarks.handwritten_numpyro`, with NumPyro on the path.

Four chains of a thousand draws after a thousand for tuning, as in the PyMC script, side by side on one device. Prints
JSON: the probability of the headline, its standard error, and CPU time with compiling, without imports.
"""

from __future__ import annotations

import json
import time
from math import sqrt

import jax
import jax.numpy as jnp
import numpyro
from jax import random
from numpyro import distributions as dist
from numpyro.diagnostics import effective_sample_size
from numpyro.infer import MCMC, NUTS

from benchmarks.handwritten_model import BETA, HEADLINE, LOG_NORMAL, UNIFORM, log_likelihood

CHAINS, TUNING, DRAWS = 4, 1000, 1000


def model() -> None:
    """Draw every quantity, and add the log-likelihood."""
    values = {name: numpyro.sample(name, dist.Beta(a, b)) for name, (a, b) in BETA.items()}
    values |= {name: numpyro.sample(name, dist.LogNormal(mu, sigma)) for name, (mu, sigma) in LOG_NORMAL.items()}
    values |= {name: numpyro.sample(name, dist.Uniform(low, high)) for name, (low, high) in UNIFORM.items()}
    likelihood, headline = log_likelihood(jnp, values)
    numpyro.factor("evidence", likelihood)
    numpyro.deterministic(HEADLINE, headline)


def main() -> None:
    """Sample, and print the headline."""
    jax.config.update("jax_enable_x64", True)
    start = time.process_time()
    chains = MCMC(
        NUTS(model),
        num_warmup=TUNING,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="vectorized",
        progress_bar=False,
    )
    chains.run(random.PRNGKey(1))
    drawn = chains.get_samples(group_by_chain=True)[HEADLINE]
    seconds = time.process_time() - start
    ess = float(effective_sample_size(drawn))
    error = float(drawn.std()) / sqrt(ess)
    print(
        json.dumps({"outcome": HEADLINE, "mean": float(drawn.mean()), "error": error, "ess": ess, "seconds": seconds})
    )


if __name__ == "__main__":
    main()
