"""A rolling assessment: the same scenario a month later, with two new items of evidence and one prior changed.

And what is told of such a change, made by hand without a fit.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

from estimative.model.assessment import Assessment
from estimative.model.spec.evidence import Indicator, Testimony
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from estimative.reports.change.summarizing import ANOTHER_QUESTION, NO_ODDS, NOT_TOLD, UNFITTED
from estimative.reports.change.summary import UNCONVERGED, WITHHELD, Change, Entries, Entry, Sharing, Side
from estimative.reports.comparison.summary import Share
from estimative.reports.summary import Outcome
from tests.comparisons import COMPUTATION, EFFORT, number
from tests.prior_sets import assessed
from tests.small import weather
from tests.summaries import FAILED, FULL, numbers

SAID: Mapping[str, Statement | float] = {
    "factors.damp": BetaStated(a=2, b=2),
    "events.rain": BetaStated(a=2, b=6),
    "events.flood": LognormalStated(mu=-1.5, sigma=0.4),
    "effects.rain.damp": LognormalStated(mu=1.1, sigma=0.3),
    "evidence.cloud": LognormalStated(mu=0.7, sigma=0.2),
    "evidence.puddle": 4.0,
}
GAUGE = Indicator(id="gauge", about="flood", supports=True, title="The river gauge rises", source="")
FARMER = Testimony(id="farmer", about="rain", claims=True, motive="damp", title="A farmer speaks of rain", source="")
NEWS: Mapping[str, Statement | float] = {"evidence.gauge": 3.0, "evidence.farmer": LognormalStated(mu=1.0, sigma=0.3)}


def month_later(scenario: Scenario) -> Scenario:
    """The scenario as of a month later, with two items more."""
    later = scenario.as_of + datetime.timedelta(days=31)
    return replace(scenario, as_of=later, evidence={**scenario.evidence, "gauge": GAUGE, "farmer": FARMER})


def rolling() -> tuple[Assessment, Assessment]:
    """The assessment, and that of a month later: rain is then held likelier."""
    before = assessed(weather(), SAID)
    after = assessed(month_later(weather()), {**SAID, **NEWS, "events.rain": BetaStated(a=3, b=6)})
    return before, after


LATER = replace(FULL.scenario, as_of="2026-12-01", digest="ba21" * 16)
CLOSED = Outcome(**numbers(0.0942, 0.0009, 0.021, 0.21, 0.031), title="The bridge is closed to lorries", given=())
BEFORE = Side(
    run=FULL.run,
    scenario=FULL.scenario,
    prior_set=FULL.prior_set,
    converged=True,
    verdicts=FULL.verdicts,
    headline=FULL.outcomes["closed"],
)
NOW = replace(
    BEFORE,
    run=replace(FULL.run, id="20261201T090000000Z-def456", created="2026-12-01T09:00:00+00:00", seed=2),
    scenario=LATER,
    prior_set=replace(FULL.prior_set, digest="dc43" * 16),
    headline=CLOSED,
)


def entry(kind: str, name: str, *, field: str = "", title: str = "", values: str = " | ", counts: bool = True) -> Entry:
    """A thing that changed; its values before and after are parted by a stroke."""
    before, _, after = values.partition("|")
    return Entry(
        kind=kind, name=name, field=field, title=title, before=before.strip(), after=after.strip(), counts=counts
    )


CHANGED = Entries(
    scenario=(
        entry("changed", "as_of", values="2026-11-01 | 2026-12-01"),
        entry("changed", "events.leak", field="title", values="The dam leaks | The old dam leaks", counts=False),
        entry("new", "sources.radio", title="County radio", counts=False),
    ),
    evidence=(
        entry("new", "evidence.sign", title="A sign was ordered."),
        entry("gone", "evidence.rumour", title="Talk at the inn"),
        entry("changed", "evidence.dive", field="supports", values="yes | no"),
        entry("changed", "evidence.dive", field="origin", values=" | dive"),
    ),
    priors=(
        entry("changed", "events.leak", title="The dam leaks", values="'unlikely' (ICD 203) | 'likely' (ICD 203)"),
        entry("new", "evidence.sign", title="A sign was ordered", values=" | held at 3"),
        entry("gone", "evidence.rumour", title="Talk at the inn", values="held at 1.1 | "),
        entry("changed", "factors.wear", field="because", values="cracks | more cracks", counts=False),
    ),
    weights=(entry("changed", "relevance.closures", values="held at 0.4 | held at 0.5"),),
    settings=(entry("changed", "seed", values="1 | 2"),),
    versions=(entry("changed", "numpy", values="2.1.0 | 2.2.0"),),
)
NO_ENTRIES = Entries(scenario=(), evidence=(), priors=(), weights=(), settings=(), versions=())


def share(name: str, block: str, value: float, *, sampling_error: float = 0.0) -> Share:
    """A share in log-odds that is larger alone and smaller in the end."""
    return Share(
        name=name,
        block=block,
        title=f"what {name} is",
        share=number(value, 0.004),
        sampling_error=sampling_error,
        first_in=number(1.2 * value, 0.004),
        last_in=number(0.8 * value, 0.004),
    )


PLAYERS = (
    share("scenario", "scenario", -0.03),
    share("items.sign", "items", 0.42),
    share("items.rumour", "items", -0.02),
    share("events.leak", "events", 0.09),
    share("relevance.closures", "relevance", -0.01),
)
BLOCKS = ("scenario", "items", "events", "relevance")
SHARING = Sharing(
    whole=number(0.465, 0.02),
    blocks=tuple(share(block, block, sum(p.share.value for p in PLAYERS if p.block == block)) for block in BLOCKS),
    players=PLAYERS,
    rest=number(0.015, 0.021),
    orders=0,
    effort=EFFORT,
)
FULL_CHANGE = Change(
    first=BEFORE,
    second=NOW,
    converged=True,
    caution="",
    changed=CHANGED,
    same_question=True,
    sharing=SHARING,
    undivided="",
    computation=COMPUTATION,
)
FAILING = replace(NOW, converged=False, verdicts={"nuts": FAILED})
FAILED_BETWEEN = replace(SHARING, effort=replace(EFFORT, failed=1, worst=FAILED.checks))
CHANGES = {
    "change.full": FULL_CHANGE,
    "change.sampled": replace(
        FULL_CHANGE,
        sharing=replace(SHARING, orders=16, players=tuple(replace(p, sampling_error=0.003) for p in PLAYERS)),
    ),
    "change.none": replace(
        FULL_CHANGE,
        second=BEFORE,
        changed=NO_ENTRIES,
        sharing=replace(SHARING, whole=number(0.0), rest=number(0.0), blocks=(), players=()),
    ),
    "change.seed": replace(
        FULL_CHANGE,
        second=replace(NOW, scenario=FULL.scenario, prior_set=FULL.prior_set),
        changed=replace(NO_ENTRIES, settings=CHANGED.settings),
        sharing=replace(SHARING, whole=number(0.465, 0.02), rest=number(0.465, 0.02), blocks=(), players=()),
    ),
    "change.other": replace(FULL_CHANGE, same_question=False, sharing=None, undivided=ANOTHER_QUESTION),
    "change.certain": replace(FULL_CHANGE, sharing=None, undivided=NO_ODDS),
    "change.withheld": replace(
        FULL_CHANGE,
        second=replace(FAILING, headline=None),
        converged=False,
        caution=WITHHELD,
        sharing=None,
        undivided=NOT_TOLD,
    ),
    "change.partly": replace(FULL_CHANGE, converged=False, caution=WITHHELD, sharing=None, undivided=UNFITTED),
    "change.told": replace(FULL_CHANGE, second=FAILING, converged=False, caution=UNCONVERGED, sharing=FAILED_BETWEEN),
}
"""By the name of their golden documents."""
