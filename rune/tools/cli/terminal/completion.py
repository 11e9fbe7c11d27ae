"""`rune completion`: prints the shell completion of this command, its options and files."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of `rune` for SHELL.

    \b
    rune completion bash >> ~/.bashrc                             bash 4.4 or newer
    rune completion zsh >> ~/.zshrc
    rune completion fish > ~/.config/fish/completions/rune.fish
    """
    completion_class = get_completion_class(shell)
    assert completion_class is not None, shell  # noqa: S101 (click knows the three of them)
    variables = completion_class(context.find_root().command, {}, "rune", "_RUNE_COMPLETE").source_vars()
    click.echo(completion_class.source_template % variables)
