"""`rune lsp`: the language server, for editors. It speaks on standard input and output and is not for people."""

from __future__ import annotations

import logging

import click

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.tools.cli.failure import CommandFailed
from rune.wording import install_command


@click.command(name="lsp")
@click.option(
    "--stdio", is_flag=True, help="Accepted because editors pass it; standard input and output are always used."
)
def command(stdio: bool) -> None:  # noqa: ARG001
    """Answer an editor that speaks the Language Server Protocol, on standard input and output.

    The guide docs/guides/editors.md shows how VS Code and Neovim start it. It needs the package pygls, which the
    extra `lsp` installs.
    """
    try:
        from rune.editing.lsp.server import make_server
    except ModuleNotFoundError as error:
        raise CommandFailed(
            "The language server needs the package pygls",
            (f"{error.name} is not installed: run {install_command('lsp')}",),
        ) from error
    logging.basicConfig(level=logging.ERROR)  # On standard error, which editors keep apart.
    make_server(PUBLISHED_BLOCKS).start_io()
