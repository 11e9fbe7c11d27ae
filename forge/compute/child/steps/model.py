"""The needs of a model on a target, in the compiler's process: the smallest project around it is built and run on the
target's emulated core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_files import JobFiles
from forge.compute.child.steps.packages import EMULATION_SECONDS
from rune.blocks.signature import BlockError
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.around_model import project_around, project_around_trees
from rune.devices.emulation.measuring import measured_or_planned
from rune.model.tflite import ModelError

MODEL = "model.tflite"
TREES = "model.trees.json"


def count_model(job: Mapping[str, Any], files: JobFiles) -> dict[str, Any]:
    """Counts the needs of a model, or of decision trees, on the target of the job, or returns the reason why that is
    impossible."""
    try:
        is_trees = TREES in files.paths()
        project = project_around_trees(files.read(TREES)) if is_trees else project_around(files.read(MODEL))
        build_result = build(project, BuildOptions("model", target=find_target(job["target"])))
    except (ModelError, BlockError, CompileError) as error:
        return {"refused": str(error).partition("\n")[0][:500]}
    except BuildFailed as error:
        return {"refused": "; ".join(each.message for each in error.diagnostics)[:500]}
    needs, reason = measured_or_planned(build_result, "model", EMULATION_SECONDS)
    return {
        "flash": needs.flash,
        "ram": needs.ram,
        "instructions": needs.instructions,
        "not_measured": reason,
    }
