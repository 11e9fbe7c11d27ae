"""The part of the compiler in the Dockerfile is enough: for a rune, and for firmware, which needs compiler-rt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.compiler.programs.c_programs import zig_folder

pytestmark = pytest.mark.proof


def test_what_the_image_keeps_of_the_compiler_makes_firmware(tmp_path: Path) -> None:
    text = (REPOSITORY / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    (removing,) = re.findall(r"find ziglang/lib [^&]+ -exec rm -rf \{\} \+", text)
    shutil.copytree(zig_folder(), tmp_path / "ziglang", symlinks=True)
    subprocess.run(["sh", "-euc", removing], cwd=tmp_path, check=True)
    left = sorted(path.name for path in (tmp_path / "ziglang" / "lib").iterdir())
    assert left == ["compiler_rt", "compiler_rt.zig", "include", "std"]
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from rune.tools.cli import main; main()"
    for target in ("wasm32", "pico"):
        output = tmp_path / target
        arguments = ["build", str(REPOSITORY / "examples" / "sine"), "--target", target, "-o", str(output)]
        result = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert output.stat().st_size > 0
