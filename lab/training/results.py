"""The files that a training run gives to a project, and the record of where they came from. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import rune
from lab.dataset.splitting import splits_to_bytes
from lab.training.preparing import PreparedRun, float_model_path
from lab.training.run import TrainedModel
from lab.training.settings import bytes_digest
from rune.datasets.splits import SPLITS_SUFFIX
from rune.source.runefile.model_records import record_path

_DIGITS = 6
_NUMBERS = re.compile(r"\[\n\s+((?:[\d.eE+-]+,?\s+)+)\]")  # strings have no line ends
FORMAT_VERSION = 1
"""The format version of the provenance record."""


def splits_path(model: str) -> str:
    """The path of the file that keeps the splits of groups, beside a model."""
    return f"{_stem(model)}{SPLITS_SUFFIX}"


def result_files(run: PreparedRun, result: TrainedModel) -> Mapping[str, bytes]:
    """The files of a run by their paths in the project, without the Runefile."""
    model = run.training.model
    models = result.parameters or {model: result.model, float_model_path(model): result.float_model}
    return {**models, **_records(run, result), splits_path(model): _splits(run)}


def _splits(run: PreparedRun) -> bytes:
    """The splits of groups, and those of files where the data names none."""
    divided = {
        recording.name: split
        for dataset in (run.dataset, run.test)
        for recording, split in zip(dataset.recordings, dataset.splits, strict=True)
        if not recording.split
    }
    return splits_to_bytes(run.dataset.stored_splits, divided)


def trial_files(run: PreparedRun, result: TrainedModel) -> Mapping[str, bytes]:
    """The files of a search's trial by their paths, without the Runefile: the model, and the records about it."""
    return {run.training.model: result.model, **_records(run, result)}


def _records(run: PreparedRun, result: TrainedModel) -> dict[str, bytes]:
    """Returns where a model came from, and how it was trained."""
    model = run.training.model
    return {
        record_path(model): to_json(provenance(run, result)),
        f"{_stem(model)}.training.json": to_json(stored_report(result.report)),
    }


def provenance(run: PreparedRun, result: TrainedModel) -> dict[str, Any]:
    """Returns where a model came from: the same data, settings and seed on the same kind of machine give the same
    record."""
    settings = run.settings.to_json()
    return {
        "version": FORMAT_VERSION,
        "digest": bytes_digest(result.model),
        **_float_digest(result),
        "runefile": bytes_digest(result.runefile.encode()),
        "training": {
            **settings,
            "settings": run.training.settings(),
            "samples": result.report["samples"],
            "best_epoch": result.report["best_epoch"],
            "trainer": result.report["trainer"],
        },
        "quantiser": result.report["quantiser"],
        "tool": f"rune {rune.__version__}",
    }


def stored_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report as a file beside a model. It has figures of splits and nothing of single recordings, which may be
    withdrawn while the file stays."""
    judgements = {
        split: {name: value for name, value in each.items() if name != "worst_counts"}
        for split, each in report["judgements"].items()
    }
    return {**report, "curves": columns(report["curves"]), "judgements": judgements}


def columns(curves: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Curves as a list for each name: a file of a hundred epochs has as many lines as one of two."""
    return {name: [round(row[name], _DIGITS) for row in curves] for name in (curves[0] if curves else ())}


def _float_digest(result: TrainedModel) -> dict[str, Any]:
    """Digests of the float model, or of the files of an estimator."""
    if result.parameters:
        return {"files": {path: bytes_digest(data) for path, data in result.parameters.items()}}
    return {"float": bytes_digest(result.float_model)}


def _stem(model: str) -> str:
    return str(PurePosixPath(model).with_suffix(""))


def to_json(value: Any) -> bytes:
    """JSON with a line for each value; a list of numbers is one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return (_NUMBERS.sub(lambda match: f"[{' '.join(match[1].split())}]", text) + "\n").encode()
