"""The run store: a folder for each run, written whole or not at all, never overwritten."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from estimative.priors.errors import InvalidInput, Issue, Place, invalid, nearest

if TYPE_CHECKING:
    from estimative.model.inference.posterior import Posterior, PriorPredictive
    from estimative.model.likelihood.layout import Numbers

ENVIRONMENT = "ESTIMATIVE_RUNS"
MANIFEST, SUMMARY, DRAWS, INPUTS = "manifest.json", "summary.json", "draws.nc", "inputs"
ANALYSES = "analyses.json"
"""What was found out about a run after it was kept."""
PARTIAL = ".partial-"
KEPT_DRAWS = 4000
"""Weighted draws are resampled to so many of equal weight, so that any reader of the file gets the right answer."""


CONDITIONS = (
    "outcome_condition is the probability of the condition of an outcome, 1 where it has none; the probability of a "
    "conditional outcome is the mean of outcome_probability weighted by it."
)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a list of runs shows."""

    id: str
    created: str
    """UTC, ISO 8601."""
    scenario: str
    prior_set: str
    method: str
    converged: bool
    headline: float | None
    """None where no number was told."""


@dataclass(frozen=True)
class Store:
    """A folder of runs."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None) -> Store:
        """The given folder, else that of the environment variable, else the user's data folder."""
        if folder is not None:
            return cls(folder)
        if named := os.environ.get(ENVIRONMENT):
            return cls(Path(named))
        from platformdirs import user_data_path

        return cls(user_data_path("estimative", appauthor=False) / "runs")

    def list(self) -> tuple[Manifest, ...]:
        """The runs, the newest first."""
        if not self.folder.is_dir():
            return ()
        found = [_manifest(path) for path in self.folder.iterdir() if not path.name.startswith(".")]
        return tuple(sorted((m for m in found if m is not None), key=lambda m: m.id, reverse=True))

    def find(self, name: str) -> Path:
        """The folder of a run: by its id, the beginning of its id, or `latest`.

        Raises
        ------
        Faulty
            If there is no such run, or several.
        """
        ids = [manifest.id for manifest in self.list()]
        matching = ids[:1] if name == "latest" else [run for run in ids if run == name] or [
            run for run in ids if name and run.startswith(name)
        ]  # fmt: skip
        if len(matching) == 1:
            return self.folder / matching[0]
        found = f"{len(matching)} runs begin like this" if matching else "there is no such run"
        expected = (
            "the id of a run, its beginning, or 'latest'"
            if ids
            else "a run; there is none yet: estimative fit makes one"
        )
        fault = Issue(
            code="unknown-name",
            message=found,
            place=Place(file=str(self.folder), key=name),
            allowed=expected,
            suggestion=nearest(name, ids) or "",
        )
        raise InvalidInput([fault])

    def write(self, manifest: Manifest, summary: str, inputs: Mapping[str, str], draws: Mapping[str, Draws]) -> Path:
        """Write a run, first under a name that no reader looks at.

        Raises
        ------
        Faulty
            If the folder cannot be written to.
        """
        partial = self.folder / f"{PARTIAL}{manifest.id}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            partial.mkdir()
            _fill(partial, manifest, summary, inputs, draws)
            partial.rename(self.folder / manifest.id)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise invalid(
                f"the run cannot be saved: {reason}",
                code="cannot-write",
                file=str(self.folder),
                allowed="a folder to write runs to",
            ) from error
        finally:
            if partial.exists():
                shutil.rmtree(partial, ignore_errors=True)
        return self.folder / manifest.id

    def _sweep(self) -> None:
        """Remove what runs that were killed an hour ago or longer left behind."""
        for path in self.folder.glob(f"{PARTIAL}*"):
            with suppress(OSError):  # another program may sweep here too
                if time.time() - path.stat().st_mtime > 3600:
                    shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Draws:
    """One group of the draws file: variables with their dims, each dim with its labels."""

    variables: Mapping[str, tuple[tuple[str, ...], Numbers]]
    labels: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, str]


def new_id(now: datetime.datetime) -> str:
    """An id that sorts by time and is not met twice."""
    utc = now.astimezone(datetime.UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z-{secrets.token_hex(3)}"


def groups_of(posterior: Posterior, before: PriorPredictive) -> dict[str, Draws]:
    """The groups `posterior` and `prior`, as ArviZ names them."""
    from estimative.model.inference.draws import resampled

    draws, weighted = posterior.draws, posterior.method == "importance"
    kept = resampled(draws.weights, KEPT_DRAWS, posterior.seed) if weighted else np.arange(draws.count)
    note = "importance draws, resampled to equal weights" if weighted else "NUTS draws"
    shared = np.arange(min(KEPT_DRAWS, before.draws.count))
    return {
        "posterior": _group(posterior, posterior, kept, posterior.draws.chains, note),
        "prior": _group(posterior, before, shared, 1, "plain draws from the prior"),
    }


def _group(posterior: Posterior, holder: Posterior | PriorPredictive, kept: Any, chains: int, note: str) -> Draws:
    quantities = posterior.assessment.structure.quantities
    labels = {"degree": tuple(quantities.degrees), "ratio": tuple(quantities.ratios)}
    theta = holder.draws.theta
    variables = {
        "degrees": (("chain", "draw", "degree"), _by_chain(theta.degree[:, kept], chains)),
        "ratios": (("chain", "draw", "ratio"), _by_chain(np.exp(theta.log_ratio[:, kept]), chains)),
    }
    for sort in ("outcome", "event"):
        places = [index for index, target in enumerate(holder.asked) if target.sort == sort]
        labels[sort] = tuple(holder.asked[index].id for index in places)
        yes, given = holder.probabilities.yes[places][:, kept], holder.probabilities.given[places][:, kept]
        chance = np.divide(yes, given, out=np.full_like(yes, np.nan), where=given > 0)
        variables[f"{sort}_probability"] = (("chain", "draw", sort), _by_chain(chance, chains))
        if sort == "outcome":
            variables["outcome_condition"] = (("chain", "draw", sort), _by_chain(given, chains))
    return Draws(variables=variables, labels=labels, attributes={"note": f"{note}. {CONDITIONS}"})


def _by_chain(values: Numbers, chains: int) -> Numbers:
    """dims (name, draw) -> (chain, draw, name)."""
    return np.ascontiguousarray(values.reshape(len(values), chains, values.shape[1] // chains).transpose(1, 2, 0))


def add(folder: Path, name: str, text: str) -> None:
    """Write a file more into the folder of a run, whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    partial = folder / f"{PARTIAL}{secrets.token_hex(3)}"
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, folder / name)
    finally:
        partial.unlink(missing_ok=True)


def _fill(
    folder: Path, manifest: Manifest, summary: str, inputs: Mapping[str, str], draws: Mapping[str, Draws]
) -> None:
    for name, text in inputs.items():
        path = folder / INPUTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / SUMMARY).write_text(summary, encoding="utf-8")
    _write_draws(folder / DRAWS, draws)
    content = {field: getattr(manifest, field) for field in Manifest.__dataclass_fields__}
    (folder / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _write_draws(path: Path, groups: Mapping[str, Draws]) -> None:
    """NetCDF4 by way of HDF5, with every dim as a dimension scale: what `xarray.open_datatree` reads."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, draws in groups.items():
            group = file.create_group(name)
            group.attrs.update(draws.attributes)
            for variable, (dims, values) in draws.variables.items():
                if not values.size:
                    continue  # a scenario may have no ratio at all
                dataset = group.create_dataset(variable, data=values)
                for axis, (dim, size) in enumerate(zip(dims, values.shape, strict=True)):
                    if dim not in group:
                        _add_labels(group, dim, draws.labels.get(dim, size))
                    dataset.dims[axis].attach_scale(group[dim])


def _add_labels(group: Any, dim: str, labels: tuple[str, ...] | int) -> None:
    import h5py

    if isinstance(labels, int):
        group.create_dataset(dim, data=np.arange(labels))
    else:
        group.create_dataset(dim, data=np.array(labels, dtype=object), dtype=h5py.string_dtype())
    group[dim].make_scale(dim)


def _manifest(folder: Path) -> Manifest | None:
    """The manifest of a run; None for a folder that is none."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**{**content, "id": folder.name})
    except (OSError, ValueError, TypeError):
        return None


def inputs_of(folder: Path) -> Iterator[tuple[str, str]]:
    """The files that a run was made from, as they were read."""
    root = folder / INPUTS
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(root)), path.read_text(encoding="utf-8")
