"""Reports the failure of a command on standard error: `Error:`, then `Caused by:` for each underlying cause."""

from __future__ import annotations

import sys
from typing import IO, Any, Final

import click

from rune.tools.cli.settings import settings

INTERRUPTED_STATUS: Final = 130
"""The status after Ctrl-C, as shells count it: 128 and the signal's number."""

NOT_PROVEN: Final = 8
"""The status of a verification that found nothing wrong and proved nothing; registries have those below it."""

PIPE_CLOSED: Final = 141
"""The status when the reader of standard output closed the pipe."""

STATUSES: Final = {
    0: "Success; there may be warnings.",
    1: "The input has an error; the message says which.",
    2: "The command was called wrongly.",
    NOT_PROVEN: "`rune verify` and `rune rebuild`: nothing differs, but the subject could not be built again, or not "
    "compared with a project.",
    INTERRUPTED_STATUS: "The command was stopped with Ctrl-C.",
    PIPE_CLOSED: "The reader closed the pipe, as `head` does.",
}
"""The meanings of exit statuses, except those of registries. The page of the command lists them."""


class CommandFailed(click.ClickException):
    """`message` says what could not be done, `causes` why, from the nearest reason to the last."""

    def __init__(self, message: str, causes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.causes = causes

    def show(self, file: IO[Any] | None = None) -> None:
        with_colour = settings().colours(sys.stderr)
        head = click.style("Error", fg="red", bold=True) if with_colour else "Error"
        lines = [f"{head}: {self.format_message()}"]
        if self.causes:
            lines += ["", "Caused by:"]
            has_numbers = len(self.causes) > 1
            lines += [f"    {f'{place}: ' if has_numbers else ''}{cause}" for place, cause in enumerate(self.causes)]
        click.echo("\n".join(lines), file=file, err=file is None, color=with_colour)


def command_failure(message: str, error: BaseException) -> CommandFailed:
    """The end of a command for `error`, whose own causes are named as well."""
    return CommandFailed(message, causes_of(error))


def causes_of(error: BaseException) -> tuple[str, ...]:
    """The messages of an error and of its causes. A message that repeats its cause is cut before it."""
    messages: list[str] = []
    current: BaseException | None = error
    while current is not None and len(messages) < 10:
        cause = current.__cause__
        text = _message(current)
        if cause is not None:
            text = text.removesuffix(_message(cause)).removesuffix(": ") or text
        messages.append(text)
        current = cause
    return tuple(messages)


def _message(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__
