"""The geometry of a filter that slides over an image: sizes, strides, dilations and padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.computation import Array, Computation, PaddingFrame
from rune.compiler.anvil.operation import require
from rune.compiler.anvil.rows import RowWork
from rune.model.tflite import Padding, Tensor

FILTER_ROWS = 128
"""The tallest filter that the kernels take (RUNE_FILTER_ROWS of simd128/conv_2d.h)."""


@dataclass(frozen=True)
class Window:
    """Sizes in elements; `pad_top` and `pad_left` are the rows and columns of padding before the image."""

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

    @staticmethod
    def of_one_pixel(batches: int, inputs: int, outputs: int) -> Window:
        """A filter of one pixel on images of one pixel."""
        return Window(batches, 1, 1, inputs, 1, 1, outputs, 1, 1, 1, 1, 1, 1, 0, 0)

    @property
    def fields(self) -> tuple[tuple[str, int], ...]:
        """Names and values, as the kernels' structures have them."""
        return tuple((name, getattr(self, name)) for name in self.__dataclass_fields__)

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """[batch, row, column, channel]."""
        return self.batches, self.input_height, self.input_width, self.input_channels

    @property
    def positions(self) -> int:
        """How often the filter is laid on the image."""
        return self.batches * self.output_height * self.output_width

    @property
    def reach(self) -> tuple[int, int]:
        """The rows and columns from the first to the last that the filter touches, padding included."""
        return (
            (self.output_height - 1) * self.stride_y + (self.filter_height - 1) * self.dilation_y + 1,
            (self.output_width - 1) * self.stride_x + (self.filter_width - 1) * self.dilation_x + 1,
        )

    @property
    def is_padded(self) -> bool:
        """Whether the filter meets anything beside the image."""
        rows, columns = self._rows, self._columns
        return bool(
            min(rows.min(), columns.min()) < 0 or rows.max() >= self.input_height or columns.max() >= self.input_width
        )

    @property
    def _rows(self) -> Array:
        """The image's row under each row of the filter: [output row, filter row]."""
        return _under(self.output_height, self.stride_y, self.filter_height, self.dilation_y, self.pad_top)

    @property
    def _columns(self) -> Array:
        return _under(self.output_width, self.stride_x, self.filter_width, self.dilation_x, self.pad_left)

    def patches(self, image: Array, padding: int | float) -> Array:
        """Returns the input under the filter: [batch, output row, output column, filter row, filter column, input]."""
        image = image.reshape(self.input_shape)
        rows, columns = self._rows[:, None, :, None], self._columns[None, :, None, :]
        inside = (rows >= 0) & (rows < self.input_height) & (columns >= 0) & (columns < self.input_width)
        patches = image[:, np.clip(rows, 0, self.input_height - 1), np.clip(columns, 0, self.input_width - 1)]
        return np.where(inside[None, ..., None], patches, np.array(padding, image.dtype))

    def without(self, frame: PaddingFrame) -> Window:
        """The same window on an image without a frame, whose rows and columns become padding. The padding is no wider
        than what the filter covers: more would change nothing, and kernels have no room for it."""
        rows, columns = self.reach
        return replace(
            self,
            input_height=self.input_height - frame.top - frame.bottom,
            input_width=self.input_width - frame.left - frame.right,
            pad_top=min(self.pad_top + frame.top, rows),
            pad_left=min(self.pad_left + frame.left, columns),
        )

    def row_work(self, of_row: Callable[[Window], Computation], padding: int) -> RowWork | None:
        """Returns how `of_row`, which computes a window of one row, makes a row of the output; None for several
        images."""
        if self.batches != 1:
            return None
        reach = (self.filter_height - 1) * self.dilation_y + 1
        row = replace(self, input_height=reach, output_height=1, pad_top=0)
        return RowWork(of_row(row), self.input_height, reach, self.stride_y, self.pad_top, padding)

    def with_channels(self, inputs: int, outputs: int) -> Window:
        """The same over another number of channels."""
        return replace(self, input_channels=inputs, output_channels=outputs)


def _under(outputs: int, stride: int, size: int, dilation: int, before: int) -> Array:
    return np.arange(outputs)[:, None] * stride + np.arange(size)[None, :] * dilation - before


def window(
    image: Tensor,
    output: Tensor,
    filter_size: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    padding: Padding,
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
    )
