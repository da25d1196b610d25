"""The section of what a user would take instead: NumPyro, plain NumPy, and pyAgrum for networks."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.cases import ONE_THREAD, module
from benchmarks.commands import ROOT, Bench
from benchmarks.sections import Effort
from benchmarks.table import Heading, Line, Row

NUMPYRO = ROOT / "build" / "numpyro"
"""Where `make bench` installs NumPyro, apart from everything else; without it, its row says so."""
DRAWS = 400_000
"""Of plain NumPy."""
MISSING = "missing"
"""The verdict on what is not installed."""
OWN, NUMPY_NAME, NUMPYRO_NAME, NETWORKS = "importance fit alone", "plain NumPy", "NumPyro", "networks, with pyAgrum"
SAME = 4.0
"""Errors by which two estimates of one number may differ."""


def alternatives(bench: Bench, effort: Effort) -> Iterator[Line]:
    """This program against others, with the time that each takes for the same error."""
    own = _answers(bench, OWN, module("headline"), 2 + effort.fits)
    plain = _answers(bench, NUMPY_NAME, module("plain_numpy", str(DRAWS)), 2 + effort.fits)
    other = (
        _answers(bench, NUMPYRO_NAME, module("handwritten_numpyro"), 1, PYTHONPATH=str(NUMPYRO)) if _numpyro() else []
    )
    text = "The headline, in CPU time without imports, to the standard error of one importance fit"
    yield Heading(text=text, section="alternatives")
    yield equal_error(f"importance fit / {NUMPY_NAME}", own, plain)
    yield equal_error(f"importance fit / {NUMPYRO_NAME}", own, other, verdict="" if _numpyro() else MISSING)
    yield from _networks(bench)


def equal_error(
    name: str, own: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], *, verdict: str = ""
) -> Row:
    """The seconds of each side; those of the other times the square of its error over the own error.

    The square of the error falls with the inverse of the number of draws, and the time grows with that number.
    """
    if not own or not other:
        note = "not installed" if verdict == MISSING else ""
        return Row(name=name, this=[answer["seconds"] for answer in own], against=(), note=note, verdict=verdict)
    error = median(answer["error"] for answer in own)
    against = [answer["seconds"] * (answer["error"] / error) ** 2 for answer in other]
    differs = not agree(own[0], other[0])
    return Row(
        name=name,
        this=[answer["seconds"] for answer in own],
        against=against,
        note="DIFFERENT NUMBERS" if differs else f"ESS {median(answer['ess'] for answer in other):,.0f}",
        verdict=verdict,
    )


def agree(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two estimates differ by no more than their errors allow."""
    return bool(abs(first["mean"] - second["mean"]) <= SAME * (first["error"] ** 2 + second["error"] ** 2) ** 0.5)


def _networks(bench: Bench) -> Iterator[Line]:
    text = "All marginals of a network, from the evidence to the last probability, CPU time"
    yield Heading(text=text, section="networks")
    if importlib.util.find_spec("pyagrum") is None:
        yield Row(name="networks / pyAgrum", this=(), against=(), note="not installed", verdict=MISSING)
        return
    done = bench.run(NETWORKS, module("shipped_networks"), **ONE_THREAD)
    for comparison in json.loads(done.stdout) if done else ():
        yield Row(
            name=f"{comparison['network']}, {comparison['observed']} nodes observed / pyAgrum",
            this=[comparison["own"]],
            against=[comparison["reference"]],
            note="" if comparison["difference"] < 1e-9 else "DIFFERENT NUMBERS",
        )


def _numpyro() -> bool:
    return (NUMPYRO / "numpyro").is_dir()


def _answers(
    bench: Bench, name: str, command: Sequence[str], repetitions: int, **variables: str
) -> list[dict[str, Any]]:
    runs = [bench.run(name, command, **ONE_THREAD, **variables) for _ in range(repetitions)]
    return [json.loads(done.stdout) for done in runs if done]
