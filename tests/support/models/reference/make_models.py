"""Packs the small models beside it, with what TensorFlow Lite's reference kernels answer to seeded inputs.

Run `python -m tests.support.models.reference.make_models` after a change. Weights and inputs come from the model's
name alone.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.random import Generator, default_rng

from rune.model.tflite import read_model
from rune.running.runtime.interpreters.tflite import open_reference_kernels
from tests.support.models.model_cases import COMPILED, REFUSED
from tests.support.models.reference.attention_models import attention_models
from tests.support.models.reference.chain_models import chains_models
from tests.support.models.reference.control_models import control_models
from tests.support.models.reference.detection_models import detection_models
from tests.support.models.reference.elementwise_models import (
    activation_model,
    add_model,
    binary_models,
    conversions_models,
    extreme_model,
    functions_models,
    other_models,
    reductions_models,
)
from tests.support.models.reference.float_models import float_models
from tests.support.models.reference.further_models import further_models
from tests.support.models.reference.int16_models import int16_models
from tests.support.models.reference.layer_models import (
    Model,
    convolutions_models,
    depthwise_models,
    fully_connected_models,
    halves_models,
    hybrids_models,
    pools_models,
)
from tests.support.models.reference.logic_models import logic_models
from tests.support.models.reference.lookup_models import lookup_models
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.moving_models import joins_models, moves_models, resizes_models
from tests.support.models.reference.refused_models import refused
from tests.support.models.reference.state_models import state_models
from tests.support.packed import write_packed

RUNS = 3
_NOT_OF_INT16 = (
    "chain:elu",
    "depth_to_space",
    "elu",
    "gather:while",
    "hard_swish",
    "prelu",
    "space_to_depth",
    "sum",
    "arg_",
)
"""How names of models begin that int16 does not have: LiteRT's reference kernels refuse them, or compute nonsense."""
_MOST_OF_INT16 = {
    "add": 8,
    "average_pool_2d": 2,
    "chain": 8,
    "conv_2d": 4,
    "depthwise_conv_2d": 4,
    "fully_connected": 5,
    "leaky_relu": 2,
    "logistic": 3,
    "max_pool_2d": 2,
    "mean": 3,
    "mul": 5,
    "relu": 2,
    "relu6": 2,
    "resize_bilinear": 3,
    "softmax": 8,
    "sub": 4,
    "tanh": 3,
}
"""How many models of an operator int16 has too; one of each that only moves numbers."""
_SOME_OF_UINT8 = (
    "concatenation:channels",
    "hard_swish:plain",
    "logistic:plain",
    "mean:image",
    "pad:image",
    "slice:plain",
    "split:channels",
    "sum:image",
)
"""Models that uint8 has too, of ops that do with it as with int8."""


def models() -> Iterator[tuple[str, Model]]:
    """Every model that can be compiled, by name: the operator, the type, what is particular about it."""
    of_int16: Counter[str] = Counter()
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("int16", "i16")):
        for name, model in itertools.chain(
            convolutions_models(kind),
            depthwise_models(kind),
            fully_connected_models(kind),
            pools_models(kind),
            other_models(kind),
            binary_models(kind),
            resizes_models(kind),
            moves_models(kind),
            joins_models(kind),
            reductions_models(kind),
            functions_models(kind),
            chains_models(kind),
        ):
            operator, _, detail = name.partition(":")
            if kind == "int16":
                of_int16[operator] += 1
                if name.startswith(_NOT_OF_INT16) or of_int16[operator] > _MOST_OF_INT16.get(operator, 1):
                    continue
            yield f"{operator}_{short}_{detail}", model
    yield from conversions_models()
    yield from hybrids_models()
    yield from halves_models()
    yield from int16_models()
    yield from further_models()
    yield from state_models()
    yield from logic_models()
    yield from control_models()
    yield from float_models()
    yield from lookup_models()
    yield from detection_models()
    yield from attention_models()
    for name, model in unsigned_models():
        operator, _, detail = name.partition(":")
        yield f"{operator}_u8_{detail}", model


def unsigned_models() -> Iterator[tuple[str, Model]]:
    """The peculiarities of uint8: weights with a zero point, and other roundings. All else is int8 with flipped
    bits."""
    families = (convolutions_models, depthwise_models, fully_connected_models, pools_models, chains_models)
    details = ("same", "1x1_17_channels", "1_channel_multiplier_8", "dilation_2", "no_bias", "plain", "whole_image")
    for name, model in itertools.chain.from_iterable(family("uint8") for family in families):
        if (name.startswith("chain") and name != "chain:elu") or name.partition(":")[2] in details:
            yield name, model
    yield "conv_2d:groups", lambda g: [g.conv(g.input((1, 5, 5, 6), "uint8"), 4, groups=2)]
    yield "softmax:rows", lambda g: [g.softmax(g.input((5, 3), "uint8"))]
    yield "add:channel", add_model("uint8", (1, 3, 4, 5), (5,))
    yield "add:constant", lambda g: [g.add(g.input((1, 3, 4, 5), "uint8"), g.constant((5,), "uint8"))]
    yield "mul:same_shape", add_model("uint8", (1, 3, 4, 5), (1, 3, 4, 5), scale=0.03, op="MUL")
    yield "sub:same_shape", add_model("uint8", (1, 3, 4, 5), (1, 3, 4, 5), op="SUB")
    yield "minimum:same_shape", extreme_model("uint8", "MINIMUM", (1, 3, 4, 5))
    yield "maximum:scalar", extreme_model("uint8", "MAXIMUM", (1,))
    yield "relu:plain", activation_model("uint8", "RELU", 0.051)
    yield "relu6:plain", activation_model("uint8", "RELU6", 0.051)
    yield from resizes_models("uint8")
    some = (reductions_models("uint8"), functions_models("uint8"), moves_models("uint8"), joins_models("uint8"))
    for name, model in itertools.chain(*some):
        if name in _SOME_OF_UINT8:
            yield name, model
    yield "leaky_relu:plain", activation_model("uint8", "LEAKY_RELU", 0.05, 0.3)


def make(name: str, model: Model) -> bytes:
    """The file of a model; the name is its seed."""
    layers = Layers(name, default_rng(zlib.crc32(name.encode())))
    outputs = model(layers)
    return layers.graph.finish(*(output.index for output in outputs))


def answers(data: bytes, runs: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
    """The reference kernels' answers for the inputs of each run, one run after the other."""
    model = read_model(data)
    shapes = {index: model.tensors[index].shape for index in model.outputs}
    interpreter = open_reference_kernels(model, data)
    return [_answer(interpreter, shapes, inputs) for inputs in runs]


def _answer(interpreter: Any, shapes: Mapping[int, tuple[int, ...]], inputs: Sequence[bytes]) -> list[bytes]:
    for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], np.frombuffer(value, detail["dtype"]).reshape(detail["shape"]))
    interpreter.invoke()
    outputs = []
    for detail in interpreter.get_output_details():
        output = interpreter.get_tensor(detail["index"])
        if output.shape != shapes[detail["index"]]:
            raise ValueError(f"{detail['name']} is {output.shape}, but the file says {shapes[detail['index']]}")
        outputs.append(output.tobytes())
    return outputs


def seeded_inputs(data: bytes, random: Generator) -> list[bytes]:
    """Inputs for one run: all of int8 or int16, or normal floats with a few far out."""
    inputs = []
    for detail in Interpreter(model_content=data).get_input_details():
        if detail["dtype"] is np.float32:
            values = random.standard_normal(detail["shape"]) * random.choice((1.0, 1.0, 1.0, 4.0), detail["shape"])
            inputs.append(values.astype(np.float32).tobytes())
        elif detail["dtype"] is np.int16:
            inputs.append(random.integers(-(2**15), 2**15, detail["shape"], dtype=np.int16).tobytes())
        elif detail["dtype"] is np.int32:
            inputs.append(random.integers(-9, 9, detail["shape"], dtype=np.int32).tobytes())
        else:
            inputs.append(random.integers(-128, 128, detail["shape"], dtype=np.int8).tobytes())
    return inputs


def with_answers(name: str, data: bytes) -> dict[str, bytes]:
    """A model's file and what the reference kernels answer, as they stand in a pack."""
    random = default_rng(zlib.crc32(name.encode()) ^ 1)
    inputs = [seeded_inputs(data, random) for _ in range(RUNS)]
    runs = [
        {"inputs": _texts(run_inputs), "outputs": _texts(run_outputs)}
        for run_inputs, run_outputs in zip(inputs, answers(data, inputs), strict=True)
    ]
    return {f"{name}.tflite": data, f"{name}.json": _json({"runs": runs})}


def main() -> None:
    archive: dict[str, bytes] = {}
    for name, model in models():
        archive |= with_answers(name, make(name, model))
    write_packed(COMPILED, archive)

    lacking: dict[str, bytes] = {}
    for name, model, gaps in refused():
        lacking[f"{name}.tflite"] = make(name, model)
        operators = [{"op": op, "types": types, "count": count} for op, types, count in gaps]
        lacking[f"{name}.json"] = _json({"unsupported": operators})
    write_packed(REFUSED, lacking)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _texts(values: list[bytes]) -> list[str]:
    return [base64.b64encode(value).decode() for value in values]


if __name__ == "__main__":
    main()
