"""Lowers a pipeline and its models to a target's program: reads the graph, runs the passes, selects kernels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rune.anvil.passes.optimise import optimise
from rune.anvil.profile import LITERT, Profile
from rune.anvil.program import Program
from rune.anvil.reading.pipeline import read_pipeline
from rune.anvil.select import select
from rune.anvil.target import Target
from rune.runefile.pipeline import Pipeline, Port
from rune.tflite import Model


def lower(
    pipeline: Pipeline,
    models: Mapping[str, Model],
    target: Target,
    hosted: Mapping[str, bytes | None] | None = None,
    *,
    watched: Iterable[Port] = (),
    timed: bool = False,
    profile: Profile = LITERT,
) -> Program:
    """Returns the program of a checked pipeline; for the arguments see `read_pipeline`. Raises `UnsupportedModel`,
    `BadModel`, `BadArgument`, `MissingKernel`, and `ValueError` for an unknown port."""
    graph = read_pipeline(pipeline, models, hosted, watched=watched, timed=timed, profile=profile)
    return select(optimise(graph, target.passes).graph, target)
