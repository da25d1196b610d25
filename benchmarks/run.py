"""How fast the package is, as ratios measured side by side: `python -m benchmarks.run [--quick] [--minutes N]`.

Seconds hang on the machine and on what else it does, so each side of a ratio is run in turn with the other, several
times, and the medians are divided. The seconds stand beside the ratios as context only. Progress goes to stderr, the
table to stdout; the exit code is 1 if a command failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from benchmarks import table
from benchmarks.commands import ESTIMATIVE, PYTHON, Bench, empty_compile_cache, tell
from benchmarks.table import Heading, Line, Row

HELP = "estimative --help"
TYPER = "import typer"
IMPORTANCE = "fit --method importance"
NUMERIC = "import numpy, scipy.special"
SHORT = {
    HELP: (ESTIMATIVE, "--help"),
    TYPER: (PYTHON, "-c", "import typer"),
    IMPORTANCE: (ESTIMATIVE, "fit", "--method", "importance"),
    NUMERIC: (PYTHON, "-c", "import numpy, scipy.special"),
}
IMPORTANCE_AIM = 2.5
NUTS_AIM = 0.5

NUTS = "fit --method nuts"
HANDWRITTEN = "handwritten.py"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""As the command line sets it for itself."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is measured."""

    short: int
    """Repetitions of commands of a second."""
    fits: int
    """Repetitions of each fit within a process."""
    processes: int
    """Repetitions of processes that fit several prior sets."""
    compiling: bool
    """Whether anything is compiled."""


QUICK = Effort(short=3, fits=1, processes=1, compiling=False)
FULL = Effort(short=9, fits=3, processes=3, compiling=True)
MOST_ROUNDS = 3
"""Of NUTS against the script, each with a cold and a warm run of every side."""
