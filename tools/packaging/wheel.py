"""Builds the wheels that an installation serves at `/dist/`: of the same sources the same bytes, on any machine.

From a copy of the sources, since setuptools leaves its own build folder beside them and takes up what is in there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packaging.runtime_wheel import split
from tools.setup import ROOT, WHEELS, files_below

SOURCES = (
    "rune",
    "forge",
    "lab",
    "hmr",
    "hmrd",
    "examples",
    "docs/reference",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "LICENSE",
)
EPOCH = "315532800"
"""The time of every file inside, 1980-01-01: the first that a zip can say."""


def sources() -> list[Path]:
    """Returns the files of the wheel."""
    return files_below([ROOT / name for name in SOURCES])


def build(folder: Path) -> Path:
    """Builds the wheel into a folder; the wheel."""
    with TemporaryDirectory() as name:
        copy = Path(name) / "sources"
        for file in sources():
            target = copy / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            target.chmod(0o644)
        code = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
        environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            cwd=copy,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=0o022,
        )
    (wheel,) = folder.glob("hammer_forge-*.whl")
    return wheel


def main() -> int:
    with TemporaryDirectory() as name:
        wheel = build(Path(name))
        shutil.rmtree(WHEELS, ignore_errors=True)
        WHEELS.mkdir()
        split(wheel, WHEELS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
