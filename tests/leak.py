"""A small scenario with states: hypotheses, a severity, a table of them, and evidence about each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set

SCENARIO = """\
[scenario]
id = "leak"
title = "Who took the file"
question = "Who took the file?"
as_of = 2026-11-01
until = 2027-12-31
headline = "state_did"
[[scenario.sources]]
id = "log"
title = "The log"
[factors.controls]
title = "Controls"
low = "none"
high = "tight"
[events.actor]
title = "Who took the file"
when = "now"
states = ["insider", "criminals", "state"]
titles = { insider = "An employee" }
drivers = { controls = { lowers = ["insider"], raises = ["state"] } }
[events.sale]
title = "The file is sold"
drivers = { "actor=criminals" = "raises" }
[events.severity]
title = "How bad"
given = ["sale"]
states = ["minor", "major"]
ordered = true
drivers = { controls = "lowers" }
[events.reaction]
title = "Reaction"
form = "table"
states = ["silence", "note"]
parents = ["actor"]
[outcomes.state_did]
title = "A state did it"
all = ["actor=state"]
[outcomes.bad]
title = "It is sold, and bad"
all = ["severity=major"]
[evidence.malware]
kind = "indicator"
about = "actor"
title = "The malware was seen before"
source = "log"
[evidence.claim]
kind = "testimony"
about = "actor"
claims = "criminals"
title = "A spokesman says criminals"
source = "log"
[evidence.clean]
kind = "indicator"
about = "actor=insider"
supports = "no"
title = "The logs are clean"
source = "log"
[evidence.reacted]
kind = "observation"
about = "reaction"
state = "note"
title = "They sent a note"
source = "log"
"""
PRIORS = """\
[prior_set]
name = "a"
analyst = "A"
scenario = "leak"
[factors]
controls = { p05 = 0.2, p95 = 0.7 }
[events]
actor = { insider = 0.2, criminals = 0.5, state = 0.3, worth = 10 }
sale = { p05 = 0.1, p95 = 0.5 }
severity = { minor = { p05 = 0.3, p95 = 0.8 }, major = { p05 = 0.2, p95 = 0.7 } }
[effects.actor]
controls = { insider = 4, state = { p05 = 1.2, p95 = 3 } }
[effects.sale]
"actor=criminals" = { p05 = 2, p95 = 8 }
[effects.severity]
controls = 2
[tables.reaction]
none = { silence = 0.9, note = 0.1 }
"actor=criminals" = { silence = 0.7, note = 0.3, worth = 8 }
"actor=state" = { counts = { silence = 3, note = 4 } }
[evidence]
malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1 }
claim = { insider = 0.5, state = { p05 = 0.1, p95 = 0.6 }, criminals = 1 }
clean = { p05 = 1.5, p95 = 6 }
[motives]
claim = { p05 = 0.2, p95 = 0.7 }
"""


def assessed(folder: Path, scenario: str = SCENARIO, priors: str = PRIORS) -> Assessment:
    (folder / "s.toml").write_text(scenario, encoding="utf-8")
    (folder / "p.toml").write_text(priors, encoding="utf-8")
    return assess(read_scenario(folder / "s.toml"), read_prior_set(folder / "p.toml"))


def answers(assessment: Assessment) -> Mapping[tuple[str, str], float]:
    return {key: number.value for key, number in by_importance(assessment, seed=1, draws=4000).all_estimates.items()}
