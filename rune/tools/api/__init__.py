"""The toolchain for Python programs: build a folder, load a rune, call it with arrays. `import rune` exports it.

It combines the other packages and adds no logic of theirs; the `rune` command does not use it.
"""

from rune.running.runtime import Limits
from rune.running.runtime.errors import InputError, NotARune, RuneError, RuneStopped, RuneTrapped
from rune.tools.api.built import Build, build
from rune.tools.api.data import DataSample, DataSet, load_data
from rune.tools.api.errors import BuildError, DataError, InputShape, InputType, InputUnknown
from rune.tools.api.loaded import Rune, load
from rune.tools.api.ports import Input, Output
from rune.tools.api.results import Results

__all__ = [
    "Build",
    "BuildError",
    "DataError",
    "DataSample",
    "DataSet",
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
    "load_data",
]
