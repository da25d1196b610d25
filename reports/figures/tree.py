"""The tree: every event under the scenario's conditions, with the probability of each step and of the path so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from estimative.model.inference.estimates import Estimate, ProbabilityEstimate
from estimative.model.inference.fit_result import EventProbability, FitResult
from estimative.model.spec.events import event_of
from estimative.model.spec.scenario import Scenario
from estimative.reports.context import Context
from estimative.reports.figures.branches import Branches, Node, Way
from estimative.reports.figures.chain import Branch, Chain, Link, Place, below, chain_of, longest
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.number_format import rounded
from estimative.reports.phrases import condition, listed, plain, plural, quoted, title_of

MAX_EVENTS, MAX_STEPS = 24, 4
"""Events that are drawn, and steps that a title lists."""
IMPOSSIBLE = "Its condition is impossible."


def tree(result: FitResult, context: Context) -> Chart:
    """The chain of events as a tree of probabilities.

    Raises
    ------
    NothingToPlot
        If the result has no event.
    """
    if not result.events:
        raise NothingToPlot("The result has no events.")
    scenario = context.scenario
    chain = dict(islice(chain_of(links(result.events, scenario)).items(), MAX_EVENTS))
    cut = len(result.events) - len(chain)
    rest = f" {plural(cut, 'event is', 'events are')} not shown." if cut else ""
    return Chart(
        content=Branches(
            roots=_nodes((), chain, scenario),
            sentences=tuple(_sentences(chain, scenario)),
        ),
        title=_title(chain, scenario),
        caption="Each event is on the branch that makes it possible. This step: the probability of the branch once the "
        "event is possible. Path so far: the probability of getting to its end. Thicker lines are more probable."
        f"{rest}",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def links(events: Mapping[str, EventProbability], scenario: Scenario) -> dict[str, Link]:
    """Each event with its condition and its probabilities."""
    return {
        name: Link(
            given=scenario.event(name).given,
            unless=scenario.event(name).unless,
            step=_estimate(row.conditional.posterior) if row.conditional else None,
            overall=_estimate(row.posterior),
        )
        for name, row in events.items()
    }


def _estimate(number: ProbabilityEstimate) -> Estimate:
    return Estimate(value=number.value, se=number.se)


def _nodes(path: tuple[Branch, ...], chain: Chain, scenario: Scenario) -> tuple[Node, ...]:
    """The events at the end of a path; the states of one event are the ways on from it."""
    together: dict[str, list[Place]] = {}
    for place in below(chain, path):
        together.setdefault(event_of(place.name), []).append(place)
    return tuple(_node(places, chain, scenario) for places in together.values())


def _node(places: Sequence[Place], chain: Chain, scenario: Scenario) -> Node:
    """An event with its ways on; that a state does not hold is one of them only where something follows."""
    event = scenario.event(places[0].name)
    ways = [
        way
        for place in places
        for happens in (True, False)
        if place.link.step
        for way in [_way(place, happens, chain, scenario)]
        if way.following or happens or not event.states
    ]
    ends_first = sorted(ways, key=lambda way: (bool(way.following), way.happens and not event.states))
    return Node(title=plain(event.title), note=" ".join(_notes(places[0], scenario)), ways=tuple(ends_first))


def _way(place: Place, happens: bool, chain: Chain, scenario: Scenario) -> Way:
    step, state = place.step(happens=happens), place.name.partition("=")[2]
    return Way(
        happens=happens,
        state=plain(scenario.event(place.name).state_title(state)) if state else "",
        step=step.value if step else 0.0,
        step_text=_short(step),
        path_text=_short(place.reached(happens=happens)),
        following=_nodes(place.after(happens=happens), chain, scenario),
    )


def _percent(number: Estimate | None) -> str:
    """A probability in percent; one without a known error as if exact."""
    return f"{rounded(number.value, number.se or 0.0, places=2)}%" if number else "unknown"


def _short(number: Estimate | None) -> str:
    return _percent(number).replace("less than ", "< ")


def _notes(place: Place, scenario: Scenario) -> Iterator[str]:
    """What is so of an event beyond its branch."""
    if scenario.observation_of(place.name):
        yield "Observed."
    elif scenario.event(place.name).when == "now":
        yield "Already settled, but unknown."
    if place.also:
        yield f"{worded(place.also, scenario)}."
    if not place.link.step:
        yield IMPOSSIBLE


def worded(branches: Sequence[Branch], scenario: Scenario) -> str:
    """A condition in words: "Only if \u201cX\u201d happens and \u201cY\u201d does not"."""
    parts = [
        f"{quoted(title_of(branch.event, scenario))} {verb(branch.event, happens=branch.happens)}"
        for branch in sorted(branches, key=lambda branch: not branch.happens)
    ]
    return f"Only if {listed(parts)}" if parts else ""


def verb(name: str, *, happens: bool) -> str:
    """What an event does, or a state of one."""
    if "=" in name:
        return "holds" if happens else "does not hold"
    return "happens" if happens else "does not happen"


def _title(chain: Chain, scenario: Scenario) -> str:
    """The longest chain of events of which each needs the one before."""
    places = longest(chain)
    first, last = (quoted(title_of(place.name, scenario)) for place in (places[0], places[-1]))
    end = _percent(places[-1].reached(happens=True))
    if len(places) == 1:
        return f"{first}: {end}" if len(chain) == 1 else "No event depends on another one"
    complete = not any(place.also for place in places) and len(places) <= MAX_STEPS
    steps = f" ({' \u00d7 '.join(_percent(place.step(happens=True)) for place in places)})" if complete else ""
    return f"From {first} to {last} in {len(places)} steps: {end}{steps}"


def _sentences(chain: Chain, scenario: Scenario) -> Iterator[str]:
    for place in chain.values():
        title, link = title_of(place.name, scenario), place.link
        if not link.step:
            yield f"{title}: {IMPOSSIBLE}"
            continue
        given = f" (if {condition(link.given, link.unless, scenario)})" if link.given or link.unless else ""
        ways = (
            f"{verb(place.name, happens=happens)} {_percent(place.step(happens=happens))}, "
            f"path so far {_percent(place.reached(happens=happens))}"
            for happens in (True, False)
        )
        yield f"{title}{given}: {'; '.join(ways)}."
