"""The commands that are measured, each with the command that its time is divided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from benchmarks.commands import ESTIMATIVE, PYTHON

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""The command line limits BLAS to one thread by itself; a module of the benchmarks needs this variable."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A command and its reference."""

    command: str
    """Arguments of `estimative`."""
    against: str
    """The reference: another case's command, or the name of a Python statement of `IMPORTS`."""
    aim: float | None = None
    """The largest ratio that meets the aim."""
    ending: str = ""
    """Of the file that is written; empty for stdout. PDF and Word are written to files only."""

    @property
    def argv(self) -> tuple[str, ...]:
        file = str(Path(gettempdir()) / f"estimative-benchmark{self.ending}")
        return (ESTIMATIVE, *self.command.split(), *(("--output", file) if self.ending else ()))


TYPER = "import typer"
NUMERIC = "import numpy, scipy.special"
FOR_HTML = "import typer, numpy, h5py, jinja2, matplotlib.figure, matplotlib.backends.backend_svg"
FOR_PDF = f"{FOR_HTML}, typst"
FOR_WORD = "import typer, numpy, h5py, matplotlib.figure, matplotlib.backends.backend_agg, docx"
IMPORTS = (TYPER, NUMERIC, FOR_HTML, FOR_PDF, FOR_WORD)
"""What a command has to import: no command can be faster than that."""

HELP = Case(command="--help", against=TYPER)
FIT = Case(command="fit --method importance", against=NUMERIC, aim=2.5)
COMPARE = Case(command="compare", against=FIT.command, aim=3.0)
COMMANDS = (
    HELP,
    Case(command="check", against=NUMERIC),
    FIT,
    COMPARE,
    Case(command="pool", against=FIT.command),
    Case(command="whatif --do deterrence=0.9", against=FIT.command, aim=1.5),
    Case(command="whatif --given invasion", against=FIT.command, aim=1.5),
)
ANALYSES = (
    Case(command="sensitivity", against=FIT.command),
    Case(command="evidence", against=FIT.command),
)
ANALYSIS_SECONDS = 20
"""Aim for each analysis, on two cores."""
REPORTS = (
    Case(command="report --format html", against=FOR_HTML),
    Case(command="report --brief --format html", against=FOR_HTML),
    Case(command="report --brief --format pdf", against=FOR_PDF, ending=".pdf"),
    Case(command="report --brief --format docx", against=FOR_WORD, ending=".docx"),
)
REPORT_SECONDS = 2
"""Aim for the HTML report of a saved run, imports not counted."""
EIGHT_EFFECTS = Case(command="compare -p baseline -p benchmarks/eight_effects.toml --attribute", against=FIT.command)
ATTRIBUTIONS = (EIGHT_EFFECTS, Case(command="compare -p rutte -p critics --attribute", against=FIT.command))
TEAM_ATTRIBUTION = Case(command="compare --attribute", against=FIT.command)
ATTRIBUTION_SECONDS = 30
"""Aim for the 256 fits of `EIGHT_EFFECTS`, on two cores."""

LABELS = {
    FOR_HTML: "imports for HTML",
    FOR_PDF: "imports for PDF",
    FOR_WORD: "imports for Word",
    FIT.command: "importance fit",
    EIGHT_EFFECTS.command: "attribution by 256 fits",
}
"""Short names of long commands, where they stand in the table."""

NUTS = "fit --method nuts"
HANDWRITTEN, NO_INPLACE = "handwritten.py", "handwritten_no_inplace.py"
NUTS_AIM = 0.5
NUTS_COMMANDS = {
    NUTS: (ESTIMATIVE, "fit", "--method", "nuts", "--no-analyses"),
    HANDWRITTEN: (PYTHON, "-m", "benchmarks.handwritten"),
    NO_INPLACE: (PYTHON, "-m", "benchmarks.handwritten_no_inplace"),
}


def argv_of(cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """Collect the commands of cases and the imports that they are compared with, by name."""
    references = {case.against: (PYTHON, "-c", case.against) for case in cases if case.against in IMPORTS}
    return {case.command: case.argv for case in cases} | references


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module of the benchmarks."""
    return (PYTHON, "-m", f"benchmarks.{name}", *arguments)
