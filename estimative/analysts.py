"""What `compare` and `pool` share: prior sets named on the command line, their weights, and how they were fitted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from estimative.model.assessment import Assessment, assess
from estimative.model.disagreement.analysts import Comparison
from estimative.model.inference.refit import Choice
from estimative.model.spec.scenario import Scenario
from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, listed, nearest, quote
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_document import TomlFile
from estimative.reports.summary import Computation
from estimative.versions import versions


def assessments(named: Sequence[str], scenario: Scenario) -> tuple[Assessment, ...]:
    """Every prior set that is named, or every shipped one of the scenario if none is.

    Raises
    ------
    Faulty
        With the faults of every file, a set that is listed twice, or fewer than two sets.
    """
    issues: list[Issue] = []
    prior_sets = [one for path in _paths(named, scenario.id, issues) for one in _read(path, issues)]
    issues += _listed_twice(prior_sets)
    found = list(_assessed(scenario, prior_sets, issues))
    if not issues and len(found) < 2:
        said = f"there {'is' if len(found) == 1 else 'are'} {len(found)} prior set{'' if len(found) == 1 else 's'}"
        issues.append(
            Issue(
                code="invalid-analysts",
                message=said,
                place=Place(file="--priors"),
                allowed="two or more, each after a --priors of its own",
            )
        )
    if issues:
        raise InvalidInput(dict.fromkeys(issues))
    return tuple(found)


def _paths(named: Sequence[str], scenario: str, issues: list[Issue]) -> list[Path]:
    """The files; a file that is named twice stays twice."""
    if not named:
        return [*shipped_prior_sets().get(scenario, {}).values()]
    found: list[Path] = []
    for name in named:
        try:
            found += _in_folder(Path(name)) if Path(name).is_dir() else [find_prior_set(name, scenario)]
        except InvalidInput as error:
            issues.extend(error.issues)
    return found


def _in_folder(folder: Path) -> list[Path]:
    """The prior sets in a folder; scenarios beside them are passed over."""
    found = [path for path in sorted(folder.glob("*.toml")) if not _is_scenario(path)]
    if not found:
        raise invalid(
            "there is no prior set in this folder",
            code="invalid-analysts",
            file=str(folder),
            allowed="a folder with prior sets, *.toml",
        )
    return found


def _is_scenario(path: Path) -> bool:
    try:
        data = TomlFile.read(path).data
    except InvalidInput:
        return False  # to be told when it is read as a prior set
    return "scenario" in data and "prior_set" not in data


def _read(path: Path, issues: list[Issue]) -> Iterator[PriorSet]:
    try:
        yield read_prior_set(path)
    except InvalidInput as error:
        issues.extend(error.issues)


def _listed_twice(prior_sets: Sequence[PriorSet]) -> Iterator[Issue]:
    counts = Counter(prior_set.name for prior_set in prior_sets)
    for name, count in counts.items():
        if count > 1:
            files = ", ".join(dict.fromkeys(prior_set.file for prior_set in prior_sets if prior_set.name == name))
            expected = "each prior set once, under a name of its own"
            yield Issue(
                code="invalid-analysts",
                message=f"{count} prior sets have this name ({files})",
                place=Place(file="--priors", key=name),
                allowed=expected,
            )


def _assessed(scenario: Scenario, prior_sets: Sequence[PriorSet], issues: list[Issue]) -> Iterator[Assessment]:
    structure = None
    for prior_set in prior_sets:
        try:
            assessment = assess(scenario, prior_set, structure=structure)
        except InvalidInput as error:
            issues.extend(error.issues)
            continue
        structure = assessment.structure
        yield assessment


def computation_of(found: Comparison, method: Choice, seed: int) -> Computation:
    """How the numbers came about; the number of draws only where it is the same for all."""
    posteriors = [one.fitted.posterior for one in found.analysts.values()]
    counts = {posterior.draws.count for posterior in posteriors}
    return Computation(
        seed=seed,
        settings={"method": method, **({"draws": counts.pop()} if len(counts) == 1 else {})},
        versions=versions(*{posterior.method for posterior in posteriors}),
    )


def weights_of(said: Sequence[str], analysts: Sequence[str]) -> Mapping[str, float]:
    """The weights in options such as A=2; 1 for whoever is not named.

    Raises
    ------
    Faulty
        With every weight that is none, of somebody who is none of the analysts, or said twice; or if all are 0.
    """
    issues: list[Issue] = []
    found: dict[str, float] = {}
    for text in said:
        name, _, number = text.rpartition("=")
        fault = _weight_fault(text, name, number, analysts, found)
        if fault:
            issues.append(fault)
        else:
            found[name] = float(number)
    weights = {name: found.get(name, 1.0) for name in analysts}
    if not issues and not any(weights.values()):
        issues.append(_fault("", "all weights are 0", "at least one weight above 0"))
    if issues:
        raise InvalidInput(issues)
    return weights


def _weight_fault(
    text: str, name: str, number: str, analysts: Sequence[str], found: Mapping[str, float]
) -> Issue | None:
    if not name:
        return _fault("", f"{quote(text)} is not a weight", "an analyst and a weight, such as A=2")
    if name not in analysts:
        near = nearest(name, analysts)
        return _fault(name, f"{quote(name)} is not an analyst", f"one of the analysts: {listed(analysts)}", near)
    if name in found:
        return _fault(name, "this analyst has two weights", "one weight for each analyst")
    try:
        weight = float(number)
    except ValueError:
        return _fault(name, f"{quote(number)} is not a weight", "a number of at least 0")
    return (
        None if 0 <= weight < math.inf else _fault(name, f"{number} is not a weight", "a finite number of at least 0")
    )


def _fault(key: str, found: str, expected: str, near: str | None = None) -> Issue:
    return Issue(
        code="invalid-analysts",
        message=found,
        place=Place(file="--weight", key=key),
        allowed=expected,
        suggestion=near or "",
    )
