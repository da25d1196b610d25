"""A report as CSV: every number of it, with its error, at the place that it has in the JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from estimative.reports.formats.rows import Row, caution_row, table
from estimative.reports.report.summary import Report

HEADER = ("pointer", "value", "error")
"""The place as a JSON Pointer (RFC 6901); the number; its Monte Carlo standard error, where there is one."""
ERRORS = {
    "value": "mcse",
    "probability": "mcse",
    "mean": "mcse",
    "low": "low_mcse",
    "high": "high_mcse",
    "prior_probability": "prior_mcse",
    "difference": "joint_mcse",
}
"""Where the error of a field stands, if it stands beside it."""


def csv_of(report: Report) -> str:
    """Every number of a report."""
    return table(HEADER, _rows(report))


def _rows(report: Report) -> Iterator[Row]:
    yield from caution_row(HEADER, report.caution)
    yield from _below("", report)


def _below(pointer: str, node: Any) -> Iterator[Row]:
    match node:
        case bool() | str() | None:
            return
        case int() | float():
            yield pointer, node, ""
        case Mapping():
            for name, entry in node.items():
                yield from _below(f"{pointer}/{_escaped(name)}", entry)
        case tuple():
            for place, entry in enumerate(node):
                yield from _below(f"{pointer}/{place}", entry)
        case _:
            yield from _fields(pointer, {field.name: getattr(node, field.name) for field in dataclasses.fields(node)})


def _fields(pointer: str, fields: Mapping[str, Any]) -> Iterator[Row]:
    """What a type of the summary holds; an error goes into the row of its number."""
    errors = {error for name, error in ERRORS.items() if name in fields and error in fields}
    for name, entry in fields.items():
        if name in errors:
            continue
        if ERRORS.get(name) in errors and isinstance(entry, int | float):
            yield f"{pointer}/{name}", entry, fields[ERRORS[name]]
        else:
            yield from _below(f"{pointer}/{name}", entry)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
