"""Conversions of files, against the published arithmetic written down a second time, slowly and plainly."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rune.abi import PixelFormat
from rune.capabilities.randomness import random_bytes, random_words
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime import RequestedCapability
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.files import InputFiles, inputs_from_files
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.inputs.images import FORMATS, image_pixels, resize
from rune.running.runtime.inputs.sounds import sound_input
from rune.running.runtime.inputs.tables import nearest_f32
from tests.support.cases import each_case
from tests.support.properties import examples


def f32(value: float) -> float:
    """Rounds to f32, as each step of the published arithmetic is."""
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    return float(rounded)


def cubic(x: float) -> float:
    a = abs(x)
    cube, square = f32(f32(a * a) * a), f32(a * a)
    if a < 1:
        return f32(f32(f32(f32(9 * cube) + f32(-15 * square)) + 6) / 6)
    if a < 2:
        return f32(f32(f32(f32(f32(-3 * cube) + f32(15 * square)) + f32(-24 * a)) + 12) / 6)
    return 0.0


def line_resized(levels: Sequence[int], size: int, highest: int) -> list[int]:
    """One row or column of one channel."""
    length = len(levels)
    ratio = f32(length / size)
    scale = max(ratio, 1.0)
    result = []
    for index in range(size):
        centre = f32(f32(index + 0.5) * ratio)
        left = min(max(math.floor(f32(centre - f32(2 * scale))), 0), length - 1)
        right = min(max(math.ceil(f32(centre + f32(2 * scale))), left + 1), length)
        total = weights = 0.0
        for at in range(left, right):
            weight = cubic(f32(f32(at - f32(centre - 0.5)) / scale))
            total = f32(total + f32(weight * levels[at]))
            weights = f32(weights + weight)
        value = min(max(f32(total / weights), 0.0), float(highest))
        result.append(math.floor(Fraction(value) + Fraction(1, 2)))
    return result


def slowly_resized(pixels: list[list[int]], width: int, height: int, highest: int = 255) -> list[list[int]]:
    """Rows of one channel: first down every column, then across every row."""
    columns = [line_resized([row[x] for row in pixels], height, highest) for x in range(len(pixels[0]))]
    return [line_resized([column[y] for column in columns], width, highest) for y in range(height)]


@pytest.mark.slow
@given(st.integers(0, 2**32), st.tuples(*[st.integers(1, 12)] * 4))
@examples(25)
def test_resizing_is_the_published_arithmetic_to_the_bit(seed: int, sizes: tuple[int, int, int, int]) -> None:
    width, height, to_width, to_height = sizes
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 1), dtype=np.uint8)
    ours = resize(pixels, to_width, to_height)
    assert ours[:, :, 0].tolist() == slowly_resized(pixels[:, :, 0].tolist(), to_width, to_height)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(40, 30, 16, 7), (5, 9, 31, 20), (64, 2, 3, 64)])
def test_every_channel_is_resized_for_itself(sizes: tuple[int, int, int, int]) -> None:
    width, height, to_width, to_height = sizes
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 4), dtype=np.uint8)
    ours = resize(pixels, to_width, to_height)
    for channel in range(4):
        assert ours[:, :, channel].tolist() == slowly_resized(pixels[:, :, channel].tolist(), to_width, to_height)


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


GRADIENT = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5


def luma(red: int, green: int, blue: int) -> int:
    return int(f32(f32(f32(f32(0.2126) * red) + f32(f32(0.7152) * green)) + f32(f32(0.0722) * blue)))


def test_gray_is_the_truncated_luma_of_every_colour() -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    ours = list(image_pixels(saved(Image.fromarray(pixels)), 20, 20, PixelFormat.GRAYSCALE))
    assert ours == [luma(*map(int, colour)) for row in pixels for colour in row]


def test_gray_with_and_without_alpha_is_its_own_luma() -> None:
    gray = Image.fromarray(GRADIENT)
    with_alpha = Image.merge("LA", (gray, Image.new("L", gray.size, 7)))
    for image in (gray, with_alpha):
        assert image_pixels(saved(image), 8, 6, PixelFormat.GRAYSCALE) == GRADIENT.tobytes()
        assert image_pixels(saved(image), 8, 6, PixelFormat.RGB) == GRADIENT.repeat(3).tobytes()


def test_alpha_changes_no_colour_when_a_picture_is_resized() -> None:
    pixels = np.random.default_rng(6).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    pixels[:, :, 3] //= 3
    ours = np.frombuffer(image_pixels(saved(Image.fromarray(pixels)), 4, 5, PixelFormat.RGB), np.uint8).reshape(5, 4, 3)
    for channel in range(3):
        assert ours[:, :, channel].tolist() == slowly_resized(pixels[:, :, channel].tolist(), 4, 5)


@pytest.mark.parametrize("transparent", [False, True])
def test_a_palette_is_resolved_before_anything_is_resized(transparent: bool) -> None:
    image = Image.fromarray(GRADIENT % 3).convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 10, 20, 30])
    data = saved(image, transparency=1) if transparent else saved(image)
    colours = np.array([[255, 0, 0], [0, 255, 0], [10, 20, 30]], np.uint8)[GRADIENT % 3]
    assert image_pixels(data, 8, 6, PixelFormat.RGB) == colours.tobytes()
    resized = np.frombuffer(image_pixels(data, 3, 4, PixelFormat.RGB), np.uint8).reshape(4, 3, 3)
    assert resized[:, :, 2].tolist() == slowly_resized(colours[:, :, 2].tolist(), 3, 4)


def test_gray_of_16_bits_is_resized_in_16_bits_and_then_cut() -> None:
    levels = np.random.default_rng(8).integers(0, 65536, (7, 6), dtype=np.uint16)
    data = saved(Image.fromarray(levels))
    assert image_pixels(data, 6, 7, PixelFormat.GRAYSCALE) == (levels >> 8).astype(np.uint8).tobytes()
    ours = list(image_pixels(data, 4, 3, PixelFormat.GRAYSCALE))
    assert ours == [level >> 8 for row in slowly_resized(levels.tolist(), 4, 3, 65535) for level in row]


def deep_png(levels: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], filters: Sequence[int]) -> bytes:
    """A PNG of colours of 16 bits, written here: rows with the given filters, one after another and again."""
    height, width, channels = levels.shape
    step = channels * 2
    rows = [row.astype(">u2").tobytes() for row in levels]
    scanlines = bytearray()
    for y, row in enumerate(rows):
        above = rows[y - 1] if y else bytes(len(row))
        kind = filters[y % len(filters)]
        scanlines.append(kind)
        for x, byte in enumerate(row):
            left, up = row[x - step] if x >= step else 0, above[x]
            corner = above[x - step] if x >= step else 0
            nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
            scanlines.append((byte - (0, left, up, (left + up) // 2, nearest)[kind]) % 256)
    head = struct.pack(">IIBBBBB", width, height, 16, 2 if channels == 3 else 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(scanlines))), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@each_case("channels", [3, 4])
@each_case("filters", [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)])
def test_colours_of_16_bits_are_resized_in_16_bits_and_then_cut(channels: int, filters: tuple[int, ...]) -> None:
    levels = np.random.default_rng(9).integers(0, 65536, (7, 6, channels), dtype=np.uint16)
    data = deep_png(levels, filters)
    assert image_pixels(data, 6, 7, PixelFormat.RGB) == (levels[:, :, :3] >> 8).astype(np.uint8).tobytes()
    ours = np.frombuffer(image_pixels(data, 4, 3, PixelFormat.RGB), np.uint8).reshape(3, 4, 3)
    for channel in range(3):
        resized = slowly_resized(levels[:, :, channel].tolist(), 4, 3, 65535)
        assert ours[:, :, channel].tolist() == [[level >> 8 for level in row] for row in resized]


def test_a_deep_picture_that_is_damaged_is_a_named_error() -> None:
    data = deep_png(np.zeros((4, 4, 3), np.uint16), (0,))
    for mutant in (data[:-30], data[:45] + bytes(8) + data[53:], data[:16] + b"\0\0\xff\xff" * 2 + data[24:]):
        with pytest.raises(InputFile):
            image_pixels(mutant, 4, 4, PixelFormat.RGB)


def test_black_and_white_is_0_and_255() -> None:
    image = Image.fromarray((GRADIENT > 100).astype(np.uint8) * 255).convert("1")
    assert set(image_pixels(saved(image), 8, 6, PixelFormat.GRAYSCALE)) == {0, 255}


@each_case("form", ["PNG", "TIFF", "WEBP"])
def test_a_picture_is_turned_as_its_exif_says(form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"lossless": True} if form == "WEBP" else {}
    image = Image.fromarray(np.dstack([GRADIENT] * 3))
    turned = np.rot90(GRADIENT, -1)
    data = saved(image, form, exif=exif, **options)
    assert image_pixels(data, 6, 8, PixelFormat.RGB) == turned.repeat(3).tobytes()


def test_a_deep_picture_is_turned_as_its_exif_says() -> None:
    levels = np.arange(2 * 3 * 3, dtype=np.uint16).reshape(2, 3, 3) * 3000
    exif = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    data = deep_png(levels, (0,))
    turned = np.rot90(levels, -1) >> 8
    assert image_pixels(data[:33] + chunk + data[33:], 2, 3, PixelFormat.RGB) == turned.astype(np.uint8).tobytes()


def test_a_picture_of_a_phone_that_is_not_read_is_named() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    with pytest.raises(InputFile, match="HEIC pictures are not read; export the picture as JPEG or PNG"):
        image_pixels(heic, 8, 6, PixelFormat.RGB)


def test_a_jpeg_of_four_inks_has_three_colours() -> None:
    white = saved(Image.new("CMYK", (16, 16), (0, 0, 0, 0)), "JPEG")
    assert min(image_pixels(white, 2, 2, PixelFormat.RGB)) >= 254


@each_case("form", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA"])
def test_every_format_of_the_native_runtime_without_losses_gives_the_same_pixels(form: str) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    image = Image.fromarray(np.dstack([GRADIENT] * 3))
    assert form in FORMATS
    assert image_pixels(saved(image, form, **options), 8, 6, PixelFormat.RGB) == GRADIENT.repeat(3).tobytes()


def test_formats_that_other_programs_decode_are_not_opened() -> None:
    postscript = saved(Image.new("RGB", (4, 4)), "EPS")
    with pytest.raises(InputFile, match="not a picture of a known kind"):
        image_pixels(postscript, 4, 4, PixelFormat.RGB)


def test_width_comes_first_and_scanlines_follow() -> None:
    pixels = np.arange(2 * 5 * 3, dtype=np.uint8).reshape(2, 5, 3)
    assert image_pixels(saved(Image.fromarray(pixels)), 5, 2, PixelFormat.RGB) == bytes(range(30))


def wav(samples: bytes, bits: int, size: int | None = None, before: bytes = b"", rate: int = 8000) -> bytes:
    header = struct.pack("<HHIIHH", 1, 1, rate, rate * bits // 8, bits // 8, bits)
    length = len(samples) if size is None else size
    chunks = b"WAVE" + before + b"fmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", length) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def test_chunks_in_front_and_odd_ones_are_passed_over() -> None:
    samples = struct.pack("<2h", 5, 6)
    assert sound_input(wav(samples, 16, before=b"LIST\3\0\0\0abc\0"), 8000, 2).data == samples


def test_a_sound_that_promises_more_than_it_has_gives_what_it_has() -> None:
    samples = struct.pack("<2h", 5, 6)
    assert sound_input(wav(samples, 16, size=4000), 8000, 2).data == samples
    with pytest.raises(InputFile, match="At least 3 samples are required to generate this input, but only 2 were"):
        sound_input(wav(samples, 16, size=4000), 8000, 3)


@pytest.mark.parametrize(("hertz", "milliseconds", "count"), [(16000, 1000, 16000), (44100, 33, 1455), (8000, 0, 0)])
def test_the_number_of_samples_is_cut_to_a_whole_one(
    hertz: int, milliseconds: int, count: int, tmp_path: object
) -> None:
    path = tmp_path / "sound.wav"  # type: ignore[operator]
    path.write_bytes(wav(bytes(40000), 16, rate=hertz))
    request = RequestedCapability(1, SOUND, {"hz": hertz, "sample_duration_ms": milliseconds})
    assert len(inputs_from_files([request], InputFiles({SOUND.option: (path,)}))[1]) == 2 * count  # type: ignore[arg-type]


@each_case(
    ("text", "bits"),
    [
        ("0.1", 0x3DCCCCCD),
        ("-0", 0x80000000),
        ("1e99", 0x7F800000),
        ("-inf", 0xFF800000),
        ("340282356779733661637539395458142568448", 0x7F800000),
        ("340282356779733661637539395458142568447", 0x7F7FFFFF),
        ("1e-45", 0x00000001),
        ("7.006492321624085e-46", 0x00000000),
        ("7.0064923216240854e-46", 0x00000001),
        # In the middle of two f32, and by less than an f64 can tell above it and below it.
        ("1.000000059604644775390625", 0x3F800000),
        ("1.00000005960464477539062500000000001", 0x3F800001),
        ("1.00000005960464477539062499999999999", 0x3F800000),
        ("1.000000178813934326171875", 0x3F800002),
        ("1.00000017881393432617187499999999999", 0x3F800001),
        ("-1.00000005960464477539062500000000001", 0xBF800001),
    ],
)
def test_a_decimal_becomes_the_nearest_f32(text: str, bits: int) -> None:
    one = struct.pack("<I", bits)
    assert nearest_f32([text]) == one
    assert nearest_f32(["1", text, "-2.5"]) == struct.pack("<f", 1) + one + struct.pack("<f", -2.5)


@pytest.mark.slow
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=12))
def test_no_f32_is_nearer_than_the_one_that_is_read(value: object) -> None:
    (read,) = struct.unpack("<f", nearest_f32([str(value)]))
    exact = Fraction(str(value))
    (bits,) = struct.unpack("<i", struct.pack("<f", read))
    neighbours = [struct.unpack("<f", struct.pack("<i", bits + step))[0] for step in (-1, 1) if read != 0]
    assert all(abs(Fraction(read) - exact) <= abs(Fraction(other) - exact) for other in neighbours)


def test_a_seeded_random_input_is_the_upper_half_of_each_word() -> None:
    assert random_bytes(7, 8) == b"".join(
        word.to_bytes(4, "little") for word, _ in zip(random_words(7), range(2), strict=False)
    )


def test_a_rune_that_sets_absurd_parameters_can_still_be_measured() -> None:
    for hertz in (float("nan"), float("inf"), -1, 0):
        source = generated_inputs([RequestedCapability(1, SOUND, {"hz": hertz})])[1]
        assert callable(source)
        assert len(source(32000)) == 32000


@pytest.mark.slow
def test_a_giant_input_is_made_up_of_a_block_that_comes_again() -> None:
    source = generated_inputs([RequestedCapability(1, RAW, {})])[1]
    assert callable(source)
    data = source(1 << 26)
    assert len(data) == 1 << 26
    assert data[: 1 << 16] == data[1 << 16 : 1 << 17]
    assert source(1 << 26) is data
