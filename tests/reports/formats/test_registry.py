"""Every format of a file, through the one table of formats."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx as library
import pytest

from estimative.model.inference.info import Computation, Result
from estimative.reports.answers import Answer, Kind
from estimative.reports.context import Context
from estimative.reports.documents.common import CAUTION, WITHHELD
from estimative.reports.formats.registry import FORMATS, format_of
from tests.documents import BRIEF, SHEET
from tests.reading import read_html, read_pdf, read_xlsx, squeezed


class Handmade(Answer):
    """An answer whose document and tables are made by hand."""

    @property
    def kind(self) -> Kind:  # type: ignore[override]
        """Whatever its result is."""
        return Kind(document=lambda *_: BRIEF, sheets=lambda *_: (SHEET,), figures={})


def answer(*, converged: bool = True, with_unconverged: bool = False, brief: bool = False) -> Answer:
    """An answer of a fit that converged or not."""
    computation = Computation(seed=1, settings={}, versions={})
    result = Result(converged=converged, with_unconverged=with_unconverged, computation=computation)
    return Handmade(result=result, context=Context(assessments=(), brief=brief))


def text_in(name: str, written: str | bytes) -> str:
    """What a reader finds in a file."""
    if isinstance(written, str):
        return read_html(written).text if name == "html" else written
    if name == "pdf":
        return read_pdf(written).text
    if name == "docx":
        file = library.Document(BytesIO(written))
        return "\n".join(p.text for p in (*file.sections[0].header.paragraphs, *file.paragraphs))
    return "".join(value for _, value in read_xlsx(written).cells(1).values())


@pytest.mark.parametrize("name", FORMATS)
def test_an_answer_can_be_written(name: str) -> None:
    """As text or as bytes, without a caution if every fit converged."""
    written = FORMATS[name].render(answer())
    assert isinstance(written, bytes) == FORMATS[name].binary
    assert squeezed(CAUTION) not in squeezed(text_in(name, written))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in {"md", "json"}])
@pytest.mark.parametrize(("with_unconverged", "caution"), [(True, CAUTION), (False, WITHHELD)])
def test_an_answer_that_did_not_converge_carries_a_caution(name: str, with_unconverged: bool, caution: str) -> None:
    """Numbers of failed fits may be in it, or results may be missing; Markdown has the caution of its document."""
    written = FORMATS[name].render(answer(converged=False, with_unconverged=with_unconverged))
    assert squeezed(caution) in squeezed(text_in(name, written))


def test_a_compact_answer_is_written_compactly() -> None:
    """In every format with pages."""
    for name in ("html", "pdf", "docx"):
        assert FORMATS[name].render(answer(brief=True)) != FORMATS[name].render(answer())


def test_a_file_is_in_the_format_of_its_ending() -> None:
    """In capitals, too; every ending names one format."""
    endings = [ending for entry in FORMATS.values() for ending in entry.endings]
    assert len(endings) == len(set(endings))
    assert [format_of(Path(f"a{ending.upper()}")) for ending in endings] == [
        name for name, entry in FORMATS.items() for _ in entry.endings
    ]
    assert format_of(Path("a.txt")) is None
