"""Reference answers of the hard scenarios: `python -m tests.calibration.hard_references` computes those that lack.

Each scenario takes some seconds. Its references are stored with a digest of its files and of the likelihood at a few
points: a changed generator or a changed model is noticed, and asks for new references.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set
from tests.calibration.draft import PRIORS, SCENARIO
from tests.calibration.hard_scenarios import FAMILIES, hard_files
from tests.calibration.tempering import SWEEPS, Density, Reference, references

FILE = Path(__file__).with_suffix(".json")
SEEDS = 63
"""Of each family."""
USABLE_SE = 0.05
"""A reference whose error is a larger share of it is not used, ..."""
LONGER = {"rare conditions 29": 4, "two routes 35": 4}
"""How many times as long the chains of some scenarios are, which do not mix in the usual time; found by two fits that
agree with each other and not with them, and by chains from other random numbers."""
DISAGREEMENT, DRIFT = 5.0, 4.5
"""... nor one whose replications disagree, or whose chains have not forgotten their start."""


@dataclass(frozen=True, kw_only=True)
class Hard:
    """A hard scenario."""

    family: str
    seed: int

    def __str__(self) -> str:
        return f"{self.family} {self.seed}"

    def assessment(self) -> Assessment:
        """Read its files."""
        with tempfile.TemporaryDirectory() as folder:
            for file, text in hard_files(self.family, self.seed).items():
                Path(folder, file).write_text(text, encoding="utf-8")
            return assess(read_scenario(Path(folder, SCENARIO)), read_prior_set(Path(folder, PRIORS)))

    def digest(self, assessment: Assessment) -> str:
        """Of its files and of the likelihood at a few points."""
        density = Density.of(assessment)
        likelihood = density.log_likelihood(density.draw(5, np.random.default_rng(1)))
        texts = "".join(hard_files(self.family, self.seed).values())
        return hashlib.sha256(f"{texts}{[f'{each:.6g}' for each in likelihood]}".encode()).hexdigest()[:16]


def hard_scenarios(seeds: int) -> Iterator[Hard]:
    """Yield so many of each family, one of each in turn."""
    for seed in range(seeds):
        for family in FAMILIES:
            yield Hard(family=family, seed=seed)


def usable(reference: Reference) -> bool:
    """Whether a reference is known well enough to judge by."""
    mixed = reference.disagreement <= DISAGREEMENT and abs(reference.drift) <= DRIFT
    return mixed and reference.relative_se <= USABLE_SE


def main() -> None:
    """Write the references of every scenario that has none yet, or has changed since."""
    stored = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for number, hard in enumerate(hard_scenarios(SEEDS)):
        assessment = hard.assessment()
        digest = hard.digest(assessment)
        if stored.get(str(hard), {}).get("digest") == digest:
            continue
        found = references(assessment, seed=number, sweeps=SWEEPS * LONGER.get(str(hard), 1))
        outcomes = {name: _rounded(reference) for name, reference in found.items()}
        stored[str(hard)] = {"digest": digest, "outcomes": outcomes}
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in stored.items())
        FILE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        print(hard, outcomes, flush=True)


def _rounded(reference: Reference) -> dict[str, float]:
    """Fifteen places of the value, since near 1 the distance from 1 is what is known; five digits of the rest."""
    fields = asdict(reference)
    return {key: round(number, 15) if key == "value" else float(f"{number:.5g}") for key, number in fields.items()}


if __name__ == "__main__":
    main()
