"""The documents of a track record: what they say, in every format, of any log."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from msgspec.structs import replace

from estimative.model.codec import from_json, to_json
from estimative.model.inference.estimates import Estimate
from estimative.model.record.calibration import BaseRate
from estimative.model.record.consistency import DecidedOutcome
from estimative.model.record.score import ResolveResult, ScoreResult
from estimative.priors.errors import Issue, Place
from estimative.priors.forecast_record import read_record
from estimative.reports.answers import Answer
from estimative.reports.blocks import Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents import score as words
from estimative.reports.formats.csv import csv as to_csv
from estimative.reports.formats.registry import FORMATS
from tests.scores_made import RECORDS, entries, entry, record, records, resolution, state_resolution, verify

CONTEXT = Context(assessments=())
ONE = RECORDS["score.one"]


def answer(result: ScoreResult | ResolveResult) -> Answer:
    return Answer(result=result, context=CONTEXT)


def tables(result: ScoreResult) -> dict[str, Table]:
    """The tables of a document, by the title of their second column."""
    return {block.header[1]: block for block in words.document(result, CONTEXT) if isinstance(block, Table)}


def text(result: ScoreResult) -> str:
    """The running text of a document."""
    parts: list[str] = []
    for block in words.document(result, CONTEXT):
        match block:
            case Paragraph():
                parts.append(block.text)
            case Listing():
                parts += block.points
    return "\n".join(parts)


@given(result=records())
def test_every_format_holds_every_document(result: ScoreResult) -> None:
    """Any log becomes a document, its tables and JSON; the JSON is read back as the same result."""
    shown = answer(result)
    assert "Track record" in str(FORMATS["md"].render(shown))
    assert shown.sheets
    assert from_json(to_json(result), ScoreResult) == result


@pytest.mark.parametrize("name", RECORDS)
def test_a_document_is_a_page(name: str) -> None:
    """Each record made by hand is a page, a workbook and a Word file."""
    shown = answer(RECORDS[name])
    assert "<h1" in str(FORMATS["html"].render(shown))
    for form in ("xlsx", "docx"):
        assert FORMATS[form].render(shown)[:2] == b"PK"


@given(result=records())
def test_every_analyst_has_a_row_and_all_together_the_last(result: ScoreResult) -> None:
    """Analysts are in every table of scores, and where there are several, all of them together below."""
    names = [*result.analysts, *([words.TOGETHER] if len(result.analysts) > 1 else [])]
    for title in ("Happened", "Scenarios"):
        table = tables(result).get(title)
        assert [row[0] for row in table.rows] == names if table else not names
    calibration = tables(result).get("ICD 203 word")
    assert list(dict.fromkeys(row[0] for row in calibration.rows)) == names if calibration else not names


@given(result=records())
def test_the_counts_add_up(result: ScoreResult) -> None:
    """Bins have all forecasts, each state of several as one, and every line is scored or counted aside."""
    for name, row in result.analysts.items():
        own = [forecast for forecast in result.scored if forecast.analyst == name]
        assert sum(group.count for group in row.bins) == sum(len(forecast.states) or 1 for forecast in own)
        assert row.of_states == sum(bool(forecast.states) for forecast in own)
    assert sum(row.count for row in result.analysts.values()) == (result.overall.count if result.overall else 0)
    assert len(result.scored) + result.superseded + result.void == len(result.forecasts)


def test_the_last_forecasts_are_listed() -> None:
    """The last twenty are listed with what happened, and how many more there are is said."""
    result = RECORDS["score.several"]
    table = tables(result)["Analyst"]
    assert len(table.rows) == words.MAX_FORECASTS
    assert [row[1] for row in table.rows] == [row.analyst for row in result.forecasts[-words.MAX_FORECASTS :]]
    assert f"{len(result.forecasts) - words.MAX_FORECASTS} earlier forecasts not listed" in text(result)
    assert "not listed" not in text(ONE)


def test_nothing_is_scored_without_a_resolution() -> None:
    """Where nothing is scored the document says how to begin, and has no table of scores."""
    for name in ("score.nothing", "score.void"):
        assert words.heading(RECORDS[name]) == "Track record: no forecasts scored yet"
        assert "estimative resolve RUN --result yes --date DATE --because SOURCE" in text(RECORDS[name])
        assert "Happened" not in tables(RECORDS[name])
    assert "Not scored: 1 void forecast." in text(RECORDS["score.void"])


def test_forecasts_that_are_not_scored_are_counted() -> None:
    """Superseded, void and corrected forecasts are counted, each by its reason."""
    result = RECORDS["score.mixed"]
    assert "Not scored: 1 superseded forecast and 1 void forecast." in text(result)
    assert "4 lines, 1 of them corrected by later ones" in text(result)
    results = [row[3] for row in tables(result)["Analyst"].rows]
    assert results == ["yes, superseded", "void", "yes"]


def test_the_score_comes_first() -> None:
    """The first paragraph has the Brier score of all together, and whether they are biased."""
    _, first, *_ = words.document(RECORDS["score.full"], CONTEXT)
    assert isinstance(first, Paragraph)
    assert first.strong
    assert first.text.startswith("Brier score 0.12")
    assert "bias" in first.text


def test_few_questions_are_a_warning() -> None:
    """Analysts with fewer than twenty resolved questions are named with their number."""
    few = record([*entries([(0.5, True)] * 19), *entries([(0.5, True)] * 20, analyst="mayor", first=20)])
    assert "Fewer than 20 resolved questions: engineer (19)." in text(few)
    assert "Fewer than" not in text(RECORDS["score.full"])


@pytest.mark.parametrize(
    ("count", "message"), [(0, ""), (1, "1 saved run of the same"), (3, "3 saved runs of the same")]
)
def test_runs_that_are_not_resolved_are_a_warning(count: int, message: str) -> None:
    """How many runs could be resolved as well is said, with the right verb; nothing where there are none."""
    result = replace(ONE, open_runs=count)
    assert message in text(result)
    assert ("biased record" in text(result)) == (count > 0)


def test_different_questions_are_a_warning() -> None:
    """Where analysts were scored on different questions the document says so, and only there."""
    assert "different questions" in text(RECORDS["score.several"])
    same = record([*entries([(0.5, True)]), *entries([(0.7, True)], analyst="mayor", first=2)])
    assert "different questions" not in text(same)


def test_an_infinite_score_is_named() -> None:
    """Whoever gave probability 0 to something that happened is named, and the score is infinite."""
    result = RECORDS["score.several"]
    assert "mayor gave probability 0 to something that happened" in text(result)
    assert [row[4] for row in tables(result)["Happened"].rows][1] == "infinite"
    assert "probability 0" not in text(RECORDS["score.full"])


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (Estimate(value=0.2143, se=0.04), "0.21 \u00b1 0.04"),
        (Estimate(value=0.003, se=0.04), "0.00 \u00b1 0.04"),
        (Estimate(value=0.25, se=None), "0.250"),
        (Estimate(value=0.0, se=0.0), "0"),
    ],
)
def test_a_score_has_the_digits_of_its_error(estimate: Estimate, shown: str) -> None:
    """A score stands with its standard error, one without error alone."""
    assert words.number(estimate) == shown


def test_a_skill_has_a_sign() -> None:
    """A skill has a sign, and a dash where there is no reference."""
    assert words.skill(Estimate(value=0.3, se=0.1)) == "+0.3 \u00b1 0.1"
    assert words.skill(None) == "-"


def biased(bias: float, error: float | None) -> BaseRate:
    """Scores with such a bias."""
    [row] = RECORDS["score.full"].analysts.values()
    return replace(row.yes_no, bias=Estimate(value=bias, se=error))


@pytest.mark.parametrize(
    ("bias", "error", "lead"),
    [
        (0.1, 0.04, "Forecasts were too high"),
        (-0.1, 0.04, "Forecasts were too low"),
        (0.1, 0.05, "No bias beyond chance"),
        (0.1, None, "One scenario is not enough"),
    ],
)
def test_a_bias_is_called_one_beyond_two_errors(bias: float, error: float | None, lead: str) -> None:
    """Forecasts are called too high or too low only where chance is a poor explanation."""
    assert words.bias(biased(bias, error)).startswith(lead)


def test_bins_that_do_not_fit_are_named() -> None:
    """The bins are named in which the mean forecast is outside the interval of the frequency."""
    off = verify(entries([(0.3, True)] * 10 + [(0.9, True)] * 10))
    assert "outside the interval in 1 of 2 bins (unlikely)" in words.outside(off, "90%")
    fitting = verify(entries([(0.5, place % 2 == 0) for place in range(10)]))
    assert "within the interval in the only bin" in words.outside(fitting, "90%")


def test_the_decomposition_is_there_where_it_means_something() -> None:
    """The parts of the Brier score are shown only from enough forecasts on."""
    assert "Reliability" in tables(record(entries([(0.3, place % 3 == 0) for place in range(30)])))
    assert "Reliability" not in tables(ONE)


CASES = {
    "yes": (True, (), ": happened on 2 April 2026. The forecast of engineer was 30.0%, 60 days ahead."),
    "no": (False, (), "did not happen. The forecast of engineer was 30.0%, 149 days before the horizon."),
    "no, given": (False, ("It rains.",), "did not happen, although its condition was met (It rains). The forecast"),
    "void": (None, (), "void, so it is counted but not scored. The forecast of engineer was 30.0%."),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_resolution_is_confirmed_in_a_sentence(name: str) -> None:
    """What happened, the forecast and how long before, then the line with its digest and what it corrects."""
    occurred, given_titles, sentence = CASES[name]
    recorded = entry(7, resolution(1, occurred), corrects=2)
    result = ResolveResult(log="log", entry=recorded, title="The bridge is closed.", given=given_titles)
    first, second = answer(result).document
    assert isinstance(first, Paragraph)
    assert isinstance(second, Paragraph)
    assert sentence in first.text
    assert second.text == f"Recorded as line 7 of log, correcting line 2. Its digest: {recorded.digest}."
    assert from_json(to_json(result), ResolveResult) == result


STATE_CASES = {
    "state": (
        ("s1", (), True),
        "Water level: middle, certain on 2 April 2026. The forecast of engineer for this state was 50.0%, 60 days",
    ),
    "under a condition": (("s1", ("It rains.",), True), "for this state under its condition (It rains) was 50.0%"),
    "condition not met": (
        ("otherwise", ("It rains.",), False),
        "Water level: its condition was not met (It rains), so it is counted but not scored.",
    ),
    "void": (("", (), False), "Water level: void, so it is counted but not scored."),
}


@pytest.mark.parametrize("name", STATE_CASES)
def test_the_state_that_holds_is_confirmed_in_a_sentence(name: str) -> None:
    """A state goes by its title, with its probability, and all states are in a table; what is void has none."""
    (state, given_titles, table), words = STATE_CASES[name]
    result = ResolveResult(
        log="log",
        entry=entry(1, state_resolution(1, (0.2, 0.5, 0.3), state)),
        title="Water level",
        given=given_titles,
        state_titles={"s0": "low", "s1": "middle", "s2": "high"},
    )
    blocks = answer(result).document
    assert isinstance(blocks[0], Paragraph)
    assert words in blocks[0].text
    rows = [block.rows for block in blocks if isinstance(block, Table)]
    assert rows == ([(("low", "20.0%", ""), ("middle", "50.0%", "yes"), ("high", "30.0%", ""))] if table else [])
    assert from_json(to_json(result), ResolveResult) == result


def test_what_follows_from_a_state_is_said() -> None:
    """Outcomes that a state decides are named with their answers, and so are the lines that it contradicts."""
    result = ResolveResult(
        log="log",
        entry=entry(1, state_resolution(1, (0.2, 0.8), "s0")),
        title="Water level",
        given=(),
        state_titles={"s0": "low", "s1": "high"},
        decided=(DecidedOutcome(id="flood", title="There is a flood.", word="no"),),
        inconsistent=(Issue(message="the answer is s0, but line 4 is yes", place=Place(), code="contradiction"),),
    )
    text = "\n".join(block.text for block in answer(result).document if isinstance(block, Paragraph))
    assert "decides outcomes that are not recorded yet: There is a flood (flood): no." in text
    assert "Contradiction: the answer is s0, but line 4 is yes. Correct that line as well." in text


def test_forecasts_of_states_have_a_table_and_what_they_lack_is_said() -> None:
    """Their ranked score has a table; what needs a base rate is of yes or no, and a dash where there is none."""
    mixed, alone = RECORDS["score.states"], RECORDS["score.states alone"]
    [row] = tables(mixed)["Forecasts of states"].rows
    assert row == ("engineer", "2", "1", "0.650")
    assert tables(mixed)["Happened"].rows[0][1] == "1 of 2 (50%)"
    assert tables(alone)["Happened"].rows[0][1:3] == ("-", "-")
    assert tables(alone)["Scenarios"].rows[0][2:] == ("-", "-")
    assert "no common base rate" in text(alone)
    assert "always saying 50% scores 0.25)" not in text(alone)
    assert "Several states" not in text(RECORDS["score.full"])
    assert "Forecasts of states" not in tables(RECORDS["score.full"])
    results = [row[2:4] for row in tables(mixed)["Analyst"].rows]
    assert results == [
        ("20.0%", "yes"), ("50.0%", "s1"), ("10.0%", "s0"), ("-", "otherwise"), ("-", "void"), ("10.0%", "no"),
    ]  # fmt: skip


@given(result=records())
def test_the_csv_is_a_record_that_pools_read(tmp_path_factory: pytest.TempPathFactory, result: ScoreResult) -> None:
    """The CSV is read back forecast by forecast, to the last bit, by what reads it for pools."""
    sheet = answer(result).sheets[0]
    path = tmp_path_factory.mktemp("csv") / "record.csv"
    path.write_text(to_csv(sheet), encoding="utf-8")
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"))))
    assert len(rows) == sum(len(row.states) or 1 for row in result.scored)
    if result.analysts:
        read = read_record(path, list(result.analysts)).judgements
        expected = [(row.analyst, row.question, row.probabilities, row.answer) for row in result.scored]
        assert [(j.analyst, j.question, j.probabilities, j.answer) for j in read] == expected


def test_analysts_can_be_chosen() -> None:
    """Chosen analysts come in the chosen order; all numbers are then of these alone."""
    log = [*entries([(0.5, True)]), *entries([(0.7, True)], analyst="mayor", first=2)]
    assert list(record(log, "mayor", "engineer").analysts) == ["mayor", "engineer"]
    alone = record(log, "mayor")
    assert alone.overall == alone.analysts["mayor"]
    assert [row.analyst for row in alone.forecasts] == ["mayor"]


HOSTILE = "<b>=cmd()</b> \x1b[31m #set \u202e"


@pytest.mark.parametrize("form", ["md", "html", "csv"])
def test_text_of_a_log_is_shown_as_text(form: str) -> None:
    """Whatever an analyst is called, no terminal is controlled, and it is neither markup nor a formula."""
    log = [entry(1, resolution(1, True, prior_set=HOSTILE, scenario=HOSTILE))]
    shown = str(FORMATS[form].render(answer(record(log))))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "<b>=cmd" not in shown if form == "html" else not re.search(r"(^|,)=", shown, re.MULTILINE)
