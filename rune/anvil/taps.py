"""Looking into a rune: the same pipeline with inner tensors sent to the host as well.

What is computed stays the same. Used to find where two ways to run something part, and to show what flows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rune.abi import Output
from rune.runefile.pipeline import OutputStage, Pipeline, Port


def tapped(pipeline: Pipeline, ports: Iterable[Port]) -> Pipeline:
    """The pipeline with a TENSOR output for each port, behind its own stages and in the order of `ports`.

    An output is called `stage.0`, as no stage of a Runefile can be. Raises `ValueError` for a port that is not there.
    """
    taps = []
    for port in dict.fromkeys(ports):
        if not any(stage.name == port.stage for stage in pipeline.stages):
            raise ValueError(f"there is no stage {port.stage}")
        pipeline.type_of(port)
        taps.append(OutputStage(f"{port.stage}.{port.index}", Output.TENSOR, (port,)))
    return replace(pipeline, stages=(*pipeline.stages, *taps))
