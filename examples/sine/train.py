"""Trains the sine model from nothing and measures it: a few seconds, no data to fetch.

python examples/sine/train.py
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SEED = 3
TURN = 2 * math.pi


def train(steps: int):  # type: ignore[no-untyped-def]
    """Two layers of 32 on numbers between minus and plus one turn; Adam with a cosine."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    source = keras.Input(batch_shape=(None, 1))
    x = keras.layers.Dense(32, activation="relu")(source)
    x = keras.layers.Dense(32, activation="relu")(x)
    model = keras.Model(source, keras.layers.Dense(1)(x))
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps)), loss="mse")
    numbers = np.random.default_rng(SEED).uniform(-TURN, TURN, (512 * 64, 1)).astype(np.float32)
    epochs = steps * 512 // len(numbers)
    model.fit(numbers, np.sin(numbers), batch_size=512, epochs=epochs, verbose=0)
    return model


def to_tflite(model) -> bytes:  # type: ignore[no-untyped-def]
    """As it is, in f32, for one number at a time."""
    import keras
    import tensorflow as tf

    source = keras.Input(batch_shape=(1, 1))
    x = source
    for layer in model.layers[1:]:
        x = layer(x)
    return bytes(tf.lite.TFLiteConverter.from_keras_model(keras.Model(source, x)).convert())


def measure(model: bytes) -> dict[str, object]:
    """How far it is from the sine on 2,001 numbers from minus to plus one turn."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=model)
    interpreter.allocate_tensors()
    source, result = (d[0]["index"] for d in (interpreter.get_input_details(), interpreter.get_output_details()))
    errors = []
    for number in np.linspace(-TURN, TURN, 2_001):
        interpreter.set_tensor(source, np.array([[number]], np.float32))
        interpreter.invoke()
        errors.append(abs(float(interpreter.get_tensor(result)[0, 0]) - math.sin(number)))
    return {
        "model_bytes": len(model),
        "error": {"largest": round(max(errors), 3), "average": round(float(np.mean(errors)), 4)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the sine model and measures it.")
    parser.add_argument("--steps", type=int, default=38_400)
    parser.add_argument("--out", type=Path, default=HERE, help="where sine.tflite and quality.json go")
    options = parser.parse_args()
    model = to_tflite(train(options.steps))
    (options.out / "sine.tflite").write_bytes(model)
    quality = measure(model)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
