"""A saved run: its result, what it was made from, checked against its digests, and its draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from estimative.model.assessment import Assessment, assess
from estimative.model.codec import DamagedJson, from_json
from estimative.model.inference.fit_result import FitResult
from estimative.model.record.draws_file import Sample, read_sample
from estimative.model.record.run_store import DRAWS, INPUTS, MANIFEST, RESULT, Manifest
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import SCENARIO, read_scenario
from estimative.priors.catalog import Locate
from estimative.priors.errors import InvalidInput, invalid
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set

PRIORS, EXTENDED = "priors", "extended"
"""Folders of a run's inputs: of its prior sets, and of those that have the name of one that extends them."""


@dataclass(frozen=True)
class StoredRun:
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
        return replace(self.read(MANIFEST, Manifest), id=self.id)

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
        path = self.folder / name
        try:
            return from_json(path.read_bytes(), kind)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise invalid(f"the file cannot be read ({reason})", code="unreadable", file=str(path)) from error
        except DamagedJson as damage:
            raise invalid(f"the file is damaged: {damage}", code="damaged-file", file=str(path)) from damage

    def assessment(self) -> Assessment:
        """The assessment that was fitted, read from the run's own copies of its files.

        Raises
        ------
        InvalidInput
            If these files are no longer what the run was made from.
        """
        result = self.result()
        return assess(self.read_scenario(result.scenario.digest), self._prior_set(result.prior_set.digest)[1])

    def read_scenario(self, digest: str) -> Scenario:
        """The scenario, if it has this digest.

        Raises
        ------
        InvalidInput
            If it has another one.
        """
        scenario = read_scenario(self.scenario)
        if scenario.digest != digest:
            raise _changed(self.scenario, "scenario", digest)
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
        for path, locate in self._readings():
            with suppress(InvalidInput):
                prior_set = read_prior_set(path, locate=locate)
                if prior_set.digest == digest:
                    return path, prior_set
        raise _changed(self.folder / INPUTS / PRIORS, "prior set", digest)

    def _readings(self) -> Iterator[tuple[Path, Locate]]:
        """Each file that may be the prior set, with each meaning that `extends` may have had."""
        for path in sorted((self.folder / INPUTS / PRIORS).glob("*.toml")):
            yield path, _beside
            yield path, _below

    def texts(self) -> dict[str, str]:
        """The files that the run was made from, by their names in it."""
        root = self.folder / INPUTS
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}

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
