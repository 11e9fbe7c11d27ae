"""Counts where a rune's instructions go: by the steps of its program, in firmware whose steps are functions of their
own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rune.compiler.anvil.program import KernelInvocation, Program, RowLoop
from rune.devices.emulation.firmware import LinkedProgram
from rune.devices.emulation.running import SECONDS, emulate

IN_FUNCTIONS: Final = (
    "-fno-inline-functions-called-once",
    "-fno-inline-small-functions",
    "-fno-optimize-sibling-calls",
    "-fno-partial-inlining",
)
"""How firmware is compiled (`build_firmware`), behind what it is optimised for, so that each step stays a function.
It needs a few instructions more."""
BESIDE_STEPS: Final = "beside the steps"
"""The instructions of a run outside its steps: calls, and copies that a compiler may merge into it."""


def instructions_by_stage(
    firmware: LinkedProgram, program: Program, frames: Iterable[Sequence[bytes]], seconds: float = SECONDS
) -> tuple[Mapping[str, int], ...]:
    """For each run the instructions of each op and block, by the name that it has in the program, kernels included.
    Raises as `emulate` does."""
    stages = dict(_stages(program))
    stage_of_symbol = {
        symbol: stages[name] for symbol in firmware.symbols if (name := symbol.partition(".")[0]) in stages
    }
    runs = emulate(firmware, frames, list(stage_of_symbol), seconds=seconds).runs
    return tuple(_summed(run, stage_of_symbol) for run in runs)


def _summed(run: Mapping[str, int], stages: Mapping[str, str]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for function, instructions in run.items():
        total[stages.get(function, BESIDE_STEPS)] += instructions
    return {name: count for name, count in total.items() if count}


def _stages(program: Program) -> Iterator[tuple[str, str]]:
    """The functions of the target `c`, each with the name of what it computes."""
    for number, step in enumerate(program.steps):
        match step:
            case KernelInvocation(stage):
                yield f"step_{number}", stage
            case RowLoop(_, stages):
                for place, each in enumerate(stages):
                    yield f"step_{number}_stage_{place}", each.calls[0].stage
            case _:
                pass
