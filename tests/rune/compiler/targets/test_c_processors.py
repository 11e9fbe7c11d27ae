"""The target `c` on other processors: no warning for small ones, and the same bytes where a pointer has 32 bits."""

from __future__ import annotations

import platform
import subprocess
from itertools import product
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.running.runtime import Runtime
from tests.support.compiler.programs.c_programs import STRICT, C, CFolder, sent_bytes, zig_folder
from tests.support.compiler.programs.c_projects import answered_inputs, template
from tests.support.shares import one_of_each

PROCESSORS = {
    "cortex-m0plus": ("--target=thumbv6m-none-eabi", "-mcpu=cortex-m0plus"),
    "cortex-m4": ("--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"),
    "rv32imc": ("--target=riscv32-none-elf", "-march=rv32imc", "-mabi=ilp32"),
    "aarch64": ("--target=aarch64-none-elf",),
}
I386 = ("--target=i386-none-elf", "-msse2", "-mfpmath=sse")
HERE = Path(__file__).parent


def clang(*flags: str) -> list[str]:
    """A clang for a machine without a system: nothing but the compiler's own headers."""
    zig = zig_folder()
    return [
        str(zig / "zig"),
        "clang",
        *STRICT,
        "-ffreestanding",
        "-nostdinc",
        "-isystem",
        str(zig / "lib/include"),
        *flags,
    ]


@pytest.mark.parametrize(
    "case", one_of_each(product(["digits", "keywords"], PROCESSORS), lambda case: case[0], " on ".join)
)
def test_a_template_compiles_for_a_bare_processor(case: tuple[str, str], tmp_path: Path) -> None:
    name, processor = case
    folder = CFolder.of(tmp_path, build(template(name), BuildOptions(name, target=C)).files)
    command = [*clang(*PROCESSORS[processor]), "-Os", "-c", f"{name}.c", "-o", "rune.o"]
    process = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.skipif(platform.machine() != "x86_64" or platform.system() != "Linux", reason="needs x86-64 and Linux")
@pytest.mark.parametrize(
    ("name", "element", "input_", "text", "more"),
    [
        ("digits", "uint8_t", "DRAWING", "answer", {}),
        pytest.param(
            "keywords", "int16_t", "AUDIO", "heard", {"LAST_TEXT": "called"}, id="keywords", marks=pytest.mark.proof
        ),
    ],
)
def test_a_template_gives_the_runes_bytes_where_a_pointer_has_32_bits(
    name: str, element: str, input_: str, text: str, more: dict[str, str], tmp_path: Path
) -> None:
    folder = CFolder.of(tmp_path, build(template(name), BuildOptions(name, target=C)).files)
    (tmp_path / "main32.c").write_bytes((HERE / "main32.c").read_bytes())
    macros = {
        "RUNE_HEADER": f'"{name}.h"',
        "INPUT_TYPE": element,
        "INPUT_COUNT": f"RUNE_{name.upper()}_INPUT_{input_}_COUNT",
        "OUTPUTS": f"rune_{name}_outputs",
        "INPUTS": f"rune_{name}_inputs",
        "INIT": f"rune_{name}_init",
        "RUN": f"rune_{name}_run",
        "TEXT": text,
        "TEXT_COUNT": f"RUNE_{name.upper()}_OUTPUT_{text.upper()}_COUNT",
        **more,
    }
    zig = str(zig_folder() / "zig")
    sources = [*clang(*I386), "-O3", "-ffp-contract=fast", "-mfma", "-c", f"{name}.c", "-o", "rune.o"]
    plain = [zig, "clang", *I386, "-ffreestanding", "-nostdinc", "-isystem", str(zig_folder() / "lib/include"), "-O1"]
    main = [*plain, *(f"-D{key}={value}" for key, value in macros.items()), "-c", "main32.c", "-o", "main.o"]
    link = [zig, "ld.lld", "-m", "elf_i386", "rune.o", "main.o", "-o", "program"]
    for command in (sources, main, link):
        process = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr
    rune = build(template(name), BuildOptions(name)).rune
    inputs = answered_inputs(template(name), rune, answers=4)
    frames = b"".join(data for frame in inputs for data in frame)
    try:
        result = subprocess.run([tmp_path / "program"], input=frames, capture_output=True, check=False)
    except OSError as error:
        pytest.skip(f"this system runs no 32-bit programs: {error.strerror}")
    assert (result.returncode, result.stderr) == (0, b"")
    expected = sent_bytes(Runtime.load(rune), inputs)
    assert expected
    assert result.stdout == expected
