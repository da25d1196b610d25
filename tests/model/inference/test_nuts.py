"""NUTS against what is known otherwise: the other method, an integral, exact sums, and itself."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pymc as pm
import pytensor
import pytest
from msgspec.structs import replace
from numba.core.event import install_recorder

from estimative.model.assessment import Assessment, assess
from estimative.model.inference import nuts
from estimative.model.inference.fit import by_importance, by_nuts
from estimative.model.inference.posterior import Posterior, agreement, posterior_of
from estimative.model.inference.pymc_model import _compiled, density, model_data, pymc_model
from estimative.model.spec.events import Driver, Event, Outcome
from estimative.model.spec.evidence import Exposure, Measurement
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import BetaStated, Constant, LognormalStated, Statement
from tests.examples import later
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.small import small, weather

pytestmark = pytest.mark.slow

FLAGSHIP = "coordinated-attack"
FEWER = 500
"""Draws for each chain, enough for every check of these assessments."""
BRIEF = nuts.Adaptation(target_accept=0.85, tune=100)
"""Where it does not matter how well chains are adapted."""
WITHIN = 4.0
"""Monte Carlo standard errors: once in 16,000 by chance, and the seeds are fixed."""

VAGUE: Mapping[str, Statement] = {
    "factors.damp": BetaStated(a=2, b=2),
    "events.rain": BetaStated(a=2, b=5),
    "effects.rain.damp": LognormalStated(mu=1.5, sigma=0.5),
    "evidence.puddle": LognormalStated(mu=1, sigma=0.4),
}
PARTLY_HELD: Mapping[str, Statement] = {
    "factors.damp": BetaStated(a=4, b=2, low=0.2, high=0.9),
    "events.rain": Constant(value=0.4),
    "effects.rain.damp": Constant(value=5.0),
    "evidence.cloud": LognormalStated(mu=0.5, sigma=0.3),
}


def shipped(name: str) -> Scenario:
    return read_scenario(find_scenario(name))


def stated(scenario: str, prior_set: str) -> PriorSet:
    return read_prior_set(shipped_prior_sets()[scenario][prior_set])


@cache
def chains(name: str) -> Posterior:
    """The flagship by NUTS, with a shipped prior set."""
    return by_nuts(assess(shipped(FLAGSHIP), stated(FLAGSHIP, name)), seed=1, draws=FEWER)


@cache
def weighted(name: str) -> Posterior:
    """The flagship by importance sampling, with a shipped prior set."""
    return by_importance(assess(shipped(FLAGSHIP), stated(FLAGSHIP, name)), seed=2)


@pytest.mark.calibration
@pytest.mark.parametrize("name", shipped_prior_sets()[FLAGSHIP])
def test_both_methods_give_the_flagship_the_same_answers(name: str) -> None:
    """NUTS and importance sampling converge on the flagship with every shipped prior set, and agree on each outcome."""
    assert not chains(name).verdict.failed
    assert not weighted(name).verdict.failed
    result = agreement(chains(name), weighted(name))
    assert result.agree, result


@pytest.mark.calibration
def test_agreement_is_lost_where_the_prior_sets_differ() -> None:
    """The baseline fitted by one method and Rutte by the other do not agree."""
    assert not agreement(chains("baseline"), weighted("rutte")).agree


def test_the_seed_fixes_every_digit() -> None:
    """The same seed gives the same draws to the last digit, whatever was fitted between; another gives others."""
    first, _, again, other = (
        nuts.sample(small(statements), seed=seed, draws=50, chains=2, adaptation=BRIEF)
        for statements, seed in ((VAGUE, 4), (PARTLY_HELD, 4), (VAGUE, 4), (VAGUE, 5))
    )
    assert np.array_equal(first.theta.degree, again.theta.degree)
    assert np.array_equal(first.theta.log_ratio, again.theta.log_ratio)
    assert not np.array_equal(first.theta.degree, other.theta.degree)


def test_constants_stay_constant() -> None:
    """A quantity held fixed has exactly its value in every draw; every other one varies within its prior's ends."""
    assessment = small(PARTLY_HELD)
    posterior = posterior_of(assessment, nuts.sample(assessment, seed=6, draws=50, adaptation=BRIEF), seed=6)
    for name, prior in assessment.priors.items():
        values = posterior.quantity(name)
        match prior.family:
            case ScaledBeta(lower=lower, upper=upper) as family if not family.constant:
                assert lower <= values.min() < values.max() <= upper
            case ScaledBeta(lower=lower):
                assert np.all(values == lower)
            case LogNormal(mu=mu) as family if family.constant:
                assert np.all(values == np.exp(mu))
            case LogNormal():
                assert np.ptp(values) > 0


@pytest.mark.parametrize("method", ["nuts", "importance"])
def test_answers_are_the_integral_over_the_quantities(method: str) -> None:
    """Every outcome is its integral over the two uncertain quantities, within the error reported."""
    assessment = small({"factors.damp": BetaStated(a=2, b=3), "effects.rain.damp": LognormalStated(mu=2, sigma=0.8)})
    fitted = by_nuts(assessment, seed=7) if method == "nuts" else by_importance(assessment, seed=7)
    for name, exact in integrals(assessment, "factors.damp", "effects.rain.damp").items():
        estimate = fitted.estimates["outcome", name]
        assert estimate.value == pytest.approx(exact, rel=1e-12, abs=WITHIN * estimate.se)
        assert estimate.se < 0.01 * exact


@cache
def fitted_twice() -> tuple[Posterior, Posterior]:
    """By NUTS and by importance sampling; the ratio of one item is uncertain, that of the other is held."""
    assessment = small({**VAGUE, "evidence.puddle": LognormalStated(mu=2, sigma=1.2), "evidence.cloud": 3.0})
    return by_nuts(assessment, seed=7, draws=600), by_importance(assessment, seed=8)


@pytest.mark.parametrize("name", ["evidence.puddle", "evidence.cloud"])
def test_what_is_integrated_over_has_its_posterior_too(name: str) -> None:
    """The ratio of an item is in no chain, but is drawn from its posterior: the one of importance sampling."""
    means, spreads = zip(*(moments(fitted, name) for fitted in fitted_twice()), strict=True)
    assert means[0] == pytest.approx(means[1], abs=0.08)
    assert spreads[0] == pytest.approx(spreads[1], abs=0.08)
    if name == "evidence.puddle":
        assert abs(spreads[0] - 1.2) > 0.1, "not as before the evidence"


def moments(fitted: Posterior, name: str) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a quantity."""
    values, weights = np.log(fitted.quantity(name)), fitted.draws.weights
    mean = float(weights @ values)
    return mean, float(weights @ np.square(values - mean)) ** 0.5


def integrals(assessment: Assessment, degree: str, ratio: str) -> dict[str, float]:
    """Each outcome's probability, by the midpoint rule over the prior probability of a degree and of a ratio."""
    shares = (np.arange(30) + 0.5) / 30
    values = {name: prior.family.quantile(0.5) for name, prior in assessment.priors.items()}
    grids = ([assessment.priors[name].family.quantile(p) for p in shares] for name in (degree, ratio))
    oracles = [
        Oracle(scenario=assessment.scenario, values={**values, degree: x, ratio: w})
        for x, w in itertools.product(*grids)
    ]
    evidence = np.exp([oracle.log_likelihood for oracle in oracles])
    sums: dict[str, float] = {}
    for name in assessment.scenario.outcomes:
        condition = evidence * [oracle.condition(name) for oracle in oracles]
        sums[name] = float(condition @ [oracle.outcome(name) for oracle in oracles] / condition.sum())
    return sums


def test_draws_of_all_chains_count_alike() -> None:
    """Chains stand one after the other, and every draw weighs as much as any other."""
    draws = nuts.sample(small(VAGUE), seed=8, draws=50, chains=3, adaptation=BRIEF)
    assert (draws.method, draws.chains, draws.count) == ("nuts", 3, 150)
    assert draws.weights == pytest.approx(np.full(150, 1 / 150))


def storms(rate: Statement) -> Assessment:
    """Storms at a yearly rate, and nothing else."""
    scenario = Scenario(
        id="storms",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2028, 1, 1),
        headline="storm",
        events={"storm": Event(id="storm", title="", form="rate")},
        outcomes={"storm": Outcome(id="storm", title="", all=("storm",))},
        evidence={"record": Exposure(id="record", about="storm", count=3, years=10.0, title="", source="")},
    )
    return assessed(scenario, {"events.storm": rate}, relevance={"record": 1.0})


LACKING: Mapping[str, Callable[[], Assessment]] = {
    "ratios": lambda: small({"factors.damp": BetaStated(a=2, b=3), "events.rain": BetaStated(a=2, b=5)}),
    "degrees": lambda: storms(LognormalStated(mu=-1, sigma=0.5)),
    "evidence": lambda: small({**VAGUE, "evidence.puddle": Constant(value=4.0)}, scenario=weather(evidence=())),
}
SETTLED: Mapping[str, Callable[[], Assessment]] = {
    "constants": lambda: assess(shipped("asia"), stated("asia", "textbook")),
    "a constant rate": lambda: storms(Constant(value=0.3)),
    "integrals": lambda: small(
        {"evidence.cloud": VAGUE["evidence.puddle"], "evidence.puddle": VAGUE["evidence.puddle"]}
    ),
}


@pytest.mark.parametrize("lacking", LACKING)
def test_what_a_scenario_lacks_is_no_obstacle(lacking: str) -> None:
    """A scenario without uncertain ratios, uncertain degrees or evidence is sampled like any other."""
    assessment = LACKING[lacking]()
    fitted = by_nuts(assessment, seed=9, draws=FEWER)
    assert fitted.draws.method == "nuts"
    assert fitted.verdict.passed
    assert agreement(fitted, by_importance(assessment, seed=9)).agree


@pytest.mark.parametrize("settled", SETTLED)
def test_what_needs_no_chains_has_none(settled: str) -> None:
    """Where nothing is left to sample, draws are independent; where all is held fixed, answers are exact."""
    assessment = SETTLED[settled]()
    fitted = by_nuts(assessment, seed=9)
    assert fitted.draws.method == "importance"
    assert fitted.verdict.passed
    if not assessment.uncertain:
        values = {name: prior.family.quantile(0.5) for name, prior in assessment.priors.items()}
        oracle = Oracle(scenario=assessment.scenario, values=values)
        for name in assessment.scenario.outcomes:
            estimate = fitted.estimates["outcome", name]
            assert estimate.value == pytest.approx(oracle.outcome(name), rel=1e-12)
            assert estimate.se < 1e-12


def test_the_model_names_its_dimensions() -> None:
    """The PyMC model has the dims degree and ratio, with the names of the quantities that it draws as coordinates."""
    assessment = small(VAGUE)
    built = pymc_model(model_data(assessment))
    assert built.named_vars_to_dims == {
        "degree_prior": ("degree_parameter", "degree"),
        "ratio_prior": ("ratio_parameter", "ratio"),
        "degree_share": ("degree",),
        "log_ratio_z": ("ratio",),
        "degree_value": ("degree",),
        "log_ratio": ("ratio",),
    }
    assert built.coords == {
        "degree": ("factors.damp", "events.rain"),
        "ratio": ("effects.rain.damp",),
        "degree_parameter": ("a", "b", "lower", "upper"),
        "ratio_parameter": ("mu", "sigma"),
    }


def test_the_model_draws_from_the_priors() -> None:
    """Before the evidence, the PyMC model's shares and scores have the means and spreads of the families stated."""
    assessment, count = small(VAGUE), 4000
    built = pymc_model(model_data(assessment))
    share, score = pm.draw(
        [built["degree_share"], built["log_ratio_z"]], draws=count, random_seed=10, mode="FAST_COMPILE"
    )
    assert share.shape == (count, 2)
    assert score.shape == (count, 1)
    for values, name in zip(share.T, ("factors.damp", "events.rain"), strict=True):
        family = assessment.priors[name].family
        assert values.mean() == pytest.approx(family.mean, abs=WITHIN * family.sd / count**0.5)
        assert values.std() == pytest.approx(family.sd, abs=WITHIN * family.sd / count**0.5)
    assert score.mean(axis=0) == pytest.approx(np.zeros(1), abs=WITHIN / count**0.5)
    assert score.std(axis=0) == pytest.approx(np.ones(1), abs=WITHIN / (2 * count) ** 0.5)


def test_data_show_how_much_there_is() -> None:
    """Data of a model show how many quantities and cells there are, not the numbers."""
    data = model_data(small(VAGUE))
    assert repr(data) == f"ModelData(2 degrees, 1 ratios, {data.program!r})"
    assert len(repr(data)) < 100


@pytest.mark.calibration
def test_the_sampler_of_pymc_draws_from_the_model_too() -> None:
    """Chains of PyMC's own sampler have the posterior means of importance sampling."""
    assessment = small(VAGUE)
    with pymc_model(model_data(assessment)):
        trace = pm.sample(
            draws=500,
            tune=300,
            chains=1,
            cores=1,
            random_seed=14,
            nuts_sampler="pymc",
            compile_kwargs={"mode": "FAST_COMPILE"},
            compute_convergence_checks=False,
            progressbar=False,
        )
    weighted = by_importance(assessment, seed=14)
    for name, drawn in zip(
        ("factors.damp", "events.rain", "effects.rain.damp"),
        (*trace.posterior["degree_value"].to_numpy()[0].T, *np.exp(trace.posterior["log_ratio"].to_numpy()[0].T)),
        strict=True,
    ):
        # Of 500 draws that depend on each other, at least 100 count.
        assert drawn.mean() == pytest.approx(weighted.summarize_quantity(name).mean, abs=WITHIN * drawn.std() / 10)


OF_EACH_KIND: Mapping[str, tuple[Callable[[], Assessment], int, int]] = {
    "the flagship": (lambda: assess(shipped(FLAGSHIP), stated(FLAGSHIP, "baseline")), 12, 21),
    "both": (lambda: small(VAGUE), 2, 1),
    "partly held": (lambda: small(PARTLY_HELD), 1, 0),
    **{
        f"without {name}": (make, *counts)
        for (name, make), counts in zip(LACKING.items(), ((2, 0), (0, 1), (2, 1)), strict=True)
    },
}
"""With the numbers of degrees and ratios that are sampled."""
RESEMBLING = {"partly held", "without evidence"}
"""What others have the shape of."""


@pytest.mark.parametrize("name", [later(name) if name in RESEMBLING else name for name in OF_EACH_KIND])
def test_the_density_is_that_of_the_pymc_model(name: str) -> None:
    """The density that is compiled for all assessments is that of each one's PyMC model, and so is its gradient."""
    make, degrees, ratios = OF_EACH_KIND[name]
    data = model_data(make())
    assert (len(data.degrees), len(data.ratios)) == (degrees, ratios)
    model, log_density = pymc_model(data), density(data)
    value, gradient = (each(mode="FAST_COMPILE") for each in (model.compile_logp, model.compile_dlogp))
    for point in 2 * np.random.default_rng(13).standard_normal((3, degrees + ratios)):
        named = {"degree_share_logodds__": point[:degrees], "log_ratio_z": point[degrees:]}
        found, slopes = log_density(point)
        assert found == pytest.approx(float(value(named)), rel=1e-12)
        assert slopes == pytest.approx(gradient(named), rel=1e-10, abs=1e-12)
        ends = [[log_density(point + side * step)[0] for step in 1e-5 * np.eye(len(point))] for side in (1, -1)]
        assert slopes == pytest.approx(np.subtract(*ends) / 2e-5, rel=1e-6, abs=1e-6), "as the value changes"


def test_a_second_scenario_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once one assessment has been sampled, others of any size need neither PyTensor nor numba to compile."""
    nuts.sample(small(VAGUE), seed=1, draws=10, chains=1, adaptation=BRIEF)
    monkeypatch.setattr(pytensor, "function", lambda *_, **__: pytest.fail("compiled again"))
    with install_recorder("numba:compile") as compilations:
        for make, _, _ in OF_EACH_KIND.values():
            nuts.sample(make(), seed=1, draws=10, chains=1, adaptation=BRIEF)
    assert not compilations.buffer


def test_generated_sources_are_not_left_in_the_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources that compiling generates go to a folder of their own, beside the compiled code."""
    folders = list[Path]()

    def compiled(*_: object, **__: object) -> SimpleNamespace:
        folders.append(Path(pytensor.config.generated_src_dir))
        return SimpleNamespace(vm=SimpleNamespace(jit_fn=lambda _: None), get_shared=list)

    monkeypatch.setattr(pytensor, "function", compiled)
    _compiled.__wrapped__()
    assert [folder.parent for folder in folders] == [Path(pytensor.config.compiledir)]


BRIEF_LADDER = tuple(replace(adaptation, tune=BRIEF.tune) for adaptation in nuts.LADDER)


def test_more_draws_are_taken_where_only_draws_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too few draws are all that fails, a second fit takes enough to pass."""
    monkeypatch.setattr(nuts, "DRAWS", 40)
    fitted = by_nuts(small(VAGUE), seed=11)
    assert fitted.draws.count > 40 * nuts.CHAINS
    assert fitted.verdict.passed


def test_as_many_draws_are_taken_as_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of draws that was asked for is kept to, and the verdict says that it is too small."""
    monkeypatch.setattr(nuts, "LADDER", BRIEF_LADDER[:2])
    fitted = by_nuts(small(VAGUE), seed=11, draws=40)
    assert fitted.draws.count == 40 * nuts.CHAINS
    assert {"bulk ESS", "tail ESS"} <= {check.name for check in fitted.verdict.failed}


def test_draws_are_no_remedy_for_divergences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something fails that more draws do not mend, smaller steps are tried instead, and the verdict stands."""
    honest, tried = nuts.sample, list[nuts.Adaptation]()

    def diverging(*args: object, adaptation: nuts.Adaptation, **settings: object) -> object:
        tried.append(adaptation)
        draws = honest(*args, adaptation=BRIEF, **settings)  # type: ignore[arg-type]
        return replace(draws, diagnostics={**draws.diagnostics, "divergences": 2.0})

    monkeypatch.setattr(nuts, "DRAWS", 40)
    monkeypatch.setattr(nuts, "sample", diverging)
    fitted = by_nuts(small(VAGUE), seed=11)
    assert tuple(tried) == nuts.LADDER
    assert fitted.draws.count == 40 * nuts.CHAINS
    assert "divergences" in {check.name for check in fitted.verdict.failed}


def test_smaller_steps_mend_divergences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains that diverge are tried again with smaller steps, and that is enough where they then do not."""
    honest = nuts.sample

    def diverging(*args: object, adaptation: nuts.Adaptation, **settings: object) -> object:
        draws = honest(*args, adaptation=adaptation, **settings)  # type: ignore[arg-type]
        count = 3.0 if adaptation is BRIEF_LADDER[0] else 0.0
        return replace(draws, diagnostics={**draws.diagnostics, "divergences": count})

    monkeypatch.setattr(nuts, "LADDER", BRIEF_LADDER)
    monkeypatch.setattr(nuts, "DRAWS", FEWER)
    monkeypatch.setattr(nuts, "sample", diverging)
    fitted = by_nuts(small(VAGUE), seed=11)
    assert fitted.verdict.passed
    assert fitted.draws.diagnostics["target_accept"] == nuts.LADDER[1].target_accept


def test_chains_in_two_places_that_none_can_leave_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains start in both of two modes; where none of them gets to the other, R-hat fails at what differs."""
    common = {"about": "f", "unit": "m", "at_low": 0.0, "at_high": 1.0, **SAID}
    gauges = (Measurement(id="one", value=0.2, **common), Measurement(id="two", value=0.8, **common))
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    said = {"factors.f": BetaStated(a=2, b=2), "events.e": 0.3, "effects.e.f": 3.0}
    said |= {f"evidence.{gauge.id}": LognormalStated(mu=-4.5, sigma=0.5) for gauge in gauges}
    assessment = assessed(scenario_of(event, factors=("f",), evidence=gauges), said)
    monkeypatch.setattr(nuts, "LADDER", nuts.LADDER[:1])  # smaller steps do not get there either, and take long
    fitted = by_nuts(assessment, seed=12, draws=150)
    places = fitted.quantity("factors.f").reshape(nuts.CHAINS, -1)
    assert sorted(np.rint(10 * places.mean(axis=1))) == [2, 2, 8, 8], "two chains in each"
    [rhat] = [check for check in fitted.verdict.failed if check.name == "R-hat"]
    assert rhat.where in {"factors.f", "evidence.one", "evidence.two"}, "the factor, or the error that goes with it"
    assert by_importance(assessment, seed=12).summarize_quantity("factors.f").mean == pytest.approx(0.5, abs=0.02)
