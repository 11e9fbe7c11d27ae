"""The features of the candidates of a search, computed once for all that read the same: a space has few front ends, and
many networks behind each of them."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path

from lab.child.job import Report
from lab.recipes.recipe import features_runefile
from lab.training.preparing import PreparedRun
from lab.training.run import WrittenFeatures, write_features


class SharedFeatures:
    """Files of features by the Runefile that computes them. All runs have the same data, from which a scaling follows.
    Threads that need the same features wait for the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._written: dict[str, tuple[Path, WrittenFeatures]] = {}

    def write(self, prepared: PreparedRun, target: Path, report: Report) -> WrittenFeatures:
        """Writes the features of a run, as `write_features`; to the same file system. Raises `Refused`."""
        key = features_runefile(prepared.settings.recipe, prepared.settings.values, None)
        with self._lock:
            own = self._locks[key]
        with own:
            if key not in self._written:
                path = self._folder / f"{len(self._written)}.npz"
                self._written[key] = path, write_features(prepared, path, report)
        path, written = self._written[key]
        target.unlink(missing_ok=True)
        os.link(path, target)
        return written
