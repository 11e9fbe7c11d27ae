"""The toolchain of this machine: it builds, and its command converts models. The SDK does not require it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import rune
from hmr.errors import HmrError

_MISSING: Final = "needs the toolchain on this machine: install hammer-forge, which your server has at /dist/."
_PREPARE: Final = "--prepare"
"""The option to which the command points where a converter's libraries are not prepared."""


def build_rune(source: Path, name: str) -> rune.Build:
    """Builds a Runefile, or that of a folder. Raises `HmrError`."""
    try:
        build = rune.build
    except ImportError:
        raise HmrError("toolchain-missing", f"Building {_MISSING}") from None
    try:
        return build(source, name=name)
    except rune.BuildError as error:
        raise HmrError("build-failed", str(error)) from None
    except OSError as error:
        raise HmrError("not-there", f"{source} cannot be read: {error.strerror}.") from None


def convert_model(source: Path, options: Sequence[str], target: Path, seconds: float) -> Mapping[str, Any]:
    """Converts a model by the command `rune convert`, in a process of its own, and returns its report. Raises
    `HmrError`."""
    if find_spec("rune.tools.cli") is None or find_spec("lab") is None:
        raise HmrError("toolchain-missing", f"Converting {_MISSING}")
    command = [sys.executable, "-m", "rune.tools.cli", "convert", str(source), *options, "-o", str(target)]
    try:
        result = subprocess.run(
            [*command, "--format", "json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HmrError("too-slow", f"Converting {source.name} did not end within {seconds:g} s.") from None
    if result.returncode == 0:
        report: Mapping[str, Any] = json.loads(result.stdout)
        return report
    reason = result.stderr.strip().removeprefix("Error: ")
    if _PREPARE in reason:
        advice = f"Prepare them once, with a network: rune convert {source.name} -o {target.name} {_PREPARE}"
        raise HmrError("converter-missing", f"{reason}\n{advice}")
    raise HmrError("model-refused", f"{source.name} was not converted. {reason}")
