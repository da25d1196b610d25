"""Errors and warnings: how one reads, how it is encoded, and how it reaches another process."""

from __future__ import annotations

import pickle

import msgspec

from estimative.priors.errors import InvalidInput, Issue, Place, unknown_name

ISSUE = Issue(
    code="not-a-choice",
    message='"unlikly" is not a word of the ICD 203 scale',
    place=Place(file="critics.toml", line=12, key="events.plan"),
    value='"unlikly"',
    allowed=("unlikely", "likely"),
    suggestion="unlikely",
)


def test_an_error_reads_as_a_line() -> None:
    """An error is one line: where, what is wrong, what is allowed, and what was probably meant."""
    assert str(ISSUE) == (
        'critics.toml, line 12, events.plan: "unlikly" is not a word of the ICD 203 scale. '
        'Allowed: unlikely, likely. Did you mean "unlikely"?'
    )


def test_an_error_leaves_out_what_it_does_not_have() -> None:
    """Without a place, an allowed value or a suggestion, an error is its message."""
    assert str(Issue(code="x", message="wrong", place=Place())) == "wrong."
    assert str(Issue(code="x", message="wrong", place=Place(file="f", key="k"))) == "f, k: wrong."
    assert str(Issue(code="x", message="3 is not a text", place=Place(), allowed="a text")) == "3 is not a text."
    assert str(Issue(code="x", message="wrong", place=Place(), suggestion="Write 3.")) == "wrong. Write 3."


def test_a_long_list_is_cut() -> None:
    """Of many alternatives, a line shows twelve and says how many more there are; the error itself has all."""
    names = tuple(f"n{index}" for index in range(20))
    issue = unknown_name(Place(key="x"), "n21", names, "a name")
    assert str(issue).startswith('x: "n21" is not a name. Allowed: n0, n1,')
    assert "n11, 8 more." in str(issue)
    assert issue.allowed == names


def test_errors_encode_as_json_and_back() -> None:
    """An error is a JSON object with its place, and reads back equal."""
    encoded = msgspec.json.encode(ISSUE)
    fields = msgspec.json.decode(encoded)
    assert fields["place"] == {"file": "critics.toml", "line": 12, "key": "events.plan"}
    assert (fields["code"], fields["severity"]) == ("not-a-choice", "error")
    assert msgspec.json.decode(encoded, type=Issue) == ISSUE


def test_an_exception_survives_pickling() -> None:
    """An exception that crosses processes has the same errors there."""
    error = pickle.loads(pickle.dumps(InvalidInput([ISSUE, ISSUE.moved(Place(file="other"))])))
    assert error.issues == (ISSUE, ISSUE.moved(Place(file="other")))
    assert str(error).splitlines() == [str(issue) for issue in error.issues]
