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
from rune.source.policy.model_files import record_path

_DIGITS = 6
_NUMBERS = re.compile(r"\[\n\s+((?:[\d.eE+-]+,?\s+)+)\]")  # strings have no line ends
FORMAT_VERSION = 1
"""Of the provenance record."""


def splits_path(model: str) -> str:
    """The path of the file that keeps the splits of groups, beside a model."""
    return f"{_stem(model)}.splits.json"


def result_files(prepared: PreparedRun, trained: TrainedModel) -> Mapping[str, bytes]:
    """The files of a run by their paths in the project, without the Runefile."""
    model = prepared.training.model
    models = trained.parameters or {model: trained.model, float_model_path(model): trained.float_model}
    return {**models, **_records(prepared, trained), splits_path(model): splits_to_bytes(prepared.dataset.stored)}


def trial_files(prepared: PreparedRun, trained: TrainedModel) -> Mapping[str, bytes]:
    """The files of a search's trial by their paths, without the Runefile: the model, and the records about it."""
    return {prepared.training.model: trained.model, **_records(prepared, trained)}


def _records(prepared: PreparedRun, trained: TrainedModel) -> dict[str, bytes]:
    """Where a model came from, and how it was trained."""
    model = prepared.training.model
    return {
        record_path(model): to_json(provenance(prepared, trained)),
        f"{_stem(model)}.training.json": to_json({**trained.report, "curves": columns(trained.report["curves"])}),
    }


def provenance(prepared: PreparedRun, trained: TrainedModel) -> dict[str, Any]:
    """Where a model came from: the same data, settings and seed on the same kind of machine give the same record."""
    settings = prepared.settings.to_json()
    return {
        "version": FORMAT_VERSION,
        "digest": bytes_digest(trained.model),
        **_float_digest(trained),
        "runefile": bytes_digest(trained.runefile.encode()),
        "training": {
            **settings,
            "settings": prepared.training.settings(),
            "samples": trained.report["samples"],
            "best_epoch": trained.report["best_epoch"],
            "trainer": trained.report["trainer"],
        },
        "quantiser": trained.report["quantiser"],
        "tool": f"rune {rune.__version__}",
    }


def columns(curves: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Curves as a list for each name: a file of a hundred epochs has as many lines as one of two."""
    return {name: [round(row[name], _DIGITS) for row in curves] for name in (curves[0] if curves else ())}


def _float_digest(trained: TrainedModel) -> dict[str, Any]:
    """Digests of the float model, or of the files of an estimator."""
    if trained.parameters:
        return {"files": {path: bytes_digest(data) for path, data in trained.parameters.items()}}
    return {"float": bytes_digest(trained.float_model)}


def _stem(model: str) -> str:
    return str(PurePosixPath(model).with_suffix(""))


def to_json(value: Any) -> bytes:
    """JSON with a line for each value; a list of numbers is one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return (_NUMBERS.sub(lambda match: f"[{' '.join(match[1].split())}]", text) + "\n").encode()
