"""Words for likelihoods in prior sets and scenarios."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.resolved_prior_set import resolved
from estimative.priors.statement_syntax import say
from estimative.priors.statements import RatioWord
from tests.model.test_states import PRIORS, SCENARIO, answers, assessed

MALWARE = "malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1 }"
CLEAN = "clean = { p05 = 1.5, p95 = 6 }"
WORDS = 'malware = { insider = "very inconsistent", criminals = "II", state = 1, because = "Seen before" }'


def test_words_are_likelihoods_under_states(tmp_path: Path) -> None:
    """Each stands for its numbers, and the answers are those of the numbers."""
    by_words = assessed(tmp_path, priors=PRIORS.replace(MALWARE, WORDS))
    prior = by_words.priors["evidence.malware.insider"]
    assert prior.stated.statement == RatioWord(term="very inconsistent", scale="ach")
    assert prior.stated.because == "Seen before"
    assert prior.family.quantile(0.5) == pytest.approx(0.1)
    numbers = "malware = { insider = { p05 = 0.05, p95 = 0.2 }, criminals = { p05 = 0.05, p95 = 0.2 }, state = 1 }"
    assert answers(by_words) == answers(assessed(tmp_path, priors=PRIORS.replace(MALWARE, numbers)))


def test_a_word_is_a_likelihood_ratio(tmp_path: Path) -> None:
    """An ordinary indicator can have a word of a scale of likelihood ratios."""
    found = assessed(tmp_path, priors=PRIORS.replace(CLEAN, 'clean = "moderate"'))
    assert found.priors["evidence.clean"].family.quantile(0.5) == pytest.approx(math.sqrt(1000))
    found = assessed(tmp_path, priors=PRIORS.replace(CLEAN, 'clean = "positive"'))
    assert found.priors["evidence.clean"].family.quantile(0.5) == pytest.approx(math.sqrt(60))
    found = assessed(tmp_path, priors=PRIORS.replace(CLEAN, 'clean = { term = "strong", scale = "kass-raftery" }'))
    assert found.priors["evidence.clean"].family.quantile(0.5) == pytest.approx(math.sqrt(3000))


def test_a_scenario_can_suggest_words(tmp_path: Path) -> None:
    """As whatever else a prior set can state."""
    suggested = SCENARIO.replace(
        'title = "The malware was seen before"',
        'title = "The malware was seen before"\nsuggests = { insider = "I", criminals = "N", state = "C" }',
    ).replace('title = "The logs are clean"', 'title = "The logs are clean"\nsuggests = "weak"')
    priors = PRIORS.replace(MALWARE, "").replace(CLEAN, "")
    found = assessed(tmp_path, suggested, priors).priors
    assert found["evidence.malware.criminals"].family.quantile(0.5) == pytest.approx(1)
    assert found["evidence.clean"].family.quantile(0.05) == pytest.approx(2)


def test_words_are_written_as_they_were_understood(tmp_path: Path) -> None:
    """A prior set in full has the distributions of words, which read back the same, below the words."""
    made = assessed(tmp_path, priors=PRIORS.replace(MALWARE, WORDS))
    text = resolved(made.prior_set, made.priors)
    again = assessed(tmp_path, priors=text)
    names = [name for name in made.priors if name.startswith("evidence.malware.")]
    assert [again.priors[name].family for name in names] == [made.priors[name].family for name in names]
    assert say(made.prior_set.statements["evidence.malware"].statement) in text


ACH_WORDS = "very inconsistent, inconsistent, neutral, consistent, very consistent"
ENFSI_WORDS = "weak, moderate, moderately strong, strong, very strong, extremely strong"
ERRORS = [
    (MALWARE, MALWARE.replace("0.1", '"inconsistnt"'), "evidence.malware.insider",
     f'"inconsistnt" is not a word of the ACH scale. Allowed: {ACH_WORDS}. Did you mean "inconsistent"?'),
    (CLEAN, 'clean = "moderat"', "evidence.clean",
     f'"moderat" is not a word of the ENFSI scale. Allowed: {ENFSI_WORDS}. Did you mean "moderate"?'),
    (MALWARE, MALWARE.replace("0.1", '"moderate"'), "evidence.malware.insider",
     ('"moderate" (ENFSI) is a word for a likelihood ratio, which this is not. Allowed: a number, or one '
     'of "very inconsistent", "inconsistent", "neutral", "consistent", "very consistent".')),
    (CLEAN, 'clean = "consistent"', "evidence.clean",
     ('"consistent" (ACH) is a word for a relative likelihood, which this is not. Allowed: a number, or one '
     'of "weak", "moderate", "moderately strong", "extremely strong".')),
    (CLEAN, 'clean = "very strong"', "evidence.clean",
     ('"very strong" is a word of several scales, with different numbers. '
     'Allowed: { term = "very strong", scale = "enfsi" } (10,000 to 1,000,000) or '
     '{ term = "very strong", scale = "kass-raftery" } (150 to 1,000).')),
    ('"actor=criminals" = { p05 = 2, p95 = 8 }', '"actor=criminals" = "weak"', "effects.sale.actor=criminals",
     '"weak" (ENFSI) is a word for a likelihood ratio, which this is not.'),
    ("sale = { p05 = 0.1, p95 = 0.5 }", 'sale = "consistent"', "events.sale",
     '"consistent" (ACH) is a word for a relative likelihood, which this is not.'),
    ("controls = { p05 = 0.2, p95 = 0.7 }", 'controls = "moderate"', "factors.controls",
     '"moderate" (ENFSI) is a word for a likelihood ratio, which this is not.'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "error"), ERRORS)
def test_each_word_that_does_not_fit_is_one_error(tmp_path: Path, old: str, new: str, key: str, error: str) -> None:
    """With its place, what is allowed, and the nearest word."""
    assert old in PRIORS
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, priors=PRIORS.replace(old, new))
    [issue] = caught.value.issues
    assert (issue.place.key, str(issue).partition(f"{key}: ")[2]) == (key, error)
    assert issue.place.line


def test_a_suggested_word_of_another_kind_is_an_error(tmp_path: Path) -> None:
    """In the scenario, where it stands."""
    wrong = SCENARIO.replace('title = "The logs are clean"', 'title = "The logs are clean"\nsuggests = "consistent"')
    with pytest.raises(InvalidInput) as caught:
        assessed(tmp_path, wrong, PRIORS.replace(CLEAN, ""))
    [issue] = caught.value.issues
    assert issue.place.line
    (tmp_path / "s.toml").write_text(wrong.replace('"consistent"', '"consistnt"'), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"evidence\.clean\.suggests"):
        read_scenario(tmp_path / "s.toml")
