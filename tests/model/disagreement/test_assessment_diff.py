"""Changes from one assessment to another, entry by entry."""

from __future__ import annotations

import datetime

import pytest
from msgspec.structs import replace

from estimative.model.disagreement.assessment_diff import (
    prior_changes,
    prior_set_changes,
    scenario_changes,
    weight_changes,
)
from estimative.model.spec.events import Driver, Source
from estimative.model.spec.evidence import Forecast, Indicator, Testimony
from estimative.model.spec.scenario import Scenario
from estimative.priors.prior_set import Confidence
from estimative.priors.statements import BetaStated, Constant, Stated
from tests.prior_sets import assessed
from tests.rolling import STATED, rolling
from tests.small import CLOUD, HELD, PUDDLE, weather
from tests.strategies import everything, valued


def changed(first: Scenario, second: Scenario) -> list[tuple[str, str, str, bool]]:
    """Section, name, field, and whether it affects the result."""
    return [
        (change.section, change.id, change.field, change.affects_result) for change in scenario_changes(first, second)
    ]


def test_a_month_later_dates_and_items_have_changed() -> None:
    """A date that rates depend on, and two items; in the order of the file."""
    first, second = rolling()
    assert changed(first.scenario, second.scenario) == [
        ("scenario", "", "as_of", True),
        ("evidence", "gauge", "", True),
        ("evidence", "farmer", "", True),
    ]
    back = scenario_changes(second.scenario, first.scenario)
    assert [(change.before is None, change.after is None) for change in back[1:]] == [(False, True), (False, True)]


def test_an_assessment_has_no_changes_against_itself() -> None:
    """Neither a scenario of every form and kind nor a prior set for it differs from itself."""
    scenario = everything()
    case = valued(scenario, seed=1)
    one = assessed(scenario, case.draws[0], relevance=case.relevance, independence=case.independence)
    assert (scenario_changes(scenario, scenario), prior_set_changes(one, one)) == ((), ())
    assert (prior_changes(one, one), weight_changes(one, one)) == ((), ())


def test_the_order_of_names_has_no_meaning() -> None:
    """Drivers and conditions in another order are the same."""
    scenario = everything()
    war = scenario.events["war"]
    turned = replace(war, drivers=war.drivers[::-1])
    assert changed(scenario, replace(scenario, events={**scenario.events, "war": turned})) == []


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("title", "Clouds", False),
        ("locator", "page 2", False),
        ("date", datetime.date(2026, 1, 1), False),
        ("supports", False, True),
        ("origin", "tale", True),
        ("about", "rain", True),
    ],
)
def test_each_field_of_an_item_is_a_change_of_its_own(field: str, value: object, read: bool) -> None:
    """Each field by itself, with whether an equation uses it."""
    other = replace(CLOUD, **{field: value})
    assert changed(weather(), weather(evidence=(other, PUDDLE))) == [("evidence", "cloud", field, read)]


def test_an_item_of_another_kind_is_another_item() -> None:
    """The kind is a field, and so is everything that only one of the kinds has."""
    other = Testimony(id="cloud", about="rain", claims=True, title="", source="")
    result = changed(weather(), weather(evidence=(other, PUDDLE)))
    assert result[0] == ("evidence", "cloud", "kind", True)
    assert {field for _, _, field, _ in result} == {"kind", "about", "supports", "claims", "claimed"}


@pytest.mark.parametrize(("about", "read"), [("flood", True), ("rain", False)])
def test_the_date_of_a_forecast_counts_where_it_begins_a_span(about: str, read: bool) -> None:
    """The date of a forecast of a rate with an end of its own affects the result, that of another does not."""
    until = datetime.date(2028, 1, 1)
    said = {"id": "f", "about": about, "probability": 0.2, "until": until, "title": "", "source": ""}
    one, other = (Forecast(**said, date=datetime.date(2025, month, 1)) for month in (1, 2))
    result = changed(weather(evidence=(one,)), weather(evidence=(other,)))
    assert result == [("evidence", "f", "date", read)]


def test_dates_count_only_where_something_has_a_rate() -> None:
    """In a scenario without rates no number depends on the date."""
    scenario = weather()
    rain = replace(
        scenario,
        headline="rain",
        events={"rain": scenario.events["rain"]},
        outcomes={"rain": scenario.outcomes["rain"]},
    )
    later = replace(rain, as_of=datetime.date(2026, 2, 1))
    assert changed(rain, later) == [("scenario", "", "as_of", False)]


def test_the_structure_affects_the_result_and_descriptions_do_not() -> None:
    """A driver's sign does; a source, an indicator to look for, and the anchors of a factor do not."""
    scenario = weather()
    turned = replace(scenario.events["rain"], drivers=(Driver(name="damp", sign=-1),))
    result = changed(
        scenario,
        replace(
            scenario,
            question="Why?",
            sources={"s": Source(id="s", title="")},
            factors={"damp": replace(scenario.factors["damp"], low="dry")},
            events={**scenario.events, "rain": turned},
            indicators={"i": Indicator(id="i", about="damp", supports=True, title="", source="")},
        ),
    )
    assert set(result) == {
        ("scenario", "", "question", False),
        ("sources", "s", "", False),
        ("factors", "damp", "low", False),
        ("events", "rain", "drivers", True),
        ("indicators", "i", "", False),
    }


def test_changes_of_priors() -> None:
    """New and changed priors; a reason alone, or another form of the same prior, does not affect the result."""
    first, second = rolling()
    assert [(change.name, change.before is None, change.affects_result) for change in prior_changes(first, second)] == [
        ("events.rain", False, True),
        ("evidence.gauge", True, True),
        ("evidence.farmer", True, True),
    ]
    said = {**STATED, "events.rain": BetaStated(a=2, b=6, low=0.0, high=1.0)}
    assert prior_changes(first, assessed(weather(), said)) == ()
    reasoned = replace(first.priors["events.rain"], stated=Stated(statement=BetaStated(a=2, b=6), because="It is wet."))
    other = replace(first, priors={**first.priors, "events.rain": reasoned})
    assert [(change.name, change.affects_result) for change in prior_changes(first, other)] == [("events.rain", False)]


def test_changes_of_weights() -> None:
    """An independence of 0 that was not stated before is a change that does not affect the result."""
    twice = weather(evidence=(replace(CLOUD, origin="tale"), replace(PUDDLE, origin="tale")))
    silent, none, half = (assessed(twice, HELD, independence=k) for k in ({}, {"tale": 0.0}, {"tale": 0.5}))
    assert [(change.name, change.affects_result) for change in weight_changes(silent, none)] == [
        ("independence.tale", False)
    ]
    [result] = weight_changes(silent, half)
    assert (result.before, result.after, result.affects_result) == (None, Stated(statement=Constant(value=0.5)), True)


def test_changes_of_the_prior_set_itself() -> None:
    """Confidence and rationale may change; no equation uses them."""
    first, _ = rolling()
    surer = replace(first.prior_set, confidence=Confidence(level="moderate"), rationale="More is known.")
    result = prior_set_changes(first, replace(first, prior_set=surer))
    assert [(change.field, change.affects_result) for change in result] == [("rationale", False), ("confidence", False)]
