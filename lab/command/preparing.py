"""Prepares what a command needs, if the person agrees to its size."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from lab.environments.making import prepare
from rune.environments.analysis import QUANTISER, missing_analysis
from rune.environments.environment import Environment, size_text
from rune.tools.cli.failure import CommandFailed
from rune.wording import listed


def require_tools(
    environment: Environment | None, purpose: str, *, prepares: bool, modules: Sequence[str] = (QUANTISER,)
) -> None:
    """Prepares an environment for a `purpose`, which begins a sentence, and that of the `modules` where they are not
    installed beside this program.

    Raises `CommandFailed` and `EnvironmentProblem`.
    """
    missing = [*([environment] if environment and not environment.is_ready else []), *missing_analysis(*modules)]
    if not missing:
        return
    noun = "environment" if len(missing) == 1 else "environments"
    question = f"{purpose} needs the {listed([each.name for each in missing])} {noun}: {size_text(missing)}"
    if not prepares:
        if not sys.stdin.isatty():
            raise CommandFailed(f"{question}. Run the command again with --prepare.")
        if not click.confirm(f"{question}. Prepare it now?", err=True):
            raise CommandFailed("Nothing was changed.")
    for each in missing:
        prepare(each, lambda text: click.echo(text, err=True))
