"""The result of a sensitivity analysis: which inputs drive the headline."""

from __future__ import annotations

from typing import Literal

from estimative.model.analysis.curves import InputCurves
from estimative.model.analysis.power_scaling import PowerScaling
from estimative.model.analysis.sobol import Sobol, SobolUndefined
from estimative.model.analysis.structural import StructuralAlternatives
from estimative.model.analysis.tornado import Tornado
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import FitInfo, Result, ScenarioInfo


class SensitivityResult(Result, frozen=True, kw_only=True):
    """Which inputs drive the headline; a part that depends on a failed fit is None, unless it was asked for."""

    kind: Literal["sensitivity"] = "sensitivity"
    scenario: ScenarioInfo
    fit: FitInfo
    headline: Probability | None
    tornado: Tornado | None
    curves: InputCurves | None
    """Also None where no input moves the headline, or NUTS alone was asked for."""
    sobol: Sobol | None
    """Also None where they are not defined."""
    sobol_undefined: SobolUndefined | None = None
    """Why Sobol' indices are not defined; None where they are, or where the fit failed."""
    power_scaling: PowerScaling | None
    structure: StructuralAlternatives | None

    def __post_init__(self) -> None:
        refitted = [part for part in (self.tornado, self.structure) if part]
        failed = any(not part.effort.converged for part in refitted)
        if not self.with_unconverged and (failed or (self.headline and not self.fit.converged)):
            raise ValueError("numbers of a fit that did not converge")
