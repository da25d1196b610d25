"""The model in PyMC, sampled by nutpie's NUTS; the only module that imports PyMC.

nutpie compiles the model's log density and gradient to machine code through numba and samples in Rust: several times
faster than `pm.sample`, and all chains run in one process. Compiling takes ten seconds or more, so a scenario is
compiled once. Prior parameters and evidence weights are `pm.Data`: fitting another prior set swaps data, in a fraction
of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray

from estimative.model.assessment import Assessment
from estimative.model.inference.array_statistics import array_stats
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.draws import Draws
from estimative.model.inference.event_items import EventItems
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.likelihood.backend import TINY, Array, Backend
from estimative.model.likelihood.equations import EPSILON, Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.variable_elimination import by_enumeration

CHAINS = 4
DRAWS = 1000
"""For each chain."""
SMALLEST = 1e-290
"""Nearer to 0, the equations cannot tell a degree from 0."""


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """How carefully chains are adapted."""

    target_accept: float
    """Higher means smaller steps."""
    tune: int
    """Warm-up draws of each chain, which adapt the step size and the mass matrix and are discarded."""


LADDER = (
    # Above nutpie's default of 0.8: fewer divergences where priors are wide.
    Adaptation(target_accept=0.85, tune=500),
    Adaptation(target_accept=0.95, tune=1000),
    Adaptation(target_accept=0.99, tune=2000),
)
"""What is tried in turn until a fit passes its checks."""


def _concatenate(parts: Sequence[Array]) -> Array:
    """Join vectors by adding them into zeros: the gradient of `pt.concatenate` takes seconds longer to compile."""
    sizes = [part.type.shape[0] for part in map(pt.as_tensor_variable, parts)]
    ends = np.cumsum(sizes)
    joined = pt.zeros(int(ends[-1]))
    for part, size, end in zip(parts, sizes, ends, strict=True):
        if size:
            joined = pt.inc_subtensor(joined[int(end - size) : int(end)], part)
    return joined


def _combine(matrix: Array, vector: Array) -> Array:
    """Multiply and sum, since each matrix product in the graph costs 5-10 s of numba compilation."""
    return (matrix * vector[None, :]).sum(axis=1)


def _total(function: Callable[[Array], Array], numbers: Numbers, like: Array) -> Array:
    """Sum along a first axis of its own: few operations, each of which has to be compiled."""
    return function(numbers.reshape(-1, *[1] * like.ndim)).sum(axis=0)


PYTENSOR = Backend(
    exp=pt.exp,
    expm1=pt.expm1,
    log=pt.log,
    log1p=pt.log1p,
    logistic=pt.sigmoid,
    maximum=pt.maximum,
    log_mass=lambda mass: pt.log(pt.maximum(mass, TINY)),  # a finite gradient, where log 0 has none
    concatenate=_concatenate,
    stack=pt.stack,
    combine=_combine,
    product=lambda left, right: (left[:, :, None] * right[None]).sum(axis=1),
    column=lambda values: values,
    total=_total,
    weigh=lambda weights, log_likelihoods: weights * log_likelihoods,
    constant=lambda values, like: pt.constant(np.asarray(values, dtype=float)),
)
"""The backend of the equations for one draw: no `draw` axis, and nothing but broadcasting and sums."""


def pymc_model(structure: Structure, data: Mapping[str, Numbers]) -> pm.Model:
    """Build the PyMC model of a scenario.

    Random variables
        `degree_share`, dims `degree`: Beta(a, b), the place of each degree between its bounds;
        `log_ratio_z`, dims `ratio`: Normal(0, 1), the standardised log ratios. Those that the likelihood is integrated
        over (`Structure.integrated`) are not in it; their draws are replaced by draws given all else.

    Data
        `degree_prior`, dims (`degree_parameter`, `degree`); `ratio_prior`, dims (`ratio_parameter`, `ratio`);
        `weight`, dims `evidence`; `event_items`, dims (`state`, `node`), what items about events that are integrated
        over make of the network's nodes; `degree_source` and `ratio_source`, positions of the quantities that these are
        the same as, mostly their own.

    Potential
        `evidence_log_likelihood`: ln P(evidence | theta), the binary events summed out exactly, so that only
        continuous variables are left for NUTS.

    Coords carry the names of the prior set file. The parametrisation is non-centred: degree = lower + (upper - lower)
    `degree_share`, log ratio = mu + sigma `log_ratio_z`. A constant is a prior of no width (lower = upper, sigma = 0),
    so that every prior set of a scenario is the same compiled model with other data.

    Parameters
    ----------
    structure
        Of the scenario.
    data
        Values of the three data variables, see `model_data`.
    """
    quantities = structure.quantities
    degrees, ratios = len(quantities.degrees), len(quantities.ratios)
    coords = {
        "degree": list(quantities.degrees),
        "ratio": list(quantities.ratios),
        "evidence": list(structure.scenario.evidence),
        "state": ["no", "yes"],
        "node": list(structure.soft_evidence_events),
        "degree_parameter": ["a", "b", "lower", "upper"],
        "ratio_parameter": ["mu", "sigma", "integrated_sigma"],
    }
    # Bound checks would put an `Assert` on every parameter into the graph; priors are validated when they are read.
    with pm.Model(coords=coords, check_bounds=False) as model:
        a, b, lower, upper = _rows(_data("degree_prior", data, "degree_parameter", "degree"))
        mu, sigma, integrated = _rows(_data("ratio_prior", data, "ratio_parameter", "ratio"))
        weight = _data("weight", data, "evidence")
        # A scenario without degrees, or without ratios, has no such random variable.
        share = _degree_share(a, b, degrees) if degrees else pt.zeros(0)
        z = pm.Normal("log_ratio_z", 0, 1, shape=ratios, dims="ratio") if ratios else pt.zeros(0)
        degree = (lower + (upper - lower) * share)[_data("degree_source", data, "degree")]
        log_ratio = (mu + sigma * z)[_data("ratio_source", data, "ratio")]
        event_items = _data("event_items", data, "state", "node") if structure.soft_evidence_events else None
        theta = Theta(
            degree=degree, log_ratio=log_ratio, weight=weight, log_ratio_sd=integrated, event_items=event_items
        )
        # Enumeration, not elimination: under PyTensor cost is the number of operations, each of which is compiled.
        pm.Potential("evidence_log_likelihood", log_likelihood(PYTENSOR, structure, theta, by_enumeration))
    return model


def _degree_share(a: Array, b: Array, degrees: int) -> Array:
    # A fixed initial value: the default is a moment of the priors that happened to be compiled in.
    return pm.Beta("degree_share", a, b, shape=degrees, dims="degree", initval=np.full(degrees, 0.5))


def _data(name: str, data: Mapping[str, Numbers], *dims: str) -> Array:
    """Register data whose values may change but not their shape: a known shape halves the compile time."""
    return pm.Data(name, data[name], dims=dims, shape=data[name].shape)


def _rows(matrix: Array) -> list[Array]:
    return [matrix[index] for index in range(matrix.type.shape[0])]


def model_data(assessment: Assessment) -> dict[str, Numbers]:
    """Collect the values of the model's data variables for one assessment."""
    mu, sigma = assessment.ratio_parameters
    integrated, items = np.isin(np.arange(len(mu)), assessment.integrated), _integrated_items(assessment)
    return {
        "degree_prior": assessment.degree_parameters,
        "ratio_prior": np.stack([mu, np.where(integrated, 0.0, sigma), np.where(integrated, sigma, 0.0)]),
        "weight": items.without(assessment.weight),
        "event_items": items.constants,
        "degree_source": assessment.degree_source,
        "ratio_source": assessment.ratio_source,
    }


def _integrated_items(assessment: Assessment) -> EventItems:
    """The items about events that are integrated over: not those whose motive is a factor, which take a table."""
    items = EventItems.of(
        assessment.structure.event_indicators,
        assessment.integrated_items,
        assessment.degree_parameters,
        assessment.ratio_parameters,
        assessment.weight,
    )
    return items.apart_from_factors()


def starting_points(assessment: Assessment, transform: PriorTransform, z: Numbers) -> Numbers:
    """Convert draws in the space of standard normals to the unconstrained space of the PyMC model; dims (draw, value).

    Parameters
    ----------
    z
        dims (free, draw).
    """
    quantities = assessment.structure.quantities
    # Also where the likelihood does not depend on it: nutpie refuses a start with a gradient of exactly 0.
    rng = np.random.default_rng(z.shape[1])
    log_odds = rng.logistic(size=(len(quantities.degrees), z.shape[1]))
    standardised = rng.standard_normal((len(quantities.ratios), z.shape[1]))
    split = len(transform.free_degrees)
    log_odds[transform.free_degrees] = transform.log_odds(z[:split])
    standardised[transform.free_ratios] = z[split:]
    return np.ascontiguousarray(np.concatenate([log_odds, standardised]).T)


@dataclass(frozen=True, kw_only=True)
class CompiledModel:
    """A scenario's model, compiled for any prior set of that scenario."""

    structure: Structure
    program: Any
    """nutpie's compiled model."""

    def __repr__(self) -> str:
        return f"CompiledModel({self.structure!r})"


def compile_model(assessment: Assessment) -> CompiledModel:
    """Compile an assessment's scenario; its prior set provides nothing but the initial data."""
    model = pymc_model(assessment.structure, model_data(assessment))
    # With fast-math, freshly compiled code and code from numba's cache may round differently, and a seed would no
    # longer give the same digits.
    # The sources that PyTensor generates are named by their content and are used again; without a folder of their own,
    # each would stay behind in the system's temporary folder under a new name.
    sources = str(Path(pytensor.config.compiledir) / "sources")
    with pytensor.config.change_flags(numba__fastmath=False, generated_src_dir=sources):
        return CompiledModel(structure=assessment.structure, program=nutpie.compile_pymc_model(model))


def sample(
    model: CompiledModel,
    assessment: Assessment,
    *,
    seed: int,
    draws: int = DRAWS,
    chains: int = CHAINS,
    adaptation: Adaptation = LADDER[0],
    starts: Numbers | None = None,
) -> Draws:
    """Draw from the posterior of an assessment of the compiled scenario.

    Parameters
    ----------
    draws
        For each chain.
    starts
        Where each chain starts, in the unconstrained space; dims (chain, value).
    seed
        The same seed gives the same draws, on any number of cores.
    """
    data = model_data(assessment)
    # PyTensor drops data that nothing depends on, such as the ratio prior where there are no ratios.
    used = {variable.name for variable in model.program.shared_var_keys}
    program = model.program.with_data(**{name: values for name, values in data.items() if name in used})
    # A sampler for each chain, so that each chain gets the start that is meant for it.
    samplers = [
        nutpie.sample(
            program if starts is None else replace(program, initial_point_func=partial(_start, starts[chain])),
            draws=draws,
            tune=adaptation.tune,
            chains=1,
            seed=int(np.random.SeedSequence([seed, chain]).generate_state(1)[0]),
            target_accept=adaptation.target_accept,
            progress_bar=False,
            save_warmup=False,
            blocking=False,
        )
        for chain in range(chains)
    ]
    traces = [sampler.wait() for sampler in samplers]
    share, z = (_joined(traces, name, draws) for name in ("degree_share", "log_ratio_z"))
    _, _, lower, upper = data["degree_prior"]
    mu, sigma, integrated = data["ratio_prior"]
    theta = Theta(
        degree=(lower[:, None] + (upper - lower)[:, None] * share)[assessment.degree_source],
        log_ratio=(mu[:, None] + sigma[:, None] * z)[assessment.ratio_source],
        weight=data["weight"],
        log_ratio_sd=integrated,
        event_items=np.repeat(data["event_items"][..., None], chains * draws, axis=2),
    )
    theta, _ = sample_integrated(assessment, theta, _integrated_items(assessment), np.random.default_rng([seed, 4]))
    return Draws(
        method="nuts",
        theta=theta,
        weights=np.full(chains * draws, 1 / (chains * draws)),
        chains=chains,
        diagnostics={
            "divergences": float(sum(trace.sample_stats["diverging"].sum() for trace in traces)),
            "tune": adaptation.tune,
            "target_accept": adaptation.target_accept,
            "ebfmi": float(min(array_stats.bfmi(trace.sample_stats["energy"].to_numpy()).min() for trace in traces)),
            "beyond": float(np.mean(_at_an_end(share[lower < upper]))),
        },
    )


def _start(start: Numbers, _: int) -> Numbers:
    """The point at which a chain starts, whatever the seed."""
    return start


def _at_an_end(share: Numbers) -> NDArray[np.bool_]:
    """Whether some degree is where a float cannot tell it from an end of its support; dims (degree, draw) -> (draw)."""
    return np.asarray(((share <= SMALLEST) | (share >= 1 - EPSILON)).any(axis=0))


def _joined(traces: Sequence[Any], name: str, draws: int) -> Numbers:
    """A variable of single chains, dims (chain, draw, quantity) -> (quantity, draw); empty where it is missing."""
    if name not in traces[0].posterior:
        return np.zeros((0, len(traces) * draws))
    return np.concatenate([trace.posterior[name].to_numpy()[0] for trace in traces]).T
