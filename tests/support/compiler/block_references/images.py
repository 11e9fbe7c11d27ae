"""References of the blocks for images: the formulas of TFLite's reference kernels, pixel by pixel in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import F32, Arguments, Array, BlockCase, Reference, case, noise, whole


def _line(size: int, new_size: int, centres: str) -> tuple[Array, Array, Array]:
    """The lower and upper neighbour and the weight of the upper one, in f32."""
    is_aligned = centres == "align_corners" and new_size > 1
    scale = F32(size - 1) / F32(new_size - 1) if is_aligned else F32(size) / F32(new_size)
    at = np.arange(new_size, dtype=F32)
    scaled = (at + F32(0.5)) * scale - F32(0.5) if centres == "half_pixel" else at * scale
    lower = np.maximum(np.floor(scaled), 0).astype(int)
    upper = np.minimum(np.ceil(scaled), size - 1).astype(int)
    return lower, upper, (scaled - lower.astype(F32)).astype(F32)


def _line_1024(size: int, new_size: int, centres: str) -> tuple[Array, Array, Array]:
    is_aligned = centres == "align_corners" and new_size > 1
    over, under = (size - 1, new_size - 1) if is_aligned else (size, new_size)
    scale = (1024 * over + under // 2) // under
    scaled = np.arange(new_size) * scale + (scale // 2 - 512 if centres == "half_pixel" else 0)
    lower = np.maximum(np.trunc(scaled / 1024), 0).astype(int)
    upper = np.minimum(np.trunc((scaled + 1023) / 1024), size - 1).astype(int)
    return lower, upper, scaled - 1024 * lower


def _nearest(size: int, new_size: int, centres: str) -> Array:
    is_aligned = centres == "align_corners" and new_size > 1
    scale = F32(size - 1) / F32(new_size - 1) if is_aligned else F32(size) / F32(new_size)
    scaled = (np.arange(new_size, dtype=F32) + F32(0.5 if centres == "half_pixel" else 0)) * scale
    place = np.floor(scaled + 0.5) if centres == "align_corners" else np.floor(scaled)
    return np.asarray(np.clip(place, 0, size - 1).astype(int))


def _resized(image: Array, height: int, width: int, method: str, centres: str) -> Array:
    if method == "nearest":
        rows, columns = (_nearest(s, w, centres) for s, w in ((image.shape[1], height), (image.shape[2], width)))
        return image[:, rows][:, :, columns]
    line: Any = _line_1024 if image.dtype == np.int8 else _line
    (y0, y1, below), (x0, x1, after) = (
        line(image.shape[1], height, centres),
        line(image.shape[2], width, centres),
    )
    below, after = below[:, None, None], after[None, :, None]
    x = image[0].astype(np.int64 if image.dtype == np.int8 else F32)
    ends = x[y0][:, x0], x[y1][:, x0], x[y0][:, x1], x[y1][:, x1]
    one = 1024 if image.dtype == np.int8 else F32(1)
    weights = ((one - below), (one - after)), (below, (one - after)), ((one - below), after), (below, after)
    total = ends[0] * weights[0][0] * weights[0][1]
    for end, (vertical, horizontal) in zip(ends[1:], weights[1:], strict=True):
        total = total + end * vertical * horizontal
    if image.dtype == np.int8:
        total = np.trunc((total + np.where(total > 0, 1 << 19, -(1 << 19))) / (1 << 20))
    elif image.dtype == np.uint8:
        total = np.trunc(total + F32(0.5))
    return np.asarray(total.astype(image.dtype)[None])


def resize(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [_resized(inputs[0], arguments["height"], arguments["width"], arguments["method"], arguments["centres"])]


def letterbox(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    (image,) = inputs
    _, height, width, channels = image.shape
    scale = min(arguments["height"] / height, arguments["width"] / width)
    inner = [max(1, int(np.floor(side * scale + 0.5))) for side in (height, width)]
    out = np.full((1, arguments["height"], arguments["width"], channels), arguments["fill"], image.dtype)
    top, left = (arguments["height"] - inner[0]) // 2, (arguments["width"] - inner[1]) // 2
    small = _resized(image, inner[0], inner[1], arguments["method"], "half_pixel")
    out[:, top : top + inner[0], left : left + inner[1]] = small
    return [out]


def crop(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    (image,) = inputs
    starts = [
        (whole_ - arguments[size]) // 2 if arguments[start] < 0 else arguments[start]
        for whole_, size, start in zip(image.shape[1:3], ("height", "width"), ("top", "left"), strict=True)
    ]
    return [image[:, starts[0] : starts[0] + arguments["height"], starts[1] : starts[1] + arguments["width"]]]


def color(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    (image,) = inputs
    if arguments["from"] == "grey":
        return [np.repeat(image, 3, axis=3)]
    if arguments["to"] != "grey":
        return [image[..., ::-1]]
    red, green, blue = np.moveaxis(image[..., ::-1] if arguments["from"] == "bgr" else image, 3, 0)
    if image.dtype == np.uint8:
        weighted = 19595 * red.astype(int) + 38470 * green.astype(int) + 7471 * blue.astype(int)
        return [((weighted + 32768) >> 16).astype(np.uint8)[..., None]]
    return [(red * F32(0.299) + green * F32(0.587) + blue * F32(0.114))[..., None]]


def layout(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    order = (0, 3, 1, 2) if arguments["to"] == "nchw" else (0, 2, 3, 1)
    return [np.transpose(inputs[0], order)]


REFERENCES: Mapping[str, Reference] = {
    "resize": resize,
    "letterbox": letterbox,
    "crop": crop,
    "color": color,
    "layout": layout,
}

_BYTES = whole(40, 0, 255, 1, 5, 7, 3)
_SIGNED = whole(41, -128, 127, 1, 5, 4, 1, type_=np.int8)
_REAL = noise(42, 1, 4, 3, 1)

CASES: Sequence[BlockCase] = (
    case("resize", "smaller", _BYTES, height=3, width=4),
    case("resize", "larger, corner", _BYTES[:, :2, :3], height=5, width=4, centres="corner"),
    case("resize", "aligned", _BYTES[:, :3, :3], height=4, width=1, centres="align_corners"),
    case("resize", "i8 smaller", _SIGNED, height=3, width=3),
    case("resize", "i8 larger, corner", _SIGNED, height=7, width=5, centres="corner"),
    case("resize", "i8 aligned", _SIGNED, height=3, width=7, centres="align_corners"),
    case("resize", "f32", _REAL, height=3, width=5),
    case("resize", "nearest", _BYTES, height=3, width=4, method="nearest"),
    case("resize", "nearest f32, corner", _REAL, height=6, width=2, method="nearest", centres="corner"),
    case("resize", "nearest, aligned", _SIGNED, height=4, width=6, method="nearest", centres="align_corners"),
    case("letterbox", "wide into a square", _BYTES, height=4, width=4, fill=114),
    case("letterbox", "tall into a wide frame, i8", _SIGNED, height=3, width=6, fill=-128),
    case("letterbox", "larger, f32", _REAL, height=6, width=6, fill=0.5),
    case("letterbox", "nearest", _BYTES, height=3, width=6, method="nearest"),
    case("letterbox", "nearest i8", _SIGNED, height=3, width=6, method="nearest"),
    case(
        "letterbox",
        "nearest f32, an infinity and a zero below zero",
        np.array([1, np.inf, -0.0, -np.inf, 3, 4], F32).reshape(1, 2, 3, 1),
        height=4,
        width=6,
        method="nearest",
    ),
    case("crop", "the middle", _BYTES, height=2, width=4),
    case("crop", "a corner", _REAL, height=2, width=1, top=2, left=2),
    case("color", "to grey", _BYTES[:, :2, :3]),
    case("color", "black, white", np.array([0, 0, 0, 255, 255, 255, 255, 0, 0], np.uint8).reshape(1, 1, 3, 3)),
    case("color", "f32 of bgr to grey", noise(43, 1, 2, 2, 3), from_="bgr"),
    case("color", "rgb to bgr", _BYTES[:, :2, :2], to="bgr"),
    case("color", "grey to rgb", _REAL, from_="grey", to="rgb"),
    case("layout", "channels first", _BYTES[:, :2, :3]),
    case("layout", "channels last", noise(44, 1, 3, 2, 2), to="nhwc"),
)
