"""Evidence: one class for each kind, with the fields that it needs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from estimative.model.spec.half_life import DAYS_PER_YEAR, HalfLife
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import Stated
from estimative.priors.structs import repr_without


class Item(Struct, frozen=True, kw_only=True):
    """The fields of every item of evidence."""

    kind: ClassVar[str]
    """As in the scenario file."""
    id: str
    about: str
    """The factor, event or outcome that it is evidence about."""
    title: str
    source: str
    """The id of one of the scenario's sources."""
    locator: str = ""
    date: datetime.date | None = None
    origin: str = ""
    """Items of one origin are one evidence group; empty means an origin of its own."""
    grade: str = ""
    """Admiralty code: source A-F, information 1-6; F and 6 mean that it cannot be judged."""
    standing: str = ""
    """How far the item itself was checked, in the author's words."""
    fades: HalfLife | None = None
    """How fast it loses weight from its date on; None: it does not."""
    expires: datetime.date | None = None
    """The last day on which it counts; None: it has none."""
    suggests: Mapping[str, Stated] = field(default_factory=lambda: FrozenDict({}))
    """What the author of the scenario suggests for analysts who say nothing, by quantity: "evidence.x", ..."""

    def __repr__(self) -> str:
        return repr_without(self, "fades", "expires", "suggests")

    def expired(self, day: datetime.date) -> bool:
        """Whether it no longer counts on a day."""
        return self.expires is not None and day > self.expires

    def left(self, day: datetime.date) -> float:
        """Return how much of its weight is left on a day: 2^(-age / half-life), 0 after it has expired."""
        if self.expired(day):
            return 0.0
        if self.fades is None or self.date is None:
            return 1.0
        return self.fades.left((day - self.date).days / DAYS_PER_YEAR)


class Indicator(Item, frozen=True, kw_only=True):
    """An observation that is more probable at one end of a factor, or in one state of an event."""

    kind: ClassVar[str] = "indicator"
    supports: bool
    """True: the factor's top, or the event; False: the bottom, or that it does not happen."""
    given: bool = False
    """Whether it says nothing where the condition of its event is not met."""


class Measurement(Item, frozen=True, kw_only=True):
    """A number whose expected value is linear in a factor's degree."""

    kind: ClassVar[str] = "measurement"
    value: float
    unit: str
    at_low: float
    at_high: float


class Testimony(Item, frozen=True, kw_only=True):
    """A statement about an event by somebody who may have a motive to make it anyway."""

    kind: ClassVar[str] = "testimony"
    claims: bool
    claimed: str = ""
    """Of an event with states: the state that is claimed."""
    motive: str | None = None
    """A factor, or None if the prior set states the motive of this speaker."""
    given: bool = False
    """As of an indicator."""


NO_NUMBER = -1.0
"""In place of the probability of a forecast that states quantiles."""


class Forecast(Item, frozen=True, kw_only=True):
    """Somebody's published probability of an event or outcome, or quantiles of a number in ranges."""

    kind: ClassVar[str] = "forecast"
    probability: float = NO_NUMBER
    quantiles: tuple[tuple[float, float], ...] = ()
    """Of a number: shares of probability in rising order, each with the value that they lie below."""
    until: datetime.date | None = None
    """The end of the forecast's own horizon, which begins on its date; None means the scenario's horizon."""


class Exposure(Item, frozen=True, kw_only=True):
    """How often an event of form "rate" happened in a number of years."""

    kind: ClassVar[str] = "exposure"
    count: int
    years: float


class Trials(Struct, frozen=True, kw_only=True):
    """Cases that are equal in all drivers that the data have."""

    at: Mapping[str, float]
    """The degree of a factor, or 0 or 1 of an event; a factor that is not named has 1/2, an event 0."""
    successes: float
    """Of an event that happens or not."""
    of: float
    states: Mapping[str, float] = field(default_factory=lambda: FrozenDict({}))
    """Of an event with states: how many cases were in each."""


class Cases(Item, frozen=True, kw_only=True):
    """A reference class: how often such an event happened in comparable cases."""

    kind: ClassVar[str] = "cases"
    trials: tuple[Trials, ...]

    def __repr__(self) -> str:
        return repr_without(self, "fades", "expires", "suggests", "trials")


class Observation(Item, frozen=True, kw_only=True):
    """An event known to have happened, or not."""

    kind: ClassVar[str] = "observation"
    happened: bool


type Evidence = Indicator | Measurement | Testimony | Forecast | Exposure | Cases | Observation
