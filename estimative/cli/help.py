"""The help texts: commands by group, headings in bold, examples; without rich, which takes a tenth of a second."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_Formatter: Any = typer.Context.formatter_class
_Mixin: Any = object

HINTS = {"priors": "To put several analysts side by side: estimative compare."}
"""What a user may have wanted who gives an option several times."""


class Formatter(_Formatter):  # type: ignore[misc]
    """Writes headings in bold where the terminal can."""

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(typer.style(f"{heading}:", bold=True) + "\n")


class _WithExamples(_Mixin):  # type: ignore[misc]
    """Help with bold headings and an epilog of examples, one a line; and options that are given once."""

    def get_help(self, ctx: Any) -> str:
        """The help text."""
        ctx.formatter_class = Formatter
        return str(super().get_help(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that is given again: the library would silently take the last."""
        if not ctx.resilient_parsing:  # as for completion, where the line is not finished yet
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for parameter in given:
                once = parameter.param_type_name == "option" and not (
                    parameter.multiple or getattr(parameter, "is_flag", False)
                )
                if once and (number := given.count(parameter)) > 1:
                    message = f"'{parameter.opts[0]}' is given {number} times, and can be given once."
                    raise typer.BadParameter(f"{message} {HINTS.get(parameter.name or '', '')}".strip(), ctx=ctx)
        return list(super().parse_args(ctx, args))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature of the library
        """Write the examples."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.splitlines():
                    formatter.write(f"  {line}\n")


class Command(_WithExamples, TyperCommand):
    """A command whose epilog is its examples."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options that only this command has, then those it shares, group by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                heading = "Arguments" if parameter.param_type_name == "argument" else "Options"
                groups.setdefault(getattr(parameter, "rich_help_panel", None) or heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class Group(_WithExamples, TyperGroup):
    """Commands by the group that each names as its panel."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, group by group, in the order in which they were registered."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        width = max(len(name) for name, _ in commands)
        for panel, members in groupby(commands, key=lambda entry: getattr(entry[1], "rich_help_panel", None)):
            with formatter.section(panel if isinstance(panel, str) else "Commands"):
                rows = [(name.ljust(width), command.help or "") for name, command in members if command]
                formatter.write_dl(rows)
