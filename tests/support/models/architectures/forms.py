"""The forms in which TensorFlow's converter exports a model: its options for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from tests.support.models.architectures.architecture import Architecture
from tests.support.models.architectures.files import FORMS

SAMPLES = 8
"""Seeded inputs by which ranges of activations are measured."""

Change = Callable[[Any, Architecture], None]


def _float32(converter: Any, architecture: Architecture) -> None:
    """Changes nothing."""


def _dynamic_range(converter: Any, architecture: Architecture) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def _float16(converter: Any, architecture: Architecture) -> None:
    _dynamic_range(converter, architecture)
    converter.target_spec.supported_types = [tf.float16]


def _calibrated(converter: Any, architecture: Architecture) -> None:
    _dynamic_range(converter, architecture)
    samples = architecture.samples(SAMPLES)
    converter.representative_dataset = lambda: ([sample[None]] for sample in samples)


def _int8(converter: Any, architecture: Architecture) -> None:
    _calibrated(converter, architecture)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    _with_tensors_of(converter, architecture, tf.int8)


def _int16x8(converter: Any, architecture: Architecture) -> None:
    _calibrated(converter, architecture)
    int16x8 = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    converter.target_spec.supported_ops = [int16x8]
    _with_tensors_of(converter, architecture, tf.int16)


def _with_tensors_of(converter: Any, architecture: Architecture, kind: Any) -> None:
    """Inputs and outputs too; numbers of words stay numbers."""
    if architecture.kind == "float32":
        converter.inference_input_type = kind
    converter.inference_output_type = kind


CHANGES: Mapping[str, Change] = dict(zip(FORMS, (_float32, _float16, _dynamic_range, _int8, _int16x8), strict=True))
"""The settings of the converter, by form."""
