"""Summaries of sensitivity analyses made by hand and at random, without a fit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import strategies as st

from estimative.reports.sensitivity import summary as told
from estimative.reports.sensitivity.summary import UNCONVERGED, WITHHELD, Sensitivity
from estimative.reports.summary import Effort, Number, Probability
from tests.comparisons import COMPUTATION, EFFORT, ENGINEER, FAILING, noisy, number
from tests.summaries import CHANCES, ERRORS, FAILED, FULL, numbers, probabilities

NOTHING = Effort(fits=0, by_method={}, failed=0, worst=())
"""Where there was nothing to fit anew."""
FAILED_FITS = Effort(fits=32, by_method={"importance": 30, "nuts": 2}, failed=2, worst=FAILED.checks)


def log_odds(probability: float) -> float:
    """Natural logarithm of the odds."""
    return math.log(probability) - math.log1p(-probability)


def swing(title: str, low: float, high: float, at_low: float, at_high: float, *, se: float = 0.0006) -> told.Swing:
    """A swing with a tenth of the error that its ends have, as common random numbers make it."""
    known = all(0 < p < 1 for p in (at_low, at_high))
    return told.Swing(
        title=title,
        low=low,
        high=high,
        at_low=number(at_low, se),
        at_high=number(at_high, se),
        swing=number(log_odds(at_high) - log_odds(at_low), se) if known else None,
    )


def indices(first: float, total: float, *, se: float = 0.004) -> told.Indices:
    """Shares of a variance, the total surer than what is first."""
    return told.Indices(first=number(first, 2 * se), total=number(total, se))


def scaled(prior: float, evidence: float, headline: float, *, se: float = 0.004) -> told.PowerScaled:
    """What power-scaling says, with the diagnosis that follows."""
    diagnosis = "none" if prior < 0.05 else "weak evidence" if evidence < 0.05 else "conflict"
    return told.PowerScaled(
        prior=number(prior, se), evidence=number(evidence, se), headline=number(headline, se), diagnosis=diagnosis
    )


def alternative(probability: float, before: float = 0.0613, *, se: float = 0.0006) -> told.Alternative:
    """The headline under another structure, and how far it moved."""
    known = 0 < probability < 1
    return told.Alternative(
        probability=number(probability, se),
        shift=number(log_odds(probability) - log_odds(before), 10 * se) if known else None,
    )


DRIVERS = tuple(f"effects.closing.driver_number_{index}" for index in range(14))
"""More than a table tells."""
QUANTITIES = {
    "tables.dam_watch.leak+rain": swing("The dam is watched: leak+rain", 0.0, 1.0, 0.0, 0.094),
    "events.closing": swing("The county closes the bridge", 0.0123, 0.41, 0.0124, 0.193),
    "factors.wear": swing("Wear of the piers", 0.204, 0.796, 0.021, 0.1514),
    "evidence.dive": swing("A diver saw loose stones", 1.1, 12.3456, 0.09, 0.0413),
    "motives.diver": swing("motive behind: a diver's report", 0.1, 0.9, 0.06, 0.0631),
    **{name: swing(f"effect on closing: {name}", 1.2, 6.0, 0.0613, 0.0613 + 1e-6) for name in DRIVERS},
}
WEIGHTS = {
    "relevance.closures": swing("relevance of: twelve bridges", 0.0, 1.0, 0.052, 0.0815),
    "independence.dive": swing("how far items of the origin dive count separately", 0.0, 1.0, 0.0613, 0.0612),
}
TORNADO = told.Tornado(
    low_quantile=0.05,
    high_quantile=0.95,
    quantities=QUANTITIES,
    weights=WEIGHTS,
    constants=("evidence.gauge", "tables.dam_watch.none"),
    effort=EFFORT,
)
SOBOL = told.Sobol(
    sd=1.234,
    alone=number(0.873, 0.012),
    quantities={
        "events.closing": indices(0.41, 0.487),
        "factors.wear": indices(0.333, 0.395),
        "evidence.dive": indices(0.12, 0.1357),
        **{name: indices(0.001, 0.0021) for name in DRIVERS[:12]},
        "motives.diver": indices(-0.003, 0.0004),
    },
    untouched=("events.leak",),
    evaluations=172_032,
)
POWER_SCALING = told.PowerScaling(
    threshold=0.05,
    all_priors=number(0.412, 0.02),
    all_evidence=number(0.123, 0.004),
    quantities={
        "events.closing": scaled(0.29, 0.131, 0.164),
        "effects.closing.driver_number_0": scaled(0.071, 0.011, 0.052),
        "factors.wear": scaled(0.06, 0.18, 0.031),
        "motives.diver": scaled(0.0, 0.03, 0.0),
        "evidence.dive": scaled(0.012, 0.0021, 0.0007, se=0.02),
        **{name: scaled(0.001, 0.001, 0.0001) for name in DRIVERS[1:13]},
    },
)
STRUCTURE = told.Structure(
    noisy_or=alternative(0.0431),
    without_effect={
        "effects.closing.gate": alternative(0.0),
        "effects.closing.wear": alternative(0.0298),
        "effects.leak.silt": alternative(0.0652),
        **{name: alternative(0.0613) for name in DRIVERS[:13]},
    },
    effort=replace(EFFORT, fits=18, by_method={"importance": 18}),
)
RICH = Sensitivity(
    scenario=FULL.scenario,
    analyst=ENGINEER,
    converged=True,
    caution="",
    headline_title="The bridge is closed to lorries.",
    headline=Probability(**numbers(0.0613, 0.0008, 0.012, 0.149, 0.031)),
    tornado=TORNADO,
    sobol=SOBOL,
    power_scaling=POWER_SCALING,
    structure=STRUCTURE,
    computation=COMPUTATION,
)
BARE = replace(
    RICH,
    headline=Probability(**numbers(0.25, 0.0, 0.25, 0.25, 0.25)),
    tornado=replace(
        TORNADO, quantities={}, weights={}, constants=("tables.heads.none", "tables.tails.none"), effort=NOTHING
    ),
    sobol=None,
    power_scaling=replace(POWER_SCALING, all_priors=number(0.0), all_evidence=number(0.0), quantities={}),
    structure=told.Structure(
        noisy_or=told.Alternative(probability=number(0.25), shift=number(0.0)),
        without_effect={},
        effort=replace(EFFORT, fits=2, by_method={"importance": 2}),
    ),
)
"""Everything is held constant."""
STILL = replace(
    RICH,
    tornado=replace(
        TORNADO,
        quantities={"events.closing": swing("The county closes the bridge", 0.1, 0.2, 0.0613, 0.0613 + 1e-5)},
        weights={"independence.dive": WEIGHTS["independence.dive"]},
        constants=(),
        effort=replace(EFFORT, fits=2, by_method={"nuts": 2}),
    ),
    sobol=replace(SOBOL, alone=number(1.004, 0.006), quantities={"events.closing": indices(1.004, 1.0)}),
    power_scaling=replace(
        POWER_SCALING,
        all_priors=number(0.12, 0.01),
        all_evidence=number(0.11, 0.01),
        quantities={"events.closing": scaled(0.03, 0.02, 0.01)},
    ),
    structure=replace(
        STRUCTURE,
        noisy_or=told.Alternative(probability=number(0.0613, 0.0006), shift=number(0.001, 0.004)),
        without_effect={"effects.closing.wear": alternative(0.0613)},
    ),
)
"""One quantity, and nothing that it changes."""
PARTLY = replace(STILL, converged=False, caution=WITHHELD, tornado=None, structure=None)
"""The fit converged; fits that others rest on did not."""
NONE = replace(PARTLY, analyst=FAILING, headline=None, sobol=None, power_scaling=None)
ALLOWED = replace(
    RICH,
    analyst=FAILING,
    converged=False,
    caution=UNCONVERGED,
    tornado=replace(TORNADO, quantities={"events.closing": QUANTITIES["events.closing"]}, effort=FAILED_FITS),
    sobol=None,
    power_scaling=replace(POWER_SCALING, quantities={"factors.wear": POWER_SCALING.quantities["factors.wear"]}),
    structure=replace(STRUCTURE, noisy_or=alternative(1.0), without_effect={}, effort=replace(FAILED_FITS, failed=1)),
)
SENSITIVITIES = {
    "sensitivity.full": RICH,
    "sensitivity.bare": BARE,
    "sensitivity.still": STILL,
    "sensitivity.partly": PARTLY,
    "sensitivity.withheld": NONE,
    "sensitivity.told": ALLOWED,
}
"""By the name of their golden documents."""

SHARES = st.one_of(st.just(0.0), st.floats(-0.01, 1.02))
DISTANCES = st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0.04, 0.06))


@st.composite
def sensitivities(draw: st.DrawFn) -> Sensitivity:
    """Sensitivity analyses of several shapes, their numbers at random."""
    like = SENSITIVITIES[draw(st.sampled_from(["sensitivity.full", "sensitivity.bare", "sensitivity.still"]))]
    assert like.tornado
    assert like.power_scaling
    assert like.structure

    def swinging(one: told.Swing) -> told.Swing:
        ends, error = (draw(CHANCES), draw(CHANCES)), draw(ERRORS)
        return replace(swing(one.title, one.low, one.high, *ends), swing=_between(ends, error))

    def shared(_: told.Indices) -> told.Indices:
        return told.Indices(first=draw(noisy(SHARES)), total=draw(noisy(SHARES)))

    def scaling(_: told.PowerScaled) -> told.PowerScaled:
        one = scaled(draw(DISTANCES), draw(DISTANCES), draw(DISTANCES))
        return replace(one, prior=replace(one.prior, se=draw(ERRORS)))

    def other(_: told.Alternative) -> told.Alternative:
        probability = draw(noisy(CHANCES))
        return told.Alternative(probability=probability, shift=_between((0.0613, probability.value), draw(ERRORS)))

    def sobol(one: told.Sobol) -> told.Sobol:
        sd, alone = draw(st.floats(0, 5)), draw(noisy(SHARES))
        return replace(one, sd=sd, alone=alone, quantities={name: shared(of) for name, of in one.quantities.items()})

    return replace(
        like,
        headline=draw(probabilities()),
        tornado=replace(
            like.tornado,
            quantities={name: swinging(one) for name, one in like.tornado.quantities.items()},
            weights={name: swinging(one) for name, one in like.tornado.weights.items()},
        ),
        sobol=sobol(like.sobol) if like.sobol else None,
        power_scaling=replace(
            like.power_scaling,
            all_priors=draw(noisy(DISTANCES)),
            all_evidence=draw(noisy(DISTANCES)),
            quantities={name: scaling(one) for name, one in like.power_scaling.quantities.items()},
        ),
        structure=replace(
            like.structure,
            noisy_or=other(like.structure.noisy_or),
            without_effect={name: other(one) for name, one in like.structure.without_effect.items()},
        ),
    )


def _between(ends: Iterable[float], error: float) -> Number | None:
    """The second's log-odds less the first's, where both have some."""
    first, second = ends
    return number(log_odds(second) - log_odds(first), error) if 0 < first < 1 and 0 < second < 1 else None
