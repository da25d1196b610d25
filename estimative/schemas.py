"""`python -m estimative.schemas DIR`: write the JSON Schema of every kind of answer; with `--check`, compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from estimative.model.analysis.calibrate_result import CalibrateResult
from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.trace import TraceResult
from estimative.model.analysis.what_if_result import WhatIfResult
from estimative.model.codec import schema
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.diff_result import DiffResult
from estimative.model.disagreement.history import HistoryResult
from estimative.model.inference.fit_result import FitResult
from estimative.model.pool_result import PoolResult
from estimative.model.record.batch_result import BatchResult
from estimative.model.record.edition import Edition
from estimative.model.record.run_list import RunList
from estimative.model.record.score import ResolveResult, ScoreResult, WithdrawResult
from estimative.model.record.status import StatusResult
from estimative.model.report_result import ReportResult
from estimative.workflows.check import CheckResult

TYPES: dict[str, type] = {
    "batch": BatchResult,
    "calibrate": CalibrateResult,
    "check": CheckResult,
    "compare": CompareResult,
    "diff": DiffResult,
    "evidence": EvidenceResult,
    "fit": FitResult,
    "history": HistoryResult,
    "pool": PoolResult,
    "report": ReportResult,
    "resolve": ResolveResult,
    "roll": Edition,
    "runs": RunList,
    "score": ScoreResult,
    "sensitivity": SensitivityResult,
    "status": StatusResult,
    "trace": TraceResult,
    "whatif": WhatIfResult,
    "withdraw": WithdrawResult,
}
"""By command."""


def schemas() -> dict[str, str]:
    """The text of every schema, by file name."""
    return {
        f"{name}.json": json.dumps(schema(kind), ensure_ascii=False, indent=1) + "\n" for name, kind in TYPES.items()
    }


def main(arguments: list[str]) -> int:
    """Write or compare; the exit code."""
    current = schemas()
    [folder] = [Path(argument) for argument in arguments if argument != "--check"]
    if "--check" not in arguments:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in current.items():
            (folder / name).write_text(text, encoding="utf-8")
        return 0
    stored = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    stale = sorted(name for name in {*stored, *current} if stored.get(name) != current.get(name))
    for name in stale:
        print(f"{folder / name} is out of date: run `make schemas`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
