"""The benchmarks of MLPerf Tiny: the bytes that its runner sends for each, and the results that it reads.

Quantising and dequantising are no part of the time that is measured.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rune.model.tflite import Model, ModelError, ModelTensor, signature
from rune.tensor import ElementType
from rune.wording import counted

_OFFSET: Final = 128
"""The difference between a byte from 0 to 255 and one from -128 to 127."""


class BenchmarkInput(Enum):
    """The numbers that the runner sends."""

    SIGNED_BYTES = 1
    """The bytes as the model reads them."""
    UNSIGNED_BYTES = 2
    """Pixels, of which the model reads 128 less."""
    FLOATS = 4
    """Features, which the device quantises."""


@dataclass(frozen=True)
class Benchmark:
    """`elements` are read by the model, and `results` are its answers; an anomaly detector's answer is one number, the
    mean squared difference between its output and its input."""

    key: str
    title: str
    input: BenchmarkInput
    elements: int
    results: int

    @property
    def size(self) -> int:
        """The bytes that are sent for one inference."""
        return self.elements * (4 if self.input is BenchmarkInput.FLOATS else 1)

    @property
    def is_anomaly(self) -> bool:
        return self.input is BenchmarkInput.FLOATS


BENCHMARKS: Final = {
    each.key: each
    for each in (
        Benchmark("kws01", "keyword spotting", BenchmarkInput.SIGNED_BYTES, 490, 12),
        Benchmark("vww01", "visual wake words", BenchmarkInput.UNSIGNED_BYTES, 96 * 96 * 3, 2),
        Benchmark("ic01", "image classification", BenchmarkInput.UNSIGNED_BYTES, 32 * 32 * 3, 10),
        Benchmark("ad01", "anomaly detection", BenchmarkInput.FLOATS, 640, 1),
    )
}


class WrongModel(Exception):
    """The model is not one of the benchmark; the text says why."""


class BadInput(Exception):
    """The bytes cannot be an input; the text says why."""


@dataclass(frozen=True)
class BenchmarkModel:
    """A model of a benchmark, int8 in and out. It reads and answers bytes of the model's own form."""

    benchmark: Benchmark
    input: ModelTensor
    output: ModelTensor

    def model_input(self, content: bytes) -> bytes:
        """Returns the bytes that the model reads, of those that were sent. Raises `BadInput`."""
        expected = self.benchmark.size
        if len(content) != expected:
            raise BadInput(f"{self.benchmark.key} takes {counted(expected, 'byte')}, and {len(content)} were loaded")
        match self.benchmark.input:
            case BenchmarkInput.SIGNED_BYTES:
                return content
            case BenchmarkInput.UNSIGNED_BYTES:
                return bytes(each ^ _OFFSET for each in content)
            case BenchmarkInput.FLOATS:
                return _quantised(_floats(content), self.input)

    def results(self, content: bytes, answer: bytes) -> Sequence[float]:
        """Returns the numbers that the runner reads, of a model's answer to the bytes that were sent."""
        numbers = _dequantised(answer, self.output)
        if not self.benchmark.is_anomaly:
            return numbers
        pairs = zip(numbers, _floats(content), strict=True)
        return [sum((number - feature) ** 2 for number, feature in pairs) / len(numbers)]


def benchmark_model(benchmark: Benchmark, model: Model) -> BenchmarkModel:
    """The model as one of the benchmark. Raises `WrongModel`."""
    try:
        model_signature = signature(model)
    except ModelError as error:
        raise WrongModel(str(error)) from error
    if len(model_signature.inputs) != 1 or len(model_signature.outputs) != 1:
        raise WrongModel("A model of MLPerf Tiny has one input and one output")
    (input_tensor,), (output_tensor,) = model_signature.inputs, model_signature.outputs
    expected_output = benchmark.elements if benchmark.is_anomaly else benchmark.results
    for tensor, count, name in (
        (input_tensor, benchmark.elements, "input"),
        (output_tensor, expected_output, "output"),
    ):
        if tensor.type.element is not ElementType.I8 or tensor.scale is None:
            raise WrongModel(f"The {name} is {tensor.type}, and int8 with one scale is needed: run rune convert first")
        if tensor.type.count != count:
            raise WrongModel(f"The {name} of {benchmark.key} has {count} numbers, and this model's {tensor.type.count}")
    return BenchmarkModel(benchmark, input_tensor, output_tensor)


def _floats(content: bytes) -> Sequence[float]:
    """Raises `BadInput` for what is no number."""
    numbers = struct.unpack(f"<{len(content) // 4}f", content)
    if not all(map(math.isfinite, numbers)):
        raise BadInput("The features have numbers that are not finite")
    return numbers


def _quantised(numbers: Sequence[float], tensor: ModelTensor) -> bytes:
    """Rounded half away from zero, and kept within -128 and 127."""
    scale, zero_point = tensor.scale or 1.0, tensor.zero_point or 0
    scaled = (number / scale for number in numbers)
    rounded = (math.floor(abs(each) + 0.5) * (1 if each >= 0 else -1) + zero_point for each in scaled)
    return struct.pack(f"{len(numbers)}b", *(max(-_OFFSET, min(_OFFSET - 1, each)) for each in rounded))


def _dequantised(answer: bytes, tensor: ModelTensor) -> Sequence[float]:
    scale, zero_point = tensor.scale or 1.0, tensor.zero_point or 0
    return [(each - zero_point) * scale for each in struct.unpack(f"{len(answer)}b", answer)]
