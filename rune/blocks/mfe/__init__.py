"""The block `mfe`: energies of mel bands over time. The C is in mfe.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.mel_presets import FOR_ALL_BLOCKS, bands_of, mel_arguments, sound_input
from rune.blocks.common.mel_tables import mel_code
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    bands = bands_of("mfe", sound_input("mfe", inputs), arguments)
    return (BlockOutput(TensorType(ElementType.F32, (bands.frames, bands.preset.bands))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return mel_code("mfe", inputs[0], bands_of("mfe", inputs[0], arguments))


BLOCK = Block(
    name="mfe",
    summary="Gives the energies of mel bands over time, without a logarithm.",
    header=Path(__file__).parent / "mfe.h",
    arguments=mel_arguments(FOR_ALL_BLOCKS),
    outputs=_outputs,
    code=_code,
    rate_argument="sample_rate",
    category=Category.SOUND,
)
