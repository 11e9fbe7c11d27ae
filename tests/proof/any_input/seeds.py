"""Good inputs for the fuzzers to start from, for each reader."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.language.pieces import GOOD as RUNEFILE
from tests.support.language.pieces import SPEECH
from tests.support.models.model_cases import all_models
from tests.support.runes.containers import GOOD

ROOT = Path(__file__).parents[3]
_LARGEST = 8 * 1024
"""Bytes of a seed: larger ones make every run slow."""


def seeds(reader: str) -> Iterator[bytes]:
    """Small good files of the kind that a reader reads."""
    return (data for data in _all(reader) if len(data) <= _LARGEST)


def _all(reader: str) -> Iterator[bytes]:
    if reader in ("yaml", "runefile"):
        yield RUNEFILE.encode()
        for path in sorted((ROOT / "examples").glob("*/Runefile.yml")):
            yield path.read_bytes()
    elif reader == "text":
        yield SPEECH.partition("\n")[2].encode()
    elif reader == "tflite":
        yield from all_models()
    elif reader == "rune":
        yield GOOD
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Runefile.yml", RUNEFILE)
            archive.writestr("models/m", b"model" * 20)
        yield out.getvalue()
