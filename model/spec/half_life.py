"""How long an item of evidence counts: a half-life such as "2 years"."""

from __future__ import annotations

import math
import re

from msgspec import Struct

DAYS_PER_YEAR = 365.25
UNITS = {"day": 1 / DAYS_PER_YEAR, "week": 7 / DAYS_PER_YEAR, "month": 1 / 12, "year": 1.0}
"""In years of 365.25 days."""
SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(day|week|month|year)s?")
A_SPAN = 'a span of time such as "18 months" or "2 years"'


class HalfLife(Struct, frozen=True):
    """The time after which an item counts half as much."""

    number: float
    unit: str
    """One of UNITS."""

    @classmethod
    def parse(cls, text: str) -> HalfLife | None:
        """Read "18 months"; None where the text is no span of time, or one of no length."""
        match = SPAN.fullmatch(text.strip())
        number = float(match[1]) if match else 0.0
        return cls(number, match[2]) if match and 0 < number < math.inf else None

    @property
    def years(self) -> float:
        return self.number * UNITS[self.unit]

    def left(self, age: float) -> float:
        """Return the share that is left at an age, in years; before its date an item counts in full."""
        return float(2.0 ** (-max(age, 0.0) / self.years))

    def __str__(self) -> str:
        return f"{repr(self.number).removesuffix('.0')} {self.unit}{'' if self.number == 1 else 's'}"
