"""A report held against the Bayesian analysis reporting guidelines: every point of them, done or not.

Kruschke, J. K. (2021). Bayesian analysis reporting guidelines. Nature Human Behaviour 5, 1282-1291. The points are his,
in his order; the words are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from estimative.reports.report import wording as words
from estimative.reports.report.summary import Report
from estimative.reports.sensitivity.summary import Tornado
from estimative.reports.summary import Verdict
from estimative.reports.wording import METHODS, listed, plural, rounded, verdict

MARGINAL = 0.05
"""Error of a log marginal likelihood, at most: that of as many draws as a verdict asks for."""
UNTOLD = "No number is told, since not every check passed; what it would stand in is left out."
type Status = Literal["done", "partly", "not done", "does not apply"]
SOURCE = "Kruschke, Bayesian analysis reporting guidelines, Nature Human Behaviour 5 (2021), 1282-1291"


@dataclass(frozen=True, kw_only=True)
class Point:
    """What the guidelines ask for, and what a report does about it."""

    asked: str
    status: Status
    told: str
    """Where it is done and how, or why it is not."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Points that belong together."""

    title: str
    points: tuple[Point, ...]


def steps(report: Report) -> tuple[Step, ...]:
    """Every step of the guidelines with all its points."""
    return (
        Step(title="Preamble", points=_preamble()),
        Step(title="Step 1: the model", points=_model(report)),
        Step(title="Step 2: the computation", points=tuple(_computation(report))),
        Step(title="Step 3: the posterior", points=_posterior(report)),
        Step(title="Step 4: decisions", points=_decisions(report)),
        Step(title="Step 5: sensitivity", points=_sensitivity(report)),
        Step(title="Step 6: reproduction", points=_reproduction(report)),
    )


def _preamble() -> tuple[Point, ...]:
    return (
        Point(
            asked="Why a Bayesian analysis",
            status="done",
            told="The event is single and has no frequency. A posterior states a degree of belief, says which part of "
            "it is prior, and changes by rule as evidence comes in.",
        ),
        Point(asked="Goals of the analysis", status="done", told="The question stands at the top of the report."),
    )


def _model(report: Report) -> tuple[Point, ...]:
    items = report.assessment.evidence
    return (
        Point(
            asked="Data: variables and their scales",
            status="done",
            told=f"{plural(len(items), 'item', 'items')} of evidence, each with kind, reading, source and weight, "
            "under 'Every item of evidence'."
            if items
            else "There are no data: no item of evidence was used.",
        ),
        Point(
            asked="Likelihood and parameters",
            status="done" if report.told else "partly",
            told="'How the model works' says how each kind of evidence bears on factors and events; every parameter "
            f"stands {'under ' if report.told else 'in the prior set and, were numbers told, under '}'Every quantity'.",
        ),
        _priors(report),
        Point(
            asked="Formal specification",
            status="partly",
            told="The equations are told in words under 'How the model works'; the scenario's file, with its digest, "
            "states them for this scenario in full, and 'estimative trace' prints those behind any number.",
        ),
        _prior_predictive(report),
    )


def _priors(report: Report) -> Point:
    asked, everything = "Prior of every parameter, with reasons", report.assessment.everything
    if not report.told:
        return Point(asked=asked, status="not done", told=UNTOLD)
    if not everything:
        return Point(asked=asked, status="does not apply", told="The scenario asks for no quantity.")
    silent = sum(not quantity.because.strip() for quantity in everything.values())
    lead = f"{plural(len(everything), 'quantity', 'quantities')}, as stated, under 'Every quantity'"
    reasons = f"{silent:,} without a reason" if silent else "none without a reason"
    return Point(asked=asked, status="partly" if silent else "done", told=f"{lead}; {reasons}.")


def _prior_predictive(report: Report) -> Point:
    if not report.told:
        return Point(asked="Prior predictive check", status="not done", told=UNTOLD)
    return Point(
        asked="Prior predictive check",
        status="partly",
        told="'From prior to posterior' shows what the priors alone make of every outcome and factor. No data sets "
        "were drawn from them.",
    )


def _computation(report: Report) -> Iterator[Point]:
    summary = report.assessment
    versions = ", ".join(f"{name} {version}" for name, version in summary.run.versions.items())
    yield Point(
        asked="Software",
        status="done" if versions else "not done",
        told=f"{versions}." if versions else "The run does not say with which versions it was made.",
    )
    chains, other = summary.verdicts.get("nuts"), summary.verdicts.get("importance")
    yield Point(asked="Convergence of the chains", status=_checked(chains), told=_converged(chains))
    yield Point(asked="Resolution: effective sample size", status=_checked(chains), told=_resolved(chains))
    yield Point(
        asked="If not by Markov chains: how",
        status=_checked(other),
        told=f"{_capital(verdict('importance', other))}; {words.agreement_in_words(summary.agreement)}."
        if other
        else "Nothing was reckoned by another method.",
    )


def _checked(found: Verdict | None) -> Status:
    return "done" if found else "does not apply"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _converged(found: Verdict | None) -> str:
    if found is None:
        return f"No chains were run: the numbers are by {METHODS['importance']}."
    failed = sum(not check.passed for check in found.checks)
    went = f"{failed:,} failed" if failed else "none failed"
    return f"{plural(len(found.checks), 'check', 'checks')} under 'Method and checks'; {went}."


def _resolved(found: Verdict | None) -> str:
    if found is None:
        return "No chains were run; for the other method see below."
    draws = plural(found.draws, "draw", "draws")
    return f"{draws}, effectively {found.effective:,.0f} for the headline; no number has a digit finer than its error."


def _posterior(report: Report) -> tuple[Point, ...]:
    return (
        Point(asked="Posterior predictive check", status="not done", told=_foretold(report)),
        Point(
            asked="Summary of the posterior",
            status="done" if report.told else "not done",
            told="Mean of each outcome, event, factor and quantity, with no digit finer than its Monte Carlo error; of "
            "outcomes and factors also intervals and, where the format shows pictures, densities."
            if report.told
            else UNTOLD,
        ),
        _models(report),
    )


def _foretold(report: Report) -> str:
    if not report.assessment.evidence:
        return "There are no data that could be drawn anew."
    lead = "The data are few and unlike each other, and none was drawn anew from the posterior."
    if report.weighing and report.weighing.ledger and report.weighing.ledger.conflict:
        return f"{lead} Nearest to it come the stories that fit together worst, under 'Evidence'."
    return lead


def _models(report: Report) -> Point:
    tried = bool(report.sensitivity and report.sensitivity.structure)
    found, by = report.assessment.log_marginal_likelihood, report.assessment.verdicts.get("importance")
    told = "Models are not weighed against each other"
    if tried:
        told = f"{told}; other structures are compared by what becomes of the headline"
    known = found is not None and by is not None and by.passed
    return Point(
        asked="Bayes factors and posterior probabilities of models",
        status="partly" if known else "does not apply",
        told=f"Log marginal likelihood {rounded(found, MARGINAL)} (natural). {told}."
        if found is not None and known
        else f"{told}.",
    )


def _decisions(report: Report) -> tuple[Point, ...]:
    none = "The report informs decisions and takes none"
    return (
        Point(asked="Why a decision", status="does not apply", told=f"{none}."),
        Point(
            asked="Loss function", status="does not apply", told=f"{none}: what errors cost is for its readers to say."
        ),
        Point(
            asked="Region of practical equivalence", status="does not apply", told=f"{none}: no null value is tested."
        ),
        Point(
            asked="Bayes factor and its threshold", status="does not apply", told=f"{none}: no hypothesis is accepted."
        ),
        Point(
            asked="Estimates besides decisions",
            status="done" if report.told else "not done",
            told=f"Estimates are all there is. Words stand for bands of {report.scale.title}, each with its number."
            if report.told
            else UNTOLD,
        ),
    )


def _sensitivity(report: Report) -> tuple[Point, ...]:
    return (
        _to_priors(report),
        Point(
            asked="To informed priors: those of others",
            status="done" if report.comparison and len(report.comparison.told) > 1 else "not done",
            told=_others(report),
        ),
        Point(
            asked="To default priors",
            status="does not apply",
            told="There are none: every prior is stated by an analyst for this question.",
        ),
        Point(asked="Of Bayes factors", status="does not apply", told="None is reported."),
        Point(
            asked="Of decisions",
            status="does not apply",
            told="None is taken. What would change the word is told under 'What would change the judgement'."
            if report.weighing and report.weighing.tipping
            else "None is taken.",
        ),
    )


def _to_priors(report: Report) -> Point:
    asked, found = "To broader and narrower priors", report.sensitivity
    tornado, scaling = (found.tornado, found.power_scaling) if found else (None, None)
    if not (tornado or scaling):
        return Point(asked=asked, status="not done", told="It was not reckoned." if report.told else UNTOLD)
    if tornado and not tornado.quantities:
        return Point(asked=asked, status="does not apply", told="No quantity has a prior of any width.")
    scaled = "Power-scaling made every prior a little broader and narrower: see 'How much is prior'."
    return Point(
        asked=asked,
        status="done" if tornado and scaling else "partly",
        told=" ".join([*([_held(tornado)] if tornado else []), *([scaled] if scaling else [])]),
    )


def _held(found: Tornado) -> str:
    ends = f"the {100 * found.low_quantile:g} % and the {100 * found.high_quantile:g} % point of its prior"
    count = len(found.quantities)
    which = "The one quantity" if count == 1 else f"Each of {count:,} quantities"
    return f"{which} was held at {ends}: 'What it rests on' tells the widest swings, JSON and CSV all of them."


def _others(report: Report) -> str:
    if not report.comparison:
        return "The report is of one analyst. Runs of others, named beside this one, would be compared under 'Dissent'."
    told = report.comparison.told
    if len(told) < 2:
        return "Too few fits converged for a comparison: see 'Dissent'."
    return f"What follows from the priors of {listed(list(told))} is compared under 'Dissent'."


def _reproduction(report: Report) -> tuple[Point, ...]:
    files = len(report.reproduction.files)
    digests = f"the digests of the {files:,} files" if files > 1 else "the digest of the file"
    return (
        Point(
            asked="Software and how to install it",
            status="partly",
            told="Versions under 'Reproduction'; for installing see the README.",
        ),
        Point(
            asked="Script and data",
            status="done" if files else "partly",
            told=f"Commands{f', and {digests} that they read,' if files else ''} under 'Reproduction'.",
        ),
        Point(
            asked="Readable by people",
            status="done",
            told="Scenario and priors are text files, with room for a reason at every entry.",
        ),
        Point(
            asked="Auxiliary files: draws",
            status="done",
            told="The run keeps its draws, prior and posterior, as NetCDF that ArviZ reads.",
        ),
        Point(
            asked="Runs as posted",
            status="partly",
            told="The commands start from the run's own copies of its files. They were not run again for this report.",
        ),
        Point(
            asked="The same draws again",
            status="done",
            told=f"Seed {report.assessment.run.seed}; with the versions named, the same seed gives the same digits on "
            "the same kind of machine.",
        ),
    )
