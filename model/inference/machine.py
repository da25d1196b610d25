"""Computes a recorded function and its gradient in machine code; the same code for every scenario.

numba compiles it once for an installation and keeps it on disk.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from estimative.model.likelihood.tape import Operation

type Numbers = NDArray[np.float64]
type Integers = NDArray[np.int64]

# numba takes whole numbers under global names as constants, but not members of an enumeration.
ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, POWER, AT_LEAST = range(Operation.EXP)
EXP, EXPM1, LOG, LOG1P, LOGISTIC, ABSOLUTE, ACCUMULATE = range(Operation.EXP, len(Operation))
compiled = njit(cache=True, error_model="numpy", nogil=True)


@compiled
def forwards(instructions: Integers, operands: Integers, v: Numbers) -> None:
    """Compute all cells in turn, in place; dims of `v` (cell)."""
    for i in range(len(instructions)):
        operation, count, out, a = instructions[i]
        b, c = a + count, a + 2 * count
        if operation == ADD:
            for k in range(count):
                v[out + k] = v[operands[a + k]] + v[operands[b + k]]
        elif operation == SUBTRACT:
            for k in range(count):
                v[out + k] = v[operands[a + k]] - v[operands[b + k]]
        elif operation == MULTIPLY:
            for k in range(count):
                v[out + k] = v[operands[a + k]] * v[operands[b + k]]
        elif operation == DIVIDE:
            for k in range(count):
                v[out + k] = v[operands[a + k]] / v[operands[b + k]]
        elif operation == MAXIMUM:
            for k in range(count):
                v[out + k] = max(v[operands[a + k]], v[operands[b + k]])
        elif operation == POWER:
            for k in range(count):
                v[out + k] = v[operands[a + k]] ** v[operands[b + k]]
        elif operation == AT_LEAST:
            for k in range(count):
                v[out + k] = 1.0 if v[operands[a + k]] >= v[operands[b + k]] else 0.0
        elif operation == EXP:
            for k in range(count):
                v[out + k] = math.exp(v[operands[a + k]])
        elif operation == EXPM1:
            for k in range(count):
                v[out + k] = math.expm1(v[operands[a + k]])
        elif operation == LOG:
            for k in range(count):
                v[out + k] = math.log(v[operands[a + k]])
        elif operation == LOG1P:
            for k in range(count):
                v[out + k] = math.log1p(v[operands[a + k]])
        elif operation == LOGISTIC:
            for k in range(count):
                v[out + k] = 1 / (1 + math.exp(-v[operands[a + k]]))
        elif operation == ABSOLUTE:
            for k in range(count):
                v[out + k] = abs(v[operands[a + k]])
        elif operation == ACCUMULATE:
            for k in range(count):
                v[operands[c + k]] += v[operands[a + k]] * v[operands[b + k]]


@compiled
def backwards(instructions: Integers, operands: Integers, v: Numbers, slope: Numbers) -> None:
    """Compute how the value depends on each cell, in place, from the last cell on; dims of `v`, `slope` (cell)."""
    for i in range(len(instructions) - 1, -1, -1):
        operation, count, out, a = instructions[i]
        b, c = a + count, a + 2 * count
        for k in range(count):
            left = operands[a + k]
            result = operands[c + k] if operation == ACCUMULATE else out + k
            s = slope[result]
            if s == 0.0:  # also where the derivative of the operation is infinite
                continue
            if operation == ADD:
                slope[left] += s
                slope[operands[b + k]] += s
            elif operation == SUBTRACT:
                slope[left] += s
                slope[operands[b + k]] -= s
            elif operation in (MULTIPLY, ACCUMULATE):
                right = operands[b + k]
                slope[left] += s * v[right]
                slope[right] += s * v[left]
            elif operation == DIVIDE:
                right = operands[b + k]
                slope[left] += s / v[right]
                slope[right] -= s * v[result] / v[right]
            elif operation == MAXIMUM:
                slope[left if v[left] >= v[operands[b + k]] else operands[b + k]] += s
            elif operation == POWER:
                exponent = v[operands[b + k]]
                slope[left] += s * exponent * v[left] ** (exponent - 1)
            elif operation == EXP:
                slope[left] += s * v[result]
            elif operation == EXPM1:
                slope[left] += s * (v[result] + 1)
            elif operation == LOG:
                slope[left] += s / v[left]
            elif operation == LOG1P:
                slope[left] += s / (1 + v[left])
            elif operation == LOGISTIC:
                slope[left] += s * v[result] * (1 - v[result])
            elif operation == ABSOLUTE:
                slope[left] += s if v[left] >= 0 else -s


@compiled
def value_and_gradient(
    point: Numbers, instructions: Integers, operands: Integers, cells: Numbers
) -> tuple[float, Numbers]:
    """Compute a recorded function and its gradient.

    Parameters
    ----------
    point
        Where; dims (input).
    instructions, operands, cells
        See `tape.Program`.

    Returns
    -------
    The value, and its derivative by each input; dims (input).
    """
    v, slope = cells.copy(), np.zeros(len(cells))
    v[: len(point)] = point
    slope[-1] = 1.0
    forwards(instructions, operands, v)
    backwards(instructions, operands, v, slope)
    return v[-1], slope[: len(point)].copy()
