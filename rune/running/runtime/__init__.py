"""Running a rune on the server and the command line: wasmtime, with limits. The browser's runtime is in `frontend/`.

Inputs come from files (`rune.running.runtime.inputs.files`), are generated (`rune.running.runtime.inputs.generator`)
or are the caller's own bytes.

The names of `__all__` are looked up when they are first used: the process of a model needs `interpreters` alone, and
starts three times as fast without the engine and the language.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rune.running.runtime.engine import CompiledRune, LoadedRune, Runtime
    from rune.running.runtime.host.imports import InputSource, RequestedCapability, RequestedOutput
    from rune.running.runtime.host.models import Inference, ModelRequest
    from rune.running.runtime.limits import Limits
    from rune.running.runtime.messages import LogLine, OutputMessage, OutputTensor
    from rune.running.runtime.wasm.rune_memory import RuneMemory

__all__ = [
    "CompiledRune",
    "Inference",
    "InputSource",
    "Limits",
    "LoadedRune",
    "LogLine",
    "ModelRequest",
    "OutputMessage",
    "OutputTensor",
    "RequestedCapability",
    "RequestedOutput",
    "RuneMemory",
    "Runtime",
]

_MODULES = {
    "RequestedCapability": "host.imports",
    "CompiledRune": "engine",
    "Inference": "host.models",
    "InputSource": "host.imports",
    "Limits": "limits",
    "LoadedRune": "engine",
    "LogLine": "messages",
    "ModelRequest": "host.models",
    "OutputMessage": "messages",
    "RequestedOutput": "host.imports",
    "OutputTensor": "messages",
    "RuneMemory": "wasm.rune_memory",
    "Runtime": "engine",
}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        member = getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = member
        return member
