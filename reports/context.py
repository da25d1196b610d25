"""The context of a result: where titles, reasons and words are looked up when it is shown."""

from __future__ import annotations

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.spec.scenario import Scenario
from estimative.priors.verbal_scale import ICD203, Scale


class Context(Struct, frozen=True, kw_only=True):
    """Where titles, reasons and words are looked up when a result is shown."""

    assessments: tuple[Assessment, ...]
    """Of the analysts or versions that the result is about, in its order; none where it is about a record."""
    scale: Scale = ICD203
    """Its words stand for probabilities."""
    brief: bool = False
    """One page instead of everything."""

    @property
    def assessment(self) -> Assessment:
        """The only one, or the last."""
        return self.assessments[-1]

    @property
    def scenario(self) -> Scenario:
        """The scenario of the last assessment."""
        return self.assessment.scenario

    static: bool = False
    """A page without sliders, and so without a script."""
