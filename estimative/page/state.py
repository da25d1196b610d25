"""The desk as the page gets it: the scenario, the inputs, what each analyst states, the last answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from estimative.model.inference.info import ScenarioInfo
from estimative.priors.ratio_scale import RATIO_SCALES
from estimative.priors.verbal_scale import SCALES, Scale
from estimative.reports import phrases
from estimative.reports.views.belief import BeliefView, FormView, InputView, belief_view, form_views, input_views
from estimative.workflows.desk import Desk, OpenSet, Step
from estimative.workflows.journal import Damaged, Unsaved
from estimative.workflows.own_file import OwnFile


class BandView(Struct, frozen=True, kw_only=True):
    """A word of probability and what it stands for."""

    word: str
    low: float
    high: float


class ScaleView(Struct, frozen=True, kw_only=True):
    """The words that stand for probabilities."""

    title: str
    bands: tuple[BandView, ...]


class ThingView(Struct, frozen=True, kw_only=True):
    """A factor, an event, an item of evidence or an indicator that a supposition can be about."""

    id: str
    title: str
    states: tuple[str, ...] = ()


class AnalystView(Struct, frozen=True, kw_only=True):
    """One prior set on the desk."""

    name: str
    analyst: str
    file: str
    shipped: bool
    """Whether it belongs to the program, so that it can only be saved under another name."""
    confidence: str
    changes: tuple[str, ...]
    """The inputs with unsaved changes."""
    beliefs: Mapping[str, BeliefView]


class RecoveredView(Struct, frozen=True, kw_only=True):
    """Unsaved changes of an earlier page."""

    analyst: str
    written: str
    inputs: tuple[str, ...]
    outdated: bool
    """Whether the file has changed since."""


class DeskView(Struct, frozen=True, kw_only=True):
    """Everything but the answers."""

    revision: int
    scenario: ScenarioInfo
    scale: ScaleView
    words: Mapping[str, tuple[str, ...]]
    """By scale, for statements in words."""
    forms: tuple[FormView, ...]
    inputs: tuple[InputView, ...]
    analysts: tuple[AnalystView, ...]
    factors: tuple[ThingView, ...]
    events: tuple[ThingView, ...]
    evidence: tuple[ThingView, ...]
    indicators: tuple[ThingView, ...]
    recovered: tuple[RecoveredView, ...]
    damaged: tuple[str, ...]
    """Sentences on such changes that cannot be read."""
    undo: str
    """What would be undone, in a few words; empty where there is nothing."""
    redo: str


class Open(Protocol):
    """What is on the desk of a page."""

    @property
    def desk(self) -> Desk: ...
    @property
    def files(self) -> Sequence[OwnFile]: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def recovered(self) -> Mapping[int, Unsaved]: ...
    @property
    def damaged(self) -> Mapping[int, Damaged]: ...


def damage_text(analyst: str, damaged: Damaged) -> str:
    """What became of unsaved changes that cannot be read."""
    place = f"They are now in {damaged.kept}." if damaged.kept else "They could not be moved."
    return f"Unsaved changes of {analyst}, made before, cannot be read: {damaged.reason}. {place}"


def desk_view(page: Open) -> DeskView:
    """The desk as it is."""
    desk, scale = page.desk, page.scale
    scenario = desk.scenario
    inputs = input_views(scenario, desk.pairs)
    names = [each.name for each in inputs]
    titles = {each.name: each.title for each in inputs}

    def things(section: Mapping[str, object]) -> tuple[ThingView, ...]:
        return tuple(ThingView(id=name, title=phrases.title_of(name, scenario)) for name in section)

    return DeskView(
        revision=desk.revision,
        scenario=ScenarioInfo.of(desk.assessments[0]),
        scale=ScaleView(
            title=scale.title,
            bands=tuple(BandView(word=band.words[0], low=band.low, high=band.high) for band in scale.bands),
        ),
        words={
            **{name: tuple(band.words[0] for band in known.bands) for name, known in SCALES.items()},
            **{name: tuple(band.words[0] for band in known.bands) for name, known in RATIO_SCALES.items()},
        },
        forms=form_views(),
        inputs=inputs,
        analysts=tuple(analyst_view(each, file, names) for each, file in zip(desk.sets, page.files, strict=True)),
        recovered=tuple(
            RecoveredView(
                analyst=desk.sets[at].name,
                written=unsaved.written.strftime("%-d %B %Y, %H:%M"),
                inputs=tuple(titles.get(name, name) for name in unsaved.changes),
                outdated=unsaved.digest != page.files[at].digest,
            )
            for at, unsaved in page.recovered.items()
        ),
        damaged=tuple(damage_text(desk.sets[at].name, damaged) for at, damaged in page.damaged.items()),
        factors=things(scenario.factors),
        events=tuple(
            ThingView(id=name, title=phrases.plain(event.title), states=event.states)
            for name, event in scenario.events.items()
        ),
        evidence=things(scenario.evidence),
        indicators=things(scenario.indicators),
        undo=_step(desk.past[-1], inputs) if desk.past else "",
        redo=_step(desk.future[-1], inputs) if desk.future else "",
    )


def analyst_view(own: OpenSet, file: OwnFile, names: list[str]) -> AnalystView:
    """One prior set, and what it states about these inputs."""
    views = {name: belief_view(name, own.assessment, own.saved) for name in names}
    return AnalystView(
        name=own.name,
        analyst=own.current.analyst,
        file=own.path.name,
        shipped=file.is_shipped,
        confidence=phrases.confidence(own.current.confidence),
        changes=tuple(own.changes),
        beliefs={name: view for name, view in views.items() if view},
    )


def _step(step: Step, inputs: tuple[InputView, ...]) -> str:
    titles = {each.name: each.title for each in inputs}
    return titles.get(next(iter(step.after), ""), "")
