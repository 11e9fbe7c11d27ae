"""The command group: loads a sub-command only when it is called, and handles errors of all in one place."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from rune.tools.cli.failure import INTERRUPTED_STATUS, PIPE_CLOSED, CommandFailed, causes_of
from rune.tools.cli.settings import read_dotenv


class LazyGroup(click.Group):
    """Lists its commands by name and summary, and imports a command from its module when it is called.

    The module is in a folder of `rune.tools.cli`; `other_commands` have the name of their module, in whatever package.
    """

    def __init__(
        self,
        *arguments: Any,
        commands_by_folder: Mapping[str, Mapping[str, str]],
        other_commands: Mapping[str, tuple[str, str]] | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self._modules = {
            name: f"rune.tools.cli.{folder}.{name.replace('-', '_')}"
            for folder, commands in commands_by_folder.items()
            for name in commands
        }
        self._summaries = {name: text for commands in commands_by_folder.values() for name, text in commands.items()}
        for name, (module, summary) in (other_commands or {}).items():
            self._modules[name], self._summaries[name] = module, summary

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click decides what it is given)
        return sorted(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        if cmd_name not in self._modules:
            return None
        command: click.Command = import_module(self._modules[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolves a command as click does; for an unknown name the error suggests a similar one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # Only a mistake needs it.

            near = difflib.get_close_matches(args[0], self._summaries, 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (the same)
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self._summaries.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names without importing what they name."""
        names = [
            CompletionItem(name, help=summary)
            for name, summary in sorted(self._summaries.items())
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        variables = _variables_of_folder()
        if "CURRENT_DIR" in variables:
            extra.setdefault("default_map", {"build": {"current_dir": variables["CURRENT_DIR"]}})
        try:
            context = super().make_context(info_name, args, parent, **extra)  # it prints --help and --version
        except OSError as error:
            raise _end_of(error) from error
        context.meta["rune.variables"] = variables
        return context

    def invoke(self, ctx: click.Context) -> Any:
        _never_fail_to_print()
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError, click.Abort):
            click.echo("Stopped", err=True)
            ctx.exit(INTERRUPTED_STATUS)
        except OSError as error:
            raise _end_of(error) from error


def _end_of(error: OSError) -> Exception:
    """Returns the exception that ends the command where it cannot print, or another call of the system failed."""
    if error.errno == errno.EPIPE:
        _forget_output()
        return click.exceptions.Exit(PIPE_CLOSED)
    return CommandFailed(causes_of(error)[0])


def _variables_of_folder() -> Mapping[str, str]:
    try:
        return read_dotenv(Path.cwd())
    except OSError:
        return {}  # The working directory was deleted; the command that needs it reports that.


def _never_fail_to_print() -> None:
    """A name that the terminal's encoding lacks is written out instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Discards buffered output, which would fail again when Python exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
    os.close(nowhere)
