"""A function as the list of its elementary operations, recorded while the equations run once for one scenario.

NUTS needs the likelihood and its gradient at one point after another, as machine code. Compiled for each scenario, that
takes half a minute. Recorded as data, every scenario runs on one program that was compiled once: `inference.machine`
goes through the list forwards for the value, and backwards for the gradient (reverse-mode differentiation: Griewank &
Walther 2008, Evaluating Derivatives, ch. 3 and 4).

A recorded array is an array of positions in one vector of numbers, the cells: first the inputs of the function, then
constants and results as they come. Indexing, reshaping and joining arrays are therefore done when the function is
recorded, and so are operations on constants alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray
from scipy.special import expit

from estimative.model.likelihood.backend import TINY, Array, Backend

type Cells = NDArray[np.int64]
"""Positions of cells."""


class Operation(IntEnum):
    """What an instruction does with its operands, element by element."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3
    MAXIMUM = 4
    POWER = 5
    """The exponent is a constant."""
    AT_LEAST = 6
    """1 where the first is not less than the second, else 0; without a slope."""
    EXP = 7
    EXPM1 = 8
    LOG = 9
    LOG1P = 10
    LOGISTIC = 11
    ABSOLUTE = 12
    ACCUMULATE = 13
    """Adds the product of its first two operands to the cell that the third one gives."""


NUMERIC: Mapping[Operation, Callable[..., Any]] = {
    Operation.ADD: np.add,
    Operation.SUBTRACT: np.subtract,
    Operation.MULTIPLY: np.multiply,
    Operation.DIVIDE: np.divide,
    Operation.MAXIMUM: np.maximum,
    Operation.POWER: np.power,
    Operation.AT_LEAST: lambda left, right: np.greater_equal(left, right).astype(float),
    Operation.EXP: np.exp,
    Operation.EXPM1: np.expm1,
    Operation.LOG: np.log,
    Operation.LOG1P: np.log1p,
    Operation.LOGISTIC: expit,
    Operation.ABSOLUTE: np.abs,
}
"""The same on numbers, for constants."""


class Program(Struct, frozen=True, kw_only=True, eq=False):
    """A recorded function of one vector, as arrays that a machine goes through."""

    inputs: int
    """The length of the vector; the first cells."""
    instructions: NDArray[np.int64]
    """Operation, number of elements, first cell of the results, and where its operands start; dims (instruction, 4)."""
    operands: NDArray[np.int64]
    """Cells: of each instruction all of its first operands, then all of its second ones, and so on; dims (operand)."""
    cells: NDArray[np.float64]
    """Constants where they belong, 0 elsewhere; the last is the value of the function; dims (cell)."""

    def __repr__(self) -> str:
        return f"Program({self.inputs} inputs, {len(self.instructions)} instructions, {len(self.cells)} cells)"


def record(function: Callable[[Recorded], Array], inputs: int) -> Program:
    """Record a function from a vector to a number."""
    tape = Tape()
    value = function(Recorded(tape, tape.allocate(inputs, varies=True)))
    # The value has the last cell, also where it is a constant or was computed early.
    tape.instruct(Operation.ADD, [tape.cells_of(value).ravel(), tape.constant(np.zeros(1))], varies=True)
    return Program(
        inputs=inputs,
        instructions=np.array(tape.instructions, dtype=np.int64).reshape(-1, 4),
        operands=np.concatenate(tape.operands),
        cells=np.where(tape.varies, 0.0, tape.values)[: tape.count],
    )


class Tape(Struct, kw_only=True, eq=False):
    """What has been recorded so far."""

    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1024))
    """Of the constants; dims (cell, with room for more)."""
    varies: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1024, dtype=bool))
    """Whether a cell depends on the inputs; dims as `values`."""
    count: int = 0
    """Of cells in use."""
    instructions: list[tuple[int, int, int, int]] = field(default_factory=list)
    operands: list[Cells] = field(default_factory=list)
    operand_count: int = 0

    __repr__ = object.__repr__

    def allocate(self, count: int, *, varies: bool) -> Cells:
        """Take the next cells; dims (count)."""
        start, self.count = self.count, self.count + count
        if self.count > len(self.values):
            room = np.zeros(max(self.count, len(self.values)))
            self.values = np.concatenate([self.values, room])
            self.varies = np.concatenate([self.varies, room > 0])
        self.varies[start : self.count] = varies
        return np.arange(start, self.count)

    def constant(self, values: Array) -> Cells:
        """Keep numbers as constants; dims as they have."""
        numbers = np.asarray(values, dtype=float)
        cells = self.allocate(numbers.size, varies=False)
        self.values[cells] = numbers.ravel()
        return cells.reshape(numbers.shape)

    def cells_of(self, array: Array) -> Cells:
        """Where an array is kept: numbers become constants."""
        return array.cells if isinstance(array, Recorded) else self.constant(array)

    def instruct(self, operation: Operation, operands: Sequence[Cells], *, varies: bool) -> Cells:
        """Record an operation on operands of the same length, with as many results."""
        results = self.allocate(len(operands[0]), varies=varies)
        self._append(operation, int(results[0]), operands)
        return results

    def _append(self, operation: Operation, first_result: int, operands: Sequence[Cells]) -> None:
        self.instructions.append((operation, len(operands[0]), first_result, self.operand_count))
        self.operands.extend(operands)
        self.operand_count += sum(map(len, operands))

    def apply(self, operation: Operation, *operands: Array) -> Recorded:
        """Record an operation, element by element, on arrays that broadcast against each other."""
        cells = np.broadcast_arrays(*map(self.cells_of, operands))
        flat = [each.ravel() for each in cells]
        varies = np.logical_or.reduce([self.varies[each] for each in flat])
        results = np.empty(len(varies), dtype=np.int64)
        if not varies.all():
            with np.errstate(all="ignore"):
                known = NUMERIC[operation](*(self.values[each[~varies]] for each in flat))
            results[~varies] = self.constant(known)
        if varies.any():
            results[varies] = self.instruct(operation, [each[varies] for each in flat], varies=True)
        return Recorded(self, results.reshape(cells[0].shape))

    def sums_of_products(self, left: Cells, right: Cells, row: Cells, rows: int) -> Recorded:
        """Record sums of products; dims (row).

        Parameters
        ----------
        left, right
            The factors of each term; dims (term).
        row
            The sum that each term belongs to; dims (term).
        rows
            How many sums there are.
        """
        absent = [~self.varies[factor] & (self.values[factor] == 0) for factor in (left, right)]
        left, right, row = (each[~(absent[0] | absent[1])] for each in (left, right, row))
        moving = self.varies[left] | self.varies[right]
        products = self.values[left[~moving]] * self.values[right[~moving]]
        start = np.bincount(row[~moving], products, rows)
        results = self.constant(start)
        if moving.any():
            changed = np.flatnonzero(np.bincount(row[moving], minlength=rows))
            cells = self.allocate(len(changed), varies=True)
            place = np.zeros(rows, dtype=np.int64)
            place[changed] = cells
            self._append(Operation.ACCUMULATE, 0, [left[moving], right[moving], place[row[moving]]])
            added = Recorded(self, results[changed]) + Recorded(self, cells) if start[changed].any() else None
            results[changed] = cells if added is None else added.cells
        return Recorded(self, results)


class Recorded(Struct, frozen=True, eq=False):
    """An array on a tape, with the operators and methods of NumPy arrays that the equations use."""

    __array_ufunc__ = None  # so that NumPy leaves operators with its own arrays to this class

    tape: Tape
    cells: Cells

    __repr__ = object.__repr__

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    @property
    def ndim(self) -> int:
        return self.cells.ndim

    @property
    def size(self) -> int:
        return self.cells.size

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, index: Any) -> Recorded:
        return Recorded(self.tape, self.cells[index])

    def reshape(self, *shape: Any) -> Recorded:
        return Recorded(self.tape, self.cells.reshape(*shape))

    def transpose(self, *axes: Any) -> Recorded:
        return Recorded(self.tape, self.cells.transpose(*axes))

    def __add__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.ADD, self, other)

    def __radd__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.ADD, other, self)

    def __sub__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.SUBTRACT, self, other)

    def __rsub__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.SUBTRACT, other, self)

    def __mul__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.MULTIPLY, self, other)

    def __rmul__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.MULTIPLY, other, self)

    def __truediv__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.DIVIDE, self, other)

    def __rtruediv__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.DIVIDE, other, self)

    def __ge__(self, other: Array) -> Recorded:
        return self.tape.apply(Operation.AT_LEAST, self, other)

    def __neg__(self) -> Recorded:
        return self.tape.apply(Operation.SUBTRACT, 0.0, self)

    def __abs__(self) -> Recorded:
        return self.tape.apply(Operation.ABSOLUTE, self)

    def __pow__(self, exponent: float) -> Recorded:
        return self * self if exponent == 2 else self.tape.apply(Operation.POWER, self, exponent)

    def sum(self, axis: int | tuple[int, ...]) -> Recorded:
        """Add up along axes."""
        terms = self._by_result(axis)
        rows = math.prod(terms.shape[:-1])
        row = np.repeat(np.arange(rows), terms.shape[-1])
        one = np.broadcast_to(self.tape.constant(1.0), row.shape)
        return self.tape.sums_of_products(terms.ravel(), one, row, rows).reshape(terms.shape[:-1])

    def max(self, axis: int | tuple[int, ...]) -> Recorded:
        """Find the highest along axes, by halves."""
        left = Recorded(self.tape, self._by_result(axis))
        while (count := left.shape[-1]) > 1:
            half = count // 2
            higher = self.tape.apply(Operation.MAXIMUM, left[..., :half], left[..., half : 2 * half])
            left = _concatenate([higher, left[..., 2 * half :]], axis=-1)
        return left[..., 0]

    def _by_result(self, axis: int | tuple[int, ...]) -> Cells:
        """Bring the axes that go to the end, as one; dims (..., term)."""
        axes = axis if isinstance(axis, tuple) else (axis,)
        last = np.moveaxis(self.cells, axes, range(-len(axes), 0))
        return last.reshape(*last.shape[: last.ndim - len(axes)], math.prod(last.shape[last.ndim - len(axes) :]))


def _concatenate(parts: Sequence[Array], axis: int = 0) -> Array:
    tapes = [part.tape for part in parts if isinstance(part, Recorded)]
    if not tapes:
        return np.concatenate(parts, axis=axis)
    return Recorded(tapes[0], np.concatenate([tapes[0].cells_of(part) for part in parts], axis=axis))


def _stack(parts: Sequence[Array]) -> Array:
    return _concatenate([part[None] for part in parts])


def _combine(matrix: NDArray[np.float64], vector: Array) -> Array:
    if not isinstance(vector, Recorded):
        return matrix @ vector
    row, column = np.nonzero(matrix)
    weights = vector.tape.constant(matrix[row, column])
    return vector.tape.sums_of_products(weights, vector.cells[column], row, len(matrix))


def _elementwise(operation: Operation) -> Callable[..., Array]:
    """An operation on recorded arrays and on numbers alike."""

    def apply(*operands: Array) -> Array:
        for operand in operands:
            if isinstance(operand, Recorded):
                return operand.tape.apply(operation, *operands)
        return NUMERIC[operation](*operands)

    return apply


_log, _maximum = _elementwise(Operation.LOG), _elementwise(Operation.MAXIMUM)

TAPE = Backend(
    exp=_elementwise(Operation.EXP),
    expm1=_elementwise(Operation.EXPM1),
    log=_log,
    log1p=_elementwise(Operation.LOG1P),
    logistic=_elementwise(Operation.LOGISTIC),
    maximum=_maximum,
    log_mass=lambda mass: _log(_maximum(mass, TINY)),  # a finite slope, where log 0 has none
    concatenate=_concatenate,
    stack=_stack,
    combine=_combine,
    product=lambda left, right: (left[:, :, None] * right[None]).sum(axis=1),
    column=np.asarray,
    weigh=lambda weights, log_likelihoods: weights * log_likelihoods,
    total=lambda function, numbers, like: function(numbers.reshape(-1, *[1] * like.ndim)).sum(axis=0),
    constant=lambda values, like: np.asarray(values, dtype=float),
)
"""The backend of the equations for one draw: no `draw` axis."""
