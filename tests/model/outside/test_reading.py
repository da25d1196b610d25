"""Files of forecasts from elsewhere: the five forms, and what real files have in them."""

from __future__ import annotations

import datetime
import json
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.outside.columns import Cell, moment, number, order_of, unit_of
from estimative.model.outside.imported import ImportedForecasts
from estimative.model.outside.reading import Reading, read_forecasts
from estimative.priors.errors import InvalidInput, Issue
from tests.examples import examples

NOW = datetime.datetime(2026, 11, 30, 9, 0, tzinfo=datetime.UTC)
HEAD = "question,forecaster,time,probability,outcome\n"
OPTIONS = (
    "question,forecaster,time,option,probability\n"
    "q,ann,2026-01-02,x,0.5\nq,ann,2026-01-02,y,0.3\nq,ann,2026-01-02,z,0.1\n"
)
METACULUS = (
    "Question ID,Forecaster ID,Forecaster Username,Is Bot,Start Time,End Time,Forecaster Count,Probability Yes,"
    "Probability Yes Per Category,Continuous CDF,Probability Below Lower Bound\n"
)
GJP = "ifp_id,ctt,cond,training,team,user_id,forecast_id,fcast_type,answer_option,value,fcast_date,expertise,q_status\n"


def write(folder: Path, text: str, name: str = "out.csv", encoding: str = "utf-8") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str, name: str = "out.csv", encoding: str = "utf-8", **said: Any) -> ImportedForecasts:
    """What a file with this text has."""
    return read_forecasts(write(folder, text, name, encoding), Reading(**said), NOW)


def yes(imported: ImportedForecasts) -> list[tuple[str, str, str, float | None]]:
    """Question, forecaster, time and the probability of the last answer, of each forecast."""
    return [
        (each.question, each.forecaster, f"{each.time:%Y-%m-%d %H:%M}", each.probabilities and each.probabilities[-1])
        for each in imported.forecasts
    ]


def issues(folder: Path, text: str, name: str = "out.csv", **said: Any) -> list[str]:
    """The errors of a file, without its folder."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, text, name, **said)
    return [str(issue).replace(f"{folder}/", "") for issue in caught.value.issues]


@dataclass(frozen=True)
class Case:
    """A file and what it says."""

    text: str
    expected: list[tuple[str, str, str, float | None]]
    name: str = "out.csv"
    encoding: str = "utf-8"
    said: dict[str, Any] = field(default_factory=dict)


ANN = ("q", "ann", "2026-01-02 00:00")
CASES = {
    "fractions": Case(HEAD + "q,ann,2026-01-02,0.12,", [(*ANN, 0.12)]),
    "a sign of percent": Case(
        HEAD + "q,ann,2026-01-02,12%,\nq,ben,2026-01-02,1 %,", [(*ANN, 0.12), ("q", "ben", "2026-01-02 00:00", 0.01)]
    ),
    "percentages": Case(
        HEAD + "q,ann,2026-01-02,12,\nq,ben,2026-01-02,1,", [(*ANN, 0.12), ("q", "ben", "2026-01-02 00:00", 0.01)]
    ),
    "percentages below 1": Case(HEAD + "q,ann,2026-01-02,0.5,", [(*ANN, 0.005)], said={"unit": "percent"}),
    "certainty": Case(
        HEAD + "q,ann,2026-01-02,1,\nq,ann,2026-01-03,0,",
        [(*ANN, 1.0), ("q", "ann", "2026-01-03 00:00", 0.0)],
        said={"unit": "fraction"},
    ),
    "decimal commas": Case(HEAD.replace(",", ";") + "q;ann;2026-01-02;0,12;ja\n".replace("ja", "yes"), [(*ANN, 0.12)]),
    "decimal comma in quotes": Case(HEAD + 'q,ann,2026-01-02,"0,12",', [(*ANN, 0.12)]),
    "months first": Case(
        HEAD + "q,ann,1/2/26,0.1,\nq,ann,1/13/26,0.2,", [(*ANN, 0.1), ("q", "ann", "2026-01-13 00:00", 0.2)]
    ),
    "days first": Case(
        HEAD + "q,ann,2/1/2026,0.1,\nq,ann,13/1/2026,0.2,", [(*ANN, 0.1), ("q", "ann", "2026-01-13 00:00", 0.2)]
    ),
    "days first with dots": Case(HEAD + "q,ann,2.1.2026 14:30,0.1,", [("q", "ann", "2026-01-02 14:30", 0.1)]),
    "stated order": Case(
        HEAD + "q,ann,1/2/26 2:05 PM,0.1,", [("q", "ann", "2026-01-02 14:05", 0.1)], said={"dates": "mdy"}
    ),
    "offset": Case(HEAD + "q,ann,2026-01-02T01:00:00+02:00,0.1,", [("q", "ann", "2026-01-01 23:00", 0.1)]),
    "UTC": Case(HEAD + "q,ann,2026-01-02 01:00 UTC,0.1,", [("q", "ann", "2026-01-02 01:00", 0.1)]),
    "slashes after the year": Case(HEAD + "q,ann,2026/1/2,0.1,", [(*ANN, 0.1)]),
    "seconds": Case(HEAD + "q,ann,1767312000,0.1,", [(*ANN, 0.1)]),
    "milliseconds": Case(HEAD + "q,ann,1767312000000,0.1,", [(*ANN, 0.1)]),
    "Windows-1252": Case(HEAD + "q,Mürë,2026-01-02,0.1,", [("q", "Mürë", "2026-01-02 00:00", 0.1)], encoding="cp1252"),
    "UTF-8 with a mark": Case(
        HEAD + "q,Mürë,2026-01-02,0.1,", [("q", "Mürë", "2026-01-02 00:00", 0.1)], encoding="utf-8-sig"
    ),
    "UTF-16": Case(HEAD + "q,Mürë,2026-01-02,0.1,", [("q", "Mürë", "2026-01-02 00:00", 0.1)], encoding="utf-16"),
    "UTF-16 without a mark": Case(HEAD + "q,ann,2026-01-02,0.1,", [(*ANN, 0.1)], encoding="utf-16-le"),
    "tabs and other names": Case("Market\tUser\tDate\tPrediction\nq\tann\t2026-01-02\t0.1\n", [(*ANN, 0.1)]),
    "the last of one time": Case(HEAD + "q,ann,2026-01-02,0.1,\nq,ann,2026-01-02,0.3,", [(*ANN, 0.3)]),
    "missing values": Case(HEAD + "q,ann,2026-01-02,0.1,\nq,ann,2026-01-03,NA,\nq,ann,2026-01-04,,", [(*ANN, 0.1)]),
    "Metaculus": Case(
        METACULUS + "7,1,ann,False,2026-01-02 00:00:00.5+00:00,2026-01-05 00:00:00+00:00,,0.1,,,\n"
        "7,1,ann,False,2026-01-05 00:00:00+00:00,,,0.2,,,\n"
        '8,1,ann,False,2026-01-02 00:00:00+00:00,,,,"[0.2, None, 0.8]",,\n'
        '9,1,ann,False,2026-01-02 00:00:00+00:00,,,,,"[0.0, 0.5, None]",0.1\n',
        [
            ("7", "ann", "2026-01-02 00:00", 0.1),
            ("7", "ann", "2026-01-05 00:00", None),
            ("7", "ann", "2026-01-05 00:00", 0.2),
            ("8", "ann", "2026-01-02 00:00", 0.8),
        ],
        name="forecast_data.csv",
    ),
    "Metaculus without names": Case(
        "Question ID,Forecaster (Anonymized),Start Time,End Time,Forecaster Count,Probability Yes,Continuous CDF\n"
        "7,ab12,2026-01-02 00:00:00+00:00,,,0.1,\n",
        [("7", "ab12", "2026-01-02 00:00", 0.1)],
    ),
    "Manifold": Case(
        json.dumps(
            [
                {"contractId": "x", "userId": "u", "probBefore": 0.5, "probAfter": 0.1, "createdTime": 1767312000000},
                {"contractId": "x", "probAfter": 0.3, "createdTime": 1767312060000, "isCancelled": True},
                {"contractId": "x", "probAfter": None, "createdTime": 1767312060000},
            ]
        ),
        [("x", "Manifold", "2026-01-02 00:00", 0.1)],
        name="bets.json",
    ),
    "Manifold in CSV": Case(
        "id,contractId,createdTime,probBefore,probAfter\n1,x,1767312000000,0.5,0.1\n",
        [("x", "Manifold", "2026-01-02 00:00", 0.1)],
    ),
    "Polymarket": Case(
        '{"history": [{"t": 1767312000, "p": 0.1}, {"t": 1767315600, "p": 0.0005}]}',
        [("strike", "Polymarket", "2026-01-02 00:00", 0.1), ("strike", "Polymarket", "2026-01-02 01:00", 0.0005)],
        name="strike.json",
    ),
    "Polymarket in CSV": Case(
        '"Date (UTC)","Timestamp (UTC)","Price"\n"01-02-2026 00:00","1767312000","0.1"\n',
        [("strike", "Polymarket", "2026-01-02 00:00", 0.1)],
        name="strike.csv",
    ),
    "Good Judgment": Case(
        GJP + "1001-0,1,1,a,,15,7,0,a,0.1,1/2/26,2,closed\n1001-0,1,1,a,,15,7,0,b,0.9,1/2/26,2,closed\n"
        "1001-0,1,1,a,,15,8,1,a,0.3,1/2/26,2,closed\n1001-0,1,1,a,,15,8,1,b,0.7,1/2/26,2,closed\n"
        "1002-0,1,1,a,,15,9,0,a,0.2,1/13/26,2,closed\n1002-0,1,1,a,,15,9,0,b,0.3,1/13/26,2,closed\n"
        "1002-0,1,1,a,,15,9,0,c,0.5,1/13/26,2,closed\n1002-0,1,1,a,,16,9,0,c,0.5,1/13/26,2,closed\n",
        [("1001-0", "15", "2026-01-02 00:00", 0.3), ("1002-0", "15", "2026-01-13 00:00", 0.5)],
        name="survey_fcasts.yr1.csv",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_says_what_it_says(name: str, tmp_path: Path) -> None:
    """Each form, and each way to write numbers, dates and text, gives these forecasts."""
    case = CASES[name]
    imported = read(tmp_path, case.text, case.name, case.encoding, **case.said)
    actual = yes(imported)
    assert [row[:3] for row in actual] == [row[:3] for row in case.expected]
    assert [row[3] for row in actual] == [None if row[3] is None else pytest.approx(row[3]) for row in case.expected]
    assert pickle.loads(pickle.dumps(imported)) == imported


ERRORS: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "only 0 and 1": (
        HEAD + "q,ann,2026-01-02,1,\nq,ben,2026-01-02,0,",
        ['line 2, probability: all cells are 0 or 1, so that "1" may be 100% or 1%'],
        {},
    ),
    "fractions and percentages": (
        HEAD + "q,ann,2026-01-02,12,\nq,ben,2026-01-02,0.4,",
        ['line 2, probability: "12" can be no fraction, and "0.4" is a strange percentage'],
        {},
    ),
    "some signs": (
        HEAD + "q,ann,2026-01-02,12%,\nq,ben,2026-01-02,4,",
        ['line 3, probability: some cells have a percent sign, "12%", and others have none'],
        {},
    ),
    "sign against the unit": (
        HEAD + "q,ann,2026-01-02,12%,",
        ['line 2, probability: "12%" is a percentage, but the unit is stated as fraction'],
        {"unit": "fraction"},
    ),
    "beyond 100": (
        HEAD + "q,ann,2026-01-02,120,\nq,ann,2026-01-03,12,",
        ['line 2, probability: "120" is not a percentage from 0 to 100'],
        {},
    ),
    "negative": (HEAD + "q,ann,2026-01-02,-0.1,", ['line 2, probability: "-0.1" is not a number from 0 to 1'], {}),
    "no number": (HEAD + "q,ann,2026-01-02,likely,", ['line 2, probability: "likely" is not a number from 0 to 1'], {}),
    "dates that are open": (
        HEAD + "q,ann,9/3/11,0.1,\nq,ann,9/4/11,0.2,",
        ['line 2, time: in "9/3/11" the month may be the first number or the second'],
        {},
    ),
    "two orders of dates": (
        HEAD + "q,ann,9/13/11,0.1,\nq,ann,13/9/11,0.2,",
        ['line 2, time: "13/9/11" begins with the day, and "9/13/11" with the month'],
        {},
    ),
    "no date": (HEAD + "q,ann,soon,0.1,", ['line 2, time: "soon" is not a date'], {}),
    "no time": (HEAD + "q,ann,,0.1,", ["line 2, time: the time is missing"], {}),
    "no forecaster": (HEAD + "q,,2026-01-02,0.1,", ["line 2, forecaster: the forecaster is missing"], {}),
    "missing columns": (
        "question,chance\nq,0.1\n",
        [
            'line 1, forecaster: the column "forecaster" is missing',
            'line 1, time: the column "time" is missing',
            'line 1, probability: the column "probability" is missing',
        ],
        {},
    ),
    "two answers": (
        HEAD + "q,ann,2026-01-02,0.1,yes\nq,ben,2026-01-02,0.2,no",
        ['line 3, outcome: the answer is "no", but other rows of the question say "yes"'],
        {},
    ),
    "no answer": (HEAD + "q,ann,2026-01-02,0.1,maybe", ['line 2, outcome: "maybe" is no answer to the question'], {}),
    "uneven": (HEAD + "q,ann,2026-01-02,0.1", ["line 2: this row has 4 cells, the first line 5"], {}),
    "several": (
        HEAD + "q,ann,soon,0.1,\nq,ben,later,2,x\nq,ben,2026-01-02,0.2,",
        [
            'line 2, time: "soon" is not a date',
            'line 3, time: "later" is not a date',
            'line 3, probability: "2" can be no fraction',
            'line 3, outcome: "x" is no answer',
        ],
        {},
    ),
    "options that do not add up": (
        OPTIONS,
        ["line 4, probability: the probabilities of the options add up to 0.9"],
        {},
    ),
    "no forecasts": (
        HEAD + "q,ann,2026-01-02,NA,",
        ["the file has no forecast; its rows are left out: 1 without a probability"],
        {},
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_be_read_is_an_error_with_its_line(name: str, tmp_path: Path) -> None:
    """One error for each mistake, with file, line and column, and what is wrong."""
    text, expected, said = ERRORS[name]
    actual = issues(tmp_path, text, **said)
    assert len(actual) == len(expected)
    for message in expected:
        assert any(message in each and each.startswith("out.csv") for each in actual), (message, actual)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is not JSON"),
        ("[1, 2]", "the file has no forecasts of a known form"),
        ('{"history": [{"t": 1767312000, "p": 0.1}, {"t": 5}]}', "history[1]: the entry lacks t or p"),
        ('{"history": [{"t": "soon", "p": 2}]}', 'history[0].t: "soon" is not a date'),
    ],
)
def test_json_that_cannot_be_read_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    """An error of JSON names the entry."""
    assert any(message in each for each in issues(tmp_path, text, "out.json"))


def test_no_text_is_an_error(tmp_path: Path) -> None:
    """A file in no known encoding is an error with those that are known."""
    path = tmp_path / "out.csv"
    path.write_bytes(b"question,\x81\x8d\x00\x01")
    with pytest.raises(InvalidInput, match="text in UTF-8, UTF-16 or Windows-1252"):
        read_forecasts(path, Reading(), NOW)


def test_an_option_that_was_not_on_offer_has_no_probability(tmp_path: Path) -> None:
    """None in a list of options is kept apart from a probability of 0."""
    text = METACULUS + '8,1,ann,,2026-01-02 00:00:00+00:00,,,,"[0.2, None, 0.8, 0]",,\n'
    [forecast] = read(tmp_path, text).forecasts
    assert forecast.probabilities == (0.2, None, 0.8, 0.0)


def test_answers_are_taken_from_the_files_of_sites(tmp_path: Path) -> None:
    """Answers, options and the day of the answer come from the file of questions next to the forecasts."""
    write(
        tmp_path,
        "Question ID,Question Title,MC Options (All),Resolution,Actual Close Time\n"
        "7,Rain?,,no,2026-02-01 10:00:00+00:00\n"
        "8,Who?,\"['x', 'y', 'z']\",y,2026-02-01 10:00:00+00:00\n9,Void?,,annulled,\n",
        "question_data.csv",
    )
    text = METACULUS + "7,1,ann,,2026-01-02 00:00:00+00:00,,,0.1,,,\n9,1,ann,,2026-01-02 00:00:00+00:00,,,0.1,,,\n"
    text += '8,1,ann,,2026-01-02 00:00:00+00:00,,,,"[0.2,0.3,0.5]",,\n'
    rain, who, void = read(tmp_path, text, "forecast_data.csv").questions
    assert (rain.title, rain.answer, rain.closed) == ("Rain?", "no", datetime.date(2026, 2, 1))
    assert (who.answers, who.answer) == (("x", "y", "z"), "y")
    assert (void.answer, void.void) == ("", True)


def test_good_judgment_answers_are_letters(tmp_path: Path) -> None:
    """Of two options a means yes; dates in the file of questions begin with the day or the month as it shows."""
    write(
        tmp_path,
        "ifp_id,q_text,outcome,q_status,date_closed\n1001-0,Caf\u00e9?,b,closed,30/9/11\n",
        "ifps.csv",
        "cp1252",
    )
    text = GJP + "1001-0,1,1,a,,15,7,0,a,0.1,9/3/11,2,closed\n1001-0,1,1,a,,15,7,0,b,0.9,9/13/11,2,closed\n"
    [question] = read(tmp_path, text, "survey_fcasts.yr1.csv").questions
    assert (question.title, question.answer, question.closed) == ("Caf\u00e9?", "no", datetime.date(2011, 9, 30))


def test_a_market_says_how_it_ended(tmp_path: Path) -> None:
    """A market of Manifold with its bets has its title, its answer and the day of it."""
    market = {"id": "x", "question": "Rain?", "resolution": "YES", "resolutionTime": 1767398400000}
    bets = [{"contractId": "x", "probAfter": 0.1, "createdTime": 1767312000000}]
    [question] = read(tmp_path, json.dumps({**market, "bets": bets}), "m.json").questions
    assert (question.title, question.answer, question.closed) == ("Rain?", "yes", datetime.date(2026, 1, 3))


def test_rows_that_are_no_forecasts_are_counted(tmp_path: Path) -> None:
    """What is left out is counted by its reason."""
    imported = read(tmp_path, CASES["Good Judgment"].text)
    assert dict(imported.skipped) == {
        "replaced by a later row of the same forecaster and time": 1,
        "without a probability for every option": 1,
    }
    assert dict(read(tmp_path, CASES["missing values"].text).skipped) == {"without a probability": 2}


def test_an_aggregate_is_no_forecaster_of_a_pool(tmp_path: Path) -> None:
    """Rows of Metaculus with a number of forecasters are those of the crowd."""
    text = METACULUS + "7,,recency_weighted,,2026-01-02 00:00:00+00:00,,12,0.1,,,\n"
    [forecast] = read(tmp_path, text).forecasts
    assert (forecast.forecaster, forecast.crowd) == ("recency_weighted", True)


def cells(*texts: str) -> list[Cell]:
    return [Cell(text, "f", line, "c") for line, text in enumerate(texts, start=2)]


@given(st.lists(st.floats(0.001, 0.999), min_size=1))
def test_a_column_reads_back_in_either_unit(values: list[float]) -> None:
    """Fractions, and the same numbers with a sign of percent, differ by the column alone."""
    assert unit_of(cells(*map(repr, values)), stated=None, usual=None) == ("fraction", [])
    assert unit_of(cells(*(f"{100 * p}%" for p in values)), stated=None, usual=None) == ("percent", [])


@given(st.dates(datetime.date(1970, 1, 1), datetime.date(2068, 12, 31)), st.sampled_from(["mdy", "dmy"]))
def test_a_date_reads_back_in_either_order(day: datetime.date, order: Any) -> None:
    """A date written in a stated order is that day; a column decides only where one number is no month."""
    text = f"{day.month}/{day.day}/{day.year}" if order == "mdy" else f"{day.day}/{day.month}/{day.year}"
    [cell] = cells(text)
    time = moment(cell, order)
    assert not isinstance(time, Issue)
    assert time.date() == day
    decided, errors = order_of([cell], stated=None)
    assert (decided, errors) == (order, []) if day.day > 12 else [issue.code for issue in errors] == ["ambiguous-dates"]


@examples(16)
@given(st.text(max_size=30))
def test_no_text_stops_the_reader(text: str) -> None:
    """Whatever a cell has, it is a number or none, and a date or an error."""
    [cell] = cells(text)
    assert number(text) is None or number(text) is not None
    for order in ("iso", "mdy", "dmy"):
        assert isinstance(moment(cell, order), datetime.datetime | Issue)
