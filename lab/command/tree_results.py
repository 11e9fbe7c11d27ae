"""The results of converted decision trees: their record, and the stages of a Runefile that runs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import rune
from lab.command.conversion import FORMAT_VERSION, converter_record, source_record
from lab.formats.identify import SourceFormat
from lab.recipes.trees import share_stages, sum_stage
from rune.digests import digest_of

FEATURES: Final = "features"
"""The stage from which the stages read: its name in a project may be another."""


def tree_record(source: Path, result: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Returns the record beside the file of trees: where it came from, and what converted it."""
    return {
        "version": FORMAT_VERSION,
        "digest": digest_of(data),
        "source": source_record(source, SourceFormat.ONNX, result),
        "conversion": converter_record(SourceFormat.ONNX, result),
        "tool": f"rune {rune.__version__}",
    }


def tree_stages(result: Mapping[str, Any]) -> str:
    """Returns the stages from the features to shares of the classes, or to the numbers of a regressor."""
    outputs = int(result["scores"])
    if result["classes"]:
        return share_stages(FEATURES, outputs, is_scored=bool(result["is_scored"]))
    return sum_stage(FEATURES, outputs)
