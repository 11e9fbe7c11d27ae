from __future__ import annotations

import struct
from pathlib import Path

import pytest

import rune
from hmrd.running.recorded import recorded_file
from hmrd.storage.recordings import BadSession, DeviceRecordings, day_after
from rune.capabilities.accel import ACCEL
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime import RequestedCapability
from rune.tensor import ElementType, TensorType
from rune.tools.api.ports import Input

NOW = 1_800_000_000.0
UNTIL = day_after(NOW, 30)
AUDIO = Input("audio", "audio", TensorType(ElementType.I16, (160,)), RequestedCapability(1, SOUND, {"hz": 16000}))


def test_what_is_kept_is_a_data_set(tmp_path: Path) -> None:
    recordings = DeviceRecordings(tmp_path)
    for label, value in (("knock", 1000), ("quiet", 0)):
        recordings.begin(label, "Ada agreed on paper.", UNTIL, NOW)
        for _ in range(3):
            file = recorded_file(AUDIO, struct.pack("<160h", *[value] * 160))
            assert file is not None
            assert recordings.keep(*file, NOW) is None
    data = rune.load_data(tmp_path / "data")

    assert data.labels == ("knock", "quiet")
    assert len(data) == 6
    assert data.samples[0].rate == 16000
    assert data.samples[0].array().tolist() == [1000] * 160


@pytest.mark.parametrize(("kind", "count", "shape"), [(ACCEL, 30, (10, 3)), (RAW, 10, (10, 1))])
def test_rows_of_numbers_are_kept_too(tmp_path: Path, kind: object, count: int, shape: tuple[int, int]) -> None:
    request = RequestedCapability(1, kind, {})  # type: ignore[arg-type]
    port = Input("x", "x", TensorType(ElementType.F32, (count,)), request)
    recordings = DeviceRecordings(tmp_path)
    recordings.begin("wave", "Ada agreed.", UNTIL, NOW)
    file = recorded_file(port, struct.pack(f"<{count}f", *range(count)))
    assert file is not None
    recordings.keep(*file, NOW)

    (sample,) = rune.load_data(tmp_path / "data")
    assert sample.array().shape == shape
    assert sample.array().flatten().tolist() == list(range(count))


def test_nothing_is_kept_without_a_session_or_after_its_time(tmp_path: Path) -> None:
    recordings = DeviceRecordings(tmp_path)
    recordings.keep("wav", b"x", NOW)
    session = recordings.begin("knock", "Ada agreed.", UNTIL, NOW, seconds=10)
    recordings.keep("wav", b"x", NOW + 5)
    recordings.keep("wav", b"x", NOW + 11)

    assert recordings.count(session) == 1
    assert recordings.running is None


def test_the_last_windows_alone_are_kept(tmp_path: Path) -> None:
    recordings = DeviceRecordings(tmp_path)
    recordings.begin("knock", "Ada agreed.", UNTIL, NOW, last=2)
    for number in range(5):
        recordings.keep("wav", b"%d" % number, NOW)

    assert sorted(path.read_bytes() for path in (tmp_path / "data" / "knock").iterdir()) == [b"3", b"4"]


def test_recordings_end_with_their_last_day(tmp_path: Path) -> None:
    recordings = DeviceRecordings(tmp_path)
    session = recordings.begin("knock", "Ada agreed.", UNTIL, NOW)
    recordings.keep("wav", b"x", NOW)
    again = DeviceRecordings(tmp_path)

    assert again.sessions == (session,)
    assert again.delete_expired(NOW + 29 * 86_400) == ()
    assert again.delete_expired(NOW + 31.1 * 86_400) == (session,)
    assert not list((tmp_path / "data" / "knock").iterdir())


def test_recordings_without_their_list_are_deleted(tmp_path: Path) -> None:
    recordings = DeviceRecordings(tmp_path)
    recordings.begin("knock", "Ada agreed.", UNTIL, NOW)
    recordings.keep("wav", b"x", NOW)
    (tmp_path / "sessions.json").write_text("{")

    assert DeviceRecordings(tmp_path).sessions == ()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("label", "consent", "until"),
    [("../x", "Ada", UNTIL), ("", "Ada", UNTIL), ("a", " ", UNTIL), ("a", "Ada", "2020-01-01"), ("a", "Ada", "soon")],
)
def test_a_session_needs_a_label_a_consent_and_an_end(tmp_path: Path, label: str, consent: str, until: str) -> None:
    with pytest.raises(BadSession):
        DeviceRecordings(tmp_path).begin(label, consent, until, NOW)
