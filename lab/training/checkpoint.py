"""The data to continue a run: its progress, and all variables of model and optimiser, as one file of arrays.

A file that was being written when its process died is recognised: it is a ZIP file, with its list at the end.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]


def checkpoint_bytes(digest: str, progress: Mapping[str, Any], arrays: Arrays) -> bytes:
    """A checkpoint. `digest` names the run that it belongs to; `progress` is written as JSON."""
    state = json.dumps({"digest": digest, **progress})
    buffer = io.BytesIO()
    np.savez(buffer, state=np.frombuffer(state.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def read_state(path: Path, digest: str) -> dict[str, Any] | None:
    """The state in a checkpoint of a run, or None if the file is missing, incomplete, or of another run."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return None
        state = json.loads(read_arrays(path)["state"].tobytes())
    except (OSError, zipfile.BadZipFile, ValueError, KeyError):
        return None
    return state if isinstance(state, dict) and state.get("digest") == digest else None


def read_arrays(path: Path) -> Arrays:
    """The arrays of a checkpoint. Raises `ValueError` and what `zipfile` raises."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
