"""Prepares what a command needs, if the person agrees to its size."""

from __future__ import annotations

import importlib.util
import sys

import click

from lab.environments.environment import Environment
from lab.environments.making import prepare
from rune.tools.cli.failure import CommandFailed
from rune.wording import install_command


def require_tools(environment: Environment | None, purpose: str, *, prepares: bool) -> None:
    """Requires the quantiser, and prepares an environment for a `purpose`, which begins a sentence.

    Raises `CommandFailed` and `EnvironmentProblem`.
    """
    if importlib.util.find_spec("ai_edge_quantizer") is None or importlib.util.find_spec("ai_edge_litert") is None:
        raise CommandFailed(f"The quantiser is not installed: {install_command('quantize')}")
    if environment is None or environment.is_ready:
        return
    question = f"{purpose} needs the {environment.name} environment: {environment.size_text}"
    if not prepares:
        if not sys.stdin.isatty():
            raise CommandFailed(f"{question}. Run the command again with --prepare.")
        if not click.confirm(f"{question}. Prepare it now?", err=True):
            raise CommandFailed("Nothing was changed.")
    prepare(environment, lambda text: click.echo(text, err=True))
