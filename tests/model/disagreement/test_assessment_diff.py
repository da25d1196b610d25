"""What changed from one assessment to another, entry by entry."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from estimative.model.disagreement.assessment_diff import alterations, declarations, restatements, reweighings
from estimative.model.spec.events import Driver, Source
from estimative.model.spec.evidence import Forecast, Indicator, Testimony
from estimative.model.spec.scenario import Scenario
from estimative.priors.prior_set import Confidence
from estimative.priors.statements import BetaStated, Constant, Stated
from tests.changes_made import SAID, rolling
from tests.prior_sets import assessed
from tests.small import CLOUD, HELD, PUDDLE, weather
from tests.strategies import everything, valued


def changed(first: Scenario, second: Scenario) -> list[tuple[str, str, str, bool]]:
    """Section, name, field, and whether it is read."""
    return [(one.section, one.id, one.field, one.read) for one in alterations(first, second)]


def test_a_month_later_dates_and_items_have_changed() -> None:
    """A date that rates depend on, and two whole items; in the order of the file."""
    first, second = rolling()
    assert changed(first.scenario, second.scenario) == [
        ("scenario", "", "as_of", True),
        ("evidence", "gauge", "", True),
        ("evidence", "farmer", "", True),
    ]
    back = alterations(second.scenario, first.scenario)
    assert [(one.before is None, one.after is None) for one in back[1:]] == [(False, True), (False, True)]


def test_nothing_changed_between_a_scenario_and_itself() -> None:
    """A scenario of every form and kind has not changed against itself, nor has what an analyst says of it."""
    scenario = everything()
    case = valued(scenario, seed=1)
    one = assessed(scenario, case.draws[0], relevance=case.relevance, independence=case.independence)
    assert (alterations(scenario, scenario), declarations(one, one)) == ((), ())
    assert (restatements(one, one), reweighings(one, one)) == ((), ())


def test_the_order_of_names_says_nothing() -> None:
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
def test_an_item_is_told_by_what_changed_in_it(field: str, value: object, read: bool) -> None:
    """Each field by itself, with whether an equation reads it."""
    other = replace(CLOUD, **{field: value})
    assert changed(weather(), weather(evidence=(other, PUDDLE))) == [("evidence", "cloud", field, read)]


def test_an_item_of_another_kind_is_another_item() -> None:
    """The kind is told as a field, and so is what only one of the kinds has."""
    other = Testimony(id="cloud", about="rain", claims=True, title="", source="")
    found = changed(weather(), weather(evidence=(other, PUDDLE)))
    assert found[0] == ("evidence", "cloud", "kind", True)
    assert {field for _, _, field, _ in found} == {"kind", "about", "supports", "claims"}


@pytest.mark.parametrize(("about", "read"), [("flood", True), ("rain", False)])
def test_the_date_of_a_forecast_counts_where_it_begins_a_span(about: str, read: bool) -> None:
    """The date of a forecast of a rate with an end of its own is read, another's is not."""
    until = datetime.date(2028, 1, 1)
    said = {"id": "f", "about": about, "probability": 0.2, "until": until, "title": "", "source": ""}
    one, other = (Forecast(**said, date=datetime.date(2025, month, 1)) for month in (1, 2))
    found = changed(weather(evidence=(one,)), weather(evidence=(other,)))
    assert found == [("evidence", "f", "date", read)]


def test_dates_count_only_where_something_has_a_rate() -> None:
    """Of a scenario without rates the date may move, and no number with it."""
    scenario = weather()
    rain = replace(
        scenario,
        headline="rain",
        events={"rain": scenario.events["rain"]},
        outcomes={"rain": scenario.outcomes["rain"]},
    )
    later = replace(rain, as_of=datetime.date(2026, 2, 1))
    assert changed(rain, later) == [("scenario", "", "as_of", False)]


def test_structure_counts_and_what_is_only_told_does_not() -> None:
    """A driver's sign is read; a source, an indicator to look for, and the anchors of a factor are not."""
    scenario = weather()
    turned = replace(scenario.events["rain"], drivers=(Driver(name="damp", sign=-1),))
    found = changed(
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
    assert set(found) == {
        ("scenario", "", "question", False),
        ("sources", "s", "", False),
        ("factors", "damp", "low", False),
        ("events", "rain", "drivers", True),
        ("indicators", "i", "", False),
    }


def test_priors_are_told_as_they_were_said() -> None:
    """What is new and what is another; a reason alone, or other words for the same prior, move no number."""
    first, second = rolling()
    assert [(one.name, one.before is None, one.read) for one in restatements(first, second)] == [
        ("events.rain", False, True),
        ("evidence.gauge", True, True),
        ("evidence.farmer", True, True),
    ]
    said = {**SAID, "events.rain": BetaStated(a=2, b=6, low=0.0, high=1.0)}
    assert restatements(first, assessed(weather(), said)) == ()
    reasoned = replace(first.priors["events.rain"], stated=Stated(statement=BetaStated(a=2, b=6), because="It is wet."))
    other = replace(first, priors={**first.priors, "events.rain": reasoned})
    assert [(one.name, one.read) for one in restatements(first, other)] == [("events.rain", False)]


def test_weights_are_told_by_their_numbers() -> None:
    """An independence of 0 that is stated at last is told, and is the weight that it was."""
    twice = weather(evidence=(replace(CLOUD, origin="tale"), replace(PUDDLE, origin="tale")))
    silent, none, half = (assessed(twice, HELD, independence=k) for k in ({}, {"tale": 0.0}, {"tale": 0.5}))
    assert [(one.name, one.read) for one in reweighings(silent, none)] == [("independence.tale", False)]
    [found] = reweighings(silent, half)
    assert (found.before, found.after, found.read) == (None, Stated(statement=Constant(value=0.5)), True)


def test_what_an_analyst_declares_is_told() -> None:
    """Confidence and rationale may change; no equation reads them."""
    first, _ = rolling()
    surer = replace(first.prior_set, confidence=Confidence(level="moderate"), rationale="More is known.")
    found = declarations(first, replace(first, prior_set=surer))
    assert [(one.field, one.read) for one in found] == [("rationale", False), ("confidence", False)]
