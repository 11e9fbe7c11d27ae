"""Candidates: a network is drawn without TensorFlow, and its file has the operators that a converter writes."""

from __future__ import annotations

import pytest

from lab.quantize.figures import figures_of
from lab.recipes.arguments import Values, read_arguments
from lab.recipes.catalogue import NETWORK_RECIPES, RECIPES, recipe_of
from lab.recipes.recipe import Recipe, features_runefile
from lab.refusal import Refused
from lab.search.candidate import candidate_model
from lab.search.layers import narrowed, network_of, operators
from lab.training.compression.widths import remaining_channels
from rune.model.tflite import TensorKind, read_model
from tests.support.cases import each_case
from tests.support.shares import mostly_proved
from tests.support.training.backbones import usable

NETWORK = """
import keras
def network(shape, classes, batch):
    source = keras.Input(shape, batch)
    x = keras.layers.Conv2D(6, (3, 5), (2, 1), padding="same", use_bias=False)(source)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.DepthwiseConv2D(3)(x)
    x = keras.layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
    x = keras.layers.Dropout(0.5)(keras.layers.Reshape((6,))(x))
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))
"""

RECURRENT = """
import keras
def network(shape, classes, batch):
    source = keras.Input(shape, batch)
    x = keras.layers.GRU(3, reset_after=False, unroll=batch == 1)(source)
    return keras.Model(source, keras.layers.Dense(classes)(x))
"""


def test_a_network_is_drawn_with_the_shapes_that_keras_gives() -> None:
    layers = operators(network_of(NETWORK, (21, 10, 2), 4, {}))
    assert [(each.op, each.shape) for each in layers] == [
        ("INPUT", (1, 21, 10, 2)),
        ("CONV_2D", (1, 11, 10, 6)),
        ("DEPTHWISE_CONV_2D", (1, 9, 8, 6)),
        ("AVERAGE_POOL_2D", (1, 1, 1, 6)),
        ("FULLY_CONNECTED", (1, 4)),
        ("SOFTMAX", (1, 4)),
    ]
    assert [each.settings.get("relu") for each in layers[1:3]] == [True, False]


def test_a_network_without_a_share_of_its_channels_keeps_its_answer() -> None:
    layers = narrowed(operators(network_of(NETWORK, (21, 10, 2), 4, {})), 0.4)
    assert [(each.op, each.shape) for each in layers] == [
        ("INPUT", (1, 21, 10, 2)),
        ("CONV_2D", (1, 11, 10, 4)),
        ("DEPTHWISE_CONV_2D", (1, 9, 8, 4)),
        ("AVERAGE_POOL_2D", (1, 1, 1, 4)),
        ("FULLY_CONNECTED", (1, 4)),
        ("SOFTMAX", (1, 4)),
    ]


@each_case(("share", "remaining"), [(0.0, 9), (0.5, 4), (0.9, 2), (0.99, 2)])
def test_a_layer_keeps_at_least_two_channels(share: float, remaining: int) -> None:
    assert (remaining_channels(9, share), remaining_channels(1, share)) == (remaining, 1)


def test_a_layer_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(AttributeError, match="LSTM"):
        network_of(NETWORK.replace("DepthwiseConv2D(3)", "LSTM(3)"), (21, 10, 2), 4, {})


def test_a_recurrent_layer_is_drawn_as_its_steps_alone() -> None:
    assert operators(network_of(RECURRENT, (21, 10), 4, {}))[1].shape == (1, 3)
    with pytest.raises(ValueError, match="reset_after=False and unroll=True"):
        network_of(RECURRENT.replace("batch == 1", "False"), (21, 10), 4, {})


def test_an_input_has_the_zero_point_of_what_its_features_are() -> None:
    points = {}
    for name in ("motion", "pictures"):
        recipe = RECIPES[name]
        read = read_model(candidate_model(recipe, read_arguments(recipe.arguments, {}, name), 3, "int8"))
        points[name] = read.tensors[read.inputs[0]].zero_point
    assert points["pictures"] == -128  # for 0 to 1, whatever pictures there are
    assert points["motion"] != 0


def arena_and_constants(model: bytes) -> tuple[int, int]:
    figures = figures_of(model)
    assert figures.arena is not None, figures.reason
    assert figures.constants is not None
    return figures.arena, figures.constants


@pytest.mark.parametrize("name", mostly_proved(NETWORK_RECIPES, 4))
def test_a_candidate_is_compiled_whole_and_grows_with_its_layers(name: str) -> None:
    recipe = usable(name)
    values = read_arguments(recipe.arguments, {}, name)
    if recipe.needs_backbone:
        values["layers"] = 1  # without one, no layer has a width
    model = candidate_model(recipe, values, 3, "int8")
    read = read_model(model)
    assert read.tensors[read.inputs[0]].kind is TensorKind.INT8
    assert tuple(read.tensors[read.inputs[0]].shape) == (1, *recipe.features(values).shape)
    width = "filters" if "filters" in values else "units"
    wider = candidate_model(recipe, {**values, width: 2 * int(values[width])}, 3, "int8")
    (arena, constants), (more_arena, more_constants) = arena_and_constants(model), arena_and_constants(wider)
    assert arena < more_arena
    assert constants < more_constants
    assert candidate_model(recipe, values, 3, "int8") == model
    pruned_arena, pruned_constants = arena_and_constants(candidate_model(recipe, {**values, "prune": 0.5}, 3, "int8"))
    assert pruned_arena <= arena
    assert pruned_constants < constants


def test_each_value_of_a_space_changes_what_its_candidate_is() -> None:
    for recipe in (each for each in RECIPES.values() if each.is_searched):
        values = read_arguments(recipe.arguments, {}, recipe.name)
        for name, choices in recipe.space.items():
            files = {candidate_files(recipe, {**values, name: choice}) for choice in choices}
            assert len(files) == len(choices), f"{recipe.name} {name}"


def candidate_files(recipe: Recipe, values: Values) -> tuple[str, bytes]:
    return features_runefile(recipe, values), candidate_model(recipe, values, 3, "float32")


@pytest.mark.parametrize(
    ("recipe", "bounds"),
    [
        ("table-trees", "trees, at most: 60; tree depth: 3; windows per leaf, at least: 3"),
        ("anomaly", "components: 4; rounds, at most: 60"),
    ],
)
def test_an_estimator_says_when_its_needs_are_known_and_what_bounds_them(recipe: str, bounds: str) -> None:
    settings = recipe_of(recipe)
    values = {each.name: each.default for each in settings.arguments}
    with pytest.raises(Refused, match="RAM, flash and time are known when it has learned") as refusal:
        candidate_model(settings, values, 3, "int8")
    assert str(refusal.value).endswith(f"it trains no network. Known now: {bounds}.")
