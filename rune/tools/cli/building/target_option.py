"""The option `--target` of commands that build, or that say what a build would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from rune.compiler.building.spec import RUNE_TARGET

F = TypeVar("F", bound=Callable[..., Any])


def target_option(meaning: str) -> Callable[[F], F]:
    """The option `--target TARGET`, repeatable, as the parameter `target_names`: a rune where none is named."""
    return click.option(
        "--target",
        "target_names",
        multiple=True,
        default=(RUNE_TARGET,),
        show_default=True,
        metavar="TARGET",
        help=f"{meaning} Repeatable.",
    )
