"""The command `whatif`: the answers before and after things are supposed to be otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from estimative.analysis import Analysis, Request, analysed
from estimative.model.analysis.what_if import sweep, what_if
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.output import Form, tell, write_figure
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.reports.whatif.document import document
from estimative.reports.whatif.summarizing import summarize
from estimative.reports.whatif.summary import WhatIf
from estimative.suppositions import Options, Understood, understood


def suppose_and_tell(request: Request, options: Options, form: Form, figure: Path | None) -> bool:
    """Fit before and after, print; whether every fit converged."""
    if not any((options.do, options.given, options.without, options.set, options.sweep)):
        expected = "at least one of --do, --given, --without, --set and --sweep"
        raise invalid("there is nothing to compute", code="invalid-option", file="the command line", allowed=expected)
    if figure and not options.sweep:
        raise invalid(
            "the picture needs a sweep",
            code="invalid-option",
            file="--svg",
            allowed="a sweep, which is what the picture shows",
        )
    analysis = analysed(request)
    summary = _summary(analysis, understood(options, analysis.assessment))
    tell(summary, form, document)
    if figure:
        _draw(summary, figure)
    return summary.converged


def _draw(summary: WhatIf, path: Path) -> None:
    from estimative.reports.figures.sweep import sweep

    write_figure(path, sweep, summary)


def _summary(analysis: Analysis, asked: Understood) -> WhatIf:
    supposed = asked.supposition
    fitter = replace(analysis.fitter, assessments=(analysis.assessment, supposed.assessment))
    try:
        found = what_if(fitter, analysis.whole, supposed)
        along = None
        if asked.sweep:
            along = sweep(found.start, supposed, asked.sweep.factor, asked.sweep.values)
        return summarize(
            found,
            asked.told,
            intervention=supposed.intervention,
            computation=analysis.computation(found.after.method),
            allow_unconverged=analysis.request.allow_unconverged,
            sweep=along,
        )
    except Contradiction as error:
        raise _impossible(asked, error) from error


def _impossible(asked: Understood, error: Contradiction) -> InvalidInput:
    """What is supposed has probability zero."""
    given = [f"{name}={'yes' if state else 'no'}" for name, state in asked.supposition.given.items()]
    option = "--given" if given else "the command line"
    found = f"the probability of the condition is zero: {error.reason}"
    fault = Issue(
        code="invalid-option",
        message=found,
        place=Place(file=option, key=", ".join(given)),
        allowed="what can be so, beside all else supposed",
    )
    return InvalidInput([fault])
