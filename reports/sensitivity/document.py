"""What is said of a sensitivity analysis, in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from estimative.priors.verbal_scale import ICD203, Scale
from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, IntervalPlot, IntervalRow, Paragraph, Table
from estimative.reports.document import NEVERTHELESS, cautions_of, introduction_of, method_of
from estimative.reports.sensitivity import wording as words
from estimative.reports.sensitivity.summary import WITHHELD, PowerScaling, Sensitivity, Sobol, Structure, Swing, Tornado

MOST_ROWS = 15
"""Of a table of quantities; the rest is told together, and stands in the JSON."""
MOST_BARS = 12


def document(found: Sensitivity) -> Document:
    """What a person reads after a sensitivity analysis."""
    return tuple(_document(found))


def _document(found: Sensitivity) -> Iterator[Block]:
    yield from introduction_of(found.scenario, found.analyst, "what the answer hangs on")
    yield from cautions_of(found.caution, {"The fit": found.analyst.verdict})
    if found.caution == WITHHELD:
        if found.headline:
            yield Paragraph(text=words.left_out(found))
        yield Paragraph(text=NEVERTHELESS)
    if found.headline:
        yield Paragraph(
            text=wording.key_judgement(found.headline_title, found.headline, found.scenario.until), strong=True
        )
    if found.tornado and found.headline:
        yield from tornado_of(found.tornado, found.headline.probability)
    if found.sobol:
        yield from sobol_of(found.sobol)
    elif found.headline:
        yield Heading(text=SOBOL)
        yield Paragraph(text="None: the headline does not vary over the priors, or is certain or undefined somewhere.")
    if found.power_scaling:
        yield from power_scaling_of(found.power_scaling)
    if found.structure:
        yield from structure_of(found.structure)
    fits = {"As assessed": (found.analyst.method, found.analyst.verdict)}
    yield from method_of(fits, found.scenario, found.analyst.prior_set, found.computation)


def tornado_of(found: Tornado, headline: float, scale: Scale = ICD203) -> Iterator[Block]:
    """What each quantity does, held low and high."""
    low, high = (f"{100 * share:g} %" for share in (found.low_quantile, found.high_quantile))
    yield Heading(text=f"Tornado: each quantity held at the {low} and at the {high} point of its prior")
    yield Paragraph(text=words.tornado(found), strong=True)
    if dots := tornado_dots(found, headline, scale):
        yield dots
    if found.quantities:
        yield _swings(found.quantities)
    if found.weights:
        yield Heading(text="Weights of evidence, which are fixed by choice, held at 0 and at 1", level=3)
        yield _swings(found.weights)
    constants = wording.listed(found.constants)
    yield Paragraph(
        text=f"Held constant by the analyst, and not varied: {constants}."
        if constants
        else "No quantity is a constant."
    )
    swing = "Swing: the headline's log-odds at the high value less those at the low one, in decibans. "
    told = swing if found.quantities or found.weights else ""
    yield Paragraph(text=f"{told}{wording.fits(found.effort)}")


def tornado_dots(found: Tornado, headline: float, scale: Scale = ICD203) -> IntervalPlot | None:
    """How far each quantity takes the headline; None where nothing that was varied has a swing."""
    low, high = (f"{100 * share:g} %" for share in (found.low_quantile, found.high_quantile))
    bars = [(name, one) for name, one in found.quantities.items() if one.swing][:MOST_BARS]
    if not bars:
        return None
    return IntervalPlot(
        rows=tuple(_bar(name, one, headline) for name, one in bars),
        key=f"● the headline as assessed; ├─┤ where it goes as the quantity goes from the {low} to the {high} point of "
        "its prior, all else as assessed and fitted anew; ┊ borders of the "
        f"{scale.title} words and powers of ten.",
        longest_label=30,
        words=scale,
    )


def _bar(name: str, one: Swing, headline: float) -> IntervalRow:
    ends = sorted((one.at_low.value, one.at_high.value))
    return IntervalRow(label=name, point=headline, low=ends[0], high=ends[1])


def _swings(swings: Mapping[str, Swing]) -> Table:
    rows = [(name, words.held_at(one), words.headline_at(one), words.swing(one.swing)) for name, one in swings.items()]
    return Table(header=("Quantity", "Held at", "Headline there", "Swing"), rows=_cut(rows))


def _cut(rows: Sequence[tuple[str, ...]], named: Collection[str] = ()) -> tuple[tuple[str, ...], ...]:
    """The first rows and those that are named beside the table, and how many others there are."""
    kept = [row for place, row in enumerate(rows) if place < MOST_ROWS or row[0] in named]
    rest = len(rows) - len(kept)
    if rest <= 0:
        return tuple(rows)
    blanks = [""] * (len(rows[0]) - 1)
    return (*kept, (wording.plural(rest, "other, of less", "others, of less"), *blanks))


LONGEST_UNBROKEN = 38
"""Columns of a terminal: a longer name leaves too little to the numbers."""


def _unbroken(names: Iterable[str]) -> frozenset[int]:
    """The column of names, if these can stay on one line."""
    return frozenset({0}) if max(map(len, names)) <= LONGEST_UNBROKEN else frozenset()


SOBOL = "Sobol' indices: what accounts for the headline's spread over the priors"


def sobol_of(found: Sobol) -> Iterator[Block]:
    """What accounts for the spread over the priors."""
    yield Heading(text=SOBOL)
    yield Paragraph(text=words.sobol(found))
    rows = [(name, words.share(one.first), words.share(one.total)) for name, one in found.quantities.items()]
    yield Table(header=("Quantity", "By itself", "With all it does"), rows=_cut(rows))
    how = (
        f"First-order and total indices of the headline's log-odds, over {found.evaluations:,} evaluations at "
        "independent draws from the priors, what is told of events included."
    )
    yield Paragraph(text=f"{how} {words.untouched(len(found.untouched))}".rstrip())


def power_scaling_of(found: PowerScaling) -> Iterator[Block]:
    """What priors and evidence do when they are made a little stronger."""
    yield Heading(text="Power-scaling: priors and evidence a little stronger or weaker")
    yield Paragraph(text=words.power_scaling(found))
    if not found.quantities:
        return
    rows = [
        (
            name,
            wording.rounded(one.headline.value, one.headline.se),
            wording.rounded(one.prior.value, one.prior.se),
            wording.rounded(one.evidence.value, one.evidence.se),
            words.DIAGNOSES[one.diagnosis],
        )
        for name, one in found.quantities.items()
    ]
    shown = _cut(rows, words.conflicts(found))
    yield Table(
        header=("Quantity", "Headline to prior", "Own to prior", "Own to evidence", "Diagnosis"),
        rows=shown,
        text_columns=frozenset({0, 4}),
        nowrap_columns=_unbroken(row[0] for row in shown),
    )
    yield Paragraph(
        text=f"How far a posterior moves for each doubling of a prior's, or the evidence's, power (Kallioinen et al. "
        f"2024); {found.threshold:g} or more counts as sensitive. Conflict?: a quantity is sensitive to its prior "
        "and to the evidence, which may disagree. Weak evidence?: to its prior alone, which may be strong; a normal "
        "prior from which nothing was learnt scores about 0.09. What evidence says of events themselves is not scaled."
    )


def structure_of(found: Structure) -> Iterator[Block]:
    """The headline under other structures."""
    yield Heading(text="Other structures of the same scenario")
    yield Paragraph(text=words.structure(found), strong=True)
    rows = [
        (wording.spoken(name), wording.percent(one.probability.value, one.probability.se), words.shift(one))
        for name, one in found.without_effect.items()
    ]
    if rows:
        yield Table(header=("Without", "Headline", "Decibans"), rows=_cut(rows))
    removed = "Each effect removed in turn, all else as assessed. " if rows else ""
    yield Paragraph(text=f"{removed}{wording.fits(found.effort)}")
