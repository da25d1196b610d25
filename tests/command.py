"""The command, run as a user runs it, in this process or in one of its own; and small scenarios to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from estimative.priors.statements import PLACEHOLDER
from estimative.workflows.batch import LOCK
from tests.in_process import Finished, run

SCENARIO = """
[scenario]
id = "ferry"
title = "The ferry is cancelled"
question = "Does the ferry of 1 December 2026 sail? The harbour master's log decides."
as_of = 2026-11-01
until = 2026-12-01
headline = "cancelled"

[[scenario.sources]]
id = "log"
title = "Log of the harbour master"

[factors.weather]
title = "Severity of the weather"
low = "dead calm"
high = "the worst storm on record"

[events.storm]
title = "A storm is forecast"
drivers = { weather = "raises" }

[events.cancelled]
title = "The ferry is cancelled"
drivers = { storm = "raises", weather = "raises" }

[outcomes.cancelled]
title = "The ferry is cancelled"
all = ["cancelled"]

[outcomes.cancelled_in_storm]
title = "If a storm is forecast, the ferry is cancelled"
all = ["cancelled"]
given = ["storm"]

[evidence.swell]
kind = "indicator"
about = "weather"
supports = "high"
title = "A long swell has set in"
source = "log"

[evidence.captain]
kind = "testimony"
about = "cancelled"
claims = "no"
title = "The captain says that he will sail"
source = "log"
"""
PRIORS = """
[prior_set]
name = "mate"
analyst = "The first mate"
scenario = "ferry"
rationale = "Twenty winters on this line."

[factors]
weather = { p05 = 0.2, p95 = 0.8, because = "It is the season." }

[events]
storm = { p05 = 0.1, p50 = 0.2, p95 = 0.4 }
cancelled = "unlikely"

[effects.storm]
weather = { p05 = 2, p95 = 10 }

[effects.cancelled]
storm = { p05 = 3, p95 = 20 }
weather = { p05 = 1.5, p95 = 6 }

[evidence]
swell = { p05 = 1.5, p95 = 4 }
captain = 2

[motives]
captain = { p05 = 0.4, p95 = 0.9 }

[confidence]
level = "moderate"
information_base = "the mate's own memory"
"""
CAPTAIN = (
    PRIORS.replace("mate", "captain")
    .replace("The first captain", "The captain")
    .replace("0.2, p95 = 0.8", "0.4, p95 = 0.9")
)
"""Of somebody who is more certain of the weather."""
WATCHED = """
[indicators.glass]
about = "weather"
supports = "high"
title = "The barometer falls"

[indicators.haze]
about = "weather"
supports = "low"
title = "Haze lies on the water"

[indicators.gulls]
about = "storm"
supports = "yes"
title = "Gulls come inland"
source = "log"
locator = "margin"
date = 2026-11-02
origin = "gulls"
grade = "C3"

[indicators.ropes]
about = "cancelled"
supports = "no"
title = "The crew singles up the ropes"
"""
"""Of the ferry: what to look for."""
LIKELIHOODS = """
[indicators.glass]
if_high = { p05 = 0.6, p95 = 0.95 }
if_low = 0.1

[indicators.haze]
if_high = 0.05
if_low = { p05 = 0.2, p95 = 0.6 }

[indicators.gulls]
if_yes = "likely"
if_no = { p05 = 0.1, p95 = 0.4, because = "They come for the waste too." }

[indicators.ropes]
if_yes = 0.02
if_no = 0.9
"""
CERTAIN = """
[scenario]
id = "lamp"
title = "The lamp"
question = "Does the lamp shine?"
as_of = 2026-01-01
until = 2026-12-31
headline = "light"

[[scenario.sources]]
id = "eye"
title = "What was seen"

[events.switched]
title = "The lamp is switched on"
form = "table"
parents = []

[events.shines]
title = "The lamp shines"
form = "table"
parents = ["switched"]

[outcomes.light]
title = "The lamp shines"
all = ["shines"]

[outcomes.light_if_switched]
title = "If it is switched on, the lamp shines"
all = ["shines"]
given = ["switched"]

[evidence.seen]
kind = "observation"
about = "shines"
happened = true
title = "Light was seen"
source = "eye"
"""
CERTAIN_PRIORS = """
[prior_set]
name = "lamp"
analyst = "An electrician"
scenario = "lamp"
rationale = "It is a lamp."

[tables.switched]
none = 0.25

[tables.shines]
none = 0.1
switched = 0.9
"""
IMPOSSIBLE_PRIORS = CERTAIN_PRIORS.replace("none = 0.1", "none = 0").replace("switched = 0.9", "switched = 0")
"""No value of any quantity lets the lamp shine, though it was seen to."""
NEVER_SWITCHED = CERTAIN_PRIORS.replace("none = 0.25", "none = 0")
"""The condition of an outcome is impossible."""
FILES = {
    "ferry.toml": SCENARIO,
    "mate.toml": PRIORS,
    "watch.toml": SCENARIO + WATCHED,
    "watchman.toml": PRIORS + LIKELIHOODS,
    "lamp.toml": CERTAIN,
    "electrician.toml": CERTAIN_PRIORS,
    "impossible.toml": IMPOSSIBLE_PRIORS,
    "never.toml": NEVER_SWITCHED,
}
LEFT_OUT = {"COLUMNS", "FORCE_COLOR", "PYTHONPATH"}
FERRY = ("--scenario", "ferry.toml", "--priors", "mate.toml")


COMMAND = (
    sys.executable,
    "-P",
    "-c",
    "import sys; sys.argv[0] = 'estimative'; from estimative.cli.app import main; main()",
)
"""Starts the command in a process of its own."""


def fill_in(path: Path) -> None:
    """Give a reason for everything that a new prior set asks for."""
    path.write_text(path.read_text(encoding="utf-8").replace(PLACEHOLDER, "A guess"), encoding="utf-8")


@dataclass(frozen=True)
class Desk:
    """A folder in which a user works, with the runs kept beside it."""

    folder: Path
    runs: Path
    extra: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Desk:
        """A desk with the small scenarios on it."""
        desk = cls(folder / "desk", folder / "runs")
        desk.folder.mkdir()
        for name, text in FILES.items():
            (desk.folder / name).write_text(text, encoding="utf-8")
        return desk

    @property
    def environment(self) -> dict[str, str]:
        """The user's environment, without anything that makes output wider or coloured."""
        kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        return {**kept, "ESTIMATIVE_RUNS": str(self.runs), "OPENBLAS_NUM_THREADS": "1", **self.extra}

    def run(self, *arguments: str | Path) -> Finished:
        """Run the command to its end, in this process."""
        return run(*map(str, arguments), folder=self.folder, environment=self.environment)

    def process(self, *arguments: str | Path, timeout: float = 300, answer: str = "") -> Finished:
        """Run the command to its end, in a process of its own."""
        command = [*COMMAND, *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=answer.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Finished(out=done.stdout.decode(), err=done.stderr.decode(), code=done.returncode)

    def python(self, code: str, *arguments: str) -> Finished:
        """Run Python code in this folder, as the command would be run."""
        command = [sys.executable, "-P", "-c", code, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, timeout=300, check=False
        )
        return Finished(out=done.stdout.decode(), err=done.stderr.decode(), code=done.returncode)

    def write(self, name: str, text: str | bytes) -> Path:
        """Put a file on the desk."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def kept(self) -> list[str]:
        """Everything in the folder of runs, half-written or whole, but for the lock of a batch."""
        names = (path.name for path in self.runs.iterdir()) if self.runs.exists() else ()
        return sorted(name for name in names if name != LOCK)
