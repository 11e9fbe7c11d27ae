"""MLPerf Tiny's models on emulated small cores: instructions, RAM and flash, beside TensorFlow Lite Micro's.

Instructions are exact and do not depend on the machine, so the peer's counts are constants here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.compiler.models import MeasuredModel, models
from benchmarks.figure import CannotMeasure, table
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.cores import CORES
from rune.devices.emulation.errors import MissingProgram
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.model.tflite import read_model, signature
from rune.running.runtime.interpreters.tflite import open_tflite
from rune.source.runefile import check

FRAMES: Final = 20


@dataclass(frozen=True)
class Peer:
    """TensorFlow Lite Micro: instructions a run, bytes of RAM (arena, static, stack) and of flash with the model."""

    instructions: int
    ram: int | None = None
    flash: int | None = None


PEERS: Final = {
    "cortex-m4": {
        "kws": Peer(7_697_415, 24_236, 106_888),
        "vww": Peer(24_101_960, 102_124, 386_240),
        "ic": Peer(29_863_307, 56_412, 149_252),
        "ad": Peer(582_974, 3_424, 304_592),
    },
    "cortex-m0plus": {
        "kws": Peer(28_996_252),
        "vww": Peer(86_902_371),
        "ic": Peer(97_555_692),
        "ad": Peer(1_763_005),
    },
    "cortex-m55": {"kws": Peer(1_813_176), "vww": Peer(6_558_336), "ic": Peer(4_911_179), "ad": Peer(149_995)},
    "rv32imc": {},
}
"""The figures of the peers, by core and model. Source: TensorFlow Lite Micro at 90b983c2 with CMSIS-NN at 4ab83cc3,
compiled by GCC 12.2.1 with its own flags (core -Os, kernels -O2), int8 registrations, run on the same emulated
cores; second and later Invoke."""


@dataclass(frozen=True)
class CoreFigures:
    """One model on one core. Instructions are those of the second run."""

    instructions: int
    ram: int
    flash: int
    wrong: int


def measure() -> str:
    sections = [_NOTE]
    for name in PEERS:
        rows = [_row(model, _figures(model, name), PEERS[name].get(model.name)) for model in models()]
        sections.append(f"**{CORES[name].title}**\n\n{table(_HEAD, rows)}")
    return "\n\n".join(sections)


_HEAD = (
    "Model",
    "Instructions",
    "TFLM",
    "of TFLM's",
    "a multiply-accumulate",
    "RAM",
    "TFLM",
    "Flash",
    "TFLM",
    "wrong bytes",
)
_NOTE = f"""MLPerf Tiny's models in int8 on emulated cores, exact: instructions of one run, counted by a plugin of QEMU;
RAM is arena, static and the deepest stack; flash is code, constants, start-up code and a main. Compiled by Debian's gcc
with `-O2`. TFLM is TensorFlow Lite Micro with CMSIS-NN on the same cores, at its counts of one commit. Wrong bytes
are those that differ from TensorFlow Lite's reference kernels on {FRAMES} inputs, half of them noise, half stripes.
Instructions are not cycles: how long one takes is the chip's, and its flash's. Multiply-accumulates are the model's,
those of channels that Anvil removes included. The figures are unverified, and no MLPerf results."""


def _row(model: MeasuredModel, figures: CoreFigures, peer: Peer | None) -> Sequence[str]:
    return (
        model.task,
        f"{figures.instructions:,}",
        f"{peer.instructions:,}" if peer else "–",
        f"{100 * figures.instructions / peer.instructions:.0f} %" if peer else "–",
        f"{figures.instructions / _MULTIPLY_ACCUMULATES[model.name]:.2f}",
        f"{figures.ram:,}",
        f"{peer.ram:,}" if peer and peer.ram else "–",
        f"{figures.flash:,}",
        f"{peer.flash:,}" if peer and peer.flash else "–",
        str(figures.wrong),
    )


_MULTIPLY_ACCUMULATES: Final = {"kws": 2_656_768, "vww": 7_489_664, "ic": 12_501_632, "ad": 264_192}


def _figures(model: MeasuredModel, name: str) -> CoreFigures:
    target = find_target(name)
    read = read_model(model.data)
    pipeline = check(model.project, PUBLISHED_BLOCKS, signatures=lambda _: signature(read)).pipeline
    if pipeline is None:
        raise CannotMeasure(f"the project of {model.name} does not check")
    program = lower(pipeline, {"model.tflite": read}, target)
    files = target.emit(program, plan(program, target.limits), model.name).files
    frames = _frames(read.tensors[read.inputs[0]].count)
    with tempfile.TemporaryDirectory(prefix="small-cores-") as folder:
        try:
            firmware = build_firmware(CORES[name], files, interface_of(program, model.name), Path(folder))
            emulation = emulate(firmware, [[frame] for frame in frames])
        except MissingProgram as error:
            raise CannotMeasure(str(error)) from error
    reference = open_tflite(model.data, reference=True)
    expected = b"".join(reference.run([frame])[0] for frame in frames)
    wrong = sum(left != right for left, right in zip(emulation.outputs, expected, strict=True))
    return CoreFigures(
        emulation.instructions[1], firmware.sizes.static_ram + emulation.stack, firmware.image_flash, wrong
    )


def _frames(count: int) -> list[bytes]:
    generator = np.random.default_rng(7)
    noise = [generator.integers(-128, 128, count) for _ in range(FRAMES // 2)]
    stripes = [np.resize(np.repeat(generator.integers(-128, 128, 97), 61), count) for _ in range(FRAMES // 2)]
    return [values.astype(np.int8).tobytes() for values in (*noise, *stripes)]
