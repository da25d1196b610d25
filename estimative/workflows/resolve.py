"""Resolve: record what happened to an outcome that a saved run gave a probability to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from estimative.model.inference.fit_result import FitResult
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import IssuedForecast, Resolution, refusals
from estimative.model.record.run_store import Store
from estimative.model.record.score import ResolveResult
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.events import Outcome
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Place, invalid, unknown_name
from estimative.workflows import clock


def resolve(
    store: Store,
    run: str,
    *,
    occurred: bool | None,
    date: datetime.date,
    because: str,
    outcome: str | None = None,
    correct: bool = False,
) -> ResolveResult:
    """Record what happened in the log next to the runs.

    Parameters
    ----------
    run
        Its id, the beginning of its id, or `latest`.
    occurred
        None is void: nobody will ever know, or the condition of a conditional outcome was not met.
    date
        When it happened, or when it was certain that it had not.
    because
        The source that decided it.
    outcome
        The scenario's headline if None.
    correct
        Replace an earlier resolution of the same run and outcome; its line stays in the log.

    Raises
    ------
    InvalidInput
        If there is no such run or outcome, the run did not converge, the dates are impossible, no reason is given, or
        the log does not accept it.
    """
    now = clock.now()
    reason = _reason(because)
    stored = StoredRun(store.find(run))
    result = _scorable(stored)
    scenario = stored.read_scenario(result.scenario.digest)
    chosen = _outcome(outcome or scenario.headline, scenario, result.outcomes, stored.id)
    resolution = Resolution(forecast=_forecast(result, chosen), occurred=occurred, date=date, because=reason)
    if issues := list(refusals(resolution, today=now.date(), settled=scenario.settled(chosen.id))):
        raise InvalidInput(issues)
    log = ResolutionLog.in_folder(store.folder)
    entry = log.append(resolution, written=now.astimezone(datetime.UTC), correct=correct)
    given = tuple(scenario.event_title(name) for name in chosen.given)
    return ResolveResult(log=str(log.path), entry=entry, title=chosen.title, given=given)


def _reason(because: str) -> str:
    """The source on one line."""
    reason = " ".join(because.split())
    if not reason:
        raise invalid("no source is given", code="missing-source", key="because", allowed="the source that decided it")
    try:
        reason.encode()
    except UnicodeEncodeError as error:
        raise invalid("the source is not a text in UTF-8", code="not-text", key="because") from error
    return reason


def _scorable(run: StoredRun) -> FitResult:
    result = run.result()
    if not result.converged:
        raise invalid("this run did not converge, so it is not scored", code="not-converged", file=run.id)
    return result


def _outcome(name: str, scenario: Scenario, known: Iterable[str], run: str) -> Outcome:
    if name in scenario.outcomes and name in known:
        return scenario.outcomes[name]
    place = Place(file=run, key="outcome")
    raise InvalidInput([unknown_name(place, name, known, "an outcome of this run")])


def _forecast(result: FitResult, outcome: Outcome) -> IssuedForecast:
    estimate = result.outcomes[outcome.id].posterior
    return IssuedForecast(
        run=result.run.id,
        created=result.run.created,
        scenario=result.scenario.id,
        scenario_digest=result.scenario.digest,
        prior_set=result.prior_set.name,
        prior_set_digest=result.prior_set.digest,
        analyst=result.prior_set.analyst,
        outcome=outcome.id,
        probability=estimate.value,
        se=estimate.se,
        as_of=result.scenario.as_of,
        until=result.scenario.until,
    )
