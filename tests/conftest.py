"""One BLAS thread for each worker, and one profile for all random examples: the same each time, without a deadline."""

from __future__ import annotations

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy is loaded: workers would wait for each other's threads

from hypothesis import HealthCheck, settings

settings.register_profile(
    "estimative",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("estimative")
