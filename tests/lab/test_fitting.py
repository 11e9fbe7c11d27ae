"""The loop by which networks learn, in the environment of TensorFlow."""

from __future__ import annotations

import subprocess

import pytest

from lab.training.settings import ENVIRONMENT
from tests.conftest import REPOSITORY

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

BEGIN = """
import numpy as np
from lab.recipes.motion import network as motion
from lab.training.loop import batches, fitting
from lab.training.loop.progress import Progress, Settings

random = np.random.default_rng(1)
labels = np.arange(40, dtype=np.int32) % 2
inputs = random.normal(labels[:, None, None], 1, (40, 20, 3)).astype(np.float32)
train, validation = (batches.WindowSet(inputs[part], labels[part]) for part in (slice(0, 30), slice(30, 40)))
noise = lambda batch, labels, random: (batch + random.normal(0, 0.1, batch.shape).astype(np.float32), labels)

def build():
    return motion.network((20, 3), 2, None, filters=4, blocks=1, kernel=3, stride=2, separable=0, dropout=0.1)

"""
AT_ONCE = """
settings = Settings(seed=1, epochs=3, patience=3, batch=8, learning_rate=0.01)

def curves(most_bytes):
    batches.MOST_BYTES = most_bytes
    progress = Progress(fitting.new_learner(build, settings, train))
    steps = []
    learn = progress.learner.learn
    progress.learner.learn = lambda several, rates: steps.append(len(several[0])) or learn(several, rates)
    fitting.fit(train, validation, settings, noise, progress, lambda: None)
    return progress.curves, steps

together, apart = curves(1 << 30), curves(3 * 8 * 20 * 3 * 4)
assert together[0] == apart[0], (together, apart)
assert together[0][-1]["loss"] < together[0][0]["loss"], together
assert (together[1], apart[1]) == ([8] * 3, [3, 3, 2] * 3)
"""
SMOOTH_LABELS = """
shares = batches.label_shares(np.array([0, 3], np.int32), 4, 0.2)
assert np.allclose(shares, [[0.85, 0.05, 0.05, 0.05], [0.05, 0.05, 0.05, 0.85]]), shares

def sureness(smoothing):
    settings = Settings(seed=1, epochs=20, patience=20, batch=8, learning_rate=0.02, smoothing=smoothing)
    progress = Progress(fitting.new_learner(build, settings, train))
    fitting.fit(train, validation, settings, noise, progress, lambda: None)
    answers = progress.learner.answers(train.inputs)
    return answers.max(axis=1).mean(), (answers.argmax(axis=1) == train.labels).mean()

(sure, right), (unsure, right_too) = sureness(0.0), sureness(0.4)
assert right > 0.9 and right_too > 0.9, (right, right_too)
assert sure > 0.9 and unsure < 0.85, (sure, unsure)  # 0.8 is the share of a label
"""
CLASS_WEIGHTS = """
labels = (np.arange(200) % 5 == 0).astype(np.int32)
alike = batches.WindowSet(np.ones((200, *train.inputs.shape[1:]), np.float32), labels)

def share_of_the_rare_label(is_balanced):
    settings = Settings(seed=1, epochs=30, patience=30, batch=50, learning_rate=0.02, is_balanced=is_balanced)
    progress = Progress(fitting.new_learner(build, settings, alike))
    fitting.fit(alike, alike, settings, noise, progress, lambda: None)
    return progress.learner.answers(alike.inputs)[:, 1].mean()

assert abs(share_of_the_rare_label(True) - 0.5) < 0.1
assert abs(share_of_the_rare_label(False) - 0.2) < 0.1
"""
AHEAD = """
import threading

second, is_closed = threading.Event(), []

def batches_of_three_steps():
    try:
        yield "first"
        second.set()
        yield "second"
        raise ValueError("no third")
    finally:
        is_closed.append(True)

computed = batches.computed_ahead(batches_of_three_steps())
assert next(computed) == "first"
assert second.wait(60), "the second is computed while the first is learned"
assert next(computed) == "second"
try:
    next(computed)
except ValueError as error:
    assert str(error) == "no third"
else:
    raise AssertionError("an error of the iterator was lost")
assert is_closed

begun = batches.computed_ahead(iter([1, 2, 3]))
next(begun)
begun.close()
assert threading.active_count() == 1, "the thread ends with the iterator"
"""
GRADIENT = """
import keras
import tensorflow as tf
from lab.training.loop.fused import fuse_normalisations

def learned(is_fused):
    keras.utils.set_random_seed(1)
    source = keras.Input((6, 5, 3))
    x = keras.layers.Conv2D(4, 3, use_bias=False)(source)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    model = keras.Model(source, keras.layers.Dense(2)(keras.layers.Flatten()(x)))
    if is_fused:
        fuse_normalisations(model)
    values = np.random.default_rng(1)
    inputs, wanted = values.normal(2, 3, (7, 6, 5, 3)).astype("f"), values.normal(0, 1, (7, 2)).astype("f")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(inputs, training=True) - wanted) ** 2)
    gradients = tape.gradient(loss, [each.value for each in model.trainable_variables])
    moving = [each.value for each in model.layers[2].non_trainable_variables]
    return [np.array(each.numpy()) for each in (loss, *gradients, *moving, model(inputs, training=False))], model

(plain, _), (fused, model) = learned(False), learned(True)
assert all(np.abs(one).max() > 1e-3 for one in plain)
assert all(np.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in zip(plain, fused, strict=True))
copied = keras.models.clone_model(model)
assert type(copied.layers[2].call).__name__ == "method", "a copy has plain layers"
"""

OPTIMIZER = """
import keras
from lab.training.loop.optimizer import KERNEL_RATE, new_optimizer

def stepped(rate, steps):
    keras.utils.set_random_seed(1)
    source = keras.Input((9, 1, 10))
    x = keras.layers.Conv2D(12, (3, 1), use_bias=False, name="mixed")(source)
    x = keras.layers.DepthwiseConv2D((3, 1), use_bias=False, name="depthwise")(keras.layers.BatchNormalization()(x))
    x = keras.layers.Conv2D(20, 1, use_bias=False, name="wide")(x)
    x = keras.layers.Conv2D(12, 1, name="with_bias")(x)
    x = keras.layers.Conv2D(7, 1, use_bias=False, name="narrow")(x)
    model = keras.Model(source, keras.layers.Dense(2)(keras.layers.Flatten()(x)))
    plain = keras.optimizers.AdamW(rate, weight_decay=1e-3)
    before = [each.numpy() for each in model.trainable_variables]
    results = []
    for optimizer in (new_optimizer(model, rate), plain):
        for each, value in zip(model.trainable_variables, before):
            each.assign(value)
        optimizer.build(model.trainable_variables)
        values = np.random.default_rng(1)
        for _ in range(steps):
            optimizer.apply([values.normal(0, 1, each.shape).astype("f") for each in before], model.trainable_variables)
        results.append({each.path: each.numpy() for each in model.trainable_variables})
    return dict(zip(results[0], before)), *results

begin, own, plain = stepped(0.01, 3)
others = {path for path in own if np.allclose(own[path], plain[path], rtol=1e-4, atol=1e-6)}
assert set(own) - others == {"mixed/kernel", "wide/kernel"}, others

begin, own, _ = stepped(0.01, 1)
gradients = np.random.default_rng(1)
gradients = {path: gradients.normal(0, 1, each.shape) for path, each in begin.items()}
for path, factor in (("mixed/kernel", (30 / 12) ** 0.5), ("wide/kernel", 1.0)):
    matrix = lambda array: array.reshape(-1, array.shape[-1]).astype(float)
    left, _, right = np.linalg.svd(matrix(gradients[path]), full_matrices=False)
    step = matrix(begin[path] - own[path]) / (0.01 * KERNEL_RATE * factor)
    along = left.T @ step @ right.T
    assert ((np.diag(along) > 0.6) & (np.diag(along) < 1.3)).all(), np.diag(along)
    assert np.abs(along - np.diag(np.diag(along))).max() < 0.01, "the directions are those of the gradient"
    assert np.linalg.norm(step) < 1.01 * np.linalg.norm(np.diag(along)), "there are no other directions"
"""


def run(program: str) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "CUDA_VISIBLE_DEVICES": ""}
    command = [str(ENVIRONMENT.python), "-c", BEGIN + program]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]


def test_the_curves_do_not_depend_on_how_many_steps_are_taken_at_once() -> None:
    run(AT_ONCE)


def test_a_model_that_learned_smoothed_labels_is_less_sure() -> None:
    run(SMOOTH_LABELS)


def test_windows_count_alike_where_labels_need_not() -> None:
    run(CLASS_WEIGHTS)


def test_the_gradient_of_a_batch_normalisation_is_that_of_keras() -> None:
    run(GRADIENT)


def test_batches_are_computed_while_those_before_are_learned() -> None:
    run(AHEAD)


def test_kernels_that_mix_channels_move_alike_in_all_directions_of_their_gradient() -> None:
    run(OPTIMIZER)
