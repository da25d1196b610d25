"""The command `fit`: read, compute, keep, tell."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from estimative.console import console, doing, messages
from estimative.model.assessment import Assessment, assess
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.fit import by_importance, by_nuts
from estimative.model.inference.posterior import Posterior, PriorPredictive, prior_predictive
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.run_store import Manifest, Store, groups_of, new_id
from estimative.model.spec.scenario_file import Reading, find_scenario, reading_of
from estimative.priors.catalog import find_prior_set
from estimative.priors.errors import InvalidInput, Issue, Place
from estimative.priors.prior_set_file import prior_set_reading
from estimative.reports import document
from estimative.reports.formats import terminal
from estimative.reports.summarizing import summarize
from estimative.reports.summary import Run, Summary, to_json
from estimative.versions import versions

if TYPE_CHECKING:
    from estimative.model.inference.nuts import Compiled
    from estimative.reports.report.analyses import Analyses


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    scenario: str
    priors: str
    method: Literal["both", "nuts", "importance"]
    seed: int
    draws: int | None
    analyses: bool
    """Whether to reckon, beside NUTS, what a report tells besides."""
    allow_unconverged: bool


def fit_and_tell(request: Request, runs: Path | None, *, as_json: bool) -> bool:
    """Fit, keep the run, print the answer; whether it converged."""
    path = find_scenario(request.scenario)
    try:
        return _fit_and_tell(request, reading_of(path), runs, as_json=as_json)
    except Contradiction as error:
        fault = Issue(
            code="impossible",
            message=error.found,
            place=Place(file=str(path), key=error.key),
            allowed="what can be so, under these priors",
        )
        raise InvalidInput([fault]) from error


def _fit_and_tell(request: Request, reading: Reading, runs: Path | None, *, as_json: bool) -> bool:
    priors = prior_set_reading(find_prior_set(request.priors, reading.scenario.id))
    assessment = assess(reading.scenario, priors.prior_set)
    store, inputs = Store.at(runs), {**reading.texts, **priors.texts}
    with _looking(request) as wait:
        summary, posterior, before = _summary(request, assessment, as_json=as_json)
        folder = _keep(store, summary, inputs, posterior, before)
        if as_json:
            sys.stdout.write(to_json(summary))
        else:
            terminal.show(document.brief(summary), console())
        sys.stdout.flush()
        if wait and summary.converged:
            _keep_analyses(folder, summary, wait)
    return summary.converged


def _summary(request: Request, assessment: Assessment, *, as_json: bool) -> tuple[Summary, Posterior, PriorPredictive]:
    """What every method that was asked for found, and the last one's draws."""
    before = prior_predictive(assessment, seed=request.seed)
    created = datetime.datetime.now(datetime.UTC)
    run_id = new_id(created)
    posteriors: list[Posterior] = []
    for posterior in _fitted(request, assessment):
        posteriors.append(posterior)
        run = _run(run_id, created, request, posterior)
        summary = summarize(posteriors, before, run, allow_unconverged=request.allow_unconverged)
        if request.method == "both" and len(posteriors) == 1 and not as_json:
            _tell_preliminary(summary)
    return summary, posterior, before


def _looking(request: Request) -> AbstractContextManager[Callable[[], Analyses | None] | None]:
    """Beside NUTS, which takes its time, what a report will tell besides; the first report sees to it otherwise."""
    if request.method == "importance" or not request.analyses:
        return nullcontext()
    from estimative import analysis
    from estimative.looking import looking

    return looking(
        analysis.Request(
            scenario=request.scenario,
            priors=request.priors,
            method="importance",
            seed=request.seed,
            draws=None,
            allow_unconverged=False,
        )
    )


def _keep_analyses(folder: Path, summary: Summary, wait: Callable[[], Analyses | None]) -> None:
    """Keep what was found out meanwhile, if it is about the same files."""
    from estimative.looking import keep

    with doing("looking into it for its report"):
        found = wait()
    if found and found.about(summary):
        keep(folder, found)


def _fitted(request: Request, assessment: Assessment) -> Iterator[Posterior]:
    """The posterior of each method that was asked for, one after the other."""
    if request.method != "nuts":
        yield by_importance(assessment, seed=request.seed, draws=request.draws)
    if request.method != "importance":
        ready = _compiled(assessment)
        with doing("sampling with NUTS"):
            posterior = by_nuts(ready, assessment, seed=request.seed, draws=request.draws)
        yield posterior


def _compiled(assessment: Assessment) -> Compiled:
    with doing("importing PyMC"):
        from estimative.model.inference import nuts
    with doing("compiling the model, about 30 s the first time and 6 s after that"):
        return nuts.compiled(assessment)


def _run(run_id: str, created: datetime.datetime, request: Request, posterior: Posterior) -> Run:
    return Run(
        id=run_id,
        created=created.isoformat(timespec="seconds"),
        method=posterior.method,
        seed=request.seed,
        settings=_settings(posterior),
        versions=versions(posterior.method),
    )


def _settings(posterior: Posterior) -> Mapping[str, int]:
    draws = posterior.draws
    if posterior.method == "importance":
        return {"draws": draws.count, "rounds": importance.ROUNDS}
    from estimative.model.inference import nuts

    return {"chains": draws.chains, "draws": draws.count // draws.chains, "tune": nuts.TUNE}


def _tell_preliminary(summary: Summary) -> None:
    if summary.told and summary.converged:
        terminal.show(document.preliminary(summary), messages())


def _keep(
    store: Store, summary: Summary, inputs: Mapping[str, str], posterior: Posterior, before: PriorPredictive
) -> Path:
    headline = summary.outcomes.get(summary.scenario.headline)
    manifest = Manifest(
        id=summary.run.id,
        created=summary.run.created,
        scenario=summary.scenario.id,
        prior_set=summary.prior_set.name,
        method=summary.run.method,
        converged=summary.converged,
        headline=headline.probability if headline else None,
    )
    return store.write(manifest, to_json(summary), inputs, groups_of(posterior, before))
