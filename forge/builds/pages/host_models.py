"""The models of a build that its rune leaves to the host: which, why, and the consequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.builds.models import Build
from rune.abi import ModelFormat
from rune.model.tflite.signature import is_wrong_in_pages

LITERT = ModelFormat.TENSORFLOW_LITE.mimetype
MOST_REASONS = 3
"""Operators that a headline names."""


@dataclass(frozen=True)
class HostedModel:
    """`name` is its file, or its stage where the host has it. `reasons` say what cannot be compiled, if that is why."""

    name: str
    reasons: tuple[str, ...]
    is_litert: bool
    """Whether pages, commands and servers run it alike: other formats run in some of them alone."""
    wrong_in_pages: tuple[str, ...] = ()
    """Operators for which a page's interpreter gives wrong numbers."""


def host_models(build: Build) -> tuple[HostedModel, ...]:
    """Returns the models that the host runs, in the pipeline's order."""
    models = build.artefact.report["models"] if build.artefact is not None else ()
    return tuple(
        HostedModel(
            str(model["file"] or model["stage"]),
            tuple(f"{each['op']} with {each['types']}" for each in model.get("unsupported", ())[:MOST_REASONS]),
            model.get("mimetype", LITERT) == LITERT,
            _wrong_in_pages(model),
        )
        for model in models
        if model.get("runs") == "host"
    )


def _wrong_in_pages(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the operators that pages compute wrongly: those of the report, or of an older report those among the
    operators that cannot be compiled."""
    if "wrong_in_pages" in model:
        return tuple(map(str, model["wrong_in_pages"]))
    lacking = model.get("unsupported", ())
    return tuple(each["op"] for each in lacking if is_wrong_in_pages(each["op"], each["types"]))
