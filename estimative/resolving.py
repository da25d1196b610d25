"""The command `resolve`: what came about of what a run foretold, noted in the ledger beside the runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from estimative.console import console
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import IssuedForecast, Resolution, refusals
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.events import Outcome
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, listed, nearest, quote
from estimative.reports.blocks import Paragraph
from estimative.reports.formats import terminal
from estimative.reports.score import wording as words
from estimative.reports.score.summarizing import judgement_of
from estimative.reports.summary import Summary
from estimative.telling import summary_in

type Answer = Literal["yes", "no", "void"]
ANSWERS: dict[Answer, bool | None] = {"yes": True, "no": False, "void": None}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    run: str
    outcome: str | None
    """The scenario's headline if None."""
    happened: Answer
    on: str
    because: str
    correct: bool


def resolve_and_tell(request: Request, runs: Path | None) -> None:
    """Note what came about and say what was noted.

    Raises
    ------
    Faulty
        If there is no such run or outcome, the run did not converge, the dates cannot be so, no reason is given, or
        the ledger does not take it.
    """
    store, now = Store.at(runs), datetime.datetime.now(datetime.UTC)
    folder = store.find(request.run)
    summary, scenario = _told(folder)
    outcome = _outcome(request.outcome or summary.scenario.headline, scenario, folder)
    resolution = Resolution(
        forecast=_foretold(summary, outcome),
        happened=ANSWERS[request.happened],
        on=_date(request),
        because=" ".join(request.because.split()),
    )
    refused = list(refusals(resolution, today=now.astimezone().date(), settled=_settled(outcome, scenario)))
    if refused:
        raise InvalidInput(refused)
    ledger = ResolutionLog.beside(store.folder)
    entry = ledger.append(resolution, written=now, correct=request.correct)
    told = words.resolved(judgement_of(entry, counted=True), title=outcome.title, given=outcome.given)
    noted = words.noted(str(ledger.path), entry.line, entry.digest, entry.corrects)
    terminal.show((Paragraph(text=told, strong=True), Paragraph(text=noted)), console())


def _told(folder: Path) -> tuple[Summary, Scenario]:
    """The summary of a run that may be scored, and its scenario."""
    summary = summary_in(folder)
    if not summary.converged:
        expected = "a run that converged: what is not to be relied on is no judgement to score"
        raise invalid("this run did not converge", code="unconverged", file=folder.name, allowed=expected)
    path = StoredRun(folder).scenario
    scenario = read_scenario(path)
    if scenario.digest != summary.scenario.digest:
        expected = f"the scenario {summary.scenario.digest[:12]}"
        raise invalid(
            "the scenario has changed since the run", code="scenario-changed", file=str(path), allowed=expected
        )
    return summary, scenario


def _outcome(name: str, scenario: Scenario, folder: Path) -> Outcome:
    if name in scenario.outcomes:
        return scenario.outcomes[name]
    expected = f"an outcome of {folder.name}: {listed(tuple(scenario.outcomes))}"
    near = nearest(name, scenario.outcomes)
    raise invalid(
        f"{quote(name)} is not an outcome",
        code="unknown-name",
        file="--outcome",
        allowed=expected,
        suggestion=near or "",
    )


def _date(request: Request) -> datetime.date:
    """When it was, if all that was said can be understood."""
    issues = [*_unreasoned(request.because), *_undated(request.on)]
    if issues:
        raise InvalidInput(issues)
    return datetime.date.fromisoformat(request.on)


def _unreasoned(because: str) -> Iterator[Issue]:
    if not because.strip():
        yield Issue(
            code="invalid-option",
            message="the reason is missing",
            place=Place(file="--because"),
            allowed="by which source it was decided",
        )
    try:
        because.encode()
    except UnicodeEncodeError:
        yield Issue(
            code="invalid-option",
            message="the reason is not a text",
            place=Place(file="--because"),
            allowed="a text in UTF-8",
        )


def _undated(on: str) -> Iterator[Issue]:
    try:
        datetime.date.fromisoformat(on)
    except ValueError:
        yield Issue(
            code="not-a-date",
            message=f"{quote(on)} is not a date",
            place=Place(file="--on"),
            allowed="a date such as 2026-11-01",
        )


def _foretold(summary: Summary, outcome: Outcome) -> IssuedForecast:
    told = summary.outcomes[outcome.id]
    return IssuedForecast(
        run=summary.run.id,
        created=datetime.datetime.fromisoformat(summary.run.created).astimezone(datetime.UTC),
        scenario=summary.scenario.id,
        scenario_digest=summary.scenario.digest,
        prior_set=summary.prior_set.name,
        prior_set_digest=summary.prior_set.digest,
        analyst=summary.prior_set.analyst,
        outcome=outcome.id,
        probability=told.probability,
        mcse=told.mcse,
        as_of=datetime.date.fromisoformat(summary.scenario.as_of),
        until=datetime.date.fromisoformat(summary.scenario.until),
    )


def _settled(outcome: Outcome, scenario: Scenario) -> bool:
    """Whether every event that decides it is one that has happened or not when the question is asked."""
    return all(scenario.events[name].when == "now" for name in outcome.events)
