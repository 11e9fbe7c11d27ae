"""Acquisitions of one sensor, in Edge Impulse's format: audio is a sound, anything else a table, and no value is cut
off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.content.read import read_content
from rune.datasets.layouts.formats.edge_impulse import recording_of
from tests.support.cases import each_case

AUDIO = {"name": "audio", "units": "wav"}


def acquisition(values: Sequence[float], sensor: dict[str, str], interval: float) -> dict[str, Any]:
    return {"payload": {"interval_ms": interval, "sensors": [sensor], "values": values}}


@each_case(
    ("sensor", "values", "content"),
    [
        ({"name": "temperature", "units": "Cel"}, [20.5, 21, 19.25], b"temperature\n20.5\n21\n19.25\n"),
        ({"name": "pressure"}, [40_000, -70_000], b"pressure\n40000\n-70000\n"),
        ({"name": "humidity", "units": "%RH"}, [0.25, 0.5], b"humidity\n0.25\n0.5\n"),
        ({}, [1.5, 2], b"value\n1.5\n2\n"),
        ({"name": ""}, [1.5, 2], b"value\n1.5\n2\n"),
    ],
)
def test_a_sensor_that_hears_nothing_is_a_table_of_its_values(
    sensor: dict[str, str], values: list[float], content: bytes
) -> None:
    data = recording_of(acquisition(values, sensor, 100))
    assert (read_content(data).kind, data) == (Kind.TABLE, content)


@each_case(
    ("sensor", "values", "samples"),
    [
        (AUDIO, [-32_768, 0, 32_767], [-32_768, 0, 32_767]),
        (AUDIO, [0, 1, -1], [0, 1, -1]),
        ({"name": "audio"}, [0, 2, -300], [0, 2, -300]),
        ({"name": "audio"}, [0.5, -1.0, 0.25], [16_384, -32_768, 8_192]),
        ({"name": "microphone"}, [0.5, -1.0, 0.25], [16_384, -32_768, 8_192]),
    ],
)
def test_audio_is_a_sound_of_its_values(sensor: dict[str, str], values: list[float], samples: list[int]) -> None:
    data = recording_of(acquisition(values, sensor, 0.0625))
    assert read_content(data).drawing["rate"] == 16_000
    assert np.frombuffer(data[44:], "<i2").tolist() == samples


@each_case("rate", [8000, 11_025, 22_050, 44_100, 48_000])
def test_a_rate_survives_as_an_interval(rate: int) -> None:
    for interval in (1000 / rate, round(1000 / rate, 6)):
        actual = read_content(recording_of(acquisition([1, 2], AUDIO, interval))).drawing["rate"]
        assert abs(actual - rate) <= 1


@each_case(
    ("sensor", "values", "interval", "reason"),
    [
        (AUDIO, [1, 40_000], 0.0625, "neither integers of 16 bits nor from -1 to 1"),
        (AUDIO, [1, -32_769], 0.0625, "neither integers of 16 bits nor from -1 to 1"),
        ({"name": "audio"}, [0.5, 1.5], 0.0625, "neither integers of 16 bits nor from -1 to 1"),
        (AUDIO, [1, 2], 16, "62.5 Hz; a WAV file has a whole number"),
        (AUDIO, [], 0.0625, "empty"),
        ({"name": "temperature"}, [], 100, "no rows"),
        ({"name": "temperature"}, [[1, 2]], 100, "not numbers"),
    ],
)
def test_values_that_a_sound_cannot_have_are_refused(
    sensor: dict[str, str], values: list[Any], interval: float, reason: str
) -> None:
    with pytest.raises(BadContent, match=reason):
        recording_of(acquisition(values, sensor, interval))
