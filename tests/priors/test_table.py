"""Tables that are being read, and the errors that they collect."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from estimative.priors.errors import InvalidInput, ascii_safe, listed, nearest, quote
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table, bounds

TEXT = """\
text = "  spaced "
number = 3
truth = true
day = 2026-11-01
names = ["a", "b"]
mixed = ["a", 1]
empty = ""
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
    """Each getter returns the value of its kind, and adds no error."""
    assert table.text("text") == "spaced"
    assert table.text("absent", default="d") == "d"
    assert (table.number("number", low=3, high=3), table.number("absent", default=2.0)) == (3.0, 2.0)
    assert table.integer("number") == 3
    assert table.flag("truth") is True
    assert table.date("day") == datetime.date(2026, 11, 1)
    assert table.date("absent", required=False) is None
    assert (table.texts("names"), table.texts("absent")) == (("a", "b"), ())
    assert table.choice("absent", ["a"], default="b") == "b"
    assert [row.path for row in table.tables("rows")] == [("rows", 0), ("rows", 1)]
    assert table.table("inner").number("x") == 1
    assert list(table.tables("absent")) == []
    assert table.table("absent").data == {}
    table.raise_issues()


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda t: t.text("number"), "t.toml, line 2, number: 3 is not a text."),
        (lambda t: t.text("empty"), "t.toml, line 7, empty: the text is empty."),
        (lambda t: t.text("absent"), 't.toml, absent: "absent" is missing. Allowed: a text.'),
        (lambda t: t.number("truth"), "t.toml, line 3, truth: true is not a finite number."),
        (lambda t: t.number("number", low=4), "t.toml, line 2, number: 3 is not a finite number of at least 4."),
        (
            lambda t: t.number("number", high=1, low=0),
            't.toml, line 2, number: 3 is not a number between 0 and 1. Did you mean "0.03"?',
        ),
        (
            lambda t: t.number("number", low=3, high=4, open_ends=True),
            "t.toml, line 2, number: 3 is not a number strictly between 3 and 4.",
        ),
        (lambda t: t.integer("truth"), "t.toml, line 3, truth: true is not a whole number of at least 0."),
        (lambda t: t.flag("number"), "t.toml, line 2, number: 3 is not true or false."),
        (
            lambda t: t.date("text"),
            't.toml, line 1, text: "  spaced " is not a date such as 2026-11-01, without quotes.',
        ),
        (lambda t: t.texts("mixed"), 't.toml, line 6, mixed: ["a", 1] is not a list of texts.'),
        (lambda t: t.table("number"), "t.toml, line 2, number: 3 is not a table."),
        (
            lambda t: list(t.tables("inner")),
            "t.toml, line 8, inner: { x = 1 } is not an array of tables, [[inner]].",
        ),
        (lambda t: list(t.tables("names")), 't.toml, line 5, names.0: "a" is not a table.'),
        (
            lambda t: t.choice("text", ["spacer", "b"]),
            (
                't.toml, line 1, text: "  spaced " is not one of the values allowed here. '
                'Allowed: spacer, b. Did you mean "spacer"?'
            ),
        ),
        (
            lambda t: t.table("inner").no_more(),
            't.toml, line 9, inner.x: "x" is not a key of this table.',
        ),
    ],
)
def test_errors(table: Table, read: Callable[[Table], object], error: str) -> None:
    """A value of the wrong kind is an error with its line, and reading goes on."""
    read(table)
    assert str(table.issues[0]) == error


def test_an_error_is_added_once(table: Table) -> None:
    """Reading the same wrong value twice adds one error."""
    table.text("number")
    table.text("number")
    assert len(table.issues) == 1


def test_errors_come_in_the_order_of_lines(table: Table) -> None:
    """All errors are raised together, in the order of their lines."""
    table.text("truth")
    table.text("number")
    with pytest.raises(InvalidInput) as caught:
        table.raise_issues()
    assert [issue.place.line for issue in caught.value.issues] == [2, 3]


def test_nothing_steers_the_terminal() -> None:
    """Control characters and direction marks appear as escapes, in values and in keys."""
    assert ascii_safe("a\x1b[31m\u202eb\nc\u00e9") == "a\\x1b[31m\\u202eb\\nc\u00e9"
    assert quote("\x1b") == '"\\u001b"'
    table = Table.of(TomlFile.parse('"a\\u001b" = 1', file="t.toml"))
    table.no_more()
    assert str(table.issues[0]).isprintable()


def test_values_are_quoted_as_in_a_file() -> None:
    """A value is quoted as in TOML, and one that is too long for a message is cut."""
    assert quote("x" * 100) == '"' + "x" * 56 + "..."
    assert quote(datetime.date(2026, 1, 2)) == "2026-01-02"
    assert (quote(None), quote(True), quote(False)) == ("nothing", "true", "false")
    assert quote({"a b": [1, "x"]}) == '{ "a b" = [1, "x"] }'


def test_prose() -> None:
    """Names and ranges read as prose."""
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("nothing", "a", "a, b or c")
    assert listed(["a", "b", "c", "d"], limit=2) == "a, b or 2 more"
    assert bounds(0, float("inf"), open_ends=True) == "a finite number above 0"
    assert nearest("alignmnt", ["alignment", "mistrust"]) == "alignment"
    assert nearest("zzz", ["alignment"]) is None
