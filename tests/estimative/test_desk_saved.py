"""Every input changed on the desk and saved: the file read again is the same assessment, with the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.distributions import ScaledBeta
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import ByState, Constant, LognormalStated, Quantiles, Stated, Statement
from estimative.reports.context import Context
from estimative.reports.views.answer import fit_view
from estimative.reports.views.belief import belief_view, input_views
from estimative.workflows.analysts import open_team
from estimative.workflows.desk import Desk, open_desk
from estimative.workflows.fit import fit
from estimative.workflows.inputs import load
from estimative.workflows.own_file import OwnFile
from estimative.workflows.session import Settings
from estimative.workflows.settle import fits_of
from tests.examples import later

SETTINGS = Settings(method="importance")


def otherwise(desk: Desk, name: str, place: int) -> Stated | None:
    """Another statement about an input, near to what is stated; None where that is left alone."""
    assessment = desk.sets[0].assessment
    now = assessment.prior_set.stated(name)
    if now is None:
        return None
    return Stated(statement=_otherwise(now.statement, desk, name, place), because=f'Because "{place}".')


def _otherwise(now: Statement, desk: Desk, name: str, place: int) -> Statement:
    assessment = desk.sets[0].assessment
    if isinstance(now, ByState) or name not in {**assessment.priors, **assessment.indicator_priors}:
        return Constant(value=0.5) if name.startswith(("relevance.", "independence.")) else now
    family = {**assessment.priors, **assessment.indicator_priors}[name].family
    if family.constant:
        return Constant(value=family.quantile(0.5) * 0.97)
    if isinstance(family, ScaledBeta):
        low, high = family.quantile(0.08), family.quantile(0.94)
        return Quantiles(points=((0.05, low), (0.95, high)))
    return LognormalStated(mu=family.mu + 0.02 * (-1) ** place, sigma=family.sigma * 1.01)


@pytest.mark.parametrize("scenario", ["coordinated-attack", later("salad-bars")])
def test_every_input_changed_and_saved_gives_the_numbers_of_the_command(scenario: str, tmp_path: Path) -> None:
    desk = open_desk(scenario, ["baseline"])
    names = [view.name for view in input_views(desk.scenario, desk.pairs)]
    changes = {name: stated for place, name in enumerate(names) if (stated := otherwise(desk, name, place))}
    assert len(changes) > 0.95 * len(names)
    for name, stated in changes.items():
        desk = desk.changed(0, {name: stated})
    own = OwnFile.read(desk.sets[0].path)
    path = tmp_path / "mine.toml"
    own.save_as(path, name="mine", analyst="Me", changes=desk.sets[0].changes)
    saved = load(str(desk.file), str(path)).assessment
    on_desk = desk.saved(0, read_prior_set(path)).sets[0].assessment
    for assessment in (desk.sets[0].assessment, on_desk):
        assert saved.priors == assessment.priors or {name: prior.family for name, prior in saved.priors.items()} == {
            name: prior.family for name, prior in assessment.priors.items()
        }
        assert saved.weight.tolist() == assessment.weight.tolist()
    for name in names:
        assert belief_view(name, saved) == belief_view(name, on_desk)
    page = fit_view(fits_of(open_team([desk.sets[0].assessment], SETTINGS)).results[0], Context(assessments=(saved,)))
    command = fit_view(fit(saved, SETTINGS, method="importance").result, Context(assessments=(saved,)))
    assert (page.outcomes, page.events, page.factors) == (command.outcomes, command.events, command.factors)
    assert page.outcomes
