"""Models among a project's files: refused when they cannot be read, described when they can."""

from __future__ import annotations

from typing import Any

from forge.projects.errors import ModelRefused
from rune.tflite import Model, ModelError, describe, read_model

SUFFIX = ".tflite"


def is_model(path: str) -> bool:
    """Whether a file must be a model, by its name."""
    return path.lower().endswith(SUFFIX)


def verified_model(data: bytes) -> Model:
    """The model in a file. Raises `ModelRefused` with the reason and the offset."""
    try:
        return read_model(data)
    except ModelError as error:
        raise ModelRefused(error.message, error.offset) from error


def model_page(data: bytes) -> dict[str, Any]:
    """What a model's page shows: `describe`, the ops that cannot be compiled, and a sentence about them.

    Raises `ModelRefused`.
    """
    model = verified_model(data)
    return describe(model)
