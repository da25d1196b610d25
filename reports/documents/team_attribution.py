"""What keeps several analysts apart: the variance between them, and each one against the pool, by named inputs."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.disagreement.attribution import Decomposition, Share, TeamAttribution
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.analysts import standard_deviation
from estimative.reports.documents.attribution import BLOCKS, descending, part, permutations
from estimative.reports.number_format import (
    DECIBANS,
    SIGNIFICANT_SE,
    factor,
    odds_factor,
    one_digit,
    plain_decibans,
    rounded,
)
from estimative.reports.phrases import capital, input_name, listed

MAX_MAIN = 2
"""Inputs that a line about one analyst names."""


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
    most = sorted((share for share in clear if share.share.value > 0), key=descending)[:3]
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
    blocks = [(f"All {BLOCKS[block.name]}", block) for block in sorted(variance.blocks, key=descending)]
    inputs = [
        (capital(input_name(share.name, context.scenario)), share) for share in sorted(variance.inputs, key=descending)
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
    main = sorted(clear, key=descending)[:MAX_MAIN]
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
