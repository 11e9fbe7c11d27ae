"""Running a rune on the server and the command line: wasmtime, with limits. The browser's runtime is in `frontend/`.

Inputs come from files (`rune.running.runtime.inputs.files`), are generated (`rune.running.runtime.inputs.generated`)
or are the caller's own bytes.
"""

from __future__ import annotations

from rune.running.runtime.engine import CompiledRune, LoadedRune, RuneMemory, Runtime
from rune.running.runtime.host.imports import CapabilityRequest, InputSource, OutputRequest
from rune.running.runtime.host.models import Inference, ModelRequest
from rune.running.runtime.limits import Limits
from rune.running.runtime.messages import LogLine, OutputMessage, OutputTensor

__all__ = [
    "CapabilityRequest",
    "CompiledRune",
    "Inference",
    "InputSource",
    "Limits",
    "LoadedRune",
    "LogLine",
    "ModelRequest",
    "OutputMessage",
    "OutputRequest",
    "OutputTensor",
    "RuneMemory",
    "Runtime",
]
