"""Graphs of int8 ops by seed: chains and branches whose channels are often constant, for the passes to find."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rune.abi import OutputKind
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph, Send, Value
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.anvil.ops.convolution.pool_2d import Pool2D, Pooling
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.elementwise.add import AddInt8
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange
from rune.compiler.anvil.ops.reshaping.reshape import Reshape
from rune.compiler.anvil.program import OutputRequest
from rune.compiler.anvil.reading.builder import GraphBuilder
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier
from rune.tensor import ElementType, TensorType

SIZE = 5
"""Pixels of an image on each side."""


@dataclass
class RandomGraph:
    """One graph as it is drawn; `input` is its only input."""

    seed: int
    builder: GraphBuilder = field(default_factory=GraphBuilder)

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.input = self._value((1, SIZE, SIZE, self._some(3, 20)))

    def graph(self, length: int = 8) -> Graph:
        """Returns a graph of that many ops; what nothing has read in the end is sent."""
        images = [self.input]
        for _ in range(length):
            images.append(self._op(images))
        last = self._fully_connected(self._pool(images[-1]))
        self.builder.node("out", "out", Send(OutputRequest("out", OutputKind.TENSOR)), (last,))
        return self.builder.graph()

    def _op(self, images: list[int]) -> int:
        image = images[int(self.generator.integers(max(0, len(images) - 3), len(images)))]
        alike = [other for other in images if self._dimensions(other) == self._dimensions(image)]
        match self.generator.integers(7):
            case 0 | 1:
                return self._conv(image)
            case 2 | 3:
                return self._depthwise(image)
            case 4:
                return self._table(image)
            case 5:
                return self._add(image, alike[int(self.generator.integers(len(alike)))])
            case _:
                dimensions = self._dimensions(image)
                result = self._value((1, 1, SIZE * SIZE, dimensions[-1]))
                self._node(Reshape(dimensions[-1], dimensions[-1]), (image,), result)
                back = self._value(dimensions)
                self._node(Reshape(dimensions[-1], dimensions[-1]), (result,), back)
                return back

    def _conv(self, image: int) -> int:
        depth, side = self._dimensions(image)[-1], int(self.generator.choice([1, 3]))
        channels = int(self.generator.choice([depth, self._some(1, 20)]))
        result = self._value((1, SIZE, SIZE, channels))
        filters = self.generator.integers(-127, 128, (channels, side, side, depth)).astype(np.int8)
        scales = self._multipliers(channels)
        zero_point, to = self._zero_point(), self._range()
        self._node(
            Conv2DInt8(self._window(side, depth, channels), filters, self._bias(channels), scales, zero_point, to),
            (image,),
            result,
        )
        return result

    def _depthwise(self, image: int) -> int:
        depth = self._dimensions(image)[-1]
        result = self._value(self._dimensions(image))
        taps = self.generator.integers(-127, 128, (9, depth)).astype(np.int8)
        work = DepthwiseConv2DInt8(
            self._window(3, depth, depth),
            taps,
            self._bias(depth),
            self._multipliers(depth),
            self._zero_point(),
            self._range(),
        )
        self._node(work, (image,), result)
        return result

    def _pool(self, image: int) -> int:
        depth = self._dimensions(image)[-1]
        result = self._value((1, 1, 1, depth))
        window = Window(1, SIZE, SIZE, depth, 1, 1, depth, SIZE, SIZE, 1, 1, 1, 1, 0, 0)
        pooling = Pooling.AVERAGE if self.generator.random() < 0.5 else Pooling.MAX
        self._node(Pool2D(pooling, np.dtype("i1"), window, -128, 127), (image,), result)
        return result

    def _fully_connected(self, image: int) -> int:
        depth = self._dimensions(image)[-1]
        result = self._value((1, 4))
        weights = self.generator.integers(-127, 128, (4, depth)).astype(np.int8)
        scales = tuple(each.mantissa * 2.0 ** (each.exponent - 31) for each in self._multipliers(4))
        work = FullyConnectedInt8(1, weights, self._bias(4), scales, self._zero_point(), self._range())
        self._node(work, (image,), result)
        return result

    def _table(self, image: int) -> int:
        result = self._value(self._dimensions(image))
        table = self.generator.integers(0, 256, 256).astype(np.uint8)
        self._node(ByteTable(self.builder.type_of(image).count, table, (True, True)), (image,), result)
        return result

    def _add(self, left: int, right: int) -> int:
        result = self._value(self._dimensions(left))
        one, other = (np.arange(-128, 128, dtype=np.int64) << self._some(15, 20) for _ in range(2))
        shape = Broadcast.dense(self.builder.type_of(left).count)
        work = AddInt8(shape, True, (1.0, 0), (1.0, 0), 1.0, one, other, multiplier(2.0**-20), self._range())
        self._node(work, (left, right), result)
        return result

    def _window(self, side: int, depth: int, channels: int) -> Window:
        return Window(
            1, SIZE, SIZE, depth, SIZE, SIZE, channels, side, side, 1, 1, 1, 1, (side - 1) // 2, (side - 1) // 2
        )

    def _bias(self, channels: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """Returns biases of some channels so far away that nothing moves their output."""
        far = self.generator.choice([0, 0, -20_000_000, 20_000_000], channels)
        return np.asarray(self.generator.integers(-3000, 3000, channels) + far, np.int32)

    def _multipliers(self, channels: int) -> tuple[Multiplier, ...]:
        return tuple(multiplier(float(real)) for real in self.generator.uniform(0.0005, 0.01, channels))

    def _range(self) -> OutputRange:
        zero_point = self._zero_point()
        return OutputRange(zero_point, zero_point if self.generator.random() < 0.5 else -128, 127)

    def _zero_point(self) -> int:
        return int(self.generator.choice([-128, -5, 0, 3]))

    def _some(self, least: int, most: int) -> int:
        return int(self.generator.integers(least, most + 1))

    def _value(self, dimensions: tuple[int, ...]) -> int:
        return self.builder.value(Value("value", TensorType(ElementType.I8, dimensions)))

    def _dimensions(self, value: int) -> tuple[int, ...]:
        return self.builder.type_of(value).dimensions

    def _node(self, work: Computation, inputs: tuple[int, ...], output: int) -> None:
        self.builder.node("op", "model", work, inputs, (output,))
