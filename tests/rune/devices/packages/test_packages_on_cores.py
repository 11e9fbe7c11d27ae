"""Packages on the processors that they are for, emulated: their self-test passes there, and tells a spoiled rune."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from rune.devices.emulation.running import emulate
from rune.devices.packages.packaging import Package
from tests.support.compiler.programs.board_programs import by_hand, core
from tests.support.compiler.programs.c_programs import zig_folder
from tests.support.compiler.programs.package_programs import PackageFolder, called, packaged, spoiled
from tools.needs import QEMU_USER, lack

SELF_TEST = "outputs->out[0] = (uint32_t)rune_digits_selftest();"


def self_test_on(name: str, package: Package, folder: Path, *, spoils: bool = False) -> int:
    """The result of the self-test on an emulated core, as the run of a rune that is written by hand."""
    folder.mkdir()
    for path in ("include/digits.h", "src/digits.c", "src/digits_selftest.c"):
        (folder / Path(path).name).write_bytes(package.files[path])
    if spoils:
        (folder / "digits.c").write_text(spoiled((folder / "digits.c").read_text()))
    sources = '#include "digits.c"\n#include "digits_selftest.c"\n'
    firmware = by_hand(SELF_TEST, core(name), folder, before=sources)
    return int.from_bytes(emulate(firmware, [[bytes(4)]]).outputs, "little")


@pytest.mark.proof
def test_a_spoiled_package_is_told_on_its_core(tmp_path: Path) -> None:
    assert self_test_on("cortex-m4", packaged("digits", "cortex-m4"), tmp_path / "spoiled", spoils=True) > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "cortex-m4",
        "rv32imc",
        *(pytest.param(name, marks=pytest.mark.proof) for name in ("cortex-m0plus", "cortex-m55")),
    ],
)
def test_a_package_passes_its_self_test_on_its_core(name: str, tmp_path: Path) -> None:
    assert self_test_on(name, packaged("digits", name), tmp_path / "right") == 0


BARE = """
#include <stddef.h>
#include "digits.h"
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
float half(float number);
void _start(void);

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile char *)to)[i] = (char)byte;
    return to;
}

#if defined(__arm__)
void __aeabi_memcpy(void *to, const void *from, size_t size);
void __aeabi_memcpy4(void *to, const void *from, size_t size);
void __aeabi_memcpy8(void *to, const void *from, size_t size);
void __aeabi_memclr(void *to, size_t size);
void __aeabi_memclr4(void *to, size_t size);
void __aeabi_memclr8(void *to, size_t size);
void __aeabi_memcpy(void *to, const void *from, size_t size) { memcpy(to, from, size); }
void __aeabi_memcpy4(void *to, const void *from, size_t size) { memcpy(to, from, size); }
void __aeabi_memcpy8(void *to, const void *from, size_t size) { memcpy(to, from, size); }
void __aeabi_memclr(void *to, size_t size) { memset(to, 0, size); }
void __aeabi_memclr4(void *to, size_t size) { memset(to, 0, size); }
void __aeabi_memclr8(void *to, size_t size) { memset(to, 0, size); }
#endif

/* A float as an argument: by it the linker knows which convention the program has. */
float half(float number) { return number / 2; }

void _start(void)
{
    const long result = rune_digits_selftest() + (long)half(0.0f);
#if defined(__aarch64__)
    register long status __asm__("x0") = result;
    register long exit __asm__("x8") = 93;
    __asm__ volatile("svc 0" : : "r"(status), "r"(exit));
#endif
    for (;;) {
    }
}
"""
"""A program without a C library. On Linux its status is the result."""


LINK = ("-nostdlib", "-Wl,--no-warn-execstack", "-Wl,--fatal-warnings")


@pytest.mark.slow
@pytest.mark.parametrize("convention", ["hard", "softfp"])
def test_one_library_for_cortex_m4_links_with_either_convention(convention: str, tmp_path: Path) -> None:
    gcc = f"{core('cortex-m4').tools}gcc"
    folder = PackageFolder.of(tmp_path, packaged("digits", "cortex-m4"))
    (tmp_path / "main.c").write_text(BARE)
    flags = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", f"-mfloat-abi={convention}", "-ffreestanding"]
    library, include = str(folder.path / "lib" / "librune_digits.a"), f"-I{folder.path / 'include'}"
    called([gcc, *flags, "-O1", *LINK, include, "main.c", library, "-lgcc", "-o", "image"], tmp_path)


@pytest.mark.proof
@pytest.mark.skipif(platform.machine() != "x86_64", reason="emulated beside x86-64")
def test_the_library_for_64_bit_arm_passes_its_self_test_there(tmp_path: Path) -> None:
    emulator = shutil.which("qemu-aarch64")
    if emulator is None:
        pytest.skip(lack(QEMU_USER))
    folder = PackageFolder.of(tmp_path, packaged("digits", "aarch64-linux"))
    (tmp_path / "main.c").write_text(BARE)
    zig = zig_folder()
    flags = ["--target=aarch64-linux-gnu", "-O1", "-ffreestanding", "-nostdinc", "-isystem", str(zig / "lib/include")]
    include, library = f"-I{folder.path / 'include'}", str(folder.path / "lib" / "librune_digits.a")
    called([str(zig / "zig"), "clang", *flags, include, "-c", "main.c", "-o", "main.o"], tmp_path)
    called([str(zig / "zig"), "ld.lld", "main.o", library, "-o", "program"], tmp_path)
    assert subprocess.run([emulator, "./program"], cwd=tmp_path, check=False).returncode == 0
