"""The Python interface, for notebooks and programs: `import estimative as es`.

>>> import estimative as es
>>> fit = es.fit("coordinated-attack", "baseline")
>>> fit.result.headline.posterior.value
>>> fit.sensitivity().to_dataframe("tornado")
>>> es.fit("coordinated-attack", "baseline", edits={"events.request": "likely"})
"""

from __future__ import annotations

from estimative.api.answer import Answer
from estimative.api.fits import Fit, fit, load
from estimative.api.notebook import open  # noqa: A004 - as the command
from estimative.api.records import batch, history, import_forecasts, score
from estimative.api.team import attribute, compare, pool
from estimative.priors.errors import InvalidInput

__all__ = [
    "Answer",
    "Fit",
    "InvalidInput",
    "attribute",
    "batch",
    "compare",
    "fit",
    "history",
    "import_forecasts",
    "load",
    "open",
    "pool",
    "score",
]
