"""Targets and kernel sets are found by their folders; every kind of computation has a portable kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rune.compiler.anvil.ops
import rune.compiler.targets
from rune.compiler.anvil.computation import Computation, View
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.ops import OPERATIONS, DiscoveredOps
from rune.compiler.anvil.rows import RowByRow
from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.kernels.reading import read_kernel_set
from rune.compiler.kernels.simd128 import SIMD128
from rune.compiler.targets.lookup import UnknownTarget, find_target, targets
from rune.lazy_modules import LazyModules

FOLDER = Path(rune.compiler.targets.__file__).parent


def test_every_folder_is_a_target_of_its_name() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert {target.name.replace("-", "_") for target in targets()} == folders
    assert {"wasm32", "wasm32-mvp"} <= {target.name for target in targets()}
    assert all(find_target(target.name) is target and target.summary for target in targets())


def test_every_target_has_its_row_in_the_guide() -> None:
    guide = (Path(__file__).parents[4] / "docs" / "guides" / "targets.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([\w-]+)`", guide, re.MULTILINE)) == {target.name for target in targets()}


def test_an_unknown_target_is_named_beside_those_that_there_are() -> None:
    with pytest.raises(UnknownTarget, match="there is no target 'wasm'; the targets are ") as error:
        find_target("wasm")
    assert error.value.targets == tuple(sorted(target.name for target in targets()))
    assert all(name in str(error.value) for name in error.value.targets)


def _kinds_of(kind: type[object]) -> Iterator[type[object]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds_of(each)


def test_every_kind_of_computation_has_a_portable_kernel() -> None:
    assert OPERATIONS
    # A view costs nothing; a chain has the kernels of its stages.
    kinds = set(_kinds_of(Computation)) - {View, RowByRow, *_kinds_of(View)}
    assert kinds
    assert set(PORTABLE.kernels) == kinds
    assert PORTABLE.base is None


@pytest.mark.parametrize("kernels", [PORTABLE, SIMD128], ids=lambda kernels: kernels.name)
def test_a_kernel_has_its_header_beside_its_packer(kernels: KernelSet) -> None:
    assert kernels.kernels
    for kernel in (each for several in kernels.kernels.values() for each in several):
        assert kernel.header.is_file()
        assert kernel.header.is_relative_to(kernels.folder)


KERNEL_SETS = {each.name: each for target in targets() for each in target.kernels.sets}


@pytest.mark.parametrize("kernels", KERNEL_SETS.values(), ids=KERNEL_SETS)
def test_a_kernel_is_known_by_the_module_that_names_its_computation(kernels: KernelSet) -> None:
    """A look-up imports no other module, so each kind must be found by its name alone."""
    package = f"rune.compiler.kernels.{kernels.folder.name}"
    fresh = read_kernel_set(package, str(kernels.folder))
    assert {kind: fresh.kernels[kind] for kind in kernels.kernels} == dict(kernels.kernels)
    assert fresh.kernels.get(View) is None


def test_an_op_is_the_same_looked_up_alone_and_among_all() -> None:
    package = rune.compiler.anvil.ops
    for name, operation in OPERATIONS.items():
        alone = DiscoveredOps(LazyModules(package.__name__, package.__path__[0]))
        assert alone[name] is operation
    assert "NO_SUCH_OP" not in OPERATIONS
    assert list(OPERATIONS) == sorted(OPERATIONS)


def test_what_a_set_lacks_is_its_bases() -> None:
    assert SIMD128.base is PORTABLE
    lacking = set(PORTABLE.kernels) - set(SIMD128.kernels)
    assert {kind.__name__ for kind in lacking} >= {"SoftmaxInt8", "Pool2D"}
