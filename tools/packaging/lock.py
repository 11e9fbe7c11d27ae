"""Writes the locked requirement files from pyproject.toml: exact versions with hashes, for every supported Python.

Run by `make lock`; `python -m tools.packaging.lock dev telemetry` writes some of them. The files name no index, so any
mirror serves; only torch's wheels for processors without CUDA are in an index of their own, which its lock names in the
first line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.setup import ROOT

COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
QUIET = ["--no-annotate", "--no-header", "--no-emit-index-url"]
SERVER = "requirements/server.txt"
ANALYSIS = "rune/environments/analysis.txt"
FILES = {
    "requirements/base.txt": ["pyproject.toml"],
    SERVER: ["pyproject.toml", "--extra", "server"],
    "requirements/bootstrap.txt": ["requirements/bootstrap.in"],
    "requirements/node.txt": ["requirements/node.in"],
    "requirements/wasm3.txt": ["requirements/wasm3.in"],
    "requirements/judges.txt": ["requirements/judges.in", "--no-deps"],
    ANALYSIS: ["rune/environments/analysis.in"],
    "lab/environments/tensorflow.txt": ["lab/environments/tensorflow.in"],
    "lab/environments/onnx.txt": ["lab/environments/onnx.in"],
    "lab/environments/torch.txt": ["lab/environments/torch.in", "--torch-backend", "cpu"],
}
LAYERS = {
    "requirements/production.txt": ["production"],
    "requirements/dev.txt": ["production", "dev"],
    "requirements/telemetry.txt": ["telemetry"],
    "requirements/train.txt": ["train"],
}
"""Files that name only what these extras add to `SERVER`, which is installed before each."""


def main() -> int:
    names = {each for each in sys.argv[1:] if not each.startswith("-")}
    options = [each for each in sys.argv[1:] if each.startswith("-")]
    for name, sources in FILES.items():
        if names and Path(name).stem not in names:
            continue
        index = _index_line(ROOT / name)
        _compile([*options, *sources], ROOT / name)
        if index:
            (ROOT / name).write_text(index + (ROOT / name).read_text("utf-8"), "utf-8")
        print(name)
    server = entries((ROOT / SERVER).read_text("utf-8"))
    for name, extras in LAYERS.items():
        if names and Path(name).stem not in names:
            continue
        extra_options = [option for extra in ("server", *extras) for option in ("--extra", extra)]
        with TemporaryDirectory() as folder:
            whole = Path(folder) / "whole.txt"
            # The versions of the files stay where they fit, as uv keeps those of a file that it writes again.
            earlier = [ROOT / each for each in (SERVER, ANALYSIS, name) if (ROOT / each).exists()]
            whole.write_text("".join(each.read_text("utf-8") for each in earlier), "utf-8")
            _compile([*options, "pyproject.toml", *extra_options, "--constraint", SERVER], whole)
            entries_of_layer = added_entries(entries(whole.read_text("utf-8")), server)
        (ROOT / name).write_text("".join(entries_of_layer), "utf-8")
        print(name)
    return 0


def _compile(sources: Sequence[str], target: Path) -> None:
    command = [*COMPILE, *QUIET, *sources, "-o", str(target)]
    subprocess.run([str(ROOT / ".venv" / "bin" / command[0]), *command[1:]], cwd=ROOT, check=True)


def entries(text: str) -> list[str]:
    """Returns the entries of a lock: a package with its version, its marker and its hashes, over several lines."""
    return [each for each in re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE) if "==" in each]


def added_entries(whole: Sequence[str], beneath: Sequence[str]) -> list[str]:
    """Returns the entries of a lock that the one beneath it has not. One that is there for fewer systems or versions
    of Python stays in both."""
    everywhere = {each.partition(" ")[0] for each in beneath if ";" not in each.partition("\n")[0]}
    return [each for each in whole if each not in beneath and each.partition(" ")[0] not in everywhere]


def _index_line(path: Path) -> str:
    """The first line of a lock that names an index; "" without one."""
    if not path.exists():
        return ""
    line = path.read_text("utf-8").partition("\n")[0]
    return f"{line}\n" if line.startswith("# index of ") else ""


if __name__ == "__main__":
    sys.exit(main())
