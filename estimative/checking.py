"""The command `check`: every fault of every file at once, or what the files were taken to mean."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.resolved_scenario import resolved as resolved_scenario
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario, shipped_scenarios
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import InvalidInput, Issue, Place, unknown_name
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.resolved_prior_set import resolved as resolved_prior_set
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import ascii_safe


def check_files(files: Sequence[Path], *, scenario: str | None, resolved: bool, as_json: bool) -> int:
    """Check files; the exit code.

    A prior set is held against the scenario that is named, else against one of the files with that id, else against
    the shipped one.
    """
    issues: list[Issue] = []
    read = list(_read(files or _shipped(), issues))
    scenarios = {entry.id: entry for _, entry in read if isinstance(entry, Scenario)}
    told = []
    for path, entry in read:
        if isinstance(entry, Scenario):
            told.append((path, resolved_scenario(entry), f"{entry.id}: a scenario, digest {entry.digest[:12]}"))
        elif assessment := _assessed(path, entry, scenarios, scenario, issues):
            text = resolved_prior_set(entry, {**assessment.priors, **assessment.indicator_priors})
            told.append((path, text, f"{entry.name}: a prior set for {entry.scenario}, digest {entry.digest[:12]}"))
    _print(told, issues, resolved=resolved, as_json=as_json)
    return 2 if issues else 0


def _shipped() -> list[Path]:
    return [*shipped_scenarios().values(), *(path for sets in shipped_prior_sets().values() for path in sets.values())]


def _read(files: Sequence[Path], issues: list[Issue]) -> Iterator[tuple[Path, Scenario | PriorSet]]:
    for path in files:
        try:
            data = TomlFile.read(path).data
            if "scenario" in data and "prior_set" not in data:
                yield path, read_scenario(path)
            elif "prior_set" in data:
                yield path, read_prior_set(path)
            else:
                expected = "a table [scenario] or a table [prior_set]"
                issues.append(
                    Issue(
                        code="missing-table",
                        message="this is neither a scenario nor a prior set",
                        place=Place(file=str(path)),
                        allowed=expected,
                    )
                )
        except InvalidInput as error:
            issues.extend(error.issues)
            if isinstance(error.partial, PriorSet):
                yield path, error.partial


def _assessed(
    path: Path, prior_set: PriorSet, scenarios: dict[str, Scenario], named: str | None, issues: list[Issue]
) -> Assessment | None:
    told = {(issue.place.file, issue.place.key) for issue in issues}
    try:
        assessment = assess(_scenario_of(prior_set, scenarios, named), prior_set)
    except InvalidInput as error:
        # What is missing only because it was stated wrongly has been told.
        keys = {key for _, key in told}
        places = [(issue, issue.place) for issue in error.issues]
        issues.extend(i for i, p in places if (p.file, p.key) not in told and not (p.key in keys and not p.line))
        return None
    return None if any(file in (str(path), prior_set.file) for file, _ in told) else assessment


def _scenario_of(prior_set: PriorSet, scenarios: dict[str, Scenario], named: str | None) -> Scenario:
    if named is None and prior_set.scenario in scenarios:
        return scenarios[prior_set.scenario]
    if named is None and prior_set.scenario not in shipped_scenarios():
        place = prior_set.places.get("prior_set.scenario") or Place(file=prior_set.file, key="prior_set.scenario")
        what = "a shipped scenario, nor one named with --scenario FILE"
        raise InvalidInput([unknown_name(place, prior_set.scenario, shipped_scenarios(), what)])
    return read_scenario(find_scenario(named or prior_set.scenario))


def _print(told: list[tuple[Path, str, str]], issues: list[Issue], *, resolved: bool, as_json: bool) -> None:
    files = list(dict.fromkeys(issue.place.file for issue in issues))
    issues = sorted(dict.fromkeys(issues), key=lambda i: (files.index(i.place.file), i.place.line or math.inf))
    if as_json:
        good = [{"file": str(path), "meaning": text if resolved else None} for path, text, _ in told]
        sys.stdout.write(json.dumps({"good": good, "faults": [asdict(fault) for fault in issues]}, indent=2) + "\n")
        return
    for path, text, line in told:
        sys.stdout.write(text if resolved else ascii_safe(f"{path}: good. {line}") + "\n")
    for fault in issues:
        print(ascii_safe(str(fault)), file=sys.stderr)
