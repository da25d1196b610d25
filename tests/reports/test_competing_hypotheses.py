"""The section on competing hypotheses, in the evidence command and in the report."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from msgspec.structs import replace

from estimative.model.analysis.competing_hypotheses import CompetingHypotheses
from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.codec import from_json, to_json
from estimative.model.spec.events import Event
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.competing_hypotheses import competing_hypotheses, sheets
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.ach_files import new_ach
from estimative.workflows.evidence import evidence
from estimative.workflows.inputs import load
from estimative.workflows.session import Settings, open_session
from tests.command import Desk

pytestmark = pytest.mark.usefixtures("remembering")

TITLES = "Evidence,Source,An employee,Criminals,A foreign state\n"
REPEATED = f"""{TITLES}A tip,Local paper,I,C,C
A second paper repeats it,Local paper,I,C,C
A third paper,Local paper,I,C,C
A badge was used,Door log,CC,I,N
Nobody offers the file,Market,C,I,C
The company is in the news,Own judgement,I,I,I
"""
AGREED = f"{TITLES}A badge was used,Door log,C,II,I\n"


@cache
def analysed(matrix: str, edit: tuple[str, str] = ("", "")) -> tuple[EvidenceResult, Context]:
    """The evidence analysis of a matrix, perhaps with other priors."""
    folder = Path(mkdtemp())
    (folder / "m.csv").write_text(matrix, encoding="utf-8")
    made = new_ach("case", folder / "m.csv", folder=folder)
    text = made.priors.read_text(encoding="utf-8")
    assert edit[0] in text
    made.priors.write_text(text.replace(*edit), encoding="utf-8")
    inputs = load(str(made.scenario), str(made.priors))
    session = open_session(inputs.assessment, Settings(method="importance"))
    return evidence(session), Context(assessments=(inputs.assessment,))


def blocks(matrix: str, edit: tuple[str, str] = ("", "")) -> tuple[Block, ...]:
    result, context = analysed(matrix, edit)
    return tuple(competing_hypotheses(result.competing, context))


def texts(parts: tuple[Block, ...]) -> str:
    lines = [p.text for p in parts if isinstance(p, Paragraph | Heading)]
    return "\n".join([*lines, *(point for p in parts if isinstance(p, Listing) for point in p.points)])


def tables(parts: tuple[Block, ...]) -> list[Table]:
    return [part for part in parts if isinstance(part, Table)]


def test_both_rankings_are_beside_each_other() -> None:
    """The most probable hypothesis first, with its rank by probability and by the count."""
    first, *_ = tables(blocks(REPEATED))
    assert first.header[0] == "Hypothesis"
    assert [(row[0], row[3], row[4], row[6]) for row in first.rows] == [
        ("A foreign state", "1", "1", "1"),
        ("An employee", "2", "4", "3"),
        ("Criminals", "3", "3", "2"),
    ]


def test_probabilities_of_an_event_with_a_condition_are_called_overall() -> None:
    """Other tables have them under the condition, which is named."""
    result, context = analysed(REPEATED)
    scenario = context.scenario
    name = result.competing[0].event
    before = Event(id="theft", title="The file is gone", when="now")
    events = {"theft": before, **scenario.events, name: replace(scenario.events[name], given=("theft",))}
    structure = replace(context.assessment.structure.quantities, scenario=replace(scenario, events=events))
    own = replace(context.assessment, structure=replace(context.assessment.structure, quantities=structure))
    parts = tuple(competing_hypotheses(result.competing, Context(assessments=(own,))))
    assert texts(parts).count("These probabilities are overall, whether or not it is met") == 1
    assert "Most probable overall: " in texts(parts)
    assert "(“The file is gone”)" in texts(parts)
    assert tables(parts)[0].header[:2] == ("Hypothesis", "Overall")
    assert "overall" not in texts(blocks(REPEATED)).lower()


def test_the_term_that_reverses_the_order_is_named() -> None:
    """In a sentence, in a sum, and by the items behind it."""
    parts = blocks(REPEATED)
    text = texts(parts)
    assert "The order is reversed by repeated sources" in text
    assert "counting the items of “Local paper” together" in text
    steps = tables(parts)[1]
    assert steps.rows[-1][0] == "Result"
    adds = [float(row[1]) for row in steps.rows[:-1]]
    assert sum(adds) == pytest.approx(float(steps.rows[-1][2]), abs=0.1)
    assert float(steps.rows[-2][2]) == pytest.approx(float(steps.rows[-1][2]), abs=0.1)


def test_items_that_say_nothing_are_named() -> None:
    """What is inconsistent with every hypothesis counts for all, and separates none."""
    assert "Of no diagnostic value, being as probable under every hypothesis: “The company is in the news”." in texts(
        blocks(REPEATED)
    )


def test_agreement_is_said() -> None:
    """Without a reversal there is nothing to explain."""
    text = texts(blocks(AGREED))
    assert "It also has the fewest inconsistencies, and both rankings agree." in text
    assert "Why the rankings differ" not in text


def test_hypotheses_that_are_too_close_are_named_together() -> None:
    """Neither is called the most probable."""
    text = texts(blocks(f"{TITLES}one,x,C,C,II\n"))
    assert "too close to tell apart. Fewest inconsistencies: “An employee” and “Criminals”" in text or (
        "too close to tell apart. Fewest inconsistencies: “Criminals” and “An employee”" in text
    )


def test_another_prior_is_a_reason() -> None:
    """If the analyst states one."""
    counts = "{ counts = { an_employee = 0, criminals = 0, a_foreign_state = 0 }"
    shares = "{ an_employee = 0.05, criminals = 0.9, a_foreign_state = 0.05"
    text = texts(blocks(AGREED.replace("II", "I"), (counts, shares)))
    assert "The order is reversed by their probabilities before the evidence" in text
    assert "Fewest inconsistencies: “An employee”. The two rankings differ." in text


def test_numbers_have_no_count() -> None:
    """Where no likelihood is a word, there is one ranking."""
    words = '{ an_employee = "consistent", criminals = "very inconsistent", a_foreign_state = "inconsistent"'
    parts = blocks(AGREED, (words, "{ an_employee = 2, criminals = 0.1, a_foreign_state = 1"))
    assert tables(parts)[0].header == ("Hypothesis", "Probability", "Prior", "Rank")
    assert "Count" not in texts(parts)
    assert tables(parts)[1].rows[0][1:] == ("2", "1", "0.1", "20.0")


def test_the_matrix_has_words_and_likelihoods() -> None:
    """Items that separate most come first."""
    matrix = tables(blocks(REPEATED))[-1]
    assert matrix.header == ("Item", "A foreign state", "An employee", "Criminals", "Separates")
    assert matrix.rows[0] == ("A badge was used", "neutral (1)", "very consistent (3.2)", "inconsistent (0.32)", "10.0")
    assert matrix.rows[-1][0] == "The company is in the news"


def test_many_hypotheses_have_no_wider_table() -> None:
    """The least probable ones are in the tables of numbers."""
    titles = ",".join(f"H{n}: the hypothesis number {n}" for n in range(1, 8)) + ",Something quite different"
    parts = blocks(f"Evidence,{titles}\none,CC,C,C,N,N,I,I,II\ntwo,C,C,N,N,I,I,II,II\n")
    assert len(tables(parts)[-1].header) == 7
    assert "Not shown: the 3 least probable hypotheses." in texts(parts)
    assert "CC (3.2)" in tables(parts)[-1].rows[0], "there is no room for words"
    assert tables(parts)[-1].header[1] == "H1", "nor for titles"
    assert "II very inconsistent" in texts(parts)


def test_long_titles_are_cut_above_narrow_columns() -> None:
    """Where they do not begin with a label."""
    parts = blocks("Evidence,Something quite different,b,c,d\none,CC,C,I,II\n")
    assert tables(parts)[-1].header == ("Item", "Something qui\u2026", "b", "c", "d", "Separates")
    assert tables(parts)[0].rows[0][0] == "Something quite different"


def test_a_scenario_without_hypotheses_has_no_section() -> None:
    """Nothing is said of a matrix that is not there."""
    result, context = analysed(REPEATED)
    assert tuple(competing_hypotheses((), context)) == ()
    assert sheets((), context) == ()
    assert result.competing


def test_results_read_back() -> None:
    """From JSON, with their types checked."""
    result, _ = analysed(REPEATED)
    again = from_json(to_json(result), EvidenceResult)
    assert again.competing == result.competing
    assert isinstance(again.competing[0], CompetingHypotheses)


def test_tables_of_numbers() -> None:
    """One row for each hypothesis, for each rating and for each pair that is ranked differently."""
    result, context = analysed(REPEATED)
    hypotheses, ratings, reversals = sheets(result.competing, context)
    assert (len(hypotheses.rows), len(ratings.rows), len(reversals.rows)) == (3, 18, 1)
    assert {"inconsistencies", "weighted", "rank", "classic_rank", "title"} <= set(hypotheses.columns)
    assert {"item", "state", "word", "likelihood", "weight"} <= set(ratings.columns)


HOSTILE = '=HYPERLINK("https://evil.example";"x") <script>alert(1)</script> **b** | c'


@pytest.mark.parametrize("format_name", FORMATS)
def test_hostile_titles_are_texts_in_the_report(tmp_path: Path, format_name: str) -> None:
    """In every format: no formula, no script, no markup."""
    desk = Desk.at(tmp_path)
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    desk.write("m.csv", f"Evidence,Source,{quoted},b\n{quoted},{quoted},I,C\n{quoted},{quoted},I,C\nthree,x,CC,I\n")
    assert desk.run("new", "scenario", "case", "--ach", "m.csv").code == 0
    command = ("evidence", "--scenario", "case.toml", "--priors", "case-priors.toml", "--format", format_name)
    binary = format_name in {"pdf", "docx", "xlsx", "html"}
    done = desk.run(*command, *(("-o", f"r.{format_name}") if binary else ()))
    assert done.code == 0, done.err
    match format_name:
        case "html":
            assert "<script>alert(1)" not in (desk.folder / "r.html").read_text(encoding="utf-8")
        case "md":
            assert "<script>" not in done.out
            assert "**b**" not in done.out.replace("\\*", "")
        case "csv":
            assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(done.out)) for cell in row)
        case "json":
            titles = json.loads(done.out)["competing"][0]["items"]
            assert len(titles) == 3
