"""The recorded gradient, against PyTensor's automatic gradient of the same equations."""

from __future__ import annotations

import pytest

from estimative.model.likelihood.layout import Link
from tests.examples import later
from tests.model.likelihood.test_tape import fixed
from tests.recorded import points_of, recorded_likelihood

pytestmark = pytest.mark.slow
SCENES: tuple[tuple[str, Link], ...] = (
    ("coordinated-attack", "log_odds"),  # by noisy_or its graph takes longest, and no operation is new
    *(
        (name, link)
        for name in ("everything", "salad-bars", "losses", "repeating")
        for link in ("log_odds", "noisy_or")
    ),
)


QUICK = {("everything", "log_odds", 0.6), ("repeating", "noisy_or", None)}
"""Both links, with and without integrals."""
CASES = [(*scene, sd) for scene in SCENES for sd in (None, 0.6)]


@pytest.mark.parametrize(("name", "link", "sd"), [case if case in QUICK else later(*case) for case in CASES])
def test_the_recorded_gradient_is_the_automatic_one(name: str, link: Link, sd: float | None) -> None:
    """To eleven digits, at several points, also with ratios integrated out."""
    from tests.pytensor_backend import graph_likelihood  # which imports PyTensor

    structure, theta = fixed(name, link, sd)
    recorded, automatic = (make(structure, theta) for make in (recorded_likelihood, graph_likelihood))
    for point in points_of(theta).T:
        (value, gradient), (other_value, other_gradient) = recorded(point), automatic(point)
        assert value == pytest.approx(other_value, rel=1e-12)
        assert gradient == pytest.approx(other_gradient, rel=1e-11, abs=1e-12)
