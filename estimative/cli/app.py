"""The command line: one entry a command. Here alone errors of the input become messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

# Before NumPy is loaded: threads that no fit uses would only be started and stopped.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer

from estimative.cli.batch import batch
from estimative.cli.calibrate import calibrate
from estimative.cli.check import check
from estimative.cli.compare import compare
from estimative.cli.diff import diff
from estimative.cli.evidence import evidence
from estimative.cli.export import export
from estimative.cli.fit import fit
from estimative.cli.help import Command as PlainCommand
from estimative.cli.help import Group
from estimative.cli.history import history
from estimative.cli.import_ import import_app
from estimative.cli.new import new_app
from estimative.cli.open import open_command
from estimative.cli.option_groups import with_groups
from estimative.cli.pool import pool
from estimative.cli.report import report
from estimative.cli.resolve import resolve
from estimative.cli.roll import roll
from estimative.cli.runs import runs_app
from estimative.cli.score import score
from estimative.cli.sensitivity import sensitivity
from estimative.cli.status import status
from estimative.cli.trace import trace
from estimative.cli.whatif import whatif
from estimative.cli.withdraw import withdraw

if TYPE_CHECKING:
    from estimative.priors.errors import InvalidInput

FAULTY = 2
"""Exit code of faulty input."""

app = typer.Typer(
    name="estimative",
    help="Put a probability on a scenario and defend it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=Group,
    epilog="estimative fit\nestimative report --brief -o brief.pdf\nestimative compare --attribute",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Command(Struct, frozen=True, kw_only=True):
    """A command as the help shows it."""

    run: Callable[..., None]
    group: str
    examples: tuple[str, ...]


COMMANDS: Mapping[str, Command] = {
    "check": Command(
        run=check,
        group="Assess",
        examples=(
            "estimative check",
            "estimative check supplier.toml mine.toml --strict",
            "estimative check . --format json",
        ),
    ),
    "fit": Command(
        run=fit,
        group="Assess",
        examples=(
            "estimative fit",
            "estimative fit --priors critics --method importance",
            "estimative fit --scenario my.toml --priors me.toml -o result.html",
        ),
    ),
    "calibrate": Command(
        run=calibrate,
        group="Assess",
        examples=(
            "estimative calibrate",
            "estimative calibrate --fits 200 --method importance",
            "estimative calibrate --scenario my.toml --priors me.toml -o calibration.html",
        ),
    ),
    "sensitivity": Command(
        run=sensitivity,
        group="Explain",
        examples=(
            "estimative sensitivity",
            "estimative sensitivity --priors critics --format json",
            "estimative sensitivity -o sensitivity.html",
        ),
    ),
    "evidence": Command(
        run=evidence,
        group="Explain",
        examples=(
            "estimative evidence",
            "estimative evidence --priors critics --format json",
            "estimative evidence -o evidence.xlsx",
        ),
    ),
    "whatif": Command(
        run=whatif,
        group="Explain",
        examples=(
            "estimative whatif --do deterrence=0.9",
            "estimative whatif --given invasion --without rutte_claim",
            "estimative whatif --sweep deterrence=0:1:11",
        ),
    ),
    "trace": Command(
        run=trace,
        group="Explain",
        examples=(
            "estimative trace attack",
            "estimative trace effects.request.plan",
            "estimative trace coordinated_attack -o trace.html",
        ),
    ),
    "diff": Command(
        run=diff,
        group="Explain",
        examples=(
            "estimative diff 20261101",
            "estimative diff 20261101 20261201 --format md",
            "estimative diff 20261101 -o changes.docx",
        ),
    ),
    "history": Command(
        run=history,
        group="Explain",
        examples=(
            "estimative history",
            "estimative history --replay --priors baseline --since 2022-01-01",
            "estimative history --replay --dates 2025-01-01,2026-01-01 -o history.html",
        ),
    ),
    "compare": Command(
        run=compare,
        group="Team",
        examples=(
            "estimative compare",
            "estimative compare --priors critics --priors baseline --attribute",
            "estimative compare -o analysts.html",
        ),
    ),
    "pool": Command(
        run=pool,
        group="Team",
        examples=(
            "estimative pool",
            "estimative pool --weight baseline=2 --weight critics=1",
            "estimative pool --scores forecasts.csv --score-rule brier",
        ),
    ),
    "report": Command(
        run=report,
        group="Report",
        examples=(
            "estimative report --brief -o brief.pdf",
            "estimative report latest -o report.html",
            "estimative report 20261101 20261102 -o team.docx",
        ),
    ),
    "resolve": Command(
        run=resolve,
        group="Track record",
        examples=(
            'estimative resolve latest --result no --date 2030-12-31 --because "Press"',
            'estimative resolve supplier --result yes --date 2028-05-01 --because "Reuters"',
            "estimative resolve 2026 --correct --result no --date 2030-12-31 --because BBC",
        ),
    ),
    "withdraw": Command(
        run=withdraw,
        group="Track record",
        examples=(
            'estimative withdraw latest --because "The treaty was signed"',
            'estimative withdraw 20261101 --because "New evidence, to be assessed"',
            'estimative withdraw supplier --because "It was sold" --format json',
        ),
    ),
    "score": Command(
        run=score,
        group="Track record",
        examples=(
            "estimative score",
            "estimative score forecasts.csv",
            "estimative score --format csv -o record.csv",
        ),
    ),
    "status": Command(
        run=status,
        group="Track record",
        examples=(
            "estimative status",
            "estimative status --calendar due.ics",
            "estimative status --format json",
        ),
    ),
    "batch": Command(
        run=batch,
        group="Many",
        examples=(
            "estimative batch .",
            "estimative batch questions -o index.html --jobs 8",
            "estimative batch cases.csv --dates 2026-01-01,2026-06-01 --lean",
        ),
    ),
    "open": Command(
        run=open_command,
        group="Interactive",
        examples=(
            "estimative open",
            "estimative open --priors critics --priors moscow",
            "estimative open --scenario my.toml --priors me.toml --no-browser",
        ),
    ),
    "roll": Command(
        run=roll,
        group="Files",
        examples=(
            "estimative roll",
            "estimative roll --as-of 2026-12-01",
            "estimative roll --scenario my.toml --priors team --as-of 2026-12-01",
        ),
    ),
    "export": Command(
        run=export,
        group="Files",
        examples=(
            "estimative export asia.bif --scenario asia --priors textbook",
            "estimative export asia.xdsl --scenario asia --priors uncertain --means",
            "estimative export asia --to net --scenario asia --priors textbook",
        ),
    ),
}
"""In the order of the help."""
for _name, _command in COMMANDS.items():
    app.command(
        _name,
        rich_help_panel=_command.group,
        epilog="\n".join(_command.examples),
        cls=PlainCommand,
    )(with_groups(_command.run))
app.add_typer(import_app, name="import", rich_help_panel="Files")
app.add_typer(runs_app, name="runs", rich_help_panel="Files")
app.add_typer(new_app, name="new", rich_help_panel="Files")


def main() -> None:
    """Run the command line; errors of the input are printed, and the exit code is 2."""
    from estimative.cli.encoding import prepare_streams
    from estimative.priors.errors import InvalidInput

    prepare_streams()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends the command without a message
    try:
        app(prog_name="estimative")
    except InvalidInput as invalid:
        _print(invalid)
        sys.exit(FAULTY)
    except OSError as error:  # a name that is too long, a folder that may not be entered, a full disk
        _print(_unusable(error))
        sys.exit(FAULTY)


def _unusable(error: OSError) -> InvalidInput:
    """The error of a file that the system does not let the program use; without a name it is the output."""
    from estimative.priors.errors import LONGEST_VALUE, ascii_safe, invalid

    name = ascii_safe(str(error.filename)) if error.filename else "the output"
    short = name if len(name) <= 4 * LONGEST_VALUE else f"{name[:LONGEST_VALUE]}..."
    reason = error.strerror or type(error).__name__
    return invalid(f"it cannot be used ({reason})", code="unusable-file", file=short)


def _print(invalid: InvalidInput) -> None:
    """Print errors to stderr, or as JSON to stdout where JSON was asked for."""
    from estimative.cli.encoding import write_to_stdout
    from estimative.model.codec import to_json
    from estimative.priors.errors import ascii_safe

    wanted = " ".join(sys.argv).replace("=", " ")
    if "--format json" in wanted or "-f json" in wanted:
        with suppress(OSError):  # it may be stdout that cannot be used
            write_to_stdout(to_json({"issues": invalid.issues}))
            sys.stdout.flush()
            return
    for issue in invalid.issues:
        print(ascii_safe(str(issue)), file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("estimative"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Put a probability on a scenario and defend it."""
