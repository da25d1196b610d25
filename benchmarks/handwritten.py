"""The flagship scenario as an experienced PyMC user would write it by hand: the reference for the speed of NUTS.

It is the model that the package builds from `model/scenarios/coordinated_attack.toml` (with its CSV file) and
`priors/coordinated_attack/baseline.toml`, with every number written out: one scalar random variable for every
quantity, the events summed out over their feasible states, `pm.sample` with its defaults. It uses nothing of the
package, so that each can be checked against the other: when a number changes there, it must be changed here.

Run it with `python benchmarks/handwritten.py`; it prints the headline's posterior mean and Monte Carlo error.
"""

from datetime import date
from itertools import product

import numpy as np
import pymc as pm

HEADLINE = "coordinated_attack"


def years(start, end):
    return (end - start).days / 365.25


def independent(n, k):
    """Weight of each of n items from one origin, which together count as 1 + (n - 1) k."""
    return (1 + (n - 1) * k) / n


def log_chances(log_odds):
    """ln P(no), ln P(yes)."""
    return -pm.math.log1pexp(log_odds), -pm.math.log1pexp(-log_odds)


def log_ratio(name, mu, sigma):
    """The logarithm of an item's likelihood ratio."""
    return pm.math.log(pm.LogNormal(f"ratio_{name}", mu, sigma))


def indicator(name, mu, sigma, degree, weight=1.0):
    """An observation that is more probable the higher the degree; at the middle it says nothing."""
    pm.Potential(name, weight * (degree - 0.5) * log_ratio(name, mu, sigma))


def testimony(name, mu, sigma, motive):
    """ln P(said | not so) / P(said | so): what a motivated speaker would say anyway is no evidence."""
    ratio = pm.LogNormal(f"ratio_{name}", mu, sigma)
    return pm.math.log(motive + (1 - motive) / ratio)


def centred(no, yes):
    """Log-likelihoods of (no, yes) with the same difference, around 0: an uncertain ratio counts as its median."""
    half = 0.5 * (no - yes)
    return half, -half


with pm.Model() as model:
    # Factors.
    alignment = pm.Beta("alignment", 2.2302, 2.2302)
    mistrust = pm.Beta("mistrust", 3.2618, 3.2618)
    escalation_risk_share = pm.Beta("escalation_risk_share", 3.8916, 2.1084)
    escalation_risk = pm.Deterministic("escalation_risk", 0.15 + 0.83 * escalation_risk_share)
    rhetorical_motive = pm.Beta("rhetorical_motive", 2.625, 2.625)
    diversion_value = pm.Beta("diversion_value", 3.9583, 3.3315)
    domestic_constraints = pm.Uniform("domestic_constraints", 0.15, 0.90)
    deterrence = pm.Beta("deterrence", 3.3580, 3.3580)

    # Events, every factor at its middle and no driver.
    base_plan = pm.Beta("base_plan", 2.3663, 34.6118)
    base_invasion = pm.LogNormal("base_invasion", -3.9120, 0.5571)  # a rate per year
    base_request = pm.Beta("base_request", 2.7948, 13.0524)
    base_attack = pm.Beta("base_attack", 2.5138, 41.9056)
    base_opportunistic = pm.Beta("base_opportunistic", 0.5, 33.5)
    base_miscalculation = pm.Beta("base_miscalculation", 2.6879, 84.2534)

    # Effects: odds ratios, one rate ratio.
    effect_plan_alignment = pm.LogNormal("effect_plan_alignment", 1.3540, 0.5767)
    effect_plan_mistrust = pm.LogNormal("effect_plan_mistrust", 1.2425, 0.5089)
    effect_invasion_deterrence = pm.LogNormal("effect_invasion_deterrence", 0.9635, 0.4892)
    effect_request_plan = pm.LogNormal("effect_request_plan", 1.8122, 0.5447)
    effect_request_alignment = pm.LogNormal("effect_request_alignment", 1.0, 0.5)
    effect_request_mistrust = pm.LogNormal("effect_request_mistrust", 1.1041, 0.5118)
    effect_request_diversion = pm.LogNormal("effect_request_diversion", 1.2852, 0.5447)
    effect_attack_plan = pm.LogNormal("effect_attack_plan", 1.5891, 0.5447)
    effect_attack_alignment = pm.LogNormal("effect_attack_alignment", 0.9870, 0.4892)
    effect_attack_mistrust = pm.LogNormal("effect_attack_mistrust", 0.8524, 0.4603)
    effect_attack_escalation = pm.LogNormal("effect_attack_escalation", 1.8054, 0.5447)
    effect_attack_constraints = pm.LogNormal("effect_attack_constraints", 1.1041, 0.5118)
    effect_attack_deterrence = pm.LogNormal("effect_attack_deterrence", 1.2542, 0.5141)
    effect_opportunistic_escalation = pm.LogNormal("effect_opportunistic_escalation", 1.8054, 0.5447)
    effect_opportunistic_constraints = pm.LogNormal("effect_opportunistic_constraints", 1.1041, 0.5118)
    effect_opportunistic_deterrence = pm.LogNormal("effect_opportunistic_deterrence", 1.4452, 0.5213)
    effect_miscalculation_deterrence = pm.LogNormal("effect_miscalculation_deterrence", 0.4480, 0.4892)
    effect_miscalculation_alignment = pm.LogNormal("effect_miscalculation_alignment", 0.4700, 0.4214)

    # Evidence: Beijing and Moscow.
    error_un_voting = pm.LogNormal("error_un_voting", -2.0199, 0.3075)
    pm.Normal("un_voting", 0.39 + (0.92 - 0.39) * alignment, error_un_voting, observed=0.79)
    error_trade = pm.LogNormal("error_trade", 3.8593, 0.2785)
    pm.Normal("trade", 100 + (280 - 100) * alignment, error_trade, observed=228.1)
    error_dual_use_supply = pm.LogNormal("error_dual_use_supply", 3.2574, 0.3340)
    pm.Normal("dual_use_supply", 25 + (100 - 25) * alignment, error_dual_use_supply, observed=90)
    indicator("diplomatic_support", 0.5058, 0.2496, alignment)
    indicator("joint_exercises", 0.5058, 0.2496, alignment)
    indicator("airborne_leak", 0.3466, 0.2107, alignment)
    indicator("iran_and_north_korea", 0.2939, 0.1787, alignment)
    indicator("treaty_2001", 0.6405, 0.2785, 1 - alignment)
    indicator("fsb_paper", 0.7576, 0.3011, mistrust)
    indicator("old_quarrels", 0.3209, 0.1951, mistrust)
    indicator("russia_must_not_lose", 0.5625, 0.2840, diversion_value)
    indicator("busy_in_europe", 0.2653, 0.1613, diversion_value)

    # Evidence: what would hold Moscow back; why NATO warns.
    indicator("article_5", 0.5254, 0.2615, escalation_risk)
    indicator("arsenals", 0.5254, 0.2615, escalation_risk)
    indicator("no_help_for_iran", 0.3942, 0.2397, escalation_risk)
    indicator("troops_from_north_korea", 0.3942, 0.2397, domestic_constraints)
    indicator("danish_timetable", 0.4854, 0.2372, 1 - domestic_constraints)
    error_defence_share = pm.LogNormal("error_defence_share", -0.6547, 0.3340)
    pm.Normal("defence_share", 1.40 + (3.50 - 1.40) * deterrence, error_defence_share, observed=2.27)
    indicator("baltic_wargames", 0.4854, 0.2372, 1 - deterrence)
    indicator("quantum_leap", 0.7843, 0.3660, rhetorical_motive, weight=independent(2, 0.3))
    indicator("hague_pledge", 0.5625, 0.2840, rhetorical_motive, weight=independent(2, 0.3))

    # Evidence: how often China would invade.
    invasion_rate = base_invasion * effect_invasion_deterrence ** (0.5 - deterrence)
    at_peace = pm.logp(pm.Poisson.dist(77 * invasion_rate), 0)
    pm.Potential("main_island_at_peace", 0.4 * at_peace)
    offshore = pm.logp(pm.Poisson.dist(77 * invasion_rate), 2)
    pm.Potential("offshore_wars", 0.03 * offshore)

    markets, metaculus, samotsvety = independent(2, 0.4), independent(2, 0.1), independent(5, 0.2)
    for name, probability, start, end, mu, sigma, weight in [
        ("polymarket_2027", 0.160, date(2026, 5, 31), date(2027, 12, 31), 0.0244, 0.2317, markets),
        ("manifold_2030", 0.355, date(2026, 2, 15), date(2029, 12, 31), 0.2939, 0.2427, markets),
        ("metaculus_december", 0.130, date(2025, 12, 21), date(2029, 12, 31), -0.2154, 0.2905, metaculus),
        ("metaculus_february", 0.200, date(2026, 2, 1), date(2029, 12, 31), -0.2154, 0.2905, metaculus),
        ("samotsvety_1", 0.080, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, samotsvety),
        ("samotsvety_2", 0.080, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, samotsvety),
        ("samotsvety_3", 0.170, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, samotsvety),
        ("samotsvety_4", 0.175, date(2024, 2, 13), date(2029, 12, 31), -0.1438, 0.3340, samotsvety),
        ("samotsvety_5", 0.240, date(2024, 2, 13), date(2029, 12, 31), -0.1783, 0.3130, samotsvety),
    ]:
        error = pm.LogNormal(f"error_{name}", mu, sigma)
        chance = 1 - pm.math.exp(-years(start, end) * invasion_rate)
        stated = np.log(probability / (1 - probability))
        pm.Potential(name, weight * pm.logp(pm.Normal.dist(pm.math.logit(chance), error), stated))

    # Evidence: partners asked to open a front, as (plan, escalation risk, done, of how many).
    for number, (war_pact, risk, done, cases) in enumerate([(0, 0.1, 4, 10), (0, 0.6, 2, 15), (1, 0.6, 3, 4)], start=1):
        log_odds = pm.math.logit(base_attack) - pm.math.log(effect_attack_escalation) * (risk - 0.5)
        log_odds = log_odds + war_pact * pm.math.log(effect_attack_plan)
        refused, complied = log_chances(log_odds)
        pm.Potential(f"second_front_cases_{number}", 0.25 * (done * complied + (cases - done) * refused))

    # The chances of the events, as (no, yes): where a plan matters, a pair without it and a pair with it.
    log_plan = log_chances(
        pm.math.logit(base_plan)
        + pm.math.log(effect_plan_alignment) * (alignment - 0.5)
        - pm.math.log(effect_plan_mistrust) * (mistrust - 0.5)
    )
    hazard = invasion_rate * years(date(2026, 11, 1), date(2030, 12, 31))
    log_invasion = -hazard, pm.math.log1mexp(-hazard)
    request_log_odds = (
        pm.math.logit(base_request)
        + pm.math.log(effect_request_alignment) * (alignment - 0.5)
        - pm.math.log(effect_request_mistrust) * (mistrust - 0.5)
        + pm.math.log(effect_request_diversion) * (diversion_value - 0.5)
    )
    log_request = log_chances(request_log_odds), log_chances(request_log_odds + pm.math.log(effect_request_plan))
    attack_log_odds = (
        pm.math.logit(base_attack)
        + pm.math.log(effect_attack_alignment) * (alignment - 0.5)
        - pm.math.log(effect_attack_mistrust) * (mistrust - 0.5)
        - pm.math.log(effect_attack_escalation) * (escalation_risk - 0.5)
        - pm.math.log(effect_attack_constraints) * (domestic_constraints - 0.5)
        - pm.math.log(effect_attack_deterrence) * (deterrence - 0.5)
    )
    log_attack = log_chances(attack_log_odds), log_chances(attack_log_odds + pm.math.log(effect_attack_plan))
    log_opportunistic = log_chances(
        pm.math.logit(base_opportunistic)
        - pm.math.log(effect_opportunistic_escalation) * (escalation_risk - 0.5)
        - pm.math.log(effect_opportunistic_constraints) * (domestic_constraints - 0.5)
        - pm.math.log(effect_opportunistic_deterrence) * (deterrence - 0.5)
    )
    log_miscalculation = log_chances(
        pm.math.logit(base_miscalculation)
        + pm.math.log(effect_miscalculation_deterrence) * (deterrence - 0.5)
        + pm.math.log(effect_miscalculation_alignment) * (alignment - 0.5)
    )

    # Evidence about the events, as log-likelihoods of (no, yes).
    motive_medvedev_mockery = pm.Beta("motive_medvedev_mockery", 16.9241, 1.9551)
    motive_putin_denial = pm.Beta("motive_putin_denial", 41.4890, 5.4257)
    motive_estonian_assessment = pm.Beta("motive_estonian_assessment", 3.0052, 9.0156)
    motive_american_assessment_share = pm.Beta("motive_american_assessment_share", 2.3333, 3.6667)
    motive_american_assessment = pm.Deterministic(
        "motive_american_assessment", 0.10 + 0.60 * motive_american_assessment_share
    )
    evidence_plan = centred(
        log_ratio("silence_of_beijing", 0.1312, 0.0798),
        testimony("medvedev_mockery", 0.3466, 0.2107, motive_medvedev_mockery),
    )
    evidence_invasion = centred(
        0.0,
        log_ratio("arms_build_up", 0.2653, 0.1613)
        + testimony("american_assessment", 0.4419, 0.2107, motive_american_assessment),
    )
    rutte = testimony("rutte_claim", 0.7843, 0.3660, rhetorical_motive)
    grynkewich = testimony("grynkewich_echo", 0.5970, 0.3050, rhetorical_motive)
    evidence_request = centred(independent(2, 0.1) * (rutte + grynkewich), 0.0)
    evidence_attack = centred(0.0, testimony("putin_denial", 0.4581, 0.2785, motive_putin_denial))
    evidence_opportunistic = centred(0.0, testimony("estonian_assessment", 0.4419, 0.2107, motive_estonian_assessment))

    # The events summed out over the feasible states.
    states, log_joint = [], []
    for plan, invasion, request, attack, opportunistic, miscalculation in product((0, 1), repeat=6):
        if not invasion and (request or attack or opportunistic or miscalculation):
            continue
        if (attack and not request) or (opportunistic and request) or (miscalculation and (attack or opportunistic)):
            continue
        log_p = log_plan[plan] + log_invasion[invasion] + evidence_plan[plan] + evidence_invasion[invasion]
        log_p = log_p + evidence_request[request] + evidence_attack[attack] + evidence_opportunistic[opportunistic]
        if invasion:
            log_p = log_p + log_request[plan][request]
            log_p = log_p + (log_attack[plan][attack] if request else log_opportunistic[opportunistic])
            if not (attack or opportunistic):
                log_p = log_p + log_miscalculation[miscalculation]
        states.append((invasion, attack, opportunistic, miscalculation))
        log_joint.append(log_p)

    log_joint = pm.math.stack(log_joint)
    log_likelihood = pm.math.logsumexp(log_joint)
    pm.Potential("events", log_likelihood)

    # The outcomes, given the evidence;
    # coordinated_if_invasion is the mean of coordinated_attack over the mean of invasion.
    chance_of_state = pm.math.exp(log_joint - log_likelihood)
    invaded, attacked, unasked, clashed = np.array(states, dtype=bool).T
    for outcome, accepted in {
        "invasion": invaded,
        "coordinated_attack": attacked,
        "two_fronts": attacked | unasked,
        "nato_war": attacked | unasked | clashed,
        "invasion_alone": invaded & ~(attacked | unasked | clashed),
    }.items():
        pm.Deterministic(outcome, (chance_of_state * accepted).sum())


def main():
    with model:
        posterior = pm.sample(random_seed=1, progressbar=False)
    mean = float(posterior.posterior[HEADLINE].mean())
    error = float(pm.stats.mcse(posterior, var_names=HEADLINE)[HEADLINE])
    print(f"{HEADLINE}: {mean:.5f} (MCSE {error:.5f})")


if __name__ == "__main__":
    main()
