"""In which form an answer is printed."""

from __future__ import annotations

from typing import Literal

from priors.faults import Fault, Faulty

type Form = Literal["terminal", "md", "json", "csv"]


def form_of(*, md: bool, json: bool, csv: bool) -> Form:
    """The form that was asked for.

    Raises
    ------
    Faulty
        If several were.
    """
    asked: list[Form] = []
    if md:
        asked.append("md")
    if json:
        asked.append("json")
    if csv:
        asked.append("csv")
    if len(asked) > 1:
        named = " and ".join(f"--{form}" for form in asked)
        raise Faulty([Fault(file="the command line", found=named, expected="one form at a time")])
    return asked[0] if asked else "terminal"
