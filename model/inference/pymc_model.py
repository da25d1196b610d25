"""The model in PyMC: random variables for what is uncertain, and the evidence as one operation with a gradient.

The operation takes the recorded equations of a scenario as data (`likelihood.tape`), so that the graph is the same for
every scenario and prior set: its density is compiled once for an installation and found on disk after that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from msgspec import Struct
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import clone_replace
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from estimative.model.assessment import Assessment
from estimative.model.inference import machine
from estimative.model.inference.event_items import EventItems
from estimative.model.inference.prior_transform import Dimensions, PriorTransform, prior_transform
from estimative.model.likelihood.backend import Array
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.tape import TAPE, Program, Recorded, record

PROGRAM = ("instructions", "operands", "cells")
"""The parts of a recorded program, as names of shared variables."""


class EvidenceLogLikelihood(Op):  # type: ignore[misc]
    """(point, instructions, operands, cells) -> ln P(evidence | point), and its gradient; see `tape.Program`."""

    __props__ = ()

    def make_node(self, *inputs: Array) -> Apply:
        """Inputs as tensors; the outputs are a number and a vector as long as the point."""
        return Apply(self, [*map(pt.as_tensor_variable, inputs)], [pt.dscalar(), pt.dvector()])

    def perform(self, _: Apply, inputs: Sequence[Any], outputs: list[list[Any]]) -> None:
        """Compute both outputs."""
        value, gradient = machine.value_and_gradient(*inputs)
        outputs[0][0], outputs[1][0] = np.asarray(value), gradient

    def pullback(self, inputs: Sequence[Array], outputs: Sequence[Array], cotangents: Sequence[Array]) -> list[Array]:
        """The gradient is the second output already."""
        return [cotangents[0] * outputs[1], *(DisconnectedType()() for _ in inputs[1:])]

    def connection_pattern(self, _: Apply) -> list[list[bool]]:
        """Only the value depends on the point as far as a gradient can be asked for."""
        return [[True, False], *[[False, False]] * len(PROGRAM)]


@register_funcify_default_op_cache_key(EvidenceLogLikelihood)  # type: ignore[untyped-decorator]
def _in_numba(*_: object, **__: object) -> tuple[Callable[..., Any], int]:
    """The operation in numba, and a version: that of its source, since PyTensor cannot see that code on disk is old."""

    @numba_njit  # type: ignore[untyped-decorator]
    def evidence_log_likelihood(point: Any, instructions: Any, operands: Any, cells: Any) -> Any:
        value, gradient = machine.value_and_gradient(point, instructions, operands, cells)
        return np.array(value), gradient

    return evidence_log_likelihood, _source_version()


def _source_version() -> int:
    sources = b"".join(Path(file).read_bytes() for file in (__file__, machine.__file__))
    return int(hashlib.sha256(sources).hexdigest()[:8], 16)


evidence_log_likelihood = EvidenceLogLikelihood()


class ModelData(Struct, frozen=True, kw_only=True):
    """What differs between the models of two assessments."""

    degrees: tuple[str, ...]
    """Names of the uncertain degrees."""
    ratios: tuple[str, ...]
    """Names of the uncertain log ratios that the likelihood is not integrated over."""
    degree_prior: Numbers
    """a, b, lower, upper; dims (parameter, degree)."""
    ratio_prior: Numbers
    """mu, sigma; dims (parameter, ratio)."""
    program: Program
    """ln P(evidence | degrees, log ratios)."""

    def __repr__(self) -> str:
        return f"ModelData({len(self.degrees)} degrees, {len(self.ratios)} ratios, {self.program!r})"


def transform_of(assessment: Assessment) -> PriorTransform:
    """Return the map from the model's random variables to all quantities.

    The likelihood is integrated over the same quantities as in importance sampling, but for items whose motive is a
    factor: what these make of an event is a table, which has no recorded equation.
    """
    indicators = assessment.structure.event_indicators
    parameters = assessment.degree_parameters, assessment.ratio_parameters, assessment.weight
    items = EventItems.of(indicators, assessment.integrated_items, *parameters).apart_from_factors()
    dimensions = Dimensions.of([assessment]).without(
        indicators, integrated=assessment.integrated, items=items.positions
    )
    return prior_transform(assessment, dimensions)


def model_data(assessment: Assessment) -> ModelData:
    """Collect the priors of an assessment, and record its likelihood."""
    transform, quantities = transform_of(assessment), assessment.structure.quantities
    degrees, ratios = transform.free_degrees, transform.free_ratios

    def evidence(point: Recorded) -> Array:
        theta = transform.theta_at(TAPE, point[: len(degrees)], point[len(degrees) :])
        return log_likelihood(TAPE, assessment.structure, theta)

    return ModelData(
        degrees=tuple(np.array(list(quantities.degrees))[degrees].tolist()),
        ratios=tuple(np.array(list(quantities.ratios))[ratios].tolist()),
        degree_prior=transform.degree_parameters[:, degrees],
        ratio_prior=transform.ratio_parameters[:, ratios],
        program=record(evidence, transform.dimension),
    )


def pymc_model(data: ModelData) -> pm.Model:
    """Build the PyMC model of an assessment.

    Random variables
        `degree_share`, dims `degree`: Beta(a, b), the place of each uncertain degree between its bounds;
        `log_ratio_z`, dims `ratio`: Normal(0, 1), the standardised log ratios. Quantities that are constants, and
        those that the likelihood is integrated over, are in neither.

    Deterministic
        `degree_value`, dims `degree`, on [0, 1], and `log_ratio`, dims `ratio`: the quantities themselves.

    Data
        `degree_prior`, dims (`degree_parameter`, `degree`); `ratio_prior`, dims (`ratio_parameter`, `ratio`).

    Potential
        `evidence_log_likelihood`: ln P(evidence | quantities), the events summed out exactly, so that only continuous
        variables are left for NUTS.

    Coords carry the names of the prior set file. The parametrisation is non-centred: degree = lower + (upper - lower)
    `degree_share`, log ratio = mu + sigma `log_ratio_z`.
    """
    coords = {
        "degree": data.degrees,
        "ratio": data.ratios,
        "degree_parameter": ("a", "b", "lower", "upper"),
        "ratio_parameter": ("mu", "sigma"),
    }
    # Bound checks would put an `Assert` on every parameter into the graph; priors are validated when they are read.
    with pm.Model(coords=coords, check_bounds=False) as model:
        a, b, lower, upper = _rows(pm.Data("degree_prior", data.degree_prior, dims=("degree_parameter", "degree")), 4)
        mu, sigma = _rows(pm.Data("ratio_prior", data.ratio_prior, dims=("ratio_parameter", "ratio")), 2)
        # Shapes are taken from the data, not from the coords: the graph must not depend on how many there are.
        share = pm.Beta("degree_share", a, b, shape=a.shape, dims="degree")
        z = pm.Normal("log_ratio_z", 0, 1, shape=mu.shape, dims="ratio")
        degree = pm.Deterministic("degree_value", lower + (upper - lower) * share, dims="degree")
        log_ratio = pm.Deterministic("log_ratio", mu + sigma * z, dims="ratio")
        program = [pytensor.shared(getattr(data.program, name), name=name) for name in PROGRAM]
        value, _ = evidence_log_likelihood(pt.concatenate([degree, log_ratio]), *program)
        pm.Potential("evidence_log_likelihood", value)
    return model


def _rows(matrix: Array, count: int) -> list[Array]:
    return [matrix[row] for row in range(count)]


type Density = Callable[[Numbers], tuple[float, Numbers]]
"""Unconstrained point, dims (value) -> ln of its density, and the gradient of that."""


def density(data: ModelData) -> Density:
    """Return the log density of the PyMC model of an assessment in its unconstrained space.

    Degrees come first, as log-odds of their shares, then standardised log ratios.
    """
    compute, names = _compiled()
    arrays = {"degree_prior": data.degree_prior, "ratio_prior": data.ratio_prior}
    arrays |= {name: getattr(data.program, name) for name in PROGRAM}
    shared = [np.ascontiguousarray(arrays[name]) for name in names]

    def log_density(point: Numbers) -> tuple[float, Numbers]:
        value, gradient = compute(point, *shared)
        return float(value), gradient

    return log_density


@cache
def _compiled() -> tuple[Callable[..., tuple[Any, Any]], tuple[str, ...]]:
    """Compile the density of any of these models, as a function of the point and of data of these names."""
    model = pymc_model(_ANY)
    share, z = (model.rvs_to_values[model[name]] for name in ("degree_share", "log_ratio_z"))
    total = model.logp()
    outputs = [total, pt.concatenate(pt.grad(total, [share, z]))]
    point, degrees = pt.dvector("point"), model["degree_prior"].shape[1]
    outputs = clone_replace(outputs, {share: point[:degrees], z: point[degrees:]}, rebuild_strict=False)
    # With fast-math, freshly compiled code and code from the disk may round differently, and a seed would no longer
    # give the same digits. The sources that PyTensor generates are named by their content and are used again; without a
    # folder of their own, each would stay behind in the system's temporary folder under a new name.
    sources = str(Path(pytensor.config.compiledir) / "sources")
    with pytensor.config.change_flags(numba__fastmath=False, generated_src_dir=sources):
        function = pytensor.function([pytensor.In(point, borrow=True)], outputs, mode="NUMBA")
        compute, shared = function.vm.jit_fn, function.get_shared()
        compute(np.zeros(4), *(variable.get_value() for variable in shared))  # numba compiles at the first call
    return compute, tuple(variable.name for variable in shared)


_ANY = ModelData(
    degrees=("a", "b"),
    ratios=("c", "d"),
    degree_prior=np.array([[2.0, 2.0], [2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]),
    ratio_prior=np.array([[0.0, 0.0], [1.0, 1.0]]),
    program=record(lambda point: point.sum(axis=0), 4),
)
"""Data of no assessment in particular, with which the density is compiled."""
