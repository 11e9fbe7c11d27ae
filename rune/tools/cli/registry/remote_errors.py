"""Shows the errors of a registry at the command line: one sentence and an exit code of their own, no traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from rune.tools.remote import RemoteError

P = ParamSpec("P")
R = TypeVar("R")


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Turns a `RemoteError` into the command's end."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except RemoteError as error:
            failure = click.ClickException(str(error))
            # click reads the code from the exception; its stubs know it as the class's own.
            vars(failure)["exit_code"] = error.exit_code
            raise failure from error

    return wrapped
