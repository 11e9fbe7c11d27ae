"""Packages in a folder, and programs that a test compiles with them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.packages.packaging import Package, package
from tests.support.compiler.programs.c_programs import STRICT, gcc
from tests.support.compiler.programs.c_projects import template

SELF_TEST = """
#include <stdio.h>
#include "{name}.h"
int main(void)
{{
    const int result = rune_{name}_selftest();
    printf("%d %s\\n", result, rune_{name}_selftest_step(result));
    return result != 0;
}}
"""


@cache
def packaged(name: str, target: str) -> Package:
    """The package of a template."""
    return package(template(name), BuildOptions(name, target=find_target(target)))


@dataclass(frozen=True)
class PackageFolder:
    """A package that was unpacked. `name` is the rune's."""

    path: Path
    name: str

    @staticmethod
    def of(path: Path, package: Package) -> PackageFolder:
        unpacked(path / package.folder, package.files)
        return PackageFolder(path / package.folder, package.folder.removeprefix("rune_"))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that the package says are to be compiled."""
        return tuple(map(str, sorted((self.path / "src").glob("*.c"))))

    def self_test(self, flags: Sequence[str], compiler: Sequence[str] | None = None) -> str:
        """The output of its self-test as a program of this machine, compiled without a warning; gcc links it."""
        main = self.path.parent / "selftest_main.c"
        main.write_text(SELF_TEST.format(name=self.name))
        folder = self.path.parent
        include = f"-I{self.path / 'include'}"
        objects = [f"object_{number}.o" for number in range(len(self.sources) + 1)]
        for source, object_file in zip((*self.sources, str(main)), objects, strict=True):
            called([*(compiler or (gcc(),)), *STRICT, *flags, include, "-c", source, "-o", object_file], folder)
        called([gcc(), *objects, "-o", "program"], folder)
        program = folder / "program"
        return subprocess.run([program], capture_output=True, text=True, check=False, timeout=300).stdout

    def spoil_weights(self) -> None:
        """Changes a number in the first array of weights, as a wrong compiler would."""
        source = self.path / "src" / f"{self.name}.c"
        source.write_text(spoiled(source.read_text()))


def spoiled(text: str) -> str:
    """C with another first number in its first array of bytes that are constant."""
    changed, count = re.subn(
        r"(static const int8_t constant_\d+\[\d+\] = \{\n +)(-?\d+)", lambda match: match[1] + "99", text, count=1
    )
    assert count == 1
    return changed


def unpacked(path: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


def called(command: Sequence[str], folder: Path) -> str:
    """The output of a program that must end well and warn of nothing."""
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert (process.returncode, process.stderr[:4000]) == (0, "")
    return process.stdout
