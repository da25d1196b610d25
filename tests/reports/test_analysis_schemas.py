"""What the schemas of what-ifs, sensitivity analyses, weighings and traces refuse."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from estimative.model.analysis.power_scaling import THRESHOLD
from estimative.model.analysis.tipping_point import edges as borders
from estimative.model.analysis.tornado import HIGH, LOW
from estimative.priors.verbal_scale import ICD203
from estimative.reports.evidence import summary as weighing
from estimative.reports.sensitivity import summary as sensitivity
from estimative.reports.summary import Number, Probability
from estimative.reports.trace import summary as trace
from estimative.reports.whatif import summary as whatif
from estimative.reports.whatif.summary import WhatIf
from estimative.suppositions import MOST_VALUES
from tests.comparisons import FAILING, number
from tests.reports.test_schemas import SCHEMAS, Told, valid
from tests.sensitivities import (
    DRIVERS,
    POWER_SCALING,
    SENSITIVITIES,
    SOBOL,
    STRUCTURE,
    TORNADO,
    WEIGHTS,
    alternative,
    indices,
    scaled,
    swing,
)
from tests.summaries import FAILED, FULL
from tests.told_whatifs import FACTORS, OUTCOMES, RISING, WHATIFS, chance, change, supposed
from tests.traces import EQUATIONS, TRACES, baseline, term
from tests.weighings import CRACKS, LEDGER, NOTICE, REACHES, TIPPING, WEIGHINGS, likelihoods, moves, weight

WHATIF, SENSITIVITY = WHATIFS["whatif.full"], SENSITIVITIES["sensitivity.still"]
WEIGHING, TRACE = WEIGHINGS["evidence.full"], TRACES["trace.outcome"]


def schema(kind: str, *path: str) -> Any:
    """A part of a schema."""
    found = SCHEMAS[kind]
    for key in path:
        found = found[key]
    return found


def test_the_cautions_are_those_of_the_summaries() -> None:
    """Each schema knows the cautions of its kind, and no other."""
    for kind, module in (("whatif", whatif), ("sensitivity", sensitivity), ("evidence", weighing), ("trace", trace)):
        assert schema(kind, "properties", "caution", "enum") == ["", module.UNCONVERGED, module.WITHHELD]


def test_the_schemas_know_the_borders_between_words() -> None:
    """The borders are those of the scale, each with the words on either side."""
    edges = schema("evidence", "$defs", "tipping", "properties", "edges", "prefixItems")
    told = [{name: one["const"] for name, one in edge["properties"].items()} for edge in edges]
    hair = 1e-6
    assert told == [
        {"probability": edge, "below": str(ICD203.word(edge - hair)), "above": str(ICD203.word(edge + hair))}
        for edge in borders()
    ]
    assert schema("evidence", "$defs", "border", "enum") == list(borders())


def test_the_schemas_know_where_quantities_are_held() -> None:
    """Quantiles, the threshold of power-scaling and the most values of a sweep are those that are used."""
    held = schema("sensitivity", "$defs", "tornado", "properties")
    assert (held["low_quantile"]["const"], held["high_quantile"]["const"]) == (LOW, HIGH)
    assert schema("sensitivity", "$defs", "power_scaling", "properties", "threshold", "const") == THRESHOLD
    assert schema("sensitivity", "$defs", "sensitive", "properties", "value", "minimum") == THRESHOLD
    assert schema("whatif", "$defs", "sweep", "properties", "points", "maxItems") == MOST_VALUES


def test_the_outcome_of_a_trace_is_that_of_a_run() -> None:
    """What a trace says of an outcome has the very definition that a run's summary has."""
    assert schema("trace", "$defs", "outcome") == schema("summary", "$defs", "outcome")


BAD_CHANCES = [number(1.1), number(-0.1), number(0.3, -0.001)]
"""Above 1, below 0, with an error below 0."""


def with_outcome(**changed: Any) -> WhatIf:
    """The what-if with another first outcome."""
    return replace(WHATIF, outcomes={**OUTCOMES, "closed": replace(OUTCOMES["closed"], **changed)})


def with_event(name: str, **changed: Any) -> WhatIf:
    """The what-if with another event."""
    return replace(WHATIF, events={**RISING, name: replace(RISING[name], **changed)})


def with_sweep(**changed: Any) -> WhatIf:
    """The what-if with another sweep."""
    assert WHATIF.sweep
    return replace(WHATIF, sweep=replace(WHATIF.sweep, **changed))


def with_point(**changed: Any) -> WhatIf:
    """The what-if with another first value of its sweep."""
    assert WHATIF.sweep
    first, *rest = WHATIF.sweep.points
    return with_sweep(points=(replace(first, **changed), *rest))


SOME = change(0.2, 0.3, se=0.001)
WHATIF_TOLD, WHATIF_NONE = WHATIFS["whatif.told"], WHATIFS["whatif.withheld"]
WRONG_WHATIFS: dict[str, Told] = {
    "another version": replace(WHATIF, schema_version=2),
    "numbers that did not converge, without a caution": replace(WHATIF_TOLD, caution=""),
    "called converged though what is supposed failed": replace(WHATIF_TOLD, converged=True, caution=""),
    "called converged though what is assessed failed": replace(WHATIF, analyst=FAILING),
    "a caution without a reason": replace(WHATIF, caution=whatif.UNCONVERGED),
    "a caution of its own": replace(WHATIF_TOLD, caution="careful"),
    "numbers that are withheld": replace(WHATIF_NONE, outcomes=OUTCOMES),
    "events that are withheld": replace(WHATIF_NONE, events=RISING),
    "factors that are withheld": replace(WHATIF_NONE, factors=FACTORS),
    "a sweep that is withheld": replace(WHATIF_NONE, sweep=WHATIF.sweep),
    "nothing told though all converged": replace(WHATIF, outcomes={}),
    "no event told though all converged": replace(WHATIF, events={}),
    "nothing told though it was asked for": replace(WHATIF_TOLD, outcomes={}),
    "nothing supposed and nothing swept": replace(WHATIF, supposed=(), sweep=None),
    "a supposition that nobody knows": replace(WHATIF, supposed=(supposed("wish", "wear", "Wear", "to 1"),)),
    "a condition without a word": replace(WHATIF, supposed=(supposed("condition", "wear", "Wear"),)),
    "evidence left out to something": replace(
        WHATIF, supposed=(supposed("evidence left out", "dive", "Dive", "to 0"),)
    ),
    "a method that nobody knows": replace(WHATIF, after_method="guess"),
    "a probability above 1": with_outcome(change=replace(SOME, after=replace(SOME.after, probability=1.1))),
    "a probability below 0": with_outcome(change=replace(SOME, before=replace(SOME.before, probability=-0.1))),
    "a negative error": with_outcome(change=replace(SOME, before=replace(SOME.before, se=-0.1))),
    "a word that is not of the scale": with_outcome(change=replace(SOME, after=replace(SOME.after, term="maybe"))),
    "a difference above 1": with_outcome(change=replace(SOME, difference=number(1.1))),
    "no shift between two that have odds": with_outcome(change=replace(SOME, shift=None)),
    "a shift to what is certain": with_outcome(change=replace(SOME, after=chance(1.0))),
    "a shift from what is impossible": with_outcome(change=replace(SOME, before=chance(0.0))),
    "an outcome without a condition that cannot be so": with_outcome(change=None),
    "an event without a condition that cannot be so": with_event("leak", given_previous=None),
    "an event that neither is nor will be": with_event("leak", when="later"),
    "an event without its probability": with_event("leak", overall=None),
    "a condition twice": with_event("closing", given=("leak", "leak")),
    "a factor beyond its scale": replace(WHATIF, factors={"wear": replace(FACTORS["wear"], set_to=1.1)}),
    "a factor believed beyond its scale": replace(
        WHATIF, factors={"wear": replace(FACTORS["wear"], after=number(1.1))}
    ),
    "a name with a blank": replace(WHATIF, factors={"the wear": FACTORS["wear"]}),
    "a sweep of one value": with_sweep(points=WHATIF.sweep.points[:1] if WHATIF.sweep else ()),
    "a value beyond the scale": with_point(value=1.1),
    "a value with no outcome": with_point(outcomes={}),
    "an impossible outcome along a sweep": with_point(outcomes={"closed": replace(chance(0.3), probability=1.3)}),
    "an impossible event along a sweep": with_point(events={"leak": replace(chance(0.3), term="maybe")}),
}


def with_swing(**changed: Any) -> Told:
    """The analysis with another first swing."""
    one = swing("Wear", 0.2, 0.8, 0.02, 0.15)
    return replace(SENSITIVITY, tornado=replace(TORNADO, quantities={"factors.wear": replace(one, **changed)}))


def with_tornado(**changed: Any) -> Told:
    """The analysis with another tornado."""
    return replace(SENSITIVITY, tornado=replace(TORNADO, **changed))


def with_effort(**changed: Any) -> Told:
    """The analysis with another effort behind its tornado."""
    return with_tornado(effort=replace(TORNADO.effort, **changed))


def with_scaled(one: sensitivity.PowerScaled) -> Told:
    """The analysis with another quantity scaled."""
    return replace(SENSITIVITY, power_scaling=replace(POWER_SCALING, quantities={"factors.wear": one}))


def with_structure(**changed: Any) -> Told:
    """The analysis with other structures."""
    return replace(SENSITIVITY, structure=replace(STRUCTURE, **changed))


PARTLY, NONE = SENSITIVITIES["sensitivity.partly"], SENSITIVITIES["sensitivity.withheld"]
ALLOWED = SENSITIVITIES["sensitivity.told"]
HEADLINE: Probability | None = SENSITIVITY.headline
BOTH_FAILED = replace(TORNADO.effort, failed=1, worst=FAILED.checks)
WRONG_SENSITIVITIES: dict[str, Told] = {
    "another version": replace(SENSITIVITY, schema_version=2),
    "numbers that did not converge, without a caution": replace(ALLOWED, caution=""),
    "called converged though the fit failed": replace(SENSITIVITY, analyst=FAILING),
    "called converged though a fit of the tornado failed": with_tornado(effort=BOTH_FAILED),
    "called converged though a fit of another structure failed": with_structure(effort=BOTH_FAILED),
    "called converged without a tornado": replace(SENSITIVITY, tornado=None),
    "called converged without other structures": replace(SENSITIVITY, structure=None),
    "called converged without power-scaling": replace(SENSITIVITY, power_scaling=None),
    "called converged without a headline": replace(SENSITIVITY, headline=None),
    "a caution without a reason": replace(SENSITIVITY, caution=sensitivity.UNCONVERGED),
    "a caution of its own": replace(ALLOWED, caution="careful"),
    "a headline that is withheld": replace(NONE, headline=HEADLINE),
    "a tornado that is withheld": replace(NONE, tornado=TORNADO),
    "indices that are withheld": replace(NONE, sobol=SOBOL),
    "power-scaling that is withheld": replace(NONE, power_scaling=POWER_SCALING),
    "structures that are withheld": replace(NONE, structure=STRUCTURE),
    "a failed tornado that is withheld": replace(PARTLY, tornado=replace(TORNADO, effort=BOTH_FAILED)),
    "failed structures that are withheld": replace(PARTLY, structure=replace(STRUCTURE, effort=BOTH_FAILED)),
    "a good fit that is withheld": replace(PARTLY, headline=None),
    "good power-scaling that is withheld": replace(PARTLY, power_scaling=None),
    "asked for, and no tornado": replace(ALLOWED, tornado=None),
    "asked for, and no headline": replace(ALLOWED, headline=None),
    **{f"a headline of {bad}": with_swing(at_low=bad) for bad in BAD_CHANCES},
    **{
        f"a headline of {bad} elsewhere": with_structure(noisy_or=replace(alternative(0.5), probability=bad))
        for bad in BAD_CHANCES
    },
    "no swing between two that have odds": with_swing(swing=None),
    "a swing to what is certain": with_swing(at_high=number(1.0)),
    "a swing from what is impossible": with_swing(at_low=number(0.0)),
    "a shift to what is certain": with_structure(noisy_or=replace(alternative(0.5), probability=number(1.0))),
    "a quantity below 0": with_swing(low=-0.1),
    "a weight that is held elsewhere": with_tornado(
        weights={"relevance.closures": replace(WEIGHTS["relevance.closures"], high=0.9)}
    ),
    "a quantity among weights": with_tornado(weights={"factors.wear": WEIGHTS["relevance.closures"]}),
    "a weight among quantities": with_tornado(quantities=WEIGHTS),
    "a constant that nobody knows": with_tornado(constants=("moods",)),
    "a constant twice": with_tornado(constants=("evidence.gauge", "evidence.gauge")),
    "another quantile": with_tornado(low_quantile=0.1),
    "a failed fit of which every check passed": replace(
        ALLOWED, tornado=replace(TORNADO, effort=replace(TORNADO.effort, failed=1))
    ),
    "no fits by a method": with_effort(fits=0),
    "fits by no method": with_effort(by_method={}),
    "a method that nobody knows": with_effort(by_method={"guess": 1}),
    "a failed check of fits that all converged": with_effort(worst=FAILED.checks),
    "a negative spread": replace(SENSITIVITY, sobol=replace(SOBOL, sd=-1.0)),
    "no evaluations": replace(SENSITIVITY, sobol=replace(SOBOL, evaluations=0)),
    "indices of nothing": replace(SENSITIVITY, sobol=replace(SOBOL, quantities={})),
    "indices of what nobody knows": replace(SENSITIVITY, sobol=replace(SOBOL, quantities={"moods": indices(0.1, 0.2)})),
    "another threshold": replace(SENSITIVITY, power_scaling=replace(POWER_SCALING, threshold=0.1)),
    "a negative distance": with_scaled(replace(scaled(0.3, 0.2, 0.1), headline=number(-0.1))),
    "a conflict where the evidence says nothing": with_scaled(replace(scaled(0.3, 0.01, 0.1), diagnosis="conflict")),
    "weak evidence that is strong": with_scaled(replace(scaled(0.3, 0.2, 0.1), diagnosis="weak evidence")),
    "nothing found where there is a conflict": with_scaled(replace(scaled(0.3, 0.2, 0.1), diagnosis="none")),
    "a conflict with a prior that says nothing": with_scaled(replace(scaled(0.01, 0.2, 0.1), diagnosis="conflict")),
    "a diagnosis that nobody knows": with_scaled(replace(scaled(0.3, 0.2, 0.1), diagnosis="flu")),
    "a factor among effects": with_structure(without_effect={"factors.wear": alternative(0.3)}),
}


def with_ledger(**changed: Any) -> Told:
    """The weighing with another ledger."""
    return replace(WEIGHING, ledger=replace(LEDGER, **changed))


def with_tipping(**changed: Any) -> Told:
    """The weighing with other borders."""
    return replace(WEIGHING, tipping=replace(TIPPING, **changed))


def with_reach(**changed: Any) -> Told:
    """The weighing with a factor of another reach."""
    return with_tipping(factors={"rain": replace(REACHES["rain"], **changed)})


def with_sight(one: weighing.Sight = CRACKS, **changed: Any) -> Told:
    """The weighing with another indicator."""
    return replace(WEIGHING, indicators={"cracks": replace(one, **changed)})


def with_weight(one: weighing.Weight) -> Told:
    """The weighing with a story of another weight."""
    return with_ledger(stories={**LEDGER.stories, "gauge": replace(LEDGER.stories["gauge"], weight=one)})


def with_edge(place: int, **changed: Any) -> Told:
    """The weighing with another border."""
    found = list(TIPPING.edges)
    found[place] = replace(found[place], **changed)
    return with_tipping(edges=tuple(found))


ENDS = CRACKS.likelihoods
SINGLE = {"gauge": LEDGER.stories["gauge"]}
PARTLY_WEIGHED, NOT_WEIGHED = WEIGHINGS["evidence.partly"], WEIGHINGS["evidence.withheld"]
WEIGHED_FAILING = WEIGHINGS["evidence.told"]
WRONG_WEIGHINGS: dict[str, Told] = {
    "another version": replace(WEIGHING, schema_version=2),
    "numbers that did not converge, without a caution": replace(WEIGHED_FAILING, caution=""),
    "called converged though the fit failed": replace(WEIGHING, analyst=FAILING),
    "called converged though a fit of the ledger failed": with_ledger(effort=BOTH_FAILED),
    "called converged though a fit of the borders failed": with_tipping(effort=BOTH_FAILED),
    "called converged without a ledger": replace(WEIGHING, ledger=None),
    "called converged without borders": replace(WEIGHING, tipping=None),
    "called converged without a headline": replace(WEIGHING, headline=None),
    "a caution without a reason": replace(WEIGHING, caution=weighing.UNCONVERGED),
    "a headline that is withheld": replace(NOT_WEIGHED, headline=HEADLINE),
    "a ledger that is withheld": replace(NOT_WEIGHED, ledger=LEDGER),
    "borders that are withheld": replace(NOT_WEIGHED, tipping=TIPPING),
    "indicators that are withheld": replace(NOT_WEIGHED, indicators={"cracks": CRACKS}),
    "a failed ledger that is withheld": replace(
        PARTLY_WEIGHED, ledger=replace(LEDGER, stories={}, items={}, opposition=None, conflict=None, effort=BOTH_FAILED)
    ),
    "failed borders that are withheld": replace(PARTLY_WEIGHED, tipping=replace(TIPPING, effort=BOTH_FAILED)),
    "a good fit that is withheld": replace(PARTLY_WEIGHED, headline=None),
    "asked for, and no ledger": replace(WEIGHED_FAILING, ledger=None),
    "stories of no evidence": replace(WEIGHING, evidence={}),
    "evidence without a story": with_ledger(stories={}, items={}, opposition=None, conflict=None),
    "a story of nothing": with_ledger(stories={**LEDGER.stories, "gauge": replace(SINGLE["gauge"], items=())}),
    "a story that counts an item twice": with_ledger(
        stories={**LEDGER.stories, "gauge": replace(SINGLE["gauge"], items=("gauge", "gauge"))}
    ),
    "items without a story of several": with_ledger(stories=SINGLE, opposition=None, conflict=None),
    "a story of several without its items": with_ledger(items={}),
    "one story against itself": with_ledger(stories=SINGLE, items={}, conflict=None),
    "one story in conflict with itself": with_ledger(stories=SINGLE, items={}, opposition=None),
    "a conflict of what fits together": with_ledger(
        conflict=replace(LEDGER.conflict, measure=number(-0.1)) if LEDGER.conflict else None
    ),
    "a ledger without a fit": with_ledger(effort=replace(LEDGER.effort, fits=0, by_method={}, worst=())),
    "more fits of its own than fits": with_weight(weight(0.1, 0.1, own_fits=3)),
    "a weight with a negative error": with_weight(replace(weight(0.1, 0.1), alone=Number(value=0.1, se=-1.0))),
    "seven borders": with_tipping(edges=TIPPING.edges[:7]),
    "nine borders": with_tipping(edges=(*TIPPING.edges, TIPPING.edges[7])),
    "borders in another order": with_tipping(edges=TIPPING.edges[::-1]),
    "another border": with_edge(0, probability=0.02),
    "another word": with_edge(3, above="likely"),
    "a prior mean above 1": with_reach(mean=1.1),
    **{f"a headline of {bad}": with_reach(at_low=bad) for bad in BAD_CHANCES},
    "a border that is no border": with_reach(moves=(replace(moves()[0], edge=0.3), *moves()[1:])),
    "seven moves": with_reach(moves=moves()[:7]),
    "a mean that does not reach what it reaches": with_reach(moves=(replace(moves(0.3)[0], held=False), *moves()[1:])),
    "a mean beyond the scale": with_reach(moves=(replace(moves(0.3)[0], mean=number(1.3)), *moves()[1:])),
    **{f"a sight of {bad}": with_sight(seen=bad) for bad in BAD_CHANCES},
    **{f"a headline of {bad} if seen": with_sight(if_seen=bad) for bad in BAD_CHANCES},
    **{f"a headline of {bad} if not": with_sight(if_not=bad) for bad in BAD_CHANCES},
    "more information than there is": with_sight(information=number(1.01)),
    "information that misleads": with_sight(information=number(-0.01)),
    "a ceiling above all there is": with_sight(ceiling=number(1.01)),
    "a variance below nothing": with_sight(variance=number(-0.01)),
    "one likelihood": with_sight(likelihoods=ENDS[:1]),
    "three likelihoods": with_sight(likelihoods=(*ENDS, ENDS[0])),
    "likelihoods in another order": with_sight(likelihoods=ENDS[::-1]),
    "a likelihood above 1": with_sight(likelihoods=likelihoods(("high", "low"), 1.1, 0.2)),
    "an end that nobody knows": with_sight(likelihoods=likelihoods(("top", "low"), 0.1, 0.2)),
    "an end of a factor for an event": with_sight(supports="yes"),
    "an end of an event for a factor": with_sight(NOTICE, supports="low"),
}


def with_equation(name: str, **changed: Any) -> Told:
    """The trace with another equation."""
    return replace(TRACE, equations={**EQUATIONS, name: replace(EQUATIONS[name], **changed)})


BASE, WEAR, *_ = EQUATIONS["closing"].terms
RATE = next(name for name, one in EQUATIONS.items() if one.form == "rate")
UNTRACED, TRACED_FAILING = TRACES["trace.withheld"], TRACES["trace.told"]
WRONG_TRACES: dict[str, Told] = {
    "another version": replace(TRACE, schema_version=2),
    "numbers that did not converge, without a caution": replace(TRACED_FAILING, caution=""),
    "called converged though the fit failed": replace(TRACED_FAILING, converged=True, caution=""),
    "called failed though the fit converged": replace(TRACED_FAILING, analyst=TRACE.analyst),
    "a caution without a reason": replace(TRACE, caution=trace.UNCONVERGED),
    "an outcome that is withheld": replace(UNTRACED, outcome=TRACE.outcome),
    "events that are withheld": replace(UNTRACED, events=TRACE.events),
    "equations that are withheld": replace(UNTRACED, equations=EQUATIONS),
    "factors that are withheld": replace(UNTRACED, factors=TRACE.factors),
    "quantities that are withheld": replace(UNTRACED, quantities=TRACE.quantities),
    "nothing told though the fit converged": replace(UNTRACED, analyst=TRACE.analyst, converged=True, caution=""),
    "no events told": replace(TRACE, events={}),
    "no equations told": replace(TRACE, equations={}),
    "no quantities told": replace(TRACE, quantities={}),
    "an outcome without its probability": replace(TRACE, outcome=None),
    "an outcome without its meaning": replace(TRACE, definition=""),
    "an event with an outcome's probability": replace(TRACES["trace.event"], outcome=TRACE.outcome),
    "an event with an outcome's meaning": replace(TRACES["trace.event"], definition="leak"),
    "a quantity that is not told": replace(TRACES["trace.factor"], factors={}),
    "a sort that nobody knows": replace(TRACE, sort="mood"),
    "an outcome by the name of a quantity": replace(TRACE, target="factors.wear"),
    "a quantity by the name of an outcome": replace(TRACES["trace.factor"], target="closed"),
    "an event by the name of a quantity": replace(TRACES["trace.event"], target="events.leak"),
    "a form that nobody knows": with_equation("closing", form="guess"),
    "a rate without years": with_equation(RATE, years=None),
    "odds over years": with_equation("closing", years=1.0),
    "a table with terms": with_equation("leak", terms=(BASE,)),
    "a table without entries": with_equation("leak", entries={}),
    "odds with the entries of a table": with_equation("closing", entries=EQUATIONS["leak"].entries),
    "odds without a baseline": with_equation("closing", terms=(WEAR,)),
    "odds without anything": with_equation("closing", terms=()),
    "a baseline above 1": with_equation("closing", terms=(baseline("closing", 1.1, 0.1),)),
    "a baseline among the drivers": with_equation("closing", terms=(BASE, replace(BASE, driver="wear"))),
    "a baseline with a direction": with_equation("closing", terms=(replace(BASE, direction="raises"),)),
    "a baseline with a level": with_equation("closing", terms=(replace(BASE, level=number(0.5)),)),
    "a driver without a direction": with_equation("closing", terms=(BASE, replace(WEAR, direction=""))),
    "a driver in a direction that nobody knows": with_equation(
        "closing", terms=(BASE, replace(WEAR, direction="left"))
    ),
    "a driver without a level": with_equation("closing", terms=(BASE, replace(WEAR, level=None))),
    "a driver beyond its scale": with_equation("closing", terms=(BASE, term("closing.wear", 2.0, 1.1, 0.1))),
    "a ratio below 0": with_equation("closing", terms=(BASE, term("closing.wear", -2.0, 0.1, 0.1))),
    "an entry above 1": with_equation("leak", entries={"tables.leak.none": number(1.1)}),
    "an entry of no table": with_equation("leak", entries={"leak": number(0.1)}),
    "a factor among quantities": replace(TRACE, quantities={"factors.wear": TRACE.quantities["events.closing"]}),
    "a spread with a negative deviation": replace(
        TRACE, factors={"wear": replace(TRACE.factors["wear"], prior=replace(TRACE.factors["wear"].prior, sd=-0.1))}
    ),
    "a grade that nobody knows": replace(TRACE, evidence={"dive": replace(TRACE.evidence["dive"], grade="G7")}),
}
WRONG: dict[str, Told] = {
    f"{kind}: {what}": wrong
    for kind, several in (
        ("whatif", WRONG_WHATIFS),
        ("sensitivity", WRONG_SENSITIVITIES),
        ("evidence", WRONG_WEIGHINGS),
        ("trace", WRONG_TRACES),
    )
    for what, wrong in several.items()
}


@pytest.mark.parametrize("what", WRONG)
def test_the_schema_refuses_what_nobody_computes(what: str) -> None:
    """Numbers without a caution, contradictions and values out of range are refused."""
    assert not valid(WRONG[what])


RIGHT: dict[str, Told] = {
    "a share that rounding took beyond its scale": with_sight(information=number(-1e-17), ceiling=number(1 + 2e-16)),
    "an index that its error took below 0": replace(
        SENSITIVITY, sobol=replace(SOBOL, quantities={DRIVERS[0]: indices(-0.01, 1.01)})
    ),
    "a shift that is not known, from what is certain": with_structure(
        noisy_or=sensitivity.Alternative(probability=number(0.3), shift=None)
    ),
    "a likelihood ratio beyond all floats but its logarithm": with_edge(0, log_ratio=number(-math.log(1e300))),
    "a condition that cannot be so": with_event("closing", given_previous=None),
    "a withheld what-if that supposed nothing": WHATIFS["whatif.withheld-sweep"],
    "an analyst with a question in two paragraphs": replace(TRACE, scenario=FULL.scenario),
}


@pytest.mark.parametrize("what", RIGHT)
def test_the_schema_takes_what_may_well_be(what: str) -> None:
    """What rounding, Monte Carlo error or an odd scenario makes is taken."""
    assert valid(RIGHT[what])
