"""Firmware on the virtual Pico, by the worker that pages get: every template and integer model gives the bytes of
the rune for the browser, and passes its self-test there. The protocol is written here a second time.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.packages.errors import NoFirmware
from rune.devices.packages.packaging import package
from rune.project.files import ProjectFiles
from rune.running.runtime import Runtime
from tests.conftest import REPOSITORY
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.compiler.programs.c_projects import (
    INTEGER_MODELS,
    TEMPLATES,
    answered_inputs,
    model_project,
    template,
)

pytestmark = pytest.mark.proof

HOST = Path(__file__).with_name("pico_host.cjs")
WORKER = REPOSITORY / "static" / "build" / "pico.js"
RUNS = 2
HELLO, RUN, RESET, SELFTEST = 1, 2, 3, 4
ANSWERS, ERROR = 0x80, 0xFF
IN_FLASH = {"mlperf_ad_int8"}


def request(kind: int, number: int, payload: bytes = b"") -> bytes:
    body = struct.pack("<BBHI", 1, kind, number, len(payload)) + payload
    return b"RU" + body + struct.pack("<I", zlib.crc32(body))


def answered(frame: bytes, kind: int, number: int) -> bytes:
    """The payload of one whole answer of this kind."""
    version, reply_kind, of, size = struct.unpack_from("<BBHI", frame, 2)
    assert (frame[:2], version, reply_kind, of) == (b"RU", 1, kind, number), frame[:64]
    assert len(frame) == 14 + size
    assert zlib.crc32(frame[2:-4]) == struct.unpack_from("<I", frame, 10 + size)[0]
    return frame[10:-4]


def on_the_pico(files: Mapping[str, bytes], requests: Sequence[bytes], folder: Path) -> list[bytes]:
    """The board's answers to each request."""
    folder.mkdir(parents=True)
    (folder / "uf2").write_bytes(next(data for path, data in files.items() if path.endswith(".uf2")))
    (folder / "description").write_bytes(described(files))
    stdin = b"".join(struct.pack("<I", len(each)) + each for each in requests)
    result = subprocess.run(host_command(folder), input=stdin, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return list(pieces(result.stdout))


def host_command(folder: Path) -> list[str]:
    """The page's worker without a page, with the files `uf2` and `description` of a folder."""
    node = shutil.which("node")
    if node is None or not WORKER.exists():
        pytest.skip("no node, or the front end is not built")
    return [node, str(HOST), str(WORKER), str(folder / "uf2"), str(folder / "description")]


def described(files: Mapping[str, bytes]) -> bytes:
    return next(data for path, data in files.items() if path.startswith("firmware/") and path.endswith(".json"))


def pieces(data: bytes) -> Iterator[bytes]:
    while data:
        (size,) = struct.unpack_from("<I", data)
        yield data[4 : 4 + size]
        data = data[4 + size :]


def outputs_of(payload: bytes, description: Mapping[str, Any]) -> bytes:
    """Numbers as they are and texts as lines, as `sent_bytes` has them; nothing of an output that was not sent."""
    at, data = 12 + 4 * len(description["steps"]), b""
    for output in description["outputs"]:
        assert output["sizes"] == 0, "no template has an output whose sizes a run decides"
        if output["optional"]:
            (is_sent,) = struct.unpack_from("<I", payload, at)
            at += 4
            if not is_sent:
                continue
        for _ in range(output["texts"]):
            (size,) = struct.unpack_from("<I", payload, at)
            data += payload[at + 4 : at + 4 + size] + b"\n"
            at += 4 + size
        data += payload[at : at + output["bytes"]]
        at += output["bytes"]
    assert at == len(payload)
    return data


def projects(test_data: Path) -> Iterator[tuple[str, ProjectFiles]]:
    yield from ((name, template(name)) for name in TEMPLATES)
    for name in INTEGER_MODELS:
        yield name, model_project((test_data / "models" / f"{name}.tflite").read_bytes())


def test_every_rune_that_fits_gives_the_same_bytes_on_the_virtual_pico(
    test_data: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    size, in_flash, too_large = 0, set(), set()
    for name, files in projects(test_data):
        try:
            package_files = package(files, BuildOptions(name, target=find_target("pico"))).files
        except NoFirmware:
            too_large.add(name)
            continue
        description = json.loads(described(package_files))
        if description["memory"] == "flash":
            in_flash.add(name)
        rune = build(files, BuildOptions(name)).rune
        inputs = answered_inputs(files, rune, RUNS)
        frames = [request(HELLO, 1), request(SELFTEST, 2), request(RESET, 3)]
        frames += [request(RUN, 4 + run, b"".join(frame)) for run, frame in enumerate(inputs)]
        hello, selftest, reset, *runs = on_the_pico(package_files, frames, tmp_path / name)
        answer = json.loads(answered(hello, ANSWERS | HELLO, 1))
        assert answer.items() <= description.items()
        assert answered(selftest, ANSWERS | SELFTEST, 2) == bytes(4), name
        assert answered(reset, ANSWERS | RESET, 3) == b""
        payloads = [answered(frame, ANSWERS | RUN, 4 + run) for run, frame in enumerate(runs)]
        expected = sent_bytes(Runtime.load(rune), inputs)
        assert expected
        assert b"".join(outputs_of(each, description) for each in payloads) == expected, name
        size += len(expected)
        record_property(f"cycles of {name}", max(struct.unpack_from("<Q", each)[0] for each in payloads))
    record_property("bytes", size)
    assert in_flash == IN_FLASH
    assert too_large == set()


@pytest.mark.protects("browser/virtual-board")
def test_what_is_no_request_gets_an_error_or_nothing_and_the_board_goes_on(tmp_path: Path) -> None:
    package_files = package(template("sine"), BuildOptions("sine", target=find_target("pico"))).files
    right = request(RUN, 9, struct.pack("<f", 1.0))
    spoilt = right[:-1] + bytes([right[-1] ^ 1])
    later = b"RU\x02" + right[3:]
    frames = [
        b"AT\r\n" * 50,
        spoilt,
        request(RUN, 10, bytes(8)),
        later,
        request(9, 11),
        right[:12],
        b"RURU" + right,
        right,
    ]
    replies = on_the_pico(package_files, frames, tmp_path / "sine")
    assert replies[0] == b""
    codes = [
        struct.unpack_from("<II", answered(each, ERROR, of))
        for each, of in zip(replies[1:6], (9, 10, 9, 11, 9), strict=True)
    ]
    assert codes == [(1, 0), (2, 4), (3, 1), (4, 9), (5, 0)]
    assert len(answered(replies[7], ANSWERS | RUN, 9)) == 12 + 4 * 6 + 4
