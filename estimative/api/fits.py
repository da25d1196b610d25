"""A fitted assessment, from which every analysis starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from estimative.api.answer import Answer
from estimative.api.arguments import (
    Day,
    read_day,
    read_days,
    read_edits,
    read_name,
    read_names,
    read_pairs,
    read_path,
    read_sweep,
)
from estimative.model.analysis.what_if import Supposition
from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Choice
from estimative.model.report_result import ReportResult
from estimative.model.spec.validation import checkpoint_errors
from estimative.priors.errors import InvalidInput, invalid
from estimative.priors.verbal_scale import ICD203, Scale, find_scale
from estimative.reports import answers
from estimative.reports.context import Context
from estimative.workflows import clock, inputs
from estimative.workflows.analysts import about
from estimative.workflows.cluster import Engine, as_executor
from estimative.workflows.files import write_answer
from estimative.workflows.project import Project
from estimative.workflows.session import Progress, Session, Settings, open_session, silent
from estimative.workflows.suppositions import State, StatementText, Values, edited, read_supposition

if TYPE_CHECKING:
    import xarray

type Edits = Mapping[str, StatementText]
"""By quantity, as in a prior set: `{"events.request": "likely", "factors.alignment": 0.7}`."""
type Analyst = Fit | Assessment | str | Path
"""A fit, an assessment that was loaded, or the name or path of a prior set for the scenario of the others."""


class Fit(Answer, frozen=True, kw_only=True):
    """A fitted assessment, from which every analysis starts. It can be pickled.

    Attributes
    ----------
    result : FitResult
        Every probability and quantity, before and after the evidence.
    """

    result: FitResult
    session: Session

    @property
    def assessment(self) -> Assessment:
        """What was fitted: the scenario with the analyst's priors."""
        return self.session.assessment

    @property
    def posterior(self) -> Posterior:
        """The draws; dims (quantity, draw), with weights (draw) that sum to one."""
        return self.session.fitted.posterior

    def sensitivity(self) -> Answer:
        """Which inputs drive the result: tornado, Sobol' indices, power-scaling, other structures.

        Raises
        ------
        InvalidInput
            If the headline has probability 0 or 1 somewhere, so that it has no odds to compare.
        """
        from estimative.workflows.sensitivity import sensitivity

        return self._answer(sensitivity(self.session))

    def evidence(self) -> Answer:
        """What each item of evidence weighs (decibans), what would change the word, what to look for.

        Raises
        ------
        InvalidInput
            If the headline has probability 0 or 1 with some of the evidence.
        """
        from estimative.workflows.evidence import evidence

        return self._answer(evidence(self.session, self.context.scale))

    def whatif(
        self,
        *,
        do: Mapping[str, State] | None = None,
        given: Mapping[str, State] | None = None,
        without: str | Sequence[str] = (),
        edits: Edits | None = None,
        sweep: tuple[str, Values] | None = None,
    ) -> Answer:
        """Every probability as assessed, and as supposed.

        Parameters
        ----------
        do
            Factors (0 to 1) and events (True, False) to set by intervention.
        given
            The same, observed; and indicators (True, False), observed before anything is set.
        without
            Items of evidence, origins of several items, or "all".
        edits
            Other statements for inputs.
        sweep
            A factor and its values in turn: `("deterrence", [0.1, 0.5, 0.9])`.

        Raises
        ------
        InvalidInput
            With every error of every entry; or if what is supposed is impossible.
        """
        from estimative.workflows.whatif import whatif

        interventions = read_pairs("do", do, '{"event": True, "factor": 0.7}')
        observed = read_pairs("given", given, '{"event": True, "factor": 0.7}')
        stated = read_edits("edits", edits)
        if not (do or given or without or edits or sweep):
            allowed = "at least one of do, given, without, edits and sweep"
            raise invalid("nothing is supposed", code="missing-value", allowed=allowed)
        supposition: Supposition = read_supposition(
            self.assessment,
            do=interventions.items(),
            given=observed.items(),
            without=read_names("without", without),
            edits=stated.items(),
            sweep=read_sweep(sweep),
        )
        return self._answer(whatif(self.session, supposition))

    def trace(self, target: str) -> Answer:
        """The way back from an outcome, an event or an input: equations, priors with reasons, evidence.

        Raises
        ------
        InvalidInput
            If there is no such target.
        """
        from estimative.workflows.trace import trace

        return self._answer(trace(self.session, read_name("target", target)))

    def calibrate(self, *, fits: int = 1000, executor: Engine | None = None, progress: Progress = silent) -> Answer:
        """Whether the computation is right for this assessment: by fits of simulated evidence, each with a known truth.

        Parameters
        ----------
        fits
            How many worlds are simulated and fitted; at least 20.
        executor
            Fits several at once, with the same digits; without one they are fitted in turn.
        progress
            As of `fit`.

        Raises
        ------
        InvalidInput
            If there are too few fits.
        """
        from estimative.workflows.calibrate import calibrate

        settings = replace(self.session.settings, executor=as_executor(executor), progress=progress)
        return self._answer(calibrate(self.assessment, settings, fits=fits))

    def compare(self, *others: Analyst, outcome: str | None = None) -> Answer:
        """This analyst next to others of the same scenario, with the settings of this fit: see `compare`."""
        from estimative.api.team import compare

        return compare(self, *others, outcome=outcome)

    def attribute(self, *others: Analyst, outcome: str | None = None) -> Answer:
        """Why this analyst and others differ, with the settings of this fit: see `attribute`."""
        from estimative.api.team import attribute

        return attribute(self, *others, outcome=outcome)

    def pool(self, *others: Analyst, weights: Mapping[str, float] | None = None) -> Answer:
        """This analyst and others as one probability, with the settings of this fit: see `pool`."""
        from estimative.api.team import pool

        return pool(self, *others, weights=weights)

    def report(self, path: str | Path, *, brief: bool = False, static: bool = False) -> None:
        """Write a report: the brief of one page, or everything.

        Parameters
        ----------
        path
            Its ending names the format (.html, .pdf, .docx, .xlsx, .md, .csv, .json).
        static
            Leave out the sliders of the HTML page, and its script.

        Raises
        ------
        InvalidInput
            If the ending names no format, or the file cannot be written.
        """
        context = Context(assessments=(self.assessment,), scale=self.context.scale, brief=brief, static=static)
        write_answer(Answer(result=self._report, context=context), read_path("path", path))

    @cached_property
    def _report(self) -> ReportResult:
        """Its analyses take longer than the fit: a brief and a report share them."""
        from estimative.workflows.report import report_of_session

        return report_of_session(self.session, self.result)

    def to_datatree(self) -> xarray.DataTree:
        """The draws as ArviZ has them: groups `posterior` and `prior`, dims (chain, draw, ...).

        Weighted draws are resampled to equal weights.
        """
        from estimative.model.record.draws_file import datatree

        return datatree(self.posterior, self.session.prior)

    def _answer(self, result: answers.Showable) -> Answer:
        return Answer(result=result, context=self.context)


def load(
    scenario: str | Path | None = None, priors: str | Path | None = None, *, as_of: Day | None = None
) -> Assessment:
    """Read a scenario and a prior set for it.

    Parameters
    ----------
    scenario, priors
        The name of a shipped one, or a path. Default: as on the command line, those of the project file, or the
        scenario that the prior set is for; else the built-in example.
    as_of
        The day of the assessment, a date or "2026-11-01", in place of the scenario's. Evidence dated after it is left
        out.

    Raises
    ------
    InvalidInput
        With every error of the files; or if the day is still to come, or not before the horizon.
    """
    names = (None if name is None else str(name) for name in (scenario, priors))
    return inputs.load(*Project.find(Path()).subject(*names), read_day("as_of", as_of)).assessment


def fit(
    scenario: str | Path | Assessment | None = None,
    priors: str | Path | None = None,
    *,
    edits: Edits | None = None,
    name: str | None = None,
    outcome: str | None = None,
    method: Choice = "auto",
    seed: int = 1,
    draws: int | None = None,
    by: Sequence[Day] = (),
    as_of: Day | None = None,
    allow_unconverged: bool = False,
    scale: str | Scale = ICD203,
    executor: Engine | None = None,
    progress: Progress = silent,
) -> Fit:
    """Fit an assessment.

    Parameters
    ----------
    scenario
        The name of a shipped one, a path, or an assessment that was loaded; then `priors` is not used.
    edits
        Other statements for inputs, as in a prior set.
    name
        Of the analyst with these edits; by default the name of the prior set and "-edited".
    outcome
        What every analysis of the fit is about; by default the scenario's headline.
    method
        "auto": importance sampling where it converges, else NUTS.
    draws
        From 100 to 200,000; of NUTS, for each of four chains.
    by
        Dates by which the outcomes are reported, beside the checkpoints of the scenario.
    as_of
        As of `load`.
    allow_unconverged
        Show numbers of fits that did not converge, with a caution.
    executor
        Runs independent fits at once: any executor of `concurrent.futures`, or a client of Dask. Without one they run
        in turn.
    progress
        Called with the stage of what takes long, and the steps of it that are done.

    Raises
    ------
    InvalidInput
        With every error of the files and edits; or if the evidence contradicts itself.
    """
    assessment = scenario if isinstance(scenario, Assessment) else load(scenario, priors, as_of=as_of)
    if stated := read_edits("edits", edits):
        changed = edited(assessment, stated.items())
        prior_set = replace(changed.prior_set, name=name or f"{changed.prior_set.name}-edited")
        assessment = replace(changed, prior_set=prior_set)
    assessment = about(assessment, outcome and read_name("outcome", outcome))
    checkpoints = read_days("by", by)
    if issues := list(checkpoint_errors(checkpoints, assessment.scenario, "by")):
        raise InvalidInput(issues)
    settings = Settings(
        method=method,
        seed=seed,
        draws=draws,
        with_unconverged=allow_unconverged,
        executor=as_executor(executor),
        progress=progress,
    )
    session = open_session(assessment, settings)
    run = Run(id="", created=clock.now())
    result = fit_result(
        [session.fitted.posterior],
        session.prior,
        run,
        session.computation(),
        with_unconverged=allow_unconverged,
        warnings=clock.overdue(assessment.scenario),
        by=checkpoints,
    )
    words = scale if isinstance(scale, Scale) else find_scale(read_name("scale", scale))
    return Fit(result=result, session=session, context=Context(assessments=(assessment,), scale=words))
