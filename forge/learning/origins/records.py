"""The record of training that `rune train` writes beside a model file. It is a user's file: it is read within bounds,
and says nothing about a file of another digest. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from rune.digests import is_digest
from rune.source.policy.sections.training import MAX_SEED
from rune.source.runefile.model_records import RECORD_SUFFIX

MAX_RECORD = 256_000
"""Bytes of a record. One of 200 labels with long names has 60,000."""
MAX_FILES = 20
"""Files that a record names; a forest of trees with its scaling has three."""
_RECIPE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class TrainingRecord:
    """The training of a model, as its record describes it."""

    recipe: str
    seed: int
    data: str
    """The digest of the recordings with their labels and splits."""
    digests: Mapping[str, str]
    """The digests of the model's files by their paths: one, or those of the parameters of an estimator."""


class BadRecord(Exception):
    """A record of training without what `rune train` writes."""


def read_training_record(data: bytes, path: str) -> TrainingRecord | None:
    """The record of training in the file `path`; None for another file, such as the record of a conversion. Raises
    `BadRecord`."""
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or "training" not in record:
        return None
    training = record["training"]
    if not isinstance(training, dict):
        raise BadRecord
    recipe, seed, recordings = training.get("recipe"), training.get("seed"), training.get("data")
    if not isinstance(recipe, str) or not _RECIPE.fullmatch(recipe):
        raise BadRecord
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= MAX_SEED:
        raise BadRecord
    if not isinstance(recordings, str) or not is_digest(recordings):
        raise BadRecord
    return TrainingRecord(recipe, seed, recordings, _digests(record, path))


def _digests(record: Mapping[str, Any], path: str) -> Mapping[str, str]:
    """The digests of the files that the record is about, which are beside it."""
    files = record.get("files")
    if files is None:
        files = {model_path(path): record.get("digest")}
    if not isinstance(files, dict) or not 1 <= len(files) <= MAX_FILES:
        raise BadRecord
    if not all(isinstance(each, str) and is_digest(each) for each in files.values()):
        raise BadRecord
    return {str(PurePosixPath(path).with_name(_name(each))): digest for each, digest in files.items()}


def _name(path: str) -> str:
    """The name of a file in a path that a user wrote. Raises `BadRecord`."""
    name = PurePosixPath(path).name
    if not name or name == "..":
        raise BadRecord
    return name


def model_path(record: str) -> str:
    """The path of the `.tflite` model that a record is beside."""
    return record.removesuffix(RECORD_SUFFIX) + ".tflite"
