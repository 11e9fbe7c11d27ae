"""Writes the locked requirement files from pyproject.toml: exact versions with hashes, for every supported Python.

Run by `make lock`. The files name no index, so any mirror serves; only torch's wheels for processors
without CUDA are in an index of their own, which its lock names in the first line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.setup import ROOT

COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
QUIET = ["--no-annotate", "--no-header", "--no-emit-index-url"]
REQUIREMENTS = "requirements"
FILES = {
    f"{REQUIREMENTS}/base.txt": ["pyproject.toml"],
    f"{REQUIREMENTS}/server.txt": ["pyproject.toml", "--extra", "server"],
    f"{REQUIREMENTS}/production.txt": ["pyproject.toml", "--extra", "server", "--extra", "production"],
    f"{REQUIREMENTS}/dev.txt": ["pyproject.toml", "--extra", "server", "--extra", "production", "--extra", "dev"],
    f"{REQUIREMENTS}/telemetry.txt": [
        "pyproject.toml",
        "--extra",
        "server",
        "--extra",
        "production",
        "--extra",
        "telemetry",
    ],
    f"{REQUIREMENTS}/train.txt": ["pyproject.toml", "--extra", "train"],
    f"{REQUIREMENTS}/bootstrap.txt": ["requirements/bootstrap.in"],
    f"{REQUIREMENTS}/node.txt": ["requirements/node.in"],
    f"{REQUIREMENTS}/wasm3.txt": ["requirements/wasm3.in"],
    f"{REQUIREMENTS}/judges.txt": ["requirements/judges.in", "--no-deps"],
    "lab/environments/tensorflow.txt": ["lab/environments/tensorflow.in"],
    "lab/environments/onnx.txt": ["lab/environments/onnx.in"],
    "lab/environments/torch.txt": ["lab/environments/torch.in", "--torch-backend", "cpu"],
}


def main() -> int:
    for name, sources in FILES.items():
        command = [*COMPILE, *QUIET, *sys.argv[1:], *sources, "-o", name]
        index = _index_line(ROOT / name)
        subprocess.run([str(ROOT / ".venv" / "bin" / command[0]), *command[1:]], cwd=ROOT, check=True)
        if index:
            (ROOT / name).write_text(index + (ROOT / name).read_text("utf-8"), "utf-8")
        print(name)
    return 0


def _index_line(path: Path) -> str:
    """The first line of a lock that names an index; "" without one."""
    if not path.exists():
        return ""
    line = path.read_text("utf-8").partition("\n")[0]
    return f"{line}\n" if line.startswith("# index of ") else ""


if __name__ == "__main__":
    sys.exit(main())
