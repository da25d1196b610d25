"""The posterior of competing hypotheses beside the classic count, and what reverses the order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.analysis.competing_hypotheses import STEPS, CompetingHypotheses, Reversal
from estimative.model.analysis.hypothesis_rankings import competing_hypotheses
from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.ratio_scale import ACH
from tests.examples import examples
from tests.oracle import Oracle

HEAD = """\
[scenario]
id = "case"
title = "Case"
question = "Which?"
as_of = 2026-11-01
until = 2027-11-01
headline = "a"
[[scenario.sources]]
id = "m"
title = "Matrix"
[outcomes.a]
title = "A"
all = ["who=a"]
"""
WHO = '[events.who]\ntitle = "Who"\nwhen = "now"\nstates = ["a", "b", "c"]\n'
PRIOR_HEAD = '[prior_set]\nname = "p"\nanalyst = "P"\nscenario = "case"\n'
EQUAL = "who = { counts = { a = 0, b = 0, c = 0 } }"
STEP = math.log(10) / 2
"""One count of inconsistency, in natural log-odds."""


def item(name: str, more: str = "", about: str = "who") -> str:
    return f'[evidence.{name}]\nkind = "indicator"\nabout = "{about}"\ntitle = "{name}"\nsource = "m"\n{more}\n'


def assessed(
    folder: Path,
    rows: Mapping[str, str],
    shares: str = EQUAL,
    origins: Mapping[str, str] | None = None,
    scenario: str = "",
    priors: str = "",
    who: str = WHO,
) -> Assessment:
    """Rows of ratings, each the inline table of likelihoods; items with origins; more of both files."""
    items = "".join(
        item(name, f'origin = "{(origins or {})[name]}"' if name in (origins or {}) else "") for name in rows
    )
    (folder / "s.toml").write_text(HEAD + who + items + scenario, encoding="utf-8")
    stated = "".join(f"{name} = {{ {row} }}\n" for name, row in rows.items())
    (folder / "p.toml").write_text(f"{PRIOR_HEAD}[events]\n{shares}\n{priors}[evidence]\n{stated}", encoding="utf-8")
    return assess(read_scenario(folder / "s.toml"), read_prior_set(folder / "p.toml"))


def result_of(assessment: Assessment, draws: int = 4000) -> CompetingHypotheses:
    posterior = by_importance(assessment, seed=1, draws=draws)
    [result] = competing_hypotheses(posterior, prior_predictive(assessment, seed=1))
    return result


def fixed(assessment: Assessment) -> Assessment:
    """The assessment with every quantity at its median; words stay words."""
    for name in assessment.uncertain:
        assessment = assessment.with_fixed(name, assessment.priors[name].family.quantile(0.5))
    return assessment


def rated(codes: str) -> str:
    """The likelihoods of a, b and c, from codes such as "C I N"; numbers stay numbers."""
    parts = [code if code[0].isdigit() else f'"{code}"' for code in codes.split()]
    return ", ".join(f"{state} = {part}" for state, part in zip("abc", parts, strict=True))


def rows(*codes: str) -> dict[str, str]:
    return {f"e{number}": rated(row) for number, row in enumerate(codes)}


def total(reversal: Reversal) -> float:
    return math.fsum(reversal.terms[step].value for step in STEPS)


def test_the_count_of_inconsistencies(tmp_path: Path) -> None:
    """Inconsistent items count 1, very inconsistent ones 2, and ratings as consistent or neutral nothing."""
    result = result_of(assessed(tmp_path, rows("CC II N", "C I I", "N II C")))
    counts = {row.state: (row.inconsistencies, row.weighted, row.rank, row.classic_rank) for row in result.hypotheses}
    assert counts == {"a": (0, 0, 1, 1), "c": (1, 1, 2, 2), "b": (5, 5, 3, 3)}
    assert [row.state for row in result.hypotheses] == ["a", "c", "b"]
    assert not result.reversals


def test_hypotheses_with_equal_counts_have_the_same_rank(tmp_path: Path) -> None:
    """And none is said to be ranked differently."""
    result = result_of(assessed(tmp_path, rows("C N CC", "I I II")))
    assert {row.state: row.classic_rank for row in result.hypotheses} == {"a": 1, "b": 1, "c": 3}
    assert {(r.preferred, r.more_probable) for r in result.reversals} <= {("b", "c"), ("a", "c")}


def test_hypotheses_that_are_too_close_share_a_rank(tmp_path: Path) -> None:
    """Equal but for the simulation error: neither is called more probable."""
    result = result_of(assessed(tmp_path, rows("C C II")))
    assert [row.rank for row in result.hypotheses] == [1, 1, 3]
    assert not result.reversals
    exact = result_of(fixed(assessed(tmp_path, rows("C C II", "1 1 1"), "who = { a = 0.3, b = 0.3, c = 0.4 }")))
    assert {row.state: row.rank for row in exact.hypotheses} == {"a": 1, "b": 1, "c": 3}


def test_items_are_words_and_likelihoods(tmp_path: Path) -> None:
    """Medians of what was stated, the word beside, and how far an item separates the hypotheses as it counts."""
    origins = {"e0": "wire", "e1": "wire"}
    result = result_of(assessed(tmp_path, rows("CC II 2.5", "I I I"), origins=origins))
    first, second = result.items
    assert first.words == {"a": "very consistent", "b": "very inconsistent"}
    assert first.likelihoods == pytest.approx({"a": math.sqrt(10), "b": 0.1, "c": 2.5})
    assert (first.weight, first.separation) == (0.5, pytest.approx(0.5 * 3 * STEP))
    assert second.separation == 0


def test_the_classic_order_is_the_likelihood_of_inconsistencies(tmp_path: Path) -> None:
    """With the words of the scale, one count more divides the odds by the square root of 10."""
    made = assessed(tmp_path, rows("I N N", "N II I"), "who = { a = 0.1, b = 0.8, c = 0.1 }")
    [first, *_] = result_of(made).reversals
    assert (first.preferred, first.more_probable) == ("a", "b")
    assert first.terms["inconsistent"].value == pytest.approx(-STEP)
    assert first.terms["prior"].value == pytest.approx(math.log(8))
    assert (first.reversed_by, first.decisive) == ("prior", ("prior", "evidence.e0")), "the largest first"


def test_a_repeated_source_reverses_the_order(tmp_path: Path) -> None:
    """Three reports of one thing count as one; the count takes each in full."""
    made = assessed(
        tmp_path, rows("I C C", "I C C", "I C C", "CC II N"), origins=dict.fromkeys(("e0", "e1", "e2"), "wire")
    )
    result = result_of(made)
    [reversal] = [r for r in result.reversals if (r.preferred, r.more_probable) == ("b", "a")]
    full = 3 * (math.log(10**-0.5) - math.log(math.sqrt(1.25 * 2.5)))
    assert reversal.terms["origins"].value == pytest.approx(-2 / 3 * full)
    assert reversal.reversed_by == "origins"
    assert "origin.wire" in reversal.decisive
    assert {row.state: row.weighted for row in result.hypotheses} == pytest.approx({"a": 1, "b": 2, "c": 0})


def test_consistent_items_reverse_the_order(tmp_path: Path) -> None:
    """The count leaves them out."""
    [reversal] = result_of(assessed(tmp_path, rows("I C II", "CC N II", "CC N II", "CC N II"))).reversals
    assert (reversal.preferred, reversal.more_probable) == ("b", "a")
    assert reversal.reversed_by == "consistent"
    assert "consistent" in reversal.decisive
    assert reversal.items[0].counted == pytest.approx(math.log(10**-0.5 / math.sqrt(1.25 * 2.5)))


def test_numbers_reverse_the_order(tmp_path: Path) -> None:
    """Likelihoods that were stated as numbers are no ratings."""
    [reversal] = result_of(assessed(tmp_path, rows("I C II", "9 1 0.1"))).reversals
    assert reversal.reversed_by == "numbers"
    assert reversal.terms["numbers"].value == pytest.approx(math.log(9))


def test_other_evidence_reverses_the_order(tmp_path: Path) -> None:
    """What is known of a factor that drives the event is neither a rating nor the prior."""
    factor = '[factors.f]\ntitle = "F"\nlow = "no"\nhigh = "yes"\n'
    who = WHO + 'drivers = { f = { raises = ["b"] } }\n'
    seen = item("seen", 'supports = "high"', about="f")
    more = "[factors]\nf = { beta = [2, 2] }\n[effects.who]\nf = 1e6\n"
    given = {**rows("C I II"), "seen": ""}
    (tmp_path / "s.toml").write_text(HEAD + who + factor + item("e0") + seen, encoding="utf-8")
    stated = f"{PRIOR_HEAD}[events]\n{EQUAL}\n{more}[evidence]\ne0 = {{ {given['e0']} }}\nseen = 1e6\n"
    (tmp_path / "p.toml").write_text(stated, encoding="utf-8")
    made = assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml"))
    result = result_of(made)
    [reversal] = [r for r in result.reversals if (r.preferred, r.more_probable) == ("a", "b")]
    assert reversal.reversed_by == "other"
    assert reversal.terms["other"].value > 4 * reversal.terms["other"].se > 0
    assert reversal.terms["prior"].se > 0, "it is an estimate where the event depends on something"
    assert total(reversal) == pytest.approx(reversal.log_odds.value)


ratings = st.lists(st.permutations(["CC", "II", "I", "C", "N"]), min_size=1, max_size=4)
likelihoods = st.floats(0.05, 20)
matrices = st.lists(st.tuples(likelihoods, likelihoods, likelihoods), min_size=1, max_size=4)
shares = st.tuples(*[st.floats(0.05, 1)] * 3)


def check_against_oracle(made: Assessment, result: CompetingHypotheses) -> None:
    """Every pair that is ranked differently: the terms add up to the log-odds that brute force finds."""
    values = {name: prior.family.quantile(0.5) for name, prior in made.priors.items()}
    assert not made.uncertain
    oracle = Oracle(scenario=made.scenario, values=values, independence=made.prior_set.independence)
    chances = {state: oracle.event(f"who={state}") for state in "abc"}
    for row in result.hypotheses:
        assert row.probability is not None
        assert row.probability.posterior.value == pytest.approx(chances[row.state])
    for reversal in result.reversals:
        odds = math.log(chances[reversal.more_probable] / chances[reversal.preferred])
        assert total(reversal) == pytest.approx(odds, abs=1e-9)
        assert reversal.terms["other"].value == pytest.approx(0, abs=1e-9)
        counted = math.fsum(each.counted for each in reversal.items)
        assert counted + reversal.terms["prior"].value == pytest.approx(odds, abs=1e-9)


@examples(10)
@given(
    codes=st.lists(st.permutations(["CC", "II", "I", "C", "N"]), min_size=1, max_size=4), stated=matrices, weight=shares
)
def test_the_terms_add_up_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    codes: Sequence[Sequence[str]],
    stated: Sequence[Sequence[float]],
    weight: Sequence[float],
) -> None:
    """For fixed shares, words and numbers, with items of one origin: to the log-odds of the oracle."""
    folder = tmp_path_factory.mktemp("matrix")
    given_rows = rows(*(" ".join(row[:3]) for row in codes), *(" ".join(map(repr, row)) for row in stated))
    exact = [share / sum(weight) for share in weight]
    stated_shares = ", ".join(f"{s} = {share!r}" for s, share in zip("abc", exact, strict=True))
    origins = dict.fromkeys(list(given_rows)[:2], "wire")
    made = fixed(assessed(folder, given_rows, f"who = {{ {stated_shares} }}", origins if len(given_rows) > 1 else {}))
    check_against_oracle(made, result_of(made, draws=200))


def test_testimony_and_items_about_one_state_are_terms_as_well(tmp_path: Path) -> None:
    """With the motive of the speaker, and a ratio for one state against all others."""
    claim = '[evidence.claim]\nkind = "testimony"\nabout = "who"\nclaims = "b"\ntitle = "B"\nsource = "m"\n'
    log = item("log", 'supports = "no"', about="who=a")
    (tmp_path / "s.toml").write_text(HEAD + WHO + item("e0") + claim + log, encoding="utf-8")
    stated = 'e0 = { a = "N", b = "I", c = "I" }\nclaim = { a = 0.2, c = 0.6 }\nlog = 1.5\n'
    shares = "who = { a = 0.2, b = 0.5, c = 0.3 }"
    text = f"{PRIOR_HEAD}[events]\n{shares}\n[motives]\nclaim = 0.3\n[evidence]\n{stated}"
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assessment = fixed(assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml")))
    result = result_of(assessment)
    assert {(r.preferred, r.more_probable) for r in result.reversals} == {("a", "b"), ("a", "c")}
    assert [len(r.items) for r in result.reversals] == [3, 3]
    check_against_oracle(assessment, result)


@pytest.mark.parametrize(("state", "claims"), [("b", "yes"), ("a", "no")])
def test_testimony_about_one_state_is_a_term(tmp_path: Path, state: str, claims: str) -> None:
    """Whether it claims the state or denies it."""
    about = f'about = "who={state}"\nclaims = "{claims}"'
    claim = f'[evidence.claim]\nkind = "testimony"\n{about}\ntitle = "B"\nsource = "m"\n'
    (tmp_path / "s.toml").write_text(HEAD + WHO + item("e0") + claim, encoding="utf-8")
    stated = 'e0 = { a = "N", b = "I", c = "I" }\nclaim = 9\n'
    shares = "who = { a = 0.2, b = 0.5, c = 0.3 }"
    text = f"{PRIOR_HEAD}[events]\n{shares}\n[motives]\nclaim = 0.1\n[evidence]\n{stated}"
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assessment = fixed(assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml")))
    result = result_of(assessment)
    assert ("a", "b") in {(r.preferred, r.more_probable) for r in result.reversals}
    check_against_oracle(assessment, result)


def test_an_uncertain_motive_counts_as_its_expectation(tmp_path: Path) -> None:
    """Nothing of it is left to the other terms."""
    claim = '[evidence.claim]\nkind = "testimony"\nabout = "who"\nclaims = "b"\ntitle = "B"\nsource = "m"\n'
    (tmp_path / "s.toml").write_text(HEAD + WHO + item("e0") + claim, encoding="utf-8")
    stated = 'e0 = { a = "C", b = "I", c = "I" }\nclaim = { a = { p05 = 0.01, p95 = 0.2 }, c = 0.6 }\n'
    text = (
        f"{PRIOR_HEAD}[events]\nwho = {{ a = 0.1, b = 0.6, c = 0.3 }}\n[motives]\nclaim = {{ p05 = 0.1, p95 = 0.7 }}\n"
    )
    (tmp_path / "p.toml").write_text(f"{text}[evidence]\n{stated}", encoding="utf-8")
    assessment = assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml"))
    [reversal, *_] = result_of(assessment).reversals
    assert reversal.terms["other"].value == pytest.approx(0, abs=1e-6 + 4 * reversal.terms["other"].se)


def test_a_factor_as_motive_counts_as_its_prior(tmp_path: Path) -> None:
    """The statement is no item without diagnostic value, and nothing of it is left to the other terms."""
    claim = '[evidence.claim]\nkind = "testimony"\nabout = "who"\nclaims = "b"\nmotive = "fear"\n'
    claim += 'title = "B"\nsource = "m"\n[factors.fear]\ntitle = "Fear"\nlow = "none"\nhigh = "panic"\n'
    (tmp_path / "s.toml").write_text(HEAD + WHO + item("e0") + claim, encoding="utf-8")
    stated = 'e0 = { a = "C", b = "I", c = "I" }\nclaim = { a = { p05 = 0.01, p95 = 0.2 }, c = 0.6 }\n'
    text = f"{PRIOR_HEAD}[events]\nwho = {{ a = 0.1, b = 0.6, c = 0.3 }}\n"
    text += f"[factors]\nfear = {{ p05 = 0.1, p95 = 0.7 }}\n[evidence]\n{stated}"
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    result = result_of(assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml")))
    [said] = [each for each in result.items if each.name == "claim"]
    assert said.separation > 0.5
    rest = result.reversals[0].terms["other"]
    assert rest.value == pytest.approx(0, abs=1e-6 + 4 * rest.se)


def test_words_count_as_their_medians(tmp_path: Path) -> None:
    """However uncertain they are, and the shares too: the rest is no more than the simulation error."""
    made = assessed(tmp_path, rows("I C II", "CC N II", "CC N II", "CC N II"))
    assert all(not made.priors[f"evidence.e0.{state}"].family.constant for state in "abc")
    [reversal] = result_of(made).reversals
    rest = reversal.terms["other"]
    assert abs(rest.value) < 4 * rest.se
    assert 0 < rest.se < 0.1


def test_the_order_of_hypotheses_changes_nothing(tmp_path: Path) -> None:
    """Neither in the scenario nor in the prior set, to rounding."""
    results = []
    for order in permutations("abc"):
        who = WHO.replace('"a", "b", "c"', ", ".join(f'"{state}"' for state in order))
        made = assessed(tmp_path, rows("I C II", "CC N II", "CC N I", "C N II"), who=who)
        results.append(result_of(made))
    plain = results[0]
    for other in results[1:]:
        assert [h.state for h in other.hypotheses] == [h.state for h in plain.hypotheses]
        assert [h.inconsistencies for h in other.hypotheses] == [h.inconsistencies for h in plain.hypotheses]
        assert [r.log_odds.value for r in other.reversals] == pytest.approx([r.log_odds.value for r in plain.reversals])
        assert [(r.reversed_by, r.decisive) for r in other.reversals] == [
            (r.reversed_by, r.decisive) for r in plain.reversals
        ]


def test_an_impossible_hypothesis_is_in_no_pair(tmp_path: Path) -> None:
    """It has no odds, and comes last."""
    result = result_of(assessed(tmp_path, rows("C I N", "I C C"), "who = { a = 0.9, b = 0.1, c = 0 }"))
    assert result.hypotheses[-1].state == "c"
    assert all("c" not in (r.preferred, r.more_probable) for r in result.reversals)


def test_only_events_that_items_are_about_as_a_whole(tmp_path: Path) -> None:
    """An event of which only single states have evidence is no matrix."""
    (tmp_path / "s.toml").write_text(HEAD + WHO + item("log", 'supports = "yes"', about="who=a"), encoding="utf-8")
    (tmp_path / "p.toml").write_text(f"{PRIOR_HEAD}[events]\n{EQUAL}\n[evidence]\nlog = 2\n", encoding="utf-8")
    made = assess(read_scenario(tmp_path / "s.toml"), read_prior_set(tmp_path / "p.toml"))
    assert competing_hypotheses(by_importance(made, seed=1, draws=500), prior_predictive(made, seed=1)) == ()


def test_words_alone_make_a_count(tmp_path: Path) -> None:
    """Without any there is none."""
    assert not result_of(assessed(tmp_path, rows("1 0.5 2"))).counted
    assert result_of(assessed(tmp_path, rows("1 0.5 N"))).counted
    assert {band.inconsistent for band in ACH.bands} == {0, 1, 2}


def test_evidence_that_is_left_out_is_no_term(tmp_path: Path) -> None:
    """As if the scenario did not have it."""
    made = assessed(tmp_path, rows("I C II", "CC N II")).without_evidence(["e1"])
    assert [each.name for each in result_of(made).items] == ["e0"]
