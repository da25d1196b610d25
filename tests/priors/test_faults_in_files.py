"""What is said of faulty prior sets: each file in `faulty/` beside the exact faults expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import Support, fit

FOLDER = Path(__file__).parent / "faulty"
SUPPORTS = {"events": Support.PROBABILITY, "effects": Support.RATIO, "evidence": Support.RATIO}


def faults_of(path: Path) -> list[str]:
    """The faults of reading a file, or those of fitting what it says."""
    try:
        prior_set = read_prior_set(path)
    except InvalidInput as faulty:
        return [str(fault) for fault in faulty.issues]
    found = []
    for quantity, stated in prior_set.statements.items():
        try:
            fit(stated, SUPPORTS.get(quantity.partition(".")[0], Support.DEGREE))
        except InvalidInput as faulty:
            found += [str(fault) for fault in faulty.issues]
    return found


@pytest.mark.parametrize("stem", sorted(path.stem for path in FOLDER.glob("*.faults")))
def test_faults(stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fault of a file is named with its file, line, key, what was found and what was expected."""
    monkeypatch.chdir(FOLDER)
    assert faults_of(Path(f"{stem}.toml")) == Path(f"{stem}.faults").read_text().splitlines()


def test_every_faulty_file_has_its_faults() -> None:
    """No file of the folder is forgotten: it has faults of its own, or another file extends it."""
    texts = [path.read_text() for path in FOLDER.glob("*.toml")]
    for path in FOLDER.glob("*.toml"):
        assert path.with_suffix(".faults").exists() or any(f'extends = "{path.stem}' in text for text in texts), path
