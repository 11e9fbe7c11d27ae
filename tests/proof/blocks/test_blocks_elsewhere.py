"""Generated blocks in Python on the machines where runes run: WebAssembly in wasmtime and V8, C on an emulated
Cortex-M4. Each gives the bytes that Python gives."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.running.runtime import Runtime
from tests.support.compiler.in_node import HOST, output_of
from tests.support.compiler.mutants import Recorder
from tests.support.compiler.pipelines import tensors_of
from tests.support.compiler.programs.board_programs import core
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.compiler.python_blocks.block_projects import agreeing_programs, project_of, together
from tests.support.compiler.python_blocks.programs import BlockProgram

pytestmark = pytest.mark.proof

COUNT = int(os.environ.get("FORGE_BLOCKS", "500"))
"""Programs that end well, at least: about two of five that are generated do, on all their inputs."""
BATCH = 60
"""Programs that are generated for one rune."""
CORE = "cortex-m4"

Programs = list[tuple[BlockProgram, list[bytes]]]


def batches() -> Iterator[Programs]:
    programs = 0
    for first in count(0, BATCH):
        batch = agreeing_programs(range(first, first + BATCH))
        assert batch, "none of these programs ends well"
        yield batch
        programs += len(batch)
        if programs >= COUNT:
            return


def test_on_wasmtime_and_in_v8_they_give_what_python_gives(record_property: Recorder, tmp_path: Path) -> None:
    programs = 0
    for number, batch in enumerate(batches()):
        programs += len(batch)
        rune = build(project_of(batch), BuildOptions("blocks")).rune
        frames, expected = together(batch)
        assert sent_bytes(Runtime.load(rune), frames) == expected
        assert in_v8(rune, frames, len(batch), tmp_path / str(number)) == expected
    record_property("programs", programs)
    record_property("node", output_of("node", "--version"))
    assert programs >= COUNT


def test_on_an_emulated_core_they_give_what_python_gives(record_property: Recorder, tmp_path: Path) -> None:
    programs = 0
    for number, batch in enumerate(batches()):
        programs += len(batch)
        result = build(project_of(batch), BuildOptions("blocks", target=find_target(CORE)))
        folder = tmp_path / str(number)
        folder.mkdir()
        firmware = build_firmware(core(CORE), result.files, interface_of(result.program, "blocks"), folder)
        frames, expected = together(batch)
        assert emulate(firmware, frames).outputs == expected
    record_property("programs", programs)
    assert programs >= COUNT


def in_v8(rune: bytes, frames: Sequence[Sequence[bytes]], blocks: int, folder: Path) -> bytes:
    """All that the rune sends in V8, run by run."""
    folder.mkdir()
    (folder / "rune").write_bytes(rune)
    (folder / "frames").write_bytes(b"".join(data for frame in frames for data in frame))
    sizes = [str(len(data)) for data in frames[0]]
    command = ["node", str(HOST), str(folder / "rune"), str(folder / "frames"), *sizes]
    result = subprocess.run(command, check=False, capture_output=True, timeout=300)
    assert (result.returncode, result.stderr) == (0, b"")
    pieces, place = [], 0
    for _ in range(len(frames) * blocks):
        (length,) = struct.unpack_from("<I", result.stdout, place)
        pieces += [data for _, data in tensors_of(result.stdout[place + 4 : place + 4 + length])]
        place += 4 + length
    assert place == len(result.stdout)
    return b"".join(pieces)
