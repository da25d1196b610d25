"""Why two analysts differ: the difference between their odds, divided among named inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.disagreement.attribution import Attribution, Decomposition, Share
from estimative.model.disagreement.hybrid_assessment import stated_weight
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.spec.quantities import PAIR, QuantityName
from estimative.priors.statement_syntax import say
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.number_format import (
    SIGNIFICANT_SE,
    decibans,
    factor,
    odds_factor,
    plain_decibans,
    rounded,
)
from estimative.reports.phrases import capital, input_name, input_value, plural, quoted
from estimative.reports.sheets import Sheet, sheet

MAX_NAMED, MAX_OPPOSED = 5, 3
"""Inputs that a list names: for a difference, and against it."""
BLOCKS: Mapping[str, str] = {
    "time": "time passed",
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
    "Values are medians of the two priors, of shares means; where these agree, the statements. The factors multiply to "
    "the total; the shares of the difference in log-odds add up to 100%."
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


class _Values(Struct, frozen=True, kw_only=True):
    """What two analysts state about the same inputs."""

    context: Context
    names: tuple[str, str]
    assessments: tuple[Assessment, Assessment]

    @classmethod
    def of(cls, first: str, second: str, context: Context) -> _Values:
        by_name = {assessment.prior_set.name: assessment for assessment in context.assessments}
        return cls(context=context, names=(first, second), assessments=(by_name[first], by_name[second]))

    def both(self, name: str) -> tuple[str, str]:
        """The medians as text, of several states that of the one that differs most; where all agree, the statements."""
        if name not in self.assessments[0].priors and name in self.assessments[0].structure.quantities.inputs:
            return self._of_one_state(name)
        medians = [self._median(assessment, name) for assessment in self.assessments]
        if medians[0] != medians[1] or name not in self.assessments[0].priors:
            return medians[0], medians[1]
        first, second = (self._stated(assessment, name) for assessment in self.assessments)
        return first, second

    def _of_one_state(self, name: str) -> tuple[str, str]:
        """The share or likelihood that differs most; where none does, the statements."""
        first, second = (assessment.by_state(name) for assessment in self.assessments)
        scenario = self.context.scenario
        widest = max(first, key=lambda state: _distance(first[state], second[state]))
        texts = [input_value(f"{name}.{widest}", values[widest], scenario) for values in (first, second)]
        if texts[0] == texts[1]:
            return self._stated(self.assessments[0], name), self._stated(self.assessments[1], name)
        subject = QuantityName.parse(name).subject
        item = scenario.evidence.get(subject)
        title = quoted(scenario.events[item.about if item else subject].state_title(widest))
        return f"{texts[0]} for {title}", texts[1]

    def _stated(self, assessment: Assessment, name: str) -> str:
        """What an analyst states about an input."""
        if name not in assessment.priors and name in assessment.prior_set.statements:
            return say(assessment.prior_set.statements[name].statement)
        chances = [assessment.prior_set.statements.get(f"{name}.{key}") for key in PAIR]
        if all(chances):
            return " and ".join(say(stated.statement) for stated in chances if stated)
        inputs = assessment.structure.quantities.inputs
        return say(assessment.priors[name if name in assessment.priors else inputs[name][0]].stated.statement)

    def _median(self, assessment: Assessment, name: str) -> str:
        if name in assessment.priors:
            return input_value(name, assessment.median(name), self.context.scenario)
        return f"{stated_weight(assessment, name):.2g}"


def _distance(first: float, second: float) -> float:
    """How far two shares or likelihoods are apart, in logarithms."""
    if first == second:
        return 0.0
    return abs(math.log(first / second)) if first > 0 and second > 0 else math.inf


def _points(parts: Decomposition, values: _Values) -> Iterator[str]:
    """The inputs that account for most of the difference, those against it, and the rest together."""
    clear = [share for share in parts.inputs if abs(share.share.value) > SIGNIFICANT_SE * share.se]
    raising = sorted((s for s in clear if s.share.value > 0), key=descending)[:MAX_NAMED]
    least = 0.1 * sum(share.share.value for share in raising)
    lowering = sorted((s for s in clear if s.share.value < -least), key=descending)[:MAX_OPPOSED]
    for share in (*raising, *lowering):
        stated = ", ".join(map(" ".join, zip(values.names, values.both(share.name), strict=True)))
        title = capital(input_name(share.name, values.context.scenario))
        yield f"{title} ({stated}): {effect(share)}{_of_difference(share, parts.total)}"
    rest = [share for share in parts.inputs if share not in raising and share not in lowering]
    if rest:
        yield f"{plural(len(rest), 'other input', 'other inputs together')}: {_together(rest)}"


def _of_difference(share: Share, total: MCEstimate) -> str:
    return f", {part(share, total)} of the difference" if total.value else ""


def descending(share: Share) -> float:
    """Sorts shares from the largest to the smallest, whatever their sign."""
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
        for share in sorted(parts.inputs, key=descending)
    ]
    return Table(header=("Input", *values.names, "Factor", "Share"), rows=tuple(rows))


def kinds(blocks: Sequence[Share], total: MCEstimate) -> Table:
    """The shares of each kind of input, and the total."""
    rows = [(capital(BLOCKS[block.name]), *cells(block, total)) for block in sorted(blocks, key=descending)]
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
