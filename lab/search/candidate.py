"""A candidate as a quantised `.tflite` file, written without TensorFlow and without training: what it will need on a
device is counted of it, because training changes the weights and not the operators."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.random import default_rng

from lab.child.limits import ChildLimits
from lab.child.start import ProcessPool, Step, run
from lab.formats.tflite_builder import Builder
from lab.quantize.forms import FLOAT
from lab.recipes.arguments import ArgumentGroup, ShownAs, Values, function_arguments
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.search.layers import LayerTensor, narrowed, network_of, operators
from lab.search.recurrent import add_steps
from rune.environments.analysis import QUANTISER, analysis_python

_LIMITS = ChildLimits(seconds=60, memory=512 << 20)
_PROCESSES = ProcessPool()
"""The processes that quantise candidates, of which there are many."""
atexit.register(_PROCESSES.close)
_SAME, _VALID = 0, 1
_ACTIVATION = "fusedActivationFunction"


def candidate_model(recipe: Recipe, values: Values, labels: int, form: str) -> bytes:
    """A model of the shape that the recipe would train, in a form, with weights by chance. Raises `Refused`, and
    `EnvironmentNeeded` where the form needs the quantiser and there is none."""
    if recipe.estimator is not None:
        raise Refused(Reason.SETTINGS, _needs_of_estimator(recipe, values))
    features = recipe.features(values)
    shape = features.shape
    options = function_arguments(values, recipe.network_arguments)
    output = network_of(recipe.network_source.read_text("utf-8"), shape, recipe.task.classes(labels), options)
    data = float_model(narrowed(operators(output), float(values["prune"])))
    if form == FLOAT:
        return data
    spec = {"form": form, "shape": [1, *shape], "bounds": features.bounds}
    with TemporaryDirectory(prefix="rune-candidate-") as name:
        source, model = Path(name) / "source", Path(name) / "model"
        source.write_bytes(data)
        step = Step("candidate", spec, {"source": source}, {"model": model}, _LIMITS, "quantisation")
        run(step, analysis_python(QUANTISER), pool=_PROCESSES)
        return model.read_bytes()


def _needs_of_estimator(recipe: Recipe, values: Values) -> str:
    """Returns why the needs of an estimator cannot be counted, with the settings that bound them."""
    assert recipe.estimator is not None  # noqa: S101 (the caller asked)
    bounds = [
        f"{each.title.lower()}: {values[each.name]:g}"
        for each in recipe.arguments
        if each.name in recipe.estimator.arguments
        and each.shown is not ShownAs.SWITCH
        and (each.group is ArgumentGroup.NETWORK or each.unit == "rounds")
    ]
    known_bounds = f" Known now: {'; '.join(bounds)}." if bounds else ""
    return f"RAM, flash and time are known when it has learned: it trains no network.{known_bounds}"


def float_model(tensors: Sequence[LayerTensor]) -> bytes:
    """A float model of these operators, one after the other, as TensorFlow's converter writes them."""
    builder, random = Builder(), default_rng(1)
    current = source = builder.tensor("input", tensors[0].shape)
    for number, tensor in enumerate(tensors[1:]):
        current = _add(builder, tensor, current, f"{tensor.op.lower()}_{number}", random)
    return builder.file({"input": source}, {"output": current})


def _add(builder: Builder, tensor: LayerTensor, source: int, name: str, random: np.random.Generator) -> int:
    def weights(*shape: int) -> int:
        return builder.constant(f"{name}/weights", random.normal(0, 0.3, shape).astype(np.float32))

    def bias(count: int) -> int:
        return builder.constant(f"{name}/bias", random.normal(0, 0.1, count).astype(np.float32))

    channels = builder.shape_of(source)[-1]
    settings = tensor.settings
    match tensor.op:
        case "RESHAPE":
            inputs = [source, builder.constant(f"{name}/shape", np.array(tensor.shape, np.int32))]
            options: tuple[str, dict[str, Any]] = ("Reshape", {"newShape": list(tensor.shape)})
        case "CONV_2D":
            filters = tensor.shape[-1]
            inputs = [source, weights(filters, *settings["kernel"], channels), bias(filters)]
            options = ("Conv2D", {**_window(tensor), "dilationHFactor": 1, "dilationWFactor": 1})
        case "DEPTHWISE_CONV_2D":
            inputs = [source, weights(1, *settings["kernel"], channels), bias(channels)]
            dilations = {"dilationHFactor": 1, "dilationWFactor": 1, "depthMultiplier": 1}
            options = ("DepthwiseConv2D", {**_window(tensor), **dilations})
        case "AVERAGE_POOL_2D":
            height, width = settings["kernel"]
            inputs = [source]
            options = ("Pool2D", {**_window(tensor), "filterHeight": height, "filterWidth": width})
        case "FULLY_CONNECTED":
            inputs = [source, weights(tensor.shape[-1], channels), bias(tensor.shape[-1])]
            options = ("FullyConnected", {_ACTIVATION: int(settings["relu"]), "weightsFormat": 0, "keepNumDims": False})
        case "GRU":
            return add_steps(builder, source, tensor.shape[-1], name, random)
        case "SOFTMAX":
            inputs, options = [source], ("Softmax", {"beta": 1.0})
        case _:
            raise ValueError(f"{tensor.op} cannot be written")
    return builder.add(tensor.op, inputs, tensor.shape, name, options)


def _window(tensor: LayerTensor) -> dict[str, Any]:
    height, width = tensor.settings["strides"]
    return {
        "padding": _SAME if tensor.settings["padding"] == "same" else _VALID,
        "strideH": height,
        "strideW": width,
        _ACTIVATION: int(tensor.settings.get("relu", False)),
    }
