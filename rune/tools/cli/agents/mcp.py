"""`rune mcp`: the tools of assistants over a folder. It speaks on standard input and output and is not for people."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from rune.tools.cli.failure import CommandFailed
from rune.wording import install_command


@click.command(name="mcp")
@click.argument("folder", default=Path(), type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Answer an assistant that speaks the Model Context Protocol about the projects in FOLDER, by default the current
    one, on standard input and output.

    The assistant reads, edits, checks, builds, runs and evaluates the projects; the guide docs/guides/agents.md shows
    how it is connected. Nothing outside of FOLDER is read or written, no link that leads out of it is followed, and
    hidden files, keys and other files that may hold secrets are not read. It needs the package mcp, which the extra
    `agents` installs.
    """
    try:
        from rune.tools.cli.agents.server import serve
    except ModuleNotFoundError as error:
        raise CommandFailed(
            "The server for assistants needs the package mcp",
            (f"{(error.name or 'mcp').partition('.')[0]} is not installed: run {install_command('agents')}",),
        ) from error
    logging.basicConfig(level=logging.ERROR)  # On standard error, which assistants keep apart.
    serve(folder)
