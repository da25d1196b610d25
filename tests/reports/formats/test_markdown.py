"""Documents in Markdown."""

from __future__ import annotations

from estimative.reports.blocks import Code, Heading, IntervalPlot, IntervalRow, Listing, PageBreak, Paragraph
from estimative.reports.formats.markdown import markdown
from tests.documents import EVERY, texts_of
from tests.reading import markdown_skeleton, markdown_texts


def test_every_text_can_be_read() -> None:
    """Each text of a block is a text of the rendered page."""
    texts = "\n".join(markdown_texts(markdown(EVERY)))
    assert not [text for text in texts_of(EVERY) if text not in texts]


def test_headings_have_their_level() -> None:
    """As many marks as the level says."""
    tags = [tag for kind, tag, _ in markdown_skeleton(markdown(EVERY)) if kind == "heading_open"]
    levels = [block.level for block in EVERY if isinstance(block, Heading)]
    assert len(tags) == len(levels) + 2, "two more stand side by side"
    assert tags[:2] == ["h1", "h2"]


def test_numbers_are_aligned_to_the_right() -> None:
    """And texts to the left."""
    assert "| :--- | ---: | ---: |" in markdown(EVERY)


def test_a_command_after_a_list_is_not_part_of_the_list() -> None:
    """It is a block of code of its own."""
    written = markdown((Listing(points=("a",)), Code(lines=("b --c",))))
    assert ("fence", "code", 0) in markdown_skeleton(written)
    assert "b --c\n" in markdown_texts(written)


def test_backticks_do_not_end_a_block_of_code() -> None:
    """The fence is longer than any row of them."""
    lines = ("a", "```", "~~~", "`````", "# b")
    assert markdown_texts(markdown((Code(lines=lines),))) == ["".join(f"{line}\n" for line in lines)]


def test_the_key_of_a_plot_is_a_paragraph() -> None:
    """Whatever it begins with."""
    row = IntervalRow(label="a", point=0.2, low=0.1, high=0.4)
    for key in ("# a", "- a", "1. a"):
        assert markdown_texts(markdown((IntervalPlot(rows=(row,), key=key),)))[-1] == key


def test_a_document_ends_with_one_line_break() -> None:
    """And its blocks have one empty line between them; pages have no end here."""
    assert markdown((Heading(text="a", level=1), PageBreak(), Paragraph(text="b"))) == "# a\n\nb\n"
