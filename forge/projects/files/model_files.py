"""Models among a project's files: refused when they cannot be read, described when they can."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from forge.accounts.names import slug
from forge.comparison.serializers import ModelMemoryJson
from forge.projects.errors import ModelRefused
from forge.projects.hooks import file_summaries
from rune.model.tflite import Model, ModelError, UnsupportedOp, describe, pixel_advice, read_model, signature
from rune.model.tflite.describe import ModelDescriptionJson
from rune.model.tflite.layers import ModelGraphJson, QuantisationJson, layers, quantisation
from rune.model.tflite.signature import ModelSignatureJson, UnsupportedOpJson, to_json
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile.model_inputs.starter import starter
from rune.wording import listed

SUFFIX = ".tflite"


class ModelPageJson(ModelDescriptionJson):
    """A model file: what it is, and the ops that cannot be compiled, with a sentence about them or null."""

    signature: ModelSignatureJson
    unsupported: list[UnsupportedOpJson]
    sentence: str | None


class ModelDrawingJson(TypedDict):
    """A model's layers, how its numbers are kept, and its memory, null where it takes too long to tell."""

    graph: ModelGraphJson
    quantisation: QuantisationJson
    memory: ModelMemoryJson | None


class DrawnModelJson(ModelPageJson, ModelDrawingJson):
    """A model file with its drawing."""


def is_model(path: str) -> bool:
    """Returns whether a file must be a model, by its name."""
    return path.lower().endswith(SUFFIX)


def verified_model(data: bytes) -> Model:
    """The model in a file. Raises `ModelRefused` with the reason and the offset."""
    try:
        return read_model(data)
    except ModelError as error:
        raise ModelRefused(error.message, error.offset) from error


def model_stem(filename: str) -> str:
    """Returns the name of a model's file without folders and suffix."""
    return filename.rpartition("/")[2].removesuffix(SUFFIX)


def files_of_model(filename: str, data: bytes) -> list[tuple[str, bytes]]:
    """Returns the first files of a project of one .tflite file: a Runefile that fits it, and the model. Raises
    `ModelRefused`."""
    model, stem = verified_model(data), model_stem(filename)
    path = f"models/{slug(stem) if stem else 'model'}{SUFFIX}"
    return [(DEFAULT_RUNEFILE, fitting_runefile(model, path).encode("utf-8")), (path, data)]


def fitting_runefile(model: Model, path: str) -> str:
    """A Runefile that fits the model's inputs and outputs. Raises `ModelRefused` when there is none."""
    try:
        advice = [pixel_advice(model, position) for position in range(len(model.inputs))]
        return starter(signature(model), path, advice)
    except ModelError as error:
        raise ModelRefused(error.message, error.offset) from error


def model_page(data: bytes) -> ModelPageJson:
    """Data of a model's page: `describe`, the ops that cannot be compiled, and a sentence about those, or None.

    Raises `ModelRefused`.
    """
    from rune.compiler.anvil.models.support import (  # brings the ops and NumPy: at the first model
        signature_with_support,
        unsupported_ops,
    )

    model = verified_model(data)
    missing = unsupported_ops(model)
    return {
        **describe(model),
        "signature": to_json(signature_with_support(model)),
        "unsupported": [each.to_json() for each in missing],
        "sentence": _sentence(missing),
    }


def model_drawing(data: bytes, digest: str, organisation: UUID) -> ModelDrawingJson:
    """Returns further data of a model's page: its layers, its quantisation, and its memory.

    `memory` is None where it takes too long to tell. Raises `ModelRefused`.
    """
    model = verified_model(data)
    manifest = {"model.tflite": {"digest": digest, "size": len(data)}}
    memory = None
    for summary in file_summaries.call(organisation, manifest, {}):
        memory = summary.get("models", {}).get("model.tflite", {}).get("memory")
    return {"graph": layers(model), "quantisation": quantisation(model), "memory": memory}


def _sentence(missing: tuple[UnsupportedOp, ...]) -> str | None:
    if not missing:
        return None
    ops = [f"{each.op} ({each.types})" if each.types else each.op for each in missing]
    reason = f"there is no kernel yet for {listed(ops)}"
    return f"The rune's host runs this model: it cannot be compiled, because {reason}."
