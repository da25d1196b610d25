"""The project file: which scenario, prior sets and saved runs the commands in a folder are about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from estimative.model.spec.scenario_file import shipped_scenarios
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import InvalidInput, ascii_safe, nearest, quote
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table

PROJECT_FILE = "estimative.toml"
FLAGSHIP, BASELINE = "coordinated-attack", "baseline"
"""What commands are about without a project."""


class Project(Struct, frozen=True, kw_only=True):
    """What the commands in a folder are about; names of shipped files, or paths."""

    scenario: str | None = None
    priors: tuple[str, ...] = ()
    """The first is the one that is fitted."""
    runs: Path | None = None

    @classmethod
    def find(cls, folder: Path) -> Project:
        """Read the project file of a folder, or of the nearest one above it; without any, an empty project.

        Raises
        ------
        InvalidInput
            With every error of the file.
        """
        here = folder.resolve()
        found = next((path for above in (here, *here.parents) if (path := above / PROJECT_FILE).is_file()), None)
        if found is None:
            return cls()
        return cls.read(folder / PROJECT_FILE if found.parent == here else found)

    @classmethod
    def read(cls, path: Path) -> Project:
        """Read a project file; its paths start at its own folder.

        Raises
        ------
        InvalidInput
            With every error of the file.
        """
        table = Table.of(TomlFile.read(path))
        entries = table.table("project")
        scenario, runs = entries.text("scenario", default=""), entries.text("runs", default="")
        shipped_sets = {name for sets in shipped_prior_sets().values() for name in sets}
        priors = [
            _located(path.parent, name, shipped_sets, entries, "priors", at)
            for at, name in enumerate(entries.texts("priors"))
        ]
        subject = _located(path.parent, scenario, shipped_scenarios(), entries, "scenario") if scenario else None
        entries.no_more()
        table.no_more()
        table.raise_issues()
        return cls(
            scenario=subject,
            priors=tuple(file for name in priors for file in prior_set_files(name)),
            runs=path.parent / runs if runs else None,
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """The scenario and prior sets that are files."""
        names = (*([self.scenario] if self.scenario else []), *self.priors)
        return tuple(Path(name) for name in names if Path(name).is_file())

    def subject(self, scenario: str | None, priors: str | None) -> tuple[str, str]:
        """Scenario and prior set of a command that names both, one or none.

        A prior set alone finds the scenario that it is for: the project's, one in its own folder, or a shipped one.
        """
        if priors is None:
            priors = self.priors[0] if self.priors and scenario is None else BASELINE
        return scenario or self.scenario_for([priors]), priors

    def team(self, scenario: str | None, priors: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Scenario and prior sets of a command about several analysts; no prior sets stand for all shipped ones."""
        if not priors and scenario is None:
            priors = self.priors
        return scenario or self.scenario_for(priors), tuple(priors)

    def scenario_for(self, priors: Sequence[str], *, default: str = "") -> str:
        """The scenario that prior sets are for, else a default, else that of the project or the flagship."""
        files = [Path(file) for name in priors for file in prior_set_files(name) if Path(file).is_file()]
        wanted = [identity for file in files for identity in stated_text(file, "prior_set", "scenario")]
        for identity in wanted:
            own = [self.scenario] if self.scenario else []
            beside = [str(path) for file in files for path in sorted(file.parent.glob("*.toml"))]
            for candidate in (*own, *beside):
                if identity in stated_text(Path(candidate), "scenario", "id"):
                    return candidate
            if identity in shipped_scenarios():
                return identity
        return default or self.scenario or FLAGSHIP


def prior_set_files(name: str) -> tuple[str, ...]:
    """The prior sets in a folder; a name that is no folder stands for itself."""
    if not Path(name).is_dir():
        return (name,)
    files = [path for path in sorted(Path(name).glob("*.toml")) if path.name != PROJECT_FILE]
    return tuple(str(path) for path in files if not is_scenario(path))


def is_scenario(path: Path) -> bool:
    """Whether a file is a scenario; one that cannot be read is not, so that it is read for another and reported."""
    with suppress(InvalidInput):
        data = TomlFile.read(path).data
        return "scenario" in data and "prior_set" not in data
    return False


def _located(folder: Path, name: str, shipped: Collection[str], table: Table, *keys: str | int) -> str:
    """A path from the folder of the project file, or the name of a shipped file; else an error of the table."""
    if (folder / name).exists():
        return str(folder / name)
    if name not in shipped:
        near = nearest(name, [*shipped, *(path.name for path in folder.iterdir())])
        message = f"{quote(name)} is neither a path from here nor the name of a shipped file"
        table.error(*keys, code="no-such-file", message=message, value=name, suggestion=ascii_safe(near or ""))
    return name


def stated_text(path: Path, table: str, key: str) -> Iterator[str]:
    """A text in a file; its errors are reported when it is read for its own sake."""
    with suppress(InvalidInput):
        entries = TomlFile.read(path).data.get(table)
        if isinstance(entries, dict) and isinstance(entries.get(key), str):
            yield entries[key]
