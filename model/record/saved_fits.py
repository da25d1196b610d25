"""What was fitted already: saved runs by all that decides their digits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct, field

from estimative.model.codec import DamagedJson, from_json
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.run_store import LARGEST_JSON, MANIFEST, RESULT, Store
from estimative.priors.errors import InvalidInput
from estimative.priors.toml_document import read_text


class FitIdentity(Struct, frozen=True, kw_only=True):
    """What decides the digits of a fit."""

    scenario: str
    """Its digest."""
    prior_set: str
    """Its digest."""
    as_of: datetime.date
    method: str
    seed: int
    draws: int | None
    with_unconverged: bool
    """Whether numbers that did not converge are in the result."""
    version: str
    """Of this program."""


class _Scenario(Struct, frozen=True, kw_only=True):
    digest: str
    as_of: datetime.date


class _PriorSet(Struct, frozen=True, kw_only=True):
    digest: str


class _Computation(Struct, frozen=True, kw_only=True):
    seed: int
    settings: Mapping[str, int | str]
    versions: Mapping[str, str]


class _Run(Struct, frozen=True, kw_only=True):
    id: str


class SavedFit(Struct, frozen=True, kw_only=True):
    """The part of a saved result that an index of many shows."""

    schema_version: int = SCHEMA_VERSION
    converged: bool
    with_unconverged: bool
    computation: _Computation
    scenario: _Scenario
    prior_set: _PriorSet
    run: _Run
    outcomes: Mapping[str, Probability] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"SavedFit({self.run.id}, {'converged' if self.converged else 'not converged'})"

    @property
    def identity(self) -> FitIdentity:
        """What decided its digits."""
        draws = self.computation.settings.get("draws")
        return FitIdentity(
            scenario=self.scenario.digest,
            prior_set=self.prior_set.digest,
            as_of=self.scenario.as_of,
            method=str(self.computation.settings.get("method")),
            seed=self.computation.seed,
            draws=None if draws is None else int(draws),
            with_unconverged=self.with_unconverged,
            version=self.computation.versions.get("estimative", ""),
        )


def saved_fits(store: Store) -> dict[FitIdentity, SavedFit]:
    """The saved runs of a store by what was fitted, of several the latest; what cannot be read is passed over."""
    fits: dict[FitIdentity, SavedFit] = {}
    for manifest in sorted(store.folder.glob(f"[!.]*/{MANIFEST}")):
        with suppress(InvalidInput, DamagedJson):
            saved = saved_fit(read_text(manifest.parent / RESULT, largest=LARGEST_JSON))
            if saved.run.id == manifest.parent.name:  # not a copy under another name
                fits[saved.identity] = saved
    return fits


def saved_fit(text: str) -> SavedFit:
    """The part of a result that an index shows, from its JSON.

    Raises
    ------
    DamagedJson
        If it is no result of a fit.
    """
    return from_json(text, SavedFit)
