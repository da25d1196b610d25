"""A comparison as CSV: one number in a row, with what it is a number of."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports.comparison.summary import Comparison, Decomposition, Outcome, Team
from estimative.reports.formats.rows import Row, caution_row, table
from estimative.reports.summary import Number

HEADER = ("part", "outcome", "analyst", "against", "name", "measure", "value", "error")
"""`error` is the standard error where there is one: of Monte Carlo, in shares of sampling orders besides."""


def csv_of(comparison: Comparison) -> str:
    """Every number of a comparison; log-odds are natural, foresight is in decibans."""
    return table(HEADER, _rows(comparison))


def _rows(comparison: Comparison) -> Iterator[Row]:
    yield from caution_row(HEADER, comparison.caution)
    for name, outcome in comparison.outcomes.items():
        yield from _outcome(name, outcome)
    headline = comparison.scenario.headline
    for name, found in comparison.foresight.items():
        first = next(iter(comparison.foresight))
        for measure, number in (("figures", found.figures), ("everything", found.everything)):
            yield ("foresight", "", name, first, "", measure, *_number(number))
    if pair := comparison.attribution:
        yield from _decomposition("attribution", headline, pair.first, pair.second, pair.decomposition)
    if comparison.team:
        yield from _team(headline, comparison.team)


def _outcome(name: str, outcome: Outcome) -> Iterator[Row]:
    for analyst, one in outcome.analysts.items():
        about = ("probability", name, analyst, "", "")
        yield (*about, "probability", one.probability, one.se)
        yield (*about, "low", one.interval.low, one.interval.low_se)
        yield (*about, "high", one.interval.high, one.interval.high_se)
        yield (*about, "prior_probability", one.prior_probability, one.prior_se)
        yield (*about, "term", one.term, "")
    for pair in outcome.pairs:
        for measure in ("difference", "first_higher", "overlap", "wasserstein"):
            yield ("pair", name, pair.first, pair.second, "", measure, *_number(getattr(pair, measure)))


def _team(headline: str, team: Team) -> Iterator[Row]:
    for name, weight in team.weights.items():
        yield ("weight", "", name, "", "", "weight", weight, "")
    yield ("pool", headline, "", "", "", "log_odds", *_number(team.pool))
    for name, found in team.against_pool.items():
        yield from _decomposition("against_pool", headline, name, "pool", found)
    yield from _decomposition("variance", headline, "", "", team.variance)


def _decomposition(part: str, outcome: str, first: str, second: str, found: Decomposition) -> Iterator[Row]:
    about = (part, outcome, first, second)
    yield (*about, "", "gap", *_number(found.gap))
    for share in (*found.blocks, *found.quantities):
        error = (share.share.se**2 + share.sampling_error**2) ** 0.5
        yield (*about, share.name, "share", share.share.value, error)
        yield (*about, share.name, "first_in", *_number(share.first_in))
        yield (*about, share.name, "last_in", *_number(share.last_in))


def _number(number: Number | None) -> tuple[object, object]:
    return ("", "") if number is None else (number.value, number.se)
