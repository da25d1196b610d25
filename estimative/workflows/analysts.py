"""Several analysts: their prior sets by name, path or folder, their weights, and their fits."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess, pairs_of, with_pairs
from estimative.model.disagreement.analysts import AnalystResult, FittedAnalyst, LeftOut, fit_analyst
from estimative.model.inference.executor import SharedFunction, shared_out
from estimative.model.inference.info import Computation, ScenarioInfo, versions
from estimative.model.inference.refit import Fitter
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.spec.scenario import Scenario, content_of
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote, unknown_name
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.workflows.clock import checked_day, refuse_future
from estimative.workflows.project import prior_set_files
from estimative.workflows.session import Settings, possible

ANY_WEIGHT = "a finite number of at least 0"


class Analysts(Struct, frozen=True, kw_only=True):
    """The analysts of one scenario whose files can be used, and those who are left out."""

    assessments: tuple[Assessment, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def errors(self) -> tuple[Issue, ...]:
        """In the files of those who are left out, each once."""
        return tuple(dict.fromkeys(issue for other in self.left_out for issue in other.errors))


def load_analysts(
    scenario: str, priors: Sequence[str], day: datetime.date | None = None, *, least: int = 2
) -> Analysts:
    """Read a scenario and several prior sets for it; those with errors are left out.

    Parameters
    ----------
    scenario
        The name of a shipped one, or a path.
    priors
        Names of shipped ones, paths, or folders of them; none stands for all shipped prior sets of the scenario.
    day
        In place of the scenario's `as_of`; evidence dated after it is left out.
    least
        How many prior sets are needed.

    Raises
    ------
    InvalidInput
        With every error of the scenario; if a set is not there, or is given twice; or if too few sets are left.
    """
    subject = read_scenario(find_scenario(scenario), checked_day(day))
    refuse_future(subject)
    missing: list[Issue] = []
    broken: dict[str, LeftOut] = {}
    paths = _paths(priors, subject.id, missing)
    prior_sets = [prior_set for path in paths for prior_set in _read(path, broken)]
    missing += _given_twice(prior_sets)
    assessments = tuple(_assessed(subject, prior_sets, broken))
    left_out = tuple(broken[file] for file in dict.fromkeys(map(str, paths)) if file in broken)
    analysts = Analysts(assessments=assessments, left_out=left_out)
    if missing or (left_out and len(assessments) < least):
        raise InvalidInput(dict.fromkeys([*missing, *analysts.errors]))
    check_team(assessments, least=least)
    return analysts


def check_team(assessments: Sequence[Assessment], *, least: int = 2) -> None:
    """Refuse too few analysts, two of one name, and those of another scenario or another day.

    Raises
    ------
    InvalidInput
        With every analyst of another scenario, and every name that is given twice; or if there are too few.
    """
    issues = [*_other_scenarios(assessments), *_given_twice([assessment.prior_set for assessment in assessments])]
    if issues:
        raise InvalidInput(issues)
    if len(assessments) < least:
        message = f"the number of prior sets is {len(assessments)}"
        raise invalid(message, code="too-few-analysts", allowed=f"{'two' if least == 2 else least} or more")


def aligned(assessments: Sequence[Assessment]) -> tuple[Assessment, ...]:
    """Return assessments of one scenario with the layout of all of them, about the outcome of the first."""
    pairs = frozenset[str]().union(*(assessment.structure.quantities.pairs for assessment in assessments))
    alike = [with_pairs(assessment, pairs) for assessment in assessments]
    headlines = [assessment.scenario.headline for assessment in alike]
    return with_headline(alike, headlines[0]) if len(set(headlines)) > 1 else tuple(alike)


def _other_scenarios(assessments: Sequence[Assessment]) -> Iterator[Issue]:
    """Yield the error of each analyst who answers another question than the first."""
    for other in assessments[1:]:
        ours, theirs = assessments[0].scenario, other.scenario
        if _without_headline(theirs) == _without_headline(ours):
            continue
        if theirs.id != ours.id:
            key, message = "scenario", f"this is of the scenario {quote(theirs.id)}, not of {quote(ours.id)}"
        elif theirs.as_of != ours.as_of:
            key, message = "as_of", f"this is as of {theirs.as_of}, not as of {ours.as_of}"
        else:
            key, message = "scenario", f"this is of another version of the scenario {quote(ours.id)}"
        yield Issue(
            code="not-comparable",
            message=message,
            place=Place(file=other.prior_set.file or other.prior_set.name, key=key),
            allowed="analysts of one version of a scenario, as of one day",
        )


def _without_headline(scenario: Scenario) -> dict[str, object]:
    """What a scenario states, whichever of its outcomes the analyses are about."""
    return {**content_of(scenario), "headline": ""}


def _paths(names: Sequence[str], scenario: str, issues: list[Issue]) -> list[Path]:
    """The files; a file that is named twice is there twice."""
    if not names:
        return [*shipped_prior_sets().get(scenario, {}).values()]
    paths: list[Path] = []
    for name in names:
        try:
            paths += _in_folder(Path(name)) if Path(name).is_dir() else [find_prior_set(name, scenario)]
        except InvalidInput as error:
            issues.extend(error.issues)
    return paths


def _in_folder(folder: Path) -> list[Path]:
    """The prior sets in a folder, without any scenarios in it."""
    paths = [Path(name) for name in prior_set_files(str(folder))]
    if not paths:
        allowed = "a folder with prior sets, *.toml"
        raise invalid("there is no prior set in this folder", code="empty-folder", file=str(folder), allowed=allowed)
    return paths


def _read(path: Path, broken: dict[str, LeftOut]) -> Iterator[PriorSet]:
    try:
        yield read_prior_set(path)
    except InvalidInput as error:
        broken[str(path)] = LeftOut(analyst=path.stem, file=str(path), errors=error.issues)


def _given_twice(prior_sets: Sequence[PriorSet]) -> Iterator[Issue]:
    counts = Counter(prior_set.name for prior_set in prior_sets)
    for name, count in counts.items():
        if count > 1:
            files = list(dict.fromkeys(prior_set.file for prior_set in prior_sets if prior_set.name == name))
            allowed = "each prior set once, under a name of its own"
            yield Issue(
                code="duplicate-name",
                message=_same_name(name, count, files),
                place=Place(),
                value=quote(name),
                allowed=allowed,
            )


def _same_name(name: str, count: int, files: Sequence[str]) -> str:
    if len(files) == 1:
        return f"the prior set {quote(name)} ({files[0]}) is there {'twice' if count == 2 else f'{count} times'}"
    return f"{count} prior sets are named {quote(name)} ({', '.join(files)})"


def _assessed(scenario: Scenario, prior_sets: Sequence[PriorSet], broken: dict[str, LeftOut]) -> Iterator[Assessment]:
    # One layout for all of them: an item that one analyst states as two chances has them for each.
    structure = structure_of(scenario, pairs_of(scenario, prior_sets))
    check_structure(structure)
    for prior_set in prior_sets:
        try:
            assessment = assess(scenario, prior_set, structure=structure)
        except InvalidInput as error:
            broken[prior_set.file] = LeftOut(analyst=prior_set.name, file=prior_set.file, errors=error.issues)
            continue
        yield assessment


def with_headline(assessments: Sequence[Assessment], outcome: str) -> tuple[Assessment, ...]:
    """The same assessments with another outcome as the headline, which every analysis is about.

    Raises
    ------
    InvalidInput
        If there is no such outcome.
    """
    scenario = assessments[0].scenario
    if outcome not in scenario.outcomes:
        place = Place(file=f"scenario {scenario.id}", key="outcomes")
        raise InvalidInput([unknown_name(place, outcome, scenario.outcomes, "an outcome of this scenario")])
    structure = structure_of(replace(scenario, headline=outcome), assessments[0].structure.quantities.pairs)
    return tuple(replace(assessment, structure=structure) for assessment in assessments)


def about(assessment: Assessment, outcome: str | None) -> Assessment:
    """The assessment with another outcome as the headline; itself where none is named.

    Raises
    ------
    InvalidInput
        If there is no such outcome.
    """
    return with_headline((assessment,), outcome)[0] if outcome else assessment


def parse_weights(texts: Sequence[str], analysts: Sequence[str]) -> Mapping[str, float]:
    """The weights in texts such as "A=2"; 1 for an analyst who is not named.

    Raises
    ------
    InvalidInput
        With every text that gives no weight, names no analyst, or names one again; or if all weights are 0.
    """
    issues: list[Issue] = []
    weights: dict[str, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        issue = _weight_issue(text, name, number, analysts, weights)
        if issue:
            issues.append(issue)
        else:
            weights[name] = float(number)
    complete = {name: weights.get(name, 1.0) for name in analysts}
    if not issues and not any(complete.values()):
        issues.append(_weight(Place(key="weights"), "every weight is 0", "at least one weight above 0"))
    if issues:
        raise InvalidInput(issues)
    return complete


def _weight_issue(
    text: str, name: str, number: str, analysts: Sequence[str], weights: Mapping[str, float]
) -> Issue | None:
    place = Place(key=f"weight of {name}" if name else "weights")
    if not name:
        return _weight(place, f"{quote(text)} is no weight of an analyst", "an analyst and a weight, such as A=2")
    if name not in analysts:
        return unknown_name(place, name, analysts, "one of the analysts")
    if name in weights:
        return _weight(place, "this analyst has a weight already", "one weight for each analyst")
    try:
        weight = float(number)
    except ValueError:
        return _weight(place, f"{quote(number)} is not a number", ANY_WEIGHT)
    return None if 0 <= weight < math.inf else _weight(place, f"{number} is not a possible weight", ANY_WEIGHT)


def _weight(place: Place, message: str, allowed: str) -> Issue:
    return Issue(code="invalid-weight", message=message, place=place, allowed=allowed)


class TeamSession(Struct, frozen=True, kw_only=True):
    """Several analysts of one scenario with their fits, and the means of fitting others like them."""

    settings: Settings
    scenario: ScenarioInfo
    fitter: Fitter
    analysts: Mapping[str, FittedAnalyst]
    """By prior set, in the order in which they were given."""
    left_out: tuple[LeftOut, ...] = ()

    def __repr__(self) -> str:
        return f"TeamSession(scenario={self.scenario.id!r}, analysts={list(self.analysts)})"

    @property
    def assessments(self) -> tuple[Assessment, ...]:
        """Of the analysts, in their order."""
        return tuple(analyst.fitted.assessment for analyst in self.analysts.values())

    @property
    def converged(self) -> bool:
        """Whether every fit did."""
        return all(analyst.converged for analyst in self.analysts.values())

    @property
    def reportable(self) -> bool:
        """Whether numbers that depend on all fits may be shown."""
        return self.converged or self.settings.with_unconverged

    @property
    def results(self) -> dict[str, AnalystResult]:
        """Each analyst's fit, with the probabilities that may be shown."""
        show = self.settings.with_unconverged
        return {name: AnalystResult.of(analyst, with_unconverged=show) for name, analyst in self.analysts.items()}

    def computation(self) -> Computation:
        """How the numbers were computed; the number of draws only where it is the same for all."""
        posteriors = [analyst.fitted.posterior for analyst in self.analysts.values()]
        counts = {posterior.draws.count for posterior in posteriors}
        draws = {"draws": counts.pop()} if len(counts) == 1 else {}
        return Computation(
            seed=self.settings.seed,
            settings={"method": self.settings.method, **draws},
            versions=versions({posterior.method for posterior in posteriors}),
        )


def open_team(
    assessments: Sequence[Assessment],
    settings: Settings,
    *,
    outcome: str | None = None,
    left_out: tuple[LeftOut, ...] = (),
) -> TeamSession:
    """Fit several analysts of one scenario on common random numbers.

    Parameters
    ----------
    outcome
        The outcome to compare them on, in place of the scenario's headline.
    left_out
        Those who could not be fitted, because of errors in their files.

    Raises
    ------
    InvalidInput
        If the evidence contradicts itself under somebody's priors, or there is no such outcome.
    """
    # The digest is that of the scenario's file, whichever outcome is compared.
    info = replace(ScenarioInfo.of(assessments[0]), headline=outcome or assessments[0].scenario.headline)
    subjects = with_headline(assessments, outcome) if outcome else tuple(assessments)
    fitter = settings.fitter(*subjects)
    analysts = {}
    with one_blas_thread():
        fits = shared_out(settings.executor, SharedFunction(partial(fit_analyst, fitter)), subjects)
        for done, assessment in enumerate(subjects):
            settings.progress("Fitting each analyst", done, len(subjects))
            with possible(assessment):
                analysts[assessment.prior_set.name] = next(fits)
    return TeamSession(settings=settings, scenario=info, fitter=fitter, analysts=analysts, left_out=left_out)
