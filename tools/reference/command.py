"""The page of the rune command."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import click

from rune.tools.cli import main as rune_command
from rune.tools.cli.failure import STATUSES
from rune.tools.cli.settings import VARIABLES
from rune.tools.remote import RemoteError, errors
from tools.reference.page import WRITTEN_BY, cell, joined


def command_page() -> str:
    """The `rune` command, from click's own description of it."""
    context = click.Context(rune_command, info_name="rune")
    lines = [
        "# The command `rune`",
        WRITTEN_BY,
        "It is in `.venv/bin` after `make setup`. Results go to standard output, everything else to standard error: "
        "errors, warnings, and on a terminal the progress of work longer than a second. An error "
        "begins with `Error:`; its causes follow under `Caused by:`. For an introduction see "
        "[the command in ten minutes](../guides/command.md).",
        "## Exit status",
        "Every command that contacts a registry or another server has the statuses of registries.",
        "\n".join(["| status | |", "| --- | --- |", *(f"| {status} | {text} |" for status, text in _statuses())]),
        "## Environment",
        "A variable that is not set is looked for in a file `.env` in this folder or one above it. Of such a file only "
        "these names are read, so that a foreign project cannot set other variables. Options take precedence.",
        "\n".join(["| variable | |", "| --- | --- |", *(f"| `{name}` | {text} |" for name, text in VARIABLES.items())]),
        "## Options of every command",
        "They precede the name of the command: `rune --color never check`.",
        _options(rune_command, context),
    ]
    return joined([*lines, *_subcommands(rune_command, context, "##")])


def _statuses() -> list[tuple[int, str]]:
    of_registries: dict[int, str] = {}
    for each in _remote_errors():
        of_registries[each.exit_code] = f"{of_registries.get(each.exit_code, '')} {_summary(each)}".strip()
    return sorted({**STATUSES, **of_registries}.items())


def _remote_errors() -> list[type[RemoteError]]:
    """Returns the errors of registries that have a status of their own; two may have the same."""
    classes = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, RemoteError)]
    return [each for each in classes if "exit_code" in vars(each) and each.exit_code not in STATUSES]


def _summary(error: type[Exception]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0]


def _subcommands(group: click.Group, context: click.Context, heading: str) -> Iterator[str]:
    """The parts of a group's commands, and of their own commands a level below."""
    for name in group.list_commands(context):
        subcommand = group.get_command(context, name)
        assert subcommand is not None, name
        yield from _command(subcommand, click.Context(subcommand, info_name=name, parent=context), heading)


def _command(command: click.Command, context: click.Context, heading: str) -> Iterator[str]:
    yield f"{heading} {context.command_path}"
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```"
    text, _, example = (command.help or "").partition("\b\n")
    yield " ".join(text.split("\n\n")[0].split())
    for paragraph in text.split("\n\n")[1:]:
        if paragraph.strip():
            yield " ".join(paragraph.split())
    if example:
        # Python takes the indentation of docstrings away since 3.13.
        yield f"```\n{dedent(example).rstrip()}\n```"
    options = _options(command, context)
    if options:
        yield options
    if isinstance(command, click.Group):
        yield from _subcommands(command, context, f"{heading}#")


def _options(command: click.Command, context: click.Context) -> str:
    """A table; empty when there are none that say what they do."""
    records = (option.get_help_record(context) for option in command.params)
    rows = [f"| `{cell(record[0])}` | {cell(record[1])} |" for record in records if record and record[1]]
    return "\n".join(["| option | |", "| --- | --- |", *rows]) if rows else ""
