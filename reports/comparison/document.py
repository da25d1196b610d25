"""What is said of several analysts, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimative.model.spec.quantities import QuantityName
from estimative.priors.verbal_scale import ICD203, Scale
from estimative.reports import wording
from estimative.reports.blocks import (
    Block,
    Caution,
    Document,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Table,
)
from estimative.reports.comparison import wording as words
from estimative.reports.comparison.summary import Attribution, Comparison, Decomposition, Outcome, Share, Team
from estimative.reports.document import NEVERTHELESS, SECOND_ORDER, first_paragraph
from estimative.reports.summary import Analyst, Computation, Probability, Scenario

LEAST_SHARE = 0.1 / wording.DECIBANS
"""Shares below a tenth of a deciban are told together."""
INDENT = "· "


def document(comparison: Comparison, *, in_full: Sequence[str] = ()) -> Document:
    """What a person reads after a comparison.

    Parameters
    ----------
    in_full
        Outcomes that are told with plot and pairs; the headline if none is named.
    """
    return tuple(_document(comparison, tuple(in_full) or (comparison.scenario.headline,)))


def _document(comparison: Comparison, in_full: tuple[str, ...]) -> Iterator[Block]:
    yield from introduction(comparison.scenario, comparison.analysts)
    yield from cautions(comparison.caution, comparison.analysts)
    if comparison.withheld:
        yield Paragraph(text=NEVERTHELESS)
    if comparison.told:
        for name in in_full:
            yield from in_full_of(comparison.outcomes[name])
        for name, outcome in comparison.outcomes.items():
            if name not in in_full:
                yield from _in_brief(outcome)
    if len(comparison.foresight) > 1:
        yield from foresight_of(comparison)
    if comparison.attribution:
        yield from attribution_of(words.oriented(comparison.attribution))
    if comparison.team:
        yield from team_of(comparison.team)
    yield from method(comparison.scenario, comparison.analysts, comparison.computation)
    if comparison.told:
        yield Paragraph(text=SECOND_ORDER)


def introduction(scenario: Scenario, analysts: Mapping[str, Analyst]) -> Iterator[Block]:
    """What was asked, and of whom."""
    yield Heading(text=f"{scenario.title}: {len(analysts)} analysts", level=1)
    yield Paragraph(text=first_paragraph(scenario.question))
    yield Paragraph(text=f"As of {scenario.as_of}, until {scenario.until}.")
    yield Listing(points=tuple(analyst_of(one) for one in analysts.values()))


def analyst_of(one: Analyst) -> str:
    """Who it is, and with what confidence."""
    said = f": {one.prior_set.analyst}" if one.prior_set.analyst else ""
    confidence = one.prior_set.confidence
    declared = f" (analytic confidence declared: {confidence.level})" if confidence else ""
    return f"{one.prior_set.name}{said}{declared}"


def cautions(caution: str, analysts: Mapping[str, Analyst]) -> Iterator[Block]:
    """What must not be overlooked: whose fit failed, and what to try."""
    if not caution:
        return
    yield Caution(text=caution)
    for name, one in analysts.items():
        if not one.converged:
            yield Paragraph(text=f"{name}: {wording.verdict(one.method, one.verdict)}")
            yield Listing(points=one.verdict.advice)


def in_full_of(outcome: Outcome, scale: Scale = ICD203) -> Iterator[Block]:
    """What each analyst makes of an outcome, all at once and two by two."""
    yield Heading(text=outcome.title)
    yield dots(outcome.analysts, scale)
    yield probabilities(outcome.analysts, scale)
    if outcome.pairs:
        yield Heading(text="Two by two", level=3)
        yield Table(
            header=("First", "Second", "Points apart", "First higher", "Overlap", "Distance"),
            rows=tuple(
                (
                    pair.first,
                    pair.second,
                    words.difference(pair),
                    words.share_of_one(pair.first_higher),
                    words.share_of_one(pair.overlap),
                    words.distance(pair.wasserstein),
                )
                for pair in outcome.pairs
            ),
            text_columns=frozenset({0, 1}),
        )
        yield Paragraph(text=PAIRS)


PAIRS = (
    "Points apart: the first less the second, in percentage points. First higher: the probability that the first "
    "analyst's inner probability lies above the second's, were the two independent. Overlap: of the two posteriors, "
    "from 0 to 1. Distance: Wasserstein-1, in percentage points."
)


def _in_brief(outcome: Outcome) -> Iterator[Block]:
    yield Heading(text=outcome.title)
    yield probabilities(outcome.analysts)


def dots(analysts: Mapping[str, Probability], scale: Scale = ICD203) -> IntervalPlot:
    """Each analyst's probability as a dot."""
    mass = next(iter(analysts.values())).interval.mass
    key = (
        f"● after the evidence, ├─┤ its {100 * mass:g} % interval, ○ before the evidence; ┊ borders of the "
        f"{scale.title} words and powers of ten."
    )
    return IntervalPlot(rows=tuple(_dot(name, one) for name, one in analysts.items()), key=key, words=scale)


def _dot(name: str, one: Probability) -> IntervalRow:
    return IntervalRow(
        label=name,
        point=one.probability,
        low=one.interval.low,
        high=one.interval.high,
        before=one.prior_probability,
    )


def probabilities(analysts: Mapping[str, Probability], scale: Scale = ICD203) -> Table:
    """What each analyst makes of an outcome."""
    mass = next(iter(analysts.values())).interval.mass
    return Table(
        header=("Analyst", "Probability ± MCSE", f"{100 * mass:g} % interval", "Prior", f"{scale.title} word"),
        rows=tuple(
            (
                name,
                wording.percent_with_error(one.probability, one.se),
                wording.span(one.interval),
                wording.percent(one.prior_probability, one.prior_se),
                one.term,
            )
            for name, one in analysts.items()
        ),
        text_columns=frozenset({0, 4}),
    )


def foresight_of(comparison: Comparison) -> Iterator[Block]:
    """Whose priors foretold the evidence better."""
    yield Heading(text="How well the priors foresaw the evidence")
    yield Table(
        header=("Analyst", "Figures alone", "All evidence"),
        rows=tuple(
            (name, *("-" if index == 0 else words.foresaw(number) for number in (one.figures, one.everything)))
            for index, (name, one) in enumerate(comparison.foresight.items())
        ),
    )
    yield Paragraph(text=words.foresight(comparison.foresight))


def attribution_of(found: Attribution) -> Iterator[Block]:
    """Why two analysts differ; `found` is oriented."""
    differ = "differ" if found.decomposition.quantities else "do not differ"
    yield Heading(text=f"Why {found.first} and {found.second} {differ} on the headline")
    yield Paragraph(text=words.attribution(found), strong=True)
    if found.decomposition.quantities:
        yield _shares(found.decomposition)
        yield Paragraph(text=SHARES)
        yield Paragraph(text=words.effort(found.effort, found.decomposition.orders))


SHARES = (
    "Shares of the difference in the headline's log-odds, in decibans (10 of them are a factor of 10 in the odds), by"
    " the Shapley decomposition, over all orders in which a block stays together: they sum to the whole. Alone: what "
    "changing it first does; last: what changing it does when all else has been changed. Where the two differ, it "
    "works together with something else."
)


def _shares(found: Decomposition) -> Table:
    whole = ("Everything", wording.decibans(found.gap), wording.plain_factor(found.gap), "", "")
    rows = [row for block in found.blocks for row in _block_rows(block, found)]
    return Table(header=("What they disagree on", "Share ± error", "Factor", "Alone", "Last"), rows=(*rows, whole))


def _block_rows(block: Share, found: Decomposition) -> Iterator[tuple[str, ...]]:
    """A block, then its quantities from the largest on; what is too small to matter, together."""
    yield (block.name, *_cells(block))
    members = [share for share in found.quantities if share.block == block.name]
    large = sorted((s for s in members if abs(s.share.value) >= LEAST_SHARE), key=lambda s: -abs(s.share.value))
    for share in large:
        yield (f"{INDENT}{_within(share.name)}", *_cells(share))
    if small := [share for share in members if share not in large]:
        together = sum(share.share.value for share in small) * wording.DECIBANS
        name = f"{INDENT}{wording.plural(len(small), 'other', 'others')}, under 0.1 each"
        yield (name, wording.rounded(together, 0.05, signed=True), "", "", "")


def _within(name: str) -> str:
    """A quantity's name under its block's: only a section of another name is told again."""
    parsed, rest = QuantityName.parse(name), name.partition(".")[2]
    match parsed.section:
        case "effects":
            return f"{parsed.key} on {parsed.subject}"
        case "motives" | "tables" | "independence":
            return f"{rest} ({parsed.section})"
        case _:
            return rest


def _cells(share: Share) -> tuple[str, str, str, str]:
    return (
        wording.decibans(share.share, sampling_error=share.sampling_error),
        words.factor(share),
        wording.plain_decibans(share.first_in),
        wording.plain_decibans(share.last_in),
    )


def team_of(found: Team) -> Iterator[Block]:
    """What keeps several analysts apart."""
    yield Heading(text="What keeps the analysts apart")
    yield Paragraph(text=words.spread(found.variance.gap, len(found.against_pool)), strong=True)
    yield Paragraph(text=words.agreeing(found.variance), strong=True)
    yield _variance(found.variance)
    yield Paragraph(text=VARIANCE)
    yield Heading(text="Each analyst against the pool of their priors", level=3)
    yield _against(found)
    yield Listing(points=tuple(f"{name}: {words.main_shares(one)}" for name, one in found.against_pool.items()))
    yield Paragraph(text=AGAINST)
    yield Paragraph(text=words.effort(found.effort, found.variance.orders))


VARIANCE = (
    "Shares of the variance between analysts by the Shapley decomposition: what agreeing on it takes away, on average"
    " over all orders (in which a block stays together) in which these analysts, all counting alike, could come to "
    "agree. Agreed means the logarithmic pool of their priors. Alone: the standard deviation, in decibans, that would"
    " be left if only this were agreed on."
)
AGAINST = (
    "Log-odds of the headline less those that the logarithmic pool of all priors comes to, in decibans, with the share "
    "of each block; below, the quantities that do most."
)
MOST_ROWS = 12


def _variance(variance: Decomposition) -> Table:
    shares = sorted(variance.quantities, key=lambda share: -abs(share.share.value))
    rows = [(share.name, *_agreed(share, variance)) for share in shares[:MOST_ROWS]]
    if rest := shares[MOST_ROWS:]:
        name = wording.plural(len(rest), "other", "others together")
        rows.append((name, words.together(rest, variance.gap), ""))
    blocks = [(f"all {block.name}", *_agreed(block, variance)) for block in variance.blocks]
    return Table(header=("Agreeing on", "Share of the variance", "Alone"), rows=(*blocks, *rows))


def _agreed(share: Share, variance: Decomposition) -> tuple[str, str]:
    return words.part_of(share, variance.gap), words.left(share, variance.gap)


def _against(found: Team) -> Table:
    blocks = [block.name for block in found.variance.blocks]
    return Table(
        header=("Analyst", "Above the pool", *blocks),
        rows=tuple(
            (name, wording.decibans(one.gap), *(wording.plain_decibans(block.share) for block in one.blocks))
            for name, one in found.against_pool.items()
        ),
    )


def method(scenario: Scenario, analysts: Mapping[str, Analyst], computation: Computation) -> Iterator[Block]:
    """How the numbers came about."""
    yield Heading(text="Method")
    yield Listing(
        points=(
            *(f"{name}: {wording.verdict(one.method, one.verdict)}" for name, one in analysts.items()),
            _random_numbers(analysts, computation),
            f"Scenario {scenario.digest[:12]}; "
            + ", ".join(f"{name} {one.prior_set.digest[:12]}" for name, one in analysts.items()),
            ", ".join(f"{name} {version}" for name, version in computation.versions.items()),
        )
    )


def _random_numbers(analysts: Mapping[str, Analyst], computation: Computation) -> str:
    """The seed, and whether all fits share their random numbers: chains have their own."""
    common = all(one.method == "importance" for one in analysts.values())
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    return f"{'All on common random numbers, seed' if common else 'Seed'} {computation.seed}{settings}"
