"""`rune run --serial` at a pseudo-terminal, at whose other end is the emulated Pico: what comes, what goes wrong."""

from __future__ import annotations

import json
import os
import pty
import struct
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.firmware import device
from rune.devices.packages.packaging import package
from rune.project.files import ProjectFiles
from rune.tools.cli import main
from tests.proof.devices.test_virtual_pico import described, host_command
from tests.support.compiler.programs.c_projects import template

pytestmark = pytest.mark.proof

Through = Callable[[bytes], bytes | None]
"""Passes an answer through a line; None where it is cut."""


class Chip:
    """The emulated chip with firmware of a project, by default of the template of that name."""

    def __init__(self, name: str, folder: Path, project: ProjectFiles | None = None) -> None:
        project = project or template(name)
        files = package(project, BuildOptions(name, target=find_target("pico"))).files
        folder.mkdir()
        (folder / "uf2").write_bytes(next(data for path, data in files.items() if path.endswith(".uf2")))
        (folder / "description").write_bytes(described(files))
        (folder / "app.rune").write_bytes(build(project, BuildOptions(name)).rune)
        self.folder = folder

    @contextmanager
    def port(self, through: Through = bytes) -> Iterator[str]:
        """The path of a serial port that it is at."""
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        command = host_command(self.folder)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as chip:
            thread = threading.Thread(target=serve, args=(ours, chip, through))
            thread.start()
            try:
                yield os.ttyname(theirs)
            finally:
                os.close(theirs)
                thread.join()
                assert chip.stdin is not None
                chip.stdin.close()


def serve(line: int, chip: subprocess.Popen[bytes], through: Through) -> None:
    """Gives each whole request to the chip, and back what it says, in pieces as lines bring them."""
    assert chip.stdin is not None
    assert chip.stdout is not None
    buffer = b""
    with suppress(OSError):
        while True:
            buffer += os.read(line, 4096)
            while len(buffer) >= 10 and len(buffer) >= (size := 14 + int.from_bytes(buffer[6:10], "little")):
                chip.stdin.write(struct.pack("<I", size) + buffer[:size])
                chip.stdin.flush()
                buffer = buffer[size:]
                (length,) = struct.unpack("<I", chip.stdout.read(4))
                answer = through(chip.stdout.read(length))
                if answer is None:
                    return os.close(line)
                for at in range(0, len(answer), 7):
                    os.write(line, answer[at : at + 7])
    return None


@pytest.fixture(scope="module")
def sine(tmp_path_factory: pytest.TempPathFactory) -> Chip:
    return Chip("sine", tmp_path_factory.mktemp("chips") / "sine")


def run(chip: Chip, port: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", str(chip.folder / "app.rune"), "--serial", port, *arguments])


def test_a_board_prints_what_the_rune_gives_with_its_cycles(sine: Chip, tmp_path: Path) -> None:
    (tmp_path / "number").write_bytes(struct.pack("<f", 1.0))
    arguments = ("--raw", str(tmp_path / "number"))
    alone = CliRunner().invoke(main, ["run", str(sine.folder / "app.rune"), *arguments])
    with sine.port() as port:
        both = run(sine, port, *arguments, "-r", "2")
    assert both.exit_code == 0, both.stderr
    for line in map(json.loads, both.stdout.splitlines()):
        board = line.pop("board")
        assert line == json.loads(alone.stdout)
        assert board["same"] is True
        assert 10_000 < board["cycles"] == pytest.approx(125_000 * board["milliseconds"], rel=0.01)
    with sine.port() as port:
        text = run(sine, port, *arguments, "-f", "text").stdout
    assert text.splitlines()[-1].endswith(" ms, same bytes")


def test_a_stream_is_read_to_its_end_on_both(tmp_path: Path) -> None:
    """A rune with a window says nothing until it is full, on the board neither."""
    chip = Chip("motion", tmp_path / "motion")
    rows = "".join(f"{x % 7 / 7},{x % 3 / 3},{x % 5 / 5}\n" for x in range(400))
    (tmp_path / "wave.csv").write_text("x,y,z\n" + rows)
    with chip.port() as port:
        result = run(chip, port, "--accelerometer", str(tmp_path / "wave.csv"))
    assert result.exit_code == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) > 1
    assert all(line["board"]["same"] for line in lines)


def disturbed(times: int) -> Through:
    """A line that changes a byte of so many answers."""
    left = [times]

    def through(answer: bytes) -> bytes:
        left[0] -= 1
        return answer[:12] + bytes([answer[12] ^ 4]) + answer[13:] if left[0] >= 0 else b"\x00RU~" + answer

    return through


def cut_at(answer: int) -> Through:
    calls = [0]

    def through(data: bytes) -> bytes | None:
        calls[0] += 1
        return data if calls[0] < answer else None

    return through


@pytest.mark.protects("browser/serial-port")
@pytest.mark.parametrize(
    ("through", "reason"),
    [
        pytest.param(cut_at(3), "The connection ended", id="cut"),
        pytest.param(disturbed(99), "The connection is unreliable", id="noise"),
        pytest.param(lambda _: b"login: ", "answers in another protocol", id="another program"),
        pytest.param(lambda _: b"", "does not answer", id="silent"),
        pytest.param(lambda data: data.replace(b'"sha256:', b'"sha256;'), "unreliable", id="changed"),
    ],
)
def test_a_line_that_is_of_no_use_is_said_so(
    sine: Chip, through: Through, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "TIMEOUT", 0.5)
    with sine.port(through) as port:
        result = run(sine, port, "--generated")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: The board at {port} failed")
    assert reason in result.stderr


def test_noise_that_ends_is_passed_over(sine: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "TIMEOUT", 0.5)
    with sine.port(disturbed(1)) as port:
        assert run(sine, port, "--generated").exit_code == 0


def test_a_board_with_another_rune_is_refused(sine: Chip, tmp_path: Path) -> None:
    other = Chip("digits", tmp_path / "digits")
    with sine.port() as port:
        result = run(other, port, "--generated")
    assert result.exit_code == 1
    assert "The board has other firmware: that of sine" in result.stderr
