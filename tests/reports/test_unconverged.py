"""What is told of a fit that did not converge."""

from __future__ import annotations

import json
import re
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from rich.console import Console

import reports
from estimative.reports import document
from estimative.reports.blocks import Caution, Document
from estimative.reports.evidence.document import document as evidence_document
from estimative.reports.evidence.summary import Weighing
from estimative.reports.formats import terminal
from estimative.reports.formats.html import html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from estimative.reports.report.rows import csv_of
from estimative.reports.sensitivity.document import document as sensitivity_document
from estimative.reports.sensitivity.summary import Sensitivity
from estimative.reports.summary import Summary, to_json
from estimative.reports.trace.document import document as trace_document
from estimative.reports.trace.summary import Trace
from estimative.reports.whatif.document import document as whatif_document
from estimative.reports.whatif.summary import WhatIf
from tests.documents_made import told as whole
from tests.reports_made import REPORTS, full
from tests.sensitivities import SENSITIVITIES
from tests.summaries import CASES, FULL
from tests.told_whatifs import WHATIFS
from tests.traces import TRACES
from tests.weighings import WEIGHINGS

WITHHELD = ["withheld", "disagreeing"]
TOLD = ["unconverged", "disagreeing-told"]


def formats(summary: Summary) -> dict[str, str]:
    """Everything that can be told of a summary, by format."""
    console = Console(file=StringIO(), width=200, color_system=None, highlight=False, markup=False, emoji=False)
    wide = Console(file=StringIO(), width=200, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(document.brief(summary), console)
    terminal.show(full(summary), wide)
    assert isinstance(console.file, StringIO)
    assert isinstance(wide.file, StringIO)
    return {
        "brief": console.file.getvalue(),
        "full": wide.file.getvalue(),
        "md": markdown(full(summary)),
        "json": to_json(summary),
    }


@pytest.mark.parametrize("name", WITHHELD)
@pytest.mark.parametrize("form", ["brief", "full", "md", "json"])
def test_no_format_tells_a_number_that_is_withheld(name: str, form: str) -> None:
    """A fit that did not converge tells neither headline nor word nor interval in any format."""
    text = formats(CASES[name])[form]
    headline = FULL.outcomes["closed"]
    for told in (headline.title, headline.term, "6.1 %", "0.0613", "1 to 15 %", "52 %", "Key judgement", "11.7 %"):
        assert told not in text


@pytest.mark.parametrize("name", [*WITHHELD, *TOLD])
@pytest.mark.parametrize("form", ["brief", "full", "md", "json"])
def test_every_format_shows_the_caution(name: str, form: str) -> None:
    """A fit that did not converge carries its caution in every format."""
    caution = CASES[name].caution
    assert caution
    assert caution in formats(CASES[name])[form].replace("\\", "")


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("form", ["brief", "full", "md"])
def test_the_caution_stands_before_the_first_number(name: str, form: str) -> None:
    """Numbers that were asked for in spite of their verdict come after the caution."""
    text = formats(CASES[name])[form].replace("\\", "")
    assert 0 < text.index("CAUTION") < text.index("6.1 %")


@pytest.mark.parametrize("name", WITHHELD + TOLD)
def test_the_reason_stands_beside_the_caution(name: str) -> None:
    """Right after the caution comes what failed and, where something can be tried, what that is."""
    blocks = document.brief(CASES[name])
    place = next(index for index, block in enumerate(blocks) if isinstance(block, Caution))
    following = str(blocks[place + 1 : place + 3])
    assert "did not converge" in following or "disagree" in following
    for verdict in CASES[name].verdicts.values():
        assert all(advice in following for advice in verdict.advice)


@pytest.mark.parametrize("name", ["full", "bare"])
def test_a_converged_fit_carries_no_caution(name: str) -> None:
    """Where everything converged there is no caution."""
    assert not any(isinstance(block, Caution) for block in full(CASES[name]))


@pytest.mark.parametrize("name", ["disagreeing", "disagreeing-told"])
def test_methods_that_disagree_are_not_said_to_have_failed(name: str) -> None:
    """Where both methods converged and disagree, the caution does not say that a fit did not converge."""
    assert all(verdict.passed for verdict in CASES[name].verdicts.values())
    assert "The two methods disagree" in formats(CASES[name])["brief"]


type Analysis = WhatIf | Sensitivity | Weighing | Trace
ANALYSES: dict[str, Analysis] = {**WHATIFS, **SENSITIVITIES, **WEIGHINGS, **TRACES}
FAILED = [name for name, found in ANALYSES.items() if not found.converged]
HIDDEN = [name for name in FAILED if "withheld" in name]
PARTLY = ["sensitivity.partly", "evidence.partly"]
NUMBERS = ("6.1 %", "0.0613", "very unlikely", "52.0 %", "\u00b1", "decibans", "x 3.2", "0.63", "Before", "Running")
"""What the same analyses tell where they may."""


def told(found: Analysis) -> Document:
    """The longest document of an analysis."""
    match found:
        case WhatIf():
            return whatif_document(found)
        case Sensitivity():
            return sensitivity_document(found)
        case Weighing():
            return evidence_document(found, full=True)
        case Trace():
            return trace_document(found)


def texts(found: Analysis) -> dict[str, str]:
    """Everything that can be told of an analysis, by format."""
    console = Console(file=StringIO(), width=400, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(told(found), console)
    assert isinstance(console.file, StringIO)
    return {"terminal": console.file.getvalue(), "md": markdown(told(found)), "json": to_json(found)}


def test_every_kind_has_failed_every_way() -> None:
    """There is a withheld case and a told one of each kind of analysis."""
    kinds = {"whatif", "sensitivity", "evidence", "trace"}
    assert {name.partition(".")[0] for name in HIDDEN} == kinds
    assert {name.partition(".")[0] for name in FAILED if name not in HIDDEN + PARTLY} == kinds


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("form", ["terminal", "md", "json"])
def test_no_format_tells_a_number_of_a_failed_analysis(name: str, form: str) -> None:
    """An analysis of a fit that did not converge tells neither probability nor weight nor swing in any format."""
    text = texts(ANALYSES[name])[form]
    for number in NUMBERS:
        assert number not in text
    assert "Each probability" not in text
    assert '"value": 1.083' in text or form != "json"  # what failed is told, in the verdict


@pytest.mark.parametrize("name", FAILED)
@pytest.mark.parametrize("form", ["terminal", "md", "json"])
def test_every_format_of_an_analysis_shows_the_caution(name: str, form: str) -> None:
    """An analysis with a fit that did not converge carries its caution in every format, before any number."""
    found = ANALYSES[name]
    text = texts(found)[form].replace("\\", "")
    assert found.caution
    assert found.caution in text
    firsts = ("6.1 %", "20.0 %", "\u00b1", "mean 0.500", '"probability":', '"headline": {', '"quantities": {')
    for first in firsts:
        assert first not in text[: text.index(found.caution)]


@pytest.mark.parametrize("name", [name for name in FAILED if name not in PARTLY])
def test_what_failed_stands_beside_the_caution_of_an_analysis(name: str) -> None:
    """Right after the caution comes what failed, what to try, and how to see the numbers where there are none."""
    blocks = told(ANALYSES[name])
    place = next(index for index, block in enumerate(blocks) if isinstance(block, Caution))
    following = str(blocks[place + 1 : place + 6])
    assert "R-hat 1.08 at factors.wear, at most 1.01 is needed" in following
    assert "Take more draws (--draws)." in following
    assert ("--allow-unconverged" in following) == (name in HIDDEN)


@pytest.mark.parametrize("name", PARTLY)
def test_what_rests_on_a_good_fit_is_told(name: str) -> None:
    """Where only fits that others rest on failed, the headline is told, and what is left out is named."""
    blocks = told(ANALYSES[name])
    place = next(index for index, block in enumerate(blocks) if isinstance(block, Caution))
    following = str(blocks[place + 1 : place + 4])
    assert "Left out: the " in following
    assert "--allow-unconverged" in following
    assert "The bridge is closed to lorries by 2027-12-31" in following


@pytest.mark.parametrize("name", [name for name in ANALYSES if name not in FAILED])
def test_an_analysis_that_converged_carries_no_caution(name: str) -> None:
    """Where every fit converged there is no caution, and nothing is said of how to see more."""
    assert not any(isinstance(block, Caution) for block in told(ANALYSES[name]))
    assert "allow-unconverged" not in str(told(ANALYSES[name]))


OF_REPORTS = ("terminal", "md", "html", "json", "csv", "pdf")
WITHHELD_REPORT, CAUTIONED_REPORT = REPORTS["report.withheld"], REPORTS["report.cautioned"]
TOLD_OTHERWISE = ("6.1", "0.0613", "0.0614", "1 to 15", "0.149", "52 %", "0.52", "11.7", "0.117", "0.63", "decibans")
"""What a report with numbers says of the headline, of what leads to it and of what it hangs on."""
WORDED = ("very unlikely", "roughly even chance", "Key judgement", "The chain of events", "From prior to posterior")
"""Its words; in JSON they stand in the scale."""


@cache
def written(name: str, form: str) -> str:
    """A report with its pictures in a format, on one line and without escapes."""
    report = REPORTS[name]
    match form:
        case "terminal":
            console = Console(file=StringIO(), width=400, color_system=None, highlight=False, markup=False, emoji=False)
            terminal.show(whole(name), console)
            assert isinstance(console.file, StringIO)
            text = console.file.getvalue()
        case "md":
            text = markdown(whole(name)).replace("\\", "")
        case "html":
            text = html(whole(name), caution=report.caution).replace("\u00a0", " ")
        case "json":
            text = to_json(report)
        case "csv":
            text = csv_of(report)
        case _:
            text = " ".join(pages(name))
    return " ".join(text.split())


@cache
def pages(name: str) -> tuple[str, ...]:
    """The text of each page of a report in PDF."""
    reader = PdfReader(BytesIO(pdf(whole(name), caution=REPORTS[name].caution)))
    return tuple(" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages)


@pytest.mark.parametrize("form", OF_REPORTS)
def test_no_format_of_a_report_tells_a_number_that_is_withheld(form: str) -> None:
    """A report on a fit that did not converge has neither headline nor word nor interval, and no picture."""
    text = re.sub(r"<style>.*?</style>", "", written("report.withheld", form))
    assert not [told for told in TOLD_OTHERWISE if told in text]
    assert not [word for word in WORDED if word in text and form != "json"]
    assert "<svg" not in text
    full = written("report.full", form)
    assert sum(told in full for told in (*TOLD_OTHERWISE, *WORDED)) >= 5  # so that their absence says something


def test_the_json_of_a_withheld_report_holds_no_probability() -> None:
    """Whatever could hold one is empty; so is what was reckoned from the same fit."""
    found = json.loads(to_json(WITHHELD_REPORT))
    assert not [part for part in ("outcomes", "events", "factors", "quantities") if found["assessment"][part]]
    assert not [part for part in ("shapes", "factors", "weighing", "sensitivity", "comparison") if found[part]]
    assert not re.search(r'"(probability|prior_probability|mcse)":', to_json(WITHHELD_REPORT))


@pytest.mark.parametrize("name", ["report.withheld", "report.cautioned"])
@pytest.mark.parametrize("form", OF_REPORTS)
def test_every_format_of_a_report_shows_the_caution(name: str, form: str) -> None:
    """In full, and not that of the other case."""
    cautions = {WITHHELD_REPORT.caution, CAUTIONED_REPORT.caution}
    assert {caution for caution in cautions if caution in written(name, form)} == {REPORTS[name].caution}


@pytest.mark.parametrize("form", OF_REPORTS)
def test_the_caution_of_a_report_stands_before_its_first_number(form: str) -> None:
    """Whoever reads the headline has read the caution."""
    text = re.sub(r"<style>.*?</style>", "", written("report.cautioned", form))
    firsts = [text.index(number) for number in ("6.1 %", "0.0613", "very unlikely", '"probability":') if number in text]
    assert firsts
    assert 0 <= text.index(CAUTIONED_REPORT.caution) < (min(firsts) if form != "json" else text.index('"probability":'))


@pytest.mark.parametrize("name", ["report.withheld", "report.cautioned"])
def test_the_caution_of_a_report_is_on_every_page(name: str) -> None:
    """A page that is taken out of the file alone still carries it, above all else that it says."""
    assert len(pages(name)) > 1
    for page in pages(name):
        assert REPORTS[name].caution in page[: len(REPORTS[name].caution) + 40]


@pytest.mark.parametrize("name", ["report.withheld", "report.cautioned"])
def test_the_caution_of_a_page_is_printed_too(name: str) -> None:
    """One stands in the text, one runs at the top of whatever is printed of it, and of nothing else."""
    text = html(whole(name), caution=REPORTS[name].caution)
    assert len(re.findall(r'role="note"[^>]*>(?:<[^>]*>|\s|CAUTION)*' + re.escape(REPORTS[name].caution), text)) == 1
    assert (
        len(re.findall(r'class="running"[^>]*>(?:<[^>]*>|\s|CAUTION)*' + re.escape(REPORTS[name].caution), text)) == 1
    )
    style = (Path(reports.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    on_paper = style[style.index("@media print") :]
    assert ".running { display: table-header-group;" in on_paper  # what browsers repeat on every page
