"""Exports every architecture in every form, with weights of its seed.

`python -m tests.support.models.architectures.export FOLDER [NAME...]`.

Run with TensorFlow, which the extra `train` has. FOLDER then holds `NAME.FORM.tflite`, or `NAME.FORM.refused` with what
the converter said where it refuses; what is there already stays.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.random import Generator, default_rng

from tests.support.models.architectures.architecture import Architecture
from tests.support.models.architectures.files import MODEL, REFUSAL, Exports, missing_forms, place
from tests.support.models.architectures.forms import CHANGES
from tests.support.models.architectures.images import images
from tests.support.models.architectures.keras_images import keras_images
from tests.support.models.architectures.sequences import sequences
from tests.support.models.architectures.sounds import sounds
from tests.support.models.architectures.wholes import wholes


def architectures() -> dict[str, Architecture]:
    """Returns all architectures by name."""
    every = itertools.chain(images(), sounds(), sequences(), wholes(), keras_images())
    return {each.name: each for each in every}


def keras_model(architecture: Architecture) -> Any:
    """Returns a model with weights by the seed, and means and variances for its batch normalisations that fit its
    samples."""
    tf.keras.utils.set_random_seed(architecture.seed)
    source = tf.keras.Input(architecture.shape, batch_size=architecture.batch, dtype=architecture.kind)
    model = tf.keras.Model(source, architecture.build(source))
    normalisations = [each for each in model.layers if isinstance(each, tf.keras.layers.BatchNormalization)]
    random = default_rng(architecture.seed)
    for layer in normalisations:
        layer.momentum = 0.0  # what one batch gives is what is kept
        _vary(layer, random)
    if normalisations:
        model(architecture.samples(16), training=True)
    return model


def _vary(layer: Any, random: Generator) -> None:
    """Gives a normalisation factors and offsets that are not all ones and zeros."""
    for weight, low, high in ((layer.gamma, 0.7, 1.3), (layer.beta, -0.2, 0.2)):
        if weight is not None:
            weight.assign(random.uniform(low, high, weight.shape).astype(np.float32))


def converted(model: Any, architecture: Architecture, form: str) -> bytes:
    """The file. Raises what the converter raises."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    CHANGES[form](converter, architecture)
    data: bytes = converter.convert()
    return data


def export(folder: Path, name: str) -> None:
    """Writes the files of an architecture that are missing, or why there are none."""
    architecture = architectures()[name]
    model = keras_model(architecture)
    for form in missing_forms(folder, name):
        try:
            with redirect_stdout(StringIO()):  # the converter describes each model at length
                data = converted(model, architecture, form)
        except Exception as error:  # the converter raises whatever its parts raise
            _write_refusal(folder, name, form, str(error))
        else:
            place(folder, name, form, MODEL).write_bytes(data)
            print(f"{name} {form}: {len(data):,} bytes", flush=True)


def _write_refusal(folder: Path, name: str, form: str, reason: str) -> None:
    place(folder, name, form, REFUSAL).write_text(reason, encoding="utf-8")
    print(f"{name} {form}: refused", flush=True)


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    every = architectures()
    words, seeds = {name: each.words for name, each in every.items()}, {name: each.seed for name, each in every.items()}
    Exports(words, seeds, tf.__version__, tf.keras.__version__).write(folder)
    for name in arguments[1:] or every:
        while missing_forms(folder, name):
            # The converter may end its process; a fresh one also gives back the memory that it keeps.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                try:
                    process.submit(export, folder, name).result()
                except BrokenProcessPool:
                    _write_refusal(folder, name, missing_forms(folder, name)[0], "The converter ended its process")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
