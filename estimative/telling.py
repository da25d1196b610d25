"""The commands that tell a run again: `report` and `runs show`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from estimative.console import console
from estimative.output import write_whole
from model.runs import SUMMARY, Store
from priors.faults import Fault, Faulty
from reports import document, terminal
from reports.markdown import markdown
from reports.summary import Summary, from_json, to_json


def report_run(name: str, runs: Path | None, *, form: Literal["terminal", "md", "json"], output: Path | None) -> None:
    """Tell a run in full, on the terminal or into a file."""
    summary = _summary(name, runs)
    match form:
        case "terminal" if output is None:
            terminal.show(document.full(summary), console())
            return
        case "terminal":
            raise Faulty([Fault(file=str(output), key="--format", found="terminal", expected="md or json for a file")])
        case "md":
            text = markdown(document.full(summary))
        case "json":
            text = to_json(summary)
    if output is None:
        sys.stdout.write(text)
    else:
        write_whole(output, text)


def show_run(name: str, runs: Path | None) -> None:
    """What `fit` printed."""
    terminal.show(document.brief(_summary(name, runs)), console())


def _summary(name: str, runs: Path | None) -> Summary:
    path = Store.at(runs).find(name) / SUMMARY
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Faulty([Fault(file=str(path), found=error.strerror or "", expected="the summary of a run")]) from error
    except (ValueError, TypeError, KeyError) as error:
        found = str(error) if "schema version" in str(error) else "something damaged"
        raise Faulty([Fault(file=str(path), found=found, expected="the summary of a run")]) from error
