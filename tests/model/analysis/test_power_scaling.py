"""Power-scaling sensitivity: against ArviZ's own summary, and against distances between known distributions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import xarray as xr
from arviz_stats.base import array_stats
from msgspec.structs import replace
from scipy.stats import beta, norm, t

from estimative.model.analysis import power_scaling as scaling
from estimative.model.analysis.power_scaling import (
    ALPHAS,
    DRAWS,
    PARTS,
    PowerScaling,
    PowerSensitivity,
    log_density,
    power_scaling,
)
from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Measurement, Trials
from estimative.priors.statements import BetaStated, LognormalStated, Statement, Uniform
from tests.held import seen
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.whatifs import fit

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
FEW_PARTS = float(t.isf(norm.sf(ERRORS), PARTS - 1))
"""As seldom, of one error that is estimated from a few parts of the draws."""
ROUNDING = 1e-5
"""A distance is a root: of rounding errors of 1e-16, over the logarithm of 1.01."""


def by_name(found: PowerScaling) -> dict[str, PowerSensitivity]:
    return {one.name: one for one in found.quantities}


# Against ArviZ

STATED: Mapping[str, Statement | float] = {
    "factors.f": BetaStated(a=2, b=4),
    "factors.g": BetaStated(a=3, b=1.5, low=0.1, high=0.8),
    "events.e": BetaStated(a=4, b=9),
    "events.d": LognormalStated(mu=-3.0, sigma=0.7),
    "effects.e.f": LognormalStated(mu=1.5, sigma=0.6),
    "effects.e.d": 2.5,
    "effects.d.g": LognormalStated(mu=0.7, sigma=0.4),
    "evidence.sign": LognormalStated(mu=1.2, sigma=0.5),
    "evidence.gauge": LognormalStated(mu=-1.0, sigma=0.3),
    "evidence.word": LognormalStated(mu=0.9, sigma=0.6),
}


def mixed() -> Assessment:
    """Priors of every kind, one constant, and evidence about factors, events and cases."""
    events = (
        Event(id="e", title="", drivers=(Driver(name="f", sign=1), Driver(name="d", sign=1))),
        Event(id="d", title="", form="rate", drivers=(Driver(name="g", sign=-1),)),
    )
    evidence = (
        seen("sign", "f"),
        Measurement(id="gauge", about="g", value=0.9, unit="m", at_low=0.0, at_high=1.0, **SAID),
        seen("word", "e", yes=False),
        Cases(id="cases", about="e", trials=(Trials(at={"d": 1.0}, successes=2.0, of=9.0),), **SAID),
    )
    scenario = scenario_of(*events, factors=("f", "g"), evidence=evidence)
    return assessed(scenario, STATED, relevance={"cases": 0.6})


def density(name: str, values: np.ndarray) -> np.ndarray:
    """ln of a prior density: of a degree, or of the logarithm of a ratio."""
    match STATED[name]:
        case BetaStated(a=a, b=b, low=low, high=high):
            return beta.logpdf(values, a, b, low, high - low)
        case LognormalStated(mu=mu, sigma=sigma):
            return norm.logpdf(values, mu, sigma)
        case other:
            raise AssertionError(other)


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return fit(mixed())[1].posterior


FEW = 500
"""Draws that are compared with ArviZ: the numbers are its own, however many there are."""


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "DRAWS", FEW)


@pytest.fixture(scope="module")
def tree(posterior: Posterior) -> xr.DataTree:
    """The draws that are scaled, with their log densities, as ArviZ takes them; the headline is a variable too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scaling, "DRAWS", FEW)
        kept = scaling._equally_weighted(posterior.draws.weights, posterior.seed)
    values = {
        name: posterior.quantity(name)[kept] if isinstance(said, BetaStated) else np.log(posterior.quantity(name)[kept])
        for name, said in STATED.items()
        if not isinstance(said, float)
    }
    priors = {name: density(name, one) for name, one in values.items()}
    scenario = posterior.assessment.scenario
    quantities = {name: posterior.quantity(name)[kept] for name in STATED}
    oracles = [
        Oracle(
            scenario=scenario,
            values={name: float(one[draw]) for name, one in quantities.items()},
            relevance={"cases": 0.6},
        )
        for draw in range(FEW)
    ]
    chance = [oracle.outcome(scenario.headline) for oracle in oracles]
    likelihood = [oracle.log_likelihood for oracle in oracles]
    groups = {"posterior": {**values, "headline": chance}, "log_prior": priors, "log_likelihood": {"all": likelihood}}
    import arviz as az

    return az.from_dict({
        group: {name: np.asarray(one)[None] for name, one in series.items()} for group, series in groups.items()
    })  # fmt: skip


@pytest.fixture(autouse=True)
def independent(monkeypatch: pytest.MonkeyPatch) -> None:
    """ArviZ takes autocorrelation from the order of the draws; these have none, and chance must not stand in for it."""
    monkeypatch.setattr(type(array_stats), "_ess_tail", lambda *_, **__: 1.0)


def arviz(tree: xr.DataTree, group: str, *, of: Sequence[str], by: list[str] | None = None) -> dict[str, float]:
    import arviz as az

    numbers = az.psense(tree, var_names=[*of], group=group, group_var_names=by)
    return {name: float(numbers[name]) for name in of}


@pytest.mark.usefixtures("few_draws")
def test_numbers_are_those_of_arviz(posterior: Posterior, tree: xr.DataTree) -> None:
    """For every quantity: its own prior scaled, the evidence scaled, and what both do to the headline."""
    found = power_scaling(posterior)
    assert set(by_name(found)) == {name for name, said in STATED.items() if not isinstance(said, float)}
    of_evidence = arviz(tree, "likelihood", of=[*by_name(found), "headline"])
    for name, one in by_name(found).items():
        of_prior = arviz(tree, "prior", of=[name, "headline"], by=[name])
        assert one.prior.value == pytest.approx(of_prior[name], rel=1e-6), name
        assert one.headline.value == pytest.approx(of_prior["headline"], rel=1e-6), name
        assert one.evidence.value == pytest.approx(of_evidence[name], rel=1e-6), name
    assert found.all_priors.value == pytest.approx(arviz(tree, "prior", of=["headline"])["headline"], rel=1e-6)
    assert found.all_evidence.value == pytest.approx(of_evidence["headline"], rel=1e-6)


@pytest.mark.usefixtures("few_draws")
def test_diagnoses_are_those_of_arviz(posterior: Posterior, tree: xr.DataTree) -> None:
    """Conflict, a strong prior beside weak evidence, or nothing: in the words of ArviZ's summary."""
    import arviz as az

    words = {
        "conflict": "potential prior-data conflict",
        "weak evidence": "potential strong prior / weak likelihood",
        "none": "✓",
    }
    diagnoses = set()
    for name, one in by_name(power_scaling(posterior)).items():
        table = az.psense_summary(tree, var_names=[name], prior_var_names=[name], round_to=12)
        assert words[one.diagnosis] == table.loc[name, "diagnosis"], name
        diagnoses.add(one.diagnosis)
    assert len(diagnoses) > 1


@pytest.mark.parametrize(
    ("prior", "evidence", "diagnosis"),
    [
        (0.06, 0.06, "conflict"),
        (0.05, 0.05, "conflict"),
        (0.06, 0.04, "weak evidence"),
        (0.04, 0.06, "none"),
        (0.04, 0.0, "none"),
    ],
)
def test_the_diagnosis_follows_from_two_thresholds(prior: float, evidence: float, diagnosis: str) -> None:
    """Both above 0.05 is conflict, the prior alone is weak evidence, anything else is nothing."""
    numbers = {
        "prior": MCEstimate(value=prior),
        "evidence": MCEstimate(value=evidence),
        "headline": MCEstimate(value=0.0),
    }
    assert scaling._sensitivity("x", **numbers).diagnosis == diagnosis


def test_log_densities_are_those_of_scipy(posterior: Posterior) -> None:
    """Up to a constant, of a stretched beta and of the logarithm of a lognormal."""
    for name, said in STATED.items():
        if isinstance(said, float):
            continue
        values = posterior.quantity(name) if isinstance(said, BetaStated) else np.log(posterior.quantity(name))
        gap = log_density(posterior.assessment, posterior.draws.theta, name) - density(name, values)
        assert np.ptp(gap) < 1e-8, name


# Known distributions


def counted(successes: float, of: float, prior: Statement, relevance: float = 0.5) -> Assessment:
    """An event with cases: its posterior is a beta distribution, and so are the scaled ones."""
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=successes, of=of),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(cases,))
    return assessed(scenario, {"events.e": prior}, relevance={"cases": relevance})


def distance(first: np.ndarray, second: np.ndarray, x: np.ndarray) -> float:
    """Cumulative Jensen-Shannon distance of two distribution functions at points x (Nguyen & Vreeken 2015)."""

    def one_way(p: np.ndarray, q: np.ndarray) -> float:
        inside = p * (np.log2(np.maximum(p, 1e-300)) - np.log2(np.maximum((p + q) / 2, 1e-300)))
        return float(np.trapezoid(inside + (q - p) / (2 * math.log(2)), x))

    bound = float(np.trapezoid(first + second, x))
    return math.sqrt((one_way(first, second) + one_way(second, first)) / bound)


def sensitivity(posterior: tuple[float, float], scaled: tuple[float, float], low: float, high: float) -> float:
    """Of a beta posterior between two points, a power's each step moving its shapes by so much.

    The larger of the distances of the distribution functions and of those from above, for each doubling, averaged over
    a weaker and a stronger power.
    """
    x = np.linspace(low, high, 4001)
    base, slopes = beta.cdf(x, *posterior), []
    for alpha in ALPHAS:
        other = beta.cdf(x, *(shape + (alpha - 1) * step for shape, step in zip(posterior, scaled, strict=True)))
        apart = max(distance(base, other, x), distance(1 - base, 1 - other, x))
        slopes.append(apart / abs(math.log2(alpha)))
    return sum(slopes) / 2


SHAPES = (5 + 3.0, 2 + 7.0)
"""Of the posterior under these cases and a Beta(5, 2) prior."""


def measured(values: np.ndarray) -> PowerSensitivity:
    """What is found of independent draws from the posterior."""
    assessment = counted(6.0, 20.0, BetaStated(a=5, b=2))
    (one,) = power_scaling(by_chains(assessment, values)).quantities
    return one


def exactly(values: np.ndarray) -> dict[str, float]:
    """What would be found of the distributions themselves, between the ends of such draws."""
    ends = float(values.min()), float(values.max())
    prior, evidence = sensitivity(SHAPES, (4, 1), *ends), sensitivity(SHAPES, (3, 7), *ends)
    return {"prior": prior, "evidence": evidence, "headline": prior}  # the event is the headline


def by_chains(assessment: Assessment, values: np.ndarray) -> Posterior:
    """Equally weighted draws of the event's chance, in four chains."""
    theta = Theta(degree=values[None], log_ratio=np.zeros((0, len(values))), weight=assessment.weight)
    equal = np.full(len(values), 1 / len(values))
    diagnostics = {"divergences": 0.0, "ebfmi": 1.0}
    draws = Draws(method="nuts", theta=theta, weights=equal, chains=4, diagnostics=diagnostics)
    return posterior_of(assessment, draws, seed=0)


def test_sensitivities_are_distances_between_betas() -> None:
    """Over many batches of draws: of prior and of evidence, around the distance of the distributions, as told."""
    rng = np.random.default_rng(3)
    batches = [rng.beta(*SHAPES, size=DRAWS) for _ in range(RUNS)]
    runs = [(measured(values), exactly(values)) for values in batches]
    for name in ("prior", "evidence", "headline"):
        errors = np.array([getattr(one, name).value - exact[name] for one, exact in runs])
        told = math.sqrt(np.mean([getattr(one, name).se ** 2 for one, _ in runs]))
        assert errors.mean() == pytest.approx(0, abs=ERRORS * told / math.sqrt(RUNS)), name
        assert math.log(errors.std(ddof=1) / told) == pytest.approx(0, abs=ERRORS * NOISE), name
        assert told < 0.1 * runs[0][1][name], name


RUNS = 20
NOISE = math.sqrt(1 / (2 * (RUNS - 1)) + 1 / (2 * RUNS * (PARTS - 1)))
"""Of the logarithm of a spread over these runs, over the root mean square of the errors told."""


def test_a_draw_that_is_kept_several_times_counts_once() -> None:
    """Of few draws, each of which is kept several times, errors are those of few draws."""
    rng = np.random.default_rng(5)
    runs = [measured(rng.beta(*SHAPES, size=DRAWS // 8)).prior for _ in range(RUNS)]
    told = math.sqrt(np.mean([one.se**2 for one in runs]))
    spread = float(np.std([one.value for one in runs], ddof=1))
    assert math.log(spread / told) == pytest.approx(0, abs=ERRORS * NOISE)


def test_weighted_draws_are_scaled_by_their_weights() -> None:
    """A posterior by importance sampling has the sensitivities of the distribution that its weighted draws are from."""
    posterior = fit(counted(6.0, 20.0, BetaStated(a=5, b=2)))[1].posterior
    assert np.ptp(posterior.draws.weights) > 0
    (one,) = power_scaling(posterior).quantities
    kept = posterior.quantity("events.e")[scaling._equally_weighted(posterior.draws.weights, posterior.seed)]
    ends = float(kept.min()), float(kept.max())
    assert one.prior.value == pytest.approx(sensitivity(SHAPES, (4, 1), *ends), abs=FEW_PARTS * one.prior.se)
    assert one.evidence.value == pytest.approx(sensitivity(SHAPES, (3, 7), *ends), abs=FEW_PARTS * one.evidence.se)


def test_a_uniform_prior_is_the_same_at_every_power() -> None:
    """Raised to any power a flat density stays flat, and moves nothing."""
    for prior in (BetaStated(a=1, b=1), Uniform(low=0.2, high=0.9)):
        found = power_scaling(fit(counted(6.0, 20.0, prior))[1].posterior)
        (one,) = found.quantities
        numbers = [number.value for number in (one.prior, one.headline, found.all_priors)]
        assert numbers == pytest.approx([0, 0, 0], abs=ROUNDING)
        assert one.evidence.value > 0.05
        assert one.diagnosis == "none"


def test_evidence_that_says_nothing_moves_nothing() -> None:
    """A likelihood that is flat, or that is not there, has no sensitivity; the prior then stands alone."""
    free = {"events.e": BetaStated(a=5, b=2)}
    silent = scenario_of(Event(id="e", title=""))
    flat = replace(silent, evidence={"i": seen("i", "e")})
    for assessment in (
        assessed(silent, free),
        assessed(flat, {**free, "evidence.i": 1.0}),
        counted(6.0, 20.0, free["events.e"], relevance=0.0),
    ):
        found = power_scaling(fit(assessment)[1].posterior)
        (one,) = found.quantities
        assert (one.evidence.value, found.all_evidence.value) == pytest.approx((0, 0), abs=ROUNDING)
        assert one.prior.value > 0.05
        assert one.diagnosis == "weak evidence"


def test_a_quantity_without_a_say_moves_no_headline() -> None:
    """Of a factor that drives nothing the prior moves itself alone, and the headline's chance is left as it is."""
    scenario = scenario_of(Event(id="e", title=""), Event(id="d", title=""))
    said = {"events.e": BetaStated(a=5, b=2), "events.d": BetaStated(a=5, b=2)}
    found = power_scaling(fit(assessed(scenario, said))[1].posterior)
    assert [one.name for one in found.quantities] == ["events.e", "events.d"]
    idle = by_name(found)["events.d"]
    assert idle.prior.value > 0.05
    assert idle.headline.value < 0.1 * by_name(found)["events.e"].headline.value


def test_those_that_move_the_headline_most_come_first(posterior: Posterior) -> None:
    """Quantities are sorted by what their priors do to the headline; constants are none."""
    found = power_scaling(posterior)
    moves = [one.headline.value for one in found.quantities]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] > 2 * moves[-1]
    assert "effects.e.d" not in by_name(found)


def test_constants_alone_have_no_sensitivity() -> None:
    """Where nothing is open nothing can be scaled."""
    found = power_scaling(fit(assessed(scenario_of(Event(id="e", title="")), {"events.e": 0.3}))[1].posterior)
    assert found.quantities == ()
    assert (found.all_priors.value, found.all_evidence.value) == (0, 0)


def test_the_same_posterior_is_scaled_alike(posterior: Posterior) -> None:
    """The draws that are kept follow from the posterior's seed."""
    assert power_scaling(posterior) == power_scaling(posterior)
