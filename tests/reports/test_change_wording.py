"""From a change to words, phrase by phrase."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from estimative.model.spec.events import Driver
from estimative.model.spec.evidence import Trials
from estimative.priors.prior_set import Confidence
from estimative.reports.change import wording as words
from estimative.reports.change.summarizing import shown
from estimative.reports.change.summary import Entry, Sharing
from estimative.reports.summary import Number
from tests.changes_made import BLOCKS, CHANGES, FULL_CHANGE, SHARING, entry, share
from tests.comparisons import number


def caused(whole: Number, shares: dict[str, float], rest: float = 0.0) -> Sharing:
    """A change with these blocks."""
    blocks = tuple(share(name, name, value) for name, value in shares.items())
    return replace(SHARING, whole=whole, blocks=blocks, players=(), rest=number(rest, 0.02))


NOTHING = "nothing that the answer depends on changed."
UP = "Its odds are multiplied by 1.6: up by 2.0 decibans."
DOWN = "Its odds are divided by 1.6: down by 2.0 decibans."
STAYS = "It stays, as far as the draws can tell."


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (caused(number(0.0), {}), f"It stays: {NOTHING}"),
        (caused(number(0.01, 0.02), {}), f"It stays: {NOTHING}"),
        (caused(number(0.46, 0.01), {}), f"{UP} It is settings and chance alone: {NOTHING}"),
        (
            caused(number(0.46, 0.01), {"items": 0.46}),
            f"{UP} In decibans: evidence +2.0 and settings and chance 0.",
        ),
        (
            caused(number(-0.46, 0.01), {"factors": 0.23, "scenario": -0.69}, 0.1),
            f"{DOWN} In decibans: the scenario -3.0, priors of factors +1.0 and settings and chance +0.4.",
        ),
        (
            caused(number(0.0, 0.01), {"items": 0.23, "effects": -0.23}),
            f"{STAYS} In decibans: evidence +1.0, priors of effects -1.0 and settings and chance 0.",
        ),
    ],
)
def test_a_change_is_told_with_its_causes(found: Sharing, told: str) -> None:
    """Of none, one or several blocks: which way, by how much, the largest share first, and what chance leaves."""
    assert words.due(found) == told


def test_every_block_has_a_name() -> None:
    """Every block that a change can have is told in words."""
    assert set(BLOCKS) <= set(words.BLOCKS)
    assert len(set(words.BLOCKS.values())) == len(words.BLOCKS)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (entry("new", "evidence.x", title="It rains."), "New: evidence.x (It rains)"),
        (entry("new", "evidence.x", title="It rains", values="|held at 3"), "New: evidence.x (It rains): held at 3"),
        (entry("gone", "evidence.x"), "Gone: evidence.x"),
        (entry("gone", "evidence.x", values="held at 3|"), "Gone: evidence.x; it was: held at 3"),
        (entry("changed", "seed", values="1|2"), "seed: 1 -> 2"),
        (entry("changed", "evidence.x", field="origin", values="|tale"), "evidence.x, origin: nothing -> tale"),
        (entry("changed", "evidence.x", field="origin", values="tale|"), "evidence.x, origin: tale -> nothing"),
        (
            entry("changed", "events.x", field="title", values="a|b", counts=False),
            "events.x, title: a -> b (the headline does not depend on it)",
        ),
    ],
)
def test_what_changed_is_told_in_a_line(one: Entry, told: str) -> None:
    """What is new, gone or changed, with what it was and what it is, and whether a number depends on it."""
    assert words.entry(one) == told


def test_a_long_text_is_cut() -> None:
    """The end of a long text is left out, and that is seen."""
    told = words.entry(entry("changed", "question", values=f"{'why ' * 100}|now"))
    assert told.endswith("why ... -> now")
    assert len(told) < words.LONGEST + 30


@pytest.mark.parametrize(
    ("name", "told"),
    [("items.dive", "dive"), ("events.leak", "the baseline of leak"), ("relevance.x", "the relevance of x")],
)
def test_what_has_a_share_is_spoken_of(name: str, told: str) -> None:
    """An item goes by its name, a quantity by what it does."""
    assert words.player(share(name, "items", 0.1)) == told


@pytest.mark.parametrize(("count", "told"), [(0, "over all orders."), (8, "averages over 8 random orders")])
def test_orders_are_told(count: int, told: str) -> None:
    """Whether shares were taken over all orders or over some."""
    assert told in words.orders(replace(SHARING, orders=count))


def test_dates_are_told_where_they_differ() -> None:
    """Each judgement has its date, unless both have the same."""
    assert "as of 2026-11-01 to" in words.judgement(FULL_CHANGE)
    assert "as of" not in words.judgement(CHANGES["change.seed"])
    assert words.judgement(CHANGES["change.withheld"]) == ""
    assert words.judgement(CHANGES["change.other"]).startswith("Before: ")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0.25, "0.25"),
        (datetime.date(2026, 11, 1), "2026-11-01"),
        ((), ""),
        (("plan", "war"), "plan; war"),
        ((Driver(name="plan", sign=1), Driver(name="calm", sign=-1)), "plan raises; calm lowers"),
        ((Trials(at={"plan": 1.0}, successes=2.5, of=4.0),), "2.5 of 4 at plan 1"),
        ((Trials(at={}, successes=2, of=4),), "2 of 4"),
        (Confidence(level="low", information_base="one dive."), "low. one dive"),
    ],
)
def test_a_field_is_told_in_words(value: object, told: str) -> None:
    """Whatever a file can say in a field is told without brackets and quotes."""
    assert shown(value) == told
