"""The starter sketches of a package: one for each board of its processor that declares how its sensor is read, compiled
by that board's compiler against declarations of the libraries that it names."""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.boards.lookup import boards, find_board
from rune.devices.packages.packaging import Package, package
from rune.project.files import MemoryFiles
from tests.support.compiler.programs.c_programs import STRICT, gcc
from tests.support.compiler.programs.package_compilers import ESP32_C3, HEADERS, NANO_33_BLE, WARNINGS, compiler
from tests.support.compiler.programs.package_programs import PackageFolder, called
from tools.needs import EMULATORS

PICO = ("-mcpu=cortex-m0plus", "-mthumb", "-Os", "-ffreestanding")
COMPILERS = {
    "cortex-m4": ("arm-none-eabi", NANO_33_BLE),
    "cortex-m0plus": ("arm-none-eabi", PICO),
    "rv32imc": ("riscv64-unknown-elf", ESP32_C3),
}
MOTION = """\
version: 1
image: runicos/base
pipeline:
  motion: {capability: ACCEL, outputs: [{type: f32, dimensions: [1, 8, 3, 1]}], args: {n: 8}}
  normalised:
    proc-block: hotg-ai/proc-blocks@v0.11.3#normalize
    inputs: [motion]
    outputs: [{type: f32, dimensions: [1, 8, 3, 1]}]
  out: {out: serial, inputs: [normalised]}
"""
SOUND = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs: [{{type: i16, dimensions: [{count}]}}]
    args: {{hz: {hertz}, sample-duration-ms: 10}}
  out: {{out: tensor, inputs: [audio]}}
"""
RANDOM = """\
version: 1
image: runicos/base
pipeline:
  noise: {capability: RAW, outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [noise]}
"""


def packaged(text: str, target: str) -> Package:
    return package(MemoryFiles({"Runefile.yml": text.encode()}), BuildOptions("app", target=find_target(target)))


def sketches_in(package: Package) -> dict[str, str]:
    """The sketches by the keys of their boards."""
    paths = [path for path in package.files if path.endswith((".ino", "main.cpp")) and "selftest" not in path]
    sketches = {Path(path).parent.name: package.files[path].decode() for path in paths}
    return {name: text for name, text in sketches.items() if not name.startswith("collect-")}


def compile_sketch(room: Path, package: Package, key: str) -> None:
    """Compiles both sketches of a board, as C++ that includes Arduino.h; of the library only `src` is searched, as
    Arduino does."""
    family, flags = COMPILERS[package.report.target]
    folder = PackageFolder.of(room, package)
    for name in (key, f"collect-{key}"):
        path = next(path for path in package.files if f"/{name}/" in path)
        source = room / "sketch.cpp"
        source.write_text("#include <stddef.h>\n" + (folder.path / path).read_text())
        plus = compiler(f"{family}-g++", EMULATORS)
        includes = [f"-I{folder.path / 'src'}", f"-I{HEADERS}", "-include", str(HEADERS / "Arduino.h")]
        if path.endswith(".cpp"):
            includes = [f"-I{folder.path / 'include'}", f"-I{HEADERS}"]
        called([plus, "-std=gnu++14", *flags, *WARNINGS, *includes, "-c", str(source), "-o", "sketch.o"], room)


SKETCHES = [(board.key, sensor.key, board.target) for board in boards() for sensor in board.sketches]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "sensor", "target"), SKETCHES, ids=[f"{key} {sensor}" for key, sensor, _ in SKETCHES])
def test_each_declared_sensor_has_a_sketch_that_compiles(key: str, sensor: str, target: str, tmp_path: Path) -> None:
    package = packaged(MOTION if sensor == "motion" else SOUND.format(hertz=16000, count=160), target)
    text = sketches_in(package)[key]
    assert "Not run on hardware." in text
    assert find_board(key).name in text
    compile_sketch(tmp_path, package, key)
    assert find_board(key).name in package.files["README.md"].decode()


def test_five_boards_that_most_people_have_are_among_them() -> None:
    expected = {
        "arduino-nano-33-ble-sense",
        "raspberry-pi-pico",
        "esp32-c3-devkitm-1",
        "microbit-v2",
        "seeed-xiao-nrf52840-sense",
    }
    assert expected <= {key for key, _, _ in SKETCHES}


FRAMES = """
#include <stdio.h>
#include "app_sensor.h"
static void send(const uint8_t *bytes, size_t size) { fwrite(bytes, 1, size, stdout); }
int main(void) {
  const int16_t samples[3] = {1, -2, 32767};
  const float rows[6] = {0.5f, -9.75f, 1e-3f, 1.0f, 2.0f, 3.0f};
  rune_app_send_sound(send, 16000, samples, 3);
  rune_app_send_motion(send, rows, 2);
  return 0;
}
"""


def frames_in(data: bytes) -> list[tuple[int, int, bytes]]:
    """Kind, number and payload of each frame, with nothing between them and each sum right."""
    frames = []
    while data:
        letters, version, kind, number, size = struct.unpack_from("<2sBBHI", data)
        body, (total,) = data[2 : 10 + size], struct.unpack_from("<I", data, 10 + size)
        assert (letters, version, total) == (b"RU", 1, zlib.crc32(body))
        frames.append((kind, number, body[8:]))
        data = data[14 + size :]
    return frames


@pytest.mark.slow
def test_the_helper_sends_frames_of_the_serial_protocol(tmp_path: Path) -> None:
    folder = PackageFolder.of(tmp_path, packaged(MOTION, "cortex-m4"))
    (tmp_path / "frames.c").write_text(FRAMES)
    called([gcc(), *STRICT, f"-I{folder.path / 'include'}", "frames.c", "-o", "frames"], tmp_path)
    output = subprocess.run([tmp_path / "frames"], capture_output=True, check=True).stdout
    assert frames_in(output) == [
        (64, 1, struct.pack("<I3h", 16_000, 1, -2, 32_767)),
        (65, 2, struct.pack("<6f", 0.5, -9.75, 1e-3, 1.0, 2.0, 3.0)),
    ]


@pytest.mark.slow
def test_programs_that_collect_send_the_sensor_at_the_runes_rate_and_the_readme_names_them() -> None:
    package = packaged(SOUND.format(hertz=8000, count=80), "rv32imc")
    path = "examples/collect-seeed-xiao-esp32c3/collect-seeed-xiao-esp32c3.ino"
    text = package.files[path].decode()
    assert "rune_app_send_sound(send_bytes, 8000, readings, 256);" in text
    assert "Serial.begin(921600);" in text
    assert "app_run" not in text
    assert path in package.files["README.md"].decode()
    codal = packaged(MOTION, "cortex-m4").files["boards/collect-microbit-v2/main.cpp"].decode()
    assert "rune_app_send_motion(send_bytes, readings, 1);" in codal
    assert "uBit.serial.setBaud(115200);" in codal


@pytest.mark.slow
def test_a_sketch_reads_at_the_runes_rate_in_its_elements_and_prints_outputs_by_name() -> None:
    package = packaged(SOUND.format(hertz=8000, count=80), "rv32imc")
    text = sketches_in(package)["seeed-xiao-esp32c3"]
    assert "I2S_MODE_STD, 8000," in text
    assert "static int16_t readings[APP_INPUT_AUDIO_COUNT];" in text.replace("RUNE_APP", "APP")
    assert 'Serial.print("out:");' in text
    assert "SCK to GPIO 4" in text


@pytest.mark.slow
def test_a_micro_bit_reads_its_microphone_at_the_runes_rate_without_arduino() -> None:
    package = packaged(SOUND.format(hertz=8000, count=80), "cortex-m4")
    path = "boards/microbit-v2/main.cpp"
    text = package.files[path].decode()
    assert "uBit.adc.setSamplePeriod(1000000 / 8000)" in text
    assert "#include <Arduino.h>" not in text
    other = packaged(SOUND.format(hertz=11025, count=110), "cortex-m4")
    assert path not in other.files
    assert (
        "The microphone of the BBC micro:bit V2 gives 8,000, 10,000 or 16,000 samples"
        in other.files["README.md"].decode()
    )


@pytest.mark.slow
def test_the_readme_says_why_there_is_no_sketch() -> None:
    slow = packaged(SOUND.format(hertz=11025, count=110), "cortex-m4")
    assert sketches_in(slow) == {}
    readme = slow.files["README.md"].decode()
    assert "The microphone of the Arduino Nano 33 BLE Sense gives 16,000 samples a second, not 11,025." in readme
    raw = packaged(RANDOM, "cortex-m4").files["README.md"].decode()
    assert "No sensor of a board gives the input noise (RAW)." in raw
    other = packaged(MOTION, "cortex-m0plus").files["README.md"].decode()
    assert "No board with this processor declares how a sketch reads its motion sensor." in other
