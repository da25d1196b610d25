"""Bayesian networks of other programs: read as a scenario with a prior set, and written from one."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from estimative.model.networks.as_network import network_of_assessment
from estimative.model.networks.as_scenario import Imported, Wanted, imported
from estimative.model.networks.formats import FORMATS, format_of, read_network
from estimative.model.networks.safe_names import safe_name
from estimative.priors.errors import ascii_safe, invalid, quote
from estimative.priors.toml_document import LARGEST
from estimative.priors.toml_table import A_NAME, NAME
from estimative.workflows.clock import today
from estimative.workflows.files import contrary_ending, write_whole
from estimative.workflows.inputs import load
from estimative.workflows.new_files import create

HERE = Path()


class ImportedFiles(Struct, frozen=True, kw_only=True):
    """The two files that an import wrote, and what the user should know about them."""

    scenario: Path
    priors: Path
    headline: str
    """"node = state", in the words of the network."""
    rescaled: int
    """Rows of tables that added up to 1 only roughly, and were divided by their sum."""


def import_network(
    path: Path, *, name: str | None = None, worth: float | None = None, headline: str = "", folder: Path = HERE
) -> ImportedFiles:
    """Write NAME.toml, a scenario with an event for each node, and NAME-priors.toml, the tables.

    Parameters
    ----------
    path
        A network in BIF, XMLBIF, XDSL, NET or UAI.
    name
        Of the scenario; by default that of the file.
    worth
        How many cases each row of a table is worth; None for tables that are known exactly.
    headline
        "NODE=STATE"; by default a state of the last node without children.
    folder
        Where to; by default the current folder.

    Raises
    ------
    InvalidInput
        With every error in the network, or if a file is there already. Then no file is written.
    """
    if worth is not None and not (math.isfinite(worth) and worth > 0):
        raise invalid(f"{worth:g} cases", code="out-of-range", key="worth", allowed="a number above 0")
    if name is not None and not NAME.fullmatch(name):
        raise invalid(f"{quote(name)} is not {A_NAME}", code="bad-name", file=ascii_safe(name), allowed=A_NAME)
    network = read_network(path)
    wanted = Wanted(
        name=name or safe_name(path.stem, (), fallback="network"),
        file=str(path),
        as_of=today(),
        worth=worth,
        headline=headline,
    )
    made = imported(network, wanted)
    scenario, priors = _write(folder, wanted.name, made, path)
    return ImportedFiles(scenario=scenario, priors=priors, headline=made.headline, rescaled=made.rescaled)


def _write(folder: Path, name: str, made: Imported, source: Path) -> Sequence[Path]:
    """Write both files or none."""
    texts = {folder / f"{name}.toml": made.scenario_text, folder / f"{name}-priors.toml": made.priors_text}
    if max(len(text.encode()) for text in texts.values()) > LARGEST:
        message = "the network is too large: its tables would fill a file that the program does not read"
        raise invalid(message, code="too-large", file=str(source), allowed=f"at most {LARGEST / 1e6:.1f} MB")
    return create(texts)


def export_network(
    path: Path,
    scenario: str,
    priors: str,
    day: datetime.date | None = None,
    *,
    format_name: str | None = None,
    means: bool = False,
) -> Path:
    """Write the network that a scenario is under a prior set without uncertainty; evidence is left out.

    Parameters
    ----------
    path
        Its ending names the format.
    scenario, priors
        The name of a shipped one, or a path.
    day
        In place of the scenario's `as_of`.
    format_name
        Instead of the ending: a name in `FORMATS`.
    means
        Take each uncertain row of a table at its mean.

    Raises
    ------
    InvalidInput
        With the inputs that are uncertain, every error of the files, or if the network cannot be written.
    """
    ending = format_of(path) if format_name is None or path.suffix else format_name
    if format_name is not None and format_name != ending:
        raise contrary_ending(path, ending, format_name, code="unknown-format")
    network = network_of_assessment(load(scenario, priors, day).assessment, means=means)
    write_whole(path, FORMATS[ending].write(network))
    return path
