"""The environments in which converters run, and that of `rune`.

A converter's packages fit neither beside the server nor beside each other, so each has an environment of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rune.environments.analysis import ANALYSIS
from rune.environments.environment import Environment

_LOCKS: Final = Path(__file__).resolve().parent
ENVIRONMENTS: Final[Mapping[str, Environment]] = {
    each.name: each
    for each in [
        ANALYSIS,
        Environment(
            "tensorflow",
            "tensorflow",
            "Keras models (.keras, .h5) and SavedModels",
            download=320,
            disk=1600,
            locks=_LOCKS,
        ),
        Environment("onnx", "onnxruntime", "ONNX models (.onnx)", download=60, disk=230, locks=_LOCKS),
        Environment("torch", "torch", "programs of PyTorch (.pt2)", download=260, disk=900, locks=_LOCKS),
    ]
}
"""All environments, by name."""
