"""One small document in every format, as it was last read and approved.

`ESTIMATIVE_GOLDEN=write` in the environment writes them again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx as library
import pytest

from estimative.reports.formats.csv import csv
from estimative.reports.formats.docx import docx
from estimative.reports.formats.html import html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from tests.documents import CAUTION, SHEET, SHORT
from tests.reading import on_terminal, read_pdf

FOLDER = Path(__file__).parent / "golden"
WRITE = os.environ.get("ESTIMATIVE_GOLDEN") == "write"


def page() -> str:
    """The HTML without its style sheet, which is a file of its own."""
    return re.sub(r"(?<=<style>).*?(?=</style>)", "", html(SHORT, caution=CAUTION), flags=re.DOTALL)


def paper() -> str:
    """The text of the pages of the PDF."""
    pages = read_pdf(pdf(SHORT, caution=CAUTION)).reader.pages
    return "\f".join(page.extract_text() for page in pages) + "\n"


def word() -> str:
    """The paragraphs of the Word file, each behind its style; of tables their cells."""
    body = library.Document(BytesIO(docx(SHORT, caution=CAUTION))).iter_inner_content()
    lines = (
        f"[{item.style.name}] {item.text}" if hasattr(item, "runs") else "\n".join(
            " | ".join(cell.text for cell in row.cells) for row in item.rows
        )
        for item in body
    )  # fmt: skip
    return "\n".join(lines) + "\n"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "short.txt": lambda: on_terminal(SHORT),
    "short.md": lambda: markdown(SHORT),
    "short.html": page,
    "short.pdf.text": paper,
    "short.docx.text": word,
    "sheet.csv": lambda: csv(SHEET, caution=CAUTION),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_it_was_approved(name: str) -> None:
    """To the last character."""
    written = DOCUMENTS[name]()
    if WRITE:
        (FOLDER / name).write_bytes(written.encode())
    assert written == (FOLDER / name).read_bytes().decode()


def test_every_approved_document_is_compared() -> None:
    """No other file is in the folder."""
    assert {path.name for path in FOLDER.iterdir()} == set(DOCUMENTS)
