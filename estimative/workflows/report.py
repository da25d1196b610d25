"""A report: a saved run with its analyses, other analysts' results, and the result before it."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.history import HistoryResult
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.layout import Numbers
from estimative.model.record.draws_file import Sample
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.model.report_result import InputFile, OtherResult, ReportResult, Reproduction
from estimative.priors.errors import InvalidInput, Issue, Place
from estimative.workflows.analyses import analyses_of, run_analyses, settings_of
from estimative.workflows.analysts import open_team
from estimative.workflows.compare import compare
from estimative.workflows.history import history
from estimative.workflows.session import Session, Settings, open_session

QUANTILES = tuple((np.arange(200) + 0.5) / 200)
"""Of posterior mass, at which the distribution of an outcome's probability is kept."""
EXPORTED = "run"
"""A folder for the files of the run."""


def report(store: Store, names: Sequence[str], settings: Settings) -> tuple[ReportResult, tuple[Assessment, ...]]:
    """Collect everything about a run; with several names, compare the others with the first.

    Raises
    ------
    InvalidInput
        If a run is not there, damaged, or not comparable with the first.
    """
    runs = [StoredRun(store.find(name)) for name in names]
    first, *others = [run.result() for run in runs]
    _check_comparable(first, others)
    assessments = tuple(run.assessment() for run in runs)
    analyses = analyses_of(runs[0], settings) if first.converged else None
    comparison = _comparison(assessments, settings) if others else None
    parts = [part for part in (analyses and analyses.evidence, analyses and analyses.sensitivity, comparison) if part]
    result = ReportResult(
        converged=first.converged and all(part.converged for part in parts),
        with_unconverged=first.with_unconverged,
        computation=first.computation,
        fit=first,
        quantiles=_quantiles_of_run(runs[0], first, assessments[0], settings) if first.has_results else {},
        evidence=analyses.evidence if analyses else None,
        sensitivity=analyses.sensitivity if analyses else None,
        refused=analyses.refused if analyses else (),
        dissent=tuple(_dissent(store, first, others)),
        comparison=comparison,
        previous=_previous(store, first),
        history=_history(store, first, settings),
        reproduction=_reproduction(runs[0], first),
    )
    return result, assessments


def report_of_session(session: Session, result: FitResult) -> ReportResult:
    """The report of a fit that is not saved: without other results and without commands to repeat it."""
    analyses = run_analyses(session) if result.converged else None
    parts = [part for part in (analyses and analyses.evidence, analyses and analyses.sensitivity) if part]
    posterior = session.fitted.posterior
    return ReportResult(
        converged=result.converged and all(part.converged for part in parts),
        with_unconverged=result.with_unconverged,
        computation=result.computation,
        fit=result,
        quantiles={name: _quantiles_of(posterior, name) for name in result.outcomes},
        evidence=analyses.evidence if analyses else None,
        sensitivity=analyses.sensitivity if analyses else None,
        refused=analyses.refused if analyses else (),
    )


def _quantiles_of_run(
    run: StoredRun, result: FitResult, assessment: Assessment, settings: Settings
) -> dict[str, tuple[float, ...]]:
    """From the saved draws; of a run that was saved without, from the same fit again."""
    if run.has_draws:
        return dict(_quantiles(run.sample("posterior")))
    posterior = open_session(assessment, settings_of(result, settings)).fitted.posterior
    return {name: _quantiles_of(posterior, name) for name in result.outcomes}


def _quantiles_of(posterior: Posterior, outcome: str) -> tuple[float, ...]:
    yes, given = posterior.query_probabilities("outcome", outcome)
    probability = np.divide(yes, given, out=np.zeros_like(yes), where=given > 0)
    return _weighted_quantiles(probability, posterior.draws.weights * given)


def _weighted_quantiles(values: Numbers, weights: Numbers) -> tuple[float, ...]:
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    places = np.searchsorted(below, np.asarray(QUANTILES) * below[-1])
    return tuple(float(value) for value in values[order][np.minimum(places, len(values) - 1)])


def _check_comparable(first: FitResult, others: Sequence[FitResult]) -> None:
    """Analysts can be compared who answer one question, each with a prior set of another name."""
    names = [first.prior_set.name]
    issues = []
    for other in others:
        place = Place(file=other.run.id)
        if other.scenario.digest != first.scenario.digest:
            message = f"the run is of another scenario, or another version of it, than {first.run.id}"
            allowed = "runs of one version of a scenario"
            issues.append(Issue(code="not-comparable", message=message, place=place, allowed=allowed))
        elif other.prior_set.name in names:
            message = f"the prior set {other.prior_set.name!r} is among the runs already"
            issues.append(
                Issue(code="repeated-name", message=message, place=place, allowed="one run for each prior set")
            )
        names.append(other.prior_set.name)
    if issues:
        raise InvalidInput(issues)


def _comparison(assessments: tuple[Assessment, ...], settings: Settings) -> CompareResult:
    return compare(open_team(assessments, settings), attribution=True)


def _quantiles(sample: Sample) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Of each outcome's probability, each draw weighed by the probability of its condition."""
    for name, values in sample.outcomes.items():
        possible = np.isfinite(values)
        yield name, _weighted_quantiles(values[possible], sample.conditions[name][possible])


def _latest(store: Store, runs: Sequence[Manifest], first: FitResult, prior_set: str) -> FitResult | None:
    """The latest result of a prior set for the scenario, in any version of it, before the run itself if it is its own.

    Runs that are damaged, that did not converge or whose headline is another outcome are passed over.
    """
    for manifest in runs:
        own = manifest.prior_set == first.prior_set.name
        named = (manifest.scenario, manifest.prior_set) == (first.scenario.id, prior_set)
        if named and manifest.converged and not (own and manifest.id >= first.run.id):
            with suppress(InvalidInput):
                result = StoredRun(store.folder / manifest.id).result()
                if result.has_results and result.scenario.headline == first.scenario.headline:
                    return result
    return None


def _dissent(store: Store, first: FitResult, others: Sequence[FitResult]) -> Iterator[OtherResult]:
    """The latest result of each other prior set for the scenario; of those in the report, the one that is there."""
    given = {other.prior_set.name: other for other in others if other.has_results}
    runs = store.list()
    saved = dict.fromkeys(run.prior_set for run in runs if run.scenario == first.scenario.id)
    for name in {**given, **saved}:
        if name != first.prior_set.name and (other := given.get(name) or _latest(store, runs, first, name)):
            yield _other(other, first)


def _previous(store: Store, first: FitResult) -> OtherResult | None:
    """The result before this one, of the same prior set by name."""
    previous = _latest(store, store.list(), first, first.prior_set.name)
    return _other(previous, first) if previous else None


def _history(store: Store, first: FitResult, settings: Settings) -> HistoryResult | None:
    """The question over time, by the run's own prior set and the others; None unless the former has two days."""
    with suppress(InvalidInput):
        found = history(store, first.scenario.id, settings, attribution=False, up_to=first)[0]
        own = next((series for series in found.series if series.prior_set.name == first.prior_set.name), None)
        return found if own and len(own.moments) > 1 else None
    return None


def _other(other: FitResult, first: FitResult) -> OtherResult:
    same_scenario = other.scenario.digest == first.scenario.digest
    return OtherResult(
        run=other.run.id,
        created=other.run.created,
        prior_set=other.prior_set.name,
        analyst=other.prior_set.analyst,
        headline=other.headline.posterior,
        same_scenario=same_scenario,
        same_inputs=same_scenario and other.prior_set.digest == first.prior_set.digest,
    )


def _reproduction(run: StoredRun, result: FitResult) -> Reproduction:
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in run.texts().items()}
    return Reproduction(
        commands=(shlex.join(["estimative", "runs", "export", run.id, EXPORTED]), _command(run, result)),
        files=tuple(InputFile(name=name, sha256=digest) for name, digest in digests.items()),
    )


def _command(run: StoredRun, result: FitResult) -> str:
    """The command that repeats the run from its exported files."""
    requested = result.computation.settings
    files = ["--scenario", f"{EXPORTED}/inputs/scenario.toml", "--priors", f"{EXPORTED}/{run.own_prior_set()}"]
    options = ["--method", str(requested["method"]), "--seed", str(result.computation.seed)]
    if "draws" in requested:
        options += ["--draws", str(requested["draws"])]
    if "by" in requested:
        options += ["--by", str(requested["by"])]
    if result.with_unconverged:
        options.append("--allow-unconverged")
    return shlex.join(["estimative", "fit", *files, *options])
