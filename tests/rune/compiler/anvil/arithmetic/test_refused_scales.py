"""Scales that the reference refuses are refused, by name: what it does not compute has no right result."""

from __future__ import annotations

import struct

import pytest

from rune.assessment.verify.models.reference import open_inside
from rune.compiler.anvil.errors import BadModel
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, SCALES_APART
from rune.model.tflite import Model, Tensor, read_model
from rune.running.runtime.errors import HostModelError
from tests.support.cases import each_case
from tests.support.compiler.any_model import use_model
from tests.support.models.model_cases import compiled_model

BIAS = "its bias is not in units of the input's scale times the weights'"


def with_scale(data: bytes, tensor: int, scale: float) -> bytes:
    """The model file with another scale of a tensor that has one of its own."""
    quantization = read_model(data).tensors[tensor].quantization
    assert quantization is not None
    old = struct.pack("<f", quantization.scales[0])
    assert data.count(old) == 1
    return data.replace(old, struct.pack("<f", scale))


def weights(model: Model) -> int:
    """The first weights of a model, by their number."""
    of_sums = next(each for each in model.operators if each.op.startswith(("FULLY", "CONV", "DEPTHWISE", "TRANSPOSE")))
    return of_sums.inputs[1]


def refuses(data: bytes) -> bool:
    """Returns whether the reference refuses the model."""
    model = read_model(data)
    try:
        open_inside(data, keep=False).run([bytes(tensor.type.size) for tensor in _inputs(model) if tensor.type])
    except HostModelError:
        return True
    return False


def why_refused(data: bytes) -> str | None:
    """The message about a model that cannot be compiled or contradicts itself; None where C was made of it."""
    model = read_model(data)
    lacking = unsupported_ops(model)
    if lacking:
        return str(lacking[0])
    try:
        use_model(data)
    except BadModel as error:
        return error.reason.partition(": ")[2]
    return None


def _inputs(model: Model) -> list[Tensor]:
    return [model.tensors[index] for index in model.inputs]


@each_case("scale", [50.0, 1e30])
@each_case(
    "name",
    [
        "chain_u8_padded_conv",
        "depthwise_conv_2d_u8_1_channel_multiplier_8",
        "fully_connected_i16_plain",
        "fully_connected_i8_batch_3",
        "transpose_conv_u8_narrow_kernel",
    ],
)
def test_a_bias_in_other_units_than_its_sums_is_refused(name: str, scale: float) -> None:
    data = compiled_model(name)
    model = read_model(data)
    assert use_model(data)
    changed = with_scale(data, weights(model), scale)
    assert refuses(changed)
    why = why_refused(changed)
    assert why is not None
    assert why == BIAS or BEYOND_32_BITS in why


def test_a_bias_that_is_almost_in_units_of_its_sums_is_taken() -> None:
    data = compiled_model("fully_connected_i8_batch_3")
    model = read_model(data)
    index = weights(model)
    quantization = model.tensors[index].quantization
    assert quantization is not None
    changed = with_scale(data, index, quantization.scales[0] * 1.0001)
    assert not refuses(changed)
    assert use_model(changed)


def test_a_hard_swish_whose_output_is_much_finer_than_its_input_is_refused() -> None:
    data = compiled_model("hard_swish_i8_coarse")
    model = read_model(data)
    changed = with_scale(data, model.outputs[0], 1e-4)
    assert refuses(changed)
    with pytest.raises(BadModel, match="its scales are too far apart"):
        use_model(changed)


@each_case(("share", "is_refused"), [(1.01, True), (0.99, False)])
@each_case("name", ["add_i8_relu", "sub_i8_same_shape", "add_u8_channel"])
def test_a_sum_that_is_finer_than_its_inputs_are_raised_is_refused(name: str, share: float, is_refused: bool) -> None:
    """`share` is the multiplier from the common scale to the output's. From 1 on the reference ends its process."""
    data = compiled_model(name)
    model = read_model(data)
    (operator,) = model.operators
    coarsest = max(model.tensors[index].scale or 0 for index in operator.inputs)
    changed = with_scale(data, model.outputs[0], 2 * coarsest / (1 << 20) / share)
    assert is_refused or not refuses(changed)
    assert (SCALES_APART in (why_refused(changed) or "")) == is_refused
