"""Pictures as a rune's IMAGE capability gets them: decoded, resized by the published arithmetic, converted to pixels.

The resampling is that of the native runtime: Catmull-Rom (cubic with B = 0 and C = 1/2, support 2), first down, then
across, in float32, rounded to whole levels after each of the two. A picture is turned as its EXIF says first, as
browsers and the data of a project do. Needs numpy and Pillow, so it is imported when a picture is read.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from rune.abi import PixelFormat
from rune.datasets.content.orientation import exif_orientation
from rune.datasets.content.pictures import orientation_of
from rune.datasets.content.turning import turned
from rune.datasets.content.unread_pictures import format_of
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.deep_pictures import halves
from rune.unreadable import reason_of

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
"""[height, width, channels]: of gray, gray and alpha, red green blue, or those and alpha."""

PIXEL_LIMIT = 64_000_000
"""Pixels that a picture may have before it is decoded."""

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "ICO", "TIFF", "WEBP", "PPM", "TGA")
"""The picture formats of the native runtime. Pillow knows more, some by starting other programs."""


def image_pixels(data: bytes, width: int, height: int, pixel_format: PixelFormat) -> bytes:
    """A picture file's bytes as u8 scanlines of `width` x `height` pixels, each of 3 channels or, gray, of 1.

    Raises `InputFile`.
    """
    if width < 1 or height < 1 or width * height > PIXEL_LIMIT:
        raise InputFile(f"a picture of {width} x {height} pixels cannot be made")
    pixels = resize(_decode(data), width, height)
    return convert(pixels, pixel_format)


def convert(pixels: Pixels, pixel_format: PixelFormat) -> bytes:
    """u8 or u16 [height, width, 1 to 4] as u8 in the asked format; an alpha channel is dropped.

    Of 16 bits the upper 8 count. Gray is trunc(0.2126 R + 0.7152 G + 0.0722 B), in float32, from left to right.
    """
    channels = pixels.shape[2]
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixel_format is PixelFormat.GRAYSCALE:
        if channels < 3:
            return pixels[:, :, 0].tobytes()
        red, green, blue = (pixels[:, :, index].astype(np.float32) for index in range(3))
        luma: NDArray[np.float32] = np.float32(0.2126) * red + np.float32(0.7152) * green + np.float32(0.0722) * blue
        return luma.astype(np.uint8).tobytes()
    colour = np.repeat(pixels[:, :, :1], 3, axis=2) if channels < 3 else pixels[:, :, :3]
    if pixel_format is PixelFormat.BGR:
        colour = colour[:, :, ::-1]
    return colour.tobytes()


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """[h, w, channels] to [height, width, channels] in the same type, every channel for itself."""
    down = _resample(pixels, height)
    return _resample(down.transpose(1, 0, 2).copy(), width).transpose(1, 0, 2)


def _resample(pixels: Pixels, size: int) -> Pixels:
    """Resamples along the first axis to `size`: f32 sums run in the order of the source's indices; halves are
    rounded up."""
    length = pixels.shape[0]
    if length == size:
        return pixels  # the kernel is 1 at 0, and 0 at all other whole numbers
    places, weights, sums = _taps(length, size)
    source = pixels.astype(np.float32)
    total = np.zeros((size, *source.shape[1:]), dtype=np.float32)
    across = (size, *[1] * (source.ndim - 1))
    for place, weight in zip(places, weights, strict=True):
        total += weight.reshape(across) * source[place]
    value = np.clip(total / sums.reshape(across), np.float32(0), np.float32(np.iinfo(pixels.dtype).max))
    whole = np.floor(value)
    # Not floor(value + 0.5), whose sum is rounded itself: 0.49999997 would become 1.
    result = np.empty(value.shape, dtype=pixels.dtype)
    result[:] = whole + (value - whole >= np.float32(0.5))
    return result


@lru_cache(maxsize=16)
def _taps(length: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
    """For each output the source indices that count, intp [taps, size], their weights, f32 [taps, size], and the sums
    of these, f32 [size]. Where an output has fewer than others, the last weights are 0."""
    rows = [_weights(index, length, size) for index in range(size)]
    most = max(len(weights) for _, weights in rows)
    places = np.array([np.minimum(first + np.arange(most), length - 1) for first, _ in rows], dtype=np.intp)
    padded_weights = np.zeros((size, most), dtype=np.float32)
    sums = np.zeros(size, dtype=np.float32)
    for index, (_, weights) in enumerate(rows):
        padded_weights[index, : len(weights)] = weights
        for weight in weights:
            sums[index] += weight
    return places.T.copy(), padded_weights.T.copy(), sums


def _weights(index: int, length: int, size: int) -> tuple[int, tuple[np.float32, ...]]:
    """The first source index that counts for an output, and the weight of each from there on."""
    ratio = np.float32(length) / np.float32(size)
    scale = max(ratio, np.float32(1))
    centre = (np.float32(index) + np.float32(0.5)) * ratio
    reach = np.float32(2) * scale
    left = min(max(int(np.floor(centre - reach)), 0), length - 1)
    right = min(max(int(np.ceil(centre + reach)), left + 1), length)
    middle = centre - np.float32(0.5)
    return left, tuple(_catmull_rom((np.float32(at) - middle) / scale) for at in range(left, right))


def _catmull_rom(x: np.float32) -> np.float32:
    """The cubic kernel with B = 0 and C = 1/2, in float32, as sixths."""
    a = abs(x)
    if a < 1:
        sixths = np.float32(9) * (a * a * a) + np.float32(-15) * (a * a) + np.float32(6)
    elif a < 2:
        sixths = np.float32(-3) * (a * a * a) + np.float32(15) * (a * a) + np.float32(-24) * a + np.float32(12)
    else:
        sixths = np.float32(0)
    return np.float32(sixths / np.float32(6))


def _decode(data: bytes) -> Pixels:
    """A picture as [height, width, channels], in the file's own kind of pixel. Raises `InputFile`."""
    both = halves(data)
    if both is None:
        return _decode_shallow(data)
    orientation = orientation_of(data)
    upper, lower = (_decode_shallow(half, orientation).astype(np.uint16) for half in both)
    deep: NDArray[np.uint16] = (upper * np.uint16(256) + lower).astype(np.uint16)
    return deep


def _decode_shallow(data: bytes, orientation: int | None = None) -> Pixels:
    """Whatever Pillow decodes as it is, turned by `orientation` or else as the file's EXIF says."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise InputFile(f"the picture has {image.width} x {image.height} pixels, more than {PIXEL_LIMIT}")
            upright = turned(image, orientation or exif_orientation(image.info.get("exif", b"")))
            pixels = _gray_of_16_bits(upright) if upright.mode.startswith("I") else np.asarray(_in_bytes(upright))
    except UnidentifiedImageError:
        raise InputFile(_unknown_format(data)) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputFile(f"the picture cannot be read: {reason_of(error)}") from None
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def _unknown_format(data: bytes) -> str:
    name = format_of(data)
    if name is None or name.upper() in FORMATS:
        return "the file is not a picture of a known kind"
    return f"{name} pictures are not read; export the picture as JPEG or PNG"


def _gray_of_16_bits(image: Image.Image) -> NDArray[np.uint16]:
    """Pillow has such pictures in modes `I;16` of either order of bytes, and some in 32 bits."""
    levels: NDArray[np.uint16] = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
    return levels


def _in_bytes(image: Image.Image) -> Image.Image:
    """The picture in one of the modes whose channels are bytes of gray, of colour and of alpha."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode == "1":
        return image.convert("L")
    has_alpha = image.mode in ("PA", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")
