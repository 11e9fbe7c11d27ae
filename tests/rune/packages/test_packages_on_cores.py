"""Packages on the processors that they are for, emulated: their self-test passes there, and tells a spoiled rune."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from rune.emulation.firmware import build_firmware
from rune.emulation.running import emulate
from rune.packages.packaging import Package
from rune.targets.c.interface import Interface
from tests.rune.emulation.programs import core
from tests.rune.packages.package_programs import PackageFolder, called, packaged, spoiled
from tests.rune.targets.c_programs import zig_folder
from tools.needs import QEMU_USER, lack

MAIN = """
#include "semihosting.h"
#include "{name}_selftest.c"
int main(void)
{{
    const uintptr_t results = host_open("outputs.bin", 11, WRITE_BINARY);
    const int result = rune_{name}_selftest();
    const char *step = rune_{name}_selftest_step(result);
    uint32_t size = 0;
    while (step[size])
        size++;
    host_write(results, step, size);
    static uint32_t used;
    host_write(host_open("stack.bin", 9, WRITE_BINARY), &used, sizeof used);
    return rune_{name}_run(0, 0) == {upper}_BAD_ARGUMENT ? 0 : 1;
}}
"""
"""The run at the end is one that the harness can count."""


def self_test_on(name: str, made: Package, folder: Path, optimization: Sequence[str], *, spoils: bool = False) -> str:
    """What the self-test says on an emulated core."""
    folder.mkdir()
    rune = made.folder.removeprefix("rune_")
    paths = {f"{rune}.h": f"include/{rune}.h", f"{rune}.c": f"src/{rune}.c"}
    paths[f"{rune}_selftest.c"] = f"src/{rune}_selftest.c"
    files = {file: made.files[path] for file, path in paths.items()}
    if spoils:
        files[f"{rune}.c"] = spoiled(files[f"{rune}.c"].decode()).encode()
    interface = Interface(rune, made.folder, (), (), 0)
    main = MAIN.format(name=rune, upper=interface.upper)
    firmware = build_firmware(core(name), files, interface, folder, optimization, {"main.c": main})
    return emulate(firmware, []).outputs.decode()


@pytest.mark.parametrize(
    ("name", "optimization"),
    [("cortex-m4", ("-O2", "-ffp-contract=fast")), ("cortex-m0plus", ("-Os",)), ("rv32imc", ("-O3",))],
    ids=["cortex-m4", "cortex-m0plus", "rv32imc"],
)
def test_a_package_passes_its_self_test_on_its_core(name: str, optimization: Sequence[str], tmp_path: Path) -> None:
    made = packaged("digits", name)
    spoiled_step = self_test_on(name, made, tmp_path / "spoiled", optimization, spoils=True)
    assert spoiled_step.startswith("digits_")
    assert self_test_on(name, made, tmp_path / "right", optimization) == "nothing"


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


@pytest.mark.parametrize("convention", ["hard", "softfp"])
def test_one_library_for_cortex_m4_links_with_either_convention(convention: str, tmp_path: Path) -> None:
    gcc = f"{core('cortex-m4').tools}gcc"
    folder = PackageFolder.of(tmp_path, packaged("digits", "cortex-m4"))
    (tmp_path / "main.c").write_text(BARE)
    flags = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", f"-mfloat-abi={convention}", "-ffreestanding"]
    library, include = str(folder.path / "lib" / "librune_digits.a"), f"-I{folder.path / 'include'}"
    called([gcc, *flags, "-O1", *LINK, include, "main.c", library, "-lgcc", "-o", "image"], tmp_path)


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
