"""Errors in prior-set files: each file in `invalid/` with the exact errors expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import Support, fit

FOLDER = Path(__file__).parent / "invalid"
SUPPORTS = {"events": Support.PROBABILITY, "effects": Support.RATIO, "evidence": Support.RATIO}


def issues_of(path: Path) -> list[str]:
    """The errors of reading a file, or those of fitting its statements."""
    try:
        prior_set = read_prior_set(path)
    except InvalidInput as error:
        return [str(issue) for issue in error.issues]
    errors = []
    for quantity, stated in prior_set.statements.items():
        try:
            fit(stated, SUPPORTS.get(quantity.partition(".")[0], Support.DEGREE))
        except InvalidInput as error:
            errors += [str(issue) for issue in error.issues]
    return errors


@pytest.mark.parametrize("stem", sorted(path.stem for path in FOLDER.glob("*.errors")))
def test_errors(stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every error of a file is reported with its place, what is wrong and what is allowed."""
    monkeypatch.chdir(FOLDER)
    assert issues_of(Path(f"{stem}.toml")) == Path(f"{stem}.errors").read_text().splitlines()


def test_every_file_is_used() -> None:
    """No file of the folder is forgotten: it has errors of its own, or another file extends it."""
    texts = [path.read_text() for path in FOLDER.glob("*.toml")]
    for path in FOLDER.glob("*.toml"):
        assert path.with_suffix(".errors").exists() or any(f'extends = "{path.stem}' in text for text in texts), path


@pytest.mark.parametrize(
    ("stem", "complete"),
    [
        ("structure", True),
        ("both_invalid", True),
        ("far_orphan", False),
        ("child_of_unreadable", False),
        ("circle", False),
    ],
)
def test_what_can_be_checked_further(stem: str, complete: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set with errors can be checked further, unless a set that it extends is missing: one mistake is one error."""
    monkeypatch.chdir(FOLDER)
    with pytest.raises(InvalidInput) as caught:
        read_prior_set(Path(f"{stem}.toml"))
    assert (caught.value.partial is not None) == complete
