"""Adaptive means in the form in which PyTorch's exporter writes them, with the answers that PyTorch's formula gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from lab.formats.onnx.adaptive_pooling import windows
from lab.formats.onnx.model import OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.operators.pooling import MOST_WINDOWS
from lab.formats.onnx.translating import translate
from lab.refusal import Reason, Refused
from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import read_model
from tests.support.models.onnx_files import answer, ops

Constants = dict[str, Any]


def exported(size: Sequence[int], new_size: Sequence[int]) -> tuple[list[OnnxNode], Constants]:
    """The nodes that compute an adaptive mean of `x` as `y`, and their constants."""
    places, masks, lengths = zip(*(_axis(*each) for each in zip(size, new_size, strict=True)), strict=True)
    rows = np.broadcast_to(places[0][:, :, None, None], (*places[0].shape, *places[1].shape))
    columns = np.broadcast_to(places[1][None, None], rows.shape)
    constants: Constants = {"places": np.stack([rows, columns], -1).astype(np.int64), "zero": np.float32(0)}
    nodes = [
        _node("Transpose", ("x",), "t", perm=(2, 3, 0, 1)),
        _node("GatherND", ("t", "places"), "g", batch_dims=0),
        _node("Transpose", ("g",), "windows", perm=(4, 5, 0, 1, 2, 3)),
    ]
    if not any(mask.any() for mask in masks):
        constants["axes"] = np.array([-3, -1])
        return [*nodes, _node("ReduceMean", ("windows", "axes"), "y", keepdims=0)], constants
    value = "windows"
    for axis, mask in enumerate(masks):
        if mask.any():
            constants[f"mask_{axis}"] = mask[:, :, None, None] if axis == 0 else mask
            nodes.append(_node("Where", (f"mask_{axis}", "zero", value), f"masked_{axis}"))
            value = f"masked_{axis}"
    total = ""
    for row in range(places[0].shape[1]):
        for column in range(places[1].shape[1]):
            constants |= {f"i_{row}": np.array(row), f"i_{column}": np.array(column)}
            name = f"{row}_{column}"
            nodes.append(_node("Gather", (value, f"i_{row}"), f"row_{name}", axis=3))
            nodes.append(_node("Gather", (f"row_{name}", f"i_{column}"), f"one_{name}", axis=4))
            if total:
                nodes.append(_node("Add", (total, f"one_{name}"), f"sum_{name}"))
            total = f"sum_{name}" if total else f"one_{name}"
    constants["lengths"] = np.outer(*lengths).astype(np.float32)
    return [*nodes, _node("Div", (total, "lengths"), "y")], constants


def _axis(size: int, count: int) -> tuple[Any, Any, Any]:
    """The places of each window, which of them are beyond its end, and the lengths of the windows."""
    spans = windows(size, count)
    longest = max(behind - first for first, behind in spans)
    places = np.array([[first + number for number in range(longest)] for first, _ in spans])
    ends = np.array([behind for _, behind in spans])
    return np.minimum(places, size - 1), places >= ends[:, None], np.array([behind - first for first, behind in spans])


def _node(op: str, inputs: Sequence[str], output: str, **attributes: Any) -> OnnxNode:
    return OnnxNode(op, output, tuple(inputs), (output,), attributes)


def pool(size: Sequence[int], new_size: Sequence[int]) -> OnnxModel:
    nodes, constants = exported(size, new_size)
    return OnnxModel(nodes, constants, (OnnxInput("x", (1, 3, *size), "float32"),), ("y",), 18, "pytorch")


@pytest.mark.parametrize(
    ("size", "new_size"),
    [((10, 7), (3, 2)), ((7, 7), (4, 3)), ((3, 4), (5, 6)), ((1, 7), (1, 4)), ((10, 8), (5, 2)), ((5, 5), (1, 1))],
    ids=str,
)
def test_windows_of_any_sizes_give_the_means_of_pytorch(size: tuple[int, int], new_size: tuple[int, int]) -> None:
    values = np.random.default_rng(3).standard_normal((1, 3, *size)).astype(np.float32)
    rows, columns = (windows(*each) for each in zip(size, new_size, strict=True))
    expected = [[[plane[a:b, c:d].mean() for c, d in columns] for a, b in rows] for plane in values[0]]
    translation = translate(pool(size, new_size))
    assert np.allclose(answer(translation, values), np.array(expected)[None], atol=1e-6)
    assert unsupported_ops(read_model(translation.data)) == ()


def test_windows_that_are_all_alike_are_a_pool() -> None:
    assert "AVERAGE_POOL_2D" in ops(translate(pool((10, 8), (5, 2))))


@pytest.mark.parametrize("change", ["places", "perm", "axes", "other lengths"])
def test_what_is_another_function_of_the_windows_is_refused_by_the_name_of_its_operator(change: str) -> None:
    even = pool((10, 7), (3, 2))
    nodes, constants = list(even.nodes), dict(even.constants)
    if change == "places":
        constants["places"] = constants["places"][:, ::-1]
        constants["places"] = np.where(constants["places"] == 2, 1, constants["places"])
    elif change == "perm":
        nodes[0] = _node("Transpose", ("x",), "t", perm=(3, 2, 0, 1))
    elif change == "axes":
        constants["axes"] = np.array([-3, -2])
    else:
        masked = pool((7, 7), (4, 3))
        nodes, constants = list(masked.nodes), dict(masked.constants)
        constants["lengths"] = constants["lengths"] + 1
    with pytest.raises(Refused, match="GatherND") as error:
        translate(OnnxModel(nodes, constants, even.inputs, ("y",), 18, "pytorch"))
    assert error.value.reason is Reason.UNKNOWN_LAYER


def test_a_mean_of_more_windows_than_are_unrolled_is_refused() -> None:
    with pytest.raises(Refused, match=f"more than {MOST_WINDOWS} windows"):
        translate(pool((MOST_WINDOWS + 2, 3), (MOST_WINDOWS + 1, 2)))
