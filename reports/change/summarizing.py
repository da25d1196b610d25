"""From two runs and what lies between them to the summary of a change: numbers first, words later."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import (
    Altered,
    Restated,
    alterations,
    declarations,
    restatements,
    reweighings,
    same_question,
)
from estimative.model.disagreement.attribution import Share
from estimative.model.disagreement.change_attribution import ChangeAttribution
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.spec.events import Driver
from estimative.model.spec.evidence import Trials
from estimative.priors.prior_set import Confidence
from estimative.priors.statement_syntax import say
from estimative.priors.statements import Stated
from estimative.reports.change import summary as told
from estimative.reports.comparison.summary import Share as ToldShare
from estimative.reports.summarizing import effort_of, number, titles
from estimative.reports.summary import Computation, Outcome, Summary

ANOTHER_QUESTION = "The two runs lead with different questions."
NOT_TOLD = "One of the two headlines is not told."
NO_ODDS = "A headline is 0 or 1, before, after or somewhere between: it has no odds that could be shared out."
UNFITTED = "Not every fit between the two converged."


def judgement(summary: Summary, *, allow_unconverged: bool) -> Outcome | None:
    """The headline of a run, if it may be told."""
    return summary.outcomes.get(summary.scenario.headline) if summary.converged or allow_unconverged else None


def odds(headline: Outcome | None) -> bool:
    """Whether a headline is told, and neither 0 nor 1."""
    return headline is not None and 0 < headline.probability < 1


def summarize(
    first: tuple[Summary, Assessment],
    second: tuple[Summary, Assessment],
    *,
    sharing: ChangeAttribution | None,
    computation: Computation,
    allow_unconverged: bool,
) -> told.Change:
    """The summary of a change.

    Parameters
    ----------
    sharing
        None where nothing was shared out.
    allow_unconverged
        Tell the numbers of fits that failed their verdict, with a caution.
    """
    sides = [_side(summary, allow_unconverged) for summary, _ in (first, second)]
    same = same_question(first[1].scenario, second[1].scenario)
    converged = all(side.converged for side in sides) and (sharing is None or sharing.effort.converged)
    shown = sharing if sharing and (sharing.effort.converged or allow_unconverged) else None
    return told.Change(
        first=sides[0],
        second=sides[1],
        converged=converged,
        caution="" if converged else told.UNCONVERGED if allow_unconverged else told.WITHHELD,
        changed=_entries(first, second),
        same_question=same,
        sharing=_sharing(shown, sides, _titles(first[1], second[1])) if shown else None,
        undivided="" if shown else UNFITTED if sharing else _undivided(sides, same),
        computation=computation,
    )


def _side(summary: Summary, allow_unconverged: bool) -> told.Side:
    return told.Side(
        run=summary.run,
        scenario=summary.scenario,
        prior_set=summary.prior_set,
        converged=summary.converged,
        verdicts=summary.verdicts,
        headline=judgement(summary, allow_unconverged=allow_unconverged),
    )


def _undivided(sides: Sequence[told.Side], same: bool) -> str:
    if not same:
        return ANOTHER_QUESTION
    return NO_ODDS if all(side.headline for side in sides) else NOT_TOLD


def _sharing(found: ChangeAttribution, sides: Sequence[told.Side], named: Mapping[str, str]) -> told.Sharing:
    before, after = (_log_odds(side.headline) for side in sides)
    whole = delta_method(after.value - before.value, [(1.0, after), (-1.0, before)])
    if sides[0].run.id == sides[1].run.id:
        whole = MCEstimate(value=0.0)
    gap = found.decomposition.gap
    return told.Sharing(
        whole=number(whole),
        blocks=tuple(_share(share, share.name) for share in found.decomposition.blocks),
        players=tuple(_share(share, named.get(share.name, share.name)) for share in found.decomposition.quantities),
        rest=number(delta_method(whole.value - gap.value, [(1.0, whole), (-1.0, gap)])),
        orders=found.decomposition.orders,
        effort=effort_of(found.effort),
    )


def _log_odds(headline: Outcome | None) -> MCEstimate:
    """Of a kept headline, whose draws nothing else shares."""
    assert headline
    p = headline.probability
    return MCEstimate(value=math.log(p) - math.log1p(-p), own_variance=(headline.se / (p * (1 - p))) ** 2)


def _share(found: Share, title: str) -> ToldShare:
    return ToldShare(
        name=found.name,
        block=found.block,
        title=title,
        share=number(found.share),
        sampling_error=found.sampling_error,
        first_in=number(found.first_in),
        last_in=number(found.last_in),
    )


def _titles(*assessments: Assessment) -> Mapping[str, str]:
    """Of everything that can have a share, the later one's where both have it."""
    found: dict[str, str] = {}
    for assessment in assessments:
        found |= dict(titles(assessment.scenario))
        found |= {f"items.{name}": item.title for name, item in assessment.scenario.evidence.items()}
    return found


def _entries(first: tuple[Summary, Assessment], second: tuple[Summary, Assessment]) -> told.Entries:
    (before, one), (after, other) = first, second
    altered = alterations(one.scenario, other.scenario)
    named = _titles(one, other)
    runs = before.run, after.run
    declared = [_altered(entry) for entry in declarations(one, other)]
    return told.Entries(
        scenario=tuple(_altered(entry) for entry in altered if entry.section != "evidence"),
        evidence=tuple(_altered(entry) for entry in altered if entry.section == "evidence"),
        priors=(*declared, *_restated(restatements(one, other), named)),
        weights=tuple(_restated(reweighings(one, other), named)),
        settings=tuple(_differing(*({"method": r.method, "seed": r.seed, **r.settings} for r in runs))),
        versions=tuple(_differing(*(run.versions for run in runs))),
    )


def _altered(one: Altered) -> told.Entry:
    entry = one.after if one.after is not None else one.before
    own = "" if one.section == "scenario" else one.section
    alone = not one.id
    return told.Entry(
        kind="changed" if one.field else "new" if one.before is None else "gone",
        name=".".join(filter(None, (own, one.field if alone else one.id))),
        field="" if alone else one.field,
        title="" if one.field else entry.title,
        before=shown(one.before) if one.field else "",
        after=shown(one.after) if one.field else "",
        counts=one.read,
    )


def _restated(found: Sequence[Restated], named: Mapping[str, str]) -> Iterator[told.Entry]:
    for one in found:
        before, after = one.before, one.after
        reworded = before is not None and after is not None and before.statement == after.statement
        tell: Callable[[Stated], str] = _reason if reworded else lambda stated: say(stated.statement)
        yield told.Entry(
            kind="new" if before is None else "gone" if after is None else "changed",
            name=one.name,
            field="because" if reworded else "",
            title=named.get(one.name, ""),
            before=tell(before) if before else "",
            after=tell(after) if after else "",
            counts=one.read,
        )


def _reason(stated: Stated) -> str:
    return " ".join(filter(None, (stated.because, f"({stated.source})" if stated.source else "")))


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[told.Entry]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            kind = "new" if name not in before else "gone" if name not in after else "changed"
            one, other = (str(side.get(name, "")) for side in (before, after))
            yield told.Entry(kind=kind, name=name, field="", title="", before=one, after=other, counts=True)


def shown(value: Any) -> str:
    """What a field of a file says, in words; empty where it says nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case Driver():
            return f"{value.name} {'raises' if value.sign > 0 else 'lowers'}"
        case Trials():
            at = ", ".join(f"{name} {degree:g}" for name, degree in value.at.items())
            return f"{value.successes:g} of {value.of:g}{f' at {at}' if at else ''}"
        case Confidence():
            reasons = (value.information_base, value.rigour, value.volatility)
            return ". ".join(part.rstrip(". ") for part in (value.level, *reasons) if part)
        case tuple():
            return "; ".join(map(shown, value))
        case _:
            return str(value)
