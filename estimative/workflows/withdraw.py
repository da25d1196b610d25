"""Withdraw: record that the forecast of a saved run no longer holds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Withdrawal, current_entries, resolution_entries
from estimative.model.record.run_store import Store
from estimative.model.record.score import WithdrawResult
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import invalid, quote
from estimative.workflows import clock
from estimative.workflows.resolve import named_run
from estimative.workflows.result_words import one_line


def withdraw(store: Store, run: str, *, because: str, until: datetime.date | None = None) -> WithdrawResult:
    """Record in the log next to the runs that an analyst's forecast holds no more, until they make another one.

    Parameters
    ----------
    run
        The analyst's last run of the scenario by its horizon, or the id of the scenario if that has one analyst.
    because
        Why.
    until
        The horizon; needed where a scenario is named whose runs have several.

    Raises
    ------
    InvalidInput
        If there is no such run, the scenario has several analysts, the run did not converge, a later one replaced it,
        its outcomes are answered, it is withdrawn already, no reason is given, or the log cannot be written.
    """
    now, reason = clock.now(), one_line(because, "reason", "why the forecast no longer holds")
    listing = store.listing()
    _check_analyst(run, listing.runs)
    stored = named_run(store, listing.runs, run, until)
    manifest = stored.manifest()
    if not manifest.converged or manifest.headline is None:
        raise invalid("this run did not converge, so it made no forecast", code="not-converged", file=stored.id)
    earlier = _earlier(manifest, listing.runs)
    log = ResolutionLog.in_folder(store.folder)
    _check_open(log, stored, now.date())
    withdrawal = Withdrawal(
        run=stored.id,
        created=manifest.created,
        scenario=manifest.scenario,
        prior_set=manifest.prior_set,
        until=manifest.until,
        withdrawn=now,
        because=reason,
    )
    entry = log.withdraw(withdrawal, written=now.astimezone(datetime.UTC))
    return WithdrawResult(
        log=str(log.path),
        entry=entry,
        title=manifest.question,
        headline=manifest.headline.value,
        earlier=earlier,
    )


def _check_open(log: ResolutionLog, run: StoredRun, today: datetime.date) -> None:
    """Refuse a run whose time is over, or whose outcomes are all resolved."""
    result = run.result()
    resolved = {
        entry.forecast.outcome
        for entry in current_entries(resolution_entries(log.read()))
        if entry.forecast.scenario == result.scenario.id and entry.forecast.until == result.scenario.until
    }
    over = today >= result.scenario.until
    if over or resolved >= set(result.outcomes):
        message = "its horizon is over" if over else "all its outcomes are resolved"
        raise invalid(f"{message}, so the forecast cannot be withdrawn", code="too-late", file=run.id)


def _check_analyst(name: str, runs: Sequence[Manifest]) -> None:
    """Refuse a scenario with runs of several analysts: nobody withdraws the forecast of another by mistake."""
    last: dict[str, str] = {}
    for run in runs:
        if run.scenario == name and run.converged:
            last.setdefault(run.prior_set, run.id)
    if len(last) > 1:
        message = f"{quote(name)} has runs of several analysts: {', '.join(sorted(last))}"
        allowed = tuple(last[analyst] for analyst in sorted(last))
        raise invalid(message, code="ambiguous-analyst", key="run", value=quote(name), allowed=allowed)


def _earlier(own: Manifest, runs: Sequence[Manifest]) -> int:
    """How many earlier runs the same analyst has of the same scenario and horizon; refuse a run that has later ones."""
    others = [
        run
        for run in runs
        if (run.scenario, run.prior_set, run.until) == (own.scenario, own.prior_set, own.until)
        and run.converged
        and run.id != own.id
    ]
    if later := [run.id for run in others if run.created > own.created]:
        message, fix = f"run {later[0]} replaced this forecast", "Withdraw that one."
        raise invalid(message, code="superseded", file=own.id, suggestion=fix)
    return len(others)
