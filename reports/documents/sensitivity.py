"""The document of a sensitivity analysis: which inputs drive the result."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.analysis.power_scaling import PowerScaling, PowerSensitivity
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.sobol import Sobol, SobolUndefined
from estimative.model.analysis.structural import Alternative, StructuralAlternatives
from estimative.model.analysis.tornado import Tornado, TornadoRange
from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, IntervalPlot, IntervalRow, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import common, curves
from estimative.reports.figures import figures
from estimative.reports.number_format import (
    DECIBANS,
    SIGNIFICANT_SE,
    decibans,
    one_digit,
    percent,
    percent_range,
    rounded,
    significant,
)
from estimative.reports.phrases import (
    bare_value,
    capital,
    input_name,
    input_value,
    listed,
    plural,
    unknown_name,
)
from estimative.reports.sheets import Sheet, sheet
from estimative.reports.short_names import short_names

MAX_NAMED, MAX_BARS = 3, 12
"""Inputs in a sentence, and in a plot of characters."""
DIAGNOSES = {"conflict": "possible conflict", "weak evidence": "weak evidence", "none": "-"}


@collected
def document(result: SensitivityResult, context: Context) -> Iterator[Block]:
    """Tornado, curves, Sobol' indices, power-scaling and other structures, in this order."""
    scenario, headline = context.scenario, result.headline
    yield from common.introduction(result.scenario, result.fit.prior_set, "what drives the result")
    yield from common.cautions(result, {"The fit": result.fit}, context.scenario)
    if headline:
        yield Paragraph(text=common.judgement(scenario.headline, headline, context), strong=True)
        if result.tornado:
            yield from tornado(result.tornado, headline.posterior.value, context)
        if result.curves:
            yield from curves.document(result.curves, context)
            yield Paragraph(text=phrases.fits(result.curves.effort))
        yield from sobol(result.sobol, result.sobol_undefined, context.assessment)
        if result.power_scaling:
            yield from power_scaling(result.power_scaling, context.assessment)
        if result.structure:
            yield from structure(result.structure, context.assessment)
    yield from common.method({"Fit": result.fit}, result.scenario, result.computation)


def tornado(result: Tornado, headline: float, context: Context) -> Iterator[Block]:
    """The headline with each input fixed low and high."""
    low, high = f"{100 * result.low_quantile:g}%", f"{100 * result.high_quantile:g}%"
    yield Heading(text=f"Tornado: each input fixed at the {low} and the {high} point of its prior")
    yield Paragraph(text=most_influential(result, context.assessment), strong=True)
    if plot := tornado_plot(result, headline, context):
        yield plot
    if result.quantities:
        yield common.shortened(_ranges(result.quantities, context.assessment))
    if result.weights:
        yield Heading(text="Weights of evidence, which the analyst fixed, at 0 and at 1", level=3)
        yield common.shortened(_ranges(result.weights, context.assessment))
    if result.constants:
        constants = phrases.shortened([input_name(name, context.scenario) for name in result.constants])
        yield Paragraph(text=f"Constants, which were not varied: {constants}.")
    shift = "Change: log-odds of the headline at the high value less those at the low value, in decibans. "
    yield Paragraph(text=f"{shift if result.quantities or result.weights else ''}{phrases.fits(result.effort)}")


def most_influential(result: Tornado, assessment: Assessment) -> str:
    """The input that moves the headline most, and those that follow."""
    clear = [row for row in result.quantities if significant(row.shift)]
    if not result.quantities:
        return "Every input is a constant, so none was varied."
    if not clear:
        return "No input moves the result by more than its error."
    first, *rest = clear[:MAX_NAMED]
    lead = f"Most influential input: {unknown_name(first.name, assessment)}. {moved(first, assessment.scenario)}"
    names = listed([unknown_name(row.name, assessment) for row in rest])
    return f"{lead} Next: {names}." if rest else lead


def moved(row: TornadoRange, scenario: Scenario) -> str:
    """What a range does, in a sentence: "Moving it from 1.2% to 11% moves the result from 0.08% to 0.56%."."""
    low, high = (input_value(row.name, value, scenario) for value in (row.low, row.high))
    return f"Moving it from {low} to {high} moves the result from {percent(row.at_low)} to {percent(row.at_high)}."


def tornado_plot(result: Tornado, headline: float, context: Context) -> IntervalPlot | None:
    """The ranges as a plot of characters; None where no input has a finite range."""
    rows = [row for row in result.quantities if row.shift][:MAX_BARS]
    if not rows:
        return None
    low, high = f"{100 * result.low_quantile:g}%", f"{100 * result.high_quantile:g}%"
    names = short_names([row.name for row in rows], context.scenario)
    return IntervalPlot(
        rows=tuple(_bar(row, names[row.name], headline) for row in rows),
        key=f"\u25cf the result; \u251c\u2500\u2524 the result with the input at the {low} and {high} points of its "
        f"prior; \u250a thresholds of the {context.scale.title} words and powers of ten.",
        longest_label=34,
        words=context.scale,
    )


def _bar(row: TornadoRange, label: str, headline: float) -> IntervalRow:
    low, high = sorted((row.at_low.value, row.at_high.value))
    return IntervalRow(label=label, point=headline, low=low, high=high)


def _ranges(rows: Sequence[TornadoRange], assessment: Assessment) -> Table:
    return Table(
        header=("Input", "Fixed at", "Result there", "Change"),
        rows=tuple(
            (
                capital(unknown_name(row.name, assessment)),
                _ends(row, assessment.scenario),
                percent_range(row.at_low, row.at_high),
                decibans(row.shift) if row.shift else "unbounded",
            )
            for row in rows
        ),
    )


def _ends(row: TornadoRange, scenario: Scenario) -> str:
    low, high = input_value(row.name, row.low, scenario), bare_value(row.name, row.high, scenario)
    return f"{low} to {high}"


UNDEFINED: Mapping[SobolUndefined | None, str] = {
    "constant": "the result does not vary over the priors",
    "certain": "the result is certain, impossible or undefined at some values of the inputs",
    "shares": "the result depends on uncertain shares of states, which are not independent",
    None: "the result does not vary over the priors, is certain somewhere, or depends on uncertain shares of states",
}
"""Why there are no Sobol' indices; None of an analysis that does not say."""


def sobol(result: Sobol | None, undefined: SobolUndefined | None, assessment: Assessment) -> Iterator[Block]:
    """The variance of the headline's log-odds over the priors, by input."""
    yield Heading(text="Sobol' indices: shares of the variance of the result over the priors")
    if result is None:
        yield Paragraph(text=f"Not defined: {UNDEFINED[undefined]}.")
        return
    yield Paragraph(text=explained(result))
    rows = [(capital(unknown_name(row.name, assessment)), _share(row.S1), _share(row.ST)) for row in result.indices]
    yield common.shortened(Table(header=("Input", "First order", "Total"), rows=tuple(rows)))
    how = (
        "First order: the share of the variance that knowing this input would remove. Total: the share that would "
        f"remain if all others were known. Of the headline's log-odds, over {result.evaluations:,} evaluations at "
        "independent draws from the priors, with the evidence about events."
    )
    count = len(result.without_effect)
    none = f" {plural(count, 'input has', 'inputs have')} no effect once all others are known." if count else ""
    yield Paragraph(text=f"{how}{none}")


def _share(number: MCEstimate) -> str:
    """A share of a variance in percent, with its error."""
    error = max(number.se, 0.001)
    return f"{rounded(number.value, error, places=2)}% \u00b1 {one_digit(100 * error)}"


def explained(result: Sobol) -> str:
    """How much single inputs account for, and how much their interactions."""
    sd = rounded(DECIBANS * result.sd, 0.1)
    lead = f"Over the priors, the log-odds of the result have a standard deviation of {sd} decibans."
    error = max(result.sum_S1.se, 0.01)
    if 1 - result.sum_S1.value <= SIGNIFICANT_SE * error:
        return f"{lead} Single inputs account for all of that variance, within the errors of the estimates."
    amount = f"{rounded(result.sum_S1.value, error, places=2)}%"
    return f"{lead} Single inputs account for {amount} of that variance, interactions between inputs for the rest."


def power_scaling(result: PowerScaling, assessment: Assessment) -> Iterator[Block]:
    """What happens when a prior or the evidence is made a little stronger."""
    yield Heading(text="Power-scaling: priors and evidence a little stronger or weaker")
    yield Paragraph(text=responds(result, assessment))
    if not result.quantities:
        return
    rows = [
        (
            capital(unknown_name(row.name, assessment)),
            *(rounded(number.value, number.se) for number in (row.headline, row.prior, row.evidence)),
            _diagnosis(row, result.threshold),
        )
        for row in result.quantities
    ]
    header = ("Input", "Result to prior", "Input to prior", "Input to evidence", "Diagnosis")
    yield common.shortened(Table(header=header, rows=tuple(rows), text_columns=frozenset({0, 4})))
    yield Paragraph(
        text="How far a posterior moves for each doubling of the power of a prior, or of the evidence (Kallioinen et "
        f"al. 2024). {result.threshold:g} or more counts as sensitive. Possible conflict: sensitive to both, which may "
        "disagree. Within the error: one of the two may be less. Weak evidence: sensitive to its prior alone. Evidence "
        "about events themselves is not scaled."
    )


def responds(result: PowerScaling, assessment: Assessment) -> str:
    """Whether the headline responds more to priors or to evidence, and where the two may be in conflict."""
    if not result.quantities:
        return "Every input is a constant, so there is no prior to scale."
    priors, evidence = result.all_priors, result.all_evidence
    sizes = (
        f"{rounded(priors.value, priors.se)} for all priors, {rounded(evidence.value, evidence.se)} for all evidence"
    )
    names = [unknown_name(row.name, assessment) for row in result.quantities if in_conflict(row, result.threshold)]
    lead = f"The result responds {_more(priors, evidence)} ({sizes})."
    if not names:
        return f"{lead} No input shows a conflict between prior and evidence beyond the errors."
    return f"{lead} Where the prior and the evidence may be in conflict: {listed(names)}."


def _diagnosis(row: PowerSensitivity, threshold: float) -> str:
    if row.diagnosis == "conflict" and not in_conflict(row, threshold):
        return "within the error"
    return DIAGNOSES[row.diagnosis]


def in_conflict(row: PowerSensitivity, threshold: float) -> bool:
    """Whether both sensitivities are above the threshold by more than their errors."""
    return all(number.value - SIGNIFICANT_SE * number.se >= threshold for number in (row.prior, row.evidence))


def _more(priors: MCEstimate, evidence: MCEstimate) -> str:
    if abs(priors.value - evidence.value) <= SIGNIFICANT_SE * math.hypot(priors.se, evidence.se):
        return "to the priors about as much as to the evidence"
    return "more to the priors" if priors.value > evidence.value else "more to the evidence"


def structure(result: StructuralAlternatives, assessment: Assessment) -> Iterator[Block]:
    """The headline under other structures."""
    yield Heading(text="Other structures of the same scenario")
    yield Paragraph(text=noisy_or(result.noisy_or), strong=True)
    rows = [
        (
            capital(unknown_name(row.name, assessment)),
            percent(row.probability),
            decibans(row.shift) if row.shift else "-",
        )
        for row in result.effects_removed
    ]
    if rows:
        yield common.shortened(Table(header=("Without", "Result", "Change"), rows=tuple(rows)))
    removed = "Each effect removed in turn, all else as assessed. Change in decibans. " if rows else ""
    yield Paragraph(text=f"{removed}{phrases.fits(result.effort)}")


def noisy_or(row: Alternative) -> str:
    value = percent(row.probability)
    lead = f"With independent causes (noisy-OR) in place of effects on the log-odds, the result is {value}"
    if row.shift is None:
        return f"{lead}."
    if not significant(row.shift):
        return f"{lead}: no change beyond the error."
    size = rounded(DECIBANS * abs(row.shift.value), DECIBANS * row.shift.se)
    return f"{lead}: {size} decibans {'higher' if row.shift.value > 0 else 'lower'}."


def sheets(result: SensitivityResult, context: Context) -> tuple[Sheet, ...]:
    """Tornado, curves, Sobol' indices, power-scaling and structures as tables."""

    def rows(parts: Sequence[object]) -> list[Mapping[str, object]]:
        return [{"": part} for part in parts]

    scaled = result.power_scaling.quantities if result.power_scaling else ()
    others = (result.structure.noisy_or, *result.structure.effects_removed) if result.structure else ()
    ranges = (*result.tornado.quantities, *result.tornado.weights) if result.tornado else ()
    return (
        sheet("tornado", rows(ranges)),
        sheet("curves", curves.rows(result.curves) if result.curves else ()),
        sheet("sobol", rows(result.sobol.indices if result.sobol else ())),
        sheet("power-scaling", rows(scaled)),
        sheet("structure", rows(others)),
    )


FIGURES = figures("tornado", "curves")
