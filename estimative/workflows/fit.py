"""Fit: the probability of every outcome of a scenario, by one prior set; and saving it as a run."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.codec import to_json
from estimative.model.inference.fit import by_nuts, exact
from estimative.model.inference.fit_result import FitResult, Run, answer_of, fit_result
from estimative.model.inference.info import Computation, versions
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive, prior_of, prior_predictive
from estimative.model.inference.threads import one_blas_thread
from estimative.model.record.draws_file import DrawGroup, draw_groups
from estimative.model.record.due import due_dates
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_store import Store, checked_label, new_id
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.validation import checkpoint_errors
from estimative.priors.errors import InvalidInput
from estimative.priors.structs import repr_without
from estimative.workflows.clock import now, overdue
from estimative.workflows.inputs import Inputs
from estimative.workflows.session import Settings, possible

type FitMethod = Literal["both", "nuts", "importance"]
"""Both: importance sampling, whose numbers count where it converges, and NUTS, which confirms them."""


class FitOutcome(Struct, frozen=True, kw_only=True):
    """The result of a fit with its draws."""

    result: FitResult
    posteriors: tuple[Posterior, ...]
    """In the order of fitting."""
    prior: PriorPredictive
    preliminary: bool = False
    """Whether a preliminary result was reported before the last method had finished."""

    def __repr__(self) -> str:
        return repr_without(self, "posteriors", "prior")

    @property
    def answer(self) -> Posterior:
        """The fit that the numbers come from."""
        return answer_of(self.posteriors)


def ignore(result: FitResult) -> None:
    """A preliminary result that nobody waits for."""


def fit(
    assessment: Assessment,
    settings: Settings,
    *,
    method: FitMethod = "both",
    preliminary: Callable[[FitResult], None] = ignore,
    by: Sequence[datetime.date] = (),
) -> FitOutcome:
    """Fit an assessment.

    Parameters
    ----------
    method
        Takes the place of the method of the settings.
    preliminary
        Called with the converged result of importance sampling before NUTS starts.
    by
        Dates by which the outcomes are reported, beside the checkpoints of the scenario.

    Raises
    ------
    InvalidInput
        If the evidence contradicts itself, or a date is not before the horizon.
    """
    if issues := list(checkpoint_errors(by, assessment.scenario, "by")):
        raise InvalidInput(issues)
    created = now()
    run = Run(id=new_id(created), created=created.replace(microsecond=0))
    to_confirm = method == "both" and bool(assessment.uncertain)
    with possible(assessment), one_blas_thread():
        prior: PriorPredictive | None = None
        if assessment.weight.any():
            prior = prior_predictive(assessment, seed=settings.seed)
            prior.all_estimates  # noqa: B018 - an impossible condition shows here, before it takes long
        posteriors: tuple[Posterior, ...] = ()
        for posterior in _posteriors(assessment, settings, method):
            prior = prior or prior_of(posterior)
            posteriors = (*posteriors, posterior)
            result = _result(posteriors, prior, run, settings, method, by)
            if to_confirm and len(posteriors) == 1 and result.converged:
                preliminary(result)
    assert prior
    first = to_confirm and posteriors[0].verdict.passed
    return FitOutcome(result=result, posteriors=posteriors, prior=prior, preliminary=first)


def _posteriors(assessment: Assessment, settings: Settings, method: FitMethod) -> Iterator[Posterior]:
    """The posterior by each method in turn."""
    if not assessment.uncertain:
        yield exact(assessment, seed=settings.seed)
        return  # there is nothing to confirm
    if method != "nuts":
        yield replace(settings, method="importance").fitter(assessment).fit(assessment).posterior
    if method != "importance":
        settings.progress("Importing PyMC")
        from estimative.model.inference import nuts  # noqa: F401 - takes seconds: the line above says why nothing moves

        settings.progress("Sampling with NUTS")
        yield by_nuts(assessment, seed=settings.seed, draws=settings.draws)


def _result(
    posteriors: tuple[Posterior, ...],
    prior: PriorPredictive,
    run: Run,
    settings: Settings,
    method: FitMethod,
    by: Sequence[datetime.date],
) -> FitResult:
    return fit_result(
        posteriors,
        prior,
        run,
        _computation(posteriors, settings, method, by),
        with_unconverged=settings.with_unconverged,
        by=by,
        warnings=overdue(posteriors[0].assessment.scenario),
    )


def _computation(
    posteriors: tuple[Posterior, ...], settings: Settings, method: FitMethod, by: Sequence[datetime.date]
) -> Computation:
    """What was asked for, and of NUTS how it sampled; the number of draws of each fit is in its `FitInfo`."""
    values: dict[str, int | str] = {"method": method}
    if settings.draws is not None:
        values["draws"] = settings.draws
    if by:
        values["by"] = ",".join(map(str, by))
    if any(posterior.method == "nuts" for posterior in posteriors):
        chains = posteriors[-1].draws
        values |= {
            "chains": chains.chains,
            "tune": int(chains.diagnostics["tune"]),
            "target_accept": str(chains.diagnostics["target_accept"]),
        }
    return Computation(
        seed=settings.seed, settings=values, versions=versions(posterior.method for posterior in posteriors)
    )


class Saveable(Struct, frozen=True, kw_only=True):
    """A fit as the run store writes it; it can be sent from another process."""

    manifest: Manifest
    result: str
    """As JSON."""
    draws: Mapping[str, DrawGroup]
    """Empty for a run that is saved without."""

    def __repr__(self) -> str:
        return f"Saveable({self.manifest.id}, {len(self.draws)} groups of draws)"


def saveable(outcome: FitOutcome, *, with_draws: bool = True) -> Saveable:
    """A fit in the form in which it is saved."""
    groups = draw_groups(outcome.answer, outcome.posteriors, outcome.prior) if with_draws else {}
    return Saveable(manifest=_manifest(outcome), result=to_json(outcome.result), draws=groups)


def save_run(store: Store, outcome: FitOutcome, inputs: Inputs, *, label: str = "") -> StoredRun:
    """Save a fit with its draws and the files that it was made from.

    Raises
    ------
    InvalidInput
        If the label is too long, or the folder cannot be written to.
    """
    run = saveable(outcome)
    manifest = replace(run.manifest, label=checked_label(label))
    return StoredRun(store.write(manifest, run.result, inputs.texts, run.draws))


def _manifest(outcome: FitOutcome) -> Manifest:
    result = outcome.result
    return Manifest(
        id=result.run.id,
        created=result.run.created,
        scenario=result.scenario.id,
        question=result.scenario.title,
        as_of=result.scenario.as_of,
        until=result.scenario.until,
        prior_set=result.prior_set.name,
        method=result.method,
        converged=result.converged,
        headline_id=result.scenario.headline,
        headline=result.headline.posterior if result.has_results else None,
        due=due_dates(outcome.answer.assessment),
    )
