"""Measures how many bytes a rune has beyond its constants, for each aim of a build. It depends on no clock."""

from __future__ import annotations

from benchmarks.compiler.models import further_models, models
from benchmarks.figure import table
from rune.aim import AIMS
from rune.assessment.verify.runes.second_module import second_module, without_second_module
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.building.building import build
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_variant
from rune.compiler.targets.wasm32 import RELAXED
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.pipeline import ModelStage

TEXT = (
    "Everything of a rune but its constants: code, what starts it, and what it says of itself. A rune for speed is two "
    "modules in one file, of which a host runs one; each has its own constants, which both columns leave out. The aims "
    "are 8,192 for size, which every model meets, and 20,480 for speed: the usual build of MLPerf Tiny's four in int8 "
    "is below that, person and vww float are not, and `--optimize speed` is above it for vww, ic and person, where "
    "each layer has a copy of its own of every loop. The usual build lets a layer share where that saves a greater "
    "share of the bytes than it costs of the time, so a large model has more code: person has 243,696 bytes of "
    "constants. Made to share all of its layers' kernels it has 15,055 and takes 1.24 of the time "
    "(the README of the kernels says why it does not)."
)


def measure() -> str:
    rows = [(each.name, *_columns(each.project)) for each in (*models(), *further_models())]
    head = ["", *(f"{aim}, bytes" for aim in AIMS), "second module of speed, bytes"]
    return f"{TEXT}\n\n{table(head, rows)}"


def _columns(project: MemoryFiles) -> tuple[str, ...]:
    builds = {aim: build(project, BuildOptions("measured", target=find_variant("wasm32", aim))) for aim in AIMS}
    sizes = [len(without_second_module(each.rune)) - each.report.memory.constants for each in builds.values()]
    second = second_module(builds["speed"].rune)
    cells = [f"{each:,}" for each in sizes]
    return (*cells, "none" if second is None else f"{len(second) - _second_constants(project):,}")


def _second_constants(project: MemoryFiles) -> int:
    models = ProjectModels(project)
    pipeline = check(project, PUBLISHED_BLOCKS, signatures=models.signature).pipeline
    assert pipeline is not None
    files = {
        stage.file: models.model(stage.file)
        for stage in pipeline.stages
        if isinstance(stage, ModelStage) and stage.file is not None
    }
    return plan(lower(pipeline, files, RELAXED), RELAXED.limits).constant_size
