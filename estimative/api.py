"""The Python interface, for notebooks and programs: `import estimative as es`.

>>> import estimative as es
>>> fit = es.fit("coordinated-attack", "baseline")
>>> fit.result.headline.posterior.value
>>> fit.sensitivity().to_dataframe("tornado")
>>> es.fit("coordinated-attack", "baseline", edits={"events.request": "likely"})
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.model.analysis.what_if import Supposition
from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Choice
from estimative.model.outside.imported import DateOrder, Form, ImportedForecasts, Unit
from estimative.model.record.run_store import Store
from estimative.model.report_result import ReportResult
from estimative.model.spec.validation import checkpoint_errors
from estimative.priors.errors import InvalidInput, Place, invalid, unknown_name
from estimative.priors.verbal_scale import ICD203, Scale, find_scale
from estimative.reports import answers
from estimative.reports.context import Context
from estimative.workflows import clock, inputs
from estimative.workflows.analysts import about, check_team, open_team, parse_weights, with_headline
from estimative.workflows.cluster import Engine, as_executor
from estimative.workflows.files import write_answer
from estimative.workflows.fit import FitMethod
from estimative.workflows.project import BASELINE, Project
from estimative.workflows.session import Progress, Session, Settings, open_session, silent
from estimative.workflows.suppositions import State, StatementText, Values, edited, read_supposition, written

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.axes import Axes

    from estimative.page.widget import PageWidget

__all__ = [
    "Answer",
    "Fit",
    "InvalidInput",
    "attribute",
    "batch",
    "compare",
    "fit",
    "history",
    "import_forecasts",
    "load",
    "open",
    "pool",
    "score",
]

type Edits = Mapping[str, StatementText]
"""By quantity, as in a prior set: `{"events.request": "likely", "factors.alignment": 0.7}`."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer(answers.Answer):
    """A result that a notebook shows, and that can be saved, tabulated and drawn.

    Attributes
    ----------
    result
        The numbers: a frozen type, the same that the command line prints as JSON.
    context
        Where titles and words of probability are looked up.
    """

    def __repr__(self) -> str:
        return repr(self.result)

    def _repr_html_(self) -> str:
        """The beginning of its document; of an answer that did not converge, why it is not shown."""
        from estimative.reports.formats.html import fragment

        return fragment(self.opening)

    def to_json(self) -> str:
        """The result as JSON; its schema is in `docs/schemas`."""
        from estimative.model.codec import to_json

        return to_json(self.result)

    def to_dataframe(self, table: str | None = None) -> pandas.DataFrame:
        """One of its tables, by default the first. Needs pandas.

        Raises
        ------
        InvalidInput
            If there is no such table.
        """
        import pandas

        sheets = {sheet.name: sheet for sheet in self.sheets}
        sheet = _entry("table", table, sheets) if table else self.sheets[0]
        return pandas.DataFrame(list(sheet.rows), columns=list(sheet.columns))

    def plot(self, name: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw one of its figures, by default the first, into given axes or new ones.

        Raises
        ------
        NothingToPlot
            If the result has nothing to draw.
        InvalidInput
            If there is no such figure.
        """
        from estimative.reports.figures.style import NothingToPlot

        if name is not None:
            return _entry("figure", name, self.figures)().plot(ax)
        for draw in self.figures.values():
            with suppress(NothingToPlot):
                return draw().plot(ax)
        raise NothingToPlot("This result has no figure.")

    def save(self, path: str | Path) -> None:
        """Write it to a file; the ending names the format (.html, .pdf, .docx, .xlsx, .md, .csv, .json).

        Raises
        ------
        InvalidInput
            If the ending names no format, or the file cannot be written.
        """
        write_answer(self, Path(path))


@dataclass(frozen=True, kw_only=True, repr=False)
class Fit(Answer):
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

        if not (do or given or without or edits or sweep):
            allowed = "at least one of do, given, without, edits and sweep"
            raise invalid("nothing is supposed", code="missing-value", allowed=allowed)
        supposition: Supposition = read_supposition(
            self.assessment,
            do=(do or {}).items(),
            given=(given or {}).items(),
            without=[without] if isinstance(without, str) else without,
            edits=(edits or {}).items(),
            sweep=sweep,
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

        return self._answer(trace(self.session, target))

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

    def compare(self, *others: Fit | Assessment, outcome: str | None = None) -> Answer:
        """This analyst next to others of the same scenario: see `compare`."""
        return compare(self, *others, outcome=outcome)

    def attribute(self, *others: Fit | Assessment, outcome: str | None = None) -> Answer:
        """Why this analyst and others differ: see `attribute`."""
        return attribute(self, *others, outcome=outcome)

    def pool(self, *others: Fit | Assessment, weights: Mapping[str, float] | None = None) -> Answer:
        """This analyst and others as one probability: see `pool`."""
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
        write_answer(Answer(result=self._report, context=context), Path(path))

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
    scenario: str | Path | None = None, priors: str | Path | None = None, *, as_of: datetime.date | None = None
) -> Assessment:
    """Read a scenario and a prior set for it.

    Parameters
    ----------
    scenario, priors
        The name of a shipped one, or a path. Default: as on the command line, those of the project file, or the
        scenario that the prior set is for; else the built-in example.
    as_of
        The day of the assessment, in place of the scenario's; evidence dated after it is left out.

    Raises
    ------
    InvalidInput
        With every error of the files; or if the day is still to come, or not before the horizon.
    """
    names = (None if name is None else str(name) for name in (scenario, priors))
    return inputs.load(*Project.find(Path()).subject(*names), as_of).assessment


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
    by: Sequence[datetime.date] = (),
    as_of: datetime.date | None = None,
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
        Of NUTS, for each of four chains.
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
    if edits:
        changed = edited(assessment, edits.items())
        prior_set = replace(changed.prior_set, name=name or f"{changed.prior_set.name}-edited")
        assessment = replace(changed, prior_set=prior_set)
    assessment = about(assessment, outcome)
    if issues := list(checkpoint_errors(by, assessment.scenario, "by")):
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
        by=by,
    )
    words = scale if isinstance(scale, Scale) else find_scale(scale)
    return Fit(result=result, session=session, context=Context(assessments=(assessment,), scale=words))


def compare(*analysts: Fit | Assessment, outcome: str | None = None, **settings: Any) -> Answer:
    """Put analysts of one scenario next to each other.

    Parameters
    ----------
    outcome
        The outcome to compare; by default the scenario's headline.
    settings
        As those of `fit`: method, seed, draws, executor, progress.

    Raises
    ------
    InvalidInput
        If they are of different scenarios, or the evidence contradicts itself.
    """
    return _compared(analysts, outcome, settings, attribution=False)


def attribute(*analysts: Fit | Assessment, outcome: str | None = None, **settings: Any) -> Answer:
    """Compare analysts, and divide their difference among the inputs that they disagree on (Shapley values).

    Parameters and errors are those of `compare`.
    """
    return _compared(analysts, outcome, settings, attribution=True)


def pool(*analysts: Fit | Assessment, weights: Mapping[str, float] | None = None, **settings: Any) -> Answer:
    """Combine analysts into one probability, in four ways.

    Parameters
    ----------
    weights
        By the name of the prior set; by default equal.

    Raises
    ------
    InvalidInput
        As `compare`.
    """
    from estimative.workflows.pool import Weighting, pool

    assessments = _assessments(analysts)
    team = open_team(assessments, _settings(analysts, settings))
    names = [assessment.prior_set.name for assessment in assessments]
    stated = parse_weights([f"{name}={weight}" for name, weight in (weights or {}).items()], names)
    return Answer(result=pool(team, Weighting.stated(stated)), context=Context(assessments=assessments))


def batch(
    source: str | Path,
    *,
    runs: str | Path | None = None,
    dates: Sequence[datetime.date] = (),
    variants: Mapping[str, Edits] | None = None,
    outcome: str = "",
    method: FitMethod = "importance",
    lean: bool = False,
    again: bool = False,
    **settings: Any,
) -> Answer:
    """Fit many scenarios, prior sets and days, save each as a run, and list the results.

    Parameters
    ----------
    source
        A folder of scenarios and prior sets, or a table of combinations (CSV).
    runs
        The folder of saved runs; by default that of the command line. What is saved there is not fitted again.
    dates
        Fit each combination as of each of these days.
    variants
        Also fit each with these other statements: `{"low": {"events.stop": "unlikely"}}`.
    lean
        Save runs without draws, which take a hundredth of the space.
    again
        Fit again what is saved already.
    settings
        As those of `fit`: seed, draws, allow_unconverged, executor, progress.

    Raises
    ------
    InvalidInput
        If the folder or table cannot be used. Errors of single combinations are in the result, as `result.issues`.
    """
    from estimative.workflows.batch import batch
    from estimative.workflows.batch_plan import Combination, Variant, plan

    show = settings.pop("allow_unconverged", False)
    own = _settings((), {**settings, "with_unconverged": show})
    like = Combination(scenario="", priors="", outcome=outcome, method=method, seed=own.seed, draws=own.draws)
    stated = [
        Variant(name=name, edits=tuple((key, written(value)) for key, value in edits.items()))
        for name, edits in (variants or {}).items()
    ]
    planned = plan(Path(source), like=like, days=dates, variants=stated)
    store = Store.at(Path(runs) if runs else Project.find(Path()).runs)
    result = batch(planned, store, own, with_draws=not lean, again=again)
    return Answer(result=result, context=Context(assessments=()))


def history(
    *analysts: Fit | Assessment,
    days: Sequence[datetime.date] = (),
    since: datetime.date | None = None,
    attribution: bool = True,
    **settings: Any,
) -> Answer:
    """Fit analysts again as of each day on which evidence appeared, with their priors of today.

    Parameters
    ----------
    days
        Instead of these: the days to fit.
    since
        The first day; evidence that is older counts from then on.
    attribution
        Divide each change among time passed, new evidence and the rest.
    settings
        As those of `fit`: method, seed, draws, executor, progress.

    Raises
    ------
    InvalidInput
        If a day is not before the horizon, or the evidence contradicts itself.
    """
    from estimative.workflows.history import replay

    assessments = _assessments(analysts, least=1)
    result = replay(assessments, _settings(analysts, settings), days=days, since=since, attribution=attribution)
    return Answer(result=result, context=Context(assessments=assessments))


def score(
    path: str | Path | None = None, *, analysts: str | Sequence[str] = (), runs: str | Path | None = None
) -> Answer:
    """Score forecasts: Brier and logarithmic score, skill, calibration, and the mean over the days of each question.

    Parameters
    ----------
    path
        A CSV file with one forecast a row, as `estimative score` reads it. By default the resolved runs, and the
        forecasts that were imported next to them.
    analysts
        Names in the file or log; by default all.
    runs
        The folder of saved runs; by default as on the command line.

    Raises
    ------
    InvalidInput
        With every error of the file or log; or if an analyst is not in it.
    """
    from estimative.workflows.score import score, score_file

    names = (analysts,) if isinstance(analysts, str) else analysts
    result = score_file(Path(path), names) if path is not None else score(_store(runs), names)
    return Answer(result=result, context=Context(assessments=()))


def import_forecasts(
    path: str | Path,
    *,
    questions: Mapping[str, str] | None = None,
    unit: Unit | None = None,
    dates: DateOrder | None = None,
    form: Form | None = None,
    answers: str | Path | None = None,
    runs: str | Path | None = None,
) -> ImportedForecasts:
    """Import forecasts made elsewhere, which `score` then scores next to the saved runs.

    Parameters
    ----------
    path
        A file of Metaculus, Manifold, Polymarket or the Good Judgment Project; or a CSV file with the columns question,
        forecaster, time, probability and outcome.
    questions
        What questions of the file are in the terms of a scenario with a saved run: `{"3479": "strike:closed"}`.
    unit, dates, form
        Where the file does not show whether numbers are percentages, whether dates begin with the month or the day, or
        whose it is.
    answers
        A file with the answers to its questions.
    runs
        The folder of saved runs; by default as on the command line.

    Raises
    ------
    InvalidInput
        With every error of the files; then nothing is imported.
    """
    from estimative.model.outside.reading import Reading
    from estimative.workflows.import_forecasts import import_forecasts

    reading = Reading(form=form, unit=unit, dates=dates, questions=Path(answers) if answers is not None else None)
    mapped = [f"{question}={target}" for question, target in (questions or {}).items()]
    return import_forecasts(_store(runs), Path(path), reading=reading, questions=mapped).forecasts


def open(  # noqa: A001 - as the command
    scenario: str | Path | None = None,
    *priors: str | Path,
    runs: str | Path | None = None,
    as_of: datetime.date | None = None,
    seed: int = 1,
) -> PageWidget:
    """Show the page of `estimative open` in a notebook: beliefs are changed, and the answer follows.

    A prior set that an earlier cell opened is closed there; its unsaved changes are kept.

    Parameters
    ----------
    scenario
        The name of a shipped one, or a path. By default as of `load`.
    priors
        Names of shipped prior sets, paths or folders, one for each analyst; by default those of the project file, else
        baseline.
    runs
        The folder of saved runs; by default as on the command line.
    as_of
        As of `load`.
    seed
        The same seed gives the same digits.

    Raises
    ------
    InvalidInput
        With every error of the files; if another program has one of them open; or if the extra `notebook` is not
        installed.
    """
    from estimative.page.open_page import open_page

    try:
        from estimative.page.widget import PageWidget, close_earlier
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "traitlets"):
            raise
        fix = "Install it: pip install 'estimative[notebook]'."
        message = "a page in a notebook needs anywidget"
        raise invalid(message, code="missing-extra", key="open", suggestion=fix) from error
    subject = Project.find(Path()).team(None if scenario is None else str(scenario), [str(name) for name in priors])
    page = open_page(
        subject[0],
        subject[1] or (BASELINE,),
        as_of,
        settings=Settings(method="importance", seed=seed),
        scale=ICD203,
        store=_store(runs),
        reserving=close_earlier,
    )
    return PageWidget(page)


def _store(runs: str | Path | None) -> Store:
    return Store.at(Path(runs) if runs is not None else Project.find(Path()).runs)


def _compared(
    analysts: Sequence[Fit | Assessment], outcome: str | None, settings: Mapping[str, Any], *, attribution: bool
) -> Answer:
    from estimative.workflows.compare import compare

    assessments = _assessments(analysts)
    subject = with_headline(assessments, outcome) if outcome else assessments
    result = compare(open_team(subject, _settings(analysts, settings)), attribution=attribution)
    return Answer(result=result, context=Context(assessments=assessments))


def _assessments(analysts: Sequence[Fit | Assessment], *, least: int = 2) -> tuple[Assessment, ...]:
    assessments = tuple(analyst.assessment if isinstance(analyst, Fit) else analyst for analyst in analysts)
    check_team(assessments, least=least)
    return assessments


def _entry[T](what: str, name: str, entries: Mapping[str, T]) -> T:
    if name not in entries:
        raise InvalidInput([unknown_name(Place(), name, entries, f"a {what} of this answer")])
    return entries[name]


def _settings(analysts: Sequence[Fit | Assessment], settings: Mapping[str, Any]) -> Settings:
    """Those that are given, else those of the first fit."""
    first = next((analyst.session.settings for analyst in analysts if isinstance(analyst, Fit)), Settings())
    engine = {"executor": as_executor(settings["executor"])} if "executor" in settings else {}
    own = {name: getattr(first, name) for name in Settings.__dataclass_fields__}
    return Settings(**{**own, **settings, **engine})
