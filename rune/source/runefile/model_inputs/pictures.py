"""Pictures: rows first or channels first, flat or not, in the ranges that libraries train on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

from rune.blocks.meaning import NumberRange, Quantisation, full_range, represented_range
from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.source.runefile.model_inputs.preset import QUANTISED_TYPES, InputKind, InputPreset, StageWriter
from rune.tensor import ElementType, TensorType

_LEAST_SIDE = 8
_MOST_FLAT_SIDE = 256
_LONGEST_ASPECT = 4
_COLOURS = 3
_OFF = 0.1
"""How far from a range the ends of a quantised input may be, as a part of its width."""
_FORMATS = {"grey": "GrayScale", "rgb": "RGB", "bgr": "BGR"}
_ORDERS = {"grey": "grey", "rgb": "red, green, blue", "bgr": "blue, green, red"}


@dataclass(frozen=True)
class _PictureLayout:
    """The order of the sides and channels of a picture in an input."""

    height: int
    width: int
    channels: int
    is_channels_first: bool = False

    @property
    def rows_first(self) -> tuple[int, ...]:
        return (1, self.height, self.width, self.channels)

    @property
    def text(self) -> str:
        return f"{self.width} x {self.height} pixels{', channels first' if self.is_channels_first else ''}"


@dataclass(frozen=True)
class _Range:
    """The numbers that pixels become, from `low` to `high`. `block` is None for bytes as they are."""

    key: str
    title: str
    block: InsertedBlock | None
    low: float = 0
    high: float = 255
    needs_colours: bool = False

    def is_stored_by(self, tensor: ModelTensor) -> bool:
        """Returns whether the whole numbers of an input stand for this range."""
        whole = full_range(tensor.type)
        if whole is None or tensor.scale is None:
            return False
        stored_range = represented_range(whole, Quantisation(tensor.scale, tensor.zero_point or 0))
        tolerance = _OFF * (self.high - self.low)
        return max(abs(stored_range.low - self.low), abs(stored_range.high - self.high)) <= tolerance


def _scale(low: float, high: float) -> InsertedBlock:
    return InsertedBlock("scale", {"to": NumberRange(low, high).argument_text})


_RANGES = (
    _Range(
        "0-1",
        "Pixels from 0 to 1, as Keras examples and torchvision divide by 255",
        InsertedBlock("image-normalization", {}),
        0,
        1,
    ),
    _Range("signed", "Pixels from -1 to 1, as MobileNet and Inception of Keras read them", _scale(-1, 1), -1, 1),
    _Range("0-255", "Pixels from 0 to 255, for models that scale them themselves", _scale(0, 255)),
    _Range(
        "imagenet",
        "Mean and deviation of ImageNet, as torchvision reads them",
        InsertedBlock("scale", {"mean": "123.675, 116.28, 103.53", "deviation": "58.395, 57.12, 57.375"}),
        -2.118,
        2.64,
        needs_colours=True,
    ),
)


def picture_presets(tensor: ModelTensor, suffix: str) -> Iterator[InputPreset]:
    """The ways in which an input may be a picture; none where its shape is not that of one."""
    for layout in _layouts(tensor.type):
        for colour in ("grey",) if layout.channels == 1 else ("rgb", "bgr"):
            yield from _of_layout(tensor, layout, colour, suffix)


def _of_layout(tensor: ModelTensor, layout: _PictureLayout, colour: str, suffix: str) -> Iterator[InputPreset]:
    element = tensor.type.element
    end = ("" if colour != "bgr" else "-bgr") + ("-channels-first" if layout.is_channels_first else "")
    about = f"{layout.text}, {_ORDERS[colour]}"
    if element in (ElementType.U8, ElementType.I8):
        whole = InsertedBlock("signed-pixels", {}) if element is ElementType.I8 else None
        title = "Bytes from 0 to 255 as they are" if whole is None else "Bytes from -128 to 127: pixels minus 128"
        bytes_range = _Range("bytes", title, whole)
        yield _preset(
            tensor, layout, colour, bytes_range, InputPreset(f"bytes{end}", InputKind.PICTURE, title, about), suffix
        )
    if element is not ElementType.F32 and (element not in QUANTISED_TYPES or tensor.scale is None):
        return
    for each in (*_of_file(tensor), *_ranges(tensor)):
        if each.needs_colours and layout.channels != _COLOURS:
            continue
        description = InputPreset(f"{each.key}{end}", InputKind.PICTURE, each.title, about)
        yield _preset(tensor, layout, colour, each, description, suffix)


def _ranges(tensor: ModelTensor) -> tuple[_Range, ...]:
    """The ranges that an input can store: a quantised one says by its scale which it was trained on."""
    if tensor.type.element is ElementType.F32:
        return _RANGES
    return tuple(each for each in _RANGES if each.is_stored_by(tensor))


def _of_file(tensor: ModelTensor) -> Iterator[_Range]:
    """The range of a mean and a deviation that the model's file names."""
    description = tensor.description
    if not description.mean or not description.deviation:
        return
    arguments = {
        "mean": ", ".join(f"{each:.7g}" for each in description.mean),
        "deviation": ", ".join(f"{each:.7g}" for each in description.deviation),
    }
    yield _Range("file", "Mean and deviation as the model's file says", InsertedBlock("scale", arguments))


def _preset(
    tensor: ModelTensor, layout: _PictureLayout, colour: str, range_: _Range, description: InputPreset, suffix: str
) -> InputPreset:
    writer = StageWriter(suffix)
    arguments = [
        f"width: {layout.width}",
        f"height: {layout.height}",
        f'pixel_format: "@PixelFormat::{_FORMATS[colour]}"',
    ]
    shape = layout.rows_first
    writer.capability("image", "IMAGE", arguments, TensorType(ElementType.U8, shape))
    is_whole = range_.key == "bytes"
    element = tensor.type.element if is_whole else ElementType.F32
    if range_.block is not None:
        writer.block("pixels", range_.block, TensorType(element, shape))
    if layout.is_channels_first:
        shape = (1, layout.channels, layout.height, layout.width)
        writer.block("channels_first", InsertedBlock("layout", {"to": "nchw"}), TensorType(element, shape))
    if is_whole:
        writer.reshape(tensor.type, shape)
    else:
        writer.fit(tensor, shape)
    return InputPreset(
        description.key, description.kind, description.title, description.about, writer.stages, writer.last
    )


def _layouts(type_: TensorType) -> list[_PictureLayout]:
    """The layouts that the sizes of an input allow, the usual one first."""
    sizes = type_.dimensions
    layouts: list[_PictureLayout] = []
    if len(sizes) == 4 and sizes[0] == 1:
        layouts = [
            _PictureLayout(sizes[1], sizes[2], sizes[3]),
            _PictureLayout(sizes[2], sizes[3], sizes[1], is_channels_first=True),
        ]
    elif len(sizes) == 3 and sizes[0] == 1:
        layouts = [_PictureLayout(sizes[1], sizes[2], 1)]
    elif len(sizes) == 3:
        layouts = [_PictureLayout(*sizes), _PictureLayout(sizes[1], sizes[2], sizes[0], is_channels_first=True)]
    elif len(sizes) in (1, 2) and (len(sizes) == 1 or sizes[0] == 1):
        sides = ((isqrt(sizes[-1] // channels), channels) for channels in (1, _COLOURS))
        layouts = [_PictureLayout(side, side, each) for side, each in sides if side * side * each == sizes[-1]]
        layouts = [each for each in layouts if each.height <= _MOST_FLAT_SIDE]
    return [each for each in layouts if _is_picture(each)]


def _is_picture(layout: _PictureLayout) -> bool:
    short, long = sorted((layout.height, layout.width))
    return layout.channels in (1, _COLOURS) and short >= _LEAST_SIDE and long <= _LONGEST_ASPECT * short
