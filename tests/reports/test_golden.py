"""Documents as they were last read and approved; ESTIMATIVE_GOLDEN=write in the environment writes them anew."""

from __future__ import annotations

import os
import re
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from rich.cells import cell_len
from rich.console import Console

from estimative.reports import document
from estimative.reports.blocks import Document
from estimative.reports.change import document as change_document
from estimative.reports.comparison import document as comparison_document
from estimative.reports.evidence import document as evidence_document
from estimative.reports.formats import terminal
from estimative.reports.formats.html import html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from estimative.reports.pool import document as pool_document
from estimative.reports.report import document as report_document
from estimative.reports.report.rows import csv_of
from estimative.reports.score import document as score_document
from estimative.reports.sensitivity import document as sensitivity_document
from estimative.reports.summary import to_json
from estimative.reports.trace import document as trace_document
from estimative.reports.whatif import document as whatif_document
from tests.changes_made import CHANGES
from tests.comparisons import COMPARISONS
from tests.pools import POOLS
from tests.reports_made import REPORTS
from tests.scores_made import RECORDS
from tests.sensitivities import SENSITIVITIES
from tests.summaries import CASES, FULL
from tests.told_whatifs import WHATIFS
from tests.traces import TRACES
from tests.weighings import WEIGHINGS

GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("ESTIMATIVE_GOLDEN") == "write"


def on_terminal(told: Document, *, width: int = 80) -> str:
    """What a terminal without colour shows."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(told, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def on_a_page(told: Document, caution: str) -> str:
    """The HTML, without the style sheet, which stands in a file of its own."""
    return re.sub(r"(?<=<style>).*?(?=</style>)", "", html(told, caution=caution), flags=re.DOTALL)


def on_paper(told: Document, caution: str) -> str:
    """What the pages of the PDF say, one after the other."""
    return "\f".join(page.extract_text() for page in PdfReader(BytesIO(pdf(told, caution=caution))).pages)


WHOLE = {
    **{name: comparison_document.document(one) for name, one in COMPARISONS.items()},
    **{name: pool_document.document(one) for name, one in POOLS.items()},
    **{name: whatif_document.document(one) for name, one in WHATIFS.items()},
    **{name: sensitivity_document.document(one) for name, one in SENSITIVITIES.items()},
    **{name: evidence_document.document(one) for name, one in WEIGHINGS.items()},
    **{name: trace_document.document(one) for name, one in TRACES.items()},
    **{name: change_document.document(one) for name, one in CHANGES.items()},
    **{name: score_document.document(one) for name, one in RECORDS.items()},
    **{name: report_document.document(one, {}) for name, one in REPORTS.items() if name != "report.hostile"},
}
"""Of one length, whatever the format."""
IN_MARKDOWN = WHOLE | {name: evidence_document.document(one, full=True) for name, one in WEIGHINGS.items()}
"""Where to look for indicators, and why, stands in Markdown only."""
TOLD = {name: REPORTS[name] for name in ("report.full", "report.withheld", "report.cautioned")}
"""In every other format; pictures have tests of their own, and of a PDF it is the text."""
DOCUMENTS = {
    "preliminary.txt": on_terminal(document.preliminary(FULL)),
    **{f"{name}.brief.txt": on_terminal(document.brief(summary)) for name, summary in CASES.items()},
    **{f"{name}.html": on_a_page(report_document.document(one, {}), one.caution) for name, one in TOLD.items()},
    **{f"{name}.pdf.text": on_paper(report_document.document(one, {}), one.caution) for name, one in TOLD.items()},
    **{f"{name}.csv": csv_of(one) for name, one in TOLD.items()},
    **{f"{name}.json": to_json(one) for name, one in TOLD.items()},
    **{f"{name}.txt": on_terminal(told) for name, told in WHOLE.items()},
    **{f"{name}.md": markdown(told) for name, told in IN_MARKDOWN.items()},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_it_was_approved(name: str) -> None:
    """A summary made by hand gives the very document that is kept beside this test."""
    if WRITE:
        (GOLDEN / name).write_bytes(DOCUMENTS[name].encode())
    assert DOCUMENTS[name] == (GOLDEN / name).read_bytes().decode()


def test_every_golden_document_is_checked() -> None:
    """No document is kept that nothing is compared with."""
    assert {path.name for path in GOLDEN.iterdir()} == set(DOCUMENTS)


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith(".txt")])
def test_the_terminal_keeps_to_80_columns(name: str) -> None:
    """No line of a document on a terminal of 80 columns is wider than that."""
    assert max(map(cell_len, DOCUMENTS[name].splitlines())) <= 80
