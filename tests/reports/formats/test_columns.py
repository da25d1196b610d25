"""How wide the columns of a table are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.reports.blocks import Table
from estimative.reports.formats.columns import GAP, LONG_WORD, NARROW, ROOM, Layout
from tests.documents import PROSE, RECORDS, wide_table

CELLS = st.text(st.sampled_from("ab1 -_%"), max_size=120)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Of one to eight columns and any text."""
    columns = draw(st.integers(1, 8))
    rows = draw(st.lists(st.tuples(*[CELLS] * columns), max_size=5))
    return Table(
        header=draw(st.tuples(*[CELLS] * columns)),
        rows=tuple(rows),
        text_columns=draw(st.frozensets(st.integers(0, columns - 1))),
        nowrap_columns=draw(st.frozensets(st.integers(0, columns - 1))),
    )


@given(table=tables())
def test_shares_add_up_to_one(table: Table) -> None:
    """One for each column, none of them nothing; or none at all where the table fits as it is."""
    layout = Layout.of(table)
    if layout.shares:
        assert len(layout.shares) == len(table.header)
        assert min(layout.shares) > 0
        assert sum(layout.shares) == pytest.approx(1)
    else:
        longest = [max((len(row[at]) for row in table.rows), default=0) for at in range(len(table.header))]
        assert not layout.records
        assert sum(longest) <= ROOM


@given(table=tables())
def test_what_is_read_across_has_room_for_its_words(table: Table) -> None:
    """Unless a row is set as a record, every column is as wide as its longest word, up to a limit."""
    layout = Layout.of(table)
    if layout.records or not layout.shares:
        return
    for at, share in enumerate(layout.shares):
        words = [word for row in table.rows for word in row[at].replace("-", " ").replace("_", " ").split()]
        assert share * ROOM + 0.01 >= min(max(map(len, words), default=0), LONG_WORD)
        if at in layout.prose:
            assert share * ROOM + 0.01 >= NARROW


def test_numbers_get_what_they_need_and_prose_the_rest() -> None:
    """The column of sentences is the widest, and longer sentences make it wider."""
    words, _, number, prose = Layout.of(wide_table(3)).shares
    assert number * ROOM == pytest.approx(len("Prior") + GAP, abs=1)
    assert prose > 2 * words
    two = Table(header=("a", "b"), rows=((PROSE, PROSE * 3),), text_columns=frozenset({0, 1}))
    short, long = Layout.of(two).shares
    assert long > 1.5 * short


def test_what_has_more_columns_than_fit_becomes_records() -> None:
    """And what has few does not, however long its sentences."""
    assert Layout.of(RECORDS).records
    assert Layout.of(RECORDS).prose == {3, 4}
    assert not Layout.of(wide_table(3)).records


def test_a_date_is_one_word() -> None:
    """No line ends before a digit: a column of dates that had room for their parts alone would overlap the next."""
    header = ("Outcome, by", *(f"20{year}-12-31" for year in range(27, 31)))
    title = "China invades Taiwan, and NATO and Russia fight, by intent or by mistake, in the same year or the next"
    table = Table(header=header, rows=((title, "0.274%", "0.502%", "0.721%", "0.933%"),), text_columns=frozenset({0}))
    assert min(Layout.of(table).shares[1:]) * ROOM >= len("2027-12-31")
