"""The block `audio_float_conversion`: samples of i16 as f32 from -1 to 1. The C is in audio_float_conversion.h."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rune.blocks.meaning import PRESERVED, SIGNED, Effect
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"audio_float_conversion takes 1 input, sound, and not {len(inputs)}")
    if inputs[0].element is not ElementType.I16:
        raise BlockError(f"audio_float_conversion takes samples of i16 and not {inputs[0]}", input_index=0)
    return (BlockOutput(replace(inputs[0], element=ElementType.F32), sizes_of=0),)


def _code(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_audio_float_conversion", numbers=(Count(0),))


BLOCK = Block(
    name="audio_float_conversion",
    summary="Scales samples of sound to -1 to 1.",
    header=Path(__file__).parent / "audio_float_conversion.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    effects=(Effect(values=SIGNED, rate=PRESERVED),),
    category=Category.SOUND,
)
