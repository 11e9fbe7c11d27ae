"""Networks that PyTorch exported are translated, and answer what PyTorch answers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.formats.comparing import TOLERANCE, difference, tolerance_of
from lab.formats.onnx.converted import number_kinds
from lab.formats.onnx.model import Attribute, OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from lab.formats.onnx.writing import write_onnx
from lab.refusal import Reason, Refused
from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import read_model
from tests.support.cases import each_case
from tests.support.models.onnx_files import X, answer, model, node, ops

FOLDER = Path(__file__).resolve().parent.parent / "models" / "onnx"
NAMES = sorted(path.stem for path in FOLDER.glob("*.onnx"))
PICTURE = OnnxInput("x", (1, 3, 8, 8), "float32")


def read(name: str) -> OnnxModel:
    path = FOLDER / f"{name}.onnx"
    weights = FOLDER / f"{name}.onnx.data"
    return read_onnx(path, weights if weights.exists() else None, weights.name)


@each_case("name", NAMES)
def test_a_network_of_pytorch_answers_the_same_and_is_compiled(name: str) -> None:
    translation = translate(fix_shapes(read(name), {}))
    with np.load(FOLDER / "answers.npz") as answers:
        value, expected = answers[f"{name}_in"], answers[f"{name}_out"]
    assert difference(expected, answer(translation, value).reshape(expected.shape)) < TOLERANCE
    network = read_model(translation.data)
    assert unsupported_ops(network) == ()
    assert len({tensor.name for tensor in network.tensors}) == len(network.tensors)  # the quantiser needs it


def test_all_networks_were_found() -> None:
    assert len(NAMES) == 13


def test_what_is_written_for_onnxruntime_is_what_was_read(tmp_path: Path) -> None:
    source = fix_shapes(read("keywords"), {})
    path = tmp_path / "clean.onnx"
    path.write_bytes(write_onnx(source))
    clean = read_onnx(path)
    assert (clean.nodes, clean.inputs, clean.outputs) == (source.nodes, source.inputs, source.outputs)
    assert all(np.array_equal(clean.constants[name], array) for name, array in source.constants.items())


def test_pictures_get_their_channels_last_and_layers_stay_together() -> None:
    translation = translate(fix_shapes(read("keywords"), {}))
    assert translation.inputs[0].shape == (1, 49, 10, 1)
    assert translation.inputs[0].source_shape == (1, 1, 49, 10)
    assert ops(translation) == [
        "PAD", "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "HARD_SWISH", "DEPTHWISE_CONV_2D", "CONV_2D", "HARD_SWISH",
        "MEAN", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX",
    ]  # fmt: skip


def test_a_flattened_picture_is_not_turned_before_a_dense_layer() -> None:
    assert ops(translate(fix_shapes(read("flat"), {}))) == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED"]


def test_a_picture_that_an_exporter_turned_twice_is_not_turned() -> None:
    """A model as tf2onnx writes it: channels last outside, turned around each convolution."""
    network = model(
        node("Transpose", ("x",), ("a",), perm=(0, 3, 1, 2)),
        node("Conv", ("a", "w"), ("b",)),
        node("Transpose", ("b",), ("y",), perm=(0, 2, 3, 1)),
        inputs=[OnnxInput("x", (1, 8, 8, 3), "float32")],
        w=np.ones((4, 3, 3, 3), np.float32),
    )
    assert ops(translate(network)) == ["CONV_2D"]


@pytest.mark.parametrize(
    ("op", "attributes", "scales", "operators"),
    [
        ("Elu", {}, (1.0, 1.0), ["ELU"]),
        ("Elu", {"alpha": 1.0}, (1.0, 1.0), ["ELU"]),
        ("Elu", {"alpha": 0.5}, (0.5, 1.0), ["RELU", "MINIMUM", "ELU", "MUL", "ADD"]),
        ("Selu", {}, (1.6732632423543772, 1.0507009873554805), ["RELU", "MINIMUM", "ELU", "MUL", "ADD", "MUL"]),
    ],
)
def test_elu_is_one_operator_and_keeps_the_digits_of_small_numbers(
    op: str, attributes: dict[str, Attribute], scales: tuple[float, float], operators: list[str]
) -> None:
    alpha, gamma = scales
    translation = translate(model(OnnxNode(op, "the activation", ("x",), ("y",), attributes)))
    assert ops(translation) == operators
    assert unsupported_ops(read_model(translation.data)) == ()
    value = np.array([[-3, -1e-6, 0, 2]], np.float32)
    expected = gamma * np.where(value > 0, value, alpha * np.expm1(value.astype(np.float64)))
    np.testing.assert_allclose(answer(translation, value), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("op", "expected"), [("Ceil", [-2, 3, 3, 2]), ("Floor", [-3, 2, 2, 1]), ("Round", [-2, 2, 3, 2])]
)
def test_whole_numbers_are_those_of_onnx(op: str, expected: list[float]) -> None:
    translation = translate(model(node(op)))
    assert ops(translation) == [op.upper()]
    assert unsupported_ops(read_model(translation.data)) == ()
    value = np.array([[-2.5, 2.5, 2.75, 1.5]], np.float32)
    assert answer(translation, value).tolist() == [expected]


@pytest.mark.parametrize("opset", [7, 13])
def test_softmax_means_what_its_opset_says(opset: int) -> None:
    softmax = model(node("Softmax", axis=1), inputs=[OnnxInput("x", (1, 2, 3), "float32")], opset=opset)
    value = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    exponents = np.exp(value)
    total = exponents.sum() if opset < 13 else exponents.sum(axis=1, keepdims=True)
    assert difference(exponents / total, answer(translate(softmax), value)) < 1e-6


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3)])
def test_a_sum_has_as_many_dimensions_as_its_constant(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(4)
    weights, bias = random.normal(size=(4, 3)).astype(np.float32), random.normal(size=shape).astype(np.float32)
    nodes = node("MatMul", ("x", "weights"), ("dense",)), node("Add", ("dense", "bias"))
    translation = translate(model(*nodes, weights=weights, bias=bias))
    value = random.normal(size=(1, 4)).astype(np.float32)
    result = answer(translation, value)
    assert result.shape == (value @ weights + bias).shape
    np.testing.assert_allclose(result, value @ weights + bias, rtol=1e-5)


def test_means_count_padding_where_the_node_says_so() -> None:
    value = np.ones((1, 3, 8, 8), np.float32)
    for counts, corner in ((1, 4 / 9), (0, 1.0)):
        pool = node("AveragePool", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1), count_include_pad=counts)
        result = answer(translate(model(pool, inputs=[PICTURE])), value)
        assert result[0, 0, 0, 0] == pytest.approx(corner)
        assert result[0, 0, 1, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(("kernel", "pads"), [((3, 3), (1, 1, 1, 1)), ((2, 4), (1, 2, 0, 1))])
def test_the_padding_of_a_largest_number_does_not_count(kernel: tuple[int, int], pads: tuple[int, ...]) -> None:
    value = -1 - np.random.default_rng(1).random((1, 3, 8, 8), np.float32)
    pool = node("MaxPool", kernel_shape=kernel, strides=(2, 2), pads=pads)
    sides = ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3]))
    larger = np.pad(value, sides, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(larger, kernel, (2, 3))[:, :, ::2, ::2]
    translation = translate(model(pool, inputs=[PICTURE]))
    assert np.array_equal(answer(translation, value).astype(np.float32), windows.max((-1, -2)))
    assert "PADV2" not in ops(translation)


def test_an_input_that_is_not_only_a_picture_keeps_its_order() -> None:
    both = model(
        node("Conv", ("x", "w"), ("a",)),
        node("ReduceMean", ("x",), ("b",), axes=(1, 2, 3), keepdims=1),
        node("Add", ("a", "b"), ("y",)),
        inputs=[PICTURE],
        opset=13,
        w=np.ones((4, 3, 1, 1), np.float32),
    )
    assert translate(both).inputs[0].shape == (1, 3, 8, 8)


def test_a_recurrent_layer_has_a_limit_of_steps() -> None:
    layer = model(
        node("GRU", ("x", "w", "r"), ("", "y"), hidden_size=2, linear_before_reset=1),
        inputs=[OnnxInput("x", (300, 1, 4), "float32")],
        w=np.zeros((1, 6, 4), np.float32),
        r=np.zeros((1, 6, 2), np.float32),
    )
    layer = OnnxModel(layer.nodes, layer.constants, layer.inputs, ("y",), 18, "test")
    with pytest.raises(Refused, match="300 steps") as error:
        translate(layer)
    assert error.value.reason is Reason.NOT_CONVERTED


def test_arguments_that_do_not_fit_are_named() -> None:
    cases = [
        model(node("Conv", ("x", "w")), inputs=[PICTURE], w=np.ones((4, 2, 3, 3), np.float32)),
        model(node("Conv", ("x", "w"), strides=(0, 0)), inputs=[PICTURE], w=np.ones((4, 3, 3, 3), np.float32)),
        model(node("Conv", ("x", "w")), inputs=[PICTURE], w=np.ones((4, 3, 9, 9), np.float32)),
        model(node("Reshape", ("x", "w")), w=np.array([3, 3])),
        model(node("Concat", ("x", "w"), axis=7), w=np.ones((1, 4), np.float32)),
        model(node("Gather", ("w", "v")), w=np.ones((3, 4), np.float32), v=np.array([9])),
        model(node("Gemm", ("x", "w")), w=np.ones((5, 4), np.float32)),
        model(node("Add", ("x",))),
        model(node("Relu", ())),
        model(node("Transpose", perm=(0, 0)), inputs=[X]),
    ]
    for one in cases:
        with pytest.raises(Refused) as error:
            translate(one)
        assert error.value.reason in (Reason.BROKEN, Reason.NOT_CONVERTED), one.nodes[0].op


PICTURE_4 = OnnxInput("x", (1, 2, 4, 4), "float32")


def recurrent(op: str, gates: int, *inputs: str, **attributes: Any) -> OnnxModel:
    """A recurrent layer of 3 units over 5 steps of 2 numbers, with these inputs behind its weights."""
    arrays: dict[str, Any] = {"w": np.ones((1, gates * 3, 2), np.float32), "r": np.ones((1, gates * 3, 3), np.float32)}
    arrays |= {"lengths": np.array([3], np.int32), "all": np.array([5], np.int32)}
    one = node(op, ("x", "w", "r", "", *inputs), hidden_size=3, **attributes)
    return model(one, inputs=[OnnxInput("x", (5, 1, 2), "float32")], **arrays)


@pytest.mark.protects("models-in/unread-arguments")
@each_case("op", [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_lengths_of_sequences_are_refused_by_name_unless_they_are_those_of_the_input(op: tuple[str, int]) -> None:
    attributes: dict[str, Any] = {"linear_before_reset": 1} if op[0] == "GRU" else {}
    with pytest.raises(Refused, match="has sequence_lens other than 5"):
        translate(recurrent(*op, "lengths", **attributes))
    translate(recurrent(*op, "all", **attributes))


@pytest.mark.protects("models-in/unread-arguments")
@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"layout": 1}, "layout"),
        ({"clip": 3.0}, "clip"),
        ({"direction": "sideways"}, "direction"),
        ({"activations": ("Relu", "Relu", "Relu")}, "activations"),
        ({"activation_beta": (0.5,)}, "activation_beta"),
    ],
)
@each_case("op", [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_what_a_recurrent_layer_does_otherwise_is_refused_by_its_name(
    op: tuple[str, int], attributes: dict[str, Any], name: str
) -> None:
    own: dict[str, Any] = {"linear_before_reset": 1} if op[0] == "GRU" else {}
    operator, gates = op
    with pytest.raises(Refused, match=name) as error:
        translate(recurrent(operator, gates, **own, **attributes))
    assert f'{op[0]} "the {op[0]}"' in str(error.value)


@pytest.mark.protects("models-in/unread-arguments")
@pytest.mark.parametrize(("op", "name"), [(("LSTM", 4), "input_forget"), (("GRU", 3), "linear_before_reset")])
def test_gates_that_work_otherwise_are_refused_by_their_name(op: tuple[str, int], name: str) -> None:
    attributes: dict[str, Any] = {"input_forget": 1} if op[0] == "LSTM" else {}
    with pytest.raises(Refused, match=name) as error:
        translate(recurrent(*op, **attributes))
    assert f'{op[0]} "the {op[0]}"' in str(error.value)


@pytest.mark.protects("models-in/unread-arguments")
@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1, 3), (1, 2, 3), (1, 1, 1)])
@each_case("op", [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_a_first_state_of_another_size_is_refused_by_its_name(op: tuple[str, int], shape: tuple[int, ...]) -> None:
    attributes: dict[str, Any] = {"linear_before_reset": 1} if op[0] == "GRU" else {}
    layer = recurrent(*op, "", "start", **attributes)
    layer = OnnxModel(
        layer.nodes, {**layer.constants, "start": np.ones(shape, np.float32)}, layer.inputs, ("y",), 18, "test"
    )
    with pytest.raises(Refused, match="initial_h"):
        translate(layer)


@pytest.mark.protects("models-in/unread-arguments")
@pytest.mark.parametrize(
    ("one", "message"),
    [
        (node("Resize", ("x", "", "s"), mode="linear", exclude_outside=1), '"exclude_outside"'),
        (node("Resize", ("x", "", "s"), mode="cubic"), "mode cubic"),
        (node("Resize", ("x", "", "s"), coordinate_transformation_mode="tf_crop_and_resize"), "tf_crop_and_resize"),
        (node("Resize", ("x", "", "s"), keep_aspect_ratio_policy="not_larger"), '"keep_aspect_ratio_policy"'),
        (node("RNN", ("x", "w", "w"), hidden_size=1, activation_alpha=(0.5,)), "activation_alpha"),
        (node("Tile", ("x", "t"), axis=1), '"axis"'),
        (node("Dropout", ("x", "", "yes")), "drops numbers"),
        (node("Identity", ("x",), other=2), '"other"'),
        (node("Relu", ("x", "s")), 'the input "1"'),
        (node("Sigmoid", ("x", "s")), 'the input "1"'),
    ],
    ids=lambda case: case.op if isinstance(case, OnnxNode) else "",
)
def test_an_attribute_or_input_that_no_translation_looks_at_is_refused_by_name(one: OnnxNode, message: str) -> None:
    constants: dict[str, Any] = {
        "s": np.array([1, 1, 2, 2], np.float32),
        "yes": np.array(True),
        "t": np.array([1, 1, 1, 2]),
    }
    source = PICTURE_4 if one.op != "RNN" else OnnxInput("x", (2, 1, 1), "float32")
    constants["w"] = np.ones((1, 1, 1), np.float32)
    with pytest.raises(Refused) as error:
        translate(model(one, inputs=[source], **constants))
    assert message.strip('"') in str(error.value)
    assert one.op in str(error.value)


@pytest.mark.protects("models-in/unread-arguments")
def test_an_attribute_with_the_value_of_one_left_out_is_no_reason_to_refuse() -> None:
    one = node("Resize", ("x", "", "s"), mode="linear", exclude_outside=0, nearest_mode="floor", cubic_coeff_a=-0.75)
    translate(model(one, inputs=[PICTURE_4], s=np.array([1, 1, 2, 2], np.float32)))
    empty = node("Resize", ("x", "empty", "empty", "size"), mode="linear")
    translate(model(empty, inputs=[PICTURE_4], empty=np.zeros(0, np.float32), size=np.array([1, 2, 8, 8])))


@pytest.mark.parametrize(
    ("attributes", "size", "scales", "places"),
    [
        # Computed by hand from ONNX's rules: the places of the source that a row of 4 numbers gives.
        ({"nearest_mode": "ceil", "coordinate_transformation_mode": "asymmetric"}, 8, 2.0, [0, 1, 1, 2, 2, 3, 3, 3]),
        ({"nearest_mode": "floor", "coordinate_transformation_mode": "half_pixel"}, 8, 2.0, [0, 0, 0, 1, 1, 2, 2, 3]),
        ({"nearest_mode": "round_prefer_floor"}, 2, 0.5, [0, 2]),
        ({"nearest_mode": "round_prefer_ceil"}, 2, 0.5, [1, 3]),
        ({"mode": "linear", "coordinate_transformation_mode": "asymmetric"}, 5, 1.25, [0, 0.8, 1.6, 2.4, 3]),
        ({"mode": "linear", "coordinate_transformation_mode": "asymmetric"}, 5, 1.3, [0, 1 / 1.3, 2 / 1.3, 3 / 1.3, 3]),
        ({"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}, 1, 0.25, [0]),
        ({"mode": "linear", "coordinate_transformation_mode": "half_pixel"}, 1, 0.25, [1.5]),
    ],
)
@pytest.mark.protects("models-in/unread-arguments")
def test_a_picture_is_resized_by_the_rule_that_its_attributes_name(
    attributes: dict[str, str], size: int, scales: float, places: list[float]
) -> None:
    one = node("Resize", ("x", "", "s"), **{"mode": "nearest", **attributes})
    source = OnnxInput("x", (1, 1, 1, 4), "float32")
    translation = translate(model(one, inputs=[source], s=np.array([1, 1, 1, scales], np.float32)))
    result = answer(translation, np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4))
    assert result.shape[-1] == size
    assert np.allclose(result.ravel(), places, atol=1e-5)
    assert unsupported_ops(read_model(translation.data)) == ()


def test_what_is_accepted_follows_the_type_of_the_source() -> None:
    assert tolerance_of(["float32", "int64"]) == TOLERANCE
    assert 0.0005 < tolerance_of(["float32", "float16"]) < 0.01 < tolerance_of(["bfloat16"])
    half = model(node("Add", ("x", "w")), inputs=[OnnxInput("x", (1, 4), "float16")], w=np.ones(4, np.float16))
    assert tolerance_of(number_kinds(half)) == tolerance_of(["float16"])
    cast = model(node("Cast", ("x",), to=10))
    assert "float16" in number_kinds(cast)


HALF, ROOT = 0.5, float(np.sqrt(2))
GELUS = {
    "product first": [("Mul", "x", "sum", "m"), ("Mul", "m", "half", "y")],
    "half first": [("Mul", "x", "half", "m"), ("Mul", "m", "sum", "y")],
    "half of the sum": [("Mul", "half", "sum", "m"), ("Mul", "x", "m", "y")],
}


@pytest.mark.parametrize("multiplies", [False, True])
@pytest.mark.parametrize("end", GELUS)
def test_the_exact_gelu_of_older_exporters_is_one_operator(end: str, multiplies: bool) -> None:
    scale = node("Mul", ("inverse", "x"), ("d",)) if multiplies else node("Div", ("x", "root"), ("d",))
    nodes = [scale, node("Erf", ("d",), ("e",)), node("Add", ("e", "one"), ("sum",))]
    nodes += [node(op, (one, other), (result,)) for op, one, other, result in GELUS[end]]
    numbers: dict[str, Any] = {"half": HALF, "root": ROOT, "inverse": 1 / ROOT, "one": 1.0}
    constants: dict[str, Any] = {name: np.array(each, np.float32) for name, each in numbers.items()}
    gelu = model(*nodes, **constants)
    translation = translate(gelu)
    assert ops(translation) == ["GELU"]
    values = np.array([[-3.0, -0.5, 0.0, 2.5]], np.float32)
    expected = [each / 2 * (1 + math.erf(each / ROOT)) for each in values.ravel()]
    assert np.allclose(answer(translation, values).ravel(), expected, atol=1e-6)
    assert unsupported_ops(read_model(translation.data)) == ()


def test_another_use_of_erf_is_computed_by_a_formula() -> None:
    translation = translate(model(node("Erf"), inputs=[OnnxInput("x", (1, 101), "float32")]))
    values = np.linspace(-5, 5, 101, dtype=np.float32)[None]
    expected = [math.erf(each) for each in values.ravel()]
    assert np.abs(answer(translation, values).ravel() - expected).max() < 1e-6
    assert unsupported_ops(read_model(translation.data)) == ()
    constants: dict[str, Any] = {"c": np.float32(1.5), "one": np.float32(1), "half": np.float32(0.5)}
    nodes = [node("Div", ("x", "c"), ("d",)), node("Erf", ("d",), ("e",)), node("Add", ("e", "one"), ("s",))]
    almost = model(*nodes, node("Mul", ("x", "s"), ("m",)), node("Mul", ("m", "half"), ("y",)), **constants)
    assert "GELU" not in ops(translate(almost))


@pytest.mark.parametrize("divisor", [2.5, -2.5])
def test_a_remainder_has_the_sign_that_its_attribute_says(divisor: float) -> None:
    values = np.array([[-7.25, -2.5, 0.0, 6.5]], np.float32)
    one = model(node("Mod", ("x", "d"), fmod=1), d=np.array(divisor, np.float32))
    assert np.allclose(answer(translate(one), values), np.fmod(values, np.float32(divisor)), atol=1e-6)
    whole = model(node("Mod", ("x", "d")), inputs=[OnnxInput("x", (1, 4), "int32")], d=np.array(3, np.int32))
    assert ops(translate(whole)) == ["FLOOR_MOD"]
