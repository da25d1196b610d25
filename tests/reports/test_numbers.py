"""Every number that a person reads is one that the JSON holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from rich.console import Console

from reports import document, terminal
from reports.markdown import markdown
from reports.summary import Interval, Summary, to_json
from reports.wording import percent, rounded
from tests.summaries import FIXED, FULL, spread, summaries

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w.]*\w)")
OF_THE_FORM = {0.0, 1.0, 5.0, 95.0, 203.0}
"""The ends of a factor's scale, the tails of its interval, and the number of the directive that the words come from."""


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


def derived(summary: Summary) -> Iterator[float]:
    """What a document reckons from two numbers of the summary."""
    for factor in summary.factors.values():
        if factor.prior.sd:
            yield (factor.posterior.mean - factor.prior.mean) / factor.prior.sd
    if summary.agreement and summary.agreement.joint_mcse:
        yield summary.agreement.difference / summary.agreement.joint_mcse


def is_rounded(shown: str, value: float) -> bool:
    """Whether a number is what another comes to, at the digits that are shown."""
    shown = shown.replace(",", "")
    number, decimals = float(shown), len(shown.partition(".")[2])
    step = 10.0**-decimals
    zeros = len(shown) - len(shown.rstrip("0")) if not decimals and number else 0
    return abs(abs(number) - abs(value)) <= 10.0**zeros * step / 2 * (1 + 1e-6) + 1e-12


def read(summary: Summary) -> list[str]:
    """The full report as Markdown shows it, and as a wide terminal does."""
    console = Console(file=StringIO(), width=400, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(document.full(summary), console)
    assert isinstance(console.file, StringIO)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(document.full(summary)))
    parts = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    return ["\n".join(parts), console.file.getvalue()]


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_every_number_comes_from_the_summary(summary: Summary) -> None:
    """Each number in a report is one of the summary, in per cent or plain, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(summary))), *derived(summary)]
    values = [*plain, *(100 * value for value in plain)]
    for text in read(summary):
        bounds = {found.replace(",", "") for found in re.findall(r"less than ([\d.,]*\d)", text)}
        strange = [
            shown
            for shown in NUMBER.findall(text)
            if float(shown.replace(",", "")) not in OF_THE_FORM
            and shown.replace(",", "") not in bounds
            and not any(is_rounded(shown, value) for value in values)
        ]
        assert not strange


def cells(summary: Summary, heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the Markdown report."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(document.full(summary)))
    start = next(i for i, token in enumerate(tokens) if token.type == "inline" and token.content.startswith(heading))
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
    return f"{rounded(found.low, found.low_mcse, places=2)} to {rounded(found.high, found.high_mcse, places=2)} %"


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
            with_error(outcome.probability, outcome.mcse),
            ends(outcome.interval),
            percent(outcome.prior_probability, outcome.prior_mcse),
            outcome.term,
        ]
        for outcome in summary.outcomes.values()
    ]


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_every_event_has_its_row(summary: Summary) -> None:
    """The chain tells each event under its own condition, and then whatever else happens."""
    rows = cells(summary, "Chain of events")
    for row, (name, event) in zip(rows, summary.events.items(), strict=True):
        link = event.given_previous
        assert link is not None
        assert row[0] == f"{name}: {event.title}"
        assert row[2:] == [
            percent(link.probability, link.mcse),
            percent(link.prior_probability, link.prior_mcse),
            percent(event.probability, event.mcse),
        ]


def test_a_factor_tells_how_far_it_moved() -> None:
    """A factor's row tells its means and by how many prior standard deviations the evidence moved it."""
    assert cells(FULL, "Factors") == [["Wear of the piers", "0.50", "0.63", "0.40 to 0.86", "+0.7 sd"]]


@pytest.mark.parametrize("value", [1e-5, 0.25, 1234.5, 40_000.0])
def test_no_number_is_told_with_an_exponent(value: float) -> None:
    """Constants and weights, large or small, are told without the exponents of computers."""
    fixed = replace(FIXED, prior=spread(value, 0.0), posterior=spread(value, 0.0))
    for text in read(replace(FULL, quantities={"evidence.dive": fixed})):
        assert not re.search(r"\de[+-]\d", text)
