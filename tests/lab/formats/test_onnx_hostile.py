"""Hostile ONNX files are refused by name before any library sees them, and nothing outside the file is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.reading import MOST_NODES, read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from lab.formats.protobuf import bytes_field, number_field
from lab.refusal import Reason, Refused
from tests.support.cases import each_case
from tests.support.models.onnx_files import X, added, described, file_of, model, node, stored_in, tensor, write


def refusal(path: Path, weights: Path | None = None, name: str = "") -> Refused:
    with pytest.raises(Refused) as error:
        read_onnx(path, weights, name)
    return error.value


def test_the_files_that_these_tests_change_are_read(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(added(tensor("w", (4,), bytes(16))))
    assert [one.op for one in read_onnx(path).nodes] == ["Add"]


@pytest.mark.protects("models-in/onnx-outside")
@pytest.mark.parametrize(
    "location", ["/etc/passwd", "../m.onnx.data", "other.data", "", "a/../m.onnx.data", "m.onnx.data/../x", "..\\x"]
)
def test_arrays_are_read_from_the_file_that_came_along_and_from_no_other(tmp_path: Path, location: str) -> None:
    path, weights = tmp_path / "m.onnx", tmp_path / "m.onnx.data"
    weights.write_bytes(bytes(16))
    path.write_bytes(added(tensor("w", (4,), rest=stored_in(location))))
    assert refusal(path, weights, weights.name).reason is Reason.LEADS_OUTSIDE
    assert refusal(path).reason is Reason.LEADS_OUTSIDE


@pytest.mark.protects("models-in/onnx-outside")
@pytest.mark.parametrize(
    ("offset", "length"), [("0", "17"), ("8", "16"), ("-1", "16"), ("0", "15"), ("x", "16"), ("9" * 30, "16")]
)
def test_arrays_lie_within_the_file_of_weights(tmp_path: Path, offset: str, length: str) -> None:
    path, weights = tmp_path / "m.onnx", tmp_path / "w"
    weights.write_bytes(bytes(16))
    path.write_bytes(added(tensor("w", (4,), rest=stored_in("w", offset, length))))
    assert refusal(path, weights, "w").reason is Reason.BROKEN
    path.write_bytes(added(tensor("w", (4,), rest=stored_in("./w"))))
    assert read_onnx(path, weights, "w").constants["w"].tolist() == [0.0] * 4


@pytest.mark.protects("models-in/onnx-code")
@pytest.mark.parametrize(
    ("operator", "reason", "message"),
    [
        (bytes_field(4, "Add") + bytes_field(7, "com.attacker"), Reason.CUSTOM_OBJECT, "com.attacker"),
        (bytes_field(4, "If"), Reason.UNKNOWN_LAYER, "If"),
        (bytes_field(4, "Loop"), Reason.UNKNOWN_LAYER, "Loop"),
        (
            bytes_field(4, "Add") + bytes_field(5, bytes_field(1, "body") + bytes_field(6, b"")),
            Reason.UNKNOWN_LAYER,
            "graph",
        ),
        (bytes_field(4, "QuantizeLinear"), Reason.NOT_CONVERTED, "quantised already"),
        (bytes_field(4, "\x1b[31mAdd") + bytes_field(7, "\x1b]0;x"), Reason.CUSTOM_OBJECT, "not of ONNX"),
    ],
)
def test_operators_that_hold_or_name_code_are_refused(
    tmp_path: Path, operator: bytes, reason: Reason, message: str
) -> None:
    path = tmp_path / "m.onnx"
    graph = bytes_field(1, bytes_field(1, "x") + bytes_field(2, "y") + operator)
    path.write_bytes(file_of(graph + bytes_field(11, described("x", 1, 4)) + bytes_field(12, described("y"))))
    error = refusal(path)
    assert error.reason is reason
    assert message in str(error)
    assert "\x1b" not in str(error)


@pytest.mark.protects("models-in/onnx-code")
def test_an_operator_or_an_argument_that_is_not_translated_is_named() -> None:
    for one, message in (
        (model(node("PythonOp")), "PythonOp"),
        (model(node("Relu", secret=1)), "Relu.secret"),
        (model(node("LeakyRelu", alpha="text")), "another type"),
    ):
        with pytest.raises(Refused, match=message):
            translate(one)


@pytest.mark.protects("models-in/onnx-bomb")
@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (tensor("w", (1 << 40,)), Reason.TOO_LARGE),
        (tensor("w", (1 << 40, 1 << 40)), Reason.TOO_LARGE),
        (tensor("w", (-4,), bytes(16)), Reason.BROKEN),
        (tensor("w", (5,), bytes(16)), Reason.BROKEN),
        (tensor("w", (4,), bytes(15)), Reason.BROKEN),
        (tensor("w", (1,) * 9, bytes(4)), Reason.BROKEN),
        (tensor("w", (4,), bytes(16), kind=8), Reason.NOT_CONVERTED),
        (tensor("w", (1,), kind=6, rest=number_field(5, 1 << 40)), Reason.BROKEN),
        (tensor("w", (2,), kind=3, rest=number_field(5, 300)), Reason.BROKEN),
        (tensor("n" * 1001, (4,), bytes(16)), Reason.TOO_LARGE),
    ],
)
def test_arrays_that_claim_what_they_do_not_have_are_refused(tmp_path: Path, array: bytes, reason: Reason) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(added(array))
    assert refusal(path).reason is reason


@pytest.mark.slow
@pytest.mark.protects("models-in/onnx-bomb")
def test_a_graph_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    operator = bytes_field(1, bytes_field(1, "x") + bytes_field(4, "Add"))
    path.write_bytes(file_of(operator * (MOST_NODES + 1)))
    assert refusal(path).reason is Reason.TOO_LARGE


@pytest.mark.protects("models-in/onnx-bomb")
@each_case(
    "operator",
    [
        (node("ConstantOfShape", ("w",)), np.array([1 << 20, 1 << 20])),
        (node("Expand", ("x", "w")), np.array([1 << 30, 4])),
        (node("Tile", ("x", "w")), np.array([1 << 19, 1 << 19])),
        (node("Tile", ("x", "w")), np.array([1, 1 << 40])),
        (node("Pad", ("x", "w")), np.array([0, 0, 0, 1 << 40])),
    ],
    ids=lambda one: f"{one[0].op}_{one[1].max()}",
)
def test_small_files_that_claim_large_values_are_refused(operator: tuple[OnnxNode, np.ndarray[Any, Any]]) -> None:
    with pytest.raises(Refused) as error:
        translate(model(operator[0], w=operator[1]))
    assert error.value.reason in (Reason.TOO_LARGE, Reason.BROKEN)


@pytest.mark.parametrize(
    "data", [b"", b"\x08", b"\x08\x0a\x3a\xff", b"\x08\x0a" + b"\x80" * 12, b"\x0b", b"\x08\x0a\x3a\x00"]
)
def test_damaged_files_are_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    assert refusal(path).reason in (Reason.BROKEN, Reason.NOT_CONVERTED)


def test_values_are_given_once_before_they_are_read(tmp_path: Path) -> None:
    cases = [
        model(node("Relu", ("later",))),
        model(node("Relu"), node("Relu")),
        model(node("Relu", ("x",), ("x",))),
    ]
    for one in cases:
        assert refusal(write(tmp_path / "m.onnx", one)).reason is Reason.BROKEN


def test_open_dimensions_are_asked_for_with_a_proposal() -> None:
    series = X.__class__("x", (None, None, 6), "float32")
    open_model = model(node("Relu"), inputs=[series])
    with pytest.raises(Refused, match="--shape x=49x6"):
        fix_shapes(open_model, {})
    with pytest.raises(Refused, match="no input"):
        fix_shapes(open_model, {"z": (3,)})
    with pytest.raises(Refused, match="does not fit"):
        fix_shapes(open_model, {"x": (10, 7)})
    assert fix_shapes(open_model, {"x": (10, 6)}).inputs[0].shape == (1, 10, 6)
