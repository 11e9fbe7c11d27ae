"""The converter and the counter of forms, each asked once for all tests of a run: both are deterministic, and a start
of their processes takes longer than most tests of what becomes of their answers."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forge.learning.conversions.running import counting
from forge.learning.lab_jobs.process import ask_lab as _ask_lab
from tests.support.servers.empty_database import shared_folder

_count_form = counting._count
_ANSWER = "answer.json"


def ask_lab(request: Mapping[str, Any], shape: Any, **options: Any) -> Any:
    """Answers as `forge.learning.lab_jobs.process.ask_lab`. A request with recordings is asked each time."""
    if request.get("recorded") is not None:
        return _ask_lab(request, shape, **options)
    folder = Path(request["folder"])
    inputs = set(folder.iterdir())

    def ask(results: Path) -> Any:
        answer = _ask_lab(request, shape, **options)
        for path in set(folder.iterdir()) - inputs:
            shutil.copyfile(path, results / path.name)
        return answer

    answer, results = _remembered(f"lab-{_digest(request, folder)}", ask)
    for path in results.iterdir():
        if path.name != _ANSWER:
            shutil.copyfile(path, folder / path.name)
    options["tick"]()
    return answer


def count_form(job: Any, row: Any, compiler: Any, form: Any, target: str) -> Any:
    """Counts a form as `forge.learning.conversions.running.counting` does."""
    name = f"counted-{form.digest.removeprefix('sha256:')}-{target}"
    return _remembered(name, lambda _results: _count_form(job, row, compiler, form, target))[0]


def _remembered(name: str, ask: Callable[[Path], Any]) -> tuple[Any, Path]:
    """The answer, and the folder with the files beside it."""

    def make(results: Path) -> None:
        results.mkdir(exist_ok=True)
        (results / _ANSWER).write_text(json.dumps(ask(results)))

    results = shared_folder(name, make)
    return json.loads((results / _ANSWER).read_text()), results


def _digest(request: Mapping[str, Any], folder: Path) -> str:
    """The digest of a request, with the bytes of its files in place of their paths, and of all files in its folder."""
    paths = {name: Path(request[name]) for name in ("source", "float") if request.get(name) is not None}
    files = [*paths.values(), *(path for path in sorted(folder.rglob("*")) if path.is_file())]
    facts = {name: value for name, value in request.items() if name not in (*paths, "folder")}
    names = [paths["source"].name, *sorted(paths)] if "source" in paths else sorted(paths)
    digest = hashlib.sha256(json.dumps([facts, names], sort_keys=True).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
