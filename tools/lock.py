"""Writes the locked requirement files from pyproject.toml: exact versions with hashes, for every supported Python.

Run by `make lock`. The files name no index, so any mirror serves.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
QUIET = ["--no-annotate", "--no-header", "--no-emit-index-url"]
FILES = {
    "base.txt": ["pyproject.toml"],
    "server.txt": ["pyproject.toml", "--extra", "server"],
    "production.txt": ["pyproject.toml", "--extra", "server", "--extra", "production"],
    "dev.txt": ["pyproject.toml", "--extra", "server", "--extra", "production", "--extra", "dev"],
    "telemetry.txt": ["pyproject.toml", "--extra", "server", "--extra", "production", "--extra", "telemetry"],
    "train.txt": ["pyproject.toml", "--extra", "train"],
    "bootstrap.txt": ["requirements/bootstrap.in"],
    "node.txt": ["requirements/node.in"],
    "wasm3.txt": ["requirements/wasm3.in"],
    "judges.txt": ["requirements/judges.in", "--no-deps"],
}


def main() -> int:
    for name, sources in FILES.items():
        command = [*COMPILE, *QUIET, *sys.argv[1:], *sources, "-o", f"requirements/{name}"]
        subprocess.run([str(ROOT / ".venv" / "bin" / command[0]), *command[1:]], cwd=ROOT, check=True)
        print(f"requirements/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
