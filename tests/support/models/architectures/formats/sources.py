"""Writes architectures as files of Keras, h5 and TFLite and as SavedModels, with weights of their seeds:
`python -m tests.support.models.architectures.formats.sources FOLDER [NAME...]`.

Run with the Python of the TensorFlow environment. A format that Keras does not write has a file that says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import tensorflow as tf

from tests.support.models.architectures.architecture import Architecture, pixels
from tests.support.models.architectures.export import architectures, keras_model
from tests.support.models.architectures.formats.chosen import CHOSEN, refusal_of, source_of
from tests.support.models.architectures.layers import classified, convolved, of

CLASSES = 10
BLOCKS = ((1, 8, 1, 1, 3), (6, 12, 2, 2, 3), (6, 20, 2, 2, 5), (6, 40, 2, 2, 3), (6, 56, 2, 1, 5), (6, 96, 2, 2, 5))
"""Expansion, channels, layers, stride and kernel of each stage."""


def efficientnet_lite() -> Architecture:
    """EfficientNet-Lite, half as wide: without squeeze and excitation, and with ReLU6 in place of Swish."""
    return Architecture("efficientnet_lite", CHOSEN["efficientnet_lite"], (64, 64, 3), _efficientnet_lite, pixels)


def _efficientnet_lite(source: Any) -> Any:
    x = convolved(source, 16, stride=2, act="relu6")
    for expansion, channels, layers, stride, kernel in BLOCKS:
        for layer in range(layers):
            inner = convolved(x, expansion * x.shape[-1], 1, act="relu6") if expansion > 1 else x
            inner = of.DepthwiseConv2D(kernel, 1 if layer else stride, padding="same", use_bias=False)(inner)
            inner = of.ReLU(6)(of.BatchNormalization()(inner))
            inner = of.BatchNormalization()(of.Conv2D(channels, 1, use_bias=False)(inner))
            x = of.Add()([x, inner]) if layer else inner
    return classified(convolved(x, 160, 1, act="relu6"), CLASSES)


def _write_savedmodel(model: Any, path: Path) -> None:
    model.export(path, verbose=False)


def _write_tflite(model: Any, path: Path) -> None:
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


def _write_file(model: Any, path: Path) -> None:
    model.save(path)


WRITERS: Mapping[str, Callable[[Any, Path], None]] = {
    "keras": _write_file,
    "h5": _write_file,
    "savedmodel": _write_savedmodel,
    "tflite": _write_tflite,
}


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    every = architectures() | {"efficientnet_lite": efficientnet_lite()}
    for name in arguments[1:] or CHOSEN:
        model = None
        for format_, write in WRITERS.items():
            path, refusal = source_of(folder, name, format_), refusal_of(folder, name, format_)
            if path.exists() or refusal.exists():
                continue
            model = model or keras_model(every[name])
            try:
                with redirect_stdout(StringIO()):  # the converter describes each model at length
                    write(model, path)
            except Exception as error:  # Keras and the converter raise whatever their parts raise
                refusal.write_text(str(error), encoding="utf-8")
        print(name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
