"""The recorded likelihood of a scenario, and what the machine makes of it."""

from __future__ import annotations

import numpy as np

from estimative.model.inference import machine
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.tape import TAPE, Program, Recorded, record


def recorded_likelihood(structure: Structure, theta: Theta) -> Program:
    """Record ln P(evidence | point); a point is the degrees, then the log ratios, and all else that of a theta."""
    degrees = len(theta.degree)

    def evidence(point: Recorded) -> Recorded:
        parts = Theta(
            degree=point[:degrees], log_ratio=point[degrees:], weight=theta.weight, log_ratio_sd=theta.log_ratio_sd
        )
        return log_likelihood(TAPE, structure, parts)

    return record(evidence, degrees + len(theta.log_ratio))


def points_of(theta: Theta) -> Numbers:
    """The draws of a theta as points; dims (draw, quantity)."""
    return np.ascontiguousarray(np.concatenate([theta.degree, theta.log_ratio]).T)


def value_and_gradient(program: Program, point: Numbers) -> tuple[float, Numbers]:
    """Compute a recorded function and its gradient."""
    return machine.value_and_gradient(point, program.instructions, program.operands, program.cells)


def differences(program: Program, point: Numbers, steps: Numbers) -> Numbers:
    """What a step forwards less one backwards changes, along each input; dims (input)."""
    ends = [[value_and_gradient(program, place)[0] for place in point + side * np.diag(steps)] for side in (0.5, -0.5)]
    return np.subtract(*ends)
