"""Keras files are read as data and written as clean files that hold the same layers and weights, and nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from lab.formats.keras.config import clean_config
from lab.formats.keras.reading import read_keras, write_clean
from lab.refusal import Reason, Refused
from tests.lab.formats.keras_files import BIAS, KERNEL, dense, layer, sequential, weights, write_h5, write_keras
from tests.support.cases import each_case


def test_a_keras_file_keeps_its_layers_and_weights(tmp_path: Path) -> None:
    source = read_keras(write_keras(tmp_path / "m.keras"))
    assert [(each.name, each.shape) for each in source.clean.inputs] == [("x", (1, 4))]
    np.testing.assert_array_equal(source.weights["layers/dense/vars/0"], KERNEL)
    clean = write_clean(source, tmp_path)
    again = read_keras(clean)
    assert again.clean == source.clean
    np.testing.assert_array_equal(again.weights["layers/dense/vars/1"], BIAS)
    with zipfile.ZipFile(clean) as archive:
        assert sorted(archive.namelist()) == ["config.json", "metadata.json", "model.weights.h5"]


def test_an_h5_file_keeps_its_layers_and_weights_and_loses_its_training(tmp_path: Path) -> None:
    source = read_keras(write_h5(tmp_path / "m.h5"))
    assert source.version == "2.15.0"
    clean = write_clean(source, tmp_path)
    with h5py.File(clean) as file:
        assert sorted(file.attrs) == ["backend", "keras_version", "model_config"]
        assert list(file["model_weights"].attrs["layer_names"]) == [b"dense"]
        assert list(file["model_weights/dense"].attrs["weight_names"]) == [b"dense/kernel:0", b"dense/bias:0"]
        np.testing.assert_array_equal(file["model_weights/dense/dense/kernel:0"][()], KERNEL)
    assert "Custom>Optimiser" not in clean.read_bytes().decode("latin-1")


def test_what_the_optimiser_kept_is_left_out(tmp_path: Path) -> None:
    def add(file: h5py.File) -> None:
        file["optimizer/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")

    source = read_keras(write_keras(tmp_path / "m.keras", data=weights(add)))
    assert sorted(source.weights) == ["layers/dense/vars/0", "layers/dense/vars/1"]


def test_modules_in_the_clean_file_are_ours(tmp_path: Path) -> None:
    model = sequential(layer("Dense", "keras.src.layers.core.dense", name="d", units=2))
    (_, one) = clean_config(model).config["config"]["layers"]
    assert (one["module"], one["class_name"]) == ("keras.layers", "Dense")


@each_case(
    ("shapes", "expected"),
    [
        ({"x": (49, 10)}, (1, 49, 10)),
        ({}, "--shape x=49x10"),
        ({"x": (49, 11)}, "does not fit"),
        ({"x": (49, 10), "y": (1,)}, "no input"),
    ],
)
def test_open_dimensions_are_chosen(shapes: Any, expected: Any) -> None:
    model = sequential(dense(), shape=[None, None, 10])
    if isinstance(expected, tuple):
        assert clean_config(model, shapes).inputs[0].shape == expected
        return
    with pytest.raises(Refused, match=expected) as error:
        clean_config(model, shapes)
    assert error.value.reason is Reason.OPEN_DIMENSION


def test_a_sequential_model_that_was_built_later_gets_an_input() -> None:
    model = layer("Sequential", "keras", name="m", layers=[dense()], build_input_shape=[None, 4])
    clean = clean_config(model)
    assert [each.shape for each in clean.inputs] == [(1, 4)]
    assert [one["class_name"] for one in clean.config["config"]["layers"]] == ["InputLayer", "Dense"]


def test_a_depthwise_layer_of_keras_2_loses_its_groups() -> None:
    model = sequential(layer("DepthwiseConv2D", name="d", kernel_size=[3, 3], groups=1))
    (_, one) = clean_config(model).config["config"]["layers"]
    assert "groups" not in one["config"]


def test_calls_of_keras_2_and_keras_3_are_kept() -> None:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]},
    }
    new = {"args": [[tensor, tensor]], "kwargs": {"mask": None}}
    old = [["x", 0, 0, {}]]
    for call in (new, old):
        model = layer(
            "Functional",
            "keras",
            name="m",
            layers=[
                {**layer("InputLayer", batch_shape=[None, 4], name="x"), "name": "x", "inbound_nodes": []},
                {**layer("Add", name="add"), "name": "add", "inbound_nodes": [call]},
            ],
            input_layers=[["x", 0, 0]],
            output_layers=[["add", 0, 0]],
        )
        config = clean_config(model).config["config"]
        assert config["layers"][1]["inbound_nodes"] == [call]
        assert (config["input_layers"], config["output_layers"]) == ([["x", 0, 0]], [["add", 0, 0]])


TENSOR = {
    "class_name": "__keras_tensor__",
    "config": {"shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]},
}


def test_parts_of_tensors_and_constants_in_calls_are_kept() -> None:
    part = {"class_name": "__slice__", "config": {"start": None, "stop": 3, "step": 1}}
    constant = {"class_name": "__tensor__", "config": {"value": [[0.5, -1], [2, 3.0]], "dtype": "float32"}}
    for name, others in (("GetItem", [part, -1]), ("Add", constant)):
        call = {"args": [TENSOR, others], "kwargs": {}}
        node = {**layer(name, "keras.src.ops.numpy", name="op"), "name": "op", "inbound_nodes": [call]}
        (_, one) = clean_config(sequential(node)).config["config"]["layers"]
        assert (one["module"], one["inbound_nodes"]) == ("keras.src.ops.numpy", [call])


WHOLE = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
REST = {"class_name": "__ellipsis__", "config": {}}


@each_case(
    ("part", "expected"),
    [
        ([REST, 1], [WHOLE, 1]),
        ([1, REST, 2], [1, 2]),
        ([None, REST], [None, WHOLE, WHOLE]),
        (REST, [WHOLE, WHOLE]),
    ],
)
def test_dimensions_that_a_part_leaves_out_are_written_out_because_keras_stops_at_them_in_an_h5_file(
    part: object, expected: object
) -> None:
    node = {**layer("GetItem", "keras.src.ops.numpy", name="op"), "name": "op"}
    node["inbound_nodes"] = [{"args": [TENSOR, part], "kwargs": {}}]
    (_, one) = clean_config(sequential(node)).config["config"]["layers"]
    assert one["inbound_nodes"] == [{"args": [TENSOR, expected], "kwargs": {}}]


def test_an_operation_of_an_h5_file_has_no_module_and_is_told_from_a_layer() -> None:
    layers = [{"class_name": "Add", "config": {"name": "a"}}, {"class_name": "Add", "config": {"trainable": True}}]
    operation, own = clean_config(sequential(*layers)).config["config"]["layers"][1:]
    assert (operation["module"], own["module"]) == ("keras.src.ops.numpy", "keras.layers")


def test_an_activation_of_keras_may_be_a_function_or_a_layer() -> None:
    function = {
        "module": "keras.activations",
        "class_name": "function",
        "config": "relu6",
        "registered_name": "function",
    }
    model = sequential(dense(activation=function), dense(activation=layer("LeakyReLU", name="l", negative_slope=0.3)))
    first, second = clean_config(model).config["config"]["layers"][1:]
    assert first["config"]["activation"] == "relu6"
    assert second["config"]["activation"]["class_name"] == "LeakyReLU"


def test_the_smallest_embedding_bounds_the_words() -> None:
    model = sequential(layer("Embedding", name="e", input_dim=30, output_dim=4))
    assert clean_config(model).ids == 30


def test_types_of_quantised_layers_are_refused() -> None:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}
    with pytest.raises(Refused, match="before Keras quantises"):
        clean_config(sequential(dense(dtype=policy)))
    assert json.dumps(clean_config(sequential(dense(dtype="mixed_float16"))).config)
