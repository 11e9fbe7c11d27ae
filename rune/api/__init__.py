"""The toolchain for Python programs: build a folder, load a rune, call it with arrays. `import rune` leads here.

It stands on the parts and adds none of their work; the `rune` command does not need it.
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
