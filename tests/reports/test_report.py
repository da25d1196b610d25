"""The brief and the full report of a saved run, with another analyst and an earlier assessment: what a reader finds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from msgspec.structs import replace

from estimative.model.codec import from_json, to_json
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.record.run_store import Store
from estimative.model.report_result import ReportResult
from estimative.priors.prior_set import LEVELS
from estimative.priors.verbal_scale import ICD203, find_scale
from estimative.reports.answers import Answer
from estimative.reports.blocks import Block, Caution, Columns, Document, Figure, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.report import GUIDELINES, spread_over_words
from estimative.reports.formats.pdf import pdf
from estimative.reports.formats.registry import FORMATS
from estimative.reports.number_format import interval, percent
from estimative.reports.phrases import CAUTION, WITHHELD, capital, input_name, judged
from estimative.workflows.report import report
from estimative.workflows.session import Settings
from tests.analyses import ECHO, WEIGHTS
from tests.command import FILES, Desk
from tests.reading import on_terminal, read_html, read_pdf, read_xlsx, squeezed

WATCH = ("--scenario", "watch.toml", "--method", "importance")
PARTS = [
    "Key judgement",
    "Dissent and change",
    "Outcomes",
    "Chain of events",
    "Factors",
    "Evidence",
    "What drives the result",
    "One input at a time",
    "Dissent",
    "How much comes from the priors",
    "Assumptions of the model",
    "Warnings",
    "Method",
    "Sources",
    "How to reproduce",
    "Inputs",
    "Bayesian analysis reporting guidelines",
]
WITHOUT_NUMBERS = ["Warnings", "Method", "Sources", "How to reproduce", "Bayesian analysis reporting guidelines"]
TITLE = "The ferry is cancelled by 1 December 2026"


def desk_of_reports(folder: Path) -> Desk:
    """A desk with the ferry, its indicators, two items of one origin, and two analysts."""
    desk = Desk.at(folder)
    desk.write("watch.toml", FILES["watch.toml"] + ECHO)
    mate = FILES["watchman.toml"].replace("[evidence]\n", WEIGHTS)
    desk.write("mate.toml", mate)
    desk.write("cook.toml", mate.replace('name = "mate"', 'name = "cook"').replace('"unlikely"', '"likely"'))
    return desk


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """Reports of a run that converged, of one that did not, and of one whose numbers were requested all the same."""
    desk = desk_of_reports(tmp_path_factory.mktemp("reports"))
    for priors, options, code in (
        ("mate", ("--seed", "2"), 0),
        ("cook", (), 0),
        ("mate", (), 0),
        ("mate", ("--draws", "100"), 3),
        ("mate", ("--draws", "100", "--allow-unconverged"), 3),
    ):
        assert desk.run("fit", *WATCH, "--priors", f"{priors}.toml", *options).code == code
    answers = {}
    for name, run in zip(("converged", "withheld", "cautioned"), desk.kept()[2:], strict=True):
        result, assessments = report(Store(desk.runs), [run], Settings())
        answers[name] = Answer(result=result, context=Context(assessments=assessments))
    return answers


@pytest.fixture(scope="module")
def full(answers: dict[str, Answer]) -> Answer:
    return answers["converged"]


@pytest.fixture(scope="module")
def brief(full: Answer) -> Answer:
    return briefly(full)


@pytest.fixture(scope="module")
def result(full: Answer) -> ReportResult:
    assert isinstance(full.result, ReportResult)
    return full.result


def briefly(answer: Answer) -> Answer:
    return replace(answer, context=replace(answer.context, brief=True))


def blocks(document: Document) -> Iterator[Block]:
    """All blocks, those in columns too."""
    for block in document:
        if isinstance(block, Columns):
            for part in block.parts:
                yield from blocks(part)
        else:
            yield block


def texts(document: Document) -> list[str]:
    """All running text."""
    result: list[str] = []
    for block in blocks(document):
        match block:
            case Paragraph() | Caution() | Heading():
                result.append(block.text)
            case Listing():
                result.extend(block.points)
    return result


def sentences(document: Document) -> list[str]:
    return [part for text in texts(document) for part in re.split(r"(?<=[.!?]) ", text)]


def under(document: Document, title: str) -> list[str]:
    """The text below a heading, down to the next one."""
    flat = list(blocks(document))
    at = next(i for i, block in enumerate(flat) if isinstance(block, Heading) and block.text == title)
    end = next((i for i, block in enumerate(flat[at + 1 :], at + 1) if isinstance(block, Heading)), len(flat))
    return texts(tuple(flat[at + 1 : end]))


def parts_of(document: Document) -> list[str]:
    return [block.text for block in document if isinstance(block, Heading) and block.level == 2]


# The five questions of a reader, answered on the brief


def test_the_brief_says_how_probable_it_is(brief: Answer, result: ReportResult) -> None:
    """The only strong sentence says what, by when, the word and the number."""
    strong = [block.text for block in blocks(brief.document) if isinstance(block, Paragraph) and block.strong]
    assert strong == [f"{TITLE}: {judged(result.fit.headline.posterior)}."]


def test_the_brief_says_how_sure_the_analyst_is(brief: Answer, result: ReportResult) -> None:
    """The credible interval, the number before the evidence, and the analyst's own confidence with its reason."""
    text = " ".join(under(brief.document, "Key judgement"))
    spread = interval(result.fit.headline.posterior.interval)
    assert f"90% credible interval, given the uncertainty in the inputs: {spread}." in text
    assert f"Before the evidence: {percent(result.fit.headline.prior)}." in text
    assert "Analytic confidence: moderate. The mate's own memory." in text


def test_the_brief_says_what_it_depends_on_most(brief: Answer, full: Answer, result: ReportResult) -> None:
    """The three inputs at the top of the tornado by their titles, and the strongest evidence each way."""
    assert result.sensitivity
    assert result.sensitivity.tornado
    points = under(brief.document, "What it depends on most")
    assert len(points) == 3
    for point, row in zip(points, result.sensitivity.tornado.quantities, strict=False):
        assert point.startswith(f"{capital(input_name(row.name, full.context.scenario))}. Moving it from ")
        assert f"moves the result from {percent(row.at_low)} to {percent(row.at_high)}." in point
    strongest = under(brief.document, "Strongest evidence")
    assert [text.split(":")[0] for text in strongest] == ["Strongest for", "Strongest against"]
    assert "The coast guard warns of a gale" in strongest[0]


def test_the_brief_says_what_would_change_it(brief: Answer, result: ReportResult) -> None:
    """The nearest other word, the inputs that could change the word, and the three most informative indicators."""
    [threshold, inputs] = under(brief.document, "What would change the judgement")
    assert threshold.startswith("The nearest other word is “unlikely”, below 45%: new evidence that is ")
    assert inputs.startswith("Another word would follow from the low or high end of the prior of ")
    assert "“Severity of the weather”" in inputs
    assert result.evidence
    assert result.evidence.information
    indicators = under(brief.document, "What to look for")
    assert len(indicators) == 3
    first = result.evidence.information.indicators[0]
    assert first.p_if_observed
    assert first.p_if_absent
    assert indicators[0] == (
        f"The crew singles up the ropes: {percent(first.p_if_observed)} if observed, "
        f"{percent(first.p_if_absent)} if absent."
    )


@pytest.mark.parametrize(("error", "beginning"), [(0.0, "Another word would follow"), (0.01, "No single input gives")])
def test_an_input_changes_the_word_only_beyond_the_error(full: Answer, error: float, beginning: str) -> None:
    """An end just across the threshold counts if it is exact, and not if its error reaches back."""
    result = full.result
    assert isinstance(result, ReportResult)
    assert result.sensitivity
    assert result.sensitivity.tornado
    across = MCEstimate(value=0.449, own_variance=error**2)
    first = replace(result.sensitivity.tornado.quantities[0], at_low=across, at_high=across)
    tornado = replace(result.sensitivity.tornado, quantities=(first,))
    changed = replace(result, sensitivity=replace(result.sensitivity, tornado=tornado))
    _, inputs = under(briefly(replace(full, result=changed)).document, "What would change the judgement")
    assert inputs.startswith(beginning)


def test_the_brief_says_who_disagrees_and_what_has_changed(brief: Answer, result: ReportResult) -> None:
    """The other analyst with word and number, and the assessment before this one with its date."""
    [cook] = result.dissent
    [dissent, change] = under(brief.document, "Dissent and change")
    assert dissent == f"Other analysts: cook (The first mate): {judged(cook.headline)}."
    assert cook.headline.value > result.fit.headline.posterior.value
    assert result.previous
    assert result.previous.same_inputs
    assert change.endswith(f", with the same scenario and priors, gave {percent(result.previous.headline)}.")


def test_the_brief_says_so_where_there_is_nothing_to_say(full: Answer, result: ReportResult) -> None:
    """Nobody else, nothing before, no analyses: a sentence each, and no empty part."""
    alone = replace(result, dissent=(), previous=None, evidence=None, sensitivity=None, comparison=None)
    document = briefly(replace(full, result=alone)).document
    assert under(document, "Dissent and change") == [
        "Dissent: no other analyst's assessment of this scenario is saved.",
        "Change: this is the first saved assessment with this prior set.",
    ]
    for title in ("What it depends on most", "Strongest evidence", "What would change the judgement"):
        assert under(document, title) == ["Not computed."]
    assert under(document, "What to look for") == ["The scenario names no indicators."]


def test_the_brief_fits_on_a_page(brief: Answer) -> None:
    """One A4 page as PDF."""
    reader = read_pdf(bytes(FORMATS["pdf"].render(brief))).reader  # type: ignore[arg-type]
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert squeezed("Other analysts: cook") in squeezed(reader.pages[0].extract_text())


@pytest.mark.calibration  # the quick suite lays out the compact document of `test_docx.py`
@pytest.mark.skipif(not shutil.which("soffice"), reason="nothing here lays out a Word file")
def test_the_brief_fits_on_a_page_in_word(brief: Answer, tmp_path: Path) -> None:
    """And as a Word file that is printed."""
    (tmp_path / "brief.docx").write_bytes(FORMATS["docx"].render(brief))  # type: ignore[arg-type]
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "brief.docx"]
    subprocess.run(command, check=True, capture_output=True)
    assert len(read_pdf((tmp_path / "brief.pdf").read_bytes()).reader.pages) == 1


# The full report


def test_the_full_report_begins_with_the_brief(full: Answer, brief: Answer) -> None:
    """Block by block, and on the first pages of the PDF."""

    def outline(document: Document) -> list[object]:
        return [block.name if isinstance(block, Figure) else block for block in blocks(document)]

    assert outline(full.document[: len(brief.document)]) == outline(brief.document)
    chain = full.document.index(Heading(text="Chain of events"))
    start = "".join(read_pdf(pdf(full.document[: chain + 1])).pages[:2])
    assert squeezed("Other analysts: cook") in start[: start.rindex(squeezed("Chain of events"))]


def test_parts_come_in_the_order_in_which_readers_ask(full: Answer) -> None:
    """The judgement first, the guidelines last; each part once, and each figure once."""
    assert parts_of(full.document) == PARTS
    names = [block.name for block in blocks(full.document) if isinstance(block, Figure)]
    assert len(names) == len(set(names))
    assert {"scale", "outcomes", "tree", "factors", "evidence", "tornado"} <= set(names)


def test_the_guidelines_point_to_parts_that_are_there(full: Answer) -> None:
    """Every part that the guidelines name is a heading of the report."""
    for step, where in GUIDELINES:
        if not where.startswith("Not "):
            named = [part.split(",")[0] for part in where.removeprefix("Outcomes; the prior column of").split("; ")]
            assert {name.removeprefix("the prior column of ") for name in named} <= set(PARTS), step


def test_a_part_is_missing_with_what_it_shows(full: Answer, result: ReportResult) -> None:
    """What was not computed has no table; why it was not is said; nobody's dissent is a sentence."""
    alone = replace(result, evidence=None, sensitivity=None, dissent=(), refused=("The headline is certain.",))
    document = replace(full, result=alone).document
    assert "Not computed: The headline is certain." in texts(document)
    assert under(document, "Dissent") == ["No other analyst's assessment of this scenario is saved."]
    assert "What the evidence did" not in [b.text for b in document if isinstance(b, Heading)]
    assert "Items of evidence" in [b.text for b in document if isinstance(b, Heading)]
    assert "How to reproduce" not in parts_of(replace(full, result=replace(alone, reproduction=None)).document)


def test_every_outcome_event_factor_and_input_has_its_row(full: Answer, result: ReportResult) -> None:
    """With its own numbers, in the order of the result."""
    tables = {block.header[0]: block for block in blocks(full.document) if isinstance(block, Table)}
    scenario = full.context.scenario
    assert [row[:4] for row in tables["Outcome"].rows] == [
        (scenario.outcomes[name].title, percent(row.posterior), interval(row.posterior.interval), percent(row.prior))
        for name, row in result.fit.outcomes.items()
    ]
    assert [(row[0], row[4]) for row in tables["Event"].rows] == [
        (scenario.events[name].title, percent(row.posterior)) for name, row in result.fit.events.items()
    ]
    assert len(tables["Factor (0 to 1)"].rows) == len(scenario.factors)
    assert [row[0] for row in tables["Input"].rows] == [
        capital(input_name(name, scenario)) for name in result.fit.quantities
    ]
    assert {row[0] for row in tables["Item"].rows} == {item.title for item in scenario.evidence.values()}


def test_every_check_of_every_fit_has_its_row(full: Answer, result: ReportResult) -> None:
    """With its value in plain digits, its limit, and whether it passed."""
    table = next(b for b in blocks(full.document) if isinstance(b, Table) and b.header[0] == "Method")
    checks = [check for fit in result.fit.fits.values() for check in fit.verdict.checks]
    assert [row[4] for row in table.rows] == ["passed" if check.passed else "failed" for check in checks]
    assert not [row for row in table.rows if re.search(r"\de[+-]\d", row[2])]


# One number for one quantity


def numbers_in(value: Any) -> Iterator[float]:
    """Every number of a JSON document."""
    if isinstance(value, dict):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from numbers_in(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def test_a_quantity_has_one_number(full: Answer, result: ReportResult) -> None:
    """The headline, its prior and the factor between their odds are the same wherever they are."""
    headline = result.fit.headline
    assert result.evidence
    assert result.sensitivity
    assert result.evidence.headline == result.sensitivity.headline == headline
    text = "\n".join(texts(full.document))
    assert set(re.findall(r"Before the evidence: (\S+)%", text)) == {percent(headline.prior)[:-1]}
    assert set(re.findall(r"With it: (\S+)%", text)) == {percent(headline.posterior)[:-1]}
    assert len(re.findall(r"Before the evidence:", text)) == 2
    assert len(set(re.findall(r"the odds by a factor of ([\d.]*\d)", text))) == 1
    table = next(b for b in blocks(full.document) if isinstance(b, Table) and b.header[0] == "Outcome")
    assert (table.rows[0][1], table.rows[0][3]) == (percent(headline.posterior), percent(headline.prior))


def test_every_number_is_one_of_the_result(brief: Answer, result: ReportResult) -> None:
    """Each percentage of the brief is a number of the JSON, rounded to the digits that are shown."""
    data = json.loads(to_json(replace(result, quantiles={})))
    known = [100 * number for number in numbers_in(data)]
    shown = [number for text in texts(brief.document) for number in re.findall(r"(\d+(?:\.\d+)?)%", text)]
    assert len(shown) > 15
    for text in shown:
        half = 0.5 * 10.0 ** -len(text.partition(".")[2]) * (1 + 1e-9)
        assert any(abs(number - float(text)) <= half for number in known), text


def test_tables_for_programs_have_the_numbers_of_the_result(full: Answer, result: ReportResult) -> None:
    """Every number of a sheet is one of the JSON, to the last bit; no name is there twice."""
    known = set(numbers_in(json.loads(to_json(result))))
    names = [sheet.name for sheet in full.sheets]
    assert len(names) == len(set(names))
    assert {"outcomes", "events", "factors", "evidence", "inputs"} <= set(names)
    for sheet in full.sheets[:5]:
        numbers = {cell for row in sheet.rows for cell in row if isinstance(cell, float)}
        assert numbers <= known, sheet.name
    assert from_json(to_json(result), ReportResult) == result


# Words


def test_no_sentence_mixes_likelihood_and_confidence(full: Answer, brief: Answer) -> None:
    """No sentence has both a word of probability and a level of confidence (ICD 203, D.6.e(2)(b))."""
    words = re.compile("|".join(rf"\b{word}\b" for word in sorted(ICD203.words, key=len, reverse=True)))
    levels = re.compile(rf"\b({'|'.join(LEVELS)})\b")
    every = [text.lower() for document in (full.document, brief.document) for text in sentences(document)]
    assert any(words.search(text) for text in every)
    assert any(levels.search(text) for text in every)
    assert not [text for text in every if words.search(text) and levels.search(text)]
    assert not [text for text in every if "confidence interval" in text]


def test_sentences_have_titles_and_no_code(full: Answer) -> None:
    """No sentence before the warnings names an input by its identifier, or shows a value of the program."""
    before = next(i for i, b in enumerate(full.document) if isinstance(b, Heading) and b.text == "Warnings")
    for text in texts(full.document[:before]):
        assert not re.search(r"\b(factors|events|effects|evidence|motives|indicators)\.\w", text), text
        assert not re.search(r"\b(None|nan|inf|True|False)\b|\d%\d|  ", text), text


def test_words_are_of_the_scale_that_is_shown(full: Answer) -> None:
    """With another scale no word of the first is left in the judgement, and the scale is named with its source."""
    phia = find_scale("phia")
    document = replace(full, context=replace(full.context, scale=phia)).document
    number = percent(full.result.fit.headline.posterior)
    assert f"{TITLE}: realistic possibility ({number})." in under(document, "Key judgement")
    assert any(text.startswith(f"Words of probability: {phia.title} (") for text in under(document, "Outcomes"))


@pytest.mark.parametrize(
    ("quantiles", "text"),
    [
        ((), ""),
        ((0.3, 0.3), ""),
        ((0.02, 0.1, 0.1, 0.1), "25% for \u201calmost no chance\u201d and 75% for \u201cvery unlikely\u201d"),
        ((0.3,) * 199 + (0.9,), "100% for \u201cunlikely\u201d"),
    ],
)
def test_the_posterior_is_divided_by_words(quantiles: tuple[float, ...], text: str) -> None:
    """Each word with its share of the posterior, small shares left out; nothing where there is no spread."""
    expected = text and f"Allowing for the uncertainty in the inputs, the credibility is {text}."
    assert spread_over_words(quantiles, ICD203) == expected


# Fits that did not converge


@pytest.fixture(scope="module")
def rendered(answers: dict[str, Answer]) -> Callable[[str, str], Any]:
    """A report in a format, which several tests may read."""
    return cache(lambda name, form: FORMATS[form].render(answers[name]))


def read(form: str, written: Any) -> str:
    """What a reader of a format sees."""
    match form:
        case "terminal":
            return on_terminal(written)
        case "html":
            return read_html(written).text
        case "pdf":
            return read_pdf(written).text
        case "docx":
            file = docx.Document(BytesIO(written))
            return "\n".join(p.text for p in (*file.sections[0].header.paragraphs, *file.paragraphs))
        case "xlsx":
            return " ".join(text for _, text in read_xlsx(written).cells(1).values())
    return str(written)


@pytest.mark.parametrize("brief_only", [True, False], ids=["brief", "full"])
@pytest.mark.parametrize("form", ["terminal", *FORMATS])
def test_withheld_numbers_are_in_no_format(
    answers: dict[str, Answer], rendered: Callable[[str, str], Any], form: str, brief_only: bool
) -> None:
    """A report on a fit that did not converge has a caution, the reason and no probability, in every format."""
    answer = briefly(answers["withheld"]) if brief_only else answers["withheld"]
    if form == "terminal":
        text = read(form, answer.document)
    else:
        text = read(form, FORMATS[form].render(answer) if brief_only else rendered("withheld", form))
    if form == "json":
        data = json.loads(text)
        assert (data["converged"], data["fit"]["outcomes"], data["evidence"], data["quantiles"]) == (
            False,
            {},
            None,
            {},
        )
        return
    assert squeezed(WITHHELD) in squeezed(text)
    assert "Keyjudgement" not in squeezed(text)
    assert not re.search(r"\d%", squeezed(text))
    if form not in {"csv", "xlsx"}:
        assert squeezed("--allow-unconverged") in squeezed(text).replace("\\", "")


@pytest.mark.parametrize("form", ["terminal", *FORMATS])
def test_requested_numbers_come_after_a_caution(
    answers: dict[str, Answer], rendered: Callable[[str, str], Any], form: str
) -> None:
    """In running text the caution comes before the first number; tables have it in a column or a sheet."""
    written = answers["cautioned"].document if form == "terminal" else rendered("cautioned", form)
    text = squeezed(read(form, written))
    if form == "json":
        data = json.loads(text)
        assert (data["converged"], data["with_unconverged"]) == (False, True)
        return
    assert squeezed(CAUTION) in text
    if form not in {"csv", "xlsx"}:
        number = percent(answers["cautioned"].result.fit.headline.posterior)  # type: ignore[attr-defined]
        assert text.index(squeezed(CAUTION)) < text.index(squeezed(f"({number})"))


def test_what_needs_no_number_is_reported_all_the_same(answers: dict[str, Answer]) -> None:
    """A withheld report has its method with every check, its sources and how to repeat it."""
    assert parts_of(answers["withheld"].document) == WITHOUT_NUMBERS
    assert answers["withheld"].figures.keys() == answers["converged"].figures.keys()


def test_a_caution_is_on_every_page(answers: dict[str, Answer], rendered: Callable[[str, str], Any]) -> None:
    """A page that is taken out of the file alone still carries it; a converged report has none."""
    for name, caution in (("withheld", WITHHELD), ("cautioned", CAUTION)):
        pages = read_pdf(rendered(name, "pdf")).pages
        assert all(squeezed(caution) in page for page in pages)
    assert not [block for block in answers["converged"].document if isinstance(block, Caution)]


def test_a_failed_fit_cannot_have_numbers(answers: dict[str, Answer]) -> None:
    """Requested numbers cannot be turned into ones that were not requested."""
    result = answers["cautioned"].result
    assert isinstance(result, ReportResult)
    with pytest.raises(ValueError, match="did not converge"):
        replace(result.fit, with_unconverged=False)
