"""Commands of the program, and what an installation holds, for tests that compare two."""

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


def rows(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """All rows of an installation, in an order that does not depend on the database."""
    result = manage(environment, "dumpdata", "--all")
    assert result.returncode == 0, result.stderr
    return sorted(json.loads(result.stdout), key=lambda row: (row["model"], str(row["pk"])))


def files(folder: Path) -> dict[str, bytes]:
    """The stored files below a folder, by their digests."""
    return {path.name: path.read_bytes() for path in (folder / "blobs" / "sha256").rglob("*") if path.is_file()}
