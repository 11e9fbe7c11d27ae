"""Errors beside the runtime's own. All are `rune.RuneError`; wrong inputs are `rune.InputError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rune.running.runtime.errors import InputError, RuneError

if TYPE_CHECKING:  # who only runs runes has no compiler
    from rune.source.runefile import Diagnostic


class BuildError(RuneError):
    """A folder that cannot be built. `str()` draws each problem with its line, as `rune build` does.

    `diagnostics` are the same as data, warnings included; none where the compiler itself gave up.
    """

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = (), drawing: str = "") -> None:
        super().__init__(f"{message}\n\n{drawing}".rstrip() if drawing else message)
        self.diagnostics = diagnostics


class DataError(RuneError):
    """A data set that cannot be read, or whose recordings do not fit into one array."""


class InputUnknown(InputError):
    """A name that none of the rune's inputs has, or a value without a name where there are several inputs."""


class InputType(InputError):
    """Elements that cannot be converted to the input's type without changing their value."""


class InputShape(InputError):
    """An array of other dimensions than the input's."""
