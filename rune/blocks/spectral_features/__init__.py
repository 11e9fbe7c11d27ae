"""The block `spectral_features`: what describes a window of motion. The C is in spectral_features.h."""

from __future__ import annotations

import math
import struct
from itertools import pairwise
from pathlib import Path

from rune import arithmetic
from rune.blocks.common.filter_design import RATE, signal_input
from rune.blocks.common.mel_tables import packed, turns
from rune.blocks.refusals import numbers_of
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    integer,
    real,
)
from rune.tensor import ElementType, TensorType

_MOMENTS = 3
_LEAST, _MOST = 4, 16_384


def _edges(arguments: Arguments) -> tuple[float, ...]:
    edges = numbers_of(arguments, "bands")
    if len(edges) == 1 or any(low >= high for low, high in pairwise(edges)):
        raise BlockError(
            "bands are two frequencies or more, each above the one before, such as `0.5, 2, 5`", argument="bands"
        )
    if edges and (edges[0] < 0 or edges[-1] > real(arguments, "sample_rate") / 2):
        rate = real(arguments, "sample_rate")
        raise BlockError(f"a signal of {rate:g} Hz has frequencies from 0 to {rate / 2:g} Hz", argument="bands")
    return edges


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    signal, samples, channels = signal_input("spectral_features", inputs)
    if not _LEAST <= samples <= _MOST:
        raise BlockError(
            f"spectral_features takes {_LEAST} to {_MOST} samples of each channel, and not {signal}", input_index=0
        )
    count = _MOMENTS + 2 * integer(arguments, "peaks") + max(len(_edges(arguments)) - 1, 0)
    return (BlockOutput(TensorType(ElementType.F32, (channels, count))),)


def _size(samples: int) -> int:
    """The power of two that holds the window."""
    return 1 << max((samples - 1).bit_length(), 4)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, samples, channels = signal_input("spectral_features", inputs)
    size, rate, edges = _size(samples), real(arguments, "sample_rate"), _edges(arguments)
    window = [0.5 - 0.5 * arithmetic.cos(2.0 * math.pi * t / samples) for t in range(samples)]
    energy = 0.0
    for weight in window:
        energy += weight * weight
    rows = [min(math.ceil(edge * size / rate), size // 2 + 1) for edge in edges]
    if edges and edges[-1] == rate / 2:
        rows[-1] = size // 2 + 1
    return BlockCode(
        "rune_spectral_features",
        constants=(packed(window), turns(size), struct.pack(f"<{len(rows) or 1}i", *(rows or [0]))),
        numbers=(
            samples,
            channels,
            size,
            integer(arguments, "peaks"),
            max(len(rows) - 1, 0),
            rate / size,
            1.0 / (rate * energy),
        ),
        scratch_size=8 * (size + size // 2 + 1),
    )


BLOCK = Block(
    name="spectral_features",
    summary="Describes a window of motion: RMS, skewness, kurtosis, peaks of the spectrum, power of bands.",
    header=Path(__file__).parent / "spectral_features.h",
    arguments=(
        RATE,
        Argument(
            "peaks", ArgumentKind.INTEGER, "How many peaks of the spectrum are given.", default=3, minimum=0, maximum=32
        ),
        Argument(
            "bands",
            ArgumentKind.TEXT,
            "The frequencies between which the power is summed, such as `0.5, 2, 5`; none gives no bands. In hertz.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.MOTION,
)
