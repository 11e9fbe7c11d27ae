"""The features of the candidates of a search, computed once for all that read the same: a space has few front ends, and
many networks behind each of them."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from lab.child.job import Report
from lab.recipes.recipe import features_runefile
from lab.training.preparing import PreparedRun
from lab.training.run import WrittenFeatures, write_features


class SharedFeatures:
    """Files of features by the Runefile that computes them. All runs have the same data, from which a scaling follows.
    Threads that need the same features wait for the first of them; others compute theirs at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, _FeatureFile] = {}

    def write(self, run: PreparedRun, target: Path, report: Report) -> WrittenFeatures:
        """Writes the features of a run, as `write_features`; to the same file system. Raises `Refused`."""
        key = features_runefile(run.settings.recipe, run.settings.values, None)
        with self._lock:
            file = self._files.setdefault(key, _FeatureFile(self._folder / f"{len(self._files)}.npz"))
        with file.lock:
            if file.features is None:
                file.features = write_features(run, file.path, report)
        target.unlink(missing_ok=True)
        os.link(file.path, target)
        return file.features


@dataclass
class _FeatureFile:
    """A file of features, which `features` describes once it is there."""

    path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    features: WrittenFeatures | None = None
