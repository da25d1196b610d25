"""The document of a batch: what needs attention comes first."""

from __future__ import annotations

from msgspec.structs import replace

from estimative.model.record.batch_result import FAR, BatchResult, with_scores
from estimative.priors.errors import Issue, Place
from estimative.reports.answers import Answer
from estimative.reports.blocks import Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.batch import MOST
from tests.model.record.test_batch_result import row

BAD = Issue(code="c", message="it is \u202ebad", place=Place(file="a.toml", line=3), allowed="good")
NEAR = [replace(row(at, 0.2 + at / 100), title="It happens") for at in range(6)]
FAR_OFF = replace(row(7, 0.95), title="It happens")
FAILED = replace(row(8, 0.5, status="not converged"), title="It fails", probability=None)
BROKEN = [
    replace(row(9, 0.5, status="broken"), run="", probability=None, errors=(BAD,), priors=f"p{at}") for at in (1, 2)
]


def answer(*rows: object) -> Answer:
    result = BatchResult(source="cases.csv", folder="runs", rows=with_scores(rows))  # type: ignore[arg-type]
    return Answer(result=result, context=Context(assessments=()))


def test_what_needs_attention_comes_first() -> None:
    """Errors, fits that did not converge, outliers, then results; sheets in the same order, with all errors."""
    full = answer(*NEAR, FAR_OFF, FAILED, *BROKEN)
    headings = [block.text for block in full.document if isinstance(block, Heading)]
    assert headings == ["Batch", "Could not be fitted", "Did not converge", "Outliers", "By question", "Results"]
    lead = next(block for block in full.document if isinstance(block, Paragraph))
    assert lead.text == (
        "10 combinations in cases.csv: 7 converged, 1 did not converge and 2 could not be fitted. "
        "1 result is an outlier."
    )
    batch, errors = full.sheets
    assert [line[0] for line in batch.rows] == ["broken"] * 2 + ["not converged"] + ["converged"] * 7
    assert batch.rows[3][1] is True
    assert len(errors.rows) == 1
    assert any(isinstance(block, Paragraph) and f"{FAR:g} robust" in block.text for block in full.document)


def test_a_batch_without_trouble_is_short() -> None:
    """No heading for what there is not."""
    headings = [block.text for block in answer(*NEAR).document if isinstance(block, Heading)]
    assert headings == ["Batch", "By question", "Results"]
    assert len(answer(*NEAR).sheets) == 1


def test_the_same_errors_of_many_are_listed_once() -> None:
    """With the number of combinations that have them."""
    listing = next(block for block in answer(*BROKEN).document if isinstance(block, Listing))
    (point,) = listing.points
    assert point.startswith("s with p1, and 1 more combination: a.toml, line 3")


def test_long_tables_are_cut() -> None:
    """The rest is in the sheet, and the table says how much."""
    many = answer(*(replace(row(at, 0.2), title="It happens") for at in range(MOST + 7)))
    table = [block for block in many.document if isinstance(block, Table)][-1]
    assert len(table.rows) == MOST + 1
    assert table.rows[-1][0] == "7 more"
    assert len(many.sheets[0].rows) == MOST + 7
