"""The document of a withdrawal: what was withdrawn, and from when on."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.record.score import WithdrawResult
from estimative.reports.blocks import Block, Paragraph, collected
from estimative.reports.context import Context
from estimative.reports.figures import figures
from estimative.reports.number_format import rounded
from estimative.reports.phrases import date, plain, plural
from estimative.reports.sheets import Sheet, sheet


@collected
def document(result: WithdrawResult, context: Context) -> Iterator[Block]:
    """What was withdrawn, what follows, and the line by which it can be recognised."""
    withdrawal = result.entry.withdrawal
    percent = rounded(result.headline, 0.0, places=2)
    since, made = date(withdrawal.withdrawn.date()), date(withdrawal.created.date())
    text = f"{plain(result.title)}: the forecast of {withdrawal.prior_set} of {made}, {percent}%, is withdrawn."
    yield Paragraph(text=text, strong=True)
    earlier = plural(result.earlier, "earlier run does", "earlier runs do")
    rest = f" {earlier} not take its place." if result.earlier else ""
    yield Paragraph(
        text=f"From {since} on, no forecast of {withdrawal.prior_set} is in force until the next run, and these days "
        f"are not scored.{rest} Reason: {withdrawal.because}"
    )
    yield Paragraph(text=f"Recorded as line {result.entry.line} of {result.log}. Its digest: {result.entry.digest}.")


def sheets(result: WithdrawResult, context: Context) -> tuple[Sheet, ...]:
    """The recorded line."""
    return (sheet("withdrawal", [{"": result.entry.withdrawal}]),)


FIGURES = figures()
