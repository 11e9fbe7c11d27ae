"""A file that is not a model, or lies, is refused with a sentence and the place that is to blame."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.model.tflite import ModelError, TensorKind, from_json, read_model, signature
from rune.model.tflite.format.flatbuffer import FlatTable, decode
from tests.support.cases import each_case
from tests.support.models.model_cases import model_cases, refused_cases

GOOD = next(case.data for case in model_cases() if case.name == "chain_i8_residual")


def refusal(data: bytes) -> ModelError:
    with pytest.raises(ModelError) as error:
        read_model(data)
    return error.value


def _zip(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return file.getvalue()


@each_case(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"TFL", "only 3 bytes"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "Keras"),
        (_zip("metadata.json", "config.json", "model.weights.h5"), "Keras file"),
        (_zip("archive/data.pkl"), "PyTorch"),
        (_zip("model/saved_model.pb"), "SavedModel"),
        (_zip("model.tflite"), "zip archive; unpack it"),
        (b"\x08\x08\x12\x07pytorch\x1a\x051.13", "ONNX"),
        (b"\x08\x01\x12\xff\x01", "SavedModel"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\xef\xbb\xbf  <html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
        (b"alignas(8) const unsigned char g_model[] = {0x20, 0x00};", "C source"),
        (b'{"format": "layers-model"}', "TensorFlow.js"),
        (b"\0asm\x01\0\0\0", "rune"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (b"\x80\x04\x95" + bytes(20), "pickle"),
        (b"\x1c\0\0\0TFL2" + bytes(20), "version other than 3"),
        (b"something else altogether", "TFL3"),
    ],
)
def test_a_file_that_is_no_model_is_refused_with_what_it_looks_like(data: bytes, words: str) -> None:
    error = refusal(data)
    assert words in error.message
    assert error.offset in (0, 4)


def _offsets(table: FlatTable, places: set[int]) -> list[tuple[str, int]]:
    """Every place of the file that holds an offset: the field's name, and where."""
    offsets = []
    for name, value in table.fields.items():
        place = table.place(name)
        if isinstance(value, (int, float)) or place in places:
            continue
        places.add(place)
        offsets.append((f"{table.kind}.{name}", place))
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, FlatTable):
                offsets += _offsets(inner, places)
    return offsets


OFFSETS = _offsets(decode(memoryview(GOOD), "Model"), set())


def test_the_good_model_has_offsets_of_every_kind() -> None:
    names = {name for name, _ in OFFSETS}
    assert {
        "Model.subgraphs",
        "SubGraph.tensors",
        "Tensor.shape",
        "Tensor.name",
        "QuantizationParameters.scale",
    } <= names
    assert {"Buffer.data", "Operator.inputs", "Operator.builtin_options"} <= names


@each_case("lie", [0, 0xFFFFFFFF, 0x7FFFFFFC, len(GOOD)])
def test_a_lying_offset_is_refused_at_its_place(lie: int) -> None:
    for name, place in OFFSETS:
        data = bytearray(GOOD)
        struct.pack_into("<I", data, place, lie)
        error = refusal(bytes(data))
        assert error.offset == place, (name, error)


@pytest.mark.parametrize("lie", [0xFFFFFFFF, 0x7FFFFFFF, len(GOOD)])
def test_a_lying_length_is_refused_where_it_stands(lie: int) -> None:
    for name, place in OFFSETS:
        if name.split(".")[1] not in ("data", "shape", "name", "scale", "tensors", "operators", "inputs", "buffers"):
            continue
        length_at = place + struct.unpack_from("<I", GOOD, place)[0]
        data = bytearray(GOOD)
        struct.pack_into("<I", data, length_at, lie)
        error = refusal(bytes(data))
        assert error.offset == length_at, (name, error)
        assert str(lie) in error.message


def test_a_lying_field_list_is_refused_at_the_table_that_names_it() -> None:
    root = struct.unpack_from("<I", GOOD, 0)[0]
    for lie in (0x7FFFFFFF, -0x7FFFFFFF, 1):
        data = bytearray(GOOD)
        struct.pack_into("<i", data, root, lie)
        assert refusal(bytes(data)).offset == root


def changed(change: Callable[[Any, Any], None], name: str = "chain_i8_residual") -> bytes:
    """A good model after `change(model, main graph)`, written by the schema's own code."""
    cases = {case.name: case.data for case in model_cases()} | {case.name: case.data for case in refused_cases()}
    model = schema.ModelT.InitFromPackedBuf(bytearray(cases[name]))
    change(model, model.subgraphs[0])
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _set(path: str, value: Any) -> Callable[[Any, Any], None]:
    """A change of one value: `tensors.0.shape`, of the main graph, or of the model after a `/`."""

    def change(model: Any, graph: Any) -> None:
        owner = model if path.startswith("/") else graph
        *steps, last = path.removeprefix("/").split(".")
        for step in steps:
            owner = owner[int(step)] if step.isdigit() else getattr(owner, step)
        setattr(owner, last, value)

    return change


def _first_constant(model: Any, graph: Any) -> Any:
    return next(tensor for tensor in graph.tensors if tensor.buffer)


def _cut_weights(model: Any, graph: Any) -> None:
    buffer = model.buffers[_first_constant(model, graph).buffer]
    buffer.data = buffer.data[:-1]


def _drop_a_scale(model: Any, graph: Any) -> None:
    _first_constant(model, graph).quantization.scale = [1.0, 2.0]


def _drop_a_zero_point(model: Any, graph: Any) -> None:
    _first_constant(model, graph).quantization.zeroPoint = [0, 0]


def _swap_operators(model: Any, graph: Any) -> None:
    graph.operators[0], graph.operators[1] = graph.operators[1], graph.operators[0]


def _write_twice(model: Any, graph: Any) -> None:
    graph.operators[1].outputs = graph.operators[0].outputs


def _write_a_constant(model: Any, graph: Any) -> None:
    graph.operators[0].outputs = [graph.operators[0].inputs[1]]


def _external(model: Any, graph: Any) -> None:
    graph.tensors[0].externalBuffer = 1


def _outside(model: Any, graph: Any) -> None:
    buffer = model.buffers[_first_constant(model, graph).buffer]
    buffer.data, buffer.offset, buffer.size = None, 1 << 40, 135


def _negative_code(model: Any, graph: Any) -> None:
    model.operatorCodes[0].deprecatedBuiltinCode, model.operatorCodes[0].builtinCode = -3, -7


def _wrong_options(model: Any, graph: Any) -> None:
    graph.operators[0].builtinOptionsType = schema.BuiltinOptions.SoftmaxOptions
    graph.operators[0].builtinOptions = schema.SoftmaxOptionsT()


@each_case(
    ("change", "words"),
    [
        (_set("/version", 2), "version 2"),
        (_set("/subgraphs", []), "no graph"),
        (_set("tensors.0.shape", [1, -10, 8, 3]), "dimension -10"),
        (_set("tensors.0.shape", [1 << 20, 1 << 20]), "too large"),
        (_set("tensors.0.shape", [0, 1 << 30, 1 << 30, 1 << 30]), "too large"),
        (_set("tensors.0.shape", [1] * 33), "33 dimensions"),
        (_set("tensors.0.type", 99), "unknown kind, number 99"),
        (_set("tensors.0.buffer", 999), "buffer 999"),
        (_set("tensors.0.quantization.scale", [0.0]), "must be above 0"),
        (_set("tensors.0.quantization.scale", [float("nan")]), "must be above 0"),
        (_set("tensors.0.quantization.scale", [float("inf")]), "must be above 0"),
        (_set("tensors.0.quantization.zeroPoint", [128]), "cannot have the zero point 128"),
        (_drop_a_scale, "2 scales, but 5 elements"),
        (_drop_a_zero_point, "5 scales, but 2 zero points"),
        (_cut_weights, "needs 135 bytes, but its buffer has 134"),
        (_set("inputs", [99]), "names tensor 99"),
        (_set("inputs", [-1]), "names tensor -1"),
        (_set("outputs", [99]), "names tensor 99"),
        (_set("inputs", [0, 0]), "named twice"),
        (_set("inputs", [1]), "is a constant"),
        (_set("inputs", []), "before anything wrote it"),
        (_set("operators.0.opcodeIndex", 99), "code number 99"),
        (_set("operators.0.inputs", [99]), "names tensor 99"),
        (_set("operators.0.inputs", [-2]), "names tensor -2"),
        (_set("operators.0.outputs", [-1]), "names tensor -1"),
        (_set("operators.0.builtinOptions.strideW", 0), "stride w 0"),
        (_set("operators.0.builtinOptions.dilationHFactor", -1), "dilation h factor -1"),
        (_set("operators.0.builtinOptions.padding", 7), "unknown padding, number 7"),
        (_set("operators.0.builtinOptions.fusedActivationFunction", 77), "unknown fused activation function"),
        (_negative_code, "has the code -3"),
        (_wrong_options, "options of another kind, SoftmaxOptions"),
        (_swap_operators, "before anything wrote it"),
        (_write_twice, "already has a value"),
        (_write_a_constant, "already has a value"),
        (_external, "in another file"),
        (_outside, "beyond the end of the file"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(change: Callable[[Any, Any], None], words: str) -> None:
    error = refusal(changed(change))
    assert words in error.message
    assert error.offset is not None


def test_an_output_that_nothing_writes_is_refused() -> None:
    def change(model: Any, graph: Any) -> None:
        graph.operators = graph.operators[:-1]

    assert "nothing writes it" in refusal(changed(change)).message


def test_weights_behind_the_flatbuffer_are_read() -> None:
    def change(model: Any, graph: Any) -> None:
        buffer = model.buffers[_first_constant(model, graph).buffer]
        buffer.data, buffer.offset, buffer.size = None, 1 << 14, 135

    data = changed(change)
    weights = bytes(range(135))
    model = read_model(data + bytes((1 << 14) - len(data)) + weights)
    assert weights in [bytes(tensor.data) for tensor in model.tensors if tensor.data is not None]


def test_small_kinds_are_packed_and_counted_in_bits() -> None:
    def change(kind: int, size: int) -> Callable[[Any, Any], None]:
        def apply(model: Any, graph: Any) -> None:
            weights = _first_constant(model, graph)
            weights.type = kind
            model.buffers[weights.buffer].data = [0] * size

        return apply

    int4, int2 = schema.TensorType.INT4, schema.TensorType.INT2
    assert TensorKind.INT4 in {tensor.kind for tensor in read_model(changed(change(int4, 68))).tensors}
    assert TensorKind.INT2 in {tensor.kind for tensor in read_model(changed(change(int2, 34))).tensors}
    assert "needs 68 bytes, but its buffer has 135" in refusal(changed(change(int4, 135))).message


def test_a_tensor_of_no_elements_is_a_constant_only_where_nothing_writes_it() -> None:
    def written(model: Any, graph: Any) -> None:
        graph.tensors[graph.outputs[0]].shape = [0, 4]

    def unwritten(model: Any, graph: Any) -> None:
        empty = schema.TensorT()
        empty.name, empty.shape, empty.type = "axes", [0], schema.TensorType.INT32
        graph.tensors.append(empty)
        graph.operators[-1].inputs = [*graph.operators[-1].inputs, len(graph.tensors) - 1]

    model = read_model(changed(written))
    assert model.tensors[model.outputs[0]].data is None
    assert read_model(changed(unwritten)).tensors[-1].data == b""  # type: ignore[comparison-overlap]


def test_sparse_weights_are_known_as_such_and_have_no_data() -> None:
    def change(model: Any, graph: Any) -> None:
        _first_constant(model, graph).sparsity = schema.SparsityParametersT()
        _cut_weights(model, graph)

    [sparse] = [tensor for tensor in read_model(changed(change)).tensors if tensor.is_sparse]
    assert sparse.data is None


def test_a_scheme_of_quantisation_that_scales_do_not_tell_is_named() -> None:
    def change(model: Any, graph: Any) -> None:
        quantization = _first_constant(model, graph).quantization
        quantization.detailsType = schema.QuantizationDetails.BlockwiseQuantization
        quantization.details = schema.BlockwiseQuantizationT()

    schemes = {tensor.quantization.scheme for tensor in read_model(changed(change)).tensors if tensor.quantization}
    assert schemes == {"", "BlockwiseQuantization"}


def test_a_name_that_is_long_or_steers_a_terminal_is_tamed_in_the_sentence() -> None:
    def change(model: Any, graph: Any) -> None:
        graph.tensors[0].name = "\x1b[2J" + "x" * 10_000
        graph.tensors[0].type = 99

    message = refusal(changed(change)).message
    assert message.isprintable()
    assert len(message) < 200


def test_an_operator_that_is_newer_than_we_are_has_a_name() -> None:
    def change(model: Any, graph: Any) -> None:
        model.operatorCodes[0].deprecatedBuiltinCode, model.operatorCodes[0].builtinCode = 127, 5000

    assert read_model(changed(change)).operators[0].op == "BUILTIN_5000"


def test_a_custom_operator_cannot_pass_for_a_builtin_one() -> None:
    def change(model: Any, graph: Any) -> None:
        for code in model.operatorCodes:
            code.customCode = "CONV_2D"

    assert {operator.op for operator in read_model(changed(change, "custom")).operators} == {"CUSTOM:CONV_2D"}


def test_a_kind_that_a_runefile_cannot_name_has_no_signature() -> None:
    model = read_model(next(case.data for case in refused_cases() if case.name == "reshape_bool"))
    with pytest.raises(ModelError, match="BOOL"):
        signature(model)


@each_case(
    "value",
    [
        None,
        [],
        {},
        {"inputs": [], "outputs": "x"},
        {"inputs": [1], "outputs": []},
        {"inputs": [{"name": "a", "element": "f32", "dimensions": [-1]}], "outputs": []},
        {"inputs": [{"name": "a", "element": "f99", "dimensions": [1]}], "outputs": []},
        {"inputs": [{"name": "a", "element": "f32", "dimensions": [1], "scale": "1"}], "outputs": []},
        {"inputs": [{"name": 1, "element": "f32", "dimensions": [1]}], "outputs": []},
    ],
)
def test_a_signature_in_foreign_json_is_refused(value: Any) -> None:
    with pytest.raises(ModelError):
        from_json(value)
