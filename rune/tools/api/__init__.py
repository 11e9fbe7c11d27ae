"""The toolchain for Python programs: build a folder, load a rune, call it with arrays. `import rune` exports it.

It combines the other packages and adds no logic of theirs; the `rune` command does not use it. The names of `__all__`
are looked up when they are first used: who only runs runes has no compiler.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rune.running.deployment.errors import DeploymentError
    from rune.running.runtime import Limits
    from rune.running.runtime.errors import InputError, NotARune, RuneError, RuneStopped, RuneTrapped
    from rune.tools.api.built import Build, build
    from rune.tools.api.data import DataSample, DataSet, load_data
    from rune.tools.api.deployment import Deployment
    from rune.tools.api.errors import BuildError, DataError, InputShape, InputType, InputUnknown
    from rune.tools.api.loading import Rune, load
    from rune.tools.api.ports import Input, Output
    from rune.tools.api.results import Results

__all__ = [
    "Build",
    "BuildError",
    "DataError",
    "DataSample",
    "DataSet",
    "Deployment",
    "DeploymentError",
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

_MODULES = {
    "Build": "rune.tools.api.built",
    "BuildError": "rune.tools.api.errors",
    "DataError": "rune.tools.api.errors",
    "DataSample": "rune.tools.api.data",
    "DataSet": "rune.tools.api.data",
    "Deployment": "rune.tools.api.deployment",
    "DeploymentError": "rune.running.deployment.errors",
    "Input": "rune.tools.api.ports",
    "InputError": "rune.running.runtime.errors",
    "InputShape": "rune.tools.api.errors",
    "InputType": "rune.tools.api.errors",
    "InputUnknown": "rune.tools.api.errors",
    "Limits": "rune.running.runtime",
    "NotARune": "rune.running.runtime.errors",
    "Output": "rune.tools.api.ports",
    "Results": "rune.tools.api.results",
    "Rune": "rune.tools.api.loading",
    "RuneError": "rune.running.runtime.errors",
    "RuneStopped": "rune.running.runtime.errors",
    "RuneTrapped": "rune.running.runtime.errors",
    "build": "rune.tools.api.built",
    "load": "rune.tools.api.loading",
    "load_data": "rune.tools.api.data",
}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        member = getattr(_import_module(_MODULES[name]), name)
        globals()[name] = member
        return member
