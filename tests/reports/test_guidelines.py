"""The reporting guidelines: every point answered in every report, with the status that it has earned."""

from __future__ import annotations

import re
import typing
from dataclasses import replace

import pytest

from estimative.reports.blocks import Heading, Table
from estimative.reports.figures.gallery import gallery
from estimative.reports.report import guidelines
from estimative.reports.report.document import document
from estimative.reports.report.guidelines import Status, steps
from estimative.reports.report.summary import Report
from estimative.reports.summary import Summary
from tests.comparisons import COMPARISONS
from tests.reports.test_report_document import FULL_REPORT, LACKING, NAMES, UNTOLD, headings, parts, said
from tests.reports_made import REPORTS
from tests.summaries import CASES, FULL, IMPORTANCE

POINTS = {
    "Preamble": ("Why a Bayesian analysis", "Goals of the analysis"),
    "Step 1: the model": (
        "Data: variables and their scales",
        "Likelihood and parameters",
        "Prior of every parameter, with reasons",
        "Formal specification",
        "Prior predictive check",
    ),
    "Step 2: the computation": (
        "Software",
        "Convergence of the chains",
        "Resolution: effective sample size",
        "If not by Markov chains: how",
    ),
    "Step 3: the posterior": (
        "Posterior predictive check",
        "Summary of the posterior",
        "Bayes factors and posterior probabilities of models",
    ),
    "Step 4: decisions": (
        "Why a decision",
        "Loss function",
        "Region of practical equivalence",
        "Bayes factor and its threshold",
        "Estimates besides decisions",
    ),
    "Step 5: sensitivity": (
        "To broader and narrower priors",
        "To informed priors: those of others",
        "To default priors",
        "Of Bayes factors",
        "Of decisions",
    ),
    "Step 6: reproduction": (
        "Software and how to install it",
        "Script and data",
        "Readable by people",
        "Auxiliary files: draws",
        "Runs as posted",
        "The same draws again",
    ),
}
"""What the guidelines ask for: two points beforehand and 28 in six steps."""
STATUSES = set(typing.get_args(Status.__value__))


@pytest.mark.parametrize("name", NAMES)
def test_every_point_of_the_guidelines_is_answered(name: str) -> None:
    """Each step with all its points, each with a status and a sentence that says where or why, whatever is told."""
    found = steps(REPORTS[name])
    assert {step.title: tuple(point.asked for point in step.points) for step in found} == POINTS
    for point in (point for step in found for point in step.points):
        assert point.status in STATUSES
        assert point.told.endswith(".")
        assert point.asked == "Software" or not point.told[0].islower()


@pytest.mark.parametrize("name", NAMES)
def test_the_guidelines_are_told_step_by_step(name: str) -> None:
    """As a table under each step, in the last part of the report."""
    part = parts(REPORTS[name])["Appendix: Bayesian analysis reporting guidelines"]
    assert headings(REPORTS[name], "Appendix: Bayesian analysis reporting guidelines") == list(POINTS)
    tables = [block for block in part if isinstance(block, Table)]
    assert [tuple(row[0] for row in table.rows) for table in tables] == list(POINTS.values())
    assert guidelines.SOURCE in said(REPORTS[name], "Appendix: Bayesian analysis reporting guidelines")


@pytest.mark.parametrize("name", [*NAMES, *(f"lacking: {name}" for name in LACKING)])
def test_the_guidelines_point_to_parts_that_are_there(name: str) -> None:
    """Every part that a point names between apostrophes is a heading of this very report."""
    report = REPORTS[name] if name in REPORTS else LACKING[name.removeprefix("lacking: ")][0]
    there = {
        block.text.removeprefix("Appendix: ").lower()
        for block in document(report, gallery(report))
        if isinstance(block, Heading)
    }
    for point in (point for step in steps(report) for point in step.points):
        named = {part.lower() for part in re.findall("'([A-Z][^']*)'", point.told)}
        assert named <= there or "were numbers told" in point.told, point


def reasoned(summary: Summary) -> Summary:
    """The same, every quantity with its reason."""
    quantities = {name: replace(one, because="So it was.") for name, one in summary.quantities.items()}
    return replace(summary, quantities=quantities)


def by_importance(summary: Summary) -> Summary:
    """The same, as if no chain had been run."""
    return replace(
        summary, verdicts={"importance": IMPORTANCE}, agreement=None, run=replace(summary.run, method="importance")
    )


UNLIKE = "The data are few and unlike each other, and none was drawn anew from the posterior."
assert FULL_REPORT.sensitivity
HALF = replace(FULL_REPORT.sensitivity, power_scaling=None)
FAILED = replace(FULL, verdicts={**FULL.verdicts, "importance": CASES["withheld"].verdicts["nuts"]})
ANSWERS: dict[str, tuple[Report, dict[str, Status]]] = {
    "everything": (
        FULL_REPORT,
        {
            "Why a Bayesian analysis": "done",
            "Likelihood and parameters": "done",
            "Prior of every parameter, with reasons": "partly",
            "Prior predictive check": "partly",
            "Software": "done",
            "Convergence of the chains": "done",
            "If not by Markov chains: how": "done",
            "Posterior predictive check": "not done",
            "Summary of the posterior": "done",
            "Bayes factors and posterior probabilities of models": "partly",
            "Loss function": "does not apply",
            "Estimates besides decisions": "done",
            "To broader and narrower priors": "done",
            "To informed priors: those of others": "done",
            "Script and data": "done",
        },
    ),
    "every prior has its reason": (
        replace(FULL_REPORT, assessment=reasoned(FULL)),
        {"Prior of every parameter, with reasons": "done"},
    ),
    "no quantity": (
        replace(FULL_REPORT, assessment=replace(FULL, quantities={}, factors={})),
        {"Prior of every parameter, with reasons": "does not apply"},
    ),
    "importance sampling alone": (
        replace(FULL_REPORT, assessment=by_importance(FULL)),
        {
            "Convergence of the chains": "does not apply",
            "Resolution: effective sample size": "does not apply",
            "If not by Markov chains: how": "done",
        },
    ),
    "NUTS alone": (
        replace(FULL_REPORT, assessment=replace(FULL, verdicts={"nuts": FULL.verdicts["nuts"]}, agreement=None)),
        {"Convergence of the chains": "done", "If not by Markov chains: how": "does not apply"},
    ),
    "importance sampling failed": (
        replace(FULL_REPORT, assessment=FAILED),
        {"Bayes factors and posterior probabilities of models": "does not apply"},
    ),
    "untold": (
        UNTOLD,
        {
            "Likelihood and parameters": "partly",
            "Prior of every parameter, with reasons": "not done",
            "Prior predictive check": "not done",
            "Convergence of the chains": "done",
            "Summary of the posterior": "not done",
            "Bayes factors and posterior probabilities of models": "does not apply",
            "Estimates besides decisions": "not done",
            "To broader and narrower priors": "not done",
            "To informed priors: those of others": "not done",
            "Script and data": "done",
        },
    ),
    "nothing was varied": (
        replace(FULL_REPORT, sensitivity=None),
        {"To broader and narrower priors": "not done", "Summary of the posterior": "done"},
    ),
    "varied in part": (replace(FULL_REPORT, sensitivity=HALF), {"To broader and narrower priors": "partly"}),
    "nothing to vary": (REPORTS["report.exact"], {"To broader and narrower priors": "does not apply"}),
    "alone": (
        replace(FULL_REPORT, comparison=None),
        {"To informed priors: those of others": "not done", "To default priors": "does not apply"},
    ),
    "compared with those whose fits failed": (
        replace(FULL_REPORT, comparison=COMPARISONS["comparison.withheld-all"]),
        {"To informed priors: those of others": "not done"},
    ),
    "a team": (REPORTS["report.team"], {"To informed priors: those of others": "done"}),
    "no files and no versions": (
        replace(
            FULL_REPORT,
            assessment=replace(FULL, run=replace(FULL.run, versions={})),
            reproduction=replace(FULL_REPORT.reproduction, files=()),
        ),
        {"Software": "not done", "Script and data": "partly"},
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_point_has_the_status_that_it_has_earned(name: str) -> None:
    """Done, partly, not done or beside the point: by what the report holds."""
    report, expected = ANSWERS[name]
    found = {point.asked: point.status for step in steps(report) for point in step.points}
    assert {asked: found[asked] for asked in expected} == expected


@pytest.mark.parametrize(
    ("name", "asked", "told"),
    [
        (
            "everything",
            "Prior of every parameter, with reasons",
            "3 quantities, as stated, under 'Every quantity'; 1 wit",
        ),
        ("everything", "Convergence of the chains", "2 checks under 'Method and checks'; none failed."),
        (
            "everything",
            "Posterior predictive check",
            f"{UNLIKE} Nearest to it come the stories that fit together worst",
        ),
        ("untold", "Convergence of the chains", "4 checks under 'Method and checks'; 3 failed."),
        (
            "everything",
            "To informed priors: those of others",
            "What follows from the priors of engineer and sceptic is",
        ),
        ("compared with those whose fits failed", "To informed priors: those of others", "Too few fits converged"),
        ("alone", "To informed priors: those of others", "The report is of one analyst."),
        ("importance sampling alone", "Convergence of the chains", "No chains were run: the numbers are by importance"),
        ("importance sampling alone", "If not by Markov chains: how", "Importance sampling: converged (10,000 draws"),
        ("NUTS alone", "If not by Markov chains: how", "Nothing was reckoned by another method."),
        ("everything", "The same draws again", "Seed 1;"),
        ("everything", "Script and data", "Commands, and the digests of the 2 files that they read, under"),
        ("no files and no versions", "Script and data", "Commands under 'Reproduction'."),
    ],
)
def test_a_point_says_what_was_done(name: str, asked: str, told: str) -> None:
    """In numbers that are those of the report."""
    found = {point.asked: point.told for step in steps(ANSWERS[name][0]) for point in step.points}
    assert found[asked].startswith(told)


def test_what_was_not_reckoned_is_not_pointed_to() -> None:
    """Without a pair of stories that fit together badly, without borders, without structures, no word of them."""
    assert FULL_REPORT.weighing
    assert FULL_REPORT.weighing.ledger
    quiet = replace(FULL_REPORT.weighing, tipping=None, ledger=replace(FULL_REPORT.weighing.ledger, conflict=None))
    for report in (replace(FULL_REPORT, weighing=quiet, sensitivity=None), UNTOLD):
        found = {point.asked: point.told for step in steps(report) for point in step.points}
        assert found["Posterior predictive check"] == UNLIKE
        assert found["Of decisions"] == "None is taken."
        assert "structures" not in found["Bayes factors and posterior probabilities of models"]


def test_one_is_told_in_the_singular() -> None:
    """One quantity, one check, one file, one draw."""
    assert FULL_REPORT.sensitivity
    assert FULL_REPORT.sensitivity.tornado
    tornado = FULL_REPORT.sensitivity.tornado
    single = replace(tornado, quantities=dict(list(tornado.quantities.items())[:1]))
    nuts = FULL.verdicts["nuts"]
    report = replace(
        FULL_REPORT,
        assessment=replace(FULL, verdicts={"nuts": replace(nuts, checks=nuts.checks[:1], draws=1)}),
        sensitivity=replace(FULL_REPORT.sensitivity, tornado=single),
        reproduction=replace(FULL_REPORT.reproduction, files=FULL_REPORT.reproduction.files[:1]),
    )
    told = " ".join(point.told for step in steps(report) for point in step.points)
    for phrase in ("1 check under", "1 draw,", "The one quantity was held", "and the digest of the file that"):
        assert phrase in told
