"""Warnings about an assessment: what can be computed, and is probably not what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from estimative.model.spec.as_of import known_on
from estimative.model.spec.evidence import Cases, Evidence, Observation
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.suggestions import suggestions
from estimative.priors.errors import Issue, Place, quote
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior
from estimative.priors.statements import ByState, Count

MISSED_SHARE = 0.4
"""In cumulative probability: a fitted share whose quantile is off by more was probably meant otherwise. Words for
several shares seldom fit each other well: those that add up to 1 may be off by 0.3."""
SEVERAL = 0.2
"""Expected occurrences from which it matters, by more than a tenth, whether an event may follow each or all of them."""


def warnings_of(scenario: Scenario, prior_set: PriorSet, priors: Mapping[str, Prior]) -> tuple[Issue, ...]:
    """Return one warning for each probable mistake, those of the scenario first; priors are by quantity."""
    return (
        *_repeated_titles(scenario),
        *_repeated_evidence(scenario),
        *_old_priors(scenario, prior_set),
        *_undated_evidence(scenario),
        *_counted_once(scenario, priors),
        *_missed_quantiles(prior_set, priors),
        *_missed_shares(prior_set, priors),
        *_missing_reasons(prior_set),
    )


def unused_sources(scenario: Scenario, prior_sets: Iterable[PriorSet]) -> tuple[Issue, ...]:
    """Return a warning for each source that neither the scenario nor any of its prior sets refers to.

    This needs all prior sets at once: a source may be there for the priors of one analyst.
    """
    used = {item.source for section in (scenario.evidence, scenario.indicators) for item in section.values()}
    used |= {stated.source for stated in suggestions(scenario).values()}
    used |= {stated.source for prior_set in prior_sets for stated in prior_set.statements.values()}
    return tuple(
        _warning(
            "unused-source",
            f"nothing refers to the source {quote(name)}",
            scenario.place(f"scenario.sources.{position}"),
            value=quote(name),
        )
        for position, name in enumerate(scenario.sources)
        if name not in used
    )


def _repeated_titles(scenario: Scenario) -> Iterator[Issue]:
    """Yield a warning for outcomes, and for events, that a reader cannot tell from each other."""
    for section in ("outcomes", "events"):
        names: dict[str, str] = {}
        for name, entry in getattr(scenario, section).items():
            if (first := names.setdefault(entry.title, name)) != name:
                message = f"{quote(first)} and {quote(name)} have the same title"
                place = scenario.place(f"{section}.{name}.title")
                yield _warning("repeated-title", message, place, suggestion="Give each a title of its own.")


def _repeated_evidence(scenario: Scenario) -> Iterator[Issue]:
    """Yield a warning for items that seem to be one item, and count as several."""
    groups: dict[tuple[object, ...], list[Evidence]] = {}
    # Observations of different events are different facts, wherever both of them are reported.
    for item in (item for item in scenario.evidence.values() if not isinstance(item, Observation)):
        if item.locator:
            groups.setdefault((item.source, _plain(item.locator)), []).append(item)
        groups.setdefault((item.source, item.date, _plain(item.title)), []).append(item)
    seen: set[tuple[str, ...]] = set()
    for items in groups.values():
        names = tuple(item.id for item in items)
        one_origin = items[0].origin and all(item.origin == items[0].origin for item in items)
        if len(items) > 1 and not one_origin and names not in seen:
            seen.add(names)
            listed = " and ".join(map(quote, names))
            message = f"{listed} have the same source and locator, or date and title, but count as independent"
            place = scenario.place(f"evidence.{names[-1]}")
            yield _warning("repeated-evidence", message, place, suggestion="Give them a common origin.")


def _plain(text: str) -> str:
    """A text without its capitals, its full stop and the width of its spaces."""
    return " ".join(text.casefold().split()).rstrip(".")


def _old_priors(scenario: Scenario, prior_set: PriorSet) -> Iterator[Issue]:
    # A rate ages by itself, what is settled does not age, and a chance under a condition is as good on any day.
    ageless = [
        event.title
        for event in scenario.events.values()
        if event.when == "horizon" and not event.takes_time and not event.given and event.timing is None
    ]
    if prior_set.date and prior_set.date < scenario.as_of and ageless:
        more = f" and {len(ageless) - 1} more" if len(ageless) > 1 else ""
        message = (
            f"these priors are of {prior_set.date}, the scenario is of {scenario.as_of}: the stated chance of "
            f"{quote(ageless[0])}{more} does not age, though there is less time left"
        )
        place, value = _place(prior_set, "prior_set.date"), str(prior_set.date)
        suggestion = 'Check the priors, then change their date; write timing = "anytime" if it may happen on any day.'
        yield _warning("old-priors", message, place, value=value, suggestion=suggestion)


def _undated_evidence(scenario: Scenario) -> Iterator[Issue]:
    """Yield the warning of evidence that nobody knows to be known yet, where other evidence is left out as later."""
    undated = [item.id for item in scenario.evidence.values() if known_on(item, scenario) is None]
    if scenario.later and undated:
        more = f" and {len(undated) - 1} more" if len(undated) > 1 else ""
        message = f"{quote(undated[0])}{more} has no date, nor has its source: it counts as known on {scenario.as_of}"
        place, fix = scenario.place(f"evidence.{undated[0]}"), "Write a date."
        yield _warning("undated-evidence", message, place, suggestion=fix)


def _counted_once(scenario: Scenario, priors: Mapping[str, Prior]) -> Iterator[Issue]:
    """Yield the warnings of chances for each occurrence, as it seems, of a rate event that may occur several times."""
    counted = {item.about for item in scenario.evidence.values() if isinstance(item, Cases)}
    counted |= {name for name in scenario.events if _is_count(priors.get(f"events.{name}"))}
    for event in scenario.events.values():
        if event.id not in counted or event.repeats is not None or event.form != "odds" or event.states:
            continue
        for name in event.given:
            if name in scenario.events and scenario.events[name].form == "rate":
                expected = priors[f"events.{name}"].family.mean * scenario.years
                if expected >= SEVERAL:
                    message = (
                        f"{quote(event.id)} has past cases, and {expected:.2g} occurrences of {quote(name)} are "
                        "expected: its chance is taken for that of all of them together"
                    )
                    fix = "Write repeats = true if it may follow each of them, repeats = false if that is meant."
                    place = scenario.place(f"events.{event.id}")
                    yield _warning("counted-once", message, place, value=f"{expected:.2g}", suggestion=fix)


def _is_count(prior: Prior | None) -> bool:
    return prior is not None and isinstance(prior.stated.statement, Count)


def _missed_quantiles(prior_set: PriorSet, priors: Mapping[str, Prior]) -> Iterator[Issue]:
    for name, prior in priors.items():
        if prior.missed:
            message = f"the fitted distribution is far from what was stated: {'; '.join(map(str, prior.missed))}"
            yield _warning("missed-quantile", message, _place(prior_set, name), suggestion="State fewer quantiles.")


def _missed_shares(prior_set: PriorSet, priors: Mapping[str, Prior]) -> Iterator[Issue]:
    """Yield a warning for each event whose shares, stated one by one, fit no distribution of shares well."""
    missed: dict[int, tuple[str, Prior]] = {}
    for name, prior in priors.items():
        if prior.misfit > MISSED_SHARE and isinstance(prior.stated.statement, ByState):
            missed.setdefault(id(prior.stated), (name, prior))
    for name, prior in missed.values():
        entry = name.rpartition(".")[0]
        off = f"a quantile is off by {prior.misfit:.2f} in probability"
        message = f"the fitted shares are far from what was stated: {off}"
        fix = "Check that the shares add up to 1, or state shares with a worth."
        yield _warning("missed-share", message, _place(prior_set, entry), suggestion=fix)


def _missing_reasons(prior_set: PriorSet) -> Iterator[Issue]:
    stated = {**prior_set.statements, **prior_set.shares}
    without = [name for name, statement in stated.items() if not statement.because]
    if without:
        verb = "has" if len(without) == 1 else "have"
        message = f"{len(without)} of {len(stated)} priors {verb} no reason; the first is {quote(without[0])}"
        place = _place(prior_set, without[0])
        yield _warning("missing-reason", message, place, suggestion="Write a because for each.")


def _warning(code: str, message: str, place: Place, *, value: str = "", suggestion: str = "") -> Issue:
    return Issue(severity="warning", code=code, message=message, place=place, value=value, suggestion=suggestion)


def _place(prior_set: PriorSet, key: str) -> Place:
    return prior_set.places.get(key) or Place(file=prior_set.file, key=key)
