"""The flagship scenario written by hand a second time, as functions of arrays: for NumPyro and for plain NumPy.

It is the model of `handwritten.py`, number by number, and uses nothing of the package. `array` is `numpy` or
`jax.numpy`; each quantity is a scalar or an array with one entry for each draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from types import ModuleType
from typing import Any

HEADLINE = "coordinated_attack"

UNIFORM = {"domestic_constraints": (0.15, 0.90)}
BETA = {
    "alignment": (2.2302, 2.2302),
    "mistrust": (3.2618, 3.2618),
    "escalation_risk_share": (3.8916, 2.1084),
    "rhetorical_motive": (2.625, 2.625),
    "diversion_value": (3.9583, 3.3315),
    "deterrence": (3.3580, 3.3580),
    "base_plan": (2.3663, 34.6118),
    "base_request": (2.7948, 13.0524),
    "base_attack": (2.5138, 41.9056),
    "base_opportunistic": (0.5, 33.5),
    "base_miscalculation": (2.6879, 84.2534),
    "motive_medvedev_mockery": (16.9241, 1.9551),
    "motive_putin_denial": (41.4890, 5.4257),
    "motive_estonian_assessment": (3.0052, 9.0156),
    "motive_american_assessment_share": (2.3333, 3.6667),
}
INDICATORS = (
    ("diplomatic_support", 0.5058, 0.2496, "alignment", 1, 1.0),
    ("joint_exercises", 0.5058, 0.2496, "alignment", 1, 1.0),
    ("airborne_leak", 0.3466, 0.2107, "alignment", 1, 1.0),
    ("iran_and_north_korea", 0.2939, 0.1787, "alignment", 1, 1.0),
    ("treaty_2001", 0.6405, 0.2785, "alignment", 0, 1.0),
    ("fsb_paper", 0.7576, 0.3011, "mistrust", 1, 1.0),
    ("old_quarrels", 0.3209, 0.1951, "mistrust", 1, 1.0),
    ("russia_must_not_lose", 0.5625, 0.2840, "diversion_value", 1, 1.0),
    ("busy_in_europe", 0.2653, 0.1613, "diversion_value", 1, 1.0),
    ("article_5", 0.5254, 0.2615, "escalation_risk", 1, 1.0),
    ("arsenals", 0.5254, 0.2615, "escalation_risk", 1, 1.0),
    ("no_help_for_iran", 0.3942, 0.2397, "escalation_risk", 1, 1.0),
    ("troops_from_north_korea", 0.3942, 0.2397, "domestic_constraints", 1, 1.0),
    ("danish_timetable", 0.4854, 0.2372, "domestic_constraints", 0, 1.0),
    ("baltic_wargames", 0.4854, 0.2372, "deterrence", 0, 1.0),
    ("quantum_leap", 0.7843, 0.3660, "rhetorical_motive", 1, 0.65),
    ("hague_pledge", 0.5625, 0.2840, "rhetorical_motive", 1, 0.65),
)
"""Name, mu and sigma of its ratio, the factor, whether its top is supported, and the weight."""
MEASUREMENTS = (
    ("un_voting", -2.0199, 0.3075, "alignment", 0.39, 0.92, 0.79),
    ("trade", 3.8593, 0.2785, "alignment", 100.0, 280.0, 228.1),
    ("dual_use_supply", 3.2574, 0.3340, "alignment", 25.0, 100.0, 90.0),
    ("defence_share", -0.6547, 0.3340, "deterrence", 1.40, 3.50, 2.27),
)
"""Name, mu and sigma of its error, the factor, the value expected at its ends, and the value seen."""
FORECASTS = (
    ("polymarket_2027", 0.160, date(2026, 5, 31), date(2027, 12, 31), 0.0244, 0.2317, 0.7),
    ("manifold_2030", 0.355, date(2026, 2, 15), date(2029, 12, 31), 0.2939, 0.2427, 0.7),
    ("metaculus_december", 0.130, date(2025, 12, 21), date(2029, 12, 31), -0.2154, 0.2905, 0.55),
    ("metaculus_february", 0.200, date(2026, 2, 1), date(2029, 12, 31), -0.2154, 0.2905, 0.55),
    ("samotsvety_1", 0.080, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, 0.36),
    ("samotsvety_2", 0.080, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, 0.36),
    ("samotsvety_3", 0.170, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, 0.36),
    ("samotsvety_4", 0.175, date(2024, 2, 13), date(2029, 12, 31), -0.1438, 0.3340, 0.36),
    ("samotsvety_5", 0.240, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, 0.36),
)
"""Name, probability, beginning and end, mu and sigma of its error, and the weight."""
LOG_NORMAL = {
    "base_invasion": (-3.9120, 0.5571),
    "effect_plan_alignment": (1.3540, 0.5767),
    "effect_plan_mistrust": (1.2425, 0.5089),
    "effect_invasion_deterrence": (0.9635, 0.4892),
    "effect_request_plan": (1.8122, 0.5447),
    "effect_request_alignment": (1.0, 0.5),
    "effect_request_mistrust": (1.1041, 0.5118),
    "effect_request_diversion": (1.2852, 0.5447),
    "effect_attack_plan": (1.5891, 0.5447),
    "effect_attack_alignment": (0.9870, 0.4892),
    "effect_attack_mistrust": (0.8524, 0.4603),
    "effect_attack_escalation": (1.8054, 0.5447),
    "effect_attack_constraints": (1.1041, 0.5118),
    "effect_attack_deterrence": (1.2542, 0.5141),
    "effect_opportunistic_escalation": (1.8054, 0.5447),
    "effect_opportunistic_constraints": (1.1041, 0.5118),
    "effect_opportunistic_deterrence": (1.4452, 0.5213),
    "effect_miscalculation_deterrence": (0.4480, 0.4892),
    "effect_miscalculation_alignment": (0.4700, 0.4214),
    "ratio_silence_of_beijing": (0.1312, 0.0798),
    "ratio_medvedev_mockery": (0.3466, 0.2107),
    "ratio_arms_build_up": (0.2653, 0.1613),
    "ratio_american_assessment": (0.4419, 0.2107),
    "ratio_rutte_claim": (0.7843, 0.3660),
    "ratio_grynkewich_echo": (0.5970, 0.3050),
    "ratio_putin_denial": (0.4581, 0.2785),
    "ratio_estonian_assessment": (0.4419, 0.2107),
    **{f"ratio_{name}": (mu, sigma) for name, mu, sigma, *_ in INDICATORS},
    **{f"error_{name}": (mu, sigma) for name, mu, sigma, *_ in MEASUREMENTS},
    **{f"error_{name}": (mu, sigma) for name, _, _, _, mu, sigma, _ in FORECASTS},
}

type Values = Mapping[str, Any]
"""A number or an array for each quantity."""
type Chances = tuple[Any, Any]
"""ln P(no), ln P(yes)."""


def log_likelihood(array: ModuleType, values: Values) -> tuple[Any, Any]:
    """Return the log-likelihood of all evidence, and the probability of the headline given the evidence."""
    full = {**values, "escalation_risk": 0.15 + 0.83 * values["escalation_risk_share"]}
    rate = full["base_invasion"] * full["effect_invasion_deterrence"] ** (0.5 - full["deterrence"])
    events, headline = _events(array, full, rate)
    return _factors(array, full) + _invasions(array, full, rate) + _cases(array, full) + events, headline


def _years(start: date, end: date) -> float:
    return (end - start).days / 365.25


def _normal(array: ModuleType, seen: Any, mean: Any, sd: Any) -> Any:
    """Return the log-density without its constant."""
    return -0.5 * ((seen - mean) / sd) ** 2 - array.log(sd)


def _logit(array: ModuleType, chance: Any) -> Any:
    return array.log(chance) - array.log1p(-chance)


def _log_chances(array: ModuleType, log_odds: Any) -> Chances:
    return -array.logaddexp(0.0, log_odds), -array.logaddexp(0.0, -log_odds)


def _factors(array: ModuleType, values: Values) -> Any:
    total = 0.0
    for name, _, _, factor, top, weight in INDICATORS:
        degree = values[factor] if top else 1 - values[factor]
        total = total + weight * (degree - 0.5) * array.log(values[f"ratio_{name}"])
    for name, _, _, factor, low, high, seen in MEASUREMENTS:
        total = total + _normal(array, seen, low + (high - low) * values[factor], values[f"error_{name}"])
    return total


def _invasions(array: ModuleType, values: Values, rate: Any) -> Any:
    """Years without an invasion, two wars offshore, and what others have forecast."""
    total = 0.4 * -77 * rate + 0.03 * (2 * array.log(77 * rate) - 77 * rate)
    for name, stated, start, end, *_, weight in FORECASTS:
        hazard = _years(start, end) * rate
        log_odds = array.log(-array.expm1(-hazard)) + hazard
        total = total + weight * _normal(array, _logit(array, stated), log_odds, values[f"error_{name}"])
    return total


def _cases(array: ModuleType, values: Values) -> Any:
    """Partners asked to open a front, as (plan, escalation risk, done, of how many)."""
    total = 0.0
    for war_pact, risk, done, cases in ((0, 0.1, 4, 10), (0, 0.6, 2, 15), (1, 0.6, 3, 4)):
        log_odds = _logit(array, values["base_attack"]) + _shift(array, values, "attack", escalation=0.5 - risk)
        log_odds = log_odds + war_pact * array.log(values["effect_attack_plan"])
        no, yes = _log_chances(array, log_odds)
        total = total + 0.25 * (done * yes + (cases - done) * no)
    return total


def _shift(array: ModuleType, values: Values, event: str, **degrees: Any) -> Any:
    """Return how far drivers move the log-odds of an event."""
    return sum(array.log(values[f"effect_{event}_{driver}"]) * degree for driver, degree in degrees.items())


def _testimony(array: ModuleType, values: Values, name: str, motive: Any) -> Any:
    return array.log(motive + (1 - motive) / values[f"ratio_{name}"])


def _chances(array: ModuleType, values: Values, rate: Any) -> dict[str, list[Chances]]:
    """Return the chances of each event: where a plan matters, without it and with it."""
    alignment, mistrust, deterrence = (values[name] - 0.5 for name in ("alignment", "mistrust", "deterrence"))
    diversion, escalation = values["diversion_value"] - 0.5, values["escalation_risk"] - 0.5
    constraints, hazard = values["domestic_constraints"] - 0.5, rate * _years(date(2026, 11, 1), date(2030, 12, 31))
    shifts = {
        "plan": {"alignment": alignment, "mistrust": -mistrust},
        "request": {"alignment": alignment, "mistrust": -mistrust, "diversion": diversion},
        "attack": {
            "alignment": alignment,
            "mistrust": -mistrust,
            "escalation": -escalation,
            "constraints": -constraints,
            "deterrence": -deterrence,
        },
        "opportunistic": {"escalation": -escalation, "constraints": -constraints, "deterrence": -deterrence},
        "miscalculation": {"deterrence": deterrence, "alignment": alignment},
    }
    chances = {"invasion": [(-hazard, array.log(-array.expm1(-hazard)))] * 2}
    for event, degrees in shifts.items():
        log_odds = _logit(array, values[f"base_{event}"]) + _shift(array, values, event, **degrees)
        planned = values.get(f"effect_{event}_plan", 1.0)
        chances[event] = [_log_chances(array, log_odds), _log_chances(array, log_odds + array.log(planned))]
    return chances


def _said(array: ModuleType, values: Values) -> dict[str, Chances]:
    """Return the log-likelihood of the evidence about each event: not so, so."""
    american = 0.10 + 0.60 * values["motive_american_assessment_share"]
    claims = [
        _testimony(array, values, name, values["rhetorical_motive"]) for name in ("rutte_claim", "grynkewich_echo")
    ]
    own = {
        name: _testimony(array, values, name, values[f"motive_{name}"])
        for name in ("medvedev_mockery", "putin_denial", "estonian_assessment")
    }
    invaded = array.log(values["ratio_arms_build_up"]) + _testimony(array, values, "american_assessment", american)
    return {
        "plan": _centred(array.log(values["ratio_silence_of_beijing"]), own["medvedev_mockery"]),
        "invasion": _centred(0.0, invaded),
        "request": _centred(0.55 * (claims[0] + claims[1]), 0.0),
        "attack": _centred(0.0, own["putin_denial"]),
        "opportunistic": _centred(0.0, own["estonian_assessment"]),
    }


def _centred(no: Any, yes: Any) -> Chances:
    """Return log-likelihoods with the same difference, around 0: an uncertain ratio counts as its median."""
    half = 0.5 * (no - yes)
    return half, -half


def _events(array: ModuleType, values: Values, rate: Any) -> tuple[Any, Any]:
    """Sum the events out over their feasible states."""
    chances, said = _chances(array, values, rate), _said(array, values)
    total, attacked = 0.0, 0.0
    for plan, invasion, request, attack, opportunistic, miscalculation in product((0, 1), repeat=6):
        if not invasion and (request or attack or opportunistic or miscalculation):
            continue
        if (attack and not request) or (opportunistic and request) or (miscalculation and (attack or opportunistic)):
            continue
        states = {"plan": plan, "invasion": invasion, "request": request, "attack": attack}
        log_p = sum(said[event][state] for event, state in {**states, "opportunistic": opportunistic}.items())
        log_p = log_p + chances["plan"][0][plan] + chances["invasion"][0][invasion]
        if invasion:
            log_p = log_p + chances["request"][plan][request]
            log_p = log_p + (chances["attack"][plan][attack] if request else chances["opportunistic"][0][opportunistic])
            if not (attack or opportunistic):
                log_p = log_p + chances["miscalculation"][0][miscalculation]
        total = total + array.exp(log_p)
        attacked = attacked + attack * array.exp(log_p)
    return array.log(total), attacked / total
