"""What is said of a change, in which order."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table
from estimative.reports.change import wording as words
from estimative.reports.change.summary import Change, Entry, Sharing
from estimative.reports.comparison.summary import Share
from estimative.reports.document import NEVERTHELESS, cautions_of, first_paragraph

INDENT = "· "
SHARES = (
    "Shares of the change in the headline's log-odds, in decibans (10 of them are a factor of 10 in the odds), by the "
    "Shapley decomposition, over all orders in which a block stays together. Alone: what changing it first does; last: "
    "what changing it does when all else has changed. Settings and chance: what the two runs differ by beyond what the "
    "same changes come to when all is fitted anew on common random numbers."
)


def document(found: Change) -> Document:
    """What a person reads of two runs."""
    return tuple(_document(found))


def _document(found: Change) -> Iterator[Block]:
    yield Heading(text=f"{found.second.scenario.title}: what changed", level=1)
    if told := _judgement(found):
        yield from _cautions(found)
        yield Paragraph(text=told, strong=True)
    else:
        yield from _cautions(found)
    if found.undivided:
        yield Paragraph(text=f"The change is not shared out. {found.undivided}")
    yield Paragraph(text=first_paragraph(found.second.scenario.question))
    yield Listing(points=(f"Before: {words.side(found.first)}", f"Now: {words.side(found.second)}"))
    if found.sharing and found.sharing.blocks:
        yield from _shares(found.sharing)
    yield from _lists(found)
    yield from _method(found)


def _judgement(found: Change) -> str:
    """What was, what is, and what the change is due to."""
    lead = words.judgement(found)
    if not lead or not found.same_question:
        return lead
    return f"{lead}. {words.due(found.sharing)}" if found.sharing else f"{lead}."


def _cautions(found: Change) -> Iterator[Block]:
    sides = (("Before", found.first), ("Now", found.second))
    verdicts = {
        f"{name}, {wording.METHODS.get(method, method)}": verdict
        for name, side in sides
        for method, verdict in side.verdicts.items()
    }
    yield from cautions_of(found.caution, verdicts)
    if found.caution and not found.sharing:
        yield Paragraph(text=NEVERTHELESS)


def _shares(found: Sharing) -> Iterator[Block]:
    yield Heading(text="What the change is due to")
    rows = [row for block in found.blocks for row in _block(block, found)]
    rest = (words.REST, wording.decibans(found.rest), "", "")
    whole = ("Everything", wording.decibans(found.whole), "", "")
    yield Table(header=("What changed", "Share ± error", "Alone", "Last"), rows=(*rows, rest, whole))
    yield Paragraph(text=SHARES)
    yield Paragraph(text=f"{words.orders(found)} {wording.fits(found.effort)}")


def _block(block: Share, found: Sharing) -> Iterator[tuple[str, ...]]:
    """A block, then what is in it from the largest share on; the structure is a block by itself."""
    yield (words.BLOCKS[block.name], *words.cells(block))
    members = [share for share in found.players if share.block == block.name]
    for share in sorted(members, key=lambda share: -abs(share.share.value)):
        if share.name != block.name:
            yield (f"{INDENT}{words.player(share)}", *words.cells(share))


def _lists(found: Change) -> Iterator[Block]:
    changed = found.changed
    parts: tuple[tuple[str, tuple[Entry, ...]], ...] = (
        ("The scenario", changed.scenario),
        ("Evidence", changed.evidence),
        ("Priors", changed.priors),
        ("Weights of evidence", changed.weights),
        ("Settings", changed.settings),
        ("Versions", changed.versions),
    )
    if not any(entries for _, entries in parts):
        yield Paragraph(text=words.NOTHING)
        return
    yield Heading(text="What changed")
    for title, entries in parts:
        if entries:
            yield Heading(text=title, level=3)
            yield Listing(points=tuple(map(words.entry, entries)))


def _method(found: Change) -> Iterator[Block]:
    yield Heading(text="Method")
    sides = (("Before", found.first), ("Now", found.second))
    verdicts = [
        f"{name}: {wording.verdict(method, verdict)}"
        for name, side in sides
        for method, verdict in side.verdicts.items()
    ]
    digests = [f"{name}: scenario {s.scenario.digest[:12]}, prior set {s.prior_set.digest[:12]}" for name, s in sides]
    computation = found.computation
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    versions = ", ".join(f"{name} {version}" for name, version in computation.versions.items())
    yield Listing(points=(*verdicts, *digests, f"Fits between the two: seed {computation.seed}{settings}", versions))
