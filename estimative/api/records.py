"""Many fits, fits over time, and forecasts against what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from estimative.api.answer import Answer
from estimative.api.arguments import Day, read_day, read_days, read_edits, read_names, read_pairs, read_path
from estimative.api.fits import Analyst, Edits
from estimative.api.team import assessments_of, settings_of
from estimative.model.outside.imported import DateOrder, Form, ImportedForecasts, Unit
from estimative.model.record.run_store import Store
from estimative.reports.context import Context
from estimative.workflows.fit import FitMethod
from estimative.workflows.project import Project
from estimative.workflows.suppositions import written


def batch(
    source: str | Path,
    *,
    runs: str | Path | None = None,
    dates: Sequence[Day] = (),
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
    from estimative.workflows.batch import batch as run_batch
    from estimative.workflows.batch_plan import Combination, Variant, plan

    own = settings_of((), batch, settings)
    like = Combination(scenario="", priors="", outcome=outcome, method=method, seed=own.seed, draws=own.draws)
    stated = [
        Variant(name=name, edits=tuple((key, written(value)) for key, value in read_edits(name, edits).items()))
        for name, edits in read_pairs("variants", variants, '{"low": {"events.x": "unlikely"}}').items()
    ]
    planned = plan(read_path("source", source), like=like, days=read_days("dates", dates), variants=stated)
    store = store_at(runs)
    result = run_batch(planned, store, own, with_draws=not lean, again=again)
    return Answer(result=result, context=Context(assessments=()))


def history(
    *analysts: Analyst,
    days: Sequence[Day] = (),
    since: Day | None = None,
    attribution: bool = True,
    **settings: Any,
) -> Answer:
    """Fit analysts again as of each day on which evidence appeared, with their priors of today.

    Parameters
    ----------
    analysts
        As of `compare`.
    days
        Instead of these: the days to fit.
    since
        The first day; evidence that is older counts from then on.
    attribution
        Divide each change among time passed, new evidence and the rest.
    settings
        As those of `fit`: method, seed, draws, allow_unconverged, executor, progress.

    Raises
    ------
    InvalidInput
        If a day is not before the horizon, or the evidence contradicts itself.
    """
    from estimative.workflows.history import replay

    own, assessments = settings_of(analysts, history, settings), assessments_of(analysts, least=1)
    result = replay(
        assessments,
        own,
        days=read_days("days", days),
        since=read_day("since", since),
        attribution=attribution,
    )
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

    names = read_names("analysts", analysts)
    result = score_file(read_path("path", path), names) if path is not None else score(store_at(runs), names)
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
    return import_forecasts(store_at(runs), read_path("path", path), reading=reading, questions=mapped).forecasts


def store_at(runs: str | Path | None) -> Store:
    return Store.at(read_path("runs", runs) if runs is not None else Project.find(Path()).runs)
