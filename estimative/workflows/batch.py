"""Batch: many fits, each saved as a run of its own; what is saved already is not fitted again."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from io import FileIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.assessment import assess
from estimative.model.inference.executor import SharedFunction, shared_out
from estimative.model.record.batch_result import BatchResult, BatchRow, with_scores
from estimative.model.record.file_lock import lock_at_once
from estimative.model.record.run_store import Store, checked_label
from estimative.model.record.saved_fits import FitIdentity, SavedFit, saved_fit, saved_fits
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import Reading, find_scenario, reading_of
from estimative.priors import toml_writer
from estimative.priors.catalog import find_prior_set, locator
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, unknown_name
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import PriorSetReading, prior_set_reading
from estimative.workflows.batch_plan import Combination, Plan, Variant
from estimative.workflows.clock import checked_day, refuse_future
from estimative.workflows.fit import FitMethod, Saveable, fit, saveable
from estimative.workflows.session import Settings
from estimative.workflows.suppositions import written

FOREIGN = "unknown-input"
"""The code of an edit of an input that a scenario does not have."""
LOCK = ".batch.lock"
"""The file in a folder of runs that a batch holds while it works."""


class Task(Struct, frozen=True, kw_only=True):
    """One fit, as it is sent to whoever computes it."""

    scenario: Scenario
    prior_set: PriorSet
    settings: Settings
    method: FitMethod
    with_draws: bool

    def __repr__(self) -> str:
        return f"Task({self.scenario.id}, {self.prior_set.name}, {self.method})"


def fit_task(task: Task) -> Saveable | tuple[Issue, ...]:
    """Fit one combination: the run to save, or the errors because of which there is none."""
    try:
        assessment = assess(task.scenario, task.prior_set)
        return saveable(fit(assessment, task.settings, method=task.method), with_draws=task.with_draws)
    except InvalidInput as error:
        return error.issues


class _Ready(Struct, frozen=True, kw_only=True):
    """A combination whose files were read."""

    combination: Combination
    scenario: Scenario
    prior_set: PriorSet
    texts: Mapping[str, str]
    with_unconverged: bool

    def __repr__(self) -> str:
        return f"_Ready({self.scenario.id}, {self.prior_set.name})"

    @property
    def identity(self) -> FitIdentity:
        """What decides the digits of its fit."""
        return FitIdentity(
            scenario=self.scenario.digest,
            prior_set=self.prior_set.digest,
            as_of=self.scenario.as_of,
            method=self.combination.method,
            seed=self.combination.seed,
            draws=self.combination.draws,
            with_unconverged=self.with_unconverged,
            version=version("estimative"),
        )

    def task(self, settings: Settings, *, with_draws: bool) -> Task:
        """The fit to compute."""
        combination = self.combination
        own = replace(settings, method="auto", seed=combination.seed, draws=combination.draws)
        return Task(
            scenario=self.scenario,
            prior_set=self.prior_set,
            settings=own,
            method=combination.method,
            with_draws=with_draws,
        )


type _Read = tuple[Combination, _Ready | tuple[Issue, ...]]
"""A combination with its files, or the errors because of which it has none."""


def batch(
    plan: Plan, store: Store, settings: Settings, *, with_draws: bool = True, label: str = "", again: bool = False
) -> BatchResult:
    """Fit every combination of a plan that is not saved yet, and save each as soon as it is there.

    Whoever is interrupted calls again: the digests of scenario and prior set, the day, the settings and the version
    say what is saved already.

    Parameters
    ----------
    settings
        Give executor, progress, and whether numbers that did not converge are shown; the combinations give the rest.
    with_draws
        Save the draws too, some megabytes a run; without them, a report fits again.
    again
        Fit what is saved already as well.

    Raises
    ------
    InvalidInput
        If the store cannot be written to, or the label is too long. Errors of single combinations are in the result.
    """
    checked_label(label)
    reader = _Reader(show=settings.with_unconverged)
    settings.progress("Reading the files", 0, len(plan.combinations))
    read = _without_impossible([(combination, _attempted(reader, combination)) for combination in plan.combinations])
    fits = {ready.identity: ready for _, ready in read if isinstance(ready, _Ready)}
    with _alone(store):
        before = {} if again else saved_fits(store)
        todo = {identity: ready for identity, ready in fits.items() if identity not in before}
        fitted = dict(_fitted(todo, store, settings, with_draws=with_draws, label=label))
    rows = [_row(combination, ready, before, fitted) for combination, ready in read]
    return BatchResult(source=plan.source, folder=str(store.folder), rows=with_scores(rows))


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Keep other batches from a folder of runs: both would fit and save what neither has saved yet.

    Raises
    ------
    InvalidInput
        If another batch is at work there, or the folder cannot be written to.
    """
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        file = FileIO(store.folder / LOCK, "a")
    except OSError as error:
        allowed = "a folder that can be written to"
        raise invalid(error.strerror or "", code="unwritable", file=str(store.folder), allowed=allowed) from error
    with file:
        if not lock_at_once(file):
            message, fix = "another batch saves its runs here", "Wait for it, or save these elsewhere."
            raise invalid(message, code="in-use", file=str(store.folder), suggestion=fix)
        yield


def _fitted(
    todo: Mapping[FitIdentity, _Ready], store: Store, settings: Settings, *, with_draws: bool, label: str
) -> Iterator[tuple[FitIdentity, SavedFit | tuple[Issue, ...]]]:
    """Fit and save; only this process writes, so that a fit that is computed twice is saved once."""
    function = SharedFunction(fit_task, lost=lambda error: error.issues)
    tasks = [ready.task(settings, with_draws=with_draws) for ready in todo.values()]
    if tasks:
        settings.progress("Fitting", 0, len(tasks))
    answers = shared_out(settings.executor, function, tasks)
    for done, (identity, answer) in enumerate(zip(todo, answers, strict=True), start=1):
        if isinstance(answer, Saveable):
            store.write(replace(answer.manifest, label=label), answer.result, todo[identity].texts, answer.draws)
            yield identity, saved_fit(answer.result)
        else:
            yield identity, answer
        settings.progress("Fitting", done, len(tasks))


def _without_impossible(read: Sequence[_Read]) -> list[_Read]:
    """Leave out variants of scenarios that do not have their inputs, if another scenario has them."""
    possible = {combination.variant for combination, ready in read if isinstance(ready, _Ready)}
    return [
        (combination, ready)
        for combination, ready in read
        if isinstance(ready, _Ready)
        or not (
            combination.where_possible
            and combination.variant in possible
            and all(issue.code == FOREIGN for issue in ready)
        )
    ]


def _attempted(reader: _Reader, combination: Combination) -> _Ready | tuple[Issue, ...]:
    """A combination with its files, or its errors; those without a file are the row's."""
    if combination.errors:
        return combination.errors
    try:
        return reader.read(combination)
    except InvalidInput as error:
        return tuple(_in_row(issue, combination.place) for issue in error.issues)


def _in_row(issue: Issue, row: Place) -> Issue:
    return issue if issue.place.file or not row.file else issue.moved(replace(row, key=issue.place.key))


def _row(
    combination: Combination,
    ready: _Ready | tuple[Issue, ...],
    before: Mapping[FitIdentity, SavedFit],
    fitted: Mapping[FitIdentity, SavedFit | tuple[Issue, ...]],
) -> BatchRow:
    row = BatchRow(
        scenario=combination.scenario,
        priors=combination.priors,
        variant=combination.variant.name,
        as_of=combination.as_of,
        method=combination.method,
        seed=combination.seed,
        draws=combination.draws,
        status="broken",
    )
    if not isinstance(ready, _Ready):
        return replace(row, errors=ready)
    outcome = combination.outcome or ready.scenario.headline
    row = replace(
        row,
        as_of=ready.scenario.as_of,
        scenario_id=ready.scenario.id,
        prior_set=ready.prior_set.name,
        outcome=outcome,
        title=ready.scenario.outcomes[outcome].title,
    )
    saved = before.get(ready.identity) or fitted[ready.identity]
    if not isinstance(saved, SavedFit):
        return replace(row, errors=tuple(_in_row(issue, combination.place) for issue in saved))
    number = saved.outcomes.get(outcome)
    return replace(
        row,
        status="converged" if saved.converged else "not converged",
        run=saved.run.id,
        saved_before=ready.identity in before,
        probability=number.posterior if number else None,
    )


class _Reader(Struct, frozen=True, kw_only=True):
    """Reads each file once, however many combinations it is in."""

    show: bool
    """Numbers that did not converge."""
    scenarios: dict[tuple[str, datetime.date | None], Reading | InvalidInput] = field(default_factory=dict)
    prior_sets: dict[tuple[str, str, Variant], PriorSetReading | InvalidInput] = field(default_factory=dict)

    def read(self, combination: Combination) -> _Ready:
        """The files of a combination.

        Raises
        ------
        InvalidInput
            With every error in them.
        """
        reading = _once(self.scenarios, (combination.scenario, combination.as_of), partial(_scenario, combination))
        subject = reading.scenario
        if combination.outcome and combination.outcome not in subject.outcomes:
            place = replace(combination.place, key="outcome") if combination.place.file else Place(key="outcome")
            raise InvalidInput(
                [unknown_name(place, combination.outcome, subject.outcomes, "an outcome of this scenario")]
            )
        _check_inputs(combination.variant, subject, combination)
        key = (combination.priors, subject.id, combination.variant)
        stated = _once(self.prior_sets, key, partial(_prior_set, combination, subject.id))
        texts = {**reading.texts, **stated.texts}
        return _Ready(
            combination=combination,
            scenario=subject,
            prior_set=stated.prior_set,
            texts=texts,
            with_unconverged=self.show,
        )


def _check_inputs(variant: Variant, scenario: Scenario, combination: Combination) -> None:
    """Refuse edits of what is no input of the scenario: in a file, they would be statements without effect."""
    weights = [*(f"relevance.{item}" for item in scenario.evidence), *(f"independence.{o}" for o in scenario.origins)]
    known = [*Quantities(scenario).inputs, *weights]
    issues = [
        replace(
            unknown_name(Place(file=combination.scenario, key=name), name, known, "an input of this scenario"),
            code=FOREIGN,
        )
        for name, _ in variant.edits
        if name not in known
    ]
    if issues:
        raise InvalidInput(issues)


def _once[Key, Content](known: dict[Key, Content | InvalidInput], key: Key, read: partial[Content]) -> Content:
    if key not in known:
        try:
            known[key] = read()
        except InvalidInput as error:
            known[key] = error
    content = known[key]
    if isinstance(content, InvalidInput):
        raise content
    return content


def _scenario(combination: Combination) -> Reading:
    reading = reading_of(find_scenario(combination.scenario), checked_day(combination.as_of))
    refuse_future(reading.scenario)
    return reading


def _prior_set(combination: Combination, scenario: str) -> PriorSetReading:
    path = find_prior_set(combination.priors, scenario)
    reading = prior_set_reading(path)
    return variant_reading(path, reading.prior_set, combination.variant) if combination.variant.edits else reading


def variant_reading(path: Path, base: PriorSet, variant: Variant) -> PriorSetReading:
    """A prior set with other statements: a file that extends that of the base, as an analyst would write it.

    Raises
    ------
    InvalidInput
        With every error of the edits.
    """
    known, label = locator(base.scenario), f"{path}, variant {variant.name}"

    def locate(name: str, folder: Path) -> Path | None:
        return path if name == path.name else known(name, path.parent if folder == file.parent else folder)

    def moved(place: Place) -> Place:
        return replace(place, file=label, line=None) if place.file == str(file) else place

    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{path.stem}-{variant.name}.toml"
        file.write_text(_extending(path, base, variant), encoding="utf-8")
        try:
            reading = prior_set_reading(file, locate=locate)
        except InvalidInput as error:
            raise InvalidInput(issue.moved(moved(issue.place)) for issue in error.issues) from error
    places = {key: moved(place) for key, place in reading.prior_set.places.items()}
    return replace(reading, prior_set=replace(reading.prior_set, file=label, places=type(base.places)(places)))  # type: ignore[call-arg]


def _extending(path: Path, base: PriorSet, variant: Variant) -> str:
    edits = "; ".join(f"{name}={value}" for name, value in variant.edits)
    head = {
        "name": f"{base.name}-{variant.name}",
        "analyst": base.analyst,
        "scenario": base.scenario,
        "extends": path.name,
        "rationale": f"{base.name} with other statements: {edits}",
    }
    lines = ["[prior_set]", *(f"{key} = {toml_writer.text(value)}" for key, value in head.items())]
    for section, entries in groupby(sorted(variant.edits, key=_section), key=_section):
        lines += ["", f"[{toml_writer.dotted(section)}]"]
        lines += [f"{toml_writer.key(name.rpartition('.')[2])} = {written(value)}" for name, value in entries]
    return "\n".join(lines) + "\n"


def _section(edit: tuple[str, str]) -> list[str]:
    return edit[0].split(".")[:-1]
