"""The rows of an image as the filter meets them: padded, in a ring that holds as many as the filter is tall."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rune.compiler.anvil.kernel_call import KernelStructure
from rune.compiler.anvil.ops.convolution.window import Window


@dataclass(frozen=True)
class RowKernels:
    """`struct rune_window` of window.h: a window with `row_channels` numbers for each pixel of a row, `width` pixels of
    a padded row that the kernel touches, and `count` rows in the ring."""

    window: Window
    row_channels: int
    width: int
    count: int

    @staticmethod
    def under(window: Window, row_channels: int) -> RowKernels:
        """Returns the input under the filter."""
        return RowKernels(window, row_channels, window.reach[1], (window.filter_height - 1) * window.dilation_y + 1)

    def whole(self) -> RowKernels:
        """The same with all rows in the ring, so that each begins as far behind the one before."""
        return replace(self, count=self.window.reach[0])

    @property
    def size(self) -> int:
        """Numbers of a padded row; the last eight or more are only there to be read past."""
        return (self.width * self.row_channels + 15) // 8 * 8

    def ring_size(self, element_size: int) -> int:
        """Bytes of the ring."""
        return self.count * self.size * element_size

    def structure(self) -> KernelStructure:
        return KernelStructure(
            "struct rune_window",
            (
                *self.window.fields,
                ("row_channels", self.row_channels),
                ("row_width", self.width),
                ("row_size", self.size),
                ("ring", self.count),
            ),
        )
