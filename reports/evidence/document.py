"""What is said of the evidence, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.cells import cell_len

from estimative.priors.toml_table import ascii_safe
from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table
from estimative.reports.document import NEVERTHELESS, cautions_of, introduction_of, method_of
from estimative.reports.evidence import wording as words
from estimative.reports.evidence.summary import WITHHELD, Ledger, Sight, Tipping, Weighing, Weight
from estimative.reports.summary import Item, Source

INDENT = "· "


def document(found: Weighing, *, full: bool = False) -> Document:
    """What a person reads of the evidence.

    Parameters
    ----------
    full
        Tell of each indicator where to look, and why its likelihoods are what they are.
    """
    return tuple(_document(found, full))


def _document(found: Weighing, full: bool) -> Iterator[Block]:
    yield from introduction_of(found.scenario, found.analyst, "what the evidence does")
    yield from cautions_of(found.caution, {"The fit": found.analyst.verdict})
    if found.caution == WITHHELD:
        if found.headline:
            yield Paragraph(text=words.left_out(found))
        yield Paragraph(text=NEVERTHELESS)
    if found.headline:
        judgement = wording.key_judgement(found.headline_title, found.headline, found.scenario.until)
        yield Paragraph(text=judgement, strong=True)
    if found.ledger:
        yield from ledger_of(found.ledger, found.evidence)
    if found.tipping:
        yield from tipping_of(found.tipping, found.ledger)
    if found.headline:
        yield from indicators_of(found.indicators, found.sources, full)
    fits = {"As assessed": (found.analyst.method, found.analyst.verdict)}
    yield from method_of(fits, found.scenario, found.analyst.prior_set, found.computation)


def ledger_of(found: Ledger, items: Mapping[str, Item]) -> Iterator[Block]:
    """What each story weighs, and how the weights hang together."""
    yield Heading(text="The ledger: what each story weighs")
    if not found.stories:
        yield Paragraph(text="There is no evidence.")
        return
    yield Paragraph(text=words.ledger(found), strong=True)
    rows = tuple(_rows(found, items))
    yield Table(
        header=("Story", "Grade", "Alone", "Last", "Running"),
        rows=rows,
        text_columns=frozenset({0, 1}),
        nowrap_columns=_unbroken((row[0] for row in rows), at_most=50),
    )
    yield Paragraph(text=LEDGER)
    said = [words.shared(found.stories)]
    if found.opposition:
        said.append(words.opposition(found.opposition, found.stories))
    if found.conflict:
        said.append(words.conflict(found.conflict))
    yield Listing(points=tuple(point for point in (*said, words.reweighting(found)) if point))
    yield Paragraph(text=wording.fits(found.effort))


LEDGER = (
    "Weights of evidence on the headline, in decibans (10 of them are a factor of 10 in the odds). Alone: with nothing "
    "else known; last: with all else known; running: where the headline stands once this story and all above it are "
    "known. Items of one origin count as one story; of several, each tells little last, since the others tell the same."
)


def _rows(found: Ledger, items: Mapping[str, Item]) -> Iterator[tuple[str, ...]]:
    for name, story in found.stories.items():
        told = [items[item] for item in story.items]
        grade = told[0].grade or "-" if len(told) == 1 else ""
        yield (name, grade, *_weights(story.weight), words.chance(story.running))
        if len(story.items) > 1:
            for item in story.items:
                yield (f"{INDENT}{item}", items[item].grade or "-", *_weights(found.items[item]), "")


def _weights(weight: Weight) -> tuple[str, str]:
    return wording.decibans(weight.alone), wording.decibans(weight.last)


def _unbroken(names: Iterable[str], *, at_most: int) -> frozenset[int]:
    """The column of names, if these can stay on one line and leave enough of a terminal's 80 columns to numbers."""
    widest = max(cell_len(ascii_safe(name)) for name in names)
    return frozenset({0}) if widest <= at_most else frozenset()


def tipping_of(found: Tipping, ledger: Ledger | None) -> Iterator[Block]:
    """Which evidence, and which priors, another word would take."""
    yield Heading(text="What would change the word")
    yield Paragraph(text=words.nearest(found.edges, ledger), strong=True)
    yield Table(
        header=("Border", "Below", "Above", "Decibans", "Likelihood ratio", "Such evidence is"),
        rows=tuple(
            (
                f"{100 * edge.probability:g} %",
                edge.below,
                edge.above,
                wording.plain_decibans(edge.log_ratio),
                words.needed(edge),
                words.strength(edge),
            )
            for edge in found.edges
        ),
        text_columns=frozenset({1, 2, 5}),
    )
    if found.factors:
        yield Paragraph(text=words.powerless(found.factors))
        yield Table(
            header=("Factor", "Prior mean", "Headline, held at its ends", "Borders it reaches, and at which mean"),
            rows=tuple(
                (name, f"{one.mean:.2f}", words.reach(one), words.moves(one)) for name, one in found.factors.items()
            ),
            text_columns=frozenset({0, 3}),
            nowrap_columns=_unbroken(found.factors, at_most=46),
        )
    moved = f" {MOVED} {wording.fits(found.effort)}" if found.factors else ""
    yield Paragraph(text=f"{RATIO}{moved}")


RATIO = (
    "The likelihood ratio is that of new evidence about the headline itself; its words are those of Kass and Raftery "
    "(1995)."
)
MOVED = (
    "A factor held at an end is known to stand there, not set by hand (for that see whatif --do). The mean at which a "
    "border is reached is that of its prior, moved with its strength (a + b) as it is, all else as assessed and fitted "
    "anew."
)


def indicators_of(found: Mapping[str, Sight], sources: Mapping[str, Source], full: bool) -> Iterator[Block]:
    """What to look for next; in full also where, and why its likelihoods are what they are."""
    yield Heading(text="What to look for next")
    if not found:
        yield Paragraph(text="The scenario names no indicators to watch.")
        return
    yield Paragraph(text=words.watching(found), strong=True)
    yield Table(
        header=("Indicator", "Seen", "Headline if seen", "if not", "Tells", "Variance", "EVPPI"),
        rows=tuple(
            (
                name,
                words.part(one.seen),
                words.maybe(one.if_seen),
                words.maybe(one.if_not),
                words.part(one.information),
                words.part(one.variance),
                words.part(one.ceiling),
            )
            for name, one in found.items()
        ),
        nowrap_columns=_unbroken(found, at_most=28),
    )
    yield Paragraph(text=INDICATORS)
    yield Listing(points=tuple(point for name, one in found.items() for point in _sight(name, one, sources, full)))


INDICATORS = (
    "Seen: the chance that one who looks will see it. Tells: expected information gain, as a share of what there is to "
    "know about the headline (its entropy); the table is in its order. Variance: the same of "
    "the headline's variance p (1 - p), and EVPPI how much of that variance would go if what the indicator is about "
    "were known for certain."
)


def _sight(name: str, one: Sight, sources: Mapping[str, Source], full: bool) -> Iterator[str]:
    yield f"{name}, about {one.about}: {one.title.rstrip('.')} ({words.likelihoods(one)})"
    if full:
        if where := words.where(one, sources):
            yield f"{name}, where to look: {where}"
        for likelihood in one.likelihoods:
            if likelihood.because:
                yield f"{name}, {likelihood.statement} if {likelihood.end}: {likelihood.because}"
