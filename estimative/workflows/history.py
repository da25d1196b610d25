"""An assessment over time: from saved runs of a question, or fitted again as of each day on which evidence appeared."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path

from estimative.model.assessment import Assessment, assess
from estimative.model.disagreement.change_attribution import ChangeAttribution, attribute_change
from estimative.model.disagreement.history import HistoryResult, Moment, Series, Step
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.executor import SharedFunction, shared_out
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.info import Computation, PriorSetInfo, ScenarioInfo, versions
from estimative.model.inference.refit import Fitted
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.as_of import as_of, known_on
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.errors import InvalidInput, invalid, quote
from estimative.priors.prior_set_file import read_prior_set
from estimative.workflows.diff import RunInputs, diff
from estimative.workflows.project import prior_set_files
from estimative.workflows.session import Settings, possible

DAY = datetime.timedelta(days=1)


def replay(
    assessments: Sequence[Assessment],
    settings: Settings,
    *,
    days: Sequence[datetime.date] = (),
    since: datetime.date | None = None,
    attribution: bool = True,
) -> HistoryResult:
    """Fit analysts of one scenario again as of each day on which evidence appeared, with their priors of today.

    Parameters
    ----------
    days
        Instead of these: the days to fit.
    since
        The first day; evidence that is older counts from then on.
    attribution
        Divide each change among time passed, new evidence and the rest.

    Raises
    ------
    InvalidInput
        If a day is not before the horizon, or the evidence contradicts itself.
    """
    scenario = assessments[0].scenario
    chosen = sorted(set(days)) or evidence_days(scenario, since)
    series = tuple(_replayed(assessment, chosen, settings, attribution=attribution) for assessment in assessments)
    return _history(ScenarioInfo.of(assessments[-1]), series, settings, replayed=True)


def evidence_days(scenario: Scenario, since: datetime.date | None = None) -> list[datetime.date]:
    """Return the day before any evidence, each day on which some appeared, and the day of the scenario, in order.

    Parameters
    ----------
    since
        In place of the first of these.
    """
    known = {day for item in scenario.evidence.values() if (day := known_on(item, scenario))}
    first = since or min(known, default=scenario.as_of) - DAY
    return sorted(day for day in {first, *known, scenario.as_of} if day >= first)


def _replayed(
    assessment: Assessment, days: Sequence[datetime.date], settings: Settings, *, attribution: bool
) -> Series:
    name = assessment.prior_set.name
    stages = [assess(as_of(assessment.scenario, day), assessment.prior_set) for day in days]
    with possible(assessment):
        fits = _fitted(stages, settings, name)
        steps = list(_steps(fits, settings, name)) if attribution else [_unwanted()] * (len(fits) - 1)
    moments = []
    counted: frozenset[str] = frozenset()
    for fitted, step in zip(fits, [None, *steps], strict=True):
        scenario, passed = fitted.assessment.scenario, fitted.posterior.verdict.passed
        moments.append(
            Moment(
                date=scenario.as_of,
                run="",
                converged=passed,
                headline=fitted.posterior.headline if passed or settings.with_unconverged else None,
                items=tuple(name for name in scenario.evidence if name not in counted),
                step=step,
            )
        )
        counted = frozenset(scenario.evidence)
    return Series.of(PriorSetInfo.of(assessment), tuple(moments))


def _fitted(stages: Sequence[Assessment], settings: Settings, name: str) -> list[Fitted]:
    """Fit each stage as `fit --as-of` does, in order, by the executor of the settings."""
    fits = []
    for fitted in shared_out(settings.executor, SharedFunction(partial(_fit, settings)), stages):
        fits.append(fitted)
        settings.progress(f"Fitting {name} as of each day", len(fits), len(stages))
    return fits


def _fit(settings: Settings, assessment: Assessment) -> Fitted:
    return settings.fitter(assessment).fit(assessment)


def _steps(fits: Sequence[Fitted], settings: Settings, name: str) -> Iterator[Step]:
    for at, (before, after) in enumerate(pairwise(fits), start=1):
        yield _step(before, after, settings)
        settings.progress(f"Explaining the steps of {name}", at, len(fits) - 1)


def _step(before: Fitted, after: Fitted, settings: Settings) -> Step:
    """Why the headline changed between two fits."""
    if not (before.posterior.verdict.passed and after.posterior.verdict.passed):
        return Step(attribution=None, not_attributed_because="not-shown")
    attribution: ChangeAttribution | None = None
    with suppress(Undefined, Contradiction):
        attribution = attribute_change(settings.fitter(before.assessment), before, after)
    if attribution is None:
        return Step(attribution=None, not_attributed_because="no-odds")
    if not (attribution.effort.converged or settings.with_unconverged):
        return Step(attribution=None, not_attributed_because="did-not-converge")
    return Step(attribution=attribution, not_attributed_because=None)


def _unwanted() -> Step:
    return Step(attribution=None, not_attributed_because="not-wanted")


def history(
    store: Store,
    scenario: str,
    settings: Settings,
    *,
    prior_sets: Sequence[str] = (),
    attribution: bool = True,
    up_to: FitResult | None = None,
) -> tuple[HistoryResult, tuple[Assessment, ...]]:
    """Collect the saved runs of a question: of each prior set, the last run of each day of the scenario.

    The question is that of the latest run, or of the one up to which runs are wanted; runs about another headline or
    horizon are left out.

    Parameters
    ----------
    scenario
        Its id.
    prior_sets
        Names of those to show; by default all.
    attribution
        Divide each change among time passed, new evidence, changed opinion and the rest of the scenario.
    up_to
        The last run; by default all count.

    Returns
    -------
    The result, and the assessment of the last run of each prior set, by which its names are understood.

    Raises
    ------
    InvalidInput
        If there are no such runs.
    """
    wanted = [m for m in store.list() if m.scenario == scenario and (not prior_sets or m.prior_set in prior_sets)]
    wanted = [manifest for manifest in wanted if up_to is None or manifest.id <= up_to.run.id]
    asked = [manifest for manifest in wanted if _question(manifest) == _question(wanted[0])]
    runs = list(_last_of_each_day(store, asked))
    if not runs:
        message, fix = f"there are no saved runs of {quote(scenario)}", "Save some (fit), or fit them again (--replay)."
        raise invalid(message, code="unknown-run", file=str(store.folder), suggestion=fix)
    by_name: dict[str, list[tuple[StoredRun, FitResult]]] = {}
    for run, result in runs:
        by_name.setdefault(result.prior_set.name, []).append((run, result))
    series = tuple(_saved(analyst, settings, attribution=attribution) for analyst in by_name.values())
    latest = tuple(analyst[-1][0].assessment() for analyst in by_name.values())
    last = max((result.scenario for _, result in runs), key=lambda info: info.as_of)
    return _history(last, series, settings, replayed=False, others=len(wanted) - len(asked)), latest


def names_of(scenario: str, priors: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the id of a scenario, and the names of prior sets that are given by name or path.

    Raises
    ------
    InvalidInput
        With every error of a file that is named.
    """
    files = [file for name in priors for file in prior_set_files(name)]
    names = (read_prior_set(Path(file)).name if Path(file).is_file() else file for file in files)
    return read_scenario(find_scenario(scenario)).id, tuple(dict.fromkeys(names))


def _question(manifest: Manifest) -> tuple[str, datetime.date]:
    return manifest.headline_id, manifest.until


def _last_of_each_day(store: Store, manifests: Sequence[Manifest]) -> Iterator[tuple[StoredRun, FitResult]]:
    """Of each prior set and day of the scenario the newest run that can be read, with its result; in order of days.

    Parameters
    ----------
    manifests
        The newest first.
    """
    chosen: dict[tuple[str, datetime.date], tuple[StoredRun, FitResult]] = {}
    for manifest in manifests:
        key = manifest.prior_set, manifest.as_of
        if key not in chosen:
            with suppress(InvalidInput):
                run = StoredRun(store.folder / manifest.id)
                chosen[key] = run, run.result()
    yield from (chosen[key] for key in sorted(chosen))


def _saved(runs: Sequence[tuple[StoredRun, FitResult]], settings: Settings, *, attribution: bool) -> Series:
    moments: list[Moment] = []
    before: RunInputs | None = None
    counted: frozenset[str] = frozenset()
    for at, (run, result) in enumerate(runs):
        inputs = _inputs(run, result) if attribution else None
        show = result.has_results and (result.converged or settings.with_unconverged)
        step = None
        if at:
            step = _saved_step(before, inputs, settings) if attribution else _unwanted()
        moments.append(
            Moment(
                date=result.scenario.as_of,
                run=run.id,
                converged=result.converged,
                headline=result.headline.posterior if show else None,
                items=tuple(name for name in result.weights if name not in counted),
                step=step,
            )
        )
        before, counted = inputs, frozenset(result.weights)
        if attribution:
            settings.progress(f"Explaining the runs of {result.prior_set.name}", at + 1, len(runs))
    return Series.of(runs[-1][1].prior_set, tuple(moments))


def _inputs(run: StoredRun, result: FitResult) -> RunInputs | None:
    """What a run was made from; None where its files cannot be read any more."""
    with suppress(InvalidInput):
        return RunInputs(result=result, assessment=run.assessment())
    return None


def _saved_step(before: RunInputs | None, after: RunInputs | None, settings: Settings) -> Step:
    if before is None or after is None:
        return Step(attribution=None, not_attributed_because="unreadable")
    change = diff(before, after, settings)
    return Step(attribution=change.attribution, not_attributed_because=change.not_attributed_because)


def _history(
    scenario: ScenarioInfo, series: tuple[Series, ...], settings: Settings, *, replayed: bool, others: int = 0
) -> HistoryResult:
    moments = [moment for one in series for moment in one.moments]
    return HistoryResult(
        converged=all(moment.converged for moment in moments),
        with_unconverged=settings.with_unconverged,
        computation=Computation(
            seed=settings.seed, settings={"method": settings.method}, versions=versions(["importance"])
        ),
        scenario=scenario,
        replayed=replayed,
        series=series,
        others=others,
    )
