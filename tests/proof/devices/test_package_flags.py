"""The self-test of packages passes with every optimisation of gcc and clang that people build with."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.compiler.programs.c_programs import clang, gcc
from tests.support.compiler.programs.c_projects import TEMPLATES
from tests.support.compiler.programs.package_programs import PackageFolder, packaged

pytestmark = pytest.mark.proof

LEVELS = ("-O0", "-O2", "-O3", "-Os")
PROCESSORS = ((), ("-march=native",))
SUMS = (("-ffp-contract=off",), ("-ffp-contract=fast",))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_self_test_passes_with_every_combination_of_flags(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = PackageFolder.of(tmp_path, packaged(name, "c"))
    system = shutil.which("clang")
    compilers = [(gcc(),), clang(), *([(system,)] if system else [])]
    combinations = list(itertools.product(compilers, LEVELS, PROCESSORS, SUMS))
    for compiler, level, processor, sums in combinations:
        assert folder.self_test((level, *processor, *sums), compiler) == "0 nothing\n", (compiler, level, processor)
    record_property("combinations", len(combinations))
