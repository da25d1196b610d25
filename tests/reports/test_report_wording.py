"""What only a report says, phrase by phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors.verbal_scale import ICD203, PHIA, Scale
from estimative.reports import wording
from estimative.reports.blocks import Block, Caution, Code, Heading, Listing, Paragraph, Table
from estimative.reports.report import wording as words
from estimative.reports.report.document import document
from estimative.reports.report.resting import TAKEN_FOR_GRANTED
from estimative.reports.report.summary import Mass
from estimative.reports.summary import Agreement, Check, Number, Probability
from tests.comparisons import number
from tests.reports_made import REPORTS
from tests.sensitivities import swing
from tests.summaries import CLOSURES, FIXED, FREE, FULL, ITEM, probability, spread
from tests.weighings import RICH as WEIGHED

NAMES = [name for name in REPORTS if name != "report.hostile"]
LEVEL = re.compile(r"\b(low|moderate|high)\b")
WORDS = {
    scale.id: re.compile("|".join(rf"\b{word}\b" for word in sorted(scale.words, key=len, reverse=True)))
    for scale in (ICD203, PHIA)
}


def mass(share: float, text: str = "very unlikely", *, error: float = 0.004, scale: Scale = ICD203) -> Mass:
    """A share of the posterior in a band of a scale, or where it has none."""
    band = scale.band(text)
    low, high = (band.low, band.high) if band else (0.0, scale.bands[0].low)
    return Mass(text=text, worded=band is not None, low=low, high=high, share=number(share, error))


@pytest.mark.parametrize(
    ("bands", "told"),
    [
        ((), ""),
        (
            (mass(1.0, error=0.0),),
            "All of what the analyst leaves open lies in 'very unlikely' (5 to 20 %).",
        ),
        (
            (mass(1.0, error=0.001),),
            "Practically all of what the analyst leaves open lies in 'very unlikely' (5 to 20 %).",
        ),
        (
            (mass(1.0, "below 1 %", error=0.001),),
            "Practically all of what the analyst leaves open lies below 1 %.",
        ),
        (
            (mass(0.38, "almost no chance"), mass(0.62)),
            (
                "Of what the analyst leaves open, 38 % lies in 'almost no chance' (1 to 5 %) and 62 % in "
                "'very unlikely' (5 to 20 %)."
            ),
        ),
        (
            (mass(0.2, "below 1 %"), mass(0.3, "almost no chance"), mass(0.5)),
            (
                "Of what the analyst leaves open, 20 % lies below 1 %, 30 % in 'almost no chance' (1 to 5 %) and 50 % "
                "in 'very unlikely' (5 to 20 %)."
            ),
        ),
        (
            (mass(0.997), mass(0.003, "unlikely")),
            (
                "Of what the analyst leaves open, more than 99 % lies in 'very unlikely' (5 to 20 %) and less than 1 % "
                "elsewhere."
            ),
        ),
        (
            (mass(0.008, "below 1 %"), mass(0.008, "almost no chance"), mass(0.976), mass(0.008, "unlikely")),
            "Of what the analyst leaves open, 98 % lies in 'very unlikely' (5 to 20 %) and 2 % elsewhere.",
        ),
        (
            (mass(0.4, "between 'unlikely' and 'likely'", error=0.04), mass(0.6, "likely", error=0.04)),
            (
                "Of what the analyst leaves open, 40 % lies between 'unlikely' and 'likely' and 60 % in 'likely' "
                "(55 to 80 %)."
            ),
        ),
    ],
)
def test_the_posterior_is_told_by_word(bands: tuple[Mass, ...], told: str) -> None:
    """Each share with its word, in rising order; small ones together, with what they come to together."""
    assert words.masses(bands) == told


def test_of_many_small_shares_the_largest_is_told() -> None:
    """Where a scale has so many bands that none holds a hundredth, one of them is told all the same."""
    told = words.masses([mass(0.003)] * 300 + [mass(0.004, "likely")])
    assert told.startswith(
        "Of what the analyst leaves open, less than 1 % lies in 'likely' (55 to 80 %) and 90 % elsewhere"
    )


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (0.384, 0.0, "38 %"),
        (0.384, 0.0007, "38 %"),
        (0.384, 0.02, "40 %"),
        (0.0, 0.0, "0 %"),
        (1.0, 0.0, "100 %"),
        (1 - 1e-16, 0.0, "100 %"),
        (1.0, 0.001, "more than 99 %"),
        (0.996, 0.001, "more than 99 %"),
        (0.99, 0.001, "99 %"),
        (0.96, 0.03, "more than 90 %"),
        (0.004, 0.001, "less than 1 %"),
        (0.03, 0.08, "less than 10 %"),
        (0.4, 0.6, "less than 100 %"),
    ],
)
def test_a_share_is_told_in_full_per_cent(value: float, error: float, told: str) -> None:
    """No finer than its error, and neither none nor all unless that is exact."""
    assert words.share(number(value, error)) == told


@given(value=st.floats(1e-9, 1 - 1e-9), error=st.just(0.0) | st.floats(1e-6, 0.04))
def test_a_share_and_the_rest_do_not_contradict_each_other(value: float, error: float) -> None:
    """A share that is less than so much leaves more than the rest; others are as near as their last digit."""
    told, rest = words.share(number(value, error)), words.share(number(1 - value, error))
    if told.startswith("less"):
        bound = float(told.split()[2])
        assert 100 * value <= bound / 2 + 1e-6
        assert rest == f"more than {100 - bound:g} %"
    elif not told.startswith("more"):
        assert abs(float(told.split()[0]) - 100 * value) <= (0.5 if error <= 0.01 else 5) + 1e-6


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (
            replace(ICD203, title="Ours", source="A wall, 1999.", rule="The upper\n  one counts"),
            "Words of probability are those of Ours (A wall, 1999). The upper one counts.",
        ),
        (
            replace(ICD203, title="Ours", source="", rule="Which one?"),
            "Words of probability are those of Ours. Which one?",
        ),
        (
            replace(ICD203, title="Ours", source="A wall", rule=" \n"),
            "Words of probability are those of Ours (A wall).",
        ),
        (replace(ICD203, title="Ours", source="", rule=""), "Words of probability are those of Ours."),
    ],
)
def test_the_scale_is_named_with_its_source_and_its_rule(scale: Scale, told: str) -> None:
    """Each where the scale has it, in whole sentences."""
    assert words.yardstick(scale) == told


PLAIN = replace(ITEM, origin="", grade="")


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([], "No evidence was used: the answer is what the priors make of it."),
        ([ITEM], "The evidence is 1 item; its source is graded for reliability."),
        ([PLAIN], "The evidence is 1 item; its source is not graded for reliability."),
        (
            [PLAIN, PLAIN],
            "The evidence is 2 items of 2 origins; none of them have sources that are graded for reliability.",
        ),
        (
            [ITEM, ITEM],
            "The evidence is 2 items of 1 origin; all of them have sources that are graded for reliability.",
        ),
        (
            [ITEM, PLAIN, PLAIN],
            "The evidence is 3 items of 3 origins; 1 of them has a source that is graded for reliability.",
        ),
        (
            [ITEM, ITEM, PLAIN],
            "The evidence is 3 items of 2 origins; 2 of them have sources that are graded for reliability.",
        ),
    ],
)
def test_the_evidence_is_counted(items: Sequence[object], told: str) -> None:
    """Items, origins and grades: none, one, some and all of them."""
    assert words.evidence_base({f"item{place}": item for place, item in enumerate(items)}) == told  # type: ignore[misc]


def test_an_origin_is_no_item() -> None:
    """An item that has the name of another one's origin, and none of its own, is a story of its own."""
    told = words.evidence_base({"dive": replace(PLAIN, origin=""), "other": replace(PLAIN, origin="dive")})
    assert "2 items of 2 origins" in told


def test_a_thousand_items_are_told_with_their_comma() -> None:
    """Counts are told as everywhere else."""
    told = words.evidence_base({f"item{place}": ITEM if place else PLAIN for place in range(1200)})
    assert told.startswith("The evidence is 1,200 items of 2 origins; 1,199 of them have")


def test_that_nobody_dissents_is_not_claimed() -> None:
    """Of one analyst the report says that nobody else was asked."""
    assert words.alone("engineer") == "None is reported: this report is of one analyst, engineer, alone."


@pytest.mark.parametrize(
    ("name", "title", "told"),
    [
        ("factors.wear", "Wear of the piers.", "Wear: Wear of the piers"),
        ("events.closing", "The county closes", "The baseline of closing: The county closes"),
        ("factors.wear", "wear", "Wear"),
        ("effects.closing.wear", "", "The effect of wear on closing"),
    ],
)
def test_a_linchpin_is_told_with_its_title(name: str, title: str, told: str) -> None:
    """Unless that says no more than the name does."""
    assert words.linchpin(name, swing(title, 0.1, 0.9, 0.2, 0.3)) == told


@pytest.mark.parametrize(
    ("at", "value", "error", "scale", "told"),
    [
        (0.2041, 0.0213, 0.0006, ICD203, "held at 0.204: almost no chance (2.1 %)"),
        (0.0, 0.0, 0.0, ICD203, "held at 0: below 1 % (0 %)"),
        (1234.5, 0.07, 0.0011, PHIA, "held at 1,230: remote chance (nearest band) (7 %)"),
        (0.00002, 0.07, 0.0, ICD203, "held at 0.00002: very unlikely (7.00 %)"),
        (1, 0.1999, 0.002, ICD203, "held at 1: unlikely (20 %)"),
    ],
)
def test_what_follows_is_told_in_word_and_number(
    at: float, value: float, error: float, scale: Scale, told: str
) -> None:
    """The word is that of the number as it is shown."""
    assert words.if_held(at, number(value, error), scale) == told


def test_a_constant_is_told_with_its_reason() -> None:
    """Or that none is given."""
    assert words.constant("evidence.dive", FIXED) == "The weight of dive at 3.00, because: Divers are seldom wrong."
    silent = replace(FREE, because=" \n", prior=spread(0.0, 0.0))
    assert words.constant("factors.wear", silent) == "Wear at 0. No reason is given."


def test_a_chosen_weight_is_told_with_its_reason() -> None:
    """Or that none is given; items of one weight and reason stand together, and what counts in full is no choice."""
    silent, full = replace(CLOSURES, weight=0.0, weight_because=""), replace(CLOSURES, weight=1.0)
    assert words.chosen_weights({"a": full}) == ()
    assert words.chosen_weights({"closures": CLOSURES, "a": full, "b": silent}) == (
        "What closures counts, 0.4, because: Other rivers, other stone.",
        "What b counts, 0. No reason is given.",
    )
    assert words.chosen_weights({"a": CLOSURES, "b": CLOSURES, "c": CLOSURES}) == (
        "What a, b and c count, 0.4 each, because: Other rivers, other stone.",
    )
    assert words.held_weight("relevance.closures") == "The relevance of closures"


def told(value: float, before: float = 0.5) -> Probability:
    """A probability without error."""
    outcome = FULL.outcomes["closed"]
    return replace(outcome, probability=value, se=0.0, prior_probability=before, prior_se=0.0, term="unlikely")


def test_the_judgement_says_where_it_came_from() -> None:
    """Before the evidence, or that the evidence changed nothing."""
    assert words.moved(told(0.3, 0.1)) == "Before any evidence it stood at 10.0 %."
    assert words.moved(told(0.3, 0.3)) == "The evidence has left it where it was."


def test_other_analysts_stand_in_one_line() -> None:
    """One other prior set, and two."""
    one = "By the other prior set that is reported here: a, unlikely (30.0 %). See 'Dissent'."
    two = "By the other prior sets reported here: a, unlikely (30.0 %); b, unlikely (40.0 %). See 'Dissent'."
    assert words.others({"a": told(0.3)}) == one
    assert words.others({"a": told(0.3), "b": told(0.4)}) == two


def test_indicators_that_change_the_word_are_named() -> None:
    """None, one and two of them; one that cannot be seen changes nothing."""
    sight = next(iter(WEIGHED.indicators.values()))
    same, other = (replace(sight, if_seen=Number(value=value, se=0.0)) for value in (0.31, 0.5))
    assert words.crossing(told(0.3), {}, ICD203) == ""
    assert words.crossing(told(0.3), {"a": same, "b": replace(sight, if_seen=None)}, ICD203) == ""
    assert words.crossing(told(0.3), {"a": same, "b": other}, ICD203) == (
        "Of the indicators below, b (to 50.0 %, roughly even chance) would by itself change the word, if seen."
    )
    gap, within = told(0.24), replace(sight, if_seen=Number(value=0.3, se=0.0))
    assert words.crossing(gap, {"a": within}, PHIA) == ""  # the same word, once as the nearest and once in its band
    assert words.crossing(told(0.3), {"a": other, "b": other}, ICD203).endswith(
        "b (to 50.0 %, roughly even chance) would each by itself change the word, if seen."
    )


def check(value: float | None, limit: float, direction: str, *, passed: bool, where: str = "") -> Check:
    """A condition of a verdict."""
    return Check(name="k", value=value, limit=limit, direction=direction, passed=passed, where=where)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (check(1.0041, 1.01, "at most", passed=True), ("k", "1", "at most 1.01", "passed")),
        (check(1.0104, 1.01, "at most", passed=False), ("k", "1.0104", "at most 1.01", "failed")),
        (check(0.69996, 0.7, "below", passed=True), ("k", "0.69996", "below 0.7", "passed")),
        (check(0.7, 0.7, "below", passed=False), ("k", "0.7", "below 0.7", "failed")),
        (check(399.7, 400, "at least", passed=False), ("k", "399.7", "at least 400", "failed")),
        (check(5214.8, 400, "at least", passed=True), ("k", "5,215", "at least 400", "passed")),
        (check(0.0, 0, "at most", passed=True), ("k", "0", "at most 0", "passed")),
        (check(None, 0.7, "below", passed=False), ("k", "infinite", "below 0.7", "failed")),
        (check(None, 0.7, "below", passed=True), ("k", "no weight stood out", "below 0.7", "passed")),
        (check(57.2, 400, "at least", passed=False, where="a.b"), ("k at a.b", "57.2", "at least 400", "failed")),
    ],
)
def test_a_check_is_told_with_what_was_needed(found: Check, told: tuple[str, ...]) -> None:
    """What was found has the digits that tell it from its limit."""
    assert words.check(found) == told


@given(value=st.floats(0, 1000), limit=st.sampled_from([0.05, 0.3, 0.7, 1.01, 400.0]), near=st.booleans())
def test_a_check_and_its_verdict_do_not_contradict_each_other(value: float, limit: float, near: bool) -> None:
    """What is shown lies on the same side of the limit as what was found."""
    value = limit * (1 + (value - 500) * 1e-6) if near else value
    shown = float(words.check(check(value, limit, "at most", passed=value <= limit))[1].replace(",", ""))
    assert (shown <= limit) == (value <= limit)


def test_a_fit_of_their_own_is_named_with_both_headlines() -> None:
    """Where the analyses start from another fit than the run's, its method, its headline and its verdict are told."""
    fit = WEIGHED.analyst
    told = words.starting_point(probability(0.0613, 0.0008), "nuts", probability(0.0619, 0.0006), fit)
    assert told == (
        "What is said of evidence, linchpins and alternatives was reckoned from a fit of its own, by "
        f"{wording.METHODS[fit.method]} (headline 6.2 ± 0.06 % there, 6.1 ± 0.08 % by NUTS above). "
        f"Of that fit: {wording.verdict(fit.method, fit.verdict)}."
    )
    assert "25.0 % there" in words.starting_point(probability(0.25), "nuts", probability(0.25), fit)


def test_whether_methods_met_is_said() -> None:
    """That they were held against each other is not that they agree."""
    met = Agreement(holds=False, outcome="closed", difference=0.1, joint_se=0.01)
    assert words.agreement_in_words(met) == "two methods were held against each other"
    assert words.agreement_in_words(None) == "one method alone was used"


def test_what_could_not_be_reckoned_is_told_with_its_reasons() -> None:
    """One, or several, each without its full stop."""
    lead = "Not told here, since it could not be reckoned:"
    assert words.refused(["a headline without odds."]) == f"{lead} a headline without odds."
    assert words.refused(["one", "another."]) == f"{lead} one; another."


def texts(block: Block) -> list[str]:
    """The running text of a block; a cell of a table is one of its own."""
    match block:
        case Heading() | Paragraph() | Caution():
            return [block.text]
        case Listing():
            return list(block.points)
        case Table():
            return [cell for row in block.rows for cell in row]
        case _:
            return []


def sentences(name: str) -> list[str]:
    """Every sentence of a report."""
    said = [text for block in document(REPORTS[name], {}) for text in texts(block)]
    return [sentence for text in said for sentence in re.split(r"(?<=[.!?;]) ", text)]


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_mixes_likelihood_and_confidence(name: str) -> None:
    """No sentence holds a word of estimative probability and a level of confidence (ICD 203, D.6.e(2)(b))."""
    scale = WORDS[REPORTS[name].scale.id]
    assert not [
        said
        for said in sentences(name)
        if scale.search(said.lower()) and LEVEL.search(said.lower()) and "confidence" in said.lower()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_confidence_is_told_in_a_part_of_its_own(name: str) -> None:
    """The part that tells it has no word of probability, and no other part has its sentence."""
    blocks = document(REPORTS[name], {})
    [start] = [at for at, block in enumerate(blocks) if block == Heading(text="Analytic confidence")]
    declared = wording.confidence(REPORTS[name].assessment.prior_set.confidence)
    assert blocks[start + 1] == Paragraph(text=declared)
    assert [block for block in blocks if declared in texts(block)] == [blocks[start + 1]]
    part = " ".join(text for block in blocks[start : start + 3] for text in texts(block)).lower()
    assert not [scale for scale in WORDS.values() if scale.search(part)]


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_left_unfinished(name: str) -> None:
    """A paragraph ends as a sentence or a list does, and has neither two stops nor a doubled blank."""
    for block in document(REPORTS[name], {}):
        if isinstance(block, Paragraph):
            assert block.text.endswith((".", "?", "!", ":", ")")), block.text
        for text in texts(block):
            assert not re.search(r"\.\.|  | [.,;:](?!\d)|\b(\w+) \1\b|\b1 (items|files|draws|fits|checks)\b", text), (
                text
            )


def test_no_word_of_probability_is_used_for_something_else() -> None:
    """What the model takes for granted is told without them."""
    assert not [said for said in TAKEN_FOR_GRANTED if WORDS["icd203"].search(said.lower())]


def test_a_number_that_is_none_is_not_told() -> None:
    """No report shows `nan`, `inf`, `True` or a float's own way of writing."""
    for name in NAMES:
        said = [text for block in document(REPORTS[name], {}) if not isinstance(block, Code) for text in texts(block)]
        assert not [text for text in said if re.search(r"\b(nan|inf|True|False)\b|\d{5,}\.\d|0\.\d{7,}", text)]
