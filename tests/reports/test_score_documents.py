"""What is told of a record of judgements: rows, phrases, numbers; approved documents; its JSON and its CSV."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from rich.cells import cell_len

from estimative.model.record.calibration import MASS
from estimative.model.record.proper_scores import FEW
from estimative.priors.forecast_record import COLUMNS, read_record
from estimative.priors.toml_table import ascii_safe
from estimative.reports.blocks import Heading, Listing, Paragraph, Table
from estimative.reports.formats.markdown import markdown
from estimative.reports.score import wording as words
from estimative.reports.score.document import EVERYONE, MOST, document
from estimative.reports.score.rows import csv_of
from estimative.reports.score.summarizing import judgement_of
from estimative.reports.score.summary import Band, Mean, Measured, Record, Scores
from estimative.reports.summary import to_json
from tests.reports.test_golden import DOCUMENTS, on_terminal
from tests.scores_made import ENGINEER, MAYOR, RECORDS, entries, entry, record, records, resolution

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "score" / "schema.json").read_text(encoding="utf-8"))
POOL = json.loads((Path(__file__).parents[2] / "reports" / "pool" / "schema.json").read_text(encoding="utf-8"))
LIES_OUTSIDE = "what was said lies outside of the interval; by chance that happens in one of ten."
ONE, FULL, SEVERAL = (RECORDS[f"score.{name}"] for name in ("one", "full", "several"))
NOTHING, VOID, MIXED = (RECORDS[f"score.{name}"] for name in ("nothing", "void", "mixed"))


def test_the_page_on_records_shows_a_real_document() -> None:
    """What docs/record.md shows of a grown record is what a terminal shows of the one made by hand, line by line."""
    page = (Path(__file__).parents[2] / "docs" / "record.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    passages = [part.strip("\n") for part in shown.split("[...]\n") if part.strip()]
    assert len(passages) == 2
    for passage in passages:
        assert passage in DOCUMENTS["score.full.txt"]


def tables(found: Record) -> dict[str, Table]:
    """The tables of a document, by the title of their second column."""
    return {block.header[1]: block for block in document(found) if isinstance(block, Table)}


def paragraphs(found: Record) -> list[str]:
    """The running text of a document."""
    return [block.text for block in document(found) if isinstance(block, Paragraph)]


@settings(max_examples=25, deadline=None)
@given(found=records())
def test_every_analyst_has_a_row_and_all_together_the_last(found: Record) -> None:
    """Analysts stand in every table of scores, and where there are several, all of them together below."""
    if not found.overall:
        assert "Came about" not in tables(found)
        return
    names = [*found.analysts, *([EVERYONE] if len(found.analysts) > 1 else [])]
    assert [row[0] for row in tables(found)["Came about"].rows] == names
    assert [row[0] for row in tables(found)["Scenarios"].rows] == names
    bands = [row[0] for row in tables(found)["ICD 203 word"].rows]
    assert list(dict.fromkeys(bands)) == names
    [biases] = [block for block in document(found) if isinstance(block, Listing)]
    assert [point.partition(": ")[0] for point in biases.points] == names


@settings(max_examples=25, deadline=None)
@given(found=records())
def test_the_counts_add_up(found: Record) -> None:
    """Of each analyst and of all, judgements by band are all judgements, and analysts are all together."""
    for one in (*found.analysts.values(), *filter(None, (found.overall,))):
        assert sum(band.count for band in one.bands) == one.count
        assert sum(band.came_about for band in one.bands) == one.came_about
    if found.overall:
        assert sum(one.count for one in found.analysts.values()) == found.overall.count == len(found.counted)
    assert len(found.judgements) == len(found.counted) + found.void + found.earlier


def test_the_judgements_are_listed_to_the_last() -> None:
    """The last twenty are listed with what became of them, and how many more there are is told."""
    assert [row[0] for row in tables(FULL)["Analyst"].rows] == [one.question for one in FULL.judgements[-MOST:]]
    assert words.left_out(100) in paragraphs(FULL)
    assert [row[2:] for row in tables(MIXED)["Analyst"].rows] == [
        ("20 %", "yes, earlier", "2026-04-02", "60"),
        ("70 %", "void", "2026-06-30", "-"),
        ("40 %", "yes", "2026-04-02", "20"),
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_left_out_is_counted(count: int) -> None:
    """One line, or several, in good grammar."""
    told = "1 earlier line" if count == 1 else "2 earlier lines"
    assert words.left_out(count) == f"{told} of the ledger left out here; --json tells every one."


def test_without_a_judgement_there_is_no_number() -> None:
    """Where nothing is scored the document says so and how to begin, and has no table of scores."""
    for found in (NOTHING, VOID):
        assert document(found)[0] == Heading(text="Record of judgements: none scored yet", level=1)
        assert words.NOTHING in paragraphs(found)
        assert "Brier" not in on_terminal(document(found))
    assert "There is nothing in runs/resolutions.jsonl." in paragraphs(NOTHING)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (NOTHING, ""),
        (VOID, "Not scored: 1 void one."),
        (ONE, "1 judgement on 1 question from 1 scenario."),
        (MIXED, "1 judgement on 1 question from 1 scenario. Not scored: 1 earlier judgement and 1 void one."),
        (SEVERAL, "83 judgements on 60 questions from 60 scenarios."),
        (record([entry(n, resolution(n, None, outcome=f"o{n}")) for n in (1, 2)]), "Not scored: 2 void ones."),
    ],
)
def test_every_sort_of_judgement_is_counted(found: Record, told: str) -> None:
    """What is scored is counted by judgement, question and scenario; what is not, by its reason."""
    assert words.counted(found) == told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (ONE, "Record of judgements: 1 analyst, 1 scored"),
        (SEVERAL, "Record of judgements: 2 analysts, 83 scored"),
        (NOTHING, "Record of judgements: none scored yet"),
    ],
)
def test_the_title_says_how_many(found: Record, told: str) -> None:
    """The title counts analysts and judgements."""
    assert words.heading(found) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "runs/resolutions.jsonl: 1 line; the digest of the last is 0...1."),
        (
            {"lines": 4, "corrected": 1},
            "runs/resolutions.jsonl: 4 lines, 1 of them corrected by later ones; the digest",
        ),
        ({"lines": 0}, "There is nothing in runs/resolutions.jsonl."),
    ],
)
def test_the_ledger_is_told_with_its_digest(changed: dict[str, int], told: str) -> None:
    """The file, its lines, those that were corrected and the digest of the last one are told."""
    said = words.whence(replace(ONE, **changed))  # type: ignore[arg-type]
    assert re.sub(r"0{60,}(.)", r"0...\1", said).startswith(told)


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        ((FEW, FEW + 5), ""),
        ((1, FEW), "questions: engineer (1 question). "),
        ((1, 2), "questions: engineer (1 question) and mayor (2 questions). "),
    ],
)
def test_few_questions_are_told_by_analyst(questions: tuple[int, int], told: str) -> None:
    """Analysts with few resolved questions are named with their number; where there are none nothing is said."""
    some = next(iter(ONE.analysts.values()))
    analysts = {
        name: replace(some, questions=count, few=count < FEW)
        for name, count in zip(("engineer", "mayor"), questions, strict=True)
    }
    said = words.few(replace(ONE, analysts=analysts))
    assert told in said
    assert said.startswith(f"Fewer than {FEW} resolved questions: " if told else "")
    assert bool(said) == bool(told)


@pytest.mark.parametrize(
    ("count", "told"), [(0, ""), (1, "1 kept run of the same"), (2, "2 kept runs of the same")], ids=str
)
def test_runs_that_were_not_resolved_are_told(count: int, told: str) -> None:
    """How many runs could be resolved as well is told, in good grammar; nothing where there are none."""
    assert words.unresolved(count).startswith(told)
    assert bool(words.unresolved(count)) == bool(count)
    assert (f" {'is' if count == 1 else 'are'} not resolved" in words.unresolved(count)) == bool(count)
    assert (words.unresolved(count) in paragraphs(replace(ONE, open_runs=count))) == bool(count)


def test_different_questions_are_told() -> None:
    """Where analysts were scored on different questions the document says so, and nothing where on the same."""
    same = record([*entries(MAYOR), *entries(MAYOR, analyst="mayor", first=len(MAYOR) + 1)])
    assert words.different(SEVERAL) in paragraphs(SEVERAL)
    assert words.different(same) == ""
    assert words.different(ONE) == ""


def test_who_excluded_what_came_about_is_named() -> None:
    """Whoever gave probability 0 to what came about is named; where nobody did nothing is said."""
    assert words.never(SEVERAL) == "mayor gave probability 0 to what came about."
    assert words.never(FULL) == ""
    both = replace(SEVERAL, analysts=dict.fromkeys(("engineer", "mayor"), SEVERAL.analysts["mayor"]))
    assert words.never(both).startswith("engineer and mayor gave")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Measured(value=None, error=None), "infinite"),
        (Measured(value=0.25, error=None), "0.250"),
        (Measured(value=0.1234, error=0.031), "0.12 ± 0.03"),
        (Measured(value=0.1234, error=0.0031), "0.123 ± 0.003"),
        (Measured(value=0.0, error=0.0), "0"),
    ],
)
def test_a_score_is_told_to_its_error(found: Measured, told: str) -> None:
    """A score is told to its standard error, one without error alone, an infinite one in a word."""
    assert words.score(found) == told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, "-"),
        (Measured(value=None, error=None), "minus infinity"),
        (Measured(value=0.25, error=None), "+0.250"),
        (Measured(value=-0.1234, error=0.031), "-0.12 ± 0.03"),
        (Measured(value=0.51, error=0.1), "+0.51 ± 0.1"),
        (Measured(value=0.0001, error=0.2), "less than 0.1"),
    ],
)
def test_a_skill_is_told_with_its_sign(found: Measured | None, told: str) -> None:
    """A skill has a sign and its standard error; there is a dash where there is no reference."""
    assert words.skill(found) == told


def scores(bias: float, error: float | None, **changed: Any) -> Scores:
    """Scores with such a bias."""
    return replace(FULL.analysts["engineer"], bias=Measured(value=bias, error=error), **changed)


ON_AVERAGE = "48.6 % said on average, 62 of 120 (52 %) came about"


@pytest.mark.parametrize(
    ("bias", "error", "told"),
    [
        (0.1, 0.05, f"No bias beyond chance: {ON_AVERAGE}"),
        (-0.1, 0.05, f"No bias beyond chance: {ON_AVERAGE}"),
        (0.11, 0.05, f"Less came about than was said: {ON_AVERAGE}"),
        (-0.11, 0.05, f"More came about than was said: {ON_AVERAGE}"),
        (0.3, None, f"From one scenario nobody can tell a bias: {ON_AVERAGE}"),
    ],
)
def test_a_bias_is_called_one_beyond_two_errors(bias: float, error: float | None, told: str) -> None:
    """What came about is said to be less or more than foretold only where chance is a poor reason."""
    assert words.bias(scores(bias, error)) == told
    assert words.seen(scores(bias, error)) == told


@pytest.mark.parametrize(("questions", "told"), [(1, "1 question"), (7, "7 questions")])
def test_of_few_questions_a_picture_says_that_first(questions: int, told: str) -> None:
    """Where questions are few nothing is made of a bias."""
    few = scores(0.3, 0.05, questions=questions, few=True)
    assert words.seen(few) == f"Too few to tell ({told}): {ON_AVERAGE}"


def band(term: str, said: float) -> Band:
    return Band(term=term, count=9, said=Mean(value=said, se=0.0), came_about=3, low=0.13, high=0.6)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([0.3], "What was said lies within the interval of how often it came about in the one band in use."),
        ([0.13, 0.6], "What was said lies within the interval of how often it came about in each of 2 bands."),
        (
            [0.1],
            f"In 1 of 1 band (b0) {LIES_OUTSIDE}",
        ),
        (
            [0.1, 0.3, 0.7],
            f"In 2 of 3 bands (b0 and b2) {LIES_OUTSIDE}",
        ),
    ],
)
def test_bands_that_do_not_fit_are_named(said: list[float], told: str) -> None:
    """The bands are named in which what was said lies outside of the interval of the frequency."""
    bands = tuple(band(f"b{place}", p) for place, p in enumerate(said))
    assert words.outside(scores(0, None, bands=bands)) == told


def test_shares_and_intervals_are_told_in_whole_per_cent() -> None:
    """A share stands with its counts, an interval without digits that so few judgements cannot bear."""
    one = band("unlikely", 0.31234)
    assert words.came_about(one) == "3 of 9 (33 %)"
    assert words.reach(one) == "13 to 60 %"
    assert words.mean(one) == "31.2 %"
    assert words.mean(replace(one, said=Mean(value=0.31234, se=0.002))) == "31 %"


RESOLVED = {
    (True, ()): "The bridge is closed: came about on 2026-04-02. engineer had said 30 %, 60 days before.",
    (False, ()): "The bridge is closed: did not come about. engineer had said 30 %, 149 days before the time was over.",
    (False, ("leak", "rain")): "The bridge is closed: did not come about, though its condition (leak and rain) did. "
    "engineer had said 30 %, 149 days before the time was over.",
    (None, ("leak",)): "The bridge is closed: void, so that it is counted but not scored. engineer had said 30 %.",
}


@pytest.mark.parametrize("case", RESOLVED, ids=str)
def test_what_was_noted_is_told_in_a_sentence(case: tuple[bool | None, tuple[str, ...]]) -> None:
    """What became of it stands beside who had said what, and how long before; of a condition, that it came about."""
    happened, given = case
    one = judgement_of(entry(1, resolution(1, happened)), counted=True)
    assert words.resolved(one, title="The bridge is closed", given=given) == RESOLVED[case]


@pytest.mark.parametrize(("lead", "told"), [(0, "0 days before."), (1, "1 day before."), (2, "2 days before.")])
def test_days_are_counted_in_good_grammar(lead: int, told: str) -> None:
    """No day, one day, two days."""
    one = replace(judgement_of(entry(1, resolution(1)), counted=True), lead=lead)
    assert words.resolved(one, title="t", given=()).endswith(told)


def test_where_it_was_noted_is_told() -> None:
    """The line, its digest and what it corrects are told."""
    assert words.noted("a.jsonl", 4, "f" * 64, None) == f"Line 4 of a.jsonl. Its digest is {'f' * 64}."
    assert words.noted("a.jsonl", 4, "f" * 64, 2).startswith("Line 4 of a.jsonl, which corrects line 2. Its")


def test_only_those_who_are_asked_for_are_told() -> None:
    """Analysts can be chosen, in an order of one's own; all numbers are then of these alone."""
    found = [*entries(ENGINEER), *entries(MAYOR, analyst="mayor", first=len(ENGINEER) + 1)]
    alone = record(found, "mayor")
    assert alone.analysts == {"mayor": SEVERAL.analysts["mayor"]}
    assert alone.overall == SEVERAL.analysts["mayor"]
    assert {one.analyst for one in alone.judgements} == {"mayor"}
    assert list(record(found, "mayor", "engineer").analysts) == ["mayor", "engineer"]
    assert list(SEVERAL.analysts) == ["engineer", "mayor"]


def test_who_has_only_void_judgements_is_in_no_table() -> None:
    """An analyst none of whose judgements is scored has no row, and makes the questions of the others no different."""
    told = [entry(1, resolution(1)), entry(2, resolution(2, None, prior_set="mayor", outcome="open"))]
    for one in (record(told), record(told, "mayor", "engineer")):
        assert list(one.analysts) == ["engineer"]
        assert one.same_questions
        assert one.void == 1


def valid(found: Record) -> bool:
    """Whether the JSON of a record satisfies its schema."""
    text = to_json(found)
    return Draft202012Validator(SCHEMA).is_valid(json.loads(text, parse_constant=pytest.fail))


def test_the_schema_is_a_schema() -> None:
    """The schema is valid under JSON Schema 2020-12, and every definition in it is used."""
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert not [defined for defined in SCHEMA["$defs"] if f'"#/$defs/{defined}"' not in text]


def test_the_schemas_agree_on_what_they_share() -> None:
    """What this schema and that of pools define under one name, they define alike, but for scores."""
    own, other = SCHEMA["$defs"], POOL["$defs"]
    shared = own.keys() & other.keys() - {"scores"}
    assert shared
    assert {name: own[name] for name in shared} == {name: other[name] for name in shared}


def test_the_schema_knows_what_the_model_knows() -> None:
    """The mass of intervals and the least number of questions are those of the model."""
    assert SCHEMA["properties"]["mass"]["const"] == MASS
    few = SCHEMA["$defs"]["scores"]["allOf"][0]
    assert few["else"]["properties"]["questions"]["minimum"] == FEW
    assert few["then"]["properties"]["questions"]["maximum"] == FEW - 1


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_satisfies_its_schema(name: str) -> None:
    """The JSON of a record made by hand satisfies the schema."""
    assert valid(RECORDS[name])


@settings(max_examples=40, deadline=None)
@given(found=records())
def test_any_record_satisfies_the_schema(found: Record) -> None:
    """Whatever was said and whatever came about, the JSON satisfies the schema."""
    assert valid(found)


def with_scores(**changed: Any) -> Record:
    """The record with other scores of its analyst."""
    one = replace(FULL.analysts["engineer"], **changed)
    return replace(FULL, analysts={"engineer": one})


def with_band(**changed: Any) -> Record:
    first, *rest = FULL.analysts["engineer"].bands
    return with_scores(bands=(replace(first, **changed), *rest))


def with_judgement(**changed: Any) -> Record:
    first, *rest = FULL.judgements
    return replace(FULL, judgements=(replace(first, **changed), *rest))


PARTS = FULL.analysts["engineer"].decomposition
assert PARTS
WRONG = {
    "another version": replace(FULL, schema_version=2),
    "no file": replace(FULL, ledger=""),
    "fewer lines than none": replace(FULL, lines=-1),
    "lines without a digest": replace(FULL, digest=""),
    "a digest of nothing": replace(NOTHING, digest="0" * 64),
    "judgements of nothing": replace(FULL, lines=0, digest=""),
    "another mass": replace(FULL, mass=0.95),
    "no scores where something counts": replace(FULL, overall=None, analysts={}),
    "scores where nothing counts": replace(VOID, overall=FULL.overall, analysts=FULL.analysts),
    "analysts and nothing over all": replace(FULL, overall=None),
    "no judgement": with_scores(count=0),
    "few, and parts": with_scores(few=True),
    "few, and not called so": with_scores(questions=19),
    "many, and called few": with_scores(few=True, decomposition=None),
    "a Brier score above 1": with_scores(brier=Measured(value=1.1, error=0.1)),
    "a Brier score without end": with_scores(brier=Measured(value=None, error=None)),
    "a negative score": with_scores(log=Measured(value=-0.1, error=0.1)),
    "an infinite score with an error": with_scores(log=Measured(value=None, error=0.1)),
    "a skill above 1": with_scores(log_skill=Measured(value=1.1, error=0.1)),
    "skill where nothing came about": with_scores(came_about=0),
    "a bias beyond the scale": with_scores(bias=Measured(value=-1.1, error=0.1)),
    "an error from one scenario": with_scores(scenarios=1),
    "no error from several": with_scores(brier=Measured(value=0.1, error=None)),
    "a mean above 1": with_scores(said=Mean(value=1.1, se=0.0)),
    "no band": with_scores(bands=()),
    "too much uncertainty": with_scores(decomposition=replace(PARTS, uncertainty=0.3)),
    "a band that nobody knows": with_band(term="maybe"),
    "a band that was not used": with_band(count=0),
    "an interval beyond 1": with_band(high=1.1),
    "an interval that leaves out what was seen": with_band(low=0.001),
    "a void judgement that counts": with_judgement(happened=None),
    "an impossible probability": with_judgement(probability=1.1),
    "no reason": with_judgement(because=""),
    "no date": with_judgement(on="in April"),
    "no line": with_judgement(line=0),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses_what_cannot_be(name: str) -> None:
    """A record that is wrong in one place does not satisfy the schema."""
    assert valid(FULL)
    assert not valid(WRONG[name])


def test_the_schema_takes_no_more_and_no_less() -> None:
    """Every object of fixed fields has them all and no other."""
    written = json.loads(to_json(FULL))
    scored = written["analysts"]["engineer"]
    for one in (
        written,
        scored,
        scored["bands"][0],
        scored["brier"],
        scored["decomposition"],
        written["judgements"][0],
    ):
        for key in list(one):
            kept = one.pop(key)
            assert not Draft202012Validator(SCHEMA).is_valid(written), key
            one[key] = kept
        one["more"] = 1
        assert not Draft202012Validator(SCHEMA).is_valid(written)
        del one["more"]
    assert Draft202012Validator(SCHEMA).is_valid(written)


@settings(max_examples=40, deadline=None)
@given(found=records())
def test_the_csv_is_a_record_that_pools_read(tmp_path_factory: pytest.TempPathFactory, found: Record) -> None:
    """What is printed as CSV is read back judgement by judgement, to the last bit, by what reads it for pools."""
    path = tmp_path_factory.mktemp("csv") / "record.csv"
    path.write_text(csv_of(found), encoding="utf-8")
    if not found.counted:
        assert csv_of(found) == ",".join(COLUMNS) + "\n"
        return
    read = read_record(path, list(found.analysts))
    assert [(one.analyst, one.question, one.probability, one.happened) for one in read.judgements] == [
        (one.analyst, one.question, one.probability, one.happened) for one in found.counted
    ]


HOSTILE = {
    "script": "<script>alert(1)</script> <img src=x onerror=a(1)>",
    "markup": "*a* **b** `c` [d](https://evil.example) ![e](f.png) &lt; | g | ~~h~~ $i$ # j",
    "lines": "one\n\n# two\n\n- three\r\n```\nfour",
    "steering": "\x1b[31mred\x1b[0m \u202egnp.exe a\x00b\x07 \u2066c",
    "formula": "=1+1",
    "command": "@SUM(A1) \t-2+3",
    "long": "x" * 300,
    "wide": "\u6f22\u5b57" * 40,
}


def speaking(text: str) -> Record:
    """A record with one text in everything that comes from a file."""
    found = [
        entry(1, replace(resolution(1, prior_set=text, scenario=text, outcome="o", analyst=text), because=text)),
        entry(2, replace(resolution(2, None, prior_set=text, scenario=text, outcome="p"), because=text)),
    ]
    return replace(record(found), ledger=text)


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_a_file_is_shown_as_text(name: str) -> None:
    """Whatever an analyst is called, no terminal is steered, no markup comes of it and no formula."""
    text, found = HOSTILE[name], speaking(HOSTILE[name])
    sent = on_terminal(document(found))
    assert all(c.isprintable() or c == "\n" for c in sent)
    assert max(map(cell_len, sent.splitlines())) <= 80
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    plain = [(token.type, token.tag) for token in reader.parse(markdown(document(speaking("x"))))]
    tokens = reader.parse(markdown(document(found)))
    assert [(token.type, token.tag) for token in tokens] == plain
    inside = {child.type for token in tokens for child in token.children or ()}
    assert inside <= {"text", "text_special", "softbreak", "strong_open", "strong_close"}
    cells = [cell for row in csv.reader(StringIO(csv_of(found))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert ascii_safe(" ".join(text.split())) in cells[4]


def numbers(text: str) -> set[str]:
    """Every number in a text, but those of dates and digests."""
    return set(re.findall(r"(?<![\w.-])\d[\d,.]*\d|(?<![\w.-])\d(?![\w-])", text))


@settings(max_examples=20, deadline=None)
@given(found=records())
def test_both_formats_tell_the_same_numbers(found: Record) -> None:
    """What the terminal tells, Markdown tells."""
    told = document(found)
    assert numbers(on_terminal(told, width=400)) == numbers(markdown(told).replace("\\", ""))


@given(value=st.floats(-1, 1), error=st.floats(1e-6, 1))
@settings(deadline=None)
def test_no_digit_is_finer_than_a_tenth_of_the_error(value: float, error: float) -> None:
    """A skill shows no digit finer than its error does."""
    told = words.skill(Measured(value=value, error=error))
    if not told.startswith("less"):
        shown, _, around = told.partition(" ± ")
        assert len(shown.partition(".")[2]) <= len(around.partition(".")[2]) + 1
