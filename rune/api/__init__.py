"""The toolchain for Python programs: build a folder, load a rune, call it with arrays. `import rune` exports it.

It combines the other packages and adds no logic of theirs; the `rune` command does not use it.
"""

from rune.api.built import Build, build
from rune.api.errors import BuildError, InputShape, InputType, InputUnknown
from rune.api.loaded import Rune, load
from rune.api.ports import Input, Output
from rune.api.results import Results
from rune.runtime import Limits
from rune.runtime.errors import InputError, NotARune, RuneError, RuneStopped, RuneTrapped

__all__ = [
    "Build",
    "BuildError",
    "Input",
    "InputError",
    "InputShape",
    "InputType",
    "InputUnknown",
    "Limits",
    "NotARune",
    "Output",
    "Results",
    "Rune",
    "RuneError",
    "RuneStopped",
    "RuneTrapped",
    "build",
    "load",
]
