"""The places of memory that each kind of step uses: declared here for the memory plan, for inputs that are not copied,
and for the digests of a self-test."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.program import (
    Infer,
    KernelInvocation,
    Mark,
    Place,
    ReadCapability,
    RowLoop,
    SendOutput,
    Step,
    calls,
)


def step_places(step: Step) -> Iterator[tuple[Place, bool]]:
    """Returns every place that a step uses, and whether it writes there. A place that is used twice comes twice."""
    match step:
        case ReadCapability():
            yield step.tensor.place, True
        case KernelInvocation():
            yield from step.places()
        case RowLoop():
            yield step.source, False
            yield from ((stage.window.place, True) for stage in step.stages if stage.window is not None)
            yield from (each for call in calls(step) for each in call.places())
        case Infer():
            yield from ((place, False) for place in step.inputs)
            yield from ((place, True) for place in step.outputs)
        case SendOutput():
            yield from ((place, False) for tensor in step.tensors for place in tensor.places())
        case Mark():
            pass
