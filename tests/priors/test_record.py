"""Track records, and the exact errors of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors.csv_reader import csv_rows
from estimative.priors.errors import InvalidInput
from estimative.priors.forecast_record import Judgement, Record, read_record

ANALYSTS = ("kent", "heuer")
HEADER = "analyst,question,probability,outcome\n"
SOUND = HEADER + "kent,Rain?,0.7,1\nheuer,Rain?,0.4,yes\n"
CHOICE = "expected 1, yes, true, 0, no or false, or nothing while it is open"
NOBODY = "expected the name of a compared prior set: kent or heuer"
RANGE = "is not a number between 0 and 1."
CHOICE = "is not an outcome. Allowed: 1, yes, true, 0, no, false, or nothing while it is open."
STRANGER = "is not the name of a compared prior set. Allowed: kent, heuer."
NO_SCORE = "has no resolved question, so that there is no score to weight the analyst by."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every record is in its own folder, and errors name it as a user would."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str) -> Record:
    Path("record.csv").write_text(text, encoding="utf-8", newline="")
    return read_record(Path("record.csv"), ANALYSTS)


def errors_of(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    return [str(issue) for issue in caught.value.issues]


def test_a_record_is_read() -> None:
    """A judgement is one row; a question without an outcome is not resolved, and not an error."""
    record = read(SOUND + "kent,Snow?,0,\n")
    rain, snow = (Judgement(analyst="kent", question=name, probability=p, happened=happened)
                  for name, p, happened in [("Rain?", 0.7, True), ("Snow?", 0.0, None)])  # fmt: skip
    assert record.judgements == (
        rain, Judgement(analyst="heuer", question="Rain?", probability=0.4, happened=True), snow,
    )  # fmt: skip
    assert (record.file, record.analysts) == ("record.csv", ANALYSTS)
    assert record.resolved("kent") == (rain,)


def test_columns_come_in_any_order() -> None:
    """Columns stand in any order, others are ignored, blanks and quotes around cells are none of their text."""
    text = (
        """note, outcome,question ,probability,analyst\n\n"a, b", 1, "Rain, or snow?", 0.7 , kent\n,no,Hail?,.3,heuer"""
    )
    assert read(text).judgements == (
        Judgement(analyst="kent", question="Rain, or snow?", probability=0.7, happened=True),
        Judgement(analyst="heuer", question="Hail?", probability=0.3, happened=False),
    )


def test_windows_files_are_read() -> None:
    """A byte order mark and Windows line ends change nothing."""
    assert read("\ufeff" + SOUND.replace("\n", "\r\n")) == read(SOUND)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("1", True), ("yes", True), ("true", True), ("Yes", True), ("TRUE", True),
     ("0", False), ("no", False), ("false", False), ("No", False), ("False", False), ("", None), ("  ", None)],
)  # fmt: skip
def test_outcomes(cell: str, meant: bool | None) -> None:
    """An outcome is 1, yes or true, 0, no or false, in capitals or not; an empty one is open."""
    assert read(SOUND + f"kent,Snow?,0.5,{cell}\n").judgements[-1].happened is meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("0", 0), ("1", 1), ("1.0", 1), (".5", 0.5), ("5e-3", 0.005), ("5E-3", 0.005), ("+0.5", 0.5), ("1.", 1)],
)
def test_probabilities(cell: str, meant: float) -> None:
    """A probability is written in any of the usual ways."""
    assert read(SOUND + f"kent,Snow?,{cell},\n").judgements[-1].probability == meant


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("70%", '"70%" {RANGE} Did you mean "0.7"?'),
        ("70 %", '"70 %" {RANGE} Did you mean "0.7"?'),
        ("7.5 %", '"7.5 %" {RANGE} Did you mean "0.075"?'),
        ("29%", '"29%" {RANGE} Did you mean "0.29"?'),
        ("100%", '"100%" {RANGE} Did you mean "1"?'),
        ("101%", '"101%" {RANGE}'),
        ("70", '"70" {RANGE}'),
        ("1.01", '"1.01" {RANGE}'),
        ("-0.1", '"-0.1" {RANGE}'),
        ("nan", '"nan" {RANGE}'),
        ("inf", '"inf" {RANGE}'),
        ("1e999", '"1e999" {RANGE}'),
        ("0_1", '"0_1" {RANGE}'),
        ("\u0660.\u0667", '"\u0660.\u0667" {RANGE}'),
        ('"0,7"', '"0,7" {RANGE}'),
        ("likely", '"likely" {RANGE}'),
        ("", "the probability is missing. Allowed: a number between 0 and 1."),
        ("9" * 100, f'"{"9" * 56}... {{RANGE}}'),
    ],
)
def test_invalid_probabilities(cell: str, error: str) -> None:
    """What is not a number between 0 and 1 is an error; for a percentage it says what to write."""
    expected = f"record.csv, line 4, probability: {error.replace('{RANGE}', RANGE)}"
    assert errors_of(SOUND + f"kent,Snow?,{cell},\n") == [expected]


EMPTY = "record.csv: the file is empty. Allowed: a line with the names of the columns, then one line per judgement."
ERRORS: dict[str, tuple[str, list[str]]] = {
    "empty": ("", [EMPTY]),
    "empty lines": ("\n\n", [EMPTY]),
    "only a header": (HEADER, ["record.csv: the file has no judgement."]),
    "columns missing": (
        "\nanalyst,questions,outcome\nkent,Rain?,7\n",
        [
            (
                'record.csv, line 2, question: the column "question" is missing; '
                'the file has ["analyst", "questions", "outcome"]. Did you mean "questions"?'
            ),
            (
                'record.csv, line 2, probability: the column "probability" is missing; '
                'the file has ["analyst", "questions", "outcome"].'
            ),
        ],
    ),
    "columns twice": (
        "analyst,outcome,question,note,outcome,probability\nkent,1,Rain?,,1,0.5\n",
        ['record.csv, line 1, outcome: the column "outcome" is there twice.'],
    ),
    "cells missing and cells too many": (
        SOUND + "kent,Snow?,0.5\nkent,Hail?,0.5,1,1\nkent,Fog?,0.5,7\n",
        [
            "record.csv, line 4: this row has 3 cells, the first line 4.",
            "record.csv, line 5: this row has 5 cells, the first line 4.",
            f'record.csv, line 6, outcome: "7" {CHOICE}',
        ],
    ),
    "outcomes": (
        SOUND + "kent,Snow?,0.5,partly\nkent,Hail?,0.5,1.0\n",
        [f'record.csv, line 4, outcome: "partly" {CHOICE}', f'record.csv, line 5, outcome: "1.0" {CHOICE}'],
    ),
    "analysts": (
        SOUND + "Kent,Snow?,0.5,1\nnobody,Snow?,0.5,1\n,Snow?,0.5,1\n",
        [
            f'record.csv, line 4, analyst: "Kent" {STRANGER} Did you mean "kent"?',
            f'record.csv, line 5, analyst: "nobody" {STRANGER}',
            "record.csv, line 6, analyst: the analyst is missing. Allowed: the name of a compared prior set.",
        ],
    ),
    "no question": (
        SOUND + "kent,,0.5,1\nkent, ,0.5,0\n",
        [f"record.csv, line {n}, question: the question is missing. Allowed: a question." for n in (4, 5)],
    ),
    "judged twice": (
        SOUND + "kent,Rain?,0.9,1\nkent, Rain? ,0.9,\nkent,rain?,0.9,1\n",
        [f'record.csv, line {n}, question: "kent" has already judged "Rain?" on line 2.' for n in (4, 5)],
    ),
    "two outcomes": (
        HEADER + "kent,Rain?,0.7,\nheuer,Rain?,0.4,yes\nkent,Snow?,0.5,0\nheuer,Snow?,0.5,TRUE\n",
        ['record.csv, line 5, outcome: "TRUE" contradicts "0" on line 4, of the same question.'],
    ),
    "nothing resolved": (
        HEADER + "kent,Rain?,0.7,\n",
        [f'record.csv, analyst: "{name}" {NO_SCORE}' for name in ANALYSTS],
    ),
    "a file full of errors": (
        HEADER + "kant,Rain?,70 %,maybe\nkent,Rain?,0.7,1\nkent,Rain?,-1,no\n",
        [
            f'record.csv, line 2, analyst: "kant" {STRANGER} Did you mean "kent"?',
            f'record.csv, line 2, probability: "70 %" {RANGE} Did you mean "0.7"?',
            f'record.csv, line 2, outcome: "maybe" {CHOICE}',
            f'record.csv, line 4, probability: "-1" {RANGE}',
            'record.csv, line 4, question: "kent" has already judged "Rain?" on line 3.',
            'record.csv, line 4, outcome: "no" contradicts "1" on line 3, of the same question.',
            f'record.csv, analyst: "heuer" {NO_SCORE}',
        ],
    ),
    "an open quote": (
        HEADER + 'kent,Rain?,7,1\nkent,"Snow?,0.5,1\nkent,Hail?,0.5,1\n',
        [
            f'record.csv, line 2, probability: "7" {RANGE}',
            "record.csv, line 3: this row is not CSV: unexpected end of data.",
        ],
    ),
    "a cell of 200,000 characters": (
        SOUND + f"kent,{'?' * 200_000},0.5,1\n",
        ["record.csv, line 4: this row is not CSV: field larger than field limit (131072)."],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    """Every error of a record is reported at once, each with its line and its column."""
    text, errors = ERRORS[name]
    assert errors_of(text) == errors


def test_an_invalid_outcome_is_not_missing() -> None:
    """An analyst whose only outcome is misspelt has that error and not a second one."""
    [error] = errors_of(HEADER + "kent,Rain?,0.7,1\nheuer,Rain?,0.4,ja\n")
    assert error == f'record.csv, line 3, outcome: "ja" {CHOICE}'


def test_rows_that_cannot_be_read_are_not_missing() -> None:
    """Nobody is reported to have no resolved question while there are rows that cannot be read."""
    [error] = errors_of(HEADER + "kent,Rain?,0.7,1\nheuer,Rain?,0.4,1,\n")
    assert error == "record.csv, line 3: this row has 5 cells, the first line 4."


def test_lines_are_those_on_which_rows_begin() -> None:
    """Cells of several lines and empty lines do not change the lines of errors."""
    text = HEADER + 'kent,"Rain,\nor\nsnow?",0.7,1\n\nheuer,"Rain,\n\nor snow?",7,1\nheuer,Hail?,8,1\n'
    assert errors_of(text) == [
        f'record.csv, line 6, probability: "7" {RANGE}',
        f'record.csv, line 9, probability: "8" {RANGE}',
    ]


HOSTILE = "\x1b[2J\u202e\x00"
ESCAPED = r"\u001b[2J\u202e\u0000"


@pytest.mark.parametrize(
    "text",
    [
        SOUND + f"{HOSTILE}x,Snow?,0.5,1\n",
        SOUND + f"kent,x{HOSTILE}x,0.5,1\nkent,x{HOSTILE}x,0.5,1\n",
        SOUND + f"kent,Snow?,{HOSTILE}x,1\n",
        SOUND + f"kent,Snow?,0.5,{HOSTILE}x\n",
        f"analyst,x{HOSTILE}x,probability,outcome\n",
        f"analyst,questions{HOSTILE}x,probability,outcome\n",
    ],
    ids=["analyst", "question", "probability", "outcome", "column", "column nearby"],
)
def test_nothing_steers_a_terminal(text: str) -> None:
    """Control characters and direction marks of a cell appear in errors as their escapes."""
    [error] = errors_of(text)
    assert error.isprintable()
    assert ESCAPED in error


def test_files_that_cannot_be_read(folder: Path) -> None:
    """A file that is missing, too large or not UTF-8 is one error that says so."""
    Path("large.csv").write_text(SOUND + "\n" * (1 << 20))
    Path("latin.csv").write_bytes(b"analyst\xe9")
    errors = []
    for name in ("nowhere.csv", "large.csv", "latin.csv"):
        with pytest.raises(InvalidInput) as caught:
            read_record(Path(name), ANALYSTS)
        errors += [str(issue) for issue in caught.value.issues]
    assert errors == [
        "nowhere.csv: there is no such file.",
        "large.csv: the file is too large, 1.0 MB. Allowed: at most 1.0 MB.",
        "latin.csv: the text is not UTF-8: byte 0xe9 at offset 7.",
    ]


CELL = st.text(st.sampled_from('a,"\n ?'), max_size=5)


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=6))
def test_rows_begin_where_they_were_written(rows: list[list[str]]) -> None:
    """Whatever quotes, commas and line ends are in its cells, a row comes back whole, with the line it was put on."""
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    begins = [1 + "".join(f"{row}\n" for row in quoted[:index]).count("\n") for index in range(len(rows))]
    assert list(csv_rows("\n".join(quoted), file="record.csv")) == list(zip(begins, rows, strict=True))


@given(text=st.text(st.sampled_from('kentheur01.?,"\n\r\x00 %'), max_size=60))
def test_any_text_is_read_or_invalid(text: str) -> None:
    """Any rows below the columns are a record or a list of printable errors, never a crash."""
    errors: list[str] = []
    try:
        read(SOUND + text)
    except InvalidInput as error:
        errors = [str(issue) for issue in error.issues] or [""]
    assert all(error.isprintable() and error.startswith("record.csv") for error in errors)
