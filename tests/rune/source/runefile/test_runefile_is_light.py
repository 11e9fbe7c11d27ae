"""The language is pure Python: an editor in a browser loads it without numpy, a compiler or a server."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "wasmtime", "django", "click", "httpx", "PIL")


def test_checking_loads_nothing_heavy() -> None:
    code = f"import sys, rune.source.runefile; print([name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"
