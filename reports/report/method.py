"""How a report's numbers came about: the model in words, the fits with their verdicts, every check."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports.blocks import Block, Heading, Listing, Table
from estimative.reports.document import run_of
from estimative.reports.report import wording as words
from estimative.reports.report.summary import Report
from estimative.reports.summary import Summary
from estimative.reports.wording import METHODS

EVENTS = (
    "The chance of an event, its condition given, is a baseline whose log-odds its factors and earlier events move up "
    "or down; where the scenario says so it is a yearly rate, or an entry of a table, instead."
)
EVIDENCE = (
    "Evidence enters as a likelihood. An indicator or a testimony has a likelihood ratio on what it is about; one who "
    "would speak so in any case is believed less. A measurement is normal around what the factor's degree implies, a "
    "forecast around the log-odds of what it foretells. Counts over years of exposure are Poisson; past cases, "
    "Bernoulli."
)
SUMMED = (
    "Events are summed out exactly; only the quantities are sampled. A probability is the mean over the draws, "
    "reckoned from them by the same equations for every method."
)
MODEL = (EVENTS, EVIDENCE, SUMMED)


def method_of(report: Report) -> Iterator[Block]:
    """The part of a report under that heading."""
    yield Heading(text="Method and checks")
    yield Heading(text="How the model works", level=3)
    yield Listing(points=MODEL)
    yield Heading(text="The fit", level=3)
    yield from run_of(report.assessment)
    yield Heading(text="Every check", level=3)
    yield checks_of(report.assessment)


def checks_of(summary: Summary) -> Table:
    """The conditions of every verdict, with what was found."""
    return Table(
        header=("Method", "Check", "Found", "Needed", "Verdict"),
        rows=tuple(
            (METHODS.get(method, method), *words.check(check))
            for method, verdict in summary.verdicts.items()
            for check in verdict.checks
        ),
        text_columns=frozenset({0, 1, 4}),
    )
