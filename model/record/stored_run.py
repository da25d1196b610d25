"""A saved run: its result, what it was made from, checked against its digests, and its draws."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from msgspec import Struct

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.info import ScenarioInfo
from estimative.model.record.draws_file import Sample, read_sample
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_store import DRAWS, INPUTS, RESULT, read_json, read_manifest
from estimative.model.spec.case_file import LARGEST_CSV
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import SCENARIO, read_scenario
from estimative.priors.catalog import Locate
from estimative.priors.errors import InvalidInput, invalid
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_document import read_text

PRIORS, EXTENDED = "priors", "extended"
"""Folders of a run's inputs: of its prior sets, and of those that have the name of one that extends them."""


class StoredRun(Struct, frozen=True):
    """The folder of a run."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def scenario(self) -> Path:
        """The run's own copy of the scenario file."""
        return self.folder / INPUTS / SCENARIO

    def manifest(self) -> Manifest:
        """What a list of runs shows.

        Raises
        ------
        InvalidInput
            If it is damaged.
        """
        return read_manifest(self.folder)

    def result(self) -> FitResult:
        """The result of the fit, as it was shown.

        Raises
        ------
        InvalidInput
            If it is damaged.
        """
        return self.read(RESULT, FitResult)

    def read[Content](self, name: str, kind: type[Content]) -> Content:
        """A JSON file of the run, checked against its type.

        Raises
        ------
        InvalidInput
            With the file, and the place in it that is damaged.
        """
        return read_json(self.folder / name, kind)

    def assessment(self) -> Assessment:
        """The assessment that was fitted, read from the run's own copies of its files.

        Raises
        ------
        InvalidInput
            If these files are no longer what the run was made from.
        """
        result = self.result()
        assessment = assess(self.read_scenario(result.scenario), self._prior_set(result.prior_set.digest)[1])
        self._check_names(result, assessment)
        return assessment

    def _check_names(self, result: FitResult, assessment: Assessment) -> None:
        """Refuse a result that is not of this assessment, by the names in it."""
        scenario = assessment.scenario
        needed: dict[str, Collection[str]] = {"weights": scenario.evidence}
        if result.has_results:
            # A run may have what counts for nothing: the ratio of an item that is stated as two chances.
            unused = assessment.priors.keys() - assessment.used.keys()
            needed |= {
                "events": scenario.literals,
                "quantities": assessment.used.keys() | (unused & result.quantities.keys()),
            }
        wrong = [name for name, known in needed.items() if set(getattr(result, name)) != set(known)]
        wrong += ["outcomes"] if set(result.outcomes) - set(scenario.outcomes) else []
        if wrong:
            message = f"the file is damaged: its names are not those of the scenario - at `$.{wrong[0]}`"
            raise invalid(message, code="damaged-file", file=str(self.folder / RESULT))

    def read_scenario(self, info: ScenarioInfo) -> Scenario:
        """The scenario as of the day of the run, if it is what the run was made from.

        Raises
        ------
        InvalidInput
            If it has another one.
        """
        scenario = read_scenario(self.scenario, info.as_of)
        if scenario.digest != info.digest:
            raise _changed(self.scenario, "scenario", info.digest)
        return scenario

    def own_prior_set(self) -> str:
        """The file of the prior set that was fitted, among those of the run: a path within its folder.

        Raises
        ------
        InvalidInput
            If none of them is what the run was made from.
        """
        return self._prior_set(self.result().prior_set.digest)[0].relative_to(self.folder).as_posix()

    def _prior_set(self, digest: str) -> tuple[Path, PriorSet]:
        unreadable: list[InvalidInput] = []
        for path, locate in self._readings():
            try:
                prior_set = read_prior_set(path, locate=locate)
            except InvalidInput as error:
                unreadable.append(error)
                continue
            if prior_set.digest == digest:
                return path, prior_set
        if unreadable:
            raise unreadable[0]
        raise _changed(self.folder / INPUTS / PRIORS, "prior set", digest)

    def _readings(self) -> Iterator[tuple[Path, Locate]]:
        """Each file that may be the prior set, with each meaning that `extends` may have had."""
        for path in sorted((self.folder / INPUTS / PRIORS).glob("*.toml")):
            yield path, _beside
            yield path, _below

    def texts(self) -> dict[str, str]:
        """The files that the run was made from, by their names in it.

        Raises
        ------
        InvalidInput
            If one of them is no text.
        """
        root = self.folder / INPUTS
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): read_text(path, largest=LARGEST_CSV) for path in files}

    @property
    def has_draws(self) -> bool:
        """Whether its draws were saved; those of a batch may not be."""
        return (self.folder / DRAWS).exists()

    def sample(self, group: str) -> Sample:
        """The saved draws of a group: `posterior`, `prior`, or `posterior_nuts`.

        Raises
        ------
        InvalidInput
            If they cannot be read.
        """
        return read_sample(self.folder / DRAWS, group)


def _beside(name: str, folder: Path) -> Path | None:
    """A file of that name in the same folder, wherever it was when it was read."""
    path = folder / f"{Path(name).name.removesuffix('.toml')}.toml"
    return path if path.exists() else None


def _below(name: str, folder: Path) -> Path | None:
    """One that had the same name as another of its chain, and was put below it."""
    return _beside(name, folder / EXTENDED) or _beside(name, folder)


def _changed(path: Path, what: str, digest: str) -> InvalidInput:
    message, allowed = "this is not what the run was made from", f"the {what} with the digest {digest[:12]}"
    return invalid(message, code="changed-input", file=str(path), allowed=allowed)
