"""The contents of a backup, for tests that compare two: by the tools that an operator has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.servers.live_forge import REPOSITORY


def manage(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the program."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False, capture_output=True, text=True)


def unpacked(backup: Path, folder: Path) -> Path:
    """Unpacks a backup with tar, and compares each file with sha256sum."""
    folder.mkdir()
    subprocess.run(["tar", "-xf", backup, "-C", folder], check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "manifest.sha256"], cwd=folder, check=True)
    return folder


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table of an unpacked backup, in an order that does not depend on the database."""
    return {
        path.name.removesuffix(".jsonl"): [json.loads(line) for line in sorted(path.read_bytes().splitlines())]
        for path in sorted((folder / "tables").iterdir())
    }


def files(folder: Path) -> dict[str, bytes]:
    """The stored files of an unpacked backup."""
    return {path.name: path.read_bytes() for path in (folder / "blobs").rglob("*") if path.is_file()}
