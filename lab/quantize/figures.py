"""The cost of a form on a device, counted by the compiler without compiling: bytes of the arena and of constants."""

from __future__ import annotations

from dataclasses import dataclass

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.prepare import prepare
from rune.devices.emulation.around_model import project_around
from rune.model.tflite import ModelError, read_model
from rune.source.runefile import check
from rune.wording import listed


@dataclass(frozen=True)
class ModelSizes:
    """The size of a model's file, and of the arena and the constants of the smallest rune around it. These two are None
    for a model that is not compiled; `reason` says why."""

    size: int
    arena: int | None = None
    constants: int | None = None
    reason: str = ""


def figures_of(data: bytes) -> ModelSizes:
    """Counts what a model needs."""
    try:
        model = read_model(data)
        lacking = unsupported_ops(model)
        if lacking:
            return ModelSizes(len(data), reason=f"the host runs it: {listed([str(each) for each in lacking])}")
        files = project_around(data)
        models = ProjectModels(files)
        plan = prepare(check(files, PUBLISHED_BLOCKS, signatures=models.signature), models, BuildOptions("model")).plan
    except (ModelError, CompileError) as error:
        return ModelSizes(len(data), reason=str(error))
    except BuildFailed as error:
        return ModelSizes(len(data), reason="; ".join(each.message for each in error.diagnostics))
    return ModelSizes(len(data), plan.arena_size, plan.constant_size)
