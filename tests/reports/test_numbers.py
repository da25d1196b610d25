"""Every number that a person reads is one that the JSON holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from pypdf import PdfReader
from rich.console import Console

from estimative.reports.blocks import Document, IntervalPlot
from estimative.reports.formats import terminal
from estimative.reports.formats.html import html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from estimative.reports.report.document import document
from estimative.reports.report.summary import Report
from estimative.reports.summary import Interval, Summary, to_json
from estimative.reports.wording import percent, rounded
from tests.reports_made import REPORTS, RICH, alone, full
from tests.summaries import FIXED, FULL, bare, spread, summaries

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w.]*\w)")
OF_THE_FORM = {0.0, 1.0, 5.0, 95.0}
"""The ends of a factor's scale, and the tails of its interval."""


def numbers(node: Any) -> Iterator[float]:
    """Every number in JSON, and every number in a text of it."""
    match node:
        case bool() | None:
            return
        case int() | float():
            yield float(node)
        case str():
            yield from map(float, (found.replace(",", "") for found in NUMBER.findall(node)))
        case dict():
            for entry in node.values():
                yield from numbers(entry)
        case list():
            for entry in node:
                yield from numbers(entry)


def fixed() -> set[float]:
    """The numbers in what every report says alike: years of sources, steps of guidelines, ends of scales."""
    return set.intersection(*(set(numbers(str(full(summary)))) for summary in (FULL, bare())))


FIXED_TEXTS = fixed()


def counted(summary: Summary) -> Iterator[float]:
    """What a document counts."""
    items, everything = summary.evidence, summary.everything
    yield from (len(items), len(everything), sum(bool(item.grade) for item in items.values()))
    yield len({item.origin or name for name, item in items.items()})
    yield sum(not quantity.because for quantity in everything.values())
    for verdict in summary.verdicts.values():
        yield from (len(verdict.checks), sum(not check.passed for check in verdict.checks))


def derived(summary: Summary) -> Iterator[float]:
    """What a document reckons from two numbers of the summary."""
    for factor in summary.factors.values():
        if factor.prior.sd:
            yield (factor.posterior.mean - factor.prior.mean) / factor.prior.sd
    if summary.agreement and summary.agreement.joint_se:
        yield summary.agreement.difference / summary.agreement.joint_se


def is_rounded(shown: str, value: float) -> bool:
    """Whether a number is what another comes to, at the digits that are shown."""
    shown = shown.replace(",", "")
    number, decimals = float(shown), len(shown.partition(".")[2])
    step = 10.0**-decimals
    zeros = len(shown) - len(shown.rstrip("0")) if not decimals and number else 0
    return abs(abs(number) - abs(value)) <= 10.0**zeros * step / 2 * (1 + 1e-6) + 1e-12


def in_markdown(told: Document) -> str:
    """What a reader of Markdown sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(told))
    return "\n".join(
        "".join(child.content for child in token.children or ()) if token.type == "inline" else token.content
        for token in tokens
        if token.type in {"inline", "code_block"}
    )


def on_terminal(told: Document) -> str:
    """What a wide terminal shows."""
    console = Console(file=StringIO(), width=400, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(told, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


class Reading(HTMLParser):
    """What a browser shows of a page, and nothing that is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.no_progress = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.no_progress += tag in {"head", "svg"}

    def handle_endtag(self, tag: str) -> None:
        self.no_progress -= tag in {"head", "svg"}
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts += [] if self.no_progress else [data]


def in_browser(told: Document) -> str:
    """What the page says."""
    reading = Reading()
    reading.feed(html(told))
    return "".join(reading.parts)


def on_paper(told: Document) -> str:
    """What the pages of the PDF say, but for their own numbers."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf(told))).pages]
    text = "\n".join(re.sub(FOLIO.format(number, len(pages)), "", page) for number, page in enumerate(pages, start=1))
    text = re.sub(r"(?:\. ?){5,} *\d+$", "", text.replace("\u200b", ""), flags=re.MULTILINE)  # contents
    broken = [word for word in re.findall(r"[\w.-]{24,}", markdown(told)) if word.lower() == word or "T" in word]
    for word in sorted(set(broken), key=len, reverse=True):
        text = re.sub(r"\s*".join(map(re.escape, word)), word, text)
    return text


FOLIO = r"\b{}\s*(?:/|of)\s*{}\b"
"""The number of a page."""
READ = {"md": in_markdown, "terminal": on_terminal, "html": in_browser, "pdf": on_paper}


def strange(text: str, found: Report) -> list[str]:
    """The numbers in a text that no number of a report comes to, in per cent or plain, at the digits shown."""
    plain = {*numbers(json.loads(to_json(found))), *derived(found.assessment), *counted(found.assessment), *FIXED_TEXTS}
    values = [*plain, *(100 * value for value in plain)]
    bounds = {bound.replace(",", "") for bound in re.findall(r"less than ([\d.,]*\d)", text)}
    return [
        shown
        for shown in {shown.replace(",", "") for shown in NUMBER.findall(text)} - bounds
        if float(shown) not in OF_THE_FORM and not any(is_rounded(shown, value) for value in values)
    ]


def said(report: Report) -> Document:
    """The document without plots, whose axes have round numbers of their own."""
    return tuple(block for block in document(report, {}) if not isinstance(block, IntervalPlot))


@settings(max_examples=12, deadline=None)
@given(summary=summaries())
def test_every_number_comes_from_the_summary(summary: Summary) -> None:
    """Each number that any format shows is one of the JSON, in per cent or plain, rounded to the digits shown."""
    report = replace(alone(summary), shapes=RICH.shapes if summary.outcomes.keys() >= RICH.shapes.keys() else {})
    for read in READ.values():
        assert not strange(read(said(report)), report)


@pytest.mark.parametrize("form", ["terminal", "html", "pdf"])
@pytest.mark.parametrize("name", [name for name in REPORTS if name != "report.hostile"])
def test_every_format_tells_the_same_numbers(name: str, form: str) -> None:
    """No format has a number that another lacks."""
    told = said(REPORTS[name])
    assert set(NUMBER.findall(READ[form](told))) == set(NUMBER.findall(in_markdown(told)))


def cells(summary: Summary, heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the Markdown report."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(full(summary)))
    start = next(
        i
        for i, token in enumerate(tokens)
        if token.type == "inline" and token.content == heading and tokens[i - 1].type == "heading_open"
    )
    end = next(i for i in range(start, len(tokens)) if tokens[i].type == "table_close")
    rows: list[list[str]] = []
    for token in tokens[start + 1 : end]:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows[1:]


def ends(found: Interval) -> str:
    """Both ends of an interval by the rule of digits; of an exact number there is none."""
    if found.low == found.high:
        return "none: exact"
    return f"{rounded(found.low, found.low_se, places=2)} to {rounded(found.high, found.high_se, places=2)} %"


def with_error(value: float, error: float) -> str:
    """A probability by the rule of digits, its Monte Carlo error to one digit; an exact one alone."""
    if not error:
        return percent(value, error)
    return f"{rounded(value, error, places=2)} \u00b1 {Decimal(f'{100 * error:.1g}'):f} %"


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_every_outcome_has_its_row(summary: Summary) -> None:
    """The table of outcomes tells each outcome's own numbers and its own word, in the order of the summary."""
    assert cells(summary, "Outcomes") == [
        [
            outcome.title,
            with_error(outcome.probability, outcome.se),
            ends(outcome.interval),
            percent(outcome.prior_probability, outcome.prior_se),
            outcome.term,
        ]
        for outcome in summary.outcomes.values()
    ]


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_every_event_has_its_row(summary: Summary) -> None:
    """The chain tells each event under its own condition, and then whatever else happens."""
    rows = cells(summary, "The chain of events")
    for row, (name, event) in zip(rows, summary.events.items(), strict=True):
        link = event.given_previous
        assert link is not None
        assert row[0] == f"{name}: {event.title}"
        assert row[2:] == [
            percent(link.probability, link.se),
            percent(link.prior_probability, link.prior_se),
            percent(event.probability, event.se),
        ]


def test_a_factor_tells_how_far_it_moved() -> None:
    """A factor's row tells its means and by how many prior standard deviations the evidence moved it."""
    assert cells(FULL, "Factors") == [["Wear of the piers", "0.50", "0.63", "0.40 to 0.86", "+0.7 sd"]]


@pytest.mark.parametrize("value", [1e-5, 0.25, 1234.5, 40_000.0])
def test_no_number_is_told_with_an_exponent(value: float) -> None:
    """Constants and weights, large or small, are told without the exponents of computers."""
    held = replace(FIXED, prior=spread(value, 0.0), posterior=spread(value, 0.0))
    told = full(replace(FULL, quantities={"evidence.dive": held}))
    for read in READ.values():
        assert not re.search(r"(?<!\w)\d[\d.]*e[+-]\d", read(told))
