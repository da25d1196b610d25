"""Every file format: its endings, and how an answer is written in it. One entry a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from estimative.model.codec import to_json
from estimative.model.inference.info import Result
from estimative.reports.answers import Answer
from estimative.reports.phrases import CAUTION, WITHHELD

# Each writer is imported when it is used: together they take longer to load than a fit.


class Format(Struct, frozen=True, kw_only=True):
    """A file format."""

    endings: tuple[str, ...]
    render: Callable[[Answer], str | bytes]
    binary: bool = False
    """It can be written to a file only."""


def _caution(answer: Answer) -> str:
    """The caution for every page; empty if every fit converged."""
    result = answer.result
    if result.converged:
        return ""
    return WITHHELD if isinstance(result, Result) and result.withheld else CAUTION


def _markdown(answer: Answer) -> str:
    from estimative.reports.formats.markdown import markdown

    return markdown(answer.document)


def _html(answer: Answer) -> str:
    from estimative.reports.formats.html import html

    return html(answer.document, caution=_caution(answer), compact=answer.compact)


def _pdf(answer: Answer) -> bytes:
    from estimative.reports.formats.pdf import pdf

    return pdf(answer.document, caution=_caution(answer), compact=answer.compact)


def _docx(answer: Answer) -> bytes:
    from estimative.reports.formats.docx import docx

    return docx(answer.document, caution=_caution(answer), compact=answer.compact)


def _xlsx(answer: Answer) -> bytes:
    from estimative.reports.formats.xlsx import xlsx

    return xlsx(answer.sheets, caution=_caution(answer))


def _csv(answer: Answer) -> str:
    from estimative.reports.formats.csv import csv

    return csv(answer.sheets[0], caution=_caution(answer))


FORMATS: Mapping[str, Format] = {
    "md": Format(endings=(".md",), render=_markdown),
    "html": Format(endings=(".html", ".htm"), render=_html),
    "pdf": Format(endings=(".pdf",), render=_pdf, binary=True),
    "docx": Format(endings=(".docx",), render=_docx, binary=True),
    "xlsx": Format(endings=(".xlsx",), render=_xlsx, binary=True),
    "csv": Format(endings=(".csv",), render=_csv),
    "json": Format(endings=(".json",), render=lambda answer: to_json(answer.result)),
}
"""All but the terminal, whose width and colours are its own."""


def format_of(path: Path) -> str | None:
    """The format of a file by its ending, or None."""
    ending = path.suffix.lower()
    return next((name for name, entry in FORMATS.items() if ending in entry.endings), None)
