"""The option `--allow-outside`, and the folders that links of a project on one's own disk may lead into."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from rune.project.repository import enclosing_repository

_KEY: Final = "rune.allow_outside"


def _store(context: click.Context, _: click.Parameter, folders: tuple[Path, ...]) -> None:
    context.meta[_KEY] = folders


allow_outside_option = click.option(
    "--allow-outside",
    "allow_outside",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    expose_value=False,
    callback=_store,
    help="Follow links that lead below DIR as well. Those inside the Git repository around the project are followed.",
)
"""The option of every command that reads a project; `allowed_folders` returns its value."""


def allowed_folders(folder: Path) -> tuple[Path, ...]:
    """Returns where links of a project in `folder` may lead, beside the folder itself."""
    context = click.get_current_context(silent=True)
    folders: tuple[Path, ...] = () if context is None else context.meta.get(_KEY, ())
    repository = enclosing_repository(folder)
    return folders if repository is None else (repository, *folders)
