"""Facts about a project's files without building them: its pipeline, and each model with its memory.

Runs in the compiler's process. Imports `rune` and never Django.
"""

from __future__ import annotations

from typing import Any

from forge.compute.child.language_request import SignatureOf
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.anvil.errors import AnvilError
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.map import MemoryMap
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Model, ModelError, describe, read_model, signature
from rune.model.tflite.layers import live_bytes, quantisation
from rune.project.files import FileError, MemoryFiles, ProjectFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile import check, outline_to_json
from rune.source.runefile.diagnostics import Severity
from rune.source.runefile.model_inputs.starter import starter

MODELS_DESCRIBED = 20
"""Models of one project that are described."""
_STARTER, _MODEL = DEFAULT_RUNEFILE, "model.tflite"


def summarise(files: ProjectFiles, signature_of: SignatureOf) -> dict[str, Any]:
    """The outline of the pipeline, how many errors it has, and the facts of each model by path."""
    check_result = check(files, PUBLISHED_BLOCKS, signatures=signature_of)
    models = [path for path in files.paths() if path.lower().endswith(".tflite")]
    return {
        "outline": outline_to_json(check_result.outline),
        "errors": sum(one.severity is Severity.ERROR for one in check_result.diagnostics),
        "models": {path: _facts(files, path) for path in models[:MODELS_DESCRIBED]},
    }


def _facts(files: ProjectFiles, path: str) -> dict[str, Any]:
    try:
        data = files.read(path)
        model = read_model(data)
        description = describe(model)
    except (FileError, ModelError) as error:
        return {"refusal": str(error)}
    return description | {"quantisation": quantisation(model), "memory": memory_of(model, data)}


def memory_of(model: Model, data: bytes) -> dict[str, Any]:
    """The bytes that a model needs. `arena` is what Anvil lays out for it with its inputs and outputs and nothing else;
    None where the host runs it, and `map` says what lies where. `live` is the most that tensors between operators have
    at one time."""
    needs: dict[str, Any] = {"runs": "host", "arena": None, "constants": None, "live": live_bytes(model), "map": None}
    if unsupported_ops(model):
        return needs
    try:
        files = MemoryFiles({_STARTER: starter(signature(model), _MODEL).encode("utf-8"), _MODEL: data})
        pipeline = check(files, PUBLISHED_BLOCKS, runefile=_STARTER, signatures=lambda _: signature(model)).pipeline
        if pipeline is None:
            return needs
        program = lower(pipeline, {_MODEL: model}, WASM32)
        memory_plan = plan(program, WASM32.limits)
    except (ModelError, AnvilError):
        return needs
    return needs | {
        "runs": "compiled",
        "arena": memory_plan.arena_size,
        "constants": sum(memory_plan.constant_sizes),
        "map": MemoryMap.of(program, memory_plan).to_json(),
    }
