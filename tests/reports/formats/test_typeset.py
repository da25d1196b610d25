"""What the formats share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.reports.blocks import Caution, Columns, Document, Heading, Paragraph
from estimative.reports.formats import typeset
from tests.documents import BRIEF, EVERY, JUDGEMENT, PLOT


@given(text=st.text())
def test_sanitized_text_is_one_printable_line(text: str) -> None:
    """Nothing in it steers a terminal or a reading program, and doing it again changes nothing."""
    clean = typeset.sanitize(text)
    assert clean.isprintable()
    assert typeset.sanitize(clean) == clean


@given(text=st.text(alphabet="ab1_./+: -", max_size=60))
def test_break_points_lose_nothing(text: str) -> None:
    """The pieces together are the text, and none of them is empty but of an empty text."""
    pieces = typeset.break_points(text)
    assert "".join(pieces) == text
    assert all(pieces) or text == ""


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("effects.closing.rain", ["effects.", "closing.", "rain"]),
        ("a.b", ["a.b"]),
        ("1234567.8901234", ["1234567.8901234"]),
        ("a short_name", ["a short_name"]),
        ("bridge_of_ashford is", ["bridge_", "of_", "ashford is"]),
    ],
)
def test_long_names_are_broken_and_numbers_are_not(text: str, pieces: list[str]) -> None:
    """After the marks inside names of more than ten letters."""
    assert typeset.break_points(text) == pieces


def test_addresses_of_the_web_are_links() -> None:
    """Without the full stop behind them; what would run a script is text."""
    text = "See https://example.org/a_b?c=d&e. Not javascript:alert(1), nor data:text/html,x."
    assert [piece for piece, link in typeset.split_links(text) if link] == ["https://example.org/a_b?c=d&e"]
    assert "".join(piece for piece, _ in typeset.split_links(text)) == text


def test_headings_descend_one_level_at_a_time() -> None:
    """Whatever levels a document gives; a heading in a column is never a part of the document."""
    document: Document = (
        *(Heading(text=str(level), level=level) for level in (1, 4, 3, 2, 6, 6, 1, 3)),
        Columns(parts=((Heading(text="a", level=2), Heading(text="b", level=5)), (Heading(text="c", level=2),))),
    )
    title, blocks = typeset.split_title(document)
    *headings, columns = blocks
    assert title == "1"
    assert [block.level for block in headings if isinstance(block, Heading)] == [2, 3, 2, 3, 4, 2, 3]
    assert isinstance(columns, Columns)
    assert [[b.level for b in part if isinstance(b, Heading)] for part in columns.parts] == [[4, 5], [4]]


def test_parts_are_counted() -> None:
    """By their headings of level 2."""
    assert typeset.count_parts(EVERY) == 5
    assert typeset.count_parts(BRIEF) == 2


def test_a_caution_stands_under_the_title_once() -> None:
    """A document that gives its own is given no second one, and none comes from an empty text."""
    title, text = Heading(text="a", level=1), Paragraph(text="b")
    caution = Caution(text="c")
    assert typeset.with_caution((title, text), "c") == (title, caution, text)
    assert typeset.with_caution((text,), "c") == (caution, text)
    assert typeset.with_caution((title, text, Caution(text="own")), "c") == (title, text, Caution(text="own"))
    assert typeset.with_caution((title, text), " \n") == (title, text)


def test_the_judgement_is_the_first_strong_sentence_under_its_heading() -> None:
    """Not a strong one elsewhere, and none where there is none."""
    judgement = typeset.key_judgement(EVERY)
    assert judgement
    assert judgement.text == JUDGEMENT
    loud, quiet = Paragraph(text="a", strong=True), Paragraph(text="b")
    assert typeset.key_judgement((loud, Heading(text="Key judgement"), quiet, loud, loud)) is loud
    assert typeset.key_judgement((loud, Heading(text="Evidence"), loud)) is None


def test_a_plot_is_described_by_its_numbers() -> None:
    """Label, point, interval, and the prior where there is one."""
    assert typeset.plot_description(PLOT) == (
        "The bridge is closed: 6.13%, from 1.2% to 14.9%, before 3.1%; The dam leaks: 11.7%, from 4% to 23%"
    )
