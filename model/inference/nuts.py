"""The same equations as a PyMC model, sampled by nutpie's NUTS. The only caller of a sampler.

A scenario is compiled once: prior parameters and weights are data of the compiled model, so that another prior set
is a swap of data and takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
from arviz_stats.base import array_stats

from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.likelihood.backend import TINY, Array, Backend
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.variable_elimination import by_enumeration

CHAINS = 4
TUNE = 500
DRAWS = 1000
TARGET_ACCEPT = 0.85


def _concatenate(parts: Sequence[Array]) -> Array:
    """One after the other, by adding into zeros: the gradient of a plain join takes seconds more to compile."""
    sizes = [part.type.shape[0] for part in map(pt.as_tensor_variable, parts)]
    ends = np.cumsum(sizes)
    whole = pt.zeros(int(ends[-1]))
    for part, size, end in zip(parts, sizes, ends, strict=True):
        if size:
            whole = pt.inc_subtensor(whole[int(end - size) : int(end)], part)
    return whole


def _combine(matrix: Array, vector: Array) -> Array:
    """Multiply and sum: a matrix product would cost 5-10 s of compilation under numba."""
    return (matrix * vector[None, :]).sum(axis=1)


PYTENSOR = Backend(
    exp=pt.exp,
    expm1=pt.expm1,
    log=pt.log,
    log1p=pt.log1p,
    maximum=pt.maximum,
    log_mass=lambda mass: pt.log(pt.maximum(mass, TINY)),
    concatenate=_concatenate,
    stack=pt.stack,
    combine=_combine,
    column=lambda values: values,
    weigh=lambda weights, log_likelihoods: weights * log_likelihoods,
    constant=lambda values, like: pt.constant(np.asarray(values, dtype=float)),
)


def pymc_model(structure: Structure, data: Mapping[str, Numbers]) -> pm.Model:
    """A scenario as a PyMC model; dims `degree`, `ratio`, `evidence` carry the quantities' names.

    Degrees are lower + (upper - lower) Beta(a, b), ratios exp(mu + sigma Normal(0, 1)): non-centred, so that a
    constant has no width and every prior set is the same model with other numbers.
    """
    quantities = structure.quantities
    degrees, ratios = len(quantities.degrees), len(quantities.ratios)
    coords = {
        "degree": list(quantities.degrees),
        "ratio": list(quantities.ratios),
        "evidence": list(structure.scenario.evidence),
        "degree_parameter": ["a", "b", "lower", "upper"],
        "ratio_parameter": ["mu", "sigma"],
    }
    with pm.Model(coords=coords, check_bounds=False) as built:
        a, b, lower, upper = _rows(_fixed_shape("degree_prior", data, "degree_parameter", "degree"))
        mu, sigma = _rows(_fixed_shape("ratio_prior", data, "ratio_parameter", "ratio"))
        weight = _fixed_shape("weight", data, "evidence")
        share = _shares(a, b, degrees)
        score = pm.Normal("score", 0, 1, shape=ratios, dims="ratio") if ratios else pt.zeros(0)
        theta = Theta(degree=lower + (upper - lower) * share, log_ratio=mu + sigma * score, weight=weight)
        pm.Potential("evidence_log_likelihood", log_likelihood(PYTENSOR, structure, theta, by_enumeration))
    return built


def _shares(a: Array, b: Array, degrees: int) -> Array:
    """Degrees before they are stretched. Chains start in the middle, whichever prior set the model is compiled with."""
    if not degrees:
        return pt.zeros(0)
    return pm.Beta("share", a, b, shape=degrees, dims="degree", initval=np.full(degrees, 0.5))


def _fixed_shape(name: str, data: Mapping[str, Numbers], *dims: str) -> Array:
    """Data that may change in value only: with a shape known beforehand, the graph compiles in half the time."""
    return pm.Data(name, data[name], dims=dims, shape=data[name].shape)


def _rows(matrix: Array) -> list[Array]:
    return [matrix[index] for index in range(matrix.type.shape[0])]


def _data(assessment: Assessment) -> dict[str, Numbers]:
    return {
        "degree_prior": assessment.degree_parameters,
        "ratio_prior": assessment.ratio_parameters,
        "weight": assessment.weight,
    }


@dataclass(frozen=True, kw_only=True)
class CompiledModel:
    """A scenario ready to be fitted with any prior set for it."""

    structure: Structure
    program: Any
    """nutpie's compiled model."""


def compile_model(assessment: Assessment) -> CompiledModel:
    """Compile an assessment's scenario; the prior set only gives the data to start from."""
    built = pymc_model(assessment.structure, _data(assessment))
    # Fast-math lets code compiled afresh and code from the cache round differently: the seed would not fix the digits.
    with pytensor.config.change_flags(numba__fastmath=False):
        return CompiledModel(structure=assessment.structure, program=nutpie.compile_pymc_model(built))


def sample(
    ready: CompiledModel,
    assessment: Assessment,
    *,
    seed: int,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
) -> Draws:
    """Draw from the posterior of an assessment of the compiled scenario.

    Parameters
    ----------
    draws, tune
        For each chain.
    seed
        The same seed gives the same draws, however many cores there are.
    """
    data = _data(assessment)
    used = {variable.name for variable in ready.program.shared_var_keys}  # without ratios there is no ratio prior
    trace = nutpie.sample(
        ready.program.with_data(**{name: values for name, values in data.items() if name in used}),
        draws=draws,
        tune=tune,
        chains=chains,
        seed=seed,
        target_accept=TARGET_ACCEPT,
        progress_bar=False,
        save_warmup=False,
    )
    share, score = (_flat(trace.posterior, name, chains * draws) for name in ("share", "score"))
    _, _, lower, upper = data["degree_prior"]
    mu, sigma = data["ratio_prior"]
    theta = Theta(
        degree=lower[:, None] + (upper - lower)[:, None] * share,
        log_ratio=mu[:, None] + sigma[:, None] * score,
        weight=data["weight"],
    )
    energy = trace.sample_stats["energy"].to_numpy()
    return Draws(
        method="nuts",
        theta=theta,
        weights=np.full(chains * draws, 1 / (chains * draws)),
        chains=chains,
        diagnostics={
            "divergences": float(trace.sample_stats["diverging"].sum()),
            "ebfmi": float(np.min(array_stats.bfmi(energy))),
        },
    )


def _flat(group: Any, name: str, draws: int) -> Numbers:
    """A variable of the trace with dims (chain, draw, quantity) -> (quantity, draw); none of it where it is none."""
    if name not in group:
        return np.zeros((0, draws))
    array = group[name].to_numpy()
    return np.asarray(array.reshape(draws, -1).T)
