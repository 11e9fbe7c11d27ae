"""The geometry of a filter that slides over an image: sizes, strides, padding, and the rows that it needs at a time."""

from __future__ import annotations

from dataclasses import dataclass

from rune.anvil.kernel_call import KernelStructure, require
from rune.tflite import Padding, Tensor

FILTER_ROWS = 128
"""The tallest filter that the kernels take (RUNE_FILTER_ROWS)."""


@dataclass(frozen=True)
class Window:
    """The fields of `struct rune_window` (kernels/window.h)."""

    batches: int
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    output_channels: int
    filter_height: int
    filter_width: int
    stride_y: int
    stride_x: int
    dilation_y: int
    dilation_x: int
    pad_top: int
    pad_left: int
    row_channels: int

    @property
    def row_width(self) -> int:
        return (self.output_width - 1) * self.stride_x + (self.filter_width - 1) * self.dilation_x + 1

    @property
    def row_size(self) -> int:
        """Numbers of a padded row; the last eight or more are only there to be read past."""
        return (self.row_width * self.row_channels + 15) // 8 * 8

    @property
    def ring(self) -> int:
        return (self.filter_height - 1) * self.dilation_y + 1

    def rows_size(self, element_size: int) -> int:
        """Bytes of the ring of rows."""
        return self.ring * self.row_size * element_size

    def structure(self) -> KernelStructure:
        names = (*self.__dataclass_fields__, "row_width", "row_size", "ring")
        return KernelStructure("struct rune_window", tuple((name, getattr(self, name)) for name in names))


def window(
    image: Tensor,
    output: Tensor,
    filter_size: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    padding: Padding,
    *,
    row_channels: int | None = None,
) -> Window:
    """The window of an op; pairs are (height, width). Raises `Contradiction` where the shapes do not fit."""
    require(len(image.shape) == 4 and len(output.shape) == 4, "an image must have four dimensions")
    batches, height, width, channels = image.shape
    reach = [(size - 1) * dilation + 1 for size, dilation in zip(filter_size, dilations, strict=True)]
    if padding is Padding.SAME:
        expected = [-(-size // stride) for size, stride in zip((height, width), strides, strict=True)]
        before = [
            max(0, (count - 1) * stride + extent - size) // 2
            for count, stride, extent, size in zip(expected, strides, reach, (height, width), strict=True)
        ]
    else:
        expected = [
            (size - extent) // stride + 1 for size, stride, extent in zip((height, width), strides, reach, strict=True)
        ]
        before = [0, 0]
    require(
        output.shape[:3] == (batches, *expected) and min(expected) > 0,
        f"the output is {list(output.shape[:3])} where the window gives {[batches, *expected]}",
    )
    return Window(
        batches=batches,
        input_height=height,
        input_width=width,
        input_channels=channels,
        output_height=expected[0],
        output_width=expected[1],
        output_channels=output.shape[3],
        filter_height=filter_size[0],
        filter_width=filter_size[1],
        stride_y=strides[0],
        stride_x=strides[1],
        dilation_y=dilations[0],
        dilation_x=dilations[1],
        pad_top=before[0],
        pad_left=before[1],
        row_channels=channels if row_channels is None else row_channels,
    )
