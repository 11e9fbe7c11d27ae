"""A model file's advice on the range of its pixels: its metadata, then its first operators, else nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import flatbuffers

from rune.model.tflite import (
    Model,
    Normalization,
    Operator,
    PixelRange,
    Quantization,
    Tensor,
    TensorKind,
    pixel_advice,
    read_model,
)
from rune.model.tflite.meaning.metadata import normalizations
from tests.support.cases import each_case

IMAGE = Tensor("image", TensorKind.FLOAT32, (1, 8, 8, 3))


def constant(*values: float) -> Tensor:
    return Tensor("c", TensorKind.FLOAT32, (len(values),), data=memoryview(struct.pack(f"<{len(values)}f", *values)))


def model(*steps: tuple[str, Tensor | None, bool], integers: Tensor | None = None) -> Model:
    """A chain from the image on: the operator, its constant, and whether that stands in front."""
    tensors, operators, at = [IMAGE], [], 0
    for op, other, is_in_front in (*steps, ("CONV_2D", None, False)):
        inputs = [at]
        if other is not None:
            tensors.append(other)
            inputs = [len(tensors) - 1, at] if is_in_front else [at, len(tensors) - 1]
        tensors.append(integers if integers is not None and op == "QUANTIZE" else IMAGE)
        at = len(tensors) - 1
        operators.append(Operator(op, 1, tuple(inputs), (at,), {}))
    return Model(3, "", tuple(tensors), tuple(operators), (0,), (at,), 0)


def pixel_range_of(read_model: Model) -> PixelRange | None:
    advice = pixel_advice(read_model, 0)
    return None if advice is None else advice.range


@each_case(
    ("steps", "expected"),
    [
        ([("MUL", constant(1 / 255), False)], PixelRange.BYTES),
        ([("MUL", constant(1 / 255), True)], PixelRange.BYTES),
        ([("DIV", constant(255.0), False)], PixelRange.BYTES),
        ([("MUL", constant(1 / 127.5), False), ("SUB", constant(1.0), False)], PixelRange.BYTES),
        ([("SUB", constant(127.5), False)], PixelRange.BYTES),
        ([("ADD", constant(-123.68, -116.78, -103.94), False)], PixelRange.BYTES),
        ([("PAD", None, False), ("DIV", constant(255.0), False)], PixelRange.BYTES),
        ([("MUL", constant(2.0), False), ("SUB", constant(1.0), False)], PixelRange.UNIT),
        (
            [("SUB", constant(0.485, 0.456, 0.406), False), ("DIV", constant(0.229, 0.224, 0.225), False)],
            PixelRange.UNIT,
        ),
        ([], None),
        ([("ADD", constant(0.0), False)], None),
        ([("MUL", constant(0.0), False)], None),
        ([("MUL", constant(float("nan")), False)], None),
        ([("DIV", constant(255.0), True)], None),
        ([("SUB", constant(1.0), True)], None),
        ([("MUL", constant(0.5, 0.5, 0.5, 0.5, 0.5), False)], None),
        ([("RELU", None, False), ("DIV", constant(255.0), False)], None),
    ],
)
def test_the_first_operators_say_it_where_they_fit_one_range_only(
    steps: list[tuple[str, Tensor | None, bool]], expected: PixelRange | None
) -> None:
    assert pixel_range_of(model(*steps)) is expected


@each_case(
    ("scale", "zero", "expected"),
    [
        (1 / 255, -128, PixelRange.UNIT),
        (1.0, -128, PixelRange.BYTES),
        (1 / 127.5, 0, PixelRange.SIGNED),
        (0.02, -14, None),
    ],
)
def test_an_input_that_is_quantised_at_once_has_the_range_of_its_integers(
    scale: float, zero: int, expected: PixelRange | None
) -> None:
    integers = Tensor("q", TensorKind.INT8, (1, 8, 8, 3), Quantization((scale,), (zero,)))
    assert pixel_range_of(model(("QUANTIZE", None, False), integers=integers)) is expected


def test_what_two_operators_read_is_not_followed() -> None:
    read_twice = model(("DIV", constant(255.0), False))
    beside = Operator("CONV_2D", 1, (0,), (1,), {})
    assert (
        pixel_range_of(Model(3, "", read_twice.tensors, (*read_twice.operators, beside), (0,), read_twice.outputs, 0))
        is None
    )


@each_case(
    ("mean", "std", "expected"),
    [
        ((0.0,), (255.0,), PixelRange.UNIT),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), PixelRange.BYTES),
        ((127.5,), (127.5,), PixelRange.SIGNED),
        ((128.0,), (128.0,), PixelRange.SIGNED),
        ((123.68, 116.78, 103.94), (58.4, 57.1, 57.4), None),
    ],
)
def test_the_metadata_comes_first(mean: tuple[float, ...], std: tuple[float, ...], expected: PixelRange | None) -> None:
    described_model = model(("DIV", constant(255.0), False))
    with_metadata = Model(
        3,
        "",
        described_model.tensors,
        described_model.operators,
        (0,),
        described_model.outputs,
        0,
        1,
        (Normalization(mean, std),),
    )
    advice = pixel_advice(with_metadata, 0)
    assert advice is not None
    assert advice.range is expected
    assert advice.reason.startswith(f"its metadata gives the mean {mean[0]:.6g}")


def metadata(mean: list[float], std: list[float]) -> bytes:
    """ModelMetadata > SubGraphMetadata > TensorMetadata > ProcessUnit > NormalizationOptions."""
    builder = flatbuffers.Builder()

    def table(*fields: tuple[int, int]) -> int:
        builder.StartObject(8)
        for slot, offset in fields:
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return int(builder.EndObject())

    def vector(*items: int) -> int:
        builder.StartVector(4, len(items), 4)
        for item in reversed(items):
            builder.PrependUOffsetTRelative(item)
        return int(builder.EndVector())

    def numbers(values: list[float]) -> int:
        builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            builder.PrependFloat32(value)
        return int(builder.EndVector())

    options = table((0, numbers(mean)), (1, numbers(std)))
    builder.StartObject(2)
    builder.PrependUint8Slot(0, 1, 0)
    builder.PrependUOffsetTRelativeSlot(1, options, 0)
    unit = builder.EndObject()
    tensor = table((4, vector(unit)))
    graph = table((2, vector(tensor)))
    builder.Finish(table((3, vector(graph))), b"M001")
    return bytes(builder.Output())


def test_metadata_is_read() -> None:
    assert normalizations(memoryview(metadata([127.5], [2.0]))) == (Normalization((127.5,), (2.0,)),)


@each_case(
    "data",
    [
        b"",
        b"nothing of the kind",
        metadata([], []),
        metadata([1.0, 2.0], [1.0]),
        metadata([0.0], [0.0]),
        metadata([float("inf")], [1.0]),
        metadata([1.0] * 65, [1.0] * 65),
    ],
)
def test_metadata_that_cannot_be_used_says_nothing(data: bytes) -> None:
    assert normalizations(memoryview(data)) == ()


def test_metadata_that_is_cut_or_changed_refuses_no_model_and_ends() -> None:
    whole = metadata([127.5], [127.5])
    for at in range(len(whole)):
        assert len(normalizations(memoryview(whole[:at]))) <= 1
        for value in (0, 0x7F, 0xFF):
            assert len(normalizations(memoryview(whole[:at] + bytes([value]) + whole[at + 1 :]))) <= 4


def test_real_models_say_what_their_makers_wrote(test_data: Path) -> None:
    def advised_range(name: str) -> PixelRange | None:
        return pixel_range_of(read_model((test_data / "models" / f"{name}.tflite").read_bytes()))

    assert advised_range("style_transform") is PixelRange.UNIT
    assert advised_range("cartoongan_dynamic") is PixelRange.SIGNED
    assert (
        advised_range("mlperf_ic_float") is advised_range("bodypix_float") is advised_range("mlperf_vww_float") is None
    )
