"""Files as inputs: pictures, sounds, motion, raw bytes and seeded numbers become what a capability reads."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rune.abi import PixelFormat
from rune.capabilities import Capability
from rune.capabilities.accel import ACCEL
from rune.capabilities.float_image import FLOAT_IMAGE
from rune.capabilities.image import IMAGE
from rune.capabilities.rand import RAND
from rune.capabilities.randomness import random_bytes, split_mix64, xoshiro256pp
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime import RequestedCapability
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.files import InputFiles, inputs_from_files
from rune.running.runtime.inputs.images import image_pixels, resize
from rune.running.runtime.inputs.sounds import sound_input
from rune.running.runtime.inputs.tables import csv_values
from tests.support.cases import each_case


def png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def wav(samples: bytes, bits: int = 16, code: int = 1) -> bytes:
    header = struct.pack("<HHIIHH", code, 1, 16000, 32000, bits // 8, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def noise(height: int, width: int, channels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(7).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_a_picture_of_the_asked_size_is_passed_through() -> None:
    pixels = noise(5, 7, 3)
    assert image_pixels(png(pixels), 7, 5, PixelFormat.RGB) == pixels.tobytes()


@each_case(("width", "height"), [(96, 64), (10, 40), (31, 33), (200, 7)])
def test_resizing_agrees_with_another_implementation_of_the_same_kernel(width: int, height: int) -> None:
    smooth = np.asarray(Image.fromarray(noise(6, 9, 3)).resize((90, 60), Image.Resampling.BICUBIC))
    theirs = np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BICUBIC))
    ours = resize(smooth, width, height)
    assert ours.shape == (height, width, 3)
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 2


def test_resizing_a_step_overshoots_as_the_cubic_does() -> None:
    # Two pixels become four; at 0.25 from a pixel the weights are 0.8671875 and -0.0703125 or 0.2265625.
    step = np.array([[[100], [200]]], dtype=np.uint8)
    ours = resize(step, 4, 1)[0, :, 0].tolist()
    assert ours == [91, 121, 179, 209]


def test_gray_is_the_truncated_luma() -> None:
    pixels = np.array([[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], dtype=np.uint8)
    assert list(image_pixels(png(pixels), 4, 1, PixelFormat.GRAYSCALE)) == [255, 54, 182, 18]


def test_channels_are_swapped_for_bgr_and_alpha_is_dropped() -> None:
    pixels = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]], dtype=np.uint8)
    assert list(image_pixels(png(pixels), 2, 1, PixelFormat.BGR)) == [3, 2, 1, 7, 6, 5]


def test_a_gray_picture_is_repeated_for_colour() -> None:
    pixels = np.array([[9, 200]], dtype=np.uint8)
    assert list(image_pixels(png(pixels), 2, 1, PixelFormat.RGB)) == [9, 9, 9, 200, 200, 200]
    assert list(image_pixels(png(pixels), 2, 1, PixelFormat.GRAYSCALE)) == [9, 200]


@each_case("mode", ["1", "P", "CMYK", "I;16"])
def test_pictures_of_every_usual_kind_are_read(mode: str) -> None:
    file = io.BytesIO()
    white = Image.new("L", (4, 4), 255)
    image = Image.new("I;16", (4, 4), 65535) if mode == "I;16" else white.convert(mode)
    image.save(file, "TIFF")
    assert set(image_pixels(file.getvalue(), 4, 4, PixelFormat.GRAYSCALE)) <= {254, 255}


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_a_picture_cut_short_is_a_named_error(cut: int) -> None:
    with pytest.raises(InputFile):
        image_pixels(png(noise(40, 40, 3))[:cut], 4, 4, PixelFormat.RGB)


def test_a_wav_that_fits_gives_its_first_samples_as_they_are() -> None:
    samples = struct.pack("<5h", 1, -2, 3, -4, 5)
    sound = sound_input(wav(samples), 16000, 3)
    assert (sound.data, sound.conversion) == (samples[:6], None)


@each_case(
    ("data", "message"),
    [
        (b"", "not a wav file"),
        (wav(bytes(4)), "At least 3 samples are required to generate this input, but only 2 were provided"),
        (wav(bytes(6), bits=12), "save it as 16 bit PCM"),
        (wav(bytes(8), bits=16, code=85), "save it as 16 bit PCM"),
        (wav(b"")[:30], "cut short"),
        (wav(b"")[:36], "has no samples"),
        (wav(b"") + b"LIST" + struct.pack("<I", 4) + b"INFO", "only 0 were provided"),
    ],
)
def test_a_wav_that_does_not_do_is_refused_with_the_reason(data: bytes, message: str) -> None:
    with pytest.raises(InputFile, match=message):
        sound_input(data, 16000, 3)


MOTION = json.loads((Path(__file__).parents[3] / "conformance" / "motion.json").read_text(encoding="utf-8"))
"""The cases that the page is held to as well."""


@each_case("case", MOTION["read"], ids=lambda case: case["what"])
def test_a_csv_of_motion_is_read(case: Mapping[str, Any]) -> None:
    values = [value for row in case["rows"] for value in row]
    assert csv_values(case["text"].encode(), ACCEL.columns, None) == struct.pack(f"<{len(values)}f", *values)


@each_case("case", MOTION["refused"], ids=lambda case: case["message"])
def test_a_csv_that_does_not_do_is_refused_with_the_line(case: Mapping[str, Any]) -> None:
    with pytest.raises(InputFile) as error:
        csv_values(case["text"].encode(), ACCEL.columns, None)
    assert str(error.value) == case["message"]


@each_case("case", MOTION["window"], ids=lambda case: case["what"])
def test_a_rune_reads_the_first_rows_and_none_that_are_not_there(case: Mapping[str, Any]) -> None:
    data, count = case["text"].encode(), case["count"]
    if "message" in case:
        with pytest.raises(InputFile) as error:
            csv_values(data, ACCEL.columns, count)
        assert str(error.value) == case["message"]
    else:
        values = [value for row in case["rows"] for value in row]
        assert csv_values(data, ACCEL.columns, count) == struct.pack(f"<{len(values)}f", *values)


def test_a_csv_that_is_no_text_says_where() -> None:
    with pytest.raises(InputFile, match="byte 0 is not UTF-8"):
        csv_values(b"\xff", ACCEL.columns, None)


def test_a_table_has_the_columns_that_its_capability_names() -> None:
    names = ("humidity", "pressure")
    table = b"Pressure,at,Humidity\n1013,0,40\n1012,20,41\n"
    assert csv_values(table, names, None) == struct.pack("<4f", 40, 1013, 41, 1012)
    assert csv_values(b"40,1013\n", names, None) == struct.pack("<2f", 40, 1013)
    with pytest.raises(InputFile, match="names columns humidity and pressure picks them"):
        csv_values(b"1013,0,40\n", names, None)


def test_the_generator_gives_its_published_values() -> None:
    assert split_mix64(1234567, 3) == (6457827717110365317, 3203168211198807973, 9817491932198370423)
    assert list(islice(xoshiro256pp((1, 2, 3, 4)), 4)) == [41943041, 58720359, 3588806011781223, 3591011842654386]


def test_random_bytes_are_the_same_for_a_seed() -> None:
    assert random_bytes(42, 10) == random_bytes(42, 12)[:10] != random_bytes(43, 10)


def test_each_capability_reads_the_source_it_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first")
    (tmp_path / "b").write_bytes(b"second")
    files = InputFiles({RAW.option: (tmp_path / "a", tmp_path / "b")})
    requests = [
        RequestedCapability(1, RAW, {"length": 4}),
        RequestedCapability(2, RAW, {"source": 1}),
    ]
    assert inputs_from_files(requests, files) == {1: b"firs", 2: b"second"}


def test_a_float_image_has_the_pixels_as_f32(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(png(np.array([[[1, 2, 255]]], dtype=np.uint8)))
    request = RequestedCapability(1, FLOAT_IMAGE, {"width": 1, "height": 1})
    assert inputs_from_files([request], InputFiles({IMAGE.option: (tmp_path / "dot.png",)}))[1] == struct.pack(
        "<3f", 1, 2, 255
    )


def test_a_seed_feeds_random_capabilities_of_any_size() -> None:
    source = inputs_from_files([RequestedCapability(1, RAND, {})], InputFiles(seed=5))[1]
    assert isinstance(source, Callable)  # type: ignore[arg-type]
    assert source(8) == random_bytes(5, 8)  # type: ignore[operator]


@each_case(
    ("kind", "parameters", "message"),
    [
        (RAW, {}, 'Unable to load the "RAW" input: The user asked for source 0, but no sources were'),
        (SOUND, {"hz": 16000}, 'The "sample_duration_ms" argument wasn\'t set'),
        (IMAGE, {"width": 1}, 'The "height" argument wasn\'t set'),
        (IMAGE, {"width": 1, "height": 1, "pixel_format": 7}, "Unknown pixel format"),
        (IMAGE, {"width": 0.5, "height": 1}, 'Unable to parse "0.5" as the "width" argument'),
        (SOUND, {"hz": float("nan")}, 'Unable to parse "nan" as the "hz" argument'),
        (RAW, {"source": -1}, 'Unable to parse "-1" as the "source" argument'),
        (ACCEL, {"samples": float("inf")}, 'Unable to parse "inf" as the "samples" argument'),
    ],
)
def test_what_cannot_be_loaded_says_which_input_and_why(
    kind: Capability, parameters: dict[str, float], message: str
) -> None:
    with pytest.raises(InputFile, match=message):
        inputs_from_files([RequestedCapability(1, kind, parameters)], InputFiles())


def test_a_source_beyond_the_files_is_named(tmp_path: Path) -> None:
    request = RequestedCapability(1, RAW, {"source": 3})
    with pytest.raises(InputFile, match="source 3 but there are only 1 sources available"):
        inputs_from_files([request], InputFiles({RAW.option: (tmp_path / "a",)}))


def test_raw_data_shorter_than_its_length_is_given_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    request = RequestedCapability(1, RAW, {"length": 4})
    assert inputs_from_files([request], InputFiles({RAW.option: (tmp_path / "a",)})) == {1: b"abc"}
