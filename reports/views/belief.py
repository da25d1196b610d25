"""What an analyst states about an input, as a page shows and edits it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.assessment import Assessment
from estimative.model.spec.events import OTHERWISE
from estimative.model.spec.evidence import Cases, Exposure, Forecast, Indicator, Measurement, Testimony
from estimative.model.spec.quantities import PAIR, Quantities, Quantity, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import Family, LogNormal
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import FITS, Support
from estimative.priors.ratio_scale import LIKELIHOOD, RATIO, RATIO_SCALES
from estimative.priors.statement_syntax import FORMS, form_of_type, say, written
from estimative.priors.statements import ByState, Constant, RatioWord, StateCounts, Stated
from estimative.priors.verbal_scale import SCALES
from estimative.reports import phrases
from estimative.reports.documents.trace import reading
from estimative.reports.phrases import bare_value, capital, input_name, plain, quoted, title_of, whose

POINTS = 60
"""Of a drawn density."""
DIGITS = 4
"""Of its points."""
EDGE = 0.002
"""Probability beyond either end of a drawn density."""
GROUPS = {
    "factors": "Factors",
    "events": "Events",
    "tables": "Events",
    "effects": "Effects",
    "evidence": "Evidence",
    "motives": "Evidence",
    "relevance": "Evidence",
    "independence": "Evidence",
    "indicators": "Indicators",
}
"""Where an input is listed, by its section in a prior set."""


class InputView(Struct, frozen=True, kw_only=True):
    """An input that every analyst states something about."""

    name: str
    """As in a prior set."""
    group: str
    title: str
    meaning: str
    """What its number stands for, and what its ends mean."""
    kind: str
    """"degree" or "probability" (0 to 1), "ratio" (above 0), "weight" (one number from 0 to 1)."""
    forms: tuple[str, ...]
    """The forms of statement that suit it, by their names."""
    states: tuple[str, ...]
    """Of an input with a statement for each state."""
    titles: Mapping[str, str]
    """Of the states."""
    scales: tuple[str, ...]
    """Whose words may state it."""
    ratio: str
    """Of one of the two chances of an item: the ratio that they replace; empty of all others."""
    chances: bool
    """Whether two chances may state it instead."""


class FormView(Struct, frozen=True, kw_only=True):
    """One way to state a prior."""

    name: str
    keys: tuple[str, ...]
    """Of the numbers; "pNN" stands for two percentiles or more."""
    optional: tuple[str, ...]


class DistributionView(Struct, frozen=True, kw_only=True):
    """The prior of one quantity: of an input with states, one of several."""

    label: str
    """The state, empty where there is only one quantity."""
    title: str
    """Of the state."""
    constant: bool
    logarithmic: bool
    """Whether its axis is."""
    x: tuple[float, ...]
    y: tuple[float, ...]
    """The density at each x; of a logarithmic axis, that of the logarithm. None of a constant."""
    p05: float
    p50: float
    p95: float
    text: str
    """The three in words."""
    missed: tuple[str, ...]
    """The stated quantiles that the fitted distribution is far from."""


class BeliefView(Struct, frozen=True, kw_only=True):
    """What one analyst states about an input."""

    name: str
    statement: object
    """As in a prior set, as plain data: 0.3, "likely", {"p05": 0.1, "p95": 0.6}; without reason and source."""
    form: str
    said: str
    """In words."""
    because: str
    source: str
    whose: str
    """Whose it is, in brackets; empty where it is the analyst's own."""
    changed: bool
    """Whether it is not saved."""
    distributions: tuple[DistributionView, ...]


def form_views() -> tuple[FormView, ...]:
    """Every way to state a prior."""
    return tuple(FormView(name=form.name, keys=form.keys, optional=form.optional) for form in FORMS)


def input_views(scenario: Scenario, pairs: Collection[str]) -> tuple[InputView, ...]:
    """Every input of a scenario in its order; `pairs` are the items that somebody states as two chances."""
    quantities = Quantities(scenario, frozenset(pairs))
    views = [_of_quantities(name, quantities) for name in quantities.inputs]
    indicators = [_of_indicator(quantity, scenario) for quantity in quantities.indicator_quantities.values()]
    return (*views, *_weights(scenario), *indicators)


def _of_quantities(name: str, quantities: Quantities) -> InputView:
    scenario, names = quantities.scenario, quantities.inputs[name]
    first, parsed = quantities.all[names[0]], QuantityName.parse(name)
    states = tuple(quantities.all[each].state for each in names) if first.state or first.states else ()
    if first.states:
        states = scenario.events[parsed.subject].share_states
    kind = {Support.DEGREE: "degree", Support.PROBABILITY: "probability", Support.RATIO: "ratio"}[first.support]
    chances = parsed.section == "evidence" and parsed.key in PAIR
    return InputView(
        name=name,
        group=GROUPS[parsed.section],
        title=_title(name, scenario),
        meaning=meaning(name, scenario),
        kind=kind,
        forms=_by_state_forms(shares=bool(first.states)) if states else _forms(first.support, parsed.section),
        states=states,
        titles={state: state_title(name, state, scenario) for state in states},
        scales=_scales(first.support, parsed.section, states=bool(states)),
        ratio=f"evidence.{parsed.subject}" if chances else "",
        chances=not chances and not states and _may_be_chances(parsed, scenario),
    )


def state_title(name: str, state: str, scenario: Scenario) -> str:
    """The title of a state that an input has a statement for."""
    if state == OTHERWISE:
        return "The condition is not met"
    parsed = QuantityName.parse(name)
    item = scenario.evidence.get(parsed.subject) if parsed.section == "evidence" else None
    event = scenario.events.get(item.about if item else parsed.subject)
    return plain(event.state_title(state)) if event and state else state


def _may_be_chances(name: QuantityName, scenario: Scenario) -> bool:
    return name.section == "evidence" and isinstance(scenario.evidence[name.subject], Indicator | Testimony)


def _of_indicator(quantity: Quantity, scenario: Scenario) -> InputView:
    return InputView(
        name=quantity.name,
        group=GROUPS["indicators"],
        title=_indicator_title(quantity.name, scenario),
        meaning=meaning(quantity.name, scenario),
        kind="probability",
        forms=_forms(Support.PROBABILITY, "indicators"),
        states=(),
        titles={},
        scales=_scales(Support.PROBABILITY, "indicators"),
        ratio="",
        chances=False,
    )


def _weights(scenario: Scenario) -> Iterator[InputView]:
    items = [f"relevance.{i.id}" for i in scenario.evidence.values() if isinstance(i, Cases | Exposure)]
    for name in (*items, *(f"independence.{origin}" for origin in scenario.origins)):
        yield InputView(
            name=name,
            group=GROUPS["evidence"],
            title=capital(input_name(name, scenario)),
            meaning=meaning(name, scenario),
            kind="weight",
            forms=(form_of_type(Constant).name,),
            states=(),
            titles={},
            scales=(),
            ratio="",
            chances=False,
        )


def _forms(support: Support, section: str) -> tuple[str, ...]:
    kinds = [kind for kind, family in FITS if family is support.family]
    # A word for a likelihood suits evidence alone.
    return tuple(form_of_type(kind).name for kind in kinds if kind is not RatioWord or section == "evidence")


def _by_state_forms(*, shares: bool) -> tuple[str, ...]:
    return tuple(form_of_type(kind).name for kind in ((ByState, StateCounts) if shares else (ByState,)))


def _scales(support: Support, section: str, *, states: bool = False) -> tuple[str, ...]:
    if support is Support.RATIO:
        wanted = LIKELIHOOD if states else RATIO
        suitable = [name for name, scale in RATIO_SCALES.items() if scale.states == wanted]
        return tuple(suitable) if section == "evidence" else ()
    return tuple(SCALES)


def meaning(name: str, scenario: Scenario) -> str:
    """What the number of an input stands for, in a sentence or two."""
    parsed = QuantityName.parse(name)
    subject, key = parsed.subject, parsed.key
    match parsed.section:
        case "factors":
            factor = scenario.factors[subject]
            return f"0: {plain(factor.low)}. 1: {plain(factor.high)}."
        case "events":
            event = scenario.events[subject]
            condition = phrases.condition(event.given, event.unless, scenario)
            what = "Expected number in a year" if event.form == "rate" else "Chance, with every driver at its baseline"
            return f"{what}. {'' if condition == '-' else f'Condition: {condition}.'}".strip()
        case "tables":
            return f"{capital(phrases.table_row(key, scenario))}."
        case "effects":
            driver = title_of(key.partition(".")[0], scenario)
            raised = "rate" if scenario.events[subject].form == "rate" else "odds"
            return f"The factor on the {raised} of {quoted(title_of(subject, scenario))} from {quoted(driver)}."
        case "evidence":
            item = scenario.evidence[subject]
            number = "Its error" if isinstance(item, Measurement | Forecast) else "How much more probable it is if so"
            return f"{capital(reading(item, scenario))}. {'' if key in PAIR else f'{number}.'}".strip()
        case "motives":
            return "How far the speaker would say so in any case: 0 not at all, 1 in any case."
        case "relevance":
            return "How much its cases count: 0 not at all, 1 in full."
        case "independence":
            return "0: its items count as one. 1: each counts in full."
        case "indicators":
            return f"{plain(scenario.indicators[subject].title)}."
    return ""


def _title(name: str, scenario: Scenario) -> str:
    parsed = QuantityName.parse(name)
    if parsed.section == "factors":
        return plain(scenario.factors[parsed.subject].title)
    return capital(input_name(name, scenario))


def _indicator_title(name: str, scenario: Scenario) -> str:
    return capital(input_name(name, scenario))


def belief_view(name: str, assessment: Assessment, saved: PriorSet | None = None) -> BeliefView | None:
    """What an analyst states about an input; None where nothing is stated.

    Parameters
    ----------
    saved
        The analyst's file, from which changes differ.
    """
    stated = assessment.prior_set.stated(name)
    if stated is None:
        return None
    return BeliefView(
        name=name,
        statement=plain_data(stated),
        form=form_of_type(type(stated.statement)).name,
        said=say(stated.statement),
        because=stated.because,
        source=stated.source,
        whose=whose(stated.taken_from).strip(),
        changed=saved is not None and not saved.states_alike(assessment.prior_set, name),
        distributions=tuple(_distributions(name, assessment)),
    )


def plain_data(stated: Stated) -> object:
    """A statement as in a prior set, without reason and source, as plain data."""
    text = written(Stated(statement=stated.statement))
    return tomllib.loads(f"statement = {text}")["statement"]


def _distributions(name: str, assessment: Assessment) -> Iterator[DistributionView]:
    quantities, scenario = assessment.structure.quantities, assessment.scenario
    if name in assessment.indicator_priors:
        prior = assessment.indicator_priors[name]
        yield _distribution("", prior.family, tuple(map(str, prior.missed)), name, scenario)
    for each in quantities.inputs.get(name, ()):
        quantity = quantities.all[each]
        family, missed = assessment.marginal(each), tuple(map(str, assessment.priors[each].missed))
        yield _distribution(quantity.state, family, missed, each, scenario)


def _distribution(
    label: str, family: Family, missed: tuple[str, ...], name: str, scenario: Scenario
) -> DistributionView:
    p05, p50, p95 = (family.quantile(share) for share in (0.05, 0.5, 0.95))
    x, y = ((), ()) if family.constant else _curve(family)
    low, middle, high = (bare_value(name, value, scenario) for value in (p05, p50, p95))
    return DistributionView(
        label=label,
        title=state_title(name, label, scenario),
        constant=family.constant,
        logarithmic=isinstance(family, LogNormal),
        x=x,
        y=y,
        p05=p05,
        p50=p50,
        p95=p95,
        text=middle if family.constant else f"{low} to {high}, median {middle}",
        missed=missed,
    )


@lru_cache(maxsize=2048)
def _curve(family: Family) -> tuple[tuple[float, ...], tuple[float, ...]]:
    low, high = family.quantile(EDGE), family.quantile(1 - EDGE)
    x = np.geomspace(low, high, POINTS) if isinstance(family, LogNormal) else np.linspace(low, high, POINTS)
    y = family.density(np.asarray(x, dtype=float)) if low < high else np.zeros(POINTS)
    finite = np.where(np.isfinite(y), y, 0.0)
    return _drawn(x), _drawn(finite)


def _drawn(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Numbers with as many digits as a picture can show."""
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())
