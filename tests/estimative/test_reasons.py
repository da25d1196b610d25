"""How many priors are without a reason: each input counts once, and what it leaves to its default does not count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import estimative as es
from tests.leak import PRIORS, SCENARIO

SIZE = """
[evidence.size]
kind = "indicator"
about = "severity"
title = "Little was copied"
source = "log"
"""


@pytest.mark.parametrize(("reason", "silent"), [("", 1), (', because = "The log."', 0)])
def test_a_default_within_an_input_needs_no_reason(tmp_path: Path, reason: str, silent: int) -> None:
    """The item is silent about no sale at all, where it says nothing; its own reason is enough."""
    stated = f"[evidence]\nsize = {{ minor = 0.9, major = 0.2{reason} }}\n"
    (tmp_path / "leak.toml").write_text(SCENARIO + SIZE, encoding="utf-8")
    (tmp_path / "a.toml").write_text(PRIORS.replace("[evidence]\n", stated), encoding="utf-8")
    es.fit(tmp_path / "leak.toml", tmp_path / "a.toml", draws=4000).save(tmp_path / "fit.md")
    found = re.search(r"(\d+) priors? of (\d+) without", (tmp_path / "fit.md").read_text(encoding="utf-8"))
    assert found
    without, inputs = map(int, found.groups())
    assert inputs - without == 1 - silent
