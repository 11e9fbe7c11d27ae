"""Channels that are removed while a network learns: in the TensorFlow environment, in whole runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.recipes.catalogue import NETWORK_RECIPES
from lab.training.settings import ENVIRONMENT
from rune.model.tflite import read_model
from tests.conftest import REPOSITORY
from tests.lab.training.training_runs import (
    POLICY,
    CommandRun,
    kill_after,
    needs_before_and_after,
    project,
    require_same,
    run_of_script,
    trained,
)

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

PRUNING_POLICY = POLICY.replace("batch: 16", "batch: 16, prune: 0.5")
PROGRAM = """
import sys
from importlib import import_module
import keras
import numpy as np
from lab.recipes.arguments import function_arguments, read_arguments
from lab.recipes.catalogue import recipe_of
from lab.training.compression.pruning import pruned
from lab.training.compression.widths import remaining_channels

SHARE = 0.4
name = sys.argv[1]
recipe = recipe_of(name)
values = {**read_arguments(recipe.arguments, {}, name), **({"layers": 2} if recipe.needs_backbone else {})}
shape = (40,) if recipe.needs_backbone else recipe.features(values).shape
options = function_arguments(values, recipe.network_arguments)
model = import_module(recipe.network_module).network(shape, 3, None, **options)
random = np.random.default_rng(0)
model.set_weights([random.uniform(-0.2, 0.4, each.shape) + (each.ndim == 1) * 0.25 for each in model.get_weights()])
layers = model.layers[1:]
kinds = [type(layer).__name__ for layer in layers]
mixing = [place for place, kind in enumerate(kinds) if kind in ("Conv2D", "Dense")]
for first, last in zip(mixing, mixing[1:]):
    width = layers[first].output.shape[-1]
    silent = random.permutation(width)[remaining_channels(width, SHARE):]
    normalising = [layers[place] for place in range(first, last) if kinds[place] == "BatchNormalization"]
    layer = normalising[-1] if normalising else layers[first]
    arrays = layer.get_weights()
    for array in arrays[:2]:
        array[..., silent] = 0
    layer.set_weights(arrays)
layers[-1].activation = keras.activations.linear  # shares of a label that is sure hide what came before
smaller = pruned(model, SHARE)
levels = np.arange(5).reshape(-1, *[1] * len(shape))  # a network that averages gives noise alone the same answer
inputs = (random.normal(size=(5, *shape)) + levels).astype(np.float32)
before, after = (each.predict(inputs, verbose=0) for each in (model, smaller))
assert np.ptp(before, axis=0).max() > 1e-3, before
np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-6)
assert smaller.count_params() < model.count_params()
"""


@pytest.mark.parametrize("name", NETWORK_RECIPES)
def test_channels_that_nothing_hears_are_the_ones_that_go(name: str) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "CUDA_VISIBLE_DEVICES": ""}
    program = [str(ENVIRONMENT.python), "-c", PROGRAM, name]
    process = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    return trained(project(tmp_path_factory.mktemp("pruned"), PRUNING_POLICY))


def test_a_run_ends_with_half_of_the_channels_and_as_few_bytes_as_were_counted(first: CommandRun) -> None:
    (result,) = first.of("result")
    assert result["pruned_after"] <= 20 < result["best_epoch"] <= 40
    assert result["judgements"]["validation"]["accuracy"][0] == 1.0
    model = read_model((first.folder / "gesture.float.tflite").read_bytes())
    widths = [model.tensors[each.outputs[0]].shape[-1] for each in model.operators if each.op == "CONV_2D"]
    assert widths == [4, 6]
    require_same(*needs_before_and_after(first.folder), 0.03)


def test_a_run_that_is_killed_behind_the_removal_ends_with_the_same_model(first: CommandRun, tmp_path: Path) -> None:
    folder = project(tmp_path, PRUNING_POLICY)
    kill_after(folder, 30)
    again = trained(folder)
    (event,) = again.of("resumed")
    (one,), (other,) = first.of("result"), again.of("result")
    assert event["epoch"] > one["pruned_after"]
    assert other["curves"] == one["curves"]
    for name in ("gesture.tflite", "gesture.float.tflite", "Runefile.yml"):
        assert (folder / name).read_bytes() == (first.folder / name).read_bytes(), name


def test_the_script_of_a_run_removes_the_same_channels(first: CommandRun, tmp_path: Path) -> None:
    folder = tmp_path / "script"
    run_of_script(first, folder)
