"""The fits against those of PreliZ, which knows the same distributions by other code."""

from __future__ import annotations

import warnings
from types import ModuleType

import pytest

from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.quantile_fit import Support, fit
from estimative.priors.statements import BetaStated, LognormalStated, Moments, Quantiles

pytestmark = pytest.mark.slow

QUARTILES = (0.25, 0.5, 0.75)


@pytest.fixture(scope="module")
def preliz() -> ModuleType:
    """PreliZ, which takes ten seconds to import and warns while it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib as mpl

        mpl.use("agg")
        preliz: ModuleType = pytest.importorskip("preliz")
        return preliz


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("a", "b"), [(2.0, 3.0), (1.2, 40.0), (12.0, 12.0)])
def test_quartiles_of_a_degree(preliz: ModuleType, a: float, b: float) -> None:
    """The quartiles of a beta give the beta that PreliZ finds for them, up to where its optimiser stops."""
    values = tuple(ScaledBeta(a=a, b=b).quantile(p) for p in QUARTILES)
    theirs = preliz.Beta()
    preliz.quartile(theirs, *values, plot=False)
    ours = fit(Quantiles(points=tuple(zip(QUARTILES, values, strict=True))), Support.DEGREE).family
    assert isinstance(ours, ScaledBeta)
    assert (ours.a, ours.b) == pytest.approx((theirs.alpha, theirs.beta), rel=1e-2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("values", [(1, 3, 9), (0.5, 1, 2), (1.1, 1.21, 1.331)])
def test_quartiles_of_a_ratio(preliz: ModuleType, values: tuple[float, float, float]) -> None:
    """The quartiles of a lognormal give the lognormal that PreliZ finds for them."""
    theirs = preliz.LogNormal()
    preliz.quartile(theirs, *values, plot=False)
    ours = fit(Quantiles(points=tuple(zip(QUARTILES, values, strict=True))), Support.RATIO).family
    assert isinstance(ours, LogNormal)
    assert (ours.mu, ours.sigma) == pytest.approx((theirs.mu, theirs.sigma), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(("mean", "sd"), [(0.3, 0.1), (0.5, 0.05), (0.02, 0.01)])
def test_moments(preliz: ModuleType, mean: float, sd: float) -> None:
    """Mean and standard deviation give the beta that PreliZ parametrises by them."""
    ours, theirs = fit(Moments(mean=mean, sd=sd), Support.DEGREE).family, preliz.Beta(mu=mean, sigma=sd)
    assert isinstance(ours, ScaledBeta)
    assert (ours.a, ours.b) == pytest.approx((theirs.alpha, theirs.beta))


def test_probabilities_and_quantiles(preliz: ModuleType) -> None:
    """Both families have the probabilities, quantiles and moments that PreliZ gives them."""
    pairs = [
        (fit(BetaStated(a=2, b=5), Support.DEGREE).family, preliz.Beta(2, 5)),
        (fit(LognormalStated(mu=0.5, sigma=0.8), Support.RATIO).family, preliz.LogNormal(0.5, 0.8)),
    ]
    for ours, theirs in pairs:
        for p in (0.01, 0.3, 0.99):
            assert ours.quantile(p) == pytest.approx(float(theirs.ppf(p)))
            assert ours.cdf(ours.quantile(p)) == pytest.approx(float(theirs.cdf(ours.quantile(p))))
        assert (ours.mean, ours.sd) == pytest.approx((float(theirs.mean()), float(theirs.std())))
