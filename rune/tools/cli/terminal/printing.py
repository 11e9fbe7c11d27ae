"""Printing JSON on standard output, and the option that chooses between JSON and text."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def print_json(value: object, *, one_line: bool = False) -> None:
    """Characters are not escaped where the output's encoding has them. One line has no spaces, for old scripts."""
    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
    separators = (",", ":") if one_line else None
    click.echo(json.dumps(value, indent=None if one_line else 2, separators=separators, ensure_ascii=not is_unicode))


def format_option(default: str = "text", more: Sequence[str] = ()) -> Callable[[F], F]:
    """The option `--format text|json`, as the parameter `form`; `more` has further formats."""
    choice = click.Choice(["text", "json", *more])
    return click.option(
        "-f", "--format", "form", type=choice, default=default, show_default=True, help="How to print it."
    )
