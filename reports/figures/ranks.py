"""Ranks of simulated truths among posterior draws: of the headline, the log-likelihood, and the worst quantities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimative.model.analysis.calibrate_result import BAND_MASS, difference
from estimative.model.analysis.simulation_study import HEADLINE, LIKELIHOOD
from estimative.model.analysis.uniform_ranks import BINS
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.panels import Panel, Panels
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.number_format import plain_percent
from estimative.reports.phrases import DEVIATIONS, p_value, plural
from estimative.reports.short_names import short_names

if TYPE_CHECKING:
    from estimative.model.analysis.calibrate_result import CalibrateResult, RankTest
    from estimative.reports.context import Context

QUANTITIES = 4
"""The worst ones, beside the headline and the log-likelihood."""
CAPTION = (
    "In each simulated world, the true value is ranked among draws of the posterior. Ranks of a right computation are "
    "uniform: the line stays in the band. It curves up, then down, where posteriors are too narrow, down, then up, "
    "where they are too wide; it is below the band where they are too low, above it where they are too high."
)


def ranks(result: CalibrateResult, context: Context) -> Chart:
    """The distribution of ranks less the uniform one, in panels.

    Raises
    ------
    NothingToPlot
        If too few fits converged.
    """
    if not (result.quantities and result.bands):
        raise NothingToPlot("Too few fits converged.")
    worst = sorted(result.quantities, key=lambda name: result.quantities[name].uniformity.p_value)
    others = [name for name in worst if name not in (HEADLINE, LIKELIHOOD)][:QUANTITIES]
    names = (HEADLINE, LIKELIHOOD, *others)
    titles = {HEADLINE: "Headline", LIKELIHOOD: "Log-likelihood", **short_names(others, context.scenario)}
    uniform = [at / BINS for at in range(1, BINS)]
    low, high = (
        tuple(number / result.used - share for number, share in zip(ends, uniform, strict=True))
        for ends in (result.bands.low, result.bands.high)
    )
    mass = plain_percent(BAND_MASS)
    return Chart(
        content=Panels(
            panels=tuple(_panel(titles[name], result.quantities[name], result) for name in names),
            low=low,
            high=high,
            band=f"where the line of one panel stays with {mass} probability if the computation is right",
        ),
        title=_title(result),
        caption=CAPTION,
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _title(result: CalibrateResult) -> str:
    worlds = plural(result.used, "simulated world", "simulated worlds")
    if not result.failures:
        return f"The truth ranks as it should in {worlds}"
    return f"In {worlds}, the ranks of {len(result.failures)} of {len(result.quantities)} quantities are not uniform"


def _panel(title: str, test: RankTest, result: CalibrateResult) -> Panel:
    values = difference(test, result.used)
    finding = DEVIATIONS[test.deviation] if test.deviation else "uniform within chance"
    largest = max(values, key=abs)
    return Panel(
        title=title,
        difference=values,
        sentence=f"{title}: {finding}; largest difference {100 * largest:+.1f} points, {p_value(test.p_value)}.",
    )
