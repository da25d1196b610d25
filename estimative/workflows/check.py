"""Check: every error and every warning of scenario and prior-set files, or what the files were taken to mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.inference.prior_conflict import conflicts, prior_p_values
from estimative.model.likelihood.impossible_outcomes import impossible_outcomes
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.spec.dates import calendar_issues
from estimative.model.spec.resolved_scenario import resolved as resolved_scenario
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario, shipped_scenarios
from estimative.model.spec.warnings import unused_sources
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, unknown_name
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.resolved_prior_set import resolved as resolved_prior_set
from estimative.priors.toml_document import TomlFile
from estimative.workflows.clock import today
from estimative.workflows.project import PROJECT_FILE, Project


class CheckedFile(Struct, frozen=True, kw_only=True):
    """A file without errors."""

    file: str
    kind: str
    """"scenario" or "prior set"."""
    name: str
    scenario: str
    """Its id, or that of the scenario that the priors are for."""
    digest: str
    taken_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a prior set: whose the quantities are that it does not state itself, by the set that it extends; those that
    the scenario suggests are under "the scenario"."""
    meaning: str
    """The same content in full, as a file that can be read again."""


class CheckResult(Struct, frozen=True, kw_only=True):
    """What is right and what is wrong with some files."""

    schema_version: int = SCHEMA_VERSION
    files: tuple[CheckedFile, ...]
    issues: tuple[Issue, ...]
    """Errors and warnings, by file and line."""

    def failed(self, *, strict: bool) -> bool:
        """Whether there is an error, or under `strict` a warning."""
        return any(strict or issue.severity == "error" for issue in self.issues)


def check(paths: Sequence[Path], *, scenario: str | None = None, project: Project | None = None) -> CheckResult:
    """Check files, and the scenarios and prior sets in folders; without any, those that are shipped.

    A prior set is checked against the scenario that is named, else against one of the files with that id, else against
    that of the project, one beside it, or the shipped one.
    """
    issues: list[Issue] = []
    entries = list(_read(list(_expanded(paths, issues)) if paths else _shipped(), issues))
    scenarios = {entry.id: entry for _, entry in entries if isinstance(entry, Scenario)}
    find = partial(_scenario_of, scenarios=scenarios, named=scenario, project=project or Project())
    files = [file for path, entry in entries for file in _checked(path, entry, find, issues)]
    for subject in scenarios.values():
        prior_sets = [entry for _, entry in entries if isinstance(entry, PriorSet) and entry.scenario == subject.id]
        # Without its prior sets it is unknown which sources they refer to.
        issues.extend(unused_sources(subject, prior_sets) if prior_sets else ())
    order = list(dict.fromkeys(issue.place.file for issue in issues))
    unique = dict.fromkeys(issues)
    ordered = sorted(unique, key=lambda i: (order.index(i.place.file), i.place.line or math.inf))
    return CheckResult(files=tuple(files), issues=tuple(ordered))


def _shipped() -> list[Path]:
    return [*shipped_scenarios().values(), *(path for sets in shipped_prior_sets().values() for path in sets.values())]


def _expanded(paths: Sequence[Path], issues: list[Issue]) -> Iterator[Path]:
    """Folders replaced by the TOML files in them."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = [file for file in sorted(path.glob("*.toml")) if file.name != PROJECT_FILE]
        if not inside:
            issues += invalid("the folder holds no TOML file", code="missing-file", file=str(path)).issues
        yield from inside


def _read(paths: Sequence[Path], issues: list[Issue]) -> Iterator[tuple[Path, Scenario | PriorSet]]:
    for path in paths:
        try:
            data = TomlFile.read(path).data
            if "scenario" in data and "prior_set" not in data:
                yield path, read_scenario(path)
            elif "prior_set" in data:
                yield path, read_prior_set(path)
            else:
                message, allowed = "this is neither a scenario nor a prior set", "a table [scenario] or [prior_set]"
                issues += invalid(message, code="missing-table", file=str(path), allowed=allowed).issues
        except InvalidInput as error:
            issues.extend(error.issues)
            if isinstance(error.partial, PriorSet):
                yield path, error.partial


def _checked(
    path: Path,
    entry: Scenario | PriorSet,
    find: Callable[[Path, PriorSet], Scenario],
    issues: list[Issue],
) -> Iterator[CheckedFile]:
    if isinstance(entry, Scenario):
        found = [*calendar_issues(entry, today()), *_structural_issues(entry)]
        issues.extend(found)
        if not any(issue.severity == "error" for issue in found):
            yield CheckedFile(
                file=str(path),
                kind="scenario",
                name=entry.id,
                scenario=entry.id,
                digest=entry.digest,
                meaning=resolved_scenario(entry),
            )
    elif assessment := _assessed(path, entry, find, issues):
        issues.extend((*assessment.warnings, *conflicts(assessment, prior_p_values(assessment))))
        yield CheckedFile(
            file=str(path),
            kind="prior set",
            name=entry.name,
            scenario=entry.scenario,
            digest=entry.digest,
            taken_from=_taken_from(assessment.prior_set),
            meaning=resolved_prior_set(assessment.prior_set, {**assessment.priors, **assessment.indicator_priors}),
        )


def _structural_issues(scenario: Scenario) -> Sequence[Issue]:
    """What the exact sums over its events cannot deal with, and outcomes that can never happen."""
    structure = structure_of(scenario)
    try:
        check_structure(structure)
    except InvalidInput as error:
        return error.issues
    return tuple(impossible_outcomes(structure))


def _taken_from(prior_set: PriorSet) -> Mapping[str, tuple[str, ...]]:
    owners: dict[str, list[str]] = {}
    for name, stated in {**prior_set.statements, **prior_set.shares}.items():
        if stated.taken_from:
            owners.setdefault(stated.taken_from, []).append(name)
    return {owner: tuple(names) for owner, names in owners.items()}


def _assessed(
    path: Path, prior_set: PriorSet, find: Callable[[Path, PriorSet], Scenario], issues: list[Issue]
) -> Assessment | None:
    errors = [issue for issue in issues if issue.severity == "error"]
    reported = {(issue.place.file, issue.place.key) for issue in errors}
    meant = {(issue.place.file, issue.meant) for issue in errors if issue.meant}
    try:
        assessment = assess(find(path, prior_set), prior_set)
    except InvalidInput as error:
        own = {str(path), prior_set.file, *(place.file for place in prior_set.places.values())}
        issues.extend(issue for issue in error.issues if not _consequence(issue, reported, meant, own))
        return None
    return None if any(file in (str(path), prior_set.file) for file, _ in reported) else assessment


def _consequence(
    issue: Issue, reported: Collection[tuple[str, str]], meant: Collection[tuple[str, str]], own: Collection[str]
) -> bool:
    """Whether an error only follows from one that is reported: at the same place, or by a prior that it takes away.

    Parameters
    ----------
    meant
        Files, and keys in them that are misspelt.
    """
    wrong = any(f"{key}.".startswith(f"{issue.place.key}.") for file, key in reported if file in own)
    wrong = wrong or any(f"{issue.place.key}.".startswith(f"{key}.") for file, key in meant if file in own)
    if issue.place.key == "prior_set.scenario" and any(not key for _, key in reported):
        return True  # the scenario is perhaps in a file that could not be read at all
    return (issue.place.file, issue.place.key) in reported or (issue.code == "missing-prior" and wrong)


def _scenario_of(
    path: Path, prior_set: PriorSet, *, scenarios: Mapping[str, Scenario], named: str | None, project: Project
) -> Scenario:
    if named is None and prior_set.scenario in scenarios:
        return scenarios[prior_set.scenario]
    named = named or project.scenario_for([str(path)], default=prior_set.scenario)
    if named == prior_set.scenario not in shipped_scenarios():
        place = prior_set.places.get("prior_set.scenario") or Place(file=prior_set.file, key="prior_set.scenario")
        what = "a shipped scenario or one among these files"
        raise InvalidInput([unknown_name(place, prior_set.scenario, shipped_scenarios(), what)])
    return read_scenario(find_scenario(named))
