"""The documents of evidence, sensitivity, traces and what-ifs: complete, in plain words, of one number each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.evidence_weight import EvidenceGroup
from estimative.model.analysis.trace import TraceResult
from estimative.model.analysis.what_if_result import WhatIfResult
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.priors.verbal_scale import find_scale
from estimative.reports.answers import Answer
from estimative.reports.blocks import Caution, Document, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.evidence import together
from estimative.reports.formats.registry import FORMATS
from estimative.reports.number_format import percent
from estimative.workflows.evidence import evidence
from estimative.workflows.trace import trace
from tests.analyses import KINDS, analysed, context, session


def document(kind: str, **fit: bool) -> Document:
    return Answer(result=analysed(kind, **fit), context=context()).document


def sentences(blocks: Document) -> list[str]:
    """All running text."""
    texts: list[str] = []
    for block in blocks:
        match block:
            case Paragraph() | Caution() | Heading():
                texts.append(block.text)
            case Listing():
                texts.extend(block.points)
    return texts


def table(blocks: Document, first: str) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.header[0] == first)


def headings(blocks: Document) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]


def before_method(blocks: Document) -> Document:
    at = next(i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.text == "Method")
    return blocks[:at]


# All kinds


@pytest.mark.parametrize("kind", KINDS)
def test_the_headline_is_stated_first_and_is_the_same_everywhere(kind: str) -> None:
    """The first strong paragraph has the posterior of the fit, the same number for every kind."""
    lead = next(block.text for block in document(kind) if isinstance(block, Paragraph) and block.strong)
    headline = session().headline
    assert headline is not None
    assert percent(headline.posterior) in lead
    assert "The ferry is cancelled by 1 December 2026" in lead


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_have_titles_and_no_identifiers(kind: str) -> None:
    """No sentence before the method names an input by its identifier."""
    for text in sentences(before_method(document(kind))):
        assert not re.search(r"\b(factors|events|effects|evidence|motives|indicators)\.\w", text), text
        assert not re.search(r"\b(None|MCEstimate|True|False)\b", text), text


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_of_a_failed_fit_is_shown(kind: str) -> None:
    """Without convergence the document says which check failed and what to try, and shows no probability."""
    result = analysed(kind, converged=False)
    assert result.withheld
    blocks = document(kind, converged=False)
    text = " ".join(sentences(before_method(blocks)))
    assert any(isinstance(block, Caution) for block in blocks)
    assert "did not converge" in text
    assert "--allow-unconverged" in text
    assert not any(isinstance(block, Table) for block in blocks)
    assert not re.search(r"\d%", re.sub(r"needs[^;)]*", "", text)), text


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_were_asked_for_have_a_caution(kind: str) -> None:
    """With unconverged numbers included, the caution comes before the first of them."""
    blocks = document(kind, converged=False, with_unconverged=True)
    caution = next(i for i, block in enumerate(blocks) if isinstance(block, Caution))
    first = next(i for i, block in enumerate(blocks) if isinstance(block, Table))
    assert caution < first


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_fit_cannot_have_numbers(kind: str) -> None:
    """A result that was allowed unconverged numbers cannot be turned into one that was not."""
    result = analysed(kind, converged=False, with_unconverged=True)
    with pytest.raises(ValueError, match="did not converge"):
        replace(result, with_unconverged=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("format", ["md", "html", "csv", "xlsx", "json"])
def test_every_format_takes_every_kind(kind: str, format: str) -> None:
    """Each format renders the document or the tables of each kind."""
    assert FORMATS[format].render(Answer(result=analysed(kind), context=context()))


# Evidence


def weighed() -> EvidenceResult:
    result = analysed("evidence")
    assert isinstance(result, EvidenceResult)
    return result


def test_the_evidence_document_has_its_parts_in_order() -> None:
    """What it did, what would change the word, what to look for, conflicts if any, all of it, method."""
    order = ["What the evidence did", "What would change the word", "What to look for", "Conflicts in the evidence"]
    found = headings(document("evidence"))
    assert [text for text in found if text in order] == [text for text in order if text in found]
    assert found[:3] == order[:3]
    assert found[-2:] == ["All evidence, step by step", "Method"]


def test_the_strongest_evidence_each_way_is_named_by_its_title() -> None:
    """The warning raises the headline most, the captain's word lowers it."""
    text = " ".join(sentences(document("evidence")))
    assert "Strongest for: \u201cThe coast guard warns of a gale\u201d and 1 more of the same origin." in text
    assert "Strongest against: \u201cThe captain says that he will sail\u201d." in text


def test_the_last_step_is_the_result() -> None:
    """The running column ends at the probability of the headline, digit by digit."""
    headline = weighed().headline
    assert headline
    assert table(document("evidence"), "Evidence, in the order of the scenario").rows[-1][-1] == percent(
        headline.posterior
    )


def test_every_group_and_every_item_of_one_has_its_row() -> None:
    """Groups are listed by the size of their weight; the items of an origin have a table of their own."""
    result, blocks = weighed(), document("evidence")
    assert result.weights
    tables = [block for block in blocks if isinstance(block, Table) and block.header[0] == "Evidence"]
    assert [len(block.rows) for block in tables] == [len(result.weights.groups), len(result.weights.items)]
    heaviest = max(result.weights.groups, key=lambda group: abs(group.marginal_last.value))
    first = context().scenario.evidence[heaviest.items[0]].title
    assert tables[0].rows[0][0].startswith(f"\u201c{first}\u201d")
    assert {row[0] for row in tables[1].rows} == {"The coast guard warns of a gale", "The radio repeats the warning"}


def weighing(name: str, alone: float, last: float, se: float = 0.0) -> EvidenceGroup:
    """A group of one item with its two weights, in log-odds."""
    numbers = {"marginal_first": alone, "marginal_last": last, "step": last, "running": last}
    return EvidenceGroup(
        name=name,
        items=(name,),
        **{key: MCEstimate(value=value) for key, value in numbers.items()},
        interaction=MCEstimate(value=last - alone, own_variance=se**2),
        pareto_k=None,
        own_fits=0,
    )


def test_only_what_is_not_independent_is_said_to_interact() -> None:
    """Weights that add are not mentioned, nor differences within their error; the others are, with their direction."""
    scenario = context().scenario
    assert list(together([weighing("swell", 2.0, 2.0), weighing("captain", 2.0, 0.5, se=1.0)], scenario)) == []
    rows = [weighing("swell", 2.0, 0.5), weighing("captain", -0.2, 1.0)]
    rule, less, more = together(rows, scenario)
    assert rule.startswith("Items that are independent given the result weigh the same")
    assert less.startswith(
        "Less given the rest: \u201cA long swell has set in\u201d (+8.69 alone, +2.17 given the rest)."
    )
    assert more.startswith("More given the rest, or the other way: \u201cThe captain says that he will sail\u201d")


def test_indicators_show_both_answers() -> None:
    """Each indicator has the headline if it is observed and if it is absent, the most informative first."""
    result = weighed().information
    assert result
    rows = table(document("evidence"), "Indicator").rows
    titles = context().scenario.indicators
    assert [row[0] for row in rows] == [titles[value.name].title for value in result.indicators]
    for row, value in zip(rows, result.indicators, strict=True):
        assert value.p_if_observed
        assert value.p_if_absent
        assert row[2:4] == (percent(value.p_if_observed), percent(value.p_if_absent))


def test_thresholds_are_those_of_the_scale_that_is_shown() -> None:
    """With another scale, thresholds and words are its own."""
    scale = find_scale("phia")
    result = evidence(session(), scale)
    blocks = Answer(result=result, context=Context(assessments=(session().assessment,), scale=scale)).document
    words = {row[1] for row in table(blocks, "Threshold").rows}
    assert "highly unlikely" in words
    assert "very unlikely" not in words


def test_a_result_of_another_scale_keeps_the_words_of_its_thresholds() -> None:
    """Thresholds of ICD 203 are described in its words, even where the document uses another scale."""
    shown = Context(assessments=(session().assessment,), scale=find_scale("phia"))
    blocks = Answer(result=weighed(), context=shown).document
    assert "very unlikely" in {row[1] for row in table(blocks, "Threshold").rows}


# What if


def test_a_what_if_states_everything_that_is_supposed() -> None:
    """Intervention, condition, evidence left out and another prior have a sentence each."""
    result = analysed("whatif")
    assert isinstance(result, WhatIfResult)
    listing = next(block for block in document("whatif") if isinstance(block, Listing))
    starts = [point.split(":")[0] for point in listing.points]
    assert starts == ["Another prior", "Left out", "Intervention", "Condition"]
    assert len(result.assumptions) == 4


def test_a_what_if_shows_every_outcome_and_event() -> None:
    """Each outcome and each event has a row with both probabilities."""
    result, blocks = analysed("whatif"), document("whatif")
    assert isinstance(result, WhatIfResult)
    for first, rows in (("Outcome", result.outcomes), ("Event", result.events)):
        shown = table(blocks, first).rows
        assert len(shown) == len(rows)
    for row, change in zip(table(blocks, "Outcome").rows, result.outcomes, strict=True):
        assert change.before
        assert change.after
        assert row[1:3] == (percent(change.before), percent(change.after))


# Trace


def traced() -> TraceResult:
    result = analysed("trace")
    assert isinstance(result, TraceResult)
    return result


def test_a_trace_leads_back_to_statements_reasons_and_sources() -> None:
    """The document has what was stated, why, and where the evidence was read."""
    text = " ".join(sentences(document("trace")))
    assert "Reason: It is the season." in text
    assert "Source: Log of the harbour master" in text
    assert {quantity.name for quantity in traced().quantities} >= {"factors.weather", "effects.cancelled.storm"}


def test_the_terms_of_an_equation_are_its_drivers() -> None:
    """The baseline, each driver by its title, and the evidence about the event itself."""
    result = traced()
    tables = [block for block in document("trace") if isinstance(block, Table)]
    assert len(tables) == len(result.equations)
    first: Any = tables[0].rows
    assert first[0][0] == "baseline"
    assert {row[0] for row in first[1:]} == {
        "A storm is forecast (raises it)",
        "Severity of the weather (raises it)",
        "evidence about the event itself",
    }


def test_every_name_that_a_report_prints_can_be_traced() -> None:
    """Outcomes, events, factors, items, indicators, origins, and inputs by their full names: each has a document."""
    assessment = session().assessment
    scenario, quantities = assessment.scenario, assessment.structure.quantities
    names = [
        *(scenario.outcomes, scenario.events, scenario.factors, scenario.evidence, scenario.indicators),
        *(scenario.origins, quantities.all, quantities.indicator_quantities, assessment.weights),
        [f"evidence.{name}" for name in scenario.evidence],
    ]
    for name in (name for section in names for name in section):
        result = trace(session(), name)
        blocks = Answer(result=result, context=context()).document
        assert result.quantities or result.evidence or result.events, name
        assert sentences(blocks), name


def test_a_weight_and_an_indicator_are_traced_to_their_reasons() -> None:
    """A weight of evidence leads to its statement and its items; an indicator to its two chances."""
    weight = trace(session(), next(iter(session().assessment.scenario.origins)))
    assert (weight.target_kind, weight.target.startswith("independence.")) == ("weight", True)
    assert len(weight.evidence) == 2
    sign = trace(session(), next(iter(session().assessment.scenario.indicators)))
    assert (sign.target_kind, [row.distribution for row in sign.quantities]) == ("indicator", [None, None])
