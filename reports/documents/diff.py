"""The document of a change: the judgement then and now, what the change is due to, and everything that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimative.model.disagreement.attribution import Share
from estimative.model.disagreement.change_attribution import ChangeAttribution
from estimative.model.disagreement.change_list import Change, ChangeList
from estimative.model.disagreement.diff_result import DiffResult, RunInfo
from estimative.model.disagreement.hybrid_assessment import ITEMS, SCENARIO, TIME
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import FitInfo
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.attribution import BLOCKS, cells, descending, effect, part, permutations
from estimative.reports.documents.changes import cut, input_title, line, title
from estimative.reports.figures import figures
from estimative.reports.number_format import (
    DECIBANS,
    SIGNIFICANT_SE,
    decibans,
    factor,
    rounded,
    significant,
)
from estimative.reports.phrases import capital, date, quoted, sentence
from estimative.reports.sheets import Sheet, sheet

MAX_NAMED = 5
REASONS: Mapping[str, str] = {
    "different-questions": "The two runs have different headlines.",
    "not-shown": "One of the two headlines is not shown.",
    "no-odds": "A headline is 0 or 1 before, after or in between, so it has no odds to compare.",
    "did-not-converge": "Not every fit between the two runs converged.",
}
PARTS: Mapping[str, str] = {
    "scenario": "Scenario",
    "evidence": "Evidence",
    "priors": "Priors",
    "weights": "Weights of evidence",
    "settings": "Settings",
    "versions": "Versions",
}
RESIDUAL = "Settings and simulation error"
CAUSES = {
    "time": "Time passed",
    "scenario": "Changed scenario",
    "evidence": "New or changed evidence",
    "opinion": "Changed opinion",
}
"""What a result changed by, as in `change_attribution.CAUSES`."""


@collected
def document(result: DiffResult, context: Context) -> Iterator[Block]:
    """The two judgements, what the change is due to, what changed, how it was computed."""
    yield Heading(text=f"{result.second.scenario.title}: what changed", level=1)
    yield Paragraph(text=phrases.first_paragraph(result.second.scenario.question))
    yield from common.cautions(result, _fits(result), context.scenario)
    if text := judgement(result, context):
        yield Paragraph(text=text, strong=True)
    if result.not_attributed_because:
        yield Paragraph(text=f"The change is not divided among its causes. {REASONS[result.not_attributed_because]}")
    if result.attribution:
        yield from causes(result.attribution, result.changes, context)
    yield Listing(points=(f"Before: {_run(result.first)}", f"Now: {_run(result.second)}"))
    yield from _changes(result.changes, context)
    yield from _method(result)


def _fits(result: DiffResult) -> dict[str, FitInfo]:
    return {
        f"{label}, {phrases.METHODS.get(method, method)}": fit
        for label, side in (("Before", result.first), ("Now", result.second))
        for method, fit in side.fits.items()
    }


def judgement(result: DiffResult, context: Context) -> str:
    """The judgement then and now, and the change of the odds; empty where one is not shown."""
    before, after = result.first.headline, result.second.headline
    if before is None or after is None:
        return ""
    sides = (result.first, before, context.assessments[0].scenario), (result.second, after, context.scenario)
    if not result.same_question:
        texts = [_own(side, headline, scenario, context) for side, headline, scenario in sides]
        return f"Before: {texts[0]}. Now: {texts[1]}."
    what = phrases.proposition(result.second.scenario.headline, context.scenario)
    dates = [side.scenario.as_of for side, _, _ in sides]
    texts = [
        phrases.judged(headline.posterior, context.scale) + (f" as of {date(day)}" if dates[0] != dates[1] else "")
        for (_, headline, _), day in zip(sides, dates, strict=True)
    ]
    odds = f" {change_of_odds(result.attribution.total)}" if result.attribution else ""
    return f"{what}: from {texts[0]} to {texts[1]}.{odds}"


def _own(side: RunInfo, headline: Probability, scenario: Scenario, context: Context) -> str:
    title = sentence(scenario.outcomes[side.scenario.headline].title)
    return f"{title}: {phrases.judged(headline.posterior, context.scale)}"


def change_of_odds(total: MCEstimate) -> str:
    """What a change does to the odds, in a sentence."""
    if not total.value or not significant(total):
        return "No change beyond the simulation error."
    size = delta_method(abs(total.value), [(1.0, total)])
    verb, way = ("multiplied", "up") if total.value > 0 else ("divided", "down")
    amount = rounded(DECIBANS * size.value, DECIBANS * size.se)
    return f"Its odds are {verb} by {factor(size)} ({way} {amount} decibans)."


def causes(result: ChangeAttribution, changes: ChangeList, context: Context) -> Iterator[Block]:
    """The changes that account for most, then all of them by kind."""
    yield Heading(text="Why the result changed")
    if result.causes:
        yield _causes(result)
    if not result.blocks:
        yield Paragraph(
            text="Nothing that the result depends on changed: any difference comes from settings and simulation error."
        )
        return
    clear = [share for share in result.inputs if abs(share.share.value) > SIGNIFICANT_SE * share.se]
    main = sorted(clear, key=descending)[:MAX_NAMED]
    if main:
        changed = [change for change in (*changes.priors, *changes.weights) if change.before and change.after]
        values = {change.name: f" ({cut(change.before)} → {cut(change.after)})" for change in changed}
        yield Listing(points=tuple(_cause(share, values.get(share.name, ""), result, context) for share in main))
    else:
        yield Paragraph(text="No single change moves the result by more than its error.")
    yield common.shortened(_table(result, context))
    yield Paragraph(
        text="Shares of the change in the headline's log-odds by the Shapley decomposition: each change is made in "
        "every order, and its effects are averaged. The factors multiply to the total. First and last: the effect of "
        "making a change before or after all others, in decibans (10 decibans are a factor of 10 on the odds). "
        "Settings and simulation error: the part that refits on common random numbers do not reproduce."
    )
    yield Paragraph(text=f"{permutations(result.permutations)} {phrases.fits(result.effort)}")


def _causes(result: ChangeAttribution) -> Table:
    """Time passed, new evidence, changed opinion, changed scenario, and what refits do not reproduce."""
    rows = [(CAUSES[name], factor(amount), decibans(amount)) for name, amount in result.causes.items()]
    ends = [(RESIDUAL, factor(result.residual), decibans(result.residual))]
    ends.append(("Total", factor(result.total), decibans(result.total)))
    return Table(header=("Cause", "Factor", "Decibans ± error"), rows=(*rows, *ends))


def _cause(share: Share, values: str, result: ChangeAttribution, context: Context) -> str:
    amount = f", {part(share, result.total)} of the change" if result.total.value and significant(result.total) else ""
    return f"{capital(cause(share.name, context))}{values}: {effect(share)}{amount}"


def cause(name: str, context: Context) -> str:
    """A change by title: an item of evidence, an input, or the structure of the scenario."""
    scenarios = [assessment.scenario for assessment in reversed(context.assessments)]
    section, _, item = name.partition(".")
    if name == SCENARIO:
        return "the scenario's horizon and structure"
    if name == TIME:
        return "time passed"
    if section == ITEMS:
        owner = next(scenario for scenario in scenarios if item in scenario.evidence)
        status = "changed" if all(item in scenario.evidence for scenario in scenarios) else _presence(item, scenarios)
        return f"{status} evidence {quoted(phrases.title_of(item, owner))}"
    return input_title(name, context)


def _presence(item: str, scenarios: Sequence[Scenario]) -> str:
    return "new" if item in scenarios[0].evidence else "removed"


def _table(result: ChangeAttribution, context: Context) -> Table:
    rows = [row for block in sorted(result.blocks, key=descending) for row in _block(block, result, context)]
    residual = (RESIDUAL, factor(result.residual), decibans(result.residual), "", "", "")
    total = ("Total", factor(result.total), decibans(result.total), "", "", "")
    header = ("Change", "Factor", "Decibans ± error", "Share", "First", "Last")
    return Table(header=header, rows=(*rows, residual, total))


def _block(block: Share, result: ChangeAttribution, context: Context) -> Iterator[tuple[str, ...]]:
    """A kind of change, then the changes in it, the largest first; the structure is one change."""
    yield (capital(BLOCKS[block.name]), *cells(block, result.total))
    members = [share for share in result.inputs if share.block == block.name and share.name != block.name]
    for share in sorted(members, key=descending):
        yield (f"· {cause(share.name, context)}", *cells(share, result.total))


def _run(side: RunInfo) -> str:
    failed = "" if side.converged else "; did not converge"
    scenario = side.scenario
    return (
        f"run {side.run.id}, as of {date(scenario.as_of)}, until {date(scenario.until)}, prior set "
        f"{side.prior_set.name}{failed}"
    )


def _changes(changes: ChangeList, context: Context) -> Iterator[Block]:
    if changes.empty:
        yield Paragraph(text="Nothing changed between the two runs.")
        return
    yield Heading(text="Everything that changed")
    for name, heading in PARTS.items():
        if rows := getattr(changes, name):
            yield Heading(text=heading, level=3)
            yield Listing(points=tuple(line(change, name, context) for change in rows))


def _method(result: DiffResult) -> Iterator[Block]:
    computation = result.computation
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    digests = [
        f"{label}: scenario {side.scenario.digest[:12]}, prior set {side.prior_set.digest[:12]}"
        for label, side in (("Before", result.first), ("Now", result.second))
    ]
    yield Heading(text="Method")
    yield Listing(
        points=(
            *(f"Before: {phrases.verdict(fit)}" for fit in result.first.fits.values()),
            *(f"Now: {phrases.verdict(fit)}" for fit in result.second.fits.values()),
            *digests,
            f"Fits between the two runs: seed {computation.seed}{settings}",
            f"Versions: {', '.join(f'{name} {version}' for name, version in computation.versions.items())}",
        )
    )


def sheets(result: DiffResult, context: Context) -> tuple[Sheet, ...]:
    """Every change, the shares of the change, and the two judgements as tables."""
    parts = result.attribution
    shares = [("kind", parts.blocks), ("change", parts.inputs)] if parts else []
    sides = (("before", result.first), ("now", result.second))
    return (
        sheet(
            "changes",
            [_change_row(name, change, context) for name in PARTS for change in getattr(result.changes, name)],
        ),
        sheet("shares", [_share_row(level, share, context) for level, rows in shares for share in rows]),
        sheet("runs", [{"side": name, "run": side.run.id, "": side.headline} for name, side in sides]),
    )


def _change_row(part_name: str, change: Change, context: Context) -> dict[str, object]:
    return {"part": part_name, "title": title(change.name, part_name, context), "": change}


def _share_row(level: str, share: Share, context: Context) -> dict[str, object]:
    return {"level": level, "title": BLOCKS[share.name] if level == "kind" else cause(share.name, context), "": share}


FIGURES = figures()
