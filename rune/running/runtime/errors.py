"""Errors of loading and running a rune. Every error is a sentence for a person and a name for a program.

RuneError
 ├─ NotARune              the bytes are no module, or lack what every rune exports, or ask for what no host offers
 ├─ RuneStopped           a limit was reached; `limit` says which: "fuel", "time", "memory", "input", "output",
 │                        "handles", "models", "recording", "tables"
 ├─ RuneTrapped           the rune gave up or did what WebAssembly forbids
 ├─ RuneUnusable          the rune stopped in an earlier call; load it again
 ├─ BadPointer            the rune passed its host an address outside its own memory
 ├─ BadRequest            the rune asked its host for something that the ABI does not know
 ├─ HostModelError        a model that the rune asks its host to run
 │   ├─ ModelRuntimeMissing  nothing is installed here that runs models of this format
 │   ├─ ModelLoadError    the model is damaged, or is not what the rune says that it is
 │   └─ ModelRunError     the model failed while it ran
 ├─ BadOutput             a result that cannot be read
 └─ InputError            what the caller gave does not fit
     ├─ InputMissing      a capability that nothing was given for
     ├─ InputLength       more bytes than the rune asks for
     └─ InputFile         a file that cannot be turned into input
"""

from __future__ import annotations


class RuneError(Exception):
    """The root of all errors of this package."""


class NotARune(RuneError):
    """The bytes are not a rune of ABI v0."""


class RuneStopped(RuneError):
    """A limit was reached and the rune was stopped."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class RuneTrapped(RuneError):
    """The rune ended in a trap. The message is the rune's last error message, if there is one."""


class RuneUnusable(RuneError):
    """An earlier call ended badly, and what the rune remembers can no longer be trusted."""


class BadPointer(RuneError):
    """`function` was given `size` bytes at `address`, which do not lie in the rune's memory."""

    def __init__(self, function: str, address: int, size: int, memory: int) -> None:
        super().__init__(
            f"the rune called {function} with {size} bytes at address {address}, outside its memory of {memory} bytes"
        )
        self.function = function
        self.address = address
        self.size = size


class BadRequest(RuneError):
    """A handle, a kind or a value that the ABI does not know."""


class HostModelError(RuneError):
    """A model that the rune carries for its host to run cannot be loaded or run."""


class ModelRuntimeMissing(HostModelError):
    """Nothing that is installed here runs models of this format. The message says what does."""


class ModelLoadError(HostModelError):
    """The model cannot be read, or is not what the rune says that it is."""


class ModelRunError(HostModelError):
    """The model was loaded and then failed."""


class BadOutput(RuneError):
    """A message of an output that does not follow the format of its kind."""


class InputError(RuneError):
    """The caller's input does not fit the rune."""


class InputMissing(InputError):
    """Nothing was given for a capability that the rune reads."""


class InputLength(InputError):
    """More bytes were given for a capability than the rune asks for; fewer are followed by zeros."""


class InputFile(InputError):
    """A file that cannot be turned into the input that the rune asks for."""


class InputTooShort(InputFile):
    """A file that has less than the rune reads at a time."""
