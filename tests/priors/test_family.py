"""The two families."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from estimative.priors.distributions import Family, LogNormal, ScaledBeta
from estimative.priors.quantile_fit import Support, fit
from estimative.priors.statement_syntax import read_stated
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table

shapes = st.floats(0.05, 1e4)
degrees = st.builds(
    lambda a, b, ends: ScaledBeta(a=a, b=b, lower=min(ends), upper=max(ends)),
    shapes,
    shapes,
    st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True),
)
ratios = st.builds(LogNormal, mu=st.floats(-20, 20), sigma=st.floats(1e-3, 5))


def moments(family: Family) -> tuple[float, float]:
    """Mean and standard deviation by brute force: midpoints of 20,000 slices of equal probability."""
    slices = np.array([family.quantile(p) for p in (np.arange(20_000) + 0.5) / 20_000])
    return float(slices.mean()), float(slices.std())


@pytest.mark.parametrize(
    "family",
    [
        ScaledBeta(a=2, b=5),
        ScaledBeta(a=0.5, b=33.5),
        ScaledBeta(a=2, b=3, lower=0.2, upper=0.6),
        LogNormal(mu=0.7, sigma=0.3),
        LogNormal(mu=-2, sigma=0.8),
        ScaledBeta.fixed(0.3),
        LogNormal.fixed(3.0),
    ],
)
def test_moments(family: Family) -> None:
    """Mean and standard deviation are those of the quantiles."""
    mean, sd = moments(family)
    assert family.mean == pytest.approx(mean, rel=1e-3)
    assert family.sd == pytest.approx(sd, rel=1e-2, abs=1e-12)


@given(family=degrees | ratios, p=st.floats(0.001, 0.999))
def test_quantiles_and_probabilities_are_inverse(family: Family, p: float) -> None:
    """The probability below a quantile is the one that the quantile was asked for."""
    x = family.quantile(p)
    if isinstance(family, ScaledBeta):  # within a few floats of an end the probability jumps
        assume(min(x - family.lower, family.upper - x) > 1e-9 and family.upper - family.lower > 1e-3)
    assert family.cdf(x) == pytest.approx(p, abs=1e-5)


@pytest.mark.parametrize(("constant", "value"), [(ScaledBeta.fixed(0.3), 0.3), (LogNormal.fixed(3.0), 3.0)])
def test_constants(constant: Family, value: float) -> None:
    """A constant has one value, no spread, and all its probability there."""
    assert constant.constant
    assert constant.sd == 0
    assert [constant.quantile(p) for p in (0.0, 0.05, 0.5, 1.0)] == pytest.approx([value] * 4)
    assert (constant.cdf(value - 1e-9), constant.cdf(value)) == (0, 1)


@given(family=degrees | ratios)
def test_only_constants_are_constant(family: Family) -> None:
    """A family with any spread is no constant."""
    assert not family.constant
    assert family.sd > 0


def test_probabilities_beyond_the_support() -> None:
    """Below its support a family has probability 0, above it 1."""
    degree = ScaledBeta(a=2, b=2, lower=0.2, upper=0.6)
    assert (degree.cdf(0.1), degree.cdf(0.7)) == (0, 1)
    assert (LogNormal(mu=0, sigma=1).cdf(0), LogNormal(mu=0, sigma=1).cdf(-1)) == (0, 0)


def test_moments_beyond_floats() -> None:
    """A lognormal whose moments are beyond the largest float says that they are infinite."""
    assert LogNormal(mu=0, sigma=40).mean == math.inf
    assert LogNormal(mu=0, sigma=20).sd > 1e100


@given(family=degrees | ratios | st.floats(0, 1).map(ScaledBeta.fixed) | st.floats(1e-300, 1e300).map(LogNormal.fixed))
def test_written_families_read_back(family: Family) -> None:
    """A family written as TOML reads back, and is fitted, as exactly the same family."""
    support = Support.RATIO if isinstance(family, LogNormal) else Support.DEGREE
    stated = read_stated(Table.of(TomlFile.parse(f"x = {family.toml()}", file="x.toml")), "x")
    assert stated is not None
    assert fit(stated, support).family == family


def test_a_constant_is_written_as_a_number() -> None:
    """A constant is written as the number that was stated, to the last digit."""
    for value in (0.1, 1.1, 3.0, 7.3, 1e-5, 240.1):
        assert tomllib.loads(f"x = {LogNormal.fixed(value).toml()}")["x"] == value


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: ScaledBeta(a=0, b=1), id="no shape"),
        pytest.param(lambda: ScaledBeta(a=1, b=math.inf), id="infinite shape"),
        pytest.param(lambda: ScaledBeta(a=math.nan, b=1), id="undefined shape"),
        pytest.param(lambda: ScaledBeta(a=1, b=1, lower=0.6, upper=0.4), id="ends exchanged"),
        pytest.param(lambda: ScaledBeta(a=1, b=1, lower=0, upper=1.5), id="beyond 1"),
        pytest.param(lambda: LogNormal(mu=math.nan, sigma=1), id="undefined median"),
        pytest.param(lambda: LogNormal(mu=0, sigma=-1), id="negative spread"),
        pytest.param(lambda: LogNormal.fixed(0.0), id="zero"),
    ],
)
def test_impossible_families(make: Callable[[], object]) -> None:
    """A family that is no distribution cannot be made."""
    with pytest.raises(ValueError, match=r"not a|expected a positive|domain error"):
        make()
