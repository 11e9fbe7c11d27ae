"""The cores that boards have: the target that suits each, and how many cycles an instruction takes.

No core takes the same cycles for every instruction, and QEMU counts none. So each has a range for whole loops: the
least if all goes well, the most if loads and branches are frequent. It is an assumption, and `why` is shown with every
estimate that is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Core:
    """`cycles_least` and `cycles_most` are cycles an instruction, on average over a run, without waiting for flash."""

    name: str
    title: str
    target: str
    cycles_least: float
    cycles_most: float
    why: str


CORES: Final = {
    core.name: core
    for core in (
        Core("cortex-m0", "Cortex-M0", "cortex-m0plus", 1.0, 3.0, "loads take 2 cycles and taken branches 3"),
        Core("cortex-m0plus", "Cortex-M0+", "cortex-m0plus", 1.0, 2.0, "loads and taken branches take 2 cycles"),
        Core("cortex-m4", "Cortex-M4", "cortex-m4", 1.0, 2.0, "single loads take 2 cycles and taken branches 2 to 4"),
        Core("cortex-m33", "Cortex-M33", "cortex-m33", 0.8, 2.0, "some pairs of instructions start together"),
        Core(
            "cortex-m7",
            "Cortex-M7",
            "cortex-m7",
            0.5,
            1.5,
            "two instructions may start together; its FPU takes doubles",
        ),
        Core("cortex-m55", "Cortex-M55", "cortex-m55", 1.0, 2.0, "an instruction on vectors takes 2 cycles"),
        Core("rv32imc", "RV32IMC", "rv32imc", 1.0, 2.0, "the maker publishes no cycles; loads and branches may wait"),
        Core("xtensa-lx6", "Xtensa LX6", "c", 1.0, 2.0, "the maker publishes no cycles; loads and branches may wait"),
        Core("xtensa-lx7", "Xtensa LX7", "c", 1.0, 2.0, "the maker publishes no cycles; loads and branches may wait"),
    )
}
"""The cores by name. Sources: Arm's technical reference manuals of Cortex-M0, M0+ and M4, "Instruction set summary",
and of Cortex-M7, M33 and M55, the chapters on the processor's pipeline. The ranges are ours."""
