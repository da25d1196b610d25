"""Texts from files are shown as texts, whatever stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len
from rich.console import Console

from estimative.priors.toml_table import ascii_safe
from estimative.reports import document
from estimative.reports.blocks import Code, Document
from estimative.reports.comparison import document as comparison_document
from estimative.reports.evidence import document as evidence_document
from estimative.reports.formats import terminal
from estimative.reports.formats.markdown import markdown
from estimative.reports.pool import document as pool_document
from estimative.reports.report import document as report_document
from estimative.reports.sensitivity import document as sensitivity_document
from estimative.reports.trace import document as trace_document
from estimative.reports.trace.summary import Trace
from estimative.reports.whatif import document as whatif_document
from tests.comparisons import COMPARISONS, FAILING
from tests.pools import POOLS, RECORD
from tests.reports_made import CAUTIONED, full, spoken
from tests.sensitivities import SENSITIVITIES
from tests.summaries import FULL, saying
from tests.told_whatifs import WHATIFS
from tests.traces import TRACES
from tests.weighings import WEIGHINGS

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '<img src=x onerror="alert(1)">',
    "comment": "<!-- gone -->",
    "entity": "&lt;b&gt; &amp; &#x202e;",
    "link": "[click](https://evil.example) ![i](j.png)",
    "reference": "[a]: https://evil.example 'title'",
    "autolink": "<https://evil.example> https://evil.example a@evil.example",
    "bare host": "www.evil.example",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ `f` ``g``",
    "inside words": "a*b*c snake_case_name 2*3*4",
    "heading": "# title",
    "closed heading": "title ##",
    "underlined": "title\n===",
    "rule": "---",
    "stars": "* * *",
    "quote": "> quoted",
    "bullet": "- point",
    "plus": "+ point",
    "numbered": "1. point",
    "numbered with bracket": "12) point",
    "fence": "```sh\nrm -rf /\n```",
    "tilde fence": "~~~\ncode\n~~~",
    "indented": "    code",
    "tabbed": "\tcode",
    "cells": "a | b || c \\| d \\\\| e",
    "table": "| a | b |\n|---|---|\n| c | d |",
    "lines": "one\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven",
    "paragraphs": "one\n\ntwo\n\n\n\nthree",
    "backslashes": "\\ \\\\ \\* \\n ends with \\",
    "footnote": "[^1]: note [^1]",
    "maths": "$x$ $$y$$",
    "rich": "[red]red[/red] [link=https://evil.example]x[/link] [/] [bold",
    "rich emoji": ":smiley: :warning:",
    "escapes": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\ \x9b31m",
    "controls": "a\x00b\x07c\x08d\x7fe\x0cf\x0bg",
    "carriage": "shown\rhidden",
    "directions": "\u202egnp.exe\u202c \u2066a\u2069 \u200fb\u200e \u061c",
    "invisible": "a\u200bb\u200dc\ufeffd\u00ade",
    "private": "\ue000 \U000e0041 \ud800",
    "emoji": "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1fa\U0001f1f8 \u2764\ufe0f",
    "wide": "\u6f22\u5b57" * 60,
    "combining": "Z" + "\u0310\u0311\u0312" * 40,
    "long": "x" * 10_000,
    "long words": "word " * 500,
    "format": "{0} {summary} %s %(a)s {{",
}
NARROW = re.compile(r"\x1b\[[0-9;]*m")
PLAIN = {"text", "text_special", "softbreak", "strong_open", "strong_close"}


def shown(text: str) -> str:
    """A text as it should appear: on one line, what steers a terminal as its escape."""
    return ascii_safe(" ".join(text.split()))


SUPPOSED = replace(
    WHATIFS["whatif.told"],
    outcomes={"closed": WHATIFS["whatif.told"].outcomes["closed"]},
    events={"closing": WHATIFS["whatif.told"].events["closing"]},
)
"""One column a table: names in several columns part these into as many tables as fit on a terminal."""
LONGEST: Mapping[str, Callable[[str], Document]] = {
    "fit": lambda text: report_document.document(spoken(CAUTIONED, text), {}),
    "comparison": lambda text: comparison_document.document(saying(COMPARISONS["comparison.told"], text)),
    "team": lambda text: comparison_document.document(saying(COMPARISONS["comparison.team"], text)),
    "pool": lambda text: pool_document.document(saying(replace(POOLS["pool.lacking"], record=RECORD), text)),
    "whatif": lambda text: whatif_document.document(saying(SUPPOSED, text)),
    "sensitivity": lambda text: sensitivity_document.document(
        saying(replace(SENSITIVITIES["sensitivity.still"], analyst=FAILING), text)
    ),
    "evidence": lambda text: evidence_document.document(
        saying(replace(WEIGHINGS["evidence.full"], analyst=FAILING), text), full=True
    ),
    "trace": lambda text: trace_document.document(tracing(text)),
}
"""The longest documents, with one text everywhere: caution, numbers, lists and tables."""
TITLES = {
    "comparison": "{}: 2 analysts",
    "team": "{}: 3 analysts",
    "pool": "{}: 2 analysts",
    "whatif": "{}: what if",
    "sensitivity": "{}: what the answer hangs on",
    "evidence": "{}: what the evidence does",
    "trace": "{}: the way back from {}",
}
"""What a title says beside the text of the file; of a run it is that text alone."""


def tracing(text: str) -> Trace:
    """A trace with all that one of an outcome and one of a quantity tell, and an item's likelihood and motive."""
    told = saying(replace(TRACES["trace.outcome"], analyst=FAILING, sort="quantity"), text)
    some = next(iter(told.quantities.values()))
    return replace(told, quantities={**told.quantities, f"evidence.{text}": some, f"motives.{text}": some})


def document_of(text: str, kind: str = "fit") -> Document:
    """The longest document of a kind, with one text everywhere."""
    return LONGEST[kind](text)


def printed(told: Document, *, colour: bool) -> str:
    """What a terminal of 80 columns is sent."""
    file = StringIO()
    system = "truecolor" if colour else None
    console = Console(
        file=file, width=80, force_terminal=colour, color_system=system, highlight=False, markup=False, emoji=False  # type: ignore[arg-type]
    )  # fmt: skip
    terminal.show(told, console)
    return file.getvalue()


def skeleton(text: str) -> list[tuple[str, str, int]]:
    """The blocks of a Markdown text, and the markup inside them, without the words."""
    found = []
    for token in READER.parse(text):
        found.append((token.type, token.tag, token.level))
        found += [(child.type, child.tag, child.level) for child in token.children or () if child.type not in PLAIN]
    return found


def innocent(text: str) -> str:
    """A text of the same paragraphs without any character that could mean something."""
    return "\n\n".join("x" if part.strip() else "" for part in text.split("\n\n"))


def contents(tokens: list[Token]) -> list[str]:
    """What a reader sees of each paragraph, heading and cell."""
    inline = [token.children or [] for token in tokens if token.type == "inline"]
    return ["".join(child.content for child in children if child.type != "softbreak") for children in inline]


@cache
def expected(paragraphs: str, kind: str) -> list[tuple[str, str, int]]:
    """The skeleton of the document with an innocent text."""
    return skeleton(markdown(document_of(paragraphs, kind)))


def check_markdown(text: str, kind: str = "fit") -> None:
    """Markdown with a text everywhere has the blocks it has with an innocent one, and shows the text."""
    written = markdown(document_of(text, kind))
    assert skeleton(written) == expected(innocent(text), kind)
    found = contents(READER.parse(written))
    assert shown(found[0]) == shown(TITLES.get(kind, "{}").replace("{}", text))  # in a heading
    if "\n\n" not in text:
        assert found.count(shown(text)) >= contents(READER.parse(markdown(document_of("x", kind)))).count("x")


def check_terminal(text: str, kind: str = "fit") -> None:
    """A terminal is sent nothing but printable characters, newlines and this program's own colours."""
    sent = printed(document_of(text, kind), colour=False)
    assert not {c for c in sent if not (c.isprintable() or c == "\n")}
    wrapped = printed(tuple(block for block in document_of(text, kind) if not isinstance(block, Code)), colour=False)
    assert max(map(cell_len, wrapped.splitlines())) <= 80  # a command is one line, whatever its length
    coloured = NARROW.sub("", printed(document.brief(saying(FULL, text)), colour=True))
    assert not {c for c in coloured if not (c.isprintable() or c == "\n")}


@pytest.mark.parametrize("kind", LONGEST)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_becomes_markup(name: str, kind: str) -> None:
    """Whatever a file says, Markdown shows it as text: no element and no cell of a table comes of it."""
    check_markdown(HOSTILE[name], kind)


@pytest.mark.parametrize("kind", LONGEST)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_steers_a_terminal(name: str, kind: str) -> None:
    """Whatever a file says, a terminal is sent no control and no direction mark, and no line beyond its width."""
    check_terminal(HOSTILE[name], kind)


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if "\n\n" not in text])
def test_the_terminal_shows_the_text(name: str) -> None:
    """A title appears on the terminal as it stands in the file, its controls as escapes."""
    text = shown(HOSTILE[name])
    sent = printed(document.brief(saying(FULL, HOSTILE[name])), colour=False)
    assert "".join(text.split()) in "".join(sent.split())


@settings(max_examples=20, deadline=None)
@given(text=st.text(min_size=1).filter(str.strip))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    """No text that Hypothesis thinks of becomes markup or steers a terminal."""
    check_markdown(text)
    check_terminal(text)


MARKS = st.text(alphabet="\\`*_{}[]<>()#+-.!|~&$^=:@ \n1ax/\"'%", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=20, deadline=None)
@given(text=MARKS)
def test_no_mixture_of_marks_becomes_markup(text: str) -> None:
    """No mixture of the characters that Markdown reads becomes markup."""
    for kind in LONGEST:
        check_markdown(text, kind)


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(MARKS, min_size=2, max_size=2))
def test_marks_in_neighbouring_cells_do_not_meet(texts: list[str]) -> None:
    """Marks in two cells of one row, or in two paragraphs, do not add up to an element."""
    first, second = texts
    outcome = FULL.outcomes["closed"]
    told = replace(
        FULL,
        outcomes={"closed": replace(outcome, title=first, term=second)},
        prior_set=replace(FULL.prior_set, rationale=second),
    )
    plain = replace(
        FULL,
        outcomes={"closed": replace(outcome, title="x", term="x")},
        prior_set=replace(FULL.prior_set, rationale="x"),
    )
    assert skeleton(markdown(full(told))) == skeleton(markdown(full(plain)))
