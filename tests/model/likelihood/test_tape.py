"""The recorded likelihood, against NumPy's and its differences; and each operation that can be recorded, alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given
from msgspec.structs import replace

from estimative.model.inference import machine
from estimative.model.likelihood.backend import NUMPY, Array, Backend
from estimative.model.likelihood.layout import Link, Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.tape import TAPE, Operation, Recorded, record
from estimative.model.likelihood.theta import Theta
from tests.examples import examples, later
from tests.model.likelihood.test_log_joint import FIXED, spread_of
from tests.recorded import Evaluate, evaluate, points_of, recorded_likelihood, slopes
from tests.strategies import Valued, valued, valued_scenarios

each_fixed = pytest.mark.parametrize("name", [later(name) if "breach" in name else name for name in FIXED])
"""Of two that have repeated already, one will do."""
links = pytest.mark.parametrize("link", ["log_odds", "noisy_or"])
IMPOSSIBLE = -300.0
"""What is impossible has a lower log-likelihood than this."""


def linked(scene: Valued, link: Link) -> Structure:
    return replace(structure_of(scene.scenario), link=link)


@cache
def fixed(name: str, link: Link, sd: float | None) -> tuple[Structure, Theta]:
    """A scenario with three values for every quantity, with spreads of ratios where these are integrated over."""
    scene = valued(FIXED[name](), seed=2, draws=3)
    return linked(scene, link), replace(scene.theta, log_ratio_sd=None if sd is None else spread_of(scene, sd))


@cache
def recorded(name: str, link: Link, sd: float | None) -> Evaluate:
    """The likelihood of a fixed scenario: what takes long is to record it, not to evaluate it."""
    return recorded_likelihood(*fixed(name, link, sd))


@links
@pytest.mark.parametrize("sd", [None, 0.6])
@each_fixed
def test_the_recorded_likelihood_is_that_of_numpy(name: str, sd: float | None, link: Link) -> None:
    """Value and slopes are those of NumPy's likelihood at every point, also with ratios integrated out."""
    structure, theta = fixed(name, link, sd)
    evaluated = recorded(name, link, sd)
    expected = np.broadcast_to(log_likelihood(NUMPY, structure, theta), 3)
    for point, value in zip(points_of(theta).T, expected, strict=True):
        result, gradient = evaluated(point)
        assert result == pytest.approx(value, rel=1e-11, abs=1e-11)
        assert gradient == pytest.approx(slopes(structure, theta, point), rel=1e-4, abs=1e-6)


@links
@examples(10)
@given(scene=valued_scenarios(most_events=4, most_states=6))
def test_random_likelihoods_are_those_of_numpy(scene: Valued, link: Link) -> None:
    """Of any scenario and values, also at the ends of degrees; what is impossible has a very low number, not -inf."""
    structure, theta = linked(scene, link), scene.theta
    evaluated = recorded_likelihood(structure, theta)
    assume(not any(math.isnan(oracle.log_likelihood) for oracle in scene.oracles))  # a forecast without a chance
    expected = np.broadcast_to(log_likelihood(NUMPY, structure, theta), points_of(theta).shape[1])
    for point, value in zip(points_of(theta).T, expected, strict=True):
        result, gradient = evaluated(point)
        assert np.isfinite(result)
        assert np.isfinite(gradient).all()
        assert result == pytest.approx(value, rel=1e-9, abs=1e-9) if value > IMPOSSIBLE else result < IMPOSSIBLE


@links
@examples(10)
@given(scene=valued_scenarios(most_events=4, most_states=6, draws=1))
def test_random_slopes_are_those_of_numpy(scene: Valued, link: Link) -> None:
    """Away from the ends of degrees, and from ratios of 1, the gradient is what NumPy's likelihood changes by."""
    structure, theta = linked(scene, link), scene.theta
    point = np.concatenate([np.clip(theta.degree, 0.02, 0.98), theta.log_ratio + 0.01])[:, 0]
    assume(np.isfinite(scene.oracles[0].log_likelihood))
    _, gradient = recorded_likelihood(structure, theta)(point)
    assert gradient == pytest.approx(slopes(structure, theta, point), rel=1e-4, abs=1e-6)


@links
@pytest.mark.parametrize("sd", [0.0, 2.5])
@pytest.mark.parametrize(("degree", "log_sd"), [(0.5, 0.0), (1e-290, -10.0), (1 - 1e-16, 30.0)])
@each_fixed
def test_gradients_are_finite_wherever_a_chain_may_come(
    name: str, degree: float, log_sd: float, sd: float, link: Link
) -> None:
    """At the ends of the degrees, however far off the evidence is, value and gradient are numbers."""
    structure, theta = fixed(name, link, sd)
    log_ratio = theta.log_ratio[:, 0].copy()
    log_ratio[structure.integrated] = log_sd
    value, gradient = recorded(name, link, sd)(np.concatenate([np.full(len(theta.degree), degree), log_ratio]))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


# Operations

X = np.array([0.3, 0.8, 0.45, 0.1, 0.62, 0.97])
MATRIX = np.array([[1.0, 0.0, -2.0, 0.0, 0.5, 0.0], [0.0] * 6, [0.0, 3.0, 0.0, 1.0, 1.0, 2.0]])
OPERATIONS: dict[str, Callable[[Backend, Array], Array]] = {
    "add": lambda b, x: x + x[::-1],
    "add numbers": lambda b, x: (1 + x) + X,
    "subtract": lambda b, x: x - 2 * x[::-1],
    "subtract numbers": lambda b, x: (1 - x) - X[::-1],
    "negate": lambda b, x: -x,
    "multiply": lambda b, x: x * x[::-1],
    "multiply numbers": lambda b, x: MATRIX * x,
    "divide": lambda b, x: x / x[::-1],
    "divide numbers": lambda b, x: 2 / x - x / 3,
    "maximum": lambda b, x: b.maximum(x, x[::-1]),
    "maximum of numbers": lambda b, x: b.maximum(0.5, b.maximum(x, 0.4)),
    "power": lambda b, x: x**1.7,
    "negative power": lambda b, x: x**-2,
    "square": lambda b, x: (x - 0.5) ** 2,
    "at least": lambda b, x: (x >= 0.5) * x,
    "at least, alone": lambda b, x: x >= x[::-1],
    "absolute": lambda b, x: abs(x - 0.5),
    "exp": lambda b, x: b.exp(-3 * x),
    "expm1": lambda b, x: b.expm1(1e-9 * x),
    "log": lambda b, x: b.log(x),
    "log1p": lambda b, x: b.log1p(1e-9 * x),
    "logistic": lambda b, x: b.logistic(9 * x - 4),
    "logistic, far out": lambda b, x: b.logistic(4000 * (x - 0.5)),
    "log mass": lambda b, x: b.log_mass(x),
    "sum": lambda b, x: (x * X).reshape(2, 3).sum(axis=0),
    "sum over axes": lambda b, x: (MATRIX[:, :, None] * x.reshape(1, 6, 1) * x).sum(axis=(0, 2)),
    "sum over the first axes": lambda b, x: (MATRIX[:, :, None] * x).sum(axis=(0, 1)),
    "sum over all axes": lambda b, x: x.reshape(2, 3).sum(axis=(0, 1)),
    "sum of nothing": lambda b, x: x[:0].reshape(0, 3).sum(axis=0) + x[:3],
    "sums of no rows": lambda b, x: b.concatenate([x, x[:0].reshape(2, 0).sum(axis=0)]),
    "sum with numbers": lambda b, x: b.concatenate([x, X, x]).reshape(3, 6).sum(axis=0),
    "highest": lambda b, x: x.reshape(2, 3).max(axis=1),
    "highest over axes": lambda b, x: (MATRIX[:, :, None] * x).max(axis=(0, 2)),
    "index": lambda b, x: x[np.array([[0, 0], [5, 2]])],
    "transpose": lambda b, x: x.reshape(2, 3).transpose(1, 0) * X.reshape(3, 2),
    "concatenate": lambda b, x: b.concatenate([x, X, 2 * x]),
    "stack": lambda b, x: b.stack([x, X, 2 * x]),
    "combine": lambda b, x: b.combine(MATRIX, x),
    "combine numbers": lambda b, x: b.combine(MATRIX, b.concatenate([X[:4], x[:2]])),
    "product": lambda b, x: b.product(x.reshape(1, 3, 2), x.reshape(3, 1, 2)),
    "an input": lambda b, x: x[2],
    "a number": lambda b, x: 7.0,
}
"""With the same meaning for NumPy and recorded; of two arrays, of an array and numbers, and of single values."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_the_value_and_slope_of_numbers(name: str) -> None:
    """Alone, each operation has NumPy's value at every element, and slopes that its differences have."""
    operation = OPERATIONS[name]
    results = np.asarray(operation(NUMPY, X), dtype=float)
    for element in range(results.size):

        def pick(result: Array, element: int = element) -> Array:
            return result.reshape(-1)[element] if np.ndim(result) or isinstance(result, Recorded) else result

        value, gradient = evaluate(record(lambda x: pick(operation(TAPE, x)), len(X)))(X)
        assert value == pytest.approx(results.flat[element], rel=1e-14)
        steps = 1e-6 * np.eye(len(X))
        up, down = (
            [np.asarray(operation(NUMPY, X + sign * step), dtype=float).flat[element] for step in steps]
            for sign in (1, -1)
        )
        assert gradient == pytest.approx(np.subtract(up, down) / 2e-6, rel=1e-7, abs=1e-9 * max(1, abs(value)))


def test_every_operation_is_recorded_by_one_of_these() -> None:
    """Together, the functions above record each operation there is."""
    programs = (
        record(lambda x, f=f: TAPE.concatenate([np.zeros(1), f(TAPE, x).reshape(-1)])[-1], 6)
        for name, f in OPERATIONS.items()
        if name != "a number"
    )
    assert {code for program in programs for code in program.instructions[:, 0].tolist()} == set(Operation)


def test_weights_columns_and_totals_are_those_of_numpy() -> None:
    """What NumPy does at several draws is recorded for one."""
    draws = X[:, None]
    for recorded, numbers in (
        (lambda x: TAPE.weigh(X, x), NUMPY.weigh(X, draws)),
        (lambda x: TAPE.column(X) * x, NUMPY.column(X) * draws),
        (lambda x: TAPE.total(lambda n: n * x, X, x), NUMPY.total(lambda n: n * draws, X, draws)),
        (lambda x: TAPE.constant(X, x) + x, NUMPY.constant(X, draws) + draws),
    ):
        for element in range(len(X)):
            value, _ = evaluate(record(lambda x, i=element, f=recorded: f(x)[i], len(X)))(X)
            assert value == pytest.approx(numbers[element, 0], rel=1e-14)


def test_operations_on_constants_alone_are_not_recorded() -> None:
    """A function of constants alone is one instruction; where some elements are constants, only others count."""

    def partly(x: Recorded) -> Recorded:
        return TAPE.exp(TAPE.concatenate([x[:2], X]))

    program = record(lambda x: TAPE.log(partly(x)[2:] + 1).max(axis=0) * TAPE.combine(MATRIX, partly(x)[2:])[0], 6)
    value, gradient = evaluate(program)(X)
    assert len(program.instructions) == 1 + 2, "besides the two exponentials of inputs, which nothing depends on"
    assert program.instructions[:2, 1].tolist() == [2, 2]
    assert value == pytest.approx(np.log(np.exp(X) + 1).max() * (MATRIX @ np.exp(X))[0], rel=1e-14)
    assert not gradient.any()
    alone = record(lambda x: TAPE.log(TAPE.concatenate([x, X])[6:] + 1).sum(axis=0), 6)
    assert len(alone.instructions) == 1


def test_reprs_are_short() -> None:
    """Neither programs nor recorded arrays show their numbers."""
    seen: list[Recorded] = []
    program = record(lambda x: seen.append(x) or x.sum(axis=0), 6)
    assert repr(program) == f"Program(6 inputs, 2 instructions, {len(program.cells)} cells)"
    assert all(len(repr(each)) < 100 for each in (seen[0], seen[0].tape))


def test_equals_are_at_least_as_large() -> None:
    """Of two equal numbers neither is less."""
    program = record(lambda x: (x >= 0.25).sum(axis=0), 2)
    assert evaluate(program)(np.array([0.25, 0.2]))[0] == 1.0


def test_an_infinite_slope_of_what_does_not_count_is_none() -> None:
    """Where the value does not depend on a logarithm of 0, its slope there is 0, and no infinity times 0."""
    program = record(lambda x: TAPE.maximum(TAPE.log(x), 5.0).sum(axis=0), 1)
    value, gradient = evaluate(program)(np.zeros(1))
    assert (value, list(gradient)) == (5.0, [0.0])


def test_the_machine_has_every_operation_under_its_number() -> None:
    """A number that means another operation there would compute something else without an error."""
    assert {operation.name: getattr(machine, operation.name) for operation in Operation} == dict(
        Operation.__members__.items()
    )
