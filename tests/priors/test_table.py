"""Tables in the act of being read."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table, ascii_safe, bounds, shown

TEXT = """\
text = "  spaced "
number = 3
truth = true
day = 2026-11-01
names = ["a", "b"]
mixed = ["a", 1]
[inner]
x = 1
[[rows]]
x = 1
[[rows]]
y = 2
"""


@pytest.fixture
def table() -> Table:
    return Table.of(TomlFile.parse(TEXT, file="t.toml"))


def test_values(table: Table) -> None:
    """Each getter hands out the value of its kind, and notes no fault."""
    assert table.text("text") == "spaced"
    assert table.text("absent", default="d") == "d"
    assert (table.number("number", low=3, high=3), table.number("absent", default=2.0)) == (3.0, 2.0)
    assert table.whole("number") == 3
    assert table.flag("truth") is True
    assert table.date("day") == datetime.date(2026, 11, 1)
    assert table.date("absent", required=False) is None
    assert (table.texts("names"), table.texts("absent")) == (("a", "b"), ())
    assert table.choice("absent", ["a"], default="b") == "b"
    assert [row.path for row in table.tables("rows")] == [("rows", 0), ("rows", 1)]
    assert table.table("inner").number("x") == 1
    assert list(table.tables("absent")) == []
    assert table.table("absent").data == {}
    table.stop_if_faulty()


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda t: t.text("number"), "t.toml:2: number: found 3, expected a text"),
        (lambda t: t.text("absent"), "t.toml: absent: found nothing, expected a text"),
        (lambda t: t.number("truth"), "t.toml:3: truth: found true, expected a finite number"),
        (lambda t: t.number("number", low=4), "t.toml:2: number: found 3, expected a finite number of at least 4"),
        (lambda t: t.number("number", high=1, low=0), "t.toml:2: number: found 3, expected a number between 0 and 1"),
        (
            lambda t: t.number("number", low=3, high=4, open_ends=True),
            "t.toml:2: number: found 3, expected a number strictly between 3 and 4",
        ),
        (lambda t: t.whole("truth"), "t.toml:3: truth: found true, expected a whole number of at least 0"),
        (lambda t: t.flag("number"), "t.toml:2: number: found 3, expected true or false"),
        (
            lambda t: t.date("text"),
            "t.toml:1: text: found '  spaced ', expected a date such as 2026-11-01, without quotes",
        ),
        (lambda t: t.texts("mixed"), "t.toml:6: mixed: found ['a', 1], expected a list of texts"),
        (lambda t: t.table("number"), "t.toml:2: number: found 3, expected a table"),
        (lambda t: list(t.tables("inner")), "t.toml:7: inner: found {'x': 1}, expected an array of tables, [[inner]]"),
        (lambda t: list(t.tables("names")), "t.toml:5: names.0: found 'a', expected a table"),
        (lambda t: t.choice("number", ["a", "b"]), "t.toml:2: number: found 3, expected a or b"),
        (lambda t: t.table("inner").no_more(), "t.toml:8: inner.x: found an unknown key, expected nothing"),
    ],
)
def test_faults(table: Table, ask: Callable[[Table], object], said: str) -> None:
    """A value of the wrong kind is a fault with its line, and reading goes on."""
    ask(table)
    assert str(table.issues[0]) == said


def test_a_fault_is_noted_once(table: Table) -> None:
    """Asking twice for the same wrong value notes it once."""
    table.text("number")
    table.text("number")
    assert len(table.issues) == 1


def test_faults_come_in_the_order_of_lines(table: Table) -> None:
    """All faults are raised together, in the order of their lines."""
    table.text("truth")
    table.text("number")
    with pytest.raises(InvalidInput) as caught:
        table.stop_if_faulty()
    assert [fault.line for fault in caught.value.issues] == [2, 3]


def test_nothing_steers_the_terminal() -> None:
    """Control characters and direction marks appear as escapes, in values and in keys."""
    assert ascii_safe("a\x1b[31m\u202eb\nc\u00e9") == "a\\x1b[31m\\u202eb\\nc\u00e9"
    assert shown("\x1b") == "'\\x1b'"
    table = Table.of(TomlFile.parse('"a\\u001b" = 1', file="t.toml"))
    table.no_more()
    assert str(table.issues[0]).isprintable()


def test_long_values_are_cut() -> None:
    """A value too long for a message is cut, and a date is shown as one."""
    assert shown("x" * 100) == "'" + "x" * 56 + "..."
    assert shown(datetime.date(2026, 1, 2)) == "2026-01-02"
    assert (shown(None), shown(True), shown(False)) == ("nothing", "true", "false")


def test_prose() -> None:
    """Names and ranges read as prose."""
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("nothing", "a", "a, b or c")
    assert listed(["a", "b", "c", "d"], limit=2) == "a, b or 2 more"
    assert bounds(0, float("inf"), open_ends=True) == "a finite number above 0"
    assert nearest("alignmnt", ["alignment", "mistrust"]) == "alignment"
    assert nearest("zzz", ["alignment"]) is None


def test_a_fault_reads_as_a_sentence() -> None:
    """A fault without line or key leaves them out; a nearest name is asked for."""
    assert str(Issue(file="f", found="a", expected="b")) == "f: found a, expected b"
    assert str(Issue(file="f", line=2, key="k", found="a", expected="b", nearest="c")) == (
        "f:2: k: found a, expected b; did you mean 'c'?"
    )
