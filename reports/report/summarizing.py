"""From a run with its draws and analyses to the summary of a report: numbers first, words later."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import shlex
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from estimative.model.inference.density import WeightedSample, degree_densities, log_odds_densities
from estimative.model.inference.estimates import ROUNDING
from estimative.model.record.stored_run import Sample
from estimative.priors.verbal_scale import ICD203, Scale
from estimative.reports.comparison.summary import Comparison
from estimative.reports.evidence.summarizing import HAIR
from estimative.reports.evidence.summary import Edge, Weighing
from estimative.reports.report import summary as told
from estimative.reports.report.analyses import Analyses
from estimative.reports.summary import Number, Outcome, Probability, Summary
from estimative.reports.wording import term

DECIMALS = 6
"""Of a density's places and heights: a picture needs no more."""
AS_SCALES = 12
"""Decimals to which a probability is held against the ends of bands, as a scale does itself."""


def summarize(
    summary: Summary,
    *,
    scale: Scale,
    before: Sample | None,
    after: Sample | None,
    analyses: Analyses | None,
    comparison: Comparison | None,
    reproduction: told.Reproduction,
) -> told.Report:
    """The summary of a report.

    Parameters
    ----------
    before, after
        The draws that were kept of the run; None where there are none, or no number is told.
    analyses
        None where no number is told.
    """
    weighing, sensitivity = (analyses.weighing, analyses.sensitivity) if analyses else (None, None)
    parts = [part for part in (weighing, sensitivity, comparison) if part]
    cautions = [summary.caution, *(part.caution for part in parts)]
    samples = (before, after) if before and after and summary.told else None
    return told.Report(
        converged=summary.converged and all(part.converged for part in parts),
        caution=next(filter(None, cautions), ""),
        scale=scale,
        assessment=in_words_of(scale, summary),
        shapes=dict(_shapes(summary, scale, *samples)) if samples else {},
        factors=dict(_factors(summary, *samples)) if samples else {},
        weighing=weighed_in_words_of(scale, weighing),
        sensitivity=in_words_of(scale, sensitivity),
        refused=analyses.refused if analyses else (),
        comparison=in_words_of(scale, comparison),
        reproduction=reproduction,
    )


def in_words_of[Told](scale: Scale, found: Told) -> Told:
    """The same numbers, each probability with the word that a scale has for it."""
    worded: Told = _worded(found, scale)
    return worded


def weighed_in_words_of(scale: Scale, found: Weighing | None) -> Weighing | None:
    """What the evidence does, with the borders of a scale's words: what is needed to reach one is known at once.

    At which mean of a factor's prior another border than those of ICD 203 is reached would have to be fitted anew, so
    that in another scale nothing is told of it.
    """
    worded = in_words_of(scale, found)
    if worded is None or worded.tipping is None or worded.headline is None or scale == ICD203:
        return worded
    edges = tuple(_edges(scale, worded.headline))
    return dataclasses.replace(worded, tipping=dataclasses.replace(worded.tipping, edges=edges, factors={}))


def _edges(scale: Scale, headline: Probability) -> Iterator[Edge]:
    """Each border between two words, which lies in the middle of a gap, and the evidence that brings it there."""
    chance = headline.probability
    here, error = _log_odds(chance), headline.se / (chance * (1 - chance))
    between = [(lower.high + upper.low) / 2 for lower, upper in pairwise(scale.bands)]
    for edge in [scale.bands[0].low, *between, scale.bands[-1].high]:
        if 0 < edge < 1:
            below, above = (scale.word(edge + hair).text for hair in (-HAIR, HAIR))
            ratio = Number(value=_log_odds(edge) - here, se=error)
            yield Edge(probability=edge, below=below, above=above, log_ratio=ratio)


def _log_odds(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def _worded(found: Any, scale: Scale) -> Any:
    match found:
        case tuple():
            return tuple(_worded(entry, scale) for entry in found)
        case Mapping():
            return {key: _worded(entry, scale) for key, entry in found.items()}
        case Scale():
            return found
        case _ if dataclasses.is_dataclass(found) and not isinstance(found, type):
            fields = {
                field.name: _worded(getattr(found, field.name), scale) for field in dataclasses.fields(found)
            }  # fmt: skip
            if isinstance(found, Probability):
                fields["term"] = term(found.probability, found.se, scale)
            return type(found)(**fields)
        case _:
            return found


def _shapes(summary: Summary, scale: Scale, before: Sample, after: Sample) -> Iterator[tuple[str, told.Shape]]:
    for name, outcome in summary.outcomes.items():
        if name in after.outcomes and name in before.outcomes:
            prior, posterior = (WeightedSample.of(one.outcomes[name], one.conditions[name]) for one in (before, after))
            density = log_odds_densities(prior.log_odds, posterior.log_odds)
            bands = tuple(_bands(posterior, scale, _effective(posterior, outcome)))
            yield name, told.Shape(density=_density(density), bands=bands)


def _effective(sample: WeightedSample, outcome: Outcome) -> float:
    """So many independent draws would give the outcome's probability its error; no more than there are.

    Draws that were made for a rare outcome know its mean better than as many of the posterior, but not its bands.
    """
    highest = sample.values.max(initial=0.0)
    if highest - sample.values.min(initial=1.0) <= ROUNDING * highest:
        return float("inf")
    of_mean = (sample.sd / outcome.se) ** 2 if outcome.se > 0 else sample.count
    return max(1.0, min(of_mean, sample.count))


def _bands(sample: WeightedSample, scale: Scale, effective: float) -> Iterator[told.Mass]:
    """Every stretch between two ends of bands that any draw lies in, which of these ends included as by the scale."""
    lows, highs = {band.low for band in scale.bands}, {band.high for band in scale.bands}
    edges = sorted({0.0, 1.0} | lows | highs)
    stretches = list(pairwise(edges))
    values, closed = np.round(sample.values, AS_SCALES), np.round(sorted(highs - lows), AS_SCALES)
    above = np.searchsorted(np.round(edges, AS_SCALES), values, side="right")
    place = np.clip(above - 1 - np.isin(values, closed), 0, len(stretches) - 1)
    for index, (low, high) in enumerate(stretches):
        share = float(sample.weights[place == index].sum())
        if share > 0:
            error = _error(share, effective)
            text, worded = _named(scale, low, high)
            yield told.Mass(text=text, worded=worded, low=low, high=high, share=Number(value=share, se=error))


def _error(share: float, effective: float) -> float:
    """Binomial standard error of a share; of one that is almost 0 or 1, as if half a draw more lay on either side."""
    if np.isinf(effective):
        return 0.0
    moved = (share * effective + 0.5) / (effective + 1)
    return float(np.sqrt(moved * (1 - moved) / effective))


def _named(scale: Scale, low: float, high: float) -> tuple[str, bool]:
    """The word of a stretch; where there is none, where it lies among those of the scale, and that there is none."""
    phrase = scale.word((low + high) / 2)
    if phrase.fit != "nearest":
        return phrase.text, phrase.fit == "in"
    below = max((band for band in scale.bands if band.high <= low), key=lambda band: band.high)
    above = min((band for band in scale.bands if band.low >= high), key=lambda band: band.low)
    return f"between '{below.words[0]}' and '{above.words[0]}'", False


def _factors(summary: Summary, before: Sample, after: Sample) -> Iterator[tuple[str, told.Density]]:
    for name, factor in summary.factors.items():
        key = f"factors.{name}"
        if not factor.constant and key in before.degrees and key in after.degrees:
            samples = [one.degrees[key] for one in (before, after)]
            found = _density(degree_densities(*(WeightedSample.of(values, np.ones_like(values)) for values in samples)))
            if found:
                yield name, found


def _density(found: tuple[Any, Any, Any] | None) -> told.Density | None:
    if found is None:
        return None
    places, before, after = (tuple(round(float(value), DECIMALS) for value in part) for part in found)
    return told.Density(places=places, before=before, after=after)


def reproduction_of(summary: Summary, inputs: Mapping[str, str], prior_set: str) -> told.Reproduction:
    """How the run is made again from its own files.

    Parameters
    ----------
    inputs
        Texts of the files that the run was made from, by name.
    prior_set
        The file of its prior set, a path within the run.
    """
    files = [
        told.File(name=name, sha256=hashlib.sha256(text.encode()).hexdigest()) for name, text in inputs.items()
    ]  # fmt: skip
    exported = shlex.join(["estimative", "runs", "export", summary.run.id, EXPORTED])
    commands = (exported, _command(summary, prior_set))
    return told.Reproduction(commands=commands, files=tuple(files))


EXPORTED = "run"
"""A folder for the files of the run."""


def _command(summary: Summary, prior_set: str) -> str:
    """The command that makes a run again from its exported files."""
    run, both = summary.run, len(summary.verdicts) > 1
    files = ["--scenario", f"{EXPORTED}/inputs/scenario.toml", "--priors", f"{EXPORTED}/{prior_set}"]
    settings = ["--method", "both" if both else run.method, "--seed", str(run.seed)]
    draws = run.settings["draws"]
    if not both or summary.verdicts["importance"].draws == draws:  # else each method has its own number of draws
        settings += ["--draws", str(draws)]
    if summary.told and not summary.converged:
        settings += ["--allow-unconverged"]
    return shlex.join(["estimative", "fit", *files, *settings])
