"""What is told of a fit that did not converge."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from reports import document, terminal
from reports.blocks import Caution
from reports.markdown import markdown
from reports.summary import Summary, to_json
from tests.summaries import CASES, FULL

WITHHELD = ["withheld", "disagreeing"]
TOLD = ["unconverged", "disagreeing-told"]


def formats(summary: Summary) -> dict[str, str]:
    """Everything that can be told of a summary, by format."""
    console = Console(file=StringIO(), width=200, color_system=None, highlight=False, markup=False, emoji=False)
    full = Console(file=StringIO(), width=200, color_system=None, highlight=False, markup=False, emoji=False)
    terminal.show(document.brief(summary), console)
    terminal.show(document.full(summary), full)
    assert isinstance(console.file, StringIO)
    assert isinstance(full.file, StringIO)
    return {
        "brief": console.file.getvalue(),
        "full": full.file.getvalue(),
        "md": markdown(document.full(summary)),
        "json": to_json(summary),
    }


@pytest.mark.parametrize("name", WITHHELD)
@pytest.mark.parametrize("form", ["brief", "full", "md", "json"])
def test_no_format_tells_a_number_that_is_withheld(name: str, form: str) -> None:
    """A fit that did not converge tells neither headline nor word nor interval in any format."""
    text = formats(CASES[name])[form]
    headline = FULL.outcomes["closed"]
    for told in (headline.title, headline.term, "6.1 %", "0.0613", "1 to 15 %", "52 %", "Key judgement", "11.7 %"):
        assert told not in text


@pytest.mark.parametrize("name", [*WITHHELD, *TOLD])
@pytest.mark.parametrize("form", ["brief", "full", "md", "json"])
def test_every_format_shows_the_caution(name: str, form: str) -> None:
    """A fit that did not converge carries its caution in every format."""
    caution = CASES[name].caution
    assert caution
    assert caution in formats(CASES[name])[form].replace("\\", "")


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("form", ["brief", "full", "md"])
def test_the_caution_stands_before_the_first_number(name: str, form: str) -> None:
    """Numbers that were asked for in spite of their verdict come after the caution."""
    text = formats(CASES[name])[form].replace("\\", "")
    assert 0 < text.index("CAUTION") < text.index("6.1 %")


@pytest.mark.parametrize("name", WITHHELD + TOLD)
def test_the_reason_stands_beside_the_caution(name: str) -> None:
    """Right after the caution comes what failed and, where something can be tried, what that is."""
    blocks = document.brief(CASES[name])
    place = next(index for index, block in enumerate(blocks) if isinstance(block, Caution))
    following = str(blocks[place + 1 : place + 3])
    assert "did not converge" in following or "disagree" in following
    for verdict in CASES[name].verdicts.values():
        assert all(advice in following for advice in verdict.advice)


@pytest.mark.parametrize("name", ["full", "bare"])
def test_a_converged_fit_carries_no_caution(name: str) -> None:
    """Where everything converged there is no caution."""
    assert not any(isinstance(block, Caution) for block in document.full(CASES[name]))


@pytest.mark.parametrize("name", ["disagreeing", "disagreeing-told"])
def test_methods_that_disagree_are_not_said_to_have_failed(name: str) -> None:
    """Where both methods converged and disagree, the caution does not say that a fit did not converge."""
    assert all(verdict.passed for verdict in CASES[name].verdicts.values())
    assert "The two methods disagree" in formats(CASES[name])["brief"]
