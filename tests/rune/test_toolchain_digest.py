"""The toolchain's digest: everything that decides the bytes of a rune is in it, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rune
from rune.toolchain import PARTS, source_digest, toolchain_digest
from tests.support.cases import each_case

PACKAGE = Path(rune.__file__).parent
COMPILER = "zig 1"
PROGRAM = (
    "import sys, rune.compiler.building.building, rune.devices.packages.packaging; "
    "from rune.blocks.catalogue import CATALOGUE; tuple(CATALOGUE.values()); "
    "print(*(m for m in sys.modules if m.startswith('rune.')))"
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, as a wheel would lay it out: with other files beside the sources."""
    copy = tmp_path_factory.mktemp("scratch") / "rune"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.slow
def test_all_that_a_build_or_a_package_imports_is_hashed_and_all_that_is_hashed_is_imported() -> None:
    """The imports are those of a process of its own: what other tests have imported is no part of a build."""
    modules = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout.split()
    parts = {part.removesuffix(".py").replace("/", ".") for part in PARTS}
    groups = {part.partition(".")[0] for part in parts if "." in part}
    imports = {
        ".".join(name.split(".")[1:3]) if name.split(".")[1] in groups else name.split(".")[1] for name in modules
    }
    assert imports - parts - groups == set()
    assert parts - imports == {"__init__"}


@pytest.mark.slow
def test_the_same_sources_have_the_same_digest_wherever_they_lie(scratch: Path) -> None:
    assert source_digest(scratch, COMPILER) == source_digest(PACKAGE, COMPILER)
    assert toolchain_digest() != source_digest(PACKAGE, COMPILER)


@pytest.fixture(scope="module")
def before(scratch: Path) -> str:
    """The digest of the scratch copy, to which each test puts back what it changes."""
    return source_digest(scratch, COMPILER)


@each_case("part", PARTS)
def test_a_byte_of_any_part_makes_another_toolchain(part: str, scratch: Path, before: str) -> None:
    place = scratch / part
    source = place if place.suffix else min(each for each in place.rglob("*") if each.suffix in (".py", ".h"))
    data = source.read_bytes()
    source.write_bytes(data + b" ")
    changed = source_digest(scratch, COMPILER)
    source.write_bytes(data)
    assert changed != before


def test_a_part_put_back_makes_the_same_toolchain(scratch: Path, before: str) -> None:
    assert source_digest(scratch, COMPILER) == before


@pytest.mark.slow
def test_another_compiler_or_another_name_of_a_source_makes_another_toolchain(scratch: Path) -> None:
    before = source_digest(scratch, COMPILER)
    assert source_digest(scratch, "zig 2") != before
    kernel = min((scratch / "compiler" / "kernels").rglob("*.h"))
    new_path = kernel.rename(kernel.with_name("moved.h"))
    assert source_digest(scratch, COMPILER) != before
    new_path.rename(kernel)


@pytest.mark.slow
@pytest.mark.parametrize(
    "other",
    [
        "devices/emulation/running.py",
        "assessment/verify/verifying.py",
        "editing/language/service.py",
        "blocks/README.md",
    ],
)
def test_what_decides_no_byte_is_not_in_it(other: str, scratch: Path) -> None:
    before = source_digest(scratch, COMPILER)
    (scratch / other).write_bytes(b"# changed")
    assert source_digest(scratch, COMPILER) == before


def test_a_toolchain_that_lacks_a_part_has_no_digest(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    with pytest.raises(FileNotFoundError):
        source_digest(tmp_path, COMPILER)
