"""A desk: prior sets of one scenario laid open side by side, each with changes that are not saved yet."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess, pairs_of
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario
from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, unknown_name
from estimative.priors.prior_set import SCENARIO, PriorSet
from estimative.priors.statements import Stated
from estimative.priors.structs import repr_without
from estimative.workflows.analysts import load_analysts

type Changes = Mapping[str, Stated | None]
"""By input, as in a prior set; None for one about which nothing is stated any more."""


class OpenSet(Struct, frozen=True, kw_only=True):
    """One prior set on the desk."""

    saved: PriorSet
    """As it is in its file."""
    opened: Assessment
    """As it was when the desk was opened."""
    assessment: Assessment
    """As it is now."""
    current: PriorSet
    """What the analyst states now, without what the scenario suggests."""

    def __repr__(self) -> str:
        return f"OpenSet({self.current!r}, {len(self.changes)} changes)"

    @property
    def name(self) -> str:
        return self.current.name

    @property
    def path(self) -> Path:
        """Of its file."""
        return Path(self.saved.file)

    @property
    def changes(self) -> Changes:
        """What is not saved."""
        return self.current.differences(self.saved)


class Step(Struct, frozen=True, kw_only=True):
    """One change that can be undone: of one prior set, what was stated before and after."""

    at: int
    """The place of the prior set on the desk."""
    before: Changes
    after: Changes


class Desk(Struct, frozen=True, kw_only=True):
    """Prior sets of one scenario, and the changes that were made to them."""

    sets: tuple[OpenSet, ...]
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    """Steps that were undone, the next one last."""
    revision: int = 0
    """Counts the states of the desk."""
    scenario: Scenario
    file: Path
    """Of the scenario."""

    def __repr__(self) -> str:
        return repr_without(self, "scenario", "file")

    @property
    def assessments(self) -> tuple[Assessment, ...]:
        """Of the prior sets as they are now."""
        return tuple(each.assessment for each in self.sets)

    @property
    def pairs(self) -> frozenset[str]:
        """The items that somebody states as two chances."""
        return self.sets[0].assessment.structure.quantities.pairs

    def supposed(self, at: int, changes: Changes) -> Assessment:
        """One prior set with changes, on a layout of its own where they need one.

        Raises
        ------
        InvalidInput
            With every input that is unknown, or stated in a way that does not suit it.
        """
        self._check_names(changes)
        own = self.sets[at]
        return assess(self.scenario, _with(own.current, changes), structure=own.assessment.structure)

    def changed(self, at: int, changes: Changes) -> Desk:
        """The desk after a change of one prior set; itself where it changes nothing.

        Raises
        ------
        InvalidInput
            As `supposed`.
        """
        self._check_names(changes)
        before = self.sets[at].current
        after = _with(before, changes)
        if not after.differences(before):
            return self
        desk = self._with_set(at, after)
        step = Step(at=at, before=before.differences(after), after=after.differences(before))
        return replace(desk, past=(*self.past, step), future=(), revision=self.revision + 1)

    def undone(self) -> Desk:
        """The desk before the last change; itself where there is none."""
        if not self.past:
            return self
        *past, step = self.past
        desk = self._with_set(step.at, _with(self.sets[step.at].current, step.before))
        return replace(desk, past=tuple(past), future=(*self.future, step), revision=self.revision + 1)

    def redone(self) -> Desk:
        """The desk after the change that was undone last; itself where there is none."""
        if not self.future:
            return self
        *future, step = self.future
        desk = self._with_set(step.at, _with(self.sets[step.at].current, step.after))
        return replace(desk, past=(*self.past, step), future=tuple(future), revision=self.revision + 1)

    def saved(self, at: int, prior_set: PriorSet) -> Desk:
        """The desk after one prior set was saved: as it is in its file, perhaps another one than before."""
        own = replace(self.sets[at], saved=prior_set)
        desk = replace(self, sets=(*self.sets[:at], own, *self.sets[at + 1 :]), revision=self.revision + 1)
        return desk._with_set(at, prior_set)

    def _with_set(self, at: int, prior_set: PriorSet) -> Desk:
        current = [prior_set if place == at else each.current for place, each in enumerate(self.sets)]
        assessments = _assessed(self.scenario, current, like=self.sets[0].assessment)
        sets = (
            replace(each, current=now, assessment=assessment)
            for each, now, assessment in zip(self.sets, current, assessments, strict=True)
        )
        return replace(self, sets=tuple(sets))

    def _check_names(self, changes: Changes) -> None:
        everything = Quantities(self.scenario, frozenset(self.scenario.evidence))
        known = [*everything.inputs, *everything.indicator_quantities, *self.sets[0].assessment.weights]
        unknown = [name for name in changes if name not in known]
        if unknown:
            what = "an input of this scenario"
            raise InvalidInput(
                [unknown_name(Place(file="changes", key=ascii_safe(name)), name, known, what) for name in unknown]
            )


def open_desk(scenario: str, priors: Sequence[str], day: datetime.date | None = None) -> Desk:
    """Lay prior sets of a scenario open.

    Parameters
    ----------
    scenario, priors, day
        As of `analysts.load_analysts`; one prior set is enough.

    Raises
    ------
    InvalidInput
        With every error of the files.
    """
    analysts = load_analysts(scenario, priors, day, least=1)
    if analysts.left_out:
        raise InvalidInput(analysts.errors)
    sets = tuple(
        OpenSet(saved=own, opened=assessment, assessment=assessment, current=own)
        for assessment in analysts.assessments
        for own in [_without_suggestions(assessment.prior_set)]
    )
    return Desk(scenario=analysts.assessments[0].scenario, file=find_scenario(scenario), sets=sets)


def _with(prior_set: PriorSet, changes: Changes) -> PriorSet:
    for name, stated in changes.items():
        prior_set = prior_set.without(name) if stated is None else prior_set.with_statement(name, stated)
    return prior_set


def _assessed(scenario: Scenario, prior_sets: Sequence[PriorSet], like: Assessment) -> list[Assessment]:
    """Combine the scenario with each prior set, on one layout for all.

    Raises
    ------
    InvalidInput
        With every error of every prior set.
    """
    structure, pairs = like.structure, pairs_of(scenario, prior_sets)
    if pairs != structure.quantities.pairs:
        structure = structure_of(scenario, pairs)
        check_structure(structure)
    assessments: list[Assessment] = []
    issues: list[Issue] = []
    for prior_set in prior_sets:
        try:
            assessments.append(assess(scenario, prior_set, structure=structure))
        except InvalidInput as error:
            issues.extend(error.issues)
    if issues:
        raise InvalidInput(dict.fromkeys(issues))
    return assessments


def _without_suggestions(prior_set: PriorSet) -> PriorSet:
    """A prior set without what the scenario suggested in place of missing statements."""
    for name in prior_set.names:
        stated = prior_set.stated(name)
        if stated is not None and stated.taken_from == SCENARIO:
            prior_set = prior_set.without(name)
    return prior_set
