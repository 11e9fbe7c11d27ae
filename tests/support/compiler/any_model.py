"""Handling of a model that anybody may send: read, described, and made C of as far as that goes. Nothing is run."""

from __future__ import annotations

from rune.compiler.anvil.errors import AnvilError
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import ModelError, describe, read_model, signature
from tests.support.compiler.pipelines import models_pipeline

REFUSALS = (ModelError, AnvilError)
"""How a model may be refused."""


def use_model(data: bytes) -> bool:
    """Returns whether C was made of it; else its host runs it. Raises one of `REFUSALS`."""
    model = read_model(data)
    describe(model)
    signature(model)
    if unsupported_ops(model):
        return False
    program = lower(models_pipeline({"model": model}), {"model": model}, WASM32)
    WASM32.emit(program, plan(program, WASM32.limits), "any")
    return True
