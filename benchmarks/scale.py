"""Sizes at the edge of what anybody would assess: one size in a process of its own; prints JSON.

`python -m benchmarks.scale factors 200` builds and fits it, and prints CPU time without imports, and what became of it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import estimative as es
from benchmarks.synthetic import analysts, case_files, dense, many_factors, pile
from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput

MEMORY = 12 << 30
"""Bytes of address space; a size that needs more ends here, and not the machine that it is measured on."""
CPU_SECONDS = 120
"""After which the system ends the process: CPU time, so that other load on the machine has no say in it."""
SEED = 1
FEW_LEVELS, MANY_LEVELS = 2, 16
"""Of each of four drivers of cases: sixteen patterns, and no two of 65,536 rows alike."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one size."""

    seconds: float
    """Of CPU time."""
    note: str
    """What was computed, as far as it shows how good it is."""
    verdict: str = ""
    """Why there is nothing to compare, if there is not."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One thing that grows."""

    what: str
    """In the plural, as it is counted in the table."""
    sizes: tuple[int, ...]
    work: Callable[[int], str]
    """Builds and answers one size; what there is to say about it."""


def fitted(assessment: Assessment) -> str:
    """Fit by importance sampling."""
    posterior = by_importance(assessment, seed=SEED)
    failed = ", ".join(check.name for check in posterior.verdict.failed)
    return f"NOT CONVERGED ({failed})" if failed else "converged"


def from_cases(rows: int, levels: int) -> str:
    """Read a file of cases, and fit."""
    with TemporaryDirectory() as folder:
        path, prior_set = case_files(Path(folder), rows, levels=levels)
        return fitted(assess(read_scenario(path), prior_set))


def compared(count: int) -> str:
    """Compare so many analysts, as JSON."""
    text = es.compare(*analysts(count)).to_json()
    return f"{len(text) / 1e6:.1f} MB of JSON"


SERIES: Mapping[str, Series] = {
    "factors": Series(what="factors", sizes=(50, 100, 200), work=lambda size: fitted(many_factors(size))),
    "items": Series(what="items of evidence", sizes=(500, 1000, 2000), work=lambda size: fitted(pile(size))),
    "parents": Series(what="events with 12 parents", sizes=(5, 10, 20, 60), work=lambda size: fitted(dense(size))),
    "patterns": Series(
        what="cases of 16 patterns", sizes=(5000, 50_000), work=lambda size: from_cases(size, FEW_LEVELS)
    ),
    "different": Series(
        what="cases, all different", sizes=(500, 5000, 50_000), work=lambda size: from_cases(size, MANY_LEVELS)
    ),
    "analysts": Series(what="prior sets in compare", sizes=(10, 100, 300), work=compared),
}


def outcome(work: Callable[[int], str], size: int) -> Outcome:
    """Do the work of one size; a refusal and a lack of memory are outcomes too."""
    start = time.process_time()
    note, verdict = "", ""
    try:
        note = work(size)
    except InvalidInput as error:
        note, verdict = error.issues[0].code, "refused"
    except MemoryError:
        note, verdict = f"over {MEMORY >> 30} GiB", "memory"
    return Outcome(seconds=time.process_time() - start, note=note, verdict=verdict)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, resource.RLIM_INFINITY))
    print(json.dumps(asdict(outcome(SERIES[sys.argv[1]].work, int(sys.argv[2])))))
