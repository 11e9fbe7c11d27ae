"""The work that a process does ahead of those that are forked from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_TEMPLATE = Path(__file__).parents[4] / "examples" / "sine"
_SCRIPT = """
import sys
from pathlib import Path
from rune.compiler.anvil.compiling import compiler
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.preload import preload
from rune.project.files import FolderFiles

if sys.argv[1] == "ahead":
    preload()
imported, units, run = set(sys.modules), [], compiler._run

def counted(command, *rest):
    units.append(command[-3])
    run(command, *rest)

compiler._run = counted
build(FolderFiles(Path(sys.argv[2])), BuildOptions("sine"))
late = [name for name in sys.modules if name not in imported and name.startswith("rune")]
print("support/support.c" in units, "part_0.c" in units, len(late))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "compiles_support"), [("ahead", "False"), ("late", "True")])
def test_a_build_after_it_compiles_and_imports_only_what_is_of_its_project(when: str, compiles_support: str) -> None:
    command = [sys.executable, "-c", _SCRIPT, when, str(_TEMPLATE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    support, part, module_count = ran.stdout.split()
    assert (support, part) == (compiles_support, "True")
    assert (module_count == "0") is (when == "ahead")
