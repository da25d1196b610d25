"""A run that was kept: what it was made from, read again and held against its digests, and its draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from estimative.model.assessment import Assessment, assess
from estimative.model.likelihood.layout import Numbers
from estimative.model.record.run_store import DRAWS, INPUTS
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import SCENARIO, read_scenario
from estimative.priors.catalog import Locate
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set

PRIORS, EXTENDED = "priors", "extended"
"""Folders of a run's inputs: of its prior sets, and of those that have the name of one that extends them."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Equally weighted draws of one group of a run: "posterior" or "prior"."""

    outcomes: Mapping[str, Numbers]
    """Probability of each outcome; dims (draw). Not a number where its condition cannot be so."""
    conditions: Mapping[str, Numbers]
    """Probability of each outcome's condition, 1 where it has none; dims (draw)."""
    degrees: Mapping[str, Numbers]
    """Of each quantity between 0 and 1 by its name, factors among them; dims (draw)."""


@dataclass(frozen=True)
class StoredRun:
    """The folder of a run."""

    folder: Path

    @property
    def scenario(self) -> Path:
        """The scenario's file, as it was read."""
        return self.folder / INPUTS / SCENARIO

    def assessment(self, *, scenario_digest: str, prior_set_digest: str) -> Assessment:
        """What was fitted, read again from the run's own copies of its files.

        Raises
        ------
        Faulty
            If these files are no longer what the run was made from.
        """
        return assess(self._scenario(scenario_digest), self._prior_set(prior_set_digest)[1])

    def own_prior_set(self, digest: str) -> str:
        """The file that the run was asked for, among those of its prior sets: a path within its folder.

        Raises
        ------
        Faulty
            If none of them is what the run was made from.
        """
        return self._prior_set(digest)[0].relative_to(self.folder).as_posix()

    def _scenario(self, digest: str) -> Scenario:
        scenario = read_scenario(self.scenario)
        if scenario.digest != digest:
            raise InvalidInput([_changed(self.scenario, "scenario", digest)])
        return scenario

    def _prior_set(self, digest: str) -> tuple[Path, PriorSet]:
        for path, locate in self._readings():
            with suppress(InvalidInput):
                prior_set = read_prior_set(path, locate=locate)
                if prior_set.digest == digest:
                    return path, prior_set
        raise InvalidInput([_changed(self.folder / INPUTS / PRIORS, "prior set", digest)])

    def _readings(self) -> Iterator[tuple[Path, Locate]]:
        """Each file that may be the one that was asked for, with each sense that `extends` may have had."""
        for path in sorted((self.folder / INPUTS / PRIORS).glob("*.toml")):
            yield path, _beside
            yield path, _below

    def sample(self, group: str) -> Sample:
        """The draws that were kept of a group.

        Raises
        ------
        Faulty
            If they cannot be read.
        """
        import h5py

        path = self.folder / DRAWS
        try:
            with h5py.File(path) as file:
                return _sample(file[group])
        except (OSError, KeyError) as error:
            raise invalid(
                "there are no such draws", code="invalid-run", file=str(path), allowed="the draws of a run"
            ) from error


def _sample(group: object) -> Sample:
    return Sample(
        outcomes=dict(_named(group, "outcome_probability", "outcome")),
        conditions=dict(_named(group, "outcome_condition", "outcome")),
        degrees=dict(_named(group, "degrees", "degree")),
    )


def _named(group: object, variable: str, dim: str) -> Iterator[tuple[str, Numbers]]:
    """A variable with dims (chain, draw, name) as one series for each name."""
    if variable in group:  # type: ignore[operator]
        values = np.asarray(group[variable])  # type: ignore[index]
        names = group[dim].asstr()[:]  # type: ignore[index]
        yield from zip(names, values.reshape(-1, values.shape[-1]).T, strict=True)


def _beside(name: str, folder: Path) -> Path | None:
    """A file of that name in the same folder, wherever it lay when it was read."""
    path = folder / f"{Path(name).name.removesuffix('.toml')}.toml"
    return path if path.exists() else None


def _below(name: str, folder: Path) -> Path | None:
    """One that had the same name as another of its chain, and was put below it."""
    return _beside(name, folder / EXTENDED) or _beside(name, folder)


def _changed(path: Path, what: str, digest: str) -> Issue:
    return Issue(
        code="invalid-run",
        message=f"the {what} is not the one that the run was made from",
        place=Place(file=str(path)),
        allowed=f"the {what} {digest[:12]}",
    )
