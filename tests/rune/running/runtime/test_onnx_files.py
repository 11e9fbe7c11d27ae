"""Checks of an ONNX file before any runtime reads it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rune.abi import ModelFormat
from rune.running.runtime.errors import ModelLoadError, ModelRuntimeMissing
from rune.running.runtime.interpreters import onnx, open_model
from rune.running.runtime.interpreters.onnx_file import OnnxError, check_onnx
from tests.support.cases import each_case
from tests.support.models.onnx_models import adding, message, model, tensor

ONNX = ModelFormat.ONNX.mimetype
ELSEWHERE = message((1, "location"), (2, "../../etc/passwd"))
OUTSIDE = tensor("w", [], (13, ELSEWHERE), (14, 1))
QUIETLY_OUTSIDE = tensor("w", [], (14, 1))


def test_a_good_file_passes() -> None:
    check_onnx(adding())


@pytest.mark.protects("runes/onnx-files")
@pytest.mark.parametrize("outside", [OUTSIDE, QUIETLY_OUTSIDE, tensor("w", [1], (13, ELSEWHERE))])
def test_a_tensor_in_another_file_is_refused_wherever_it_stands(outside: bytes) -> None:
    node = message((5, message((1, "value"), (5, outside))))
    sparse = message((1, outside))
    deep = message((1, message((5, message((6, message((5, outside))))))))
    files = [
        adding(weights=outside),
        model(message((1, node))),
        model(message((1, message((5, message((10, outside))))))),
        model(message((15, sparse))),
        model(message((1, message((5, message((22, sparse))))))),
        model(deep),
        model(message((1, message((5, message((11, message((5, outside))))))))),
        message((7, b""), (20, message((1, message((5, outside)))))),
        message((7, b""), (25, message((7, node)))),
        message((7, b""), (25, message((11, message((5, outside)))))),
    ]
    for data in files:
        with pytest.raises(OnnxError, match="weights in another file"):
            check_onnx(data)


@each_case(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x08\x08\x00\x00ORTM", "format of onnxruntime itself"),
        (b"no model", "not an ONNX model"),
        (adding()[:-3], "cut short"),
        (b"\x08\x08", "no graph"),
        (b"\x38\x01", "not a message"),
        (b"\x0a" + b"\xff" * 11, "a number does not end"),
        (b"\x0b", "wire type 3"),
        (b"\x0a\xff\xff\xff\xff\x0f", "cut short"),
    ],
)
def test_what_is_no_model_is_refused_with_its_place(data: bytes, words: str) -> None:
    with pytest.raises(OnnxError, match=words) as error:
        check_onnx(data)
    assert 0 <= error.value.offset <= len(data)


def test_graphs_inside_of_graphs_end_somewhere() -> None:
    graph = b""
    for _ in range(40):
        graph = message((1, message((5, message((6, graph))))))
    with pytest.raises(OnnxError, match="nested"):
        check_onnx(model(graph))


@given(st.binary(max_size=200))
@example(adding()[:40])
def test_any_bytes_pass_or_are_refused_by_name(data: bytes) -> None:
    with suppress(OnnxError):
        check_onnx(data)


def test_a_damaged_file_never_reaches_the_runtime() -> None:
    with pytest.raises(ModelLoadError, match="weights in another file"):
        open_model(ONNX, adding(weights=OUTSIDE))


def test_without_onnxruntime_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "find_spec", lambda _name: None)
    with pytest.raises(ModelRuntimeMissing, match=r"install onnxruntime .*'\.\[onnx\]'"):
        open_model(ONNX, adding())
