"""The command `new scenario --ach`: a scenario and priors from a matrix of competing hypotheses."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set
from estimative.workflows import new_files
from tests.command import Desk
from tests.hostile import HOSTILE
from tests.priors.test_spreadsheet import workbook

MATRIX = """\
Evidence,Source,Date,Credibility,Relevance,H1: An employee,Burglars,A foreign state
The logs show no entry,Door log,2026-03-02,High,Medium,I,C,C
"The malware, it seems, is known",CERT,2026-03-05,B2,High,II,N,CC
CERT says so again,CERT,2026-03-06,Medium,Low,I,N,C
Nobody offered the file for sale,Market,3 March 2026,Medium,High,C,I,C
An employee left angry,HR,soon,Low,Low,CC,,N/A
Weighted inconsistency score,,,,,-4,-1,-0
"""
PRIORS = """\
Evidence;a;b;c
one;C;C;I
two;I;N;CC
"""
TODAY = datetime.date.today()  # noqa: DTZ011 - the day of the user


def converted(desk: Desk, matrix: str | bytes = MATRIX, *, name: str = "m.csv") -> Assessment:
    """The assessment that a matrix makes."""
    (desk.folder / name).write_bytes(matrix if isinstance(matrix, bytes) else matrix.encode())
    done = desk.run("new", "scenario", "case", "--ach", name)
    assert done.code == 0, done.err
    return made(desk.folder)


def made(folder: Path) -> Assessment:
    return assess(read_scenario(folder / "case.toml"), read_prior_set(folder / "case-priors.toml"))


def answers(assessment: Assessment) -> dict[str, float]:
    """The probability of each hypothesis, by its title."""
    estimates = by_importance(assessment, seed=1, draws=2000).all_estimates
    titles = {
        f"hypothesis={state}": title for state, title in assessment.scenario.events["hypothesis"].state_titles.items()
    }
    return {title: estimates["event", name].value for name, title in titles.items()}


def refused(desk: Desk, matrix: str | bytes, name: str = "m.csv") -> list[str]:
    """The errors of a matrix, after which nothing is written."""
    (desk.folder / name).write_bytes(matrix if isinstance(matrix, bytes) else matrix.encode())
    before = sorted(desk.folder.iterdir())
    done = desk.run("new", "scenario", "case", "--ach", name)
    assert (done.code, done.out) == (2, "")
    assert sorted(desk.folder.iterdir()) == before
    return done.err.splitlines()


def test_a_matrix_becomes_a_scenario_with_priors(desk: Desk) -> None:
    """Hypotheses are states, rows indicators, ratings likelihoods, and one source is one origin."""
    assessment = converted(desk)
    scenario = assessment.scenario
    event = scenario.events["hypothesis"]
    assert (event.states, event.when) == (("h1", "burglars", "a_foreign_state"), "now")
    assert event.state_titles["h1"] == "H1: An employee"
    assert [outcome.all for outcome in scenario.outcomes.values()] == [
        (f"hypothesis={state}",) for state in event.states
    ]
    first, second, third, *_, last = scenario.evidence.values()
    assert (first.title, first.date, first.locator) == ("The logs show no entry", datetime.date(2026, 3, 2), "row 2")
    assert (second.grade, second.origin) == ("B2", third.origin)
    assert (last.date, last.grade) == (None, "")
    medians = {state: assessment.median(f"evidence.{second.id}.{state}") for state in event.states}
    assert medians == pytest.approx({"h1": 0.1, "burglars": 1, "a_foreign_state": 10**0.5})
    assert assessment.priors[f"evidence.{last.id}.burglars"].family.constant, "what was not rated says nothing"
    assert assessment.priors[f"evidence.{second.id}.h1"].stated.because == "Row 3 of m.csv: II, N, CC"
    text = (desk.folder / "case.toml").read_text(encoding="utf-8")
    assert all(f"# {remark}" in text for remark in ("Credibility: High", "Relevance: Low", "Date: soon"))


def test_a_matrix_is_checked_and_fitted_as_it_is(desk: Desk) -> None:
    """The files that come out have no errors and no warnings, and give an answer."""
    converted(desk)
    checked = desk.run("check", "--strict", "case.toml", "case-priors.toml")
    assert (checked.code, checked.err) == (0, "")
    done = desk.run("fit", "--priors", "case-priors.toml", "--method", "importance")
    assert (done.code, "H1: An employee" in done.out) == (0, True)


def test_what_is_not_evident_is_said(desk: Desk) -> None:
    """Empty cells, rows of totals, columns that do not count, and what to do next."""
    desk.write("m.csv", MATRIX)
    assert desk.run("new", "scenario", "case", "--ach", "m.csv").err.splitlines() == [
        "1 empty cell: taken as not rated, which says nothing about the hypothesis.",
        "Left out 1 row of totals.",
        'Kept as comments, and not used in the computation: "Credibility", "Relevance", "Date".',
        (
            "2 items share their source with others: the items of one source count together as one. Change that under "
            "[independence] if they do not repeat each other."
        ),
        "Wrote case.toml",
        "Wrote case-priors.toml",
        "Next: estimative check case.toml case-priors.toml; estimative fit --priors case-priors.toml",
    ]


def test_hypotheses_are_equally_probable_before_the_evidence(desk: Desk) -> None:
    """Whatever their number is, and the file says that nobody meant it."""
    assessment = converted(desk, PRIORS)
    marginals = [assessment.marginal(f"events.hypothesis.{state}").mean for state in ("b", "c")]
    assert marginals == pytest.approx([1 / 3, 1 / 3])
    assert "nobody has stated a prior" in assessment.prior_set.statements["events.hypothesis"].because


def test_the_answer_is_that_of_the_medians(desk: Desk) -> None:
    """The posterior odds are the products of the medians of the likelihoods: words count as their middle."""
    r = 10**0.5
    masses = {"a": r**0.5 / r, "b": r**0.5 * 1, "c": r}
    masses["c"] = (1 / r) * r
    total = sum(masses.values())
    assert answers(converted(desk, PRIORS)) == pytest.approx({k: v / total for k, v in masses.items()}, abs=0.02)


SPELLINGS = [
    "C,C,I\ntwo,I,N,CC", "c , c,i\ntwo,I,n,cc",
    "consistent,Consistent,INCONSISTENT\ntwo,inconsistent,neutral,Very Consistent",
    "+,+,-\ntwo,-,0,++", "'+,'+,'-\ntwo,\N{MINUS SIGN},0,++",
    "C,C,I\ntwo,I,N,strongly consistent",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_ratings_have_many_spellings(desk: Desk, spelling: str) -> None:
    """Codes in small letters, words and signs mean the same."""
    plain = answers(converted(desk, PRIORS))
    for file in ("case.toml", "case-priors.toml"):
        (desk.folder / file).unlink()
    assert answers(converted(desk, f"Evidence,a,b,c\none,{spelling}\n")) == plain


@pytest.mark.parametrize("silent", ["", "NA", "n/a", "N.A.", "not applicable", "#N/A"])
def test_what_is_not_rated_says_nothing(desk: Desk, silent: str) -> None:
    """Its likelihood is 1, fixed."""
    assessment = converted(desk, PRIORS.replace("N;CC", f"{silent};CC"))
    prior = assessment.priors["evidence.two.b"].family
    assert (prior.constant, prior.quantile(0.5)) == (True, 1)


def test_a_workbook_is_read_as_well(desk: Desk) -> None:
    """With its dates; the answers are those of the same table in CSV."""
    rows = [line.split(";") for line in PRIORS.splitlines()]
    plain = answers(converted(desk, PRIORS))
    for file in ("case.toml", "case-priors.toml"):
        (desk.folder / file).unlink()
    dated = [[*rows[0], "Date"], *([*row, datetime.date(2026, 3, 1)] for row in rows[1:])]
    assessment = converted(desk, workbook(dated), name="m.xlsx")
    assert answers(assessment) == plain
    assert {item.date for item in assessment.scenario.evidence.values()} == {datetime.date(2026, 3, 1)}


def test_the_order_of_hypotheses_changes_nothing(desk: Desk) -> None:
    """Columns in another order give the same answers, to rounding, about the same headline."""
    plain = answers(converted(desk, PRIORS))
    for file in ("case.toml", "case-priors.toml"):
        (desk.folder / file).unlink()
    rows = [line.split(";") for line in PRIORS.splitlines()]
    converted(desk, "\n".join(";".join((row[0], row[3], row[1], row[2])) for row in rows))
    path = desk.folder / "case.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('headline = "c"', 'headline = "a"'), encoding="utf-8")
    assert answers(made(desk.folder)) == pytest.approx(plain, rel=1e-12)


def test_columns_are_recognised_wherever_they_are(desk: Desk) -> None:
    """A column of numbers before the items, others after the hypotheses, one without a title that is empty."""
    matrix = "#,Item,a,b,Source,Notes,\n1,one,C,I,S,see page 2,\n2,two,I,C,S,,\n"
    assessment = converted(desk, matrix)
    assert list(assessment.scenario.evidence) == ["one", "two"]
    assert assessment.scenario.events["hypothesis"].states == ("a", "b")
    assert assessment.scenario.origins


def test_several_columns_of_a_kind_are_no_hypotheses(desk: Desk) -> None:
    """As programs for the method have them: type, code, flag, notes and comments."""
    header = "Order,Evidence,Type of Evidence,Date/Time,Code,Flag,Notes,Comment,a,b"
    matrix = f"{header}\n1,one,OSINT,2026-03-01,x,!,seen,quoted,C,I\n"
    assessment = converted(desk, matrix)
    assert assessment.scenario.events["hypothesis"].states == ("a", "b")
    text = (desk.folder / "case.toml").read_text(encoding="utf-8")
    for remark in ("Type of Evidence: OSINT", "Code: x", "Flag: !", "Notes: seen", "Comment: quoted"):
        assert f"# {remark}\n" in text
    assert assessment.scenario.evidence["one"].date == datetime.date(2026, 3, 1)


def test_a_hypothesis_may_be_called_like_a_column(desk: Desk) -> None:
    """If every text below is a rating."""
    assessment = converted(desk, "Evidence,Code,Notes,a\none,C,,I\n")
    assert assessment.scenario.events["hypothesis"].states == ("code", "a")


def test_names_are_different_and_valid(desk: Desk) -> None:
    """Titles without Latin letters, equal beginnings, names of keys, and a hypothesis that is called like the event."""
    titles = ["Hypothesis", "otherwise", "low", "\u0413\u0438\u043f", "\u4eee\u8bf4", "p05", "x" * 90, "x" * 91]
    items = ["Hypothesis", "low", "low", "\u4eee", "Low!", "none", "x" * 300]
    rows = [["Evidence", *titles], *([item, *"CICICICI"] for item in items)]
    assessment = converted(desk, "\n".join(map(",".join, rows)))
    event = assessment.scenario.events["hypothesis"]
    assert len(set(event.states)) == len(titles)
    assert len(assessment.scenario.evidence) == len(items)
    assert [event.state_titles[state] for state in event.states] == titles


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_inert(desk: Desk, kind: str) -> None:
    """Whatever stands in a cell is a text, on one line, and nothing of it gets into the structure of the files."""
    text = HOSTILE[kind].replace("\0", "").replace("\ud800", "")
    quoted = '"' + text.replace('"', '""') + '"'
    row = f"{quoted},{quoted},{quoted},C,I"
    assessment = converted(desk, f"Evidence,Source,Notes,{quoted},b\n{row}\n{row}\n".encode())
    assert len(assessment.scenario.evidence) == 2
    expected = " ".join(text.split()) or "x"
    assert {item.title for item in assessment.scenario.evidence.values()} == {expected}
    for file in ("case.toml", "case-priors.toml"):
        written = (desk.folder / file).read_text(encoding="utf-8")
        assert all(letter.isprintable() or letter == "\n" for letter in written)
    shown = desk.run("check", "case.toml", "case-priors.toml")
    assert shown.code == 0
    assert all(letter.isprintable() or letter == "\n" for letter in shown.out + shown.err)


def test_formulas_are_texts_in_every_table(desk: Desk) -> None:
    """A title that a spreadsheet would compute is a text in the CSV and the workbook of the results."""
    formula = '=HYPERLINK("https://evil.example";"x")'
    quoted = '"' + formula.replace('"', '""') + '"'
    converted(desk, f"Evidence,{quoted},b\n{quoted},C,I\n")
    done = desk.run("fit", "--priors", "case-priors.toml", "--method", "importance", "--format", "csv")
    assert done.code == 0
    assert not re.search(r'(^|,)"?=', done.out, flags=re.MULTILINE)


ALLOWED = "CC, C, N, I, II or NA; the same as words, such as very consistent; or ++, +, 0, -, --; or an empty cell"
FORTY = ";".join(f"h{n}" for n in range(40))
NO_ITEM = (
    "m.csv: the matrix has no item of evidence. "
    "Allowed: a row for each item of evidence, below that of the hypotheses."
)  # fmt: skip
ERRORS = {
    "unknown code": (
        PRIORS.replace("N;CC", "maybe;CC"),
        f'm.csv, line 3, column C: "maybe" is no rating. Allowed: {ALLOWED}.',
    ),
    "misspelt word": (
        PRIORS.replace("N;CC", "inconsistnt;CC"),
        f'm.csv, line 3, column C: "inconsistnt" is no rating. Allowed: {ALLOWED}. Did you mean "inconsistent"?',
    ),
    "two codes": (
        PRIORS.replace("N;CC", "C/I;CC"),
        f'm.csv, line 3, column C: "C/I" is no rating. Allowed: {ALLOWED}.',
    ),
    "the same twice": (
        PRIORS.replace("C;C;I", "1;C;1"),
        f'm.csv, line 2, column B: "1" is no rating; also in line 2, column D. Allowed: {ALLOWED}.',
    ),
    "two notations": (
        PRIORS.replace("N;CC", "-;CC"),
        (
            'm.csv, line 3, column C: "-" is of another notation than the other ratings, such as "C". '
            "Write all of them as letters or words, or all as signs."
        ),
    ),
    "no item": (
        PRIORS.replace("one", ""),
        "m.csv, line 2, column A: the item of evidence is missing. Allowed: a text.",
    ),
    "nothing rated": (
        PRIORS.replace("C;C;I", ";;"),
        f"m.csv, line 2: no hypothesis is rated in this row. Allowed: {ALLOWED}.",
    ),
    "duplicate": (
        PRIORS.replace("b;c", "b; B"),
        'm.csv, line 1, column D: the hypothesis "B" is there twice, first in column C.',
    ),
    "one hypothesis": (
        "Evidence;a\none;C\n",
        (
            "m.csv, line 1: the matrix has one hypothesis. Allowed: two or more. The first row has a title for each, "
            "the first column the items of evidence."
        ),
    ),
    "forty": (
        f"Evidence;{FORTY}\none{';C' * 40}\n",
        "m.csv, line 1: the matrix has 40 hypotheses. Allowed: at most 32. Join those that you would not tell apart.",
    ),
    "no rows": ("Evidence;a;b\n", NO_ITEM),
    "only totals": ("Evidence;a;b\nTotal;1;2\n", NO_ITEM),
    "ragged": (
        PRIORS.replace("C;C;I", "C;C"),
        (
            "m.csv, line 2: this row has 3 cells, the first one 4. Put a text that contains the sign between cells "
            "into double quotes."
        ),
    ),
    "no title": (
        PRIORS.replace("b;c", ";c"),
        "m.csv, line 1, column C: the hypothesis of this column is missing. Allowed: a title in the first row.",
    ),
    "future": (
        "Evidence;Date;a;b\none;2999-01-01;C;I\n",
        f"m.csv, line 2, column B: 2999-01-01 is after today. Allowed: at the latest today, {TODAY.isoformat()}.",
    ),
    "several": (
        "Evidence;a;b\n;C;x\ntwo;y;C\n",
        (
            "m.csv, line 2, column A: the item of evidence is missing. Allowed: a text.\n"
            f'm.csv, line 2, column C: "x" is no rating. Allowed: {ALLOWED}.\n'
            f'm.csv, line 3, column B: "y" is no rating. Allowed: {ALLOWED}.'
        ),
    ),
    "empty": ("", "m.csv: the file is empty. Allowed: a table with a line of columns."),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_each_mistake_is_one_error(desk: Desk, kind: str) -> None:
    """With its cell and what is allowed; nothing is written."""
    matrix, errors = ERRORS[kind]
    assert refused(desk, matrix) == errors.splitlines()


def test_cells_of_a_workbook_have_their_names(desk: Desk) -> None:
    """Errors name them as Excel does."""
    rows = [["Evidence", "a", "b"], ["one", "C", "?"], ["two", "?"]]
    assert refused(desk, workbook(rows), "m.xlsx") == [f'm.xlsx, C2: "?" is no rating; also in B3. Allowed: {ALLOWED}.']


def test_a_file_that_is_missing_is_an_error(desk: Desk) -> None:
    """With the nearest name."""
    desk.write("matrix.csv", MATRIX)
    done = desk.run("new", "scenario", "case", "--ach", "matrx.csv")
    assert (done.code, done.err) == (2, 'matrx.csv: there is no such file. Did you mean "matrix.csv"?\n')


@pytest.mark.parametrize("there", ["case.toml", "case-priors.toml"])
def test_nothing_is_overwritten(desk: Desk, there: str) -> None:
    """If one of the files is there, neither is written."""
    desk.write(there, "mine")
    [error] = refused(desk, MATRIX)
    assert error == f"{there}: a file with this name exists already. Allowed: a name that is free."
    assert (desk.folder / there).read_text(encoding="utf-8") == "mine"


def test_both_files_are_written_or_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the second one cannot be given its name."""
    publish = new_files._publish

    def fails(partial: Path, path: Path) -> None:
        if "priors" in path.name:
            raise OSError(28, "No space left on device")
        publish(partial, path)

    monkeypatch.setattr(new_files, "_publish", fails)
    [error] = refused(desk, MATRIX)
    assert error == "case-priors.toml: cannot be written: No space left on device. Allowed: a file to write to."


def test_a_file_system_without_links(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are then renamed."""

    def fails(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", fails)
    assert converted(desk, PRIORS).scenario.id == "case"


@pytest.mark.parametrize("name", ["../up", "a b", "", "x" * 60])
def test_an_invalid_name_is_an_error(desk: Desk, name: str) -> None:
    """And nothing is written anywhere."""
    desk.write("m.csv", MATRIX)
    before = sorted(desk.folder.parent.rglob("*"))
    done = desk.run("new", "scenario", name, "--ach", "m.csv")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert sorted(desk.folder.parent.rglob("*")) == before
