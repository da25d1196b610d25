"""Reports made by hand, without a fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from estimative.priors.verbal_scale import ICD203, PHIA, Scale
from estimative.reports.blocks import Document
from estimative.reports.report import summary as told
from estimative.reports.report.document import document
from estimative.reports.report.summarizing import in_words_of, weighed_in_words_of
from estimative.reports.report.summary import Report
from estimative.reports.summary import Summary
from tests.comparisons import COMPARISONS, number
from tests.sensitivities import BARE as STILL
from tests.sensitivities import RICH as VARIED
from tests.summaries import FULL, UNCONVERGED, bare, saying, unconverged, withheld
from tests.weighings import BARE as UNWEIGHED
from tests.weighings import RICH as WEIGHED

GRID = 121
"""Places of a density."""


def log_odds(probability: float) -> float:
    """Natural logarithm of the odds."""
    return math.log(probability) - math.log1p(-probability)


def normal(place: float, mean: float, sd: float) -> float:
    """The density of a normal distribution."""
    return math.exp(-(((place - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def below(place: float, mean: float, sd: float) -> float:
    """How much of a normal distribution lies below a place."""
    return (1 + math.erf((place - mean) / (sd * math.sqrt(2)))) / 2


def outcome_density(before: float, after: float, *, sd: float = 0.7) -> told.Density:
    """Normal in the log-odds, around these probabilities, and wider before."""
    means = (log_odds(before), log_odds(after))
    low, high = min(means) - 5 * sd, max(means) + 5 * sd
    places = tuple(low + (high - low) * place / (GRID - 1) for place in range(GRID))
    return told.Density(
        places=places,
        before=tuple(normal(place, means[0], 1.5 * sd) for place in places),
        after=tuple(normal(place, means[1], sd) for place in places),
    )


def factor_density(before: tuple[float, float], after: tuple[float, float]) -> told.Density:
    """Beta distributions of these two parameters, over degrees."""
    places = tuple(place / (GRID - 1) for place in range(GRID))
    return told.Density(
        places=places,
        before=tuple(_beta(place, *before) for place in places),
        after=tuple(_beta(place, *after) for place in places),
    )


def _beta(place: float, a: float, b: float) -> float:
    inside = min(max(place, 1e-9), 1 - 1e-9)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(scale + (a - 1) * math.log(inside) + (b - 1) * math.log1p(-inside))


def stretches(scale: Scale) -> Iterator[tuple[str, float, float]]:
    """What a scale of words makes of all probabilities: its bands, and what lies between and beyond them."""
    first, last = scale.bands[0], scale.bands[-1]
    if first.low > 0:
        yield f"below {100 * first.low:g} %", 0.0, first.low
    for band, following in zip(scale.bands, (*scale.bands[1:], None), strict=True):
        yield band.words[0], band.low, band.high
        if following and following.low > band.high:
            yield f"between {band.words[0]} and {following.words[0]}", band.high, following.low
    if last.high < 1:
        yield f"above {100 * last.high:g} %", last.high, 1.0


def masses(mean: float, *, sd: float = 0.7, scale: Scale = ICD203) -> tuple[told.Mass, ...]:
    """How much of a normal distribution of the log-odds lies in each stretch, where that is not next to nothing."""

    def share(low: float, high: float) -> float:
        ends = [math.inf * (end - 0.5) if end in {0, 1} else log_odds(end) for end in (low, high)]
        return below(ends[1], log_odds(mean), sd) - below(ends[0], log_odds(mean), sd)

    every = [(text, low, high, share(low, high)) for text, low, high in stretches(scale)]
    return tuple(
        told.Mass(text=text, worded=scale.band(text) is not None, low=low, high=high, share=number(part, 0.003))
        for text, low, high, part in every
        if part > 1e-4
    )


REPRODUCTION = told.Reproduction(
    commands=(
        "estimative fit --scenario bridge.toml --priors engineer.toml --seed 1",
        "estimative report 20261101T120000000Z-abc123 --format md",
    ),
    files=(
        told.File(name="bridge.toml", sha256="ab12" * 16),
        told.File(name="engineer.toml", sha256="cd34" * 16),
    ),
)
RICH = Report(
    converged=True,
    caution="",
    scale=ICD203,
    assessment=FULL,
    shapes={
        "closed": told.Shape(density=outcome_density(0.031, 0.0613), bands=masses(0.0613)),
        "closed_if_leak": told.Shape(density=outcome_density(0.4, 0.52), bands=masses(0.52)),
    },
    factors={"wear": factor_density((3, 3), (7, 4))},
    weighing=WEIGHED,
    sensitivity=VARIED,
    comparison=COMPARISONS["comparison.pair"],
    reproduction=REPRODUCTION,
)
"""Everything that a report can hold, of two analysts."""
EXACT = replace(
    RICH,
    assessment=bare(),
    shapes={
        "heads": told.Shape(
            density=None, bands=(told.Mass(text="unlikely", worded=True, low=0.2, high=0.45, share=number(1.0)),)
        )
    },
    factors={},
    weighing=UNWEIGHED,
    sensitivity=STILL,
    comparison=None,
    reproduction=replace(REPRODUCTION, files=()),
)
"""The least that is told: one exact outcome, no factor, no evidence, nobody who dissents."""
UNTOLD = replace(
    RICH,
    converged=False,
    caution=withheld(FULL).caution,
    assessment=unconverged(allowed=False),
    shapes={},
    factors={},
    weighing=None,
    sensitivity=None,
    comparison=None,
)
"""Of a run that did not converge: no number at all."""
CAUTIONED = replace(
    RICH,
    converged=False,
    caution=UNCONVERGED,
    assessment=unconverged(allowed=True),
    weighing=None,
    sensitivity=None,
    comparison=COMPARISONS["comparison.told"],
)
"""Of a run that did not converge, its numbers told on demand."""
TEAM = replace(RICH, comparison=COMPARISONS["comparison.team"])
YARDSTICK = replace(
    RICH,
    scale=PHIA,
    assessment=in_words_of(PHIA, FULL),
    shapes={
        name: replace(shape, bands=masses(FULL.outcomes[name].probability, scale=PHIA))
        for name, shape in RICH.shapes.items()
    },
    weighing=weighed_in_words_of(PHIA, WEIGHED),
    sensitivity=in_words_of(PHIA, VARIED),
    comparison=None,
)
"""In words of a scale with gaps."""
HOSTILE = (
    "<script>alert(1)</script> \"&lt;b&gt;\" 'a' & ]]> <!-- x --> | `b` [c](javascript:d) \\textbf{e} $f$ #g *h* "
    "evil\u202egnp.exe\u2066 \u200f\x00b\x1b[31m\tc\nd\r\x7f\ud800 \U0001f468\u200d\U0001f469 \u2764 "
    "\u53f0\u6e7e \u05d0 "
)
LONGEST = 10_000
"""Characters of a text."""


def spoken(report: Report, text: str) -> Report:
    """The report with one text wherever a file can supply one."""
    return replace(
        report,
        caution=text,
        scale=replace(
            report.scale,
            id=text,
            title=text,
            source=text,
            rule=text,
            bands=tuple(replace(band, words=(text,)) for band in report.scale.bands),
        ),
        assessment=saying(report.assessment, text),
        shapes={f"{text}{'i' * place}": _worded(shape, text) for place, shape in enumerate(report.shapes.values())},
        factors={f"{text}{'i' * place}": one for place, one in enumerate(report.factors.values())},
        weighing=report.weighing and saying(report.weighing, text),
        sensitivity=report.sensitivity and saying(report.sensitivity, text),
        comparison=report.comparison and saying(report.comparison, text),
        reproduction=told.Reproduction(
            commands=tuple(text for _ in report.reproduction.commands),
            files=tuple(told.File(name=text, sha256=text) for _ in report.reproduction.files),
        ),
    )


def alone(summary: Summary) -> Report:
    """The report of a run that nobody has looked into."""
    return replace(
        RICH,
        converged=summary.converged,
        caution=summary.caution,
        assessment=summary,
        shapes={},
        factors={},
        weighing=None,
        sensitivity=None,
        comparison=None,
    )


def full(summary: Summary) -> Document:
    """The document of that report, without pictures."""
    return document(alone(summary), {})


def _worded(shape: told.Shape, text: str) -> told.Shape:
    return replace(shape, bands=tuple(replace(mass, text=text) for mass in shape.bands))


REPORTS: Mapping[str, Report] = {
    "report.full": RICH,
    "report.exact": EXACT,
    "report.withheld": UNTOLD,
    "report.cautioned": CAUTIONED,
    "report.team": TEAM,
    "report.phia": YARDSTICK,
    "report.hostile": spoken(RICH, (HOSTILE * (LONGEST // len(HOSTILE) + 1))[:LONGEST]),
}
"""By the name of their golden documents."""
