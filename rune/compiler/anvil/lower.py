"""Lowers a pipeline and its models to a target's program: reads the graph, runs the passes, selects kernels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rune.compiler.anvil.passes.optimise import optimise
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.selection.select import select
from rune.compiler.anvil.target import Target
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.port import Port
from rune.source.runefile.pipeline import Pipeline


def lower(
    pipeline: Pipeline,
    models: Mapping[str, Model],
    target: Target,
    hosted_models: Mapping[str, bytes | None] | None = None,
    *,
    watched_ports: Iterable[Port] = (),
    timed: bool = False,
    profile: Profile = LITERT,
) -> Program:
    """Returns the program of a checked pipeline; for the arguments see `read_pipeline`. Raises `UnsupportedModel`,
    `BadModel`, `BadArgument`, `MissingKernel`, and `ValueError` for an unknown port."""
    graph = read_pipeline(pipeline, models, hosted_models, watched_ports=watched_ports, timed=timed, profile=profile)
    return select(optimise(graph, target.passes).graph, target)
