"""Runes in V8, without a page."""

from __future__ import annotations

import subprocess
from pathlib import Path

HOST = Path(__file__).with_name("v8_host.cjs")


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
