from __future__ import annotations

import io
import os
import socket
import stat
import struct
import threading
import wave
from pathlib import Path

import pytest

from hmrd.config.model import InputFormat, SourceConfig, SourceKind
from hmrd.protocol.problems import ProblemName
from hmrd.running.failure import RunFailed
from hmrd.running.formats import LineDecoder, WavDecoder
from hmrd.running.sources import blocks
from hmrd.running.stop_signal import StopSignal
from hmrd.running.windows import Cutter, windows
from rune.capabilities import Capability
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime import RequestedCapability
from rune.tensor import ElementType, TensorType
from rune.tools.api.ports import Input
from tests.support.hmrd.waiting import wait_until


def port(element: ElementType, count: int, kind: Capability = RAW, **parameters: int) -> Input:
    return Input("audio", kind.port_name, TensorType(element, (count,)), RequestedCapability(1, kind, parameters))


def wav(samples: list[int], *, rate: int = 16000, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setparams((channels, 2, rate, 0, "NONE", ""))
        target.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


@pytest.mark.parametrize(
    ("hop", "expected"),
    [(4, [b"0123", b"4567"]), (2, [b"0123", b"2345", b"4567", b"6789"]), (5, [b"0123", b"5678"])],
)
@pytest.mark.parametrize("block", [1, 3, 10])
def test_windows_touch_overlap_or_leave_gaps(hop: int, expected: list[bytes], block: int) -> None:
    cutter, data = Cutter(4, hop), b"0123456789"
    pieces = [each for start in range(0, 10, block) for each in cutter.push(data[start : start + block])]

    assert pieces == expected


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_the_samples_of_several_wavs_follow_each_other(block: int) -> None:
    data = wav([1, 2, 3]) + wav([4, 5])
    decoder = WavDecoder(16000)
    samples = b"".join(decoder.decode(data[start : start + block]) for start in range(0, len(data), block))

    assert struct.unpack("<5h", samples) == (1, 2, 3, 4, 5)


def test_two_channels_become_their_mean() -> None:
    assert struct.unpack("<2h", WavDecoder(None).decode(wav([10, 20, -3, -5], channels=2))) == (15, -4)


def test_a_recorder_that_states_no_size_has_no_end() -> None:
    head = bytearray(wav([7]))
    head[40:44] = b"\xff\xff\xff\x7f"

    assert WavDecoder(None).decode(bytes(head) + b"\x01\x00" * 5) == b"\x07\x00" + b"\x01\x00" * 5


def test_another_rate_is_named_with_both_rates() -> None:
    with pytest.raises(RunFailed) as failure:
        WavDecoder(16000).decode(wav([1], rate=44100))

    assert failure.value.problem.name is ProblemName.CONFIG_WRONG
    assert "44100" in str(failure.value)
    assert "16000" in str(failure.value)


def test_lines_are_numbers_or_json() -> None:
    decoder = LineDecoder(ElementType.F32)

    samples = decoder.decode(b"1, 2.5\n\n[3]\n4") + decoder.decode(b"5\n")
    assert struct.unpack("<4f", samples) == (1.0, 2.5, 3.0, 45.0)


@pytest.mark.parametrize("line", [b"hello\n", b"1.5\n", b"300\n", b"[[1]]\n", b"nan\n", b'["secret"]\n'])
def test_a_line_that_is_no_numbers_of_the_type_is_refused_without_its_words(line: bytes) -> None:
    with pytest.raises(RunFailed) as failure:
        LineDecoder(ElementType.U8).decode(line)

    assert line.decode().strip() not in str(failure.value)


def test_a_file_ends_and_one_that_repeats_does_not(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"abcd")
    source = SourceConfig(SourceKind.FILE, (str(tmp_path / "data"),))
    repeating = SourceConfig(SourceKind.FILE, (str(tmp_path / "data"),), repeats=True)

    assert list(windows(port(ElementType.U8, 2), source, StopSignal())) == [b"ab", b"cd"]
    endless = windows(port(ElementType.U8, 2), repeating, StopSignal())
    assert [next(endless) for _ in range(5)] == [b"ab", b"cd", b"ab", b"cd", b"ab"]
    endless.close()


def test_a_wav_file_is_converted_to_the_rate_of_the_rune(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav([0] * 800, rate=8000))
    source = SourceConfig(SourceKind.FILE, (str(tmp_path / "a.wav"),), InputFormat.WAV)

    sound = port(ElementType.I16, 160, SOUND, hz=16000, sample_duration_ms=10)
    assert len(list(windows(sound, source, StopSignal()))) == 10


def test_a_pipe_waits_for_its_next_writer(tmp_path: Path) -> None:
    path, stop = tmp_path / "pipe", StopSignal()
    os.mkfifo(path)
    stream = blocks(SourceConfig(SourceKind.PIPE, (str(path),)), stop)

    for text in (b"abc", b"defg"):
        writer = threading.Thread(target=path.write_bytes, args=(text,))
        writer.start()
        assert next(stream) == text
        # Without a writer, what follows begins anew; a writer that comes before that continues what the last one wrote.
        writer.join()
        assert next(stream) == b""
    stop.set()
    assert list(stream) == []


def test_a_missing_pipe_is_made_and_its_group_may_write(tmp_path: Path) -> None:
    path, stop = tmp_path / "pipe", StopSignal()
    stream = blocks(SourceConfig(SourceKind.PIPE, (str(path),)), stop)
    reader = threading.Thread(target=lambda: read.append(next(stream)))
    read: list[bytes] = []
    before = os.umask(0o077)
    try:
        reader.start()
        wait_until(path.is_fifo, "the pipe is made")
        wait_until(lambda: stat.S_IMODE(path.stat().st_mode) == 0o660, "its group may write")
    finally:
        os.umask(before)
    path.write_bytes(b"abc")
    reader.join()
    assert read == [b"abc"]
    stop.set()
    assert b"".join(stream) == b""


def test_what_is_in_the_place_of_a_pipe_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for path, problem in ((tmp_path / "file", "is not a pipe"), (tmp_path / "no" / "pipe", "cannot be made")):
        with pytest.raises(RunFailed, match=problem):
            next(blocks(SourceConfig(SourceKind.PIPE, (str(path),)), StopSignal()))
    assert (tmp_path / "file").read_text() == "kept"


def test_a_command_feeds_and_is_ended_with_all_it_started(tmp_path: Path) -> None:
    script = f"sleep 1000 & echo $! > {tmp_path}/child; printf abcd; wait"
    source = SourceConfig(SourceKind.COMMAND, ("sh", "-c", script))
    stream = windows(port(ElementType.U8, 4), source, StopSignal())
    assert next(stream) == b"abcd"
    child = int((tmp_path / "child").read_text())
    stream.close()

    wait_until(lambda: not _command_of(child), "the child is ended")


def _command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def test_a_command_that_ends_is_named() -> None:
    stream = windows(port(ElementType.U8, 4), SourceConfig(SourceKind.COMMAND, ("printf", "ab")), StopSignal())
    with pytest.raises(RunFailed) as failure:
        next(stream)

    assert failure.value.problem.name is ProblemName.INPUT_ENDED


def test_a_socket_feeds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        stream = windows(port(ElementType.U8, 2), SourceConfig(SourceKind.SOCKET, (address,)), StopSignal())
        thread = threading.Thread(target=lambda: _send(server, b"abcd"))
        thread.start()
        assert [next(stream), next(stream)] == [b"ab", b"cd"]
        thread.join()
        with pytest.raises(RunFailed):
            next(stream)


def _send(server: socket.socket, data: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(data)


@pytest.mark.parametrize("kind", [SourceKind.FILE, SourceKind.PIPE])
def test_what_is_not_there_is_named(tmp_path: Path, kind: SourceKind) -> None:
    place = tmp_path / "no" / "input"
    with pytest.raises(RunFailed) as failure:
        list(windows(port(ElementType.U8, 2), SourceConfig(kind, (str(place),)), StopSignal()))

    assert failure.value.problem.name is ProblemName.INPUT_ENDED
