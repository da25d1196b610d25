"""The summary of a change: what two runs have and do not have in common, and the JSON that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.comparison.summary import Share
from estimative.reports.summary import Computation, Effort, Number, Outcome, PriorSet, Run, Scenario, Verdict

SCHEMA_VERSION = 1
UNCONVERGED = "Some of these numbers come from a fit that did not converge. Do not rely on them."
WITHHELD = "Not every fit converged: what rests on one that did not is left out."


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two runs."""

    run: Run
    scenario: Scenario
    prior_set: PriorSet
    converged: bool
    verdicts: Mapping[str, Verdict]
    headline: Outcome | None
    """As it was told then; None where it may not be told, or was not kept."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that is new, gone or changed."""

    kind: str
    """ "new", "gone" or "changed"."""
    name: str
    """By which it goes in its file, or in the settings of a run."""
    field: str
    """Which of its fields changed; empty where it is the thing itself."""
    title: str
    before: str
    after: str
    counts: bool
    """Whether an answer can depend on it."""


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What changed, by kind."""

    scenario: tuple[Entry, ...]
    evidence: tuple[Entry, ...]
    priors: tuple[Entry, ...]
    weights: tuple[Entry, ...]
    settings: tuple[Entry, ...]
    versions: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """The change of the headline's log-odds, shared out: blocks and the rest sum to it, players to their block."""

    whole: Number
    """Log-odds of the second run's headline less those of the first's, as they were told."""
    blocks: tuple[Share, ...]
    players: tuple[Share, ...]
    rest: Number
    """What settings and chance account for: the whole less what all blocks account for."""
    orders: int
    """Random orders that the players' shares are averages over; 0 where they were taken over all."""
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Change:
    """Everything that is told of two runs; no number of a fit that failed, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    first: Side
    second: Side
    converged: bool
    """Both runs, and every fit between them."""
    caution: str
    """To be shown with every number; empty where all fits converged."""
    changed: Entries
    same_question: bool
    """Whether both lead with the same combination of the same events."""
    sharing: Sharing | None
    undivided: str
    """Why the change is not shared out; empty where it is."""
    computation: Computation
