"""The parts that also run in a browser's Python need nothing that is compiled, and `import rune` alone is quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("PIL", "click", "django", "flatbuffers", "httpx", "numpy", "wasmtime")


@pytest.mark.slow
@pytest.mark.parametrize(
    "package",
    [
        "rune",
        "rune.model.tflite",
        "rune.running.container",
        "rune.running.runtime.interpreters.child",
        "rune.blocks.catalogue",
        "rune.source.runefile",
        "rune.source.templates",
        "rune.editing.language.service",
    ],
)
def test_a_package_loads_nothing_heavy(package: str) -> None:
    program = f"import {package}, sys; print(*({set(HEAVY)} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "\n"


@pytest.mark.slow
def test_the_process_of_a_model_loads_neither_the_engine_nor_the_language() -> None:
    program = "import rune.running.runtime.interpreters.child, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert "rune.running.runtime.interpreters.open" in modules
    assert not {"rune.running.runtime.engine", "rune.source"} & set(modules)


def test_the_help_of_the_command_waits_for_nothing_heavy() -> None:
    program = (
        "import atexit, sys; from rune.tools.cli import main; "
        f"atexit.register(lambda: print(*({set(HEAVY) - {'click'}} & set(sys.modules)), file=sys.stderr)); "
        "main(['--help'])"
    )
    process = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert process.stderr == "\n"
    assert "model-info" in process.stdout
