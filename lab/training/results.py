"""The files that a training run gives to a project, and the record of where they came from. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import rune
from lab.dataset.splitting import splits_to_bytes
from lab.training.run import PreparedRun, TrainedModel
from lab.training.settings import bytes_digest
from rune.source.policy.model_files import record_path

RUNEFILE = "Runefile.yml"
FORMAT_VERSION = 1
"""Of the provenance record."""


def splits_path(model: str) -> str:
    """The path of the file that keeps the splits of groups, beside a model."""
    return f"{_stem(model)}.splits.json"


def result_files(prepared: PreparedRun, trained: TrainedModel) -> Mapping[str, bytes]:
    """The files of a run by their paths in the project, without the Runefile."""
    model = prepared.training.model
    models = trained.parameters or {model: trained.model, f"{_stem(model)}.float.tflite": trained.float_model}
    return {
        **models,
        record_path(model): _json(provenance(prepared, trained)),
        f"{_stem(model)}.training.json": _json(trained.report),
        splits_path(model): splits_to_bytes(prepared.dataset.stored),
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


def _float_digest(trained: TrainedModel) -> dict[str, Any]:
    """What stands beside the main file: the float model, or the files of an estimator."""
    if trained.parameters:
        return {"files": {path: bytes_digest(data) for path, data in trained.parameters.items()}}
    return {"float": bytes_digest(trained.float_model)}


def _stem(model: str) -> str:
    return str(PurePosixPath(model).with_suffix(""))


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
