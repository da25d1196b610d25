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
RANGE = "is not a number between 0 and 1."
ALLOWED = "Allowed: yes or no (1 or 0, true or false), void, or nothing while it is open."
CHOICE = f"is not an outcome. {ALLOWED}"
LAST = 'Say in a column "date" when each was made, with the time if need be: then the last one counts.'
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
    """A byte order mark, the line ends of other systems and UTF-16 change nothing."""
    assert read("\ufeff" + SOUND.replace("\n", "\r\n")) == read(SOUND) == read(SOUND.replace("\n", "\r"))
    Path("record.csv").write_bytes(SOUND.encode("utf-16"))
    assert read_record(Path("record.csv"), ANALYSTS) == read(SOUND)


@pytest.mark.parametrize(
    "text",
    [
        SOUND.replace(",", ";").replace("0.", "0,"),
        SOUND.replace(",", "\t").replace("0.", "0,"),
        "sep=;\n" + SOUND.replace(",", ";"),
        "# exported on 1 May\n\n" + SOUND,
        SOUND.replace(HEADER, " Analyst,QUESTION,Probability,Outcome\n"),
        SOUND.replace(HEADER, "forecaster,question_id,probability_yes,resolution\n"),
        SOUND.replace(HEADER, "user,question,percent,result\n").replace("0.7", "70").replace("0.4", "40 %"),
        SOUND.replace(HEADER, "user,question,Probability (%),result\n").replace("0.7", "70").replace("0.4", "40"),
        SOUND + ",,,\n",
    ],
)
def test_files_are_read_as_people_have_them(text: str) -> None:
    """Other separators, a comment, capitals, the columns of forecasting sites and percentages change nothing."""
    assert read(text) == read(SOUND)


def test_the_last_forecast_before_closing_counts() -> None:
    """Of dated judgements of one question the last counts that was made while it was open; the day it closes is."""
    header = HEADER.replace("\n", ",date,closed\n")
    rows = [
        "kent,Rain?,0.1,1,2026-01-03,2026-01-05",
        "kent,Rain?,0.2,1,2026-01-05 18:30,2026-01-05",
        "kent,Rain?,0.3,1,2026-01-05T09:00+00:00,2026-01-05",
        "kent,Rain?,0.9,1,2026-01-06,2026-01-05",
        "heuer,Rain?,0.4,yes,,",
    ]
    record = read(header + "\n".join(rows))
    assert [(j.probability, j.line) for j in record.judgements] == [(0.2, 3), (0.4, 6)]
    assert [j.probability for j in record.superseded] == [0.1, 0.3]
    assert [j.probability for j in record.late] == [0.9]
    tied = header + rows[4] + "\n" + rows[1] + "\n" + rows[1].replace("0.2", "0.5") + "\n" + rows[0]
    [error] = errors_of(tied)
    assert 'line 4, question: "kent" has already judged "Rain?" on line 3; 1 more row' in error
    [error] = errors_of(header + rows[0].replace("2026-01-03", "3/1/26") + "\n" + rows[4])
    assert error == ('record.csv, line 2, date: "3/1/26" is not a date such as 2026-11-01, or 2026-11-01 14:30.')


def test_everybody_in_a_file_can_be_read() -> None:
    """Without names to compare, the analysts are those of the file, or one that has the file's name."""
    Path("record.csv").write_text(SOUND + "1042,Rain?,0.2,1\n")
    assert read_record(Path("record.csv")).analysts == ("1042", "heuer", "kent")
    Path("mine.csv").write_text("p,outcome\n0.2,no\n0.3,yes\n")
    record = read_record(Path("mine.csv"))
    assert record.analysts == ("mine",)
    assert [j.question for j in record.judgements] == ["line 2", "line 3"]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("1", True), ("yes", True), ("true", True), ("Yes", True), ("TRUE", True), ("1.0", True), ("Y", True),
     ("0", False), ("no", False), ("false", False), ("No", False), ("False", False), ("0.0", False), ("F", False),
     ("", None), ("  ", None), ("NA", None), ("N/A", None), ("NaN", None), ("None", None), ("unresolved", None),
     ("void", None), ("annulled", None), ("Ambiguous", None)],
)  # fmt: skip
def test_outcomes(cell: str, meant: bool | None) -> None:
    """An outcome is written as people, pandas, R or forecasting sites do; what is missing, open or void is unknown."""
    last = read(SOUND + f"kent,Snow?,0.5,{cell}\n").judgements[-1]
    assert last.happened is meant
    assert last.void == (cell.lower() in ("void", "annulled", "ambiguous"))


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("0", 0), ("1", 1), ("1.0", 1), (".5", 0.5), ("5e-3", 0.005), ("5E-3", 0.005), ("+0.5", 0.5), ("1.", 1),
     ("70%", 0.7), ("29 %", 0.29), ("100%", 1)],
)  # fmt: skip
def test_probabilities(cell: str, meant: float) -> None:
    """A probability is written in any of the usual ways."""
    assert read(SOUND + f"kent,Snow?,{cell},\n").judgements[-1].probability == meant


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("101%", '"101%" {RANGE}'),
        ("70", '"70" {RANGE} Write 0.7 or 70%; if all are percentages, name the column "percent".'),
        ("6", '"6" {RANGE} Write 0.06 or 6%; if all are percentages, name the column "percent".'),
        ("101", '"101" {RANGE}'),
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
    """What is not a number between 0 and 1 is an error; for what may be a percentage it says what to write."""
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
                'the file has "analyst", "questions", "outcome". Rename "questions" to "question".'
            ),
            (
                'record.csv, line 2, probability: the column "probability" is missing; '
                'the file has "analyst", "questions", "outcome". Rename the column that has it to "probability".'
            ),
        ],
    ),
    "two columns could be one": (
        "analyst,ifp_id,market,probability,outcome\nkent,a,b,0.5,1\n",
        [
            (
                'record.csv, line 1, question: "ifp_id" and "market" could each be the column "question". '
                'Rename the right one to "question".'
            )
        ],
    ),
    "columns twice": (
        "analyst,outcome,question,note,outcome,probability\nkent,1,Rain?,,1,0.5\n",
        ['record.csv, line 1, outcome: the column "outcome" is there twice.'],
    ),
    "cells missing and cells too many": (
        SOUND + "kent,Snow?,0.5\nkent,Hail?,0.5,1,1\nkent,Fog?,0.5,7\n",
        [
            "record.csv, line 4: this row has 3 cells, the first line 4; 1 more row has such an error (line 5).",
            f'record.csv, line 6, outcome: "7" {CHOICE}',
        ],
    ),
    "outcomes": (
        SOUND + "kent,Snow?,0.5,partly\nkent,Hail?,0.5,maybe\nkent,Fog?,0.5,partly\n",
        [
            (
                'record.csv, line 4, outcome: "partly" is not an outcome; 1 more row has such an error '
                f"(line 6). {ALLOWED}"
            ),
            f'record.csv, line 5, outcome: "maybe" {CHOICE}',
        ],
    ),
    "many": (
        SOUND + "".join(f"kent,{at},{at}0,u{at}\n" for at in range(2, 12)),
        [
            (
                'record.csv, line 4, probability: "20" is not a number between 0 and 1; 9 more rows have such errors '
                '(lines 5, 6, 7, 8, 9, ...). Write 0.2 or 20%; if all are percentages, name the column "percent".'
            ),
            (
                'record.csv, line 4, outcome: "u2" is not an outcome; 9 more rows have such errors '
                f"(lines 5, 6, 7, 8, 9, ...). {ALLOWED}"
            ),
        ],
    ),
    "analysts": (
        SOUND + "Kent,Snow?,0.5,1\nnobody,Snow?,0.5,1\n,Snow?,0.5,1\n",
        [
            f'record.csv, line 4, analyst: "Kent" {STRANGER} Did you mean "kent"?',
            f'record.csv, line 5, analyst: "nobody" {STRANGER}',
            "record.csv, line 6, analyst: the analyst is missing. Allowed: the name of whoever judged.",
        ],
    ),
    "no question": (
        SOUND + "kent,,0.5,1\nkent, ,0.5,0\n",
        [
            (
                "record.csv, line 4, question: the question is missing; 1 more row has such an error (line 5). "
                "Allowed: a question."
            )
        ],
    ),
    "judged twice": (
        SOUND + "kent,Rain?,0.9,1\nkent, Rain? ,0.9,\nkent,rain?,0.9,1\n",
        [
            (
                f'record.csv, line 4, question: "kent" has already judged "Rain?" on line 2; '
                f"1 more row has such an error (line 5). {LAST}"
            )
        ],
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
        HEADER + "kant,Rain?,170 %,maybe\nkent,Rain?,0.7,1\nkent,Rain?,-1,no\n",
        [
            f'record.csv, line 2, analyst: "kant" {STRANGER} Did you mean "kent"?',
            f'record.csv, line 2, probability: "170 %" {RANGE}',
            f'record.csv, line 2, outcome: "maybe" {CHOICE}',
            f'record.csv, line 4, probability: "-1" {RANGE}',
            'record.csv, line 4, outcome: "no" contradicts "1" on line 3, of the same question.',
            f'record.csv, line 4, question: "kent" has already judged "Rain?" on line 3. {LAST}',
            f'record.csv, analyst: "heuer" {NO_SCORE}',
        ],
    ),
    "an open quote": (
        HEADER + 'kent,Rain?,-7,1\nkent,"Snow?,0.5,1\nkent,Hail?,0.5,1\n',
        [
            f'record.csv, line 2, probability: "-7" {RANGE}',
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
    text = HEADER + 'kent,"Rain,\nor\nsnow?",0.7,1\n\nheuer,"Rain,\n\nor snow?",-7,1\nheuer,Hail?,-8,1\n'
    assert errors_of(text) == [
        f'record.csv, line 6, probability: "-7" {RANGE}',
        f'record.csv, line 9, probability: "-8" {RANGE}',
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
    Path("large.csv").write_text(SOUND + "\n" * (10 << 20))
    Path("latin.csv").write_bytes(b"analyst\xe9")
    errors = []
    for name in ("nowhere.csv", "large.csv", "latin.csv"):
        with pytest.raises(InvalidInput) as caught:
            read_record(Path(name), ANALYSTS)
        errors += [str(issue) for issue in caught.value.issues]
    assert errors == [
        "nowhere.csv: there is no such file.",
        "large.csv: the file is too large, 10.5 MB. Allowed: at most 10.5 MB.",
        "latin.csv, line 1: the text is not UTF-8: byte 0xe9 at offset 7. Save it again with the encoding UTF-8.",
    ]


CELL = st.text(st.sampled_from('a,"\n ?'), max_size=5)


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=6))
def test_rows_begin_where_they_were_written(rows: list[list[str]]) -> None:
    """Whatever is in its cells, a row comes back with its line, whole but for blanks around cells."""
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    begins = [1 + "".join(f"{row}\n" for row in quoted[:index]).count("\n") for index in range(len(rows))]
    stripped = [[cell.strip() for cell in row] for row in rows]
    assert list(csv_rows("\n".join(quoted), file="record.csv")) == list(zip(begins, stripped, strict=True))


@given(text=st.text(st.sampled_from('kentheur01.?,"\n\r\x00 %'), max_size=60))
def test_any_text_is_read_or_invalid(text: str) -> None:
    """Any rows below the columns are a record or a list of printable errors, never a crash."""
    errors: list[str] = []
    try:
        read(SOUND + text)
    except InvalidInput as error:
        errors = [str(issue) for issue in error.issues] or [""]
    assert all(error.isprintable() and error.startswith("record.csv") for error in errors)


STATES = "analyst,question,state,probability,outcome\n"
OF_KENT = STATES + "kent,Who?,insider,0.2,no\nkent,Who?,criminals,50%,yes\nkent,Who?,state,0.3,no\n"
OF_HEUER = "heuer,Who?,state,0.6,0\nheuer,Who?,criminals,0.4,1\n"


def test_states_of_a_question_are_one_judgement() -> None:
    """The rows of a question that have a state are one judgement, of which one state holds; others are yes or no."""
    kent, rain, heuer = read(OF_KENT + "kent,Rain?,,0.7,1\n" + OF_HEUER).judgements
    assert [(each.state, each.probability) for each in kent.states] == [
        ("insider", 0.2), ("criminals", 0.5), ("state", 0.3),
    ]  # fmt: skip
    assert (kent.state, kent.probability, kent.happened, kent.answer, kent.line) == ("criminals", None, True, 1, 2)
    assert (rain.states, rain.probability, rain.probabilities) == ((), 0.7, pytest.approx((0.3, 0.7)))
    assert (heuer.state, heuer.answer) == ("criminals", 1)


def test_states_that_were_rounded_add_up_to_one() -> None:
    """Whole percentages of three states may add up to 99 or 101, and are scaled."""
    kent, _ = read(OF_KENT.replace("0.2", "0.19") + "heuer,Rain?,,0.2,1\n").judgements
    assert sum(kent.probabilities) == pytest.approx(1, abs=1e-15)
    assert kent.probabilities[0] == pytest.approx(0.19 / 0.99)


def test_the_last_states_before_closing_count() -> None:
    """Of dated judgements of states the last one counts whole; open and void questions are not resolved."""
    rows = [
        f"kent,Who?,{state},{p},{outcome},{date}"
        for date, shares in (("2026-01-02", (0.9, 0.1)), ("2026-01-04", (0.3, 0.7)))
        for state, p, outcome in zip(("insider", "criminals"), shares, ("no", "yes"), strict=True)
    ]
    more = ["kent,What?,a,0.5,,", "kent,What?,b,0.5,,", "kent,Why?,a,0.5,void,", "kent,Why?,b,0.5,void,"]
    record = read(STATES.replace("\n", ",date\n") + "\n".join([*rows, *more, "heuer,Rain?,,0.2,1,"]))
    assert [j.probabilities for j in record.resolved("kent")] == [(0.3, 0.7)]
    assert [j.probabilities for j in record.superseded] == [(0.9, 0.1)]
    assert [(j.question, j.happened, j.void) for j in record.judgements[1:3]] == [
        ("What?", None, False), ("Why?", None, True),
    ]  # fmt: skip


SUM = "have probabilities that add up to 1.2. Allowed: a sum of 1. Give each forecast a row for every state"
NO_STATE_HOLDS = "do not say which one holds. Allowed: yes for one state and no for all others"
STATE_ERRORS = {
    "sum": (OF_KENT.replace("50%", "0.7"), f'line 2, state: the states of "Who?" by "kent" {SUM}'),
    "none holds": (
        OF_KENT.replace("yes", "no"),
        f'line 2, outcome: the states of "Who?" by "kent" {NO_STATE_HOLDS}',
    ),
    "two hold": (OF_KENT.replace("0.2,no", "0.2,yes"), NO_STATE_HOLDS),
    "half open": (OF_KENT.replace("0.2,no", "0.2,"), NO_STATE_HOLDS),
    "twice": (OF_KENT + "kent,Who?,state,0.3,no\n", '"kent" has already judged "state" of "Who?" on line 4'),
    "no state": (OF_KENT + "heuer,Who?,,0.3,no\n", 'line 5, state: other rows of "Who?" have states.'),
    "contradiction": (OF_KENT + "heuer,Who?,insider,1,yes\n", '"yes" contradicts "no" on line 2, of the same question'),
}


@pytest.mark.parametrize("name", STATE_ERRORS)
def test_states_that_are_no_distribution_are_one_error(name: str) -> None:
    """Each mistake in the states of a question is one error with its line."""
    text, message = STATE_ERRORS[name]
    more = "" if "heuer" in text else "heuer,Rain?,,0.2,1\n"
    [error] = errors_of(text + more)
    assert message in error
