"""What is said, in which order: one document, which each format then sets in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.priors.verbal_scale import ICD203, Scale
from estimative.reports import wording
from estimative.reports.blocks import Block, Caution, Document, Heading, Listing, Paragraph, Table
from estimative.reports.summary import (
    Analyst,
    Computation,
    Factor,
    Link,
    PriorSet,
    Quantity,
    Scenario,
    Spread,
    Summary,
    Verdict,
)

NEVERTHELESS = "Use --allow-unconverged to see the numbers nevertheless, each page with this caution."
TINY_SPREAD = 1e-12
"""A prior with less is a constant but for rounding."""
SECOND_ORDER = (
    "Each probability is one number, the mean over everything the analyst leaves open; its interval says how far that "
    "openness reaches, not how far the world may vary."
)


def brief(summary: Summary) -> Document:
    """What a person reads on the terminal after a fit."""
    return tuple(_brief(summary))


def preliminary(summary: Summary) -> Document:
    """The quick answer, while the other method is still running."""
    headline = summary.outcomes[summary.scenario.headline]
    judged = wording.judged(headline)
    span = wording.span(headline.interval)
    return (Paragraph(text=f"Preliminary, by importance sampling: {judged}, {span}. NUTS is still to confirm it."),)


def _brief(summary: Summary) -> Iterator[Block]:
    yield Heading(text=summary.scenario.title, level=1)
    yield Paragraph(text=f"{first_paragraph(summary.scenario.question)}")
    yield Paragraph(text=frame_of(summary))
    yield from unconverged_of(summary)
    if summary.told:
        yield from _judgement(summary)
        yield Heading(text="Outcomes")
        yield outcomes_of(summary)
        yield Heading(text="Chain of events, each under its own condition")
        yield chain_of(summary)
        if summary.factors:
            yield Heading(text="Factors: what the evidence did")
            yield factors_of(summary)
        yield Heading(text="How much is prior")
        yield from prior_of(summary)
    yield Heading(text="Method")
    yield from run_of(summary)


def _judgement(summary: Summary) -> Iterator[Block]:
    headline = summary.outcomes[summary.scenario.headline]
    yield Heading(text="Key judgement")
    yield Paragraph(text=wording.key_judgement(headline.title, headline, summary.scenario.until), strong=True)
    yield Paragraph(text=wording.uncertainty(headline))
    yield Paragraph(text=wording.confidence(summary.prior_set.confidence))


def frame_of(summary: Summary) -> str:
    """Which time is asked about, and whose priors answer."""
    return _framed(summary.scenario, summary.prior_set)


def _framed(scenario: Scenario, prior_set: PriorSet) -> str:
    analyst = f"{prior_set.name} ({prior_set.analyst})" if prior_set.analyst else prior_set.name
    extending = f", extending {wording.listed(prior_set.lineage)}" if prior_set.lineage else ""
    return f"As of {scenario.as_of}, until {scenario.until}. Prior set: {analyst}{extending}."


def first_paragraph(text: str) -> str:
    """What stands before the first empty line, on one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def unconverged_of(summary: Summary) -> Iterator[Block]:
    """What must not be overlooked of a run: what failed, and what to try."""
    if summary.caution:
        yield Caution(text=summary.caution)
        for method, verdict in summary.verdicts.items():
            if not verdict.passed:
                yield Paragraph(text=wording.verdict(method, verdict))
                yield Listing(points=(*verdict.advice, *(() if summary.told else (NEVERTHELESS,))))
        if summary.agreement and not summary.agreement.holds:
            yield Paragraph(text=wording.agreement(summary.agreement))


def outcomes_of(summary: Summary, scale: Scale = ICD203) -> Table:
    """Each outcome with its interval, its prior and its word of a scale."""
    mass = next(iter(summary.outcomes.values())).interval.mass
    return Table(
        header=("Outcome", "Probability \u00b1 MCSE", f"{100 * mass:g} % interval", "Prior", f"{scale.title} word"),
        rows=tuple(
            (
                outcome.title,
                wording.percent_with_error(outcome.probability, outcome.se),
                wording.span(outcome.interval),
                wording.percent(outcome.prior_probability, outcome.prior_se),
                outcome.term,
            )
            for outcome in summary.outcomes.values()
        ),
        text_columns=frozenset({0, 4}),
    )


def chain_of(summary: Summary) -> Table:
    """Each event under its own condition, and whatever else happens."""
    rows = [
        (f"{name}: {event.title}", *_link(event.given_previous), wording.percent(event.probability, event.se))
        for name, event in summary.events.items()
    ]
    header = ("Event", "Given", "Probability", "Prior", "Overall")
    return Table(header=header, rows=tuple(rows), text_columns=frozenset({0, 1}))


def _link(link: Link | None) -> tuple[str, str, str]:
    if link is None:
        return ("cannot be so", "-", "-")
    return (
        wording.condition(link.given, link.unless),
        wording.percent(link.probability, link.se),
        wording.percent(link.prior_probability, link.prior_se),
    )


def factors_of(summary: Summary) -> Table:
    """Each factor before the evidence and after it."""
    rows = [
        (factor.title, _mean(factor.prior), _mean(factor.posterior), _ends(factor.posterior), _moved(factor))
        for factor in summary.factors.values()
    ]
    header = ("Factor (0 to 1)", "Prior mean", "Posterior mean", "5 % to 95 %", "Moved by")
    return Table(header=header, rows=tuple(rows))


def _moved(factor: Factor) -> str:
    """By how many of the prior's standard deviations the mean moved."""
    if factor.prior.sd < TINY_SPREAD:
        return "held"
    moved = (factor.posterior.mean - factor.prior.mean) / factor.prior.sd
    return f"{wording.rounded(moved, factor.posterior.se / factor.prior.sd, signed=True)} sd"


def _mean(spread: Spread) -> str:
    return wording.rounded(spread.mean, max(spread.se, 0.005))


def _ends(spread: Spread) -> str:
    return f"{spread.p05:.2f} to {spread.p95:.2f}"


def prior_of(summary: Summary) -> Iterator[Block]:
    """How much of the answer the evidence has not touched, and what was never open to it."""
    if summary.dependence:
        yield Paragraph(text=wording.prior_dependence(summary.dependence))
    everything = summary.everything
    constants = [f"{name} ({_told(quantity)})" for name, quantity in everything.items() if quantity.constant]
    weights = [
        f"{name} ({item.weight:.2g})" for name, item in summary.evidence.items() if item.kind in ("cases", "exposure")
    ]
    held = f"Held constant: {wording.listed(constants)}." if constants else "No quantity was held constant."
    if weights:
        held += f" Fixed weights of evidence: {wording.listed(weights)}."
    yield Paragraph(text=held)
    if missed := [f"{name} ({'; '.join(quantity.missed)})" for name, quantity in everything.items() if quantity.missed]:
        yield Paragraph(
            strong=True, text=f"What was said is far from what it was taken to mean: {wording.listed(missed)}."
        )
    silent = sum(not quantity.because for quantity in everything.values())
    if silent:
        verb = "carries" if silent == 1 else "carry"
        yield Paragraph(text=f"{silent} of {wording.plural(len(everything), 'prior', 'priors')} {verb} no reason.")


def _told(quantity: Quantity) -> str:
    return wording.rounded(quantity.prior.mean, 0)


def run_of(summary: Summary) -> Iterator[Block]:
    """How the numbers of a run came about, and whether they can be believed."""
    points = [wording.verdict(method, verdict) for method, verdict in summary.verdicts.items()]
    if summary.agreement:
        points.append(wording.agreement(summary.agreement))
    run = summary.run
    settings = ", ".join(f"{name} {value}" for name, value in run.settings.items())
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    points += [
        f"Numbers by {wording.METHODS.get(run.method, run.method)}, seed {run.seed}, {settings}",
        f"Run {run.id}; scenario {summary.scenario.digest[:12]}, prior set {summary.prior_set.digest[:12]}",
        versions,
    ]
    yield Listing(points=tuple(points))
    if summary.told:
        yield Paragraph(text=SECOND_ORDER)


def introduction_of(scenario: Scenario, analyst: Analyst, what: str) -> Iterator[Block]:
    """What was asked, of whom, and what is done with the answer."""
    yield Heading(text=f"{scenario.title}: {what}", level=1)
    yield Paragraph(text=first_paragraph(scenario.question))
    yield Paragraph(text=_framed(scenario, analyst.prior_set))


def cautions_of(caution: str, verdicts: Mapping[str, Verdict]) -> Iterator[Block]:
    """What must not be overlooked: which fit failed, and what to try."""
    if not caution:
        return
    yield Caution(text=caution)
    for name, verdict in verdicts.items():
        if not verdict.passed:
            yield Paragraph(
                text=f"{name}: {'; '.join(map(wording.failure, (c for c in verdict.checks if not c.passed)))}"
            )
            yield Listing(points=verdict.advice)


def method_of(
    fits: Mapping[str, tuple[str, Verdict]], scenario: Scenario, prior_set: PriorSet, computation: Computation
) -> Iterator[Block]:
    """How the numbers came about: each fit by name, with its method."""
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    yield Heading(text="Method")
    yield Listing(
        points=(
            *(f"{name}: {wording.verdict(method, verdict)}" for name, (method, verdict) in fits.items()),
            f"Seed {computation.seed}{settings}",
            f"Scenario {scenario.digest[:12]}, prior set {prior_set.digest[:12]}",
            ", ".join(f"{name} {version}" for name, version in computation.versions.items()),
        )
    )


def alone(text: str) -> str:
    """A title or a description within a sentence: without its full stop."""
    return " ".join(text.split()).rstrip(".")
