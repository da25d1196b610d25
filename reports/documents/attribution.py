"""Why two analysts differ, or what keeps several apart: the difference divided among named inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from estimative.model.assessment import Assessment
from estimative.model.disagreement.attribution import Attribution, Decomposition, Share, TeamAttribution
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.spec.quantities import QuantityName
from estimative.priors.statement_syntax import say
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.analysts import standard_deviation
from estimative.reports.number_format import (
    DECIBANS,
    SIGNIFICANT_SE,
    decibans,
    factor,
    odds_factor,
    one_digit,
    plain_decibans,
    rounded,
)
from estimative.reports.phrases import capital, input_name, input_value, listed, plural
from estimative.reports.sheets import Sheet, sheet

MAX_NAMED, MAX_OPPOSED, MAX_MAIN = 5, 3, 2
"""Inputs that a list names: for a difference, against it, and of one analyst among several."""
BLOCKS: Mapping[str, str] = {
    "scenario": "the scenario",
    "items": "new, removed or changed evidence",
    "factors": "factors",
    "events": "chances of events",
    "effects": "effects",
    "evidence": "strengths of evidence",
    "relevance": "relevance and independence of evidence",
}
"""The kinds of inputs, in a sentence."""


def pair(attribution: Attribution, context: Context) -> Iterator[Block]:
    """Who differs by what factor, the inputs that account for it, all of them, and how it was computed."""
    result = upward(attribution)
    parts = result.decomposition
    if not parts.inputs:
        yield Heading(text=f"Why {result.first} and {result.second} agree")
        yield Paragraph(text=f"{result.first} and {result.second} state the same priors and weights.", strong=True)
        return
    yield Heading(text=f"Why {result.first} is higher than {result.second}")
    yield Paragraph(text=_difference(result), strong=True)
    values = _Values.of(result.first, result.second, context)
    yield Listing(points=tuple(_points(parts, values)))
    yield Heading(text="All inputs that they disagree on", level=3)
    yield common.shortened(_inputs(parts, values))
    yield Paragraph(text=MEDIANS)
    yield Heading(text="By kind of input", level=3)
    yield kinds(parts.blocks, parts.total)
    yield Paragraph(text=f"{SHARES} {permutations(parts.permutations)} {phrases.fits(result.effort)}")


MEDIANS = (
    "Values are medians of the two priors; where these agree, the statements. The factors multiply to the total; the "
    "shares of the difference in log-odds add up to 100%."
)
SHARES = (
    "Shares follow the Shapley decomposition: each input is changed from one analyst's prior to the other's, in every "
    "order, and its effects are averaged. First and last: the effect of changing it before or after all others, in "
    "decibans (10 decibans are a factor of 10 on the odds). Where the two differ, its effect depends on other inputs."
)


def permutations(count: int) -> str:
    """Over which orders the shares are averages."""
    if not count:
        return "The shares are averages over all orders."
    return (
        f"The shares of kinds are averages over all orders; those of single inputs over "
        f"{plural(count, 'random order', 'random orders')}, and their errors include that."
    )


def upward(attribution: Attribution) -> Attribution:
    """The same difference from the lower analyst up to the higher one."""
    if attribution.decomposition.total.value >= 0:
        return attribution
    parts = attribution.decomposition
    turned = replace(
        parts,
        total=_negative(parts.total),
        blocks=tuple(map(_opposite, parts.blocks)),
        inputs=tuple(map(_opposite, parts.inputs)),
    )
    return replace(attribution, first=attribution.second, second=attribution.first, decomposition=turned)


def _negative(number: MCEstimate) -> MCEstimate:
    return delta_method(-number.value, [(-1.0, number)])


def _opposite(share: Share) -> Share:
    return replace(
        share,
        share=_negative(share.share),
        marginal_first=_negative(share.marginal_first),
        marginal_last=_negative(share.marginal_last),
    )


def _difference(result: Attribution) -> str:
    parts = result.decomposition
    lead = f"The odds of {result.first} are {factor(parts.total)} times the odds of {result.second}."
    if len(parts.inputs) == 1:
        return f"{lead} They disagree on one input."
    return f"{lead} They disagree on {len(parts.inputs)} inputs. Those that matter most:"


@dataclass(frozen=True, kw_only=True)
class _Values:
    """What two analysts state about the same inputs."""

    context: Context
    names: tuple[str, str]
    assessments: tuple[Assessment, Assessment]

    @classmethod
    def of(cls, first: str, second: str, context: Context) -> _Values:
        by_name = {assessment.prior_set.name: assessment for assessment in context.assessments}
        return cls(context=context, names=(first, second), assessments=(by_name[first], by_name[second]))

    def both(self, name: str) -> tuple[str, str]:
        """The medians as text; where these are the same, the statements."""
        medians = [self._median(assessment, name) for assessment in self.assessments]
        if medians[0] != medians[1] or name not in self.assessments[0].priors:
            return medians[0], medians[1]
        first, second = (say(assessment.priors[name].stated.statement) for assessment in self.assessments)
        return first, second

    def _median(self, assessment: Assessment, name: str) -> str:
        if name in assessment.priors:
            return input_value(name, assessment.priors[name].family.quantile(0.5), self.context.scenario)
        return f"{_weight(assessment, name):.2g}"


def _weight(assessment: Assessment, name: str) -> float:
    parsed = QuantityName.parse(name)
    return assessment.prior_set.weight(parsed.section, parsed.subject)


def _points(parts: Decomposition, values: _Values) -> Iterator[str]:
    """The inputs that account for most of the difference, those against it, and the rest together."""
    clear = [share for share in parts.inputs if abs(share.share.value) > SIGNIFICANT_SE * share.se]
    raising = sorted((s for s in clear if s.share.value > 0), key=_size)[:MAX_NAMED]
    least = 0.1 * sum(share.share.value for share in raising)
    lowering = sorted((s for s in clear if s.share.value < -least), key=_size)[:MAX_OPPOSED]
    for share in (*raising, *lowering):
        stated = ", ".join(map(" ".join, zip(values.names, values.both(share.name), strict=True)))
        title = capital(input_name(share.name, values.context.scenario))
        yield f"{title} ({stated}): {effect(share)}{_of_difference(share, parts.total)}"
    rest = [share for share in parts.inputs if share not in raising and share not in lowering]
    if rest:
        yield f"{plural(len(rest), 'other input', 'other inputs together')}: {_together(rest)}"


def _of_difference(share: Share, total: MCEstimate) -> str:
    return f", {part(share, total)} of the difference" if total.value else ""


def _size(share: Share) -> float:
    return -abs(share.share.value)


def _together(shares: Sequence[Share]) -> str:
    """The effect of several shares, with an error as if theirs were independent."""
    return _effect(sum(share.share.value for share in shares), math.hypot(*(share.se for share in shares)))


def effect(share: Share) -> str:
    """What a share does to the odds: "multiplies the odds by 3.4"."""
    return _effect(share.share.value, share.se)


def _effect(value: float, error: float) -> str:
    verb = "multiplies" if value >= 0 else "divides"
    return f"{verb} the odds by {odds_factor(abs(value), error)}"


def part(share: Share, total: MCEstimate) -> str:
    """A share in percent of the total, to the first digit of its error; a dash where there is no total."""
    if not total.value:
        return "-"
    error = share.se / abs(total.value)
    digit = 10.0 ** math.floor(math.log10(error)) if error else 0.0
    return f"{rounded(share.share.value / total.value, max(digit, 0.01), places=2)}%"


def _bare(value: str) -> str:
    return value.removeprefix("a ratio of ").removeprefix("an error of ")


def _inputs(parts: Decomposition, values: _Values) -> Table:
    rows = [
        (
            capital(input_name(share.name, values.context.scenario)),
            *map(_bare, values.both(share.name)),
            odds_factor(share.share.value, share.se),
            part(share, parts.total),
        )
        for share in sorted(parts.inputs, key=_size)
    ]
    return Table(header=("Input", *values.names, "Factor", "Share"), rows=tuple(rows))


def kinds(blocks: Sequence[Share], total: MCEstimate) -> Table:
    """The shares of each kind of input, and the total."""
    rows = [(capital(BLOCKS[block.name]), *cells(block, total)) for block in sorted(blocks, key=_size)]
    rows.append(("Total", factor(total), decibans(total), "100%" if total.value else "-", "", ""))
    return Table(header=("Kind", "Factor", "Decibans ± error", "Share", "First", "Last"), rows=tuple(rows))


def cells(share: Share, total: MCEstimate) -> tuple[str, ...]:
    """Factor, decibans with error, share, and the effects when changed first and last."""
    return (
        odds_factor(share.share.value, share.se),
        decibans(share.share, sampling_error=share.sampling_se),
        part(share, total),
        plain_decibans(share.marginal_first),
        plain_decibans(share.marginal_last),
    )


def team(result: TeamAttribution, context: Context) -> Iterator[Block]:
    """What keeps several analysts apart, and where each is against the pool of their priors."""
    yield Heading(text="What keeps the analysts apart")
    yield Paragraph(text=_spread(result), strong=True)
    yield Paragraph(text=_agreeing(result.variance, context))
    yield common.shortened(_variance(result.variance, context))
    yield Paragraph(text=VARIANCE)
    yield Heading(text="Each analyst against the pool of their priors", level=3)
    yield Listing(points=tuple(_against(name, parts, context) for name, parts in result.against_pool.items()))
    yield _against_table(result)
    yield Paragraph(text=AGAINST)
    yield Paragraph(text=f"{permutations(result.variance.permutations)} {phrases.fits(result.effort)}")


VARIANCE = (
    "Shares of the variance between the analysts' log-odds by the Shapley decomposition: what agreeing on an input "
    "removes, averaged over all orders in which they could come to agree. Agreeing means taking the pool of their "
    "priors. Spread left: the standard deviation, in decibans, if they agreed on this alone."
)
AGAINST = (
    "The pool is the logarithmic pool: for each input, the weighted geometric mean of the analysts' prior densities. "
    "The table shows differences in log-odds, in decibans (10 decibans are a factor of 10 on the odds)."
)


def _spread(result: TeamAttribution) -> str:
    sd = standard_deviation(result.variance.total)
    size = rounded(DECIBANS * sd.value, DECIBANS * sd.se)
    count = len(result.against_pool)
    return (
        f"A typical difference from the mean of the {count} analysts is a factor of {factor(sd)} on the odds (one "
        f"standard deviation, {size} decibans)."
    )


def _agreeing(variance: Decomposition, context: Context) -> str:
    """Which inputs would bring the analysts together if they agreed on them, and which would not."""
    clear = [share for share in variance.inputs if abs(share.share.value) > SIGNIFICANT_SE * share.se]
    most = sorted((share for share in clear if share.share.value > 0), key=_size)[:3]
    if not most or not variance.total.value > 0:
        return "No single input would bring them together if they agreed on it."
    names = [f"{input_name(s.name, context.scenario)} ({part(s, variance.total)} of the variance)" for s in most]
    alone = max(variance.inputs, key=lambda share: share.marginal_first.value)
    apart = [s.name for s in clear if s.share.value < 0 and s.marginal_first.value < 0]
    alone_name, left = input_name(alone.name, context.scenario), _left(alone, variance.total)
    texts = [
        f"Agreement would reduce the differences most on {listed(names)}.",
        f"Agreeing on {alone_name} alone would leave a standard deviation of {left} decibans.",
    ]
    if apart:
        inputs = listed([input_name(name, context.scenario) for name in apart])
        texts.append(f"Agreeing on {inputs} would increase the differences.")
    return " ".join(texts)


def _variance(variance: Decomposition, context: Context) -> Table:
    blocks = [(f"All {BLOCKS[block.name]}", block) for block in sorted(variance.blocks, key=_size)]
    inputs = [
        (capital(input_name(share.name, context.scenario)), share) for share in sorted(variance.inputs, key=_size)
    ]
    rows = [
        (title, _with_error(share, variance.total), _left(share, variance.total)) for title, share in (*blocks, *inputs)
    ]
    return Table(header=("Agreeing on", "Share of the variance", "Spread left"), rows=tuple(rows))


def _with_error(share: Share, total: MCEstimate) -> str:
    """A share of a variance in percent with its error: "24% ± 1%"; a dash where there is no variance."""
    if not total.value > 0:
        return "-"
    error = share.se / total.value
    return f"{part(share, total)} ± {one_digit(100 * error)}%" if error > 0 else part(share, total)


def _left(share: Share, total: MCEstimate) -> str:
    """The standard deviation in decibans if only this were agreed on."""
    variance = delta_method(total.value - share.marginal_first.value, [(1.0, total), (-1.0, share.marginal_first)])
    sd = standard_deviation(variance)
    return rounded(DECIBANS * sd.value, DECIBANS * sd.se)


def _against(name: str, parts: Decomposition, context: Context) -> str:
    clear = [share for share in parts.inputs if abs(share.share.value) > SIGNIFICANT_SE * share.se]
    main = sorted(clear, key=_size)[:MAX_MAIN]
    inputs = [f"{input_name(s.name, context.scenario)} (factor {odds_factor(s.share.value, s.se)})" for s in main]
    verb = "multiplies" if parts.total.value >= 0 else "divides"
    lead = f"{name} {verb} the odds of the pool by {odds_factor(abs(parts.total.value), parts.total.se)}"
    return f"{lead}. Mainly: {'; '.join(inputs)}" if inputs else lead


def _against_table(result: TeamAttribution) -> Table:
    return Table(
        header=("Analyst", "All inputs", *(capital(block.name) for block in result.variance.blocks)),
        rows=tuple(
            (name, plain_decibans(parts.total), *(plain_decibans(block.share) for block in parts.blocks))
            for name, parts in result.against_pool.items()
        ),
    )


def share_sheet(name: str, parts: Mapping[str, Decomposition], context: Context) -> Sheet:
    """Every share of several decompositions, by what each is of."""
    return sheet(
        name,
        [
            {"of": of, "level": level, "title": _title(share, level, context), "": share}
            for of, decomposition in parts.items()
            for level, shares in (("kind", decomposition.blocks), ("input", decomposition.inputs))
            for share in shares
        ],
    )


def _title(share: Share, level: str, context: Context) -> str:
    return BLOCKS[share.name] if level == "kind" else input_name(share.name, context.scenario)
