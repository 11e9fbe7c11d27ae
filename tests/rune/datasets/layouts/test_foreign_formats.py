"""FLAC and CBOR in imports: what stock encoders write is read to the bit, and hostile files are left out by name."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import Any

import cbor2
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as some

from rune.datasets.content.content import BadContent
from rune.datasets.content.read import MAX_BYTES, read_content
from rune.datasets.convert.flac import wav_of_flac
from rune.datasets.convert.plain import plain_recording
from rune.datasets.layouts.containers.cbor_files import cbor_of
from rune.datasets.layouts.find import read_item
from tests.rune.datasets.layouts.test_layouts import facts, layout_of
from tests.support.cases import each_case

VALUES = np.random.default_rng(3).integers(-30_000, 30_000, 4_000).astype(np.int16)


def flac(values: Any = VALUES, rate: int = 16_000, subtype: str = "PCM_16") -> bytes:
    """A FLAC file by libFLAC."""
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", rate, 1 if np.ndim(values) == 1 else values.shape[1], subtype, format="FLAC"
    ) as out:
        out.title = "In the kitchen of Ana"
        out.write(values)
    return file.getvalue()


def test_a_flac_file_becomes_a_wav_of_the_same_values_without_its_title() -> None:
    wav = plain_recording(flac())
    assert np.array_equal(np.frombuffer(wav[44:], "<i2"), VALUES)
    assert read_content(wav).milliseconds == 250
    assert b"Ana" in flac()
    assert b"Ana" not in wav


def test_channels_are_averaged_and_24_bits_rounded() -> None:
    stereo = np.stack([VALUES, np.zeros_like(VALUES)], axis=1)
    sound = np.frombuffer(wav_of_flac(flac(stereo))[44:], "<i2")
    assert np.abs(sound - VALUES / 2).max() <= 0.5
    wide = VALUES.astype(np.int32) << 16
    assert np.array_equal(np.frombuffer(wav_of_flac(flac(wide, subtype="PCM_24"))[44:], "<i2"), VALUES)


def test_flac_files_come_in_from_folders_by_label() -> None:
    archive, layout = layout_of({"knock/a.flac": flac(), "knock/b.flac": b"fLaC" + bytes(50)})
    assert facts(layout) == {("knock/a.flac", "knock", "", ""), ("knock/b.flac", "knock", "", "")}
    good, bad = layout.items
    assert read_item(archive, layout, good).media_type == "audio/wav"
    with pytest.raises(BadContent, match="damaged or cut short"):
        read_item(archive, layout, bad)


def test_hours_of_silence_in_a_few_bytes_are_refused_before_they_are_in_memory() -> None:
    bomb = flac(np.zeros(MAX_BYTES, np.int16))
    assert len(bomb) < 40_000
    with pytest.raises(BadContent, match="larger than"):
        wav_of_flac(bomb)


def test_a_flac_file_that_ends_early_is_refused() -> None:
    whole = flac()
    for end in (4, 40, 60, len(whole) // 2, len(whole) - 2_000):
        with pytest.raises(BadContent):
            wav_of_flac(whole[:end])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(position=some.integers(4, 4_000), value=some.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(position: int, value: int) -> None:
    data = bytearray(flac(VALUES[:1_000]))
    data[position % len(data)] = value
    data[:4] = b"fLaC"
    with suppress(BadContent):
        assert read_content(wav_of_flac(bytes(data))).media_type == "audio/wav"


def acquisition(values: Any, sensors: int = 1) -> bytes:
    """A file of Edge Impulse's data acquisition format in CBOR."""
    units = [{"name": f"s{number}", "units": "wav" if sensors == 1 else "m/s2"} for number in range(sensors)]
    payload = {"device_type": "PICO", "interval_ms": 0.0625, "sensors": units, "values": values}
    return bytes(cbor2.dumps({"protected": {"ver": "v1", "alg": "none"}, "signature": "00", "payload": payload}))


def test_exports_of_edge_impulse_in_cbor_come_in() -> None:
    archive, layout = layout_of(
        {
            "training/knock.1.cbor": acquisition(VALUES.tolist()),
            "testing/wave.2.cbor": acquisition([[1.0, 2.0, 3.0], [4, 5, 6]], 3),
        }
    )
    assert layout.name == "Edge Impulse"
    assert facts(layout) == {
        ("training/knock.1.cbor", "knock", "", "train"),
        ("testing/wave.2.cbor", "wave", "", "test"),
    }
    contents = {item.label: read_item(archive, layout, item) for item in layout.items}
    assert np.array_equal(np.frombuffer(contents["knock"].data[44:], "<i2"), VALUES)
    assert contents["wave"].data == b"1,2,3\n4,5,6\n"


@each_case(
    "data",
    [
        b"",
        b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x81" * 100_000,
        b"\x5b\x00\x00\x00\xff\xff\xff\xff\xff",
        b"\xd8\x1d\x01",
        b"\xa1\x81\x01\x02\xff",
        cbor2.dumps({"payload": {"values": [2**2000], "sensors": [{}], "interval_ms": 1}}),
        cbor2.dumps({"payload": {"values": [[1, 2, 3]], "sensors": [{}, {}, {}, {}], "interval_ms": 1}}),
        cbor2.dumps({"payload": {"values": ["x"], "sensors": [{}], "interval_ms": 1}}),
        cbor2.dumps([1, 2]),
    ],
)
def test_hostile_cbor_is_left_out_with_a_reason(data: bytes) -> None:
    archive, layout = layout_of({"training/knock.1.cbor": data})
    with pytest.raises(BadContent):
        read_item(archive, layout, layout.items[0])


def test_without_the_libraries_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = flac(VALUES[:10])
    for name in ("soundfile", "cbor2"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(BadContent, match="Python package soundfile"):
        wav_of_flac(sound)
    with pytest.raises(BadContent, match="Python package cbor2"):
        cbor_of(b"\x01")
