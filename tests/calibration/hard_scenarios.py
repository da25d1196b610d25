"""Scenarios that are hard to compute but sane, by family and seed: the texts of a scenario and of a prior set for it.

Priors are stated as beta or lognormal distributions, so that the texts mean the same however quantiles and words are
fitted. Most scenarios have 3 to 12 uncertain quantities.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from tests.calibration.draft import Draft, beta, log_uniform, lognormal, quoted, rare

YEARS = 3


def _ratio(rng: random.Random, high: float = 8.0) -> str:
    return lognormal(rng, 1.5, high, sd=(0.15, 0.7))


def _mixed(draft: Draft) -> None:
    """Draw events of every form, with evidence of every kind."""
    rng = draft.rng
    _ordinary_events(draft, rng.randint(1, 2), rng.randint(2, 3))
    _outcomes(draft)
    for _ in range(rng.randint(2, 4)):
        _any_item(draft)


def _ordinary_events(draft: Draft, factors: int, events: int) -> None:
    rng = draft.rng
    for _ in range(factors):
        draft.factor(beta(rng, 0.8, 6))
    for _ in range(events):
        before = list(draft.forms)
        form = rng.choice(["odds", "odds", "rate", "table"])
        if form == "table":
            parents = before[-2:]
            draft.table(parents, [beta(rng, 0.5, 8) for _ in range(2 ** len(parents))])
            continue
        drivers = rng.sample(draft.factors, rng.randint(0, 1)) + before[:1] * rng.randint(0, 1)
        condition = {}
        if before and rng.random() < 0.4:
            condition = {rng.choice(["given", "unless"]): quoted(before[-1:])}
            drivers = [driver for driver in drivers if driver != before[-1]]
        prior = lognormal(rng, 0.01, 0.4) if form == "rate" else beta(rng, 0.6, 8)
        draft.event(form, prior, drivers={driver: _ratio(rng) for driver in drivers}, **condition)


def _outcomes(draft: Draft) -> None:
    events = list(draft.forms)
    draft.outcome("headline", all=events[-1:])
    draft.outcome("some", any=events)
    draft.outcome("not_first", none=events[:1])
    draft.outcome("last_if_first", all=events[-1:], given=events[:1])


def _any_item(draft: Draft) -> None:
    rng = draft.rng
    event, factor = rng.choice(list(draft.forms)), rng.choice(draft.factors)
    match rng.choice(["indicator", "indicators", "measurement", "testimony", "forecast", "counts", "observation"]):
        case "indicator":
            draft.indicator(rng.choice([event, factor]), _ratio(rng, 20))
        case "indicators" if "independence" not in draft.priors:
            draft.indicator(event, _ratio(rng, 20), origin='"wire"')
            draft.indicator(event, _ratio(rng, 20), origin='"wire"')
            draft.state("independence", "wire", f"{rng.random():.2f}")
        case "measurement":
            draft.measurement(factor, rng.random(), lognormal(rng, 0.05, 0.3))
        case "testimony":
            draft.testimony(event, _ratio(rng, 20))
        case "forecast":
            draft.forecast(event, rng.gauss(-1, 1.5), lognormal(rng, 0.3, 1.5))
        case "counts" if draft.forms[event] == "rate":
            draft.exposure(event, rng.randint(0, 3), rng.uniform(2, 30))
        case "counts" if draft.forms[event] == "odds":
            of = rng.randint(2, 40)
            draft.cases(event, rng.randint(0, of), of)
        case "observation" if not any("observation" in part for part in draft.scenario):
            draft.item("observation", next(iter(draft.forms)), happened="true")
        case _:
            draft.indicator(factor, _ratio(rng, 20))


def _conflict(draft: Draft) -> None:
    """Draw two items that say the opposite of the priors, or of each other."""
    rng = draft.rng
    factor = draft.factor(f"{{ beta = [{rng.uniform(8, 30):.4g}, {rng.uniform(2, 5):.4g}] }}")
    first = draft.event("odds", rare(rng, 0.01, 0.1), drivers={factor: _ratio(rng, 20)})
    second = draft.event("rate", lognormal(rng, 0.01, 0.1, sd=(0.3, 1)), drivers={first: _ratio(rng, 20)})
    draft.outcome("headline", all=[rng.choice([first, second])])
    draft.outcome("both", all=[first, second])
    draft.outcome("second_if_first", all=[second], given=[first])
    of = rng.randint(10, 60)
    choices: list[Callable[[], None]] = [
        lambda: draft.measurement(factor, rng.uniform(0, 0.3), lognormal(rng, 0.02, 0.1)),
        lambda: draft.cases(first, rng.randint(of // 2, of), of, f"{{ {factor} = {rng.random():.2f} }}"),
        lambda: draft.exposure(second, rng.randint(5, 20), rng.uniform(2, 10)),
        lambda: draft.forecast(second, rng.uniform(1, 4), lognormal(rng, 0.1, 0.5)),
        lambda: draft.forecast(first, rng.uniform(1, 4), lognormal(rng, 0.1, 0.5)),
    ]
    for add in rng.sample(choices, rng.randint(2, 4)):
        add()


def _two_modes(draft: Draft) -> None:
    """Draw readings of one factor that contradict each other, each with an uncertain error: one of them is wrong."""
    rng = draft.rng
    factor = draft.factor(beta(rng, 0.8, 2))
    form, effect = rng.choice(["odds", "rate"]), lognormal(rng, 3, 30, sd=(0.2, 0.5))
    prior = lognormal(rng, 0.02, 0.3) if form == "rate" else beta(rng, 1, 6)
    event = draft.event(form, prior, drivers={factor: effect})
    draft.outcome("headline", all=[event])
    draft.outcome("not", none=[event])
    middle, apart = rng.uniform(0.35, 0.65), rng.uniform(0.15, 0.3)
    errors = [lognormal(rng, 0.01, 0.05, sd=(0.5, 1.3)) for _ in range(2)]
    draft.measurement(factor, middle - apart, errors[0])
    draft.measurement(factor, middle + apart, errors[1])
    if rng.random() < 0.5:
        draft.forecast(event, rng.gauss(-1, 1), lognormal(rng, 0.3, 1))
    if rng.random() < 0.3:
        draft.measurement(factor, rng.random(), lognormal(rng, 0.02, 0.2, sd=(0.5, 1.3)))


def _two_routes(draft: Draft) -> None:
    """Draw two or three rare routes to one outcome, and a forecast of it 0 to 8 prior standard deviations off."""
    rng = draft.rng
    routes, reach = [], []
    for _ in range(rng.choice([2, 2, 2, 3])):
        mu, sd = math.log(log_uniform(rng, 1e-6, 1e-2)), rng.uniform(0.5, 2.0)
        if rng.random() < 0.75:
            routes.append(draft.event("rate", f"{{ lognormal = [{mu:.6g}, {sd:.4g}] }}"))
            reach.append((mu + math.log(YEARS), sd))
        else:
            routes.append(draft.event("odds", f"{{ beta = [{sd**-2:.4g}, {sd**-2 * math.exp(-mu):.6g}] }}"))
            reach.append((mu, sd))
    draft.outcome("headline", all=routes[:1])
    draft.outcome("other", all=routes[1:2])
    draft.outcome("any", any=routes)
    mu, sd = max(reach)
    draft.forecast("any", min(mu + rng.uniform(0, 8) * sd, 2.0), lognormal(rng, 0.02, 0.5, sd=(0.02, 0.5)))
    if rng.random() < 0.3 and draft.forms[routes[0]] == "rate":
        draft.exposure(routes[0], 0, log_uniform(rng, 1, 100))


def _rare_conditions(draft: Draft) -> None:
    """Draw a chain of rare events, and outcomes conditional on parts of it."""
    rng = draft.rng
    ordinary = draft.event("odds", beta(rng, 1, 5))
    chain: list[str] = []
    for _ in range(rng.randint(2, 3)):
        given = {"given": quoted(chain[-1:])} if chain else {}
        if rng.random() < 0.5:
            chain.append(draft.event("rate", lognormal(rng, 1e-5, 1e-2, sd=(0.5, 3)), **given))
        else:
            chain.append(draft.event("odds", rare(rng, 1e-4, 5e-2), **given))
    end = draft.event("odds", beta(rng, 0.3, 3), given=quoted(chain[-1:]))
    draft.outcome("headline", all=[rng.choice([ordinary, chain[0]])])
    draft.outcome("end_if_chain", all=[end], given=chain[-1:])
    draft.outcome("step_if_first", all=chain[1:2], given=chain[:1])
    if rng.random() < 0.7:
        draft.testimony(rng.choice(chain), _ratio(rng, 10))
    if rng.random() < 0.7:
        draft.indicator(end, _ratio(rng, 10))
    if rng.random() < 0.5:
        draft.cases(end, rng.randint(0, 5), 5)
    if draft.forms[chain[0]] == "rate":
        draft.exposure(chain[0], rng.randint(0, 1), log_uniform(rng, 2, 50))


def _tiny_errors(draft: Draft) -> None:
    """Draw readings with errors down to a ten-thousandth of the scale, and forecasts with errors down to 0.01."""
    rng = draft.rng
    factors = [draft.factor(beta(rng, 0.8, 5)) for _ in range(rng.randint(1, 2))]
    first = draft.event("odds", beta(rng, 0.8, 6), drivers={factor: _ratio(rng) for factor in factors})
    second = draft.event("rate", lognormal(rng, 0.01, 0.3), drivers={first: _ratio(rng), factors[0]: _ratio(rng)})
    draft.outcome("headline", all=[second])
    draft.outcome("both", all=[first, second])
    draft.outcome("second_if_first", all=[second], given=[first])
    for factor in factors:
        draft.measurement(factor, rng.uniform(0.05, 0.95), lognormal(rng, 1e-4, 1e-2, sd=(0.1, 1)))
    if rng.random() < 0.6:
        draft.forecast(rng.choice([first, second]), rng.gauss(-1, 1), lognormal(rng, 0.01, 0.1, sd=(0.1, 0.6)))
    if rng.random() < 0.4:
        draft.indicator(first, _ratio(rng))


def _rare_headlines(draft: Draft) -> None:
    """Draw a headline with a probability down to 1e-6, moved by factors and evidence."""
    rng = draft.rng
    factor = draft.factor(beta(rng, 0.8, 5))
    first = draft.event("rate", lognormal(rng, 3e-4, 3e-2, sd=(0.5, 1.5)), drivers={factor: _ratio(rng, 20)})
    second = draft.event("odds", rare(rng, 1e-3, 0.1), given=quoted([first]), drivers={factor: _ratio(rng, 20)})
    last = draft.table([second], ["{ beta = [0.5, 2000] }", beta(rng, 0.5, 4)]) if rng.random() < 0.4 else second
    draft.outcome("headline", all=[first, last])
    draft.outcome("first", all=[first])
    draft.outcome("last_if_first", all=[last], given=[first])
    draft.exposure(first, 0, log_uniform(rng, 3, 100))
    if rng.random() < 0.6:
        draft.testimony(second, _ratio(rng, 20))
    if rng.random() < 0.6:
        draft.indicator(factor, _ratio(rng, 20))
    if rng.random() < 0.4:
        draft.measurement(factor, rng.random(), lognormal(rng, 0.03, 0.2))


def _strong_ratios(draft: Draft) -> None:
    """Draw likelihood ratios of up to 10,000, some against each other."""
    rng = draft.rng
    factor = draft.factor(beta(rng, 0.5, 5))
    first = draft.event("odds", rare(rng, 1e-3, 0.3), drivers={factor: _ratio(rng, 20)})
    second = draft.event("odds", beta(rng, 0.5, 5), drivers={first: _ratio(rng, 50)})
    draft.outcome("headline", all=[second])
    draft.outcome("both", all=[first, second])
    draft.outcome("second_if_first", all=[second], given=[first])
    for _ in range(rng.randint(2, 4)):
        about = rng.choice([factor, first, second])
        ratio = lognormal(rng, 10, 1e4, sd=(0.1, 1.2))
        if about == factor or rng.random() < 0.5:
            draft.indicator(about, ratio)
        else:
            draft.testimony(about, ratio)


FAMILIES: Mapping[str, Callable[[Draft], None]] = {
    "mixed": _mixed,
    "conflict": _conflict,
    "two modes": _two_modes,
    "two routes": _two_routes,
    "rare conditions": _rare_conditions,
    "tiny errors": _tiny_errors,
    "rare headlines": _rare_headlines,
    "strong ratios": _strong_ratios,
}


def hard_files(family: str, seed: int) -> dict[str, str]:
    """Return the texts of a scenario and of a prior set for it, by file name; the same on every platform."""
    draft = Draft(rng=random.Random(f"{family} {seed}"))
    FAMILIES[family](draft)
    return draft.texts()
