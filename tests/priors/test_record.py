"""Track records, and the exact faults of those that cannot be used."""

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
RANGE = "expected a number between 0 and 1"
UNNAMED = "found no such column, expected"
ONCE = "expected one judgement of an analyst on a question"
ONE = "expected at least one: weights come from scores"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every record lies in a folder of its own, and faults name it as a user would."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str) -> Record:
    Path("record.csv").write_text(text, encoding="utf-8", newline="")
    return read_record(Path("record.csv"), ANALYSTS)


def faults_of(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    return [str(fault) for fault in caught.value.issues]


def test_a_record_is_read() -> None:
    """A judgement is one row; a question without an outcome is not resolved, and no fault."""
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
    ("said", "meant"),
    [("1", True), ("yes", True), ("true", True), ("Yes", True), ("TRUE", True),
     ("0", False), ("no", False), ("false", False), ("No", False), ("False", False), ("", None), ("  ", None)],
)  # fmt: skip
def test_outcomes(said: str, meant: bool | None) -> None:
    """An outcome is 1, yes or true, 0, no or false, in capitals or not; an empty one is open."""
    assert read(SOUND + f"kent,Snow?,0.5,{said}\n").judgements[-1].happened is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0", 0), ("1", 1), ("1.0", 1), (".5", 0.5), ("5e-3", 0.005), ("5E-3", 0.005), ("+0.5", 0.5), ("1.", 1)],
)
def test_probabilities(said: str, meant: float) -> None:
    """A probability is written in any of the usual ways."""
    assert read(SOUND + f"kent,Snow?,{said},\n").judgements[-1].probability == meant


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("70%", f"found '70%', {RANGE}: write 0.7"),
        ("70 %", f"found '70 %', {RANGE}: write 0.7"),
        ("7.5 %", f"found '7.5 %', {RANGE}: write 0.075"),
        ("29%", f"found '29%', {RANGE}: write 0.29"),
        ("100%", f"found '100%', {RANGE}: write 1"),
        ("101%", f"found '101%', {RANGE}"),
        ("70", f"found '70', {RANGE}"),
        ("1.01", f"found '1.01', {RANGE}"),
        ("-0.1", f"found '-0.1', {RANGE}"),
        ("nan", f"found 'nan', {RANGE}"),
        ("inf", f"found 'inf', {RANGE}"),
        ("1e999", f"found '1e999', {RANGE}"),
        ("0_1", f"found '0_1', {RANGE}"),
        ("\u0660.\u0667", f"found '\u0660.\u0667', {RANGE}"),
        ('"0,7"', f"found '0,7', {RANGE}"),
        ("likely", f"found 'likely', {RANGE}"),
        ("", f"found nothing, {RANGE}"),
        ("9" * 100, f"found '{'9' * 56}..., {RANGE}"),
    ],
)
def test_improbable_probabilities(said: str, told: str) -> None:
    """What is no finite number between 0 and 1 is a fault; of a percentage it says what to write."""
    assert faults_of(SOUND + f"kent,Snow?,{said},\n") == [f"record.csv:4: probability: {told}"]


FAULTS: dict[str, tuple[str, list[str]]] = {
    "empty": ("", ["record.csv: found an empty file, expected a line of columns, then a line a judgement"]),
    "empty lines": (
        "\n\n",
        ["record.csv: found an empty file, expected a line of columns, then a line a judgement"],
    ),
    "only a header": (HEADER, ["record.csv: found columns without a row, expected a line a judgement"]),
    "columns missing": (
        "\nanalyst,questions,outcome\nkent,Rain?,7\n",
        [
            f"record.csv:2: question: {UNNAMED} analyst, questions or outcome; did you mean 'questions'?",
            f"record.csv:2: probability: {UNNAMED} analyst, questions or outcome",
        ],
    ),
    "columns twice": (
        "analyst,outcome,question,note,outcome,note\nkent,1,Rain?,,1,\n",
        [
            f"record.csv:1: probability: {UNNAMED} analyst, outcome, question, note, outcome or note",
            "record.csv:1: outcome: found this column twice, expected it once",
        ],
    ),
    "cells missing and cells too many": (
        SOUND + "kent,Snow?,0.5\nkent,Hail?,0.5,1,1\nkent,Fog?,0.5,7\n",
        [
            "record.csv:4: found another number of cells, expected 4, as in the first line",
            "record.csv:5: found another number of cells, expected 4, as in the first line",
            f"record.csv:6: outcome: found '7', {CHOICE}",
        ],
    ),
    "outcomes": (
        SOUND + "kent,Snow?,0.5,partly\nkent,Hail?,0.5,1.0\n",
        [
            f"record.csv:4: outcome: found 'partly', {CHOICE}",
            f"record.csv:5: outcome: found '1.0', {CHOICE}",
        ],
    ),
    "analysts": (
        SOUND + "Kent,Snow?,0.5,1\nnobody,Snow?,0.5,1\n,Snow?,0.5,1\n",
        [
            f"record.csv:4: analyst: found 'Kent', {NOBODY}; did you mean 'kent'?",
            f"record.csv:5: analyst: found 'nobody', {NOBODY}",
            f"record.csv:6: analyst: found nothing, {NOBODY}",
        ],
    ),
    "no question": (
        SOUND + "kent,,0.5,1\nkent, ,0.5,0\n",
        [f"record.csv:{line}: question: found nothing, expected a question" for line in (4, 5)],
    ),
    "said twice": (
        SOUND + "kent,Rain?,0.9,1\nkent, Rain? ,0.9,\nkent,rain?,0.9,1\n",
        [f"record.csv:{line}: question: found 'Rain?' again, {ONCE}; 'kent' has one on line 2" for line in (4, 5)],
    ),
    "two outcomes": (
        HEADER + "kent,Rain?,0.7,\nheuer,Rain?,0.4,yes\nkent,Snow?,0.5,0\nheuer,Snow?,0.5,TRUE\n",
        ["record.csv:5: outcome: found 'TRUE', expected '0', as on line 4 of the same question"],
    ),
    "nothing resolved": (
        HEADER + "kent,Rain?,0.7,\n",
        [f"record.csv: analyst: found no resolved question of '{name}', {ONE}" for name in ANALYSTS],
    ),
    "a whole file of faults": (
        HEADER + "kant,Rain?,70 %,maybe\nkent,Rain?,0.7,1\nkent,Rain?,-1,no\n",
        [
            f"record.csv:2: analyst: found 'kant', {NOBODY}; did you mean 'kent'?",
            f"record.csv:2: probability: found '70 %', {RANGE}: write 0.7",
            f"record.csv:2: outcome: found 'maybe', {CHOICE}",
            f"record.csv:4: probability: found '-1', {RANGE}",
            f"record.csv:4: question: found 'Rain?' again, {ONCE}; 'kent' has one on line 3",
            "record.csv:4: outcome: found 'no', expected '1', as on line 3 of the same question",
            f"record.csv: analyst: found no resolved question of 'heuer', {ONE}",
        ],
    ),
    "an open quote": (
        HEADER + 'kent,Rain?,7,1\nkent,"Snow?,0.5,1\nkent,Hail?,0.5,1\n',
        [
            f"record.csv:2: probability: found '7', {RANGE}",
            "record.csv:3: found unexpected end of data, expected CSV",
        ],
    ),
    "a cell of 200,000 characters": (
        SOUND + f"kent,{'?' * 200_000},0.5,1\n",
        ["record.csv:4: found field larger than field limit (131072), expected CSV"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    """Every fault of a record is told at once, each with its line, its column, what was found and what was expected."""
    text, told = FAULTS[name]
    assert faults_of(text) == told


def test_a_faulty_outcome_is_not_missing() -> None:
    """An analyst whose only outcome is misspelt has that fault and not a second one."""
    assert faults_of(HEADER + "kent,Rain?,0.7,1\nheuer,Rain?,0.4,ja\n") == [
        f"record.csv:3: outcome: found 'ja', {CHOICE}"
    ]


def test_rows_that_cannot_be_read_are_not_missing() -> None:
    """Nobody is said to have no resolved question while there are rows whose cells cannot be told apart."""
    assert faults_of(HEADER + "kent,Rain?,0.7,1\nheuer,Rain?,0.4,1,\n") == [
        "record.csv:3: found another number of cells, expected 4, as in the first line"
    ]


def test_lines_are_those_on_which_rows_begin() -> None:
    """A cell of several lines and empty lines in between leave the lines of faults right."""
    text = HEADER + 'kent,"Rain,\nor\nsnow?",0.7,1\n\nheuer,"Rain,\n\nor snow?",7,1\nheuer,Hail?,8,1\n'
    assert faults_of(text) == [
        f"record.csv:6: probability: found '7', {RANGE}",
        f"record.csv:9: probability: found '8', {RANGE}",
    ]


HOSTILE = "\x1b[2J\u202e\x00"
ESCAPED = r"\x1b[2J\u202e\x00"


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
    """Control characters and direction marks of a cell appear in faults as their escapes."""
    [told] = faults_of(text)
    assert told.isprintable()
    assert ESCAPED in told


def test_files_that_cannot_be_read(folder: Path) -> None:
    """A file that is missing, too large or not UTF-8 is one fault that says so."""
    Path("large.csv").write_text(SOUND + "\n" * (1 << 20))
    Path("latin.csv").write_bytes(b"analyst\xe9")
    told = []
    for name in ("nowhere.csv", "large.csv", "latin.csv"):
        with pytest.raises(InvalidInput) as caught:
            read_record(Path(name), ANALYSTS)
        told += [str(fault) for fault in caught.value.issues]
    assert told == [
        "nowhere.csv: found no such file, expected a file that can be read",
        "large.csv: found 1.0 MB, expected at most 1.0 MB",
        "latin.csv: found byte 0xe9 at offset 7, expected UTF-8 text",
    ]


CELL = st.text(st.sampled_from('a,"\n ?'), max_size=5)


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=6))
def test_rows_begin_where_they_were_written(rows: list[list[str]]) -> None:
    """Whatever quotes, commas and line ends are in its cells, a row comes back whole, with the line it was put on."""
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    begins = [1 + "".join(f"{row}\n" for row in quoted[:index]).count("\n") for index in range(len(rows))]
    assert list(csv_rows("\n".join(quoted), file="record.csv")) == list(zip(begins, rows, strict=True))


@given(text=st.text(st.sampled_from('kentheur01.?,"\n\r\x00 %'), max_size=60))
def test_any_text_is_read_or_faulty(text: str) -> None:
    """Any rows below the columns are a record or a list of printable faults, never a crash."""
    told: list[str] = []
    try:
        read(SOUND + text)
    except InvalidInput as error:
        told = [str(fault) for fault in error.issues] or [""]
    assert all(fault.isprintable() and fault.startswith("record.csv:") for fault in told)
