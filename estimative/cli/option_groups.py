"""Groups of options that commands share: a parameter annotated with a group takes all of its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args, get_type_hints

import typer
from msgspec import Struct

if TYPE_CHECKING:
    import datetime
    from concurrent.futures import Executor

    from estimative.model.record.run_store import Store
    from estimative.priors.errors import InvalidInput
    from estimative.workflows.session import Settings


ScenarioName = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        "-s",
        metavar="S",
        help="A shipped scenario, or a path. Default: that of the prior set or project, else coordinated-attack.",
    ),
]


OutcomeName = Annotated[
    str | None, typer.Option("--outcome", metavar="ID", help="About this outcome, not about the headline.")
]


AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="As of this day, by the evidence dated until then."),
]


class Subject(Struct, frozen=True, kw_only=True):
    """Which scenario, by which prior set."""

    heading: ClassVar = "What to assess"
    scenario: ScenarioName = None
    priors: Annotated[
        str | None,
        typer.Option(
            "--priors",
            "-p",
            metavar="P",
            help="A shipped prior set of it, or a path. Default: the project's first, else baseline.",
        ),
    ] = None
    as_of: AsOf = None

    def names(self) -> tuple[str, str, datetime.date | None]:
        """Scenario and prior set, with the defaults of the project, and the day if one is given."""
        from estimative.workflows.project import Project

        return *Project.find(Path()).subject(self.scenario, self.priors), _day(self.as_of)


class Team(Struct, frozen=True, kw_only=True):
    """Which scenario, by which analysts."""

    heading: ClassVar = "What to assess"
    scenario: ScenarioName = None
    priors: Annotated[
        list[str] | None,
        typer.Option(
            "--priors",
            "-p",
            metavar="P",
            help="A prior set, or a folder of them. Default: the project's, else all shipped ones.",
        ),
    ] = None
    as_of: AsOf = None

    def names(self) -> tuple[str, tuple[str, ...], datetime.date | None]:
        """Scenario and prior sets, with the defaults of the project, and the day if one is given."""
        from estimative.workflows.project import Project

        return *Project.find(Path()).team(self.scenario, self.priors or ()), _day(self.as_of)


class OneOrMore(Team, frozen=True, kw_only=True):
    """Which scenario, by one analyst or several."""

    priors: Annotated[
        list[str] | None,
        typer.Option(
            "--priors",
            "-p",
            metavar="P",
            help="A prior set, or a folder of them. Default: the project's, else baseline.",
        ),
    ] = None


TWO, MANY = 2, 16
"""Analysts that one process compares as soon as several do: with attribution, and without."""


class Sampling(Struct, frozen=True, kw_only=True):
    """How to fit, by whichever method."""

    heading: ClassVar = "Computation"
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, max=2**32 - 1, help="The same seed gives the same digits.")
    ] = 1
    draws: Annotated[
        int | None,
        typer.Option(metavar="N", min=100, max=200_000, help="Number of draws; of NUTS, for each of four chains."),
    ] = None
    allow_unconverged: Annotated[
        bool, typer.Option("--allow-unconverged", help="Show numbers of fits that did not converge, with a caution.")
    ] = False

    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="So many fits at once. Default: one for each core.")
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Fit on a Dask cluster, such as tcp://10.0.0.1:8786."),
    ] = None

    @contextmanager
    def settings(self, *, independent: bool = False) -> Iterator[Settings]:
        """These options for a use case, with progress on stderr.

        Parameters
        ----------
        independent
            Whether the work is many full fits that have nothing in common, or thousands of refits: then processes share
            it, else threads.
        """
        from estimative.cli.console import progress
        from estimative.workflows.session import Settings

        with self._executor(independent=independent) as executor, progress() as report:
            yield Settings(
                method=self.method if isinstance(self, Fitting) else "auto",
                seed=self.seed,
                draws=self.draws,
                with_unconverged=self.allow_unconverged,
                executor=executor,
                progress=report,
            )

    def worth_processes(self, analysts: int, *, attribute: bool = False) -> bool:
        """Whether so many analysts are worth the second that new processes take.

        Parameters
        ----------
        attribute
            Whether thousands of combinations of their priors are fitted again.
        """
        return self.jobs != 1 and analysts > (TWO if attribute else MANY)

    def _executor(self, *, independent: bool) -> AbstractContextManager[Executor]:
        """The cluster if one is named, else processes or threads of this machine."""
        if self.cluster:
            from estimative.workflows.cluster import cluster

            return cluster(self.cluster)
        if independent:
            from estimative.model.inference.processes import ProcessExecutor

            return ProcessExecutor(self.jobs)
        from concurrent.futures import ThreadPoolExecutor

        from estimative.model.inference.executor import cores

        # Refits of one family share arrays, and take milliseconds each: threads spare a second for each new process,
        # and the copies.
        return ThreadPoolExecutor(self.jobs or cores())


class Fitting(Sampling, frozen=True, kw_only=True):
    """How to fit, and by which method."""

    method: Annotated[
        Literal["auto", "importance", "nuts"],
        typer.Option(help="auto: importance sampling where it converges, else NUTS."),
    ] = "auto"


FormatName = Literal["terminal", "md", "html", "pdf", "docx", "xlsx", "csv", "json"]


class Output(Struct, frozen=True, kw_only=True):
    """Where to, and in which format."""

    heading: ClassVar = "Output"
    format: Annotated[
        FormatName | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help=f"{', '.join(get_args(FormatName))}. Default: by the file's ending, else terminal.",
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file: .html .pdf .docx .xlsx ... - is stdout."),
    ] = None
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="DIR", help="Write every figure there, as SVG and PNG.")
    ] = None
    scale: Annotated[
        str, typer.Option("--scale", metavar="ID|FILE", help="Words of probability: icd203, phia, or a file.")
    ] = "icd203"

    def __post_init__(self) -> None:
        """Refuse what cannot be shown or written before anything is computed."""
        if not (self.output or self.format):
            return
        from estimative.priors.errors import listed
        from estimative.reports.formats.registry import FORMATS
        from estimative.workflows.files import checked_format

        if self.to_stdout:
            if not self.format:
                raise self._misused(f"one of {listed(list(FORMATS))}", "no format is named for stdout")
        elif self.output and self.format == "terminal":
            raise self._misused(f"a format for a file: {listed(list(FORMATS))}")
        elif self.output:
            checked_format(self.output, self.format)
        elif (entry := FORMATS.get(self.format or "")) and entry.binary:
            raise self._misused(f"a file to write to: -o FILE{entry.endings[0]}")

    @property
    def to_stdout(self) -> bool:
        """Whether the file is "-"."""
        return str(self.output) == "-"

    def _misused(self, allowed: str, message: str = "") -> InvalidInput:
        from estimative.priors.errors import invalid

        said = message or str(self.format)
        return invalid(said, code="invalid-value", file="the command line", key="--format", allowed=allowed)


class RunStore(Struct, frozen=True, kw_only=True):
    """Which folder of saved runs."""

    heading: ClassVar = "Saved runs"
    runs: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Folder of saved runs.", envvar="ESTIMATIVE_RUNS"),
    ] = None

    def open(self) -> Store:
        """The store of the option, else that of the environment, of the project, or of the user."""
        from estimative.model.record.run_store import Store
        from estimative.workflows.project import Project

        return Store.at(self.runs or Project.find(Path()).runs)


def _day(text: str | None) -> datetime.date | None:
    return read_date(text, "--as-of") if text else None


def read_date(text: str, option: str) -> datetime.date:
    """The date that a user typed.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    import datetime

    from estimative.priors.errors import invalid, quote

    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        message, allowed = f"{quote(text)} is not a date", "a date such as 2030-12-31"
        raise invalid(message, code="not-a-date", key=option, allowed=allowed) from error


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose groups of options are spelled out one by one, as Typer wants them."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Struct)
    }

    @wraps(command)
    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{name: values.pop(name) for name in group.__struct_fields__})
        command(**values)

    own = inspect.signature(command).parameters.values()
    parameters = [p.replace(annotation=hints[p.name]) for p in own if p.name not in groups]
    for group in groups.values():
        parameters += _parameters(group)
    parameters.sort(key=lambda p: p.default is not inspect.Parameter.empty)
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


@cache
def _parameters(group: Any) -> Sequence[inspect.Parameter]:
    """The parameters of a group of options, which --help shows under its heading."""
    return tuple(_spelled_out(group))


def _spelled_out(group: Any) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for name, parameter in inspect.signature(group).parameters.items():
        kind, option = get_args(hints[name])
        option = copy(option)
        option.rich_help_panel = group.heading
        yield parameter.replace(annotation=Annotated[kind, option])
