"""Results of every analysis of one assessment: a small scenario, fitted quickly, once for all tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.trace import TraceResult
from estimative.model.analysis.what_if_result import WhatIfResult
from estimative.reports.context import Context
from estimative.workflows.evidence import evidence
from estimative.workflows.inputs import load
from estimative.workflows.sensitivity import sensitivity
from estimative.workflows.session import Session, Settings, open_session
from estimative.workflows.suppositions import read_supposition
from estimative.workflows.trace import trace
from estimative.workflows.whatif import whatif
from tests.command import FILES

type Analysis = EvidenceResult | SensitivityResult | TraceResult | WhatIfResult

ECHO = """
[evidence.gale]
kind = "indicator"
about = "storm"
supports = "yes"
title = "The coast guard warns of a gale"
source = "log"
origin = "warning"
grade = "B2"

[evidence.echo]
kind = "indicator"
about = "storm"
supports = "yes"
title = "The radio repeats the warning"
source = "log"
origin = "warning"
"""
"""Two items of one origin for the ferry."""
WEIGHTS = "[evidence]\ngale = 3\necho = 2\n"


@cache
def session(*, converged: bool = True, with_unconverged: bool = False) -> Session:
    """The ferry with indicators and with two items of one origin; too few draws where it shall not converge."""
    folder = Path(tempfile.mkdtemp())
    (folder / "scenario.toml").write_text(FILES["watch.toml"] + ECHO, encoding="utf-8")
    (folder / "priors.toml").write_text(FILES["watchman.toml"].replace("[evidence]\n", WEIGHTS), encoding="utf-8")
    inputs = load(str(folder / "scenario.toml"), str(folder / "priors.toml"))
    settings = Settings(method="importance", draws=None if converged else 100, with_unconverged=with_unconverged)
    return open_session(inputs.assessment, settings)


def context() -> Context:
    """Where the titles of the results are looked up."""
    return Context(assessments=(session().assessment,))


@cache
def analysed(kind: str, *, converged: bool = True, with_unconverged: bool = False) -> Analysis:
    """The result of one kind of analysis."""
    opened = session(converged=converged, with_unconverged=with_unconverged)
    match kind:
        case "evidence":
            return evidence(opened)
        case "sensitivity":
            return sensitivity(opened)
        case "trace":
            return trace(opened, "cancelled")
    supposition = read_supposition(
        opened.assessment,
        do=[("weather", 0.9)],
        given=[("storm", True)],
        without=["warning"],
        edits=[("evidence.captain", 3)],
        sweep=("weather", "0:1:3"),
    )
    return whatif(opened, supposition)


KINDS = ("evidence", "sensitivity", "trace", "whatif")
