"""An outcome may have the name of an event: each keeps its own title."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.in_process import run

SCENARIO = """\
[scenario]
id = "dam"
title = "The dam"
question = "Does the dam break?"
as_of = 2026-01-01
until = 2028-01-01
headline = "break"
[[scenario.sources]]
id = "market"
title = "A market"
date = 2025-12-01
[events.break]
title = "A wall gives way"
[outcomes.break]
title = "The valley is flooded"
all = ["break"]
[evidence.price]
kind = "forecast"
about = "break"
title = "The price of a contract"
source = "market"
probability = 0.2
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "dam"
[events]
break = { p05 = 0.1, p95 = 0.5, because = "x" }
[evidence]
price = { p05 = 0.3, p95 = 1, because = "x" }
"""
COMMANDS = {
    "fit": (["fit", "--runs", "runs"], ["wall gives way - 23", "valley is flooded 23"]),
    "trace": (
        ["trace", "break"],
        ["trace of “The valley is flooded”", "means: “A wall gives way”", "a forecast of “The valley is flooded”: 20%"],
    ),
    "what-if": (["whatif", "--do", "break=yes"], ["“A wall gives way” is set to happen"]),
    "sensitivity": (["sensitivity"], ["the chance of “A wall gives way”"]),
    "calibrate": (["calibrate", "--fits", "20"], ["The valley is flooded 20", "A wall gives way 20"]),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_keeps_its_title(tmp_path: Path, command: str) -> None:
    """Wherever the outcome or the event is named."""
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRIORS, encoding="utf-8")
    arguments, expected = COMMANDS[command]
    shown = run(*arguments, "-s", "s.toml", "-p", "p.toml", "--method", "importance", folder=tmp_path)
    assert shown.code == 0, shown.err
    text = " ".join(shown.out.split())
    assert [sentence for sentence in expected if sentence not in text] == []
    assert "The valley is flooded" in text


def test_an_event_with_the_title_of_an_outcome_is_said_to_be_one(tmp_path: Path) -> None:
    """In the table of events and outcomes of a calibration."""
    (tmp_path / "s.toml").write_text(SCENARIO.replace("A wall gives way", "The valley is flooded"), encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRIORS, encoding="utf-8")
    arguments = ["calibrate", "--fits", "20", "-s", "s.toml", "-p", "p.toml", "--method", "importance"]
    assert "The valley is flooded (event)" in run(*arguments, folder=tmp_path).out
