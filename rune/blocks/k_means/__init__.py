"""The block `k_means`: how far it is to the nearest of known centres. The C is in k_means.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.blocks.refusals import FLOATS, numbers_of, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType

_MOST = 1 << 16
_LEAST_RADIUS = 1e-30
"""The counterpart of the largest number that an argument may have. Less would make any distance infinite."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("k_means", inputs, FLOATS, "features")
    _centres(type_, arguments)
    return (BlockOutput(TensorType(ElementType.F32, (1,))), BlockOutput(TensorType(ElementType.U32, (1,))))


def _centres(type_: TensorType, arguments: Arguments) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The numbers of all centres, and the radius of each."""
    centres, radii = numbers_of(arguments, "centres"), numbers_of(arguments, "radii")
    if not centres or len(centres) % type_.count or len(centres) > _MOST:
        raise BlockError(
            f"each centre has {type_.count} numbers, as {type_} has, "
            f"and {len(centres)} numbers do not make such centres",
            argument="centres",
        )
    count = len(centres) // type_.count
    if len(radii) not in (0, 1, count):
        raise BlockError(f"write one radius for all, or for each of the {count} centres", argument="radii")
    if any(radius < _LEAST_RADIUS for radius in radii):
        raise BlockError(f"every radius must be {_LEAST_RADIUS:g} or more", argument="radii")
    return centres, (radii or (1.0,)) * (count if len(radii) < count else 1)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    centres, radii = _centres(inputs[0], arguments)
    return BlockCode(
        "rune_k_means",
        constants=(struct.pack(f"<{len(centres)}f", *centres), struct.pack(f"<{len(radii)}f", *radii)),
        numbers=(inputs[0].count, len(radii)),
    )


BLOCK = Block(
    name="k_means",
    summary="Gives the distance to the nearest of known centres, and which it is: a score of anomaly.",
    header=Path(__file__).parent / "k_means.h",
    arguments=(
        Argument(
            "centres",
            ArgumentKind.TEXT,
            "The numbers of the first centre, then of the second, and so on; in a `$RESOURCE` where they are many.",
        ),
        Argument(
            "radii",
            ArgumentKind.TEXT,
            "What a distance is divided by: one number, or one for each centre; left out, 1.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
