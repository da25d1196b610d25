"""The commands on the run store: listing and exporting."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from estimative.console import console
from estimative.model.record.run_store import Manifest, Store
from estimative.priors.errors import invalid
from estimative.priors.toml_table import ascii_safe
from estimative.priors.verbal_scale import ICD203
from estimative.reports.blocks import Table
from estimative.reports.formats import terminal


def list_runs(runs: Path | None, *, as_json: bool) -> None:
    """Print the runs, the newest first."""
    store = Store.at(runs)
    found = store.list()
    if as_json:
        sys.stdout.write(json.dumps([asdict(manifest) for manifest in found], indent=2) + "\n")
        return
    print(ascii_safe(f"{len(found) or 'no runs'} in {store.folder}"), file=sys.stderr)
    if found:
        header = ("Run", "Scenario", "Prior set", "Headline")
        table = Table(
            header=header, rows=tuple(map(_row, found)), text_columns=frozenset(range(4)), nowrap_columns=frozenset({0})
        )
        terminal.show((table,), console())


def _row(manifest: Manifest) -> tuple[str, ...]:
    if manifest.headline is None:
        told = "did not converge"
    else:
        told = f"{ICD203.word(manifest.headline)} ({100 * manifest.headline:.2g} %)"
        told += "" if manifest.converged else ", did not converge"
    return manifest.id, manifest.scenario, manifest.prior_set, told


def export_run(name: str, folder: Path, runs: Path | None) -> None:
    """Copy a run to a folder, whole or not at all."""
    source = Store.at(runs).find(name)
    partial = folder.with_name(f".{folder.name}.partial")
    if folder.exists():
        raise invalid(
            "a file or folder with this name exists already",
            code="cannot-write",
            file=str(folder),
            allowed="a folder that does not exist",
        )
    try:
        shutil.copytree(source, partial)
        partial.rename(folder)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise invalid(
            f"cannot be written: {error.strerror}",
            code="cannot-write",
            file=str(folder),
            allowed="a folder to write to",
        ) from error
