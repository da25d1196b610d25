"""Documents on a terminal."""

from __future__ import annotations

from rich.cells import cell_len

from estimative.reports.blocks import Code, Columns, Heading, Listing, PageBreak, Paragraph, Table
from tests.documents import EVERY, RECORDS, saying, texts_of, wide_table
from tests.reading import on_terminal, squeezed


def test_every_text_is_printed() -> None:
    """No text of a block is lost, whatever the width."""
    without_tables = tuple(block for block in EVERY if not isinstance(block, Table))
    for document, width in ((without_tables, 80), (EVERY, 400)):
        printed = squeezed(on_terminal(document, width=width))
        assert not [text for text in texts_of(document) if squeezed(text) not in printed]


def test_no_line_is_wider_than_the_terminal() -> None:
    """Only a command is, which a user copies."""
    for width in (80, 100, 200):
        document = tuple(block for block in EVERY if not isinstance(block, Code))
        assert max(map(cell_len, on_terminal(document, width=width).splitlines())) <= width


def test_a_command_is_one_line() -> None:
    """Wherever it stands: a line break in it could not be copied."""
    command = f"estimative report {'ab12' * 50}"
    for block in (Code(lines=(command,)), Columns(parts=((Code(lines=(command,)),),))):
        assert f"  {command}\n" in on_terminal((block,))


def test_no_line_ends_with_a_blank() -> None:
    """Nothing invisible is printed."""
    assert not [line for line in on_terminal(EVERY).splitlines() if line != line.rstrip()]


def test_further_lines_of_a_point_are_indented_like_the_first() -> None:
    """A list can be read down its dashes."""
    first, second, *_ = on_terminal((Listing(points=("word " * 40,)),)).splitlines()
    assert first.startswith(" - word")
    assert second.startswith("   word")


def test_a_table_of_many_sentences_becomes_records() -> None:
    """Where there is no room for them side by side; empty cells are left out."""
    narrow, wide = on_terminal((RECORDS,)), on_terminal((RECORDS,), width=200)
    assert "  Kind: measurement" in narrow
    assert "Kind: measurement" not in wide
    empty = Table(header=RECORDS.header, rows=((*RECORDS.rows[0][:-1], ""),), text_columns=RECORDS.text_columns)
    assert "Weight" not in on_terminal((empty,))
    assert "Quantity: " not in on_terminal((wide_table(2),))


def test_no_word_of_a_table_is_broken_on_a_narrow_terminal() -> None:
    """Where the longest words of its columns have no room side by side, each row is a record."""
    row = ("A flood of the harbour", "10.3%", "extraordinarily improbable")
    table = Table(header=("Outcome", "Probability", "Word"), rows=(row,), text_columns=(0, 2))
    assert "  Word: extraordinarily" in on_terminal((table,), width=36)
    for width in (37, 60, 80):
        printed = on_terminal((table,), width=width)
        assert "Word:" not in printed
        assert {"extraordinarily", "improbable", "Probability"} <= set(printed.split())


def test_colour_is_used_only_where_it_is_wanted() -> None:
    """Bold and red come with the terminal's colours, never into a pipe."""
    document = (Heading(text="a"), Paragraph(text="b", strong=True))
    assert "\x1b[1m" in on_terminal(document, colour=True)
    assert "\x1b" not in on_terminal((*document, *saying("c")))


def test_a_page_break_prints_nothing() -> None:
    """A terminal has no pages."""
    assert on_terminal((Paragraph(text="a"), PageBreak(), Paragraph(text="b"))) == "a\nb\n"
