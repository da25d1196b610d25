"""The file of a run's draws: NetCDF, as ArviZ and xarray read it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from estimative.model.inference.draws import resample
from estimative.model.inference.posterior import Posterior, quantity_values
from estimative.model.likelihood.layout import Index, Numbers
from estimative.priors.errors import InvalidInput, ascii_safe, invalid

if TYPE_CHECKING:
    from xarray import DataTree

    from estimative.model.assessment import Assessment
    from estimative.model.inference.prior_predictive import PriorPredictive
    from estimative.model.likelihood.theta import Theta

LARGEST = 1 << 30
"""Bytes: a thousand quantities take a tenth of it."""
MAX_DRAWS = 4000
"""Weighted draws are resampled to so many of equal weight, so that any reader of the file gets the right answer."""
CONDITIONS = (
    "outcome_condition is the probability of the condition of an outcome, 1 where it has none; the probability of a "
    "conditional outcome is the mean of outcome_probability weighted by it."
)


class DrawGroup(Struct, frozen=True, kw_only=True):
    """One group of the file: variables with their dims, each dim with its labels."""

    variables: Mapping[str, tuple[tuple[str, ...], Numbers]]
    labels: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, str]


class Sample(Struct, frozen=True, kw_only=True):
    """Equally weighted draws of one group."""

    outcomes: Mapping[str, Numbers]
    """Probability of each outcome; dims (draw). Not a number where its condition is impossible."""
    conditions: Mapping[str, Numbers]
    """Probability of each outcome's condition, 1 where it has none; dims (draw)."""
    degrees: Mapping[str, Numbers]
    """Of each quantity between 0 and 1 by its name, and of the share of every state of an event; dims (draw)."""


def draw_groups(answer: Posterior, posteriors: Sequence[Posterior], prior: PriorPredictive) -> dict[str, DrawGroup]:
    """The groups of a run.

    Returns
    -------
    `posterior`, of the fit that the numbers come from; `prior`; and `posterior_nuts` where NUTS confirmed them.
    """
    weights, count = prior.draws.weights, min(MAX_DRAWS, prior.draws.count)
    # Weighted only where a rare outcome needed draws where it is likely.
    first = np.arange(count) if np.ptp(weights) == 0 else resample(weights, count, answer.seed)
    groups = {
        "posterior": _posterior(answer),
        "prior": _group(answer, prior, first, 1, "draws from the prior"),
    }
    for posterior in posteriors:
        if posterior.method == "nuts" and posterior is not answer:
            groups["posterior_nuts"] = _posterior(posterior)
    return groups


def _posterior(posterior: Posterior) -> DrawGroup:
    draws = posterior.draws
    if draws.count == 1:
        rows, note = np.arange(1), "the only value, since nothing is uncertain"
    elif posterior.method == "importance":
        rows, note = resample(draws.weights, MAX_DRAWS, posterior.seed), "importance draws, resample to equal weights"
    else:
        rows, note = np.arange(draws.count), "NUTS draws"
    return _group(posterior, posterior, rows, draws.chains, note)


def _group(posterior: Posterior, holder: Posterior | PriorPredictive, rows: Index, chains: int, note: str) -> DrawGroup:
    theta = holder.draws.theta.at(rows)
    degrees = _degrees(posterior.assessment, theta)
    degree = np.reshape([*degrees.values()], (len(degrees), len(rows)))  # a scenario may have none at all
    labels = {"degree": tuple(degrees), "ratio": tuple(posterior.assessment.structure.quantities.ratios)}
    variables = {
        "degrees": (("chain", "draw", "degree"), _by_chain(degree, chains)),
        "ratios": (("chain", "draw", "ratio"), _by_chain(np.exp(theta.log_ratio), chains)),
    }
    for kind in ("outcome", "event"):
        places = [index for index, target in enumerate(holder.targets) if target.kind == kind]
        labels[kind] = tuple(holder.targets[index].id for index in places)
        yes, given = holder.probabilities.yes[places][:, rows], holder.probabilities.given[places][:, rows]
        chance = np.divide(yes, given, out=np.full_like(yes, np.nan), where=given > 0)
        variables[f"{kind}_probability"] = (("chain", "draw", kind), _by_chain(chance, chains))
        if kind == "outcome":
            variables["outcome_condition"] = (("chain", "draw", kind), _by_chain(given, chains))
    return DrawGroup(variables=variables, labels=labels, attributes={"note": f"{note}. {CONDITIONS}"})


def _degrees(assessment: Assessment, theta: Theta) -> dict[str, Numbers]:
    """Each degree by its name; of an event with states the share of every state, not its stick; dims (draw)."""
    quantities = assessment.structure.quantities
    degrees: dict[str, Numbers] = {}
    for entry, names in quantities.inputs.items():
        if states := quantities.all[names[0]].states:
            sticks = (theta.degree[quantities.degrees[stick]] for stick in names)
            degrees[f"{entry}.{states[0]}"] = np.asarray(math.prod(1 - stick for stick in sticks))
        degrees |= {name: quantity_values(assessment, theta, name) for name in names if name in quantities.degrees}
    return degrees


def _by_chain(values: Numbers, chains: int) -> Numbers:
    """dims (name, draw) -> (chain, draw, name)."""
    return np.ascontiguousarray(values.reshape(len(values), chains, values.shape[1] // chains).transpose(1, 2, 0))


def datatree(posterior: Posterior, prior: PriorPredictive) -> DataTree:
    """The groups `posterior` and `prior` as ArviZ has them, in memory."""
    from xarray import Dataset, DataTree

    groups = draw_groups(posterior, (posterior,), prior)
    return DataTree.from_dict(
        {
            name: Dataset(
                {variable: (dims, values) for variable, (dims, values) in group.variables.items() if values.size},
                coords={dim: list(labels) for dim, labels in group.labels.items() if labels},
                attrs=dict(group.attributes),
            )
            for name, group in groups.items()
        }
    )


def write_draws(path: Path, groups: Mapping[str, DrawGroup]) -> None:
    """Write NetCDF4 through HDF5, with every dim as a dimension scale: what `xarray.open_datatree` reads.

    Behind the content is its SHA-256, by which `read_sample` knows that it is what was written.
    """
    import h5py

    # In memory first: HDF5 ends the program where a disk is full.
    written = BytesIO()
    with h5py.File(written, "w") as file:
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
    path.write_bytes(written.getvalue() + _seal(written.getvalue()))


def _add_labels(group: Any, dim: str, labels: tuple[str, ...] | int) -> None:
    import h5py

    if isinstance(labels, int):
        group.create_dataset(dim, data=np.arange(labels))
    else:
        group.create_dataset(dim, data=np.array(labels, dtype=object), dtype=h5py.string_dtype())
    group[dim].make_scale(dim)


def read_sample(path: Path, group: str) -> Sample:
    """The draws of a group.

    Raises
    ------
    InvalidInput
        If they cannot be read, or are not those that were saved.
    """
    import h5py

    content = _content(path)
    try:
        with h5py.File(BytesIO(content)) as file:
            return _sample(file[group], len(content))
    # What is wrong with a file of HDF5 comes as whatever the library met first.
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from error


def _content(path: Path) -> bytes:
    """The bytes of a file that is not too large and has its seal; HDF5 may never end with a file that was changed."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise _damaged(path, "it is no file of draws")
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or type(error).__name__) from error
    if content[-len(_seal(b"")) :] != _seal(content[: -len(_seal(b""))]):
        raise _damaged(path, "the file was changed after it was saved")
    return content


def _seal(content: bytes) -> bytes:
    """What stands behind the content of a file, where HDF5 does not look."""
    return b"\nsha256 " + hashlib.sha256(content).hexdigest().encode() + b"\n"


def _damaged(path: Path, reason: str) -> InvalidInput:
    message = ascii_safe(f"the draws of this run cannot be read: {reason}")
    fix = "Fit again from the files in its folder inputs."
    return invalid(message, code="unreadable", file=str(path), suggestion=fix)


def _sample(group: Any, size: int) -> Sample:
    names = {variable: dict(_by_name(group, variable, dim, size)) for variable, dim in SAMPLED.items()}
    outcomes, conditions, degrees = names.values()
    if set(outcomes) != set(conditions) or len({values.shape for values in outcomes.values()}) > 1:
        raise ValueError("the outcomes and their conditions are not the same")
    return Sample(outcomes=outcomes, conditions=conditions, degrees=degrees)


def _by_name(group: Any, variable: str, dim: str, size: int) -> Iterator[tuple[str, Numbers]]:
    """A variable with dims (chain, draw, name) as one series for each name.

    Types and sizes are checked before anything is read: a variable cannot be larger than its file.
    """
    if variable not in group:
        return
    values, labels = group[variable], group[dim]
    if values.dtype != np.float64 or values.ndim != 3 or values.nbytes > size or labels.shape != values.shape[2:]:
        raise ValueError(f"{variable} has another type or size than it was written with")
    series = np.asarray(values)
    yield from zip(labels.asstr()[:], series.reshape(-1, series.shape[-1]).T, strict=True)


SAMPLED = {"outcome_probability": "outcome", "outcome_condition": "outcome", "degrees": "degree"}
"""The variables of a sample, and what their last dim holds."""
