"""Floats that are no number, infinite, zero with a sign or almost too large: each op gives what the reference kernels
give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import read_model
from rune.running.runtime.errors import RuneError
from rune.running.runtime.interpreters.model_parts import WITHOUT_REFERENCE_KERNEL
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.reference.control_models import branch
from tests.support.models.reference.float_models import floor_of
from tests.support.models.reference.further_models import arg, transpose_conv
from tests.support.models.reference.logic_models import truths
from tests.support.models.reference.make_models import answers, make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

SPECIAL = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1e38, -1e38, 3e38, 1e-45, 2.5], np.float32)
PAIRS = (len(SPECIAL) ** 2,)
IMAGE = (2, 5, 5, 8)


def both(function: Callable[[Layers, ModelValue, ModelValue], ModelValue]) -> bytes:
    """An op of all pairs of special numbers."""
    return make(
        "special", lambda g: [function(g, *(g.input(PAIRS, "float32", name=name) for name in ("left", "right")))]
    )


def of_image(function: Callable[[Layers, ModelValue], ModelValue]) -> bytes:
    return make("special", lambda g: [function(g, g.input(IMAGE, "float32"))])


def extreme(op: str, g: Layers, left: ModelValue, right: ModelValue) -> ModelValue:
    return g.extreme(op, left, right)


def sum_of(op: str, activation: str, g: Layers, left: ModelValue, right: ModelValue) -> ModelValue:
    return g.add(left, right, activation, op=op)


OF_PAIRS: Mapping[str, bytes] = {
    **{f"{op} {act}": both(partial(sum_of, op, act)) for op in ("ADD", "SUB", "MUL") for act in ("none", "relu")},
    **{f"DIV {act}": both(partial(sum_of, "DIV", act)) for act in ("none", "relu", "relu6", "relu_n1")},
    **{op: both(partial(extreme, op)) for op in ("MAXIMUM", "MINIMUM")},
    "FLOOR_MOD": both(lambda g, left, right: floor_of(g, "FLOOR_MOD", left, right)),
    "RELU of MAXIMUM": both(lambda g, left, right: g.activation("RELU", g.extreme("MAXIMUM", left, right))),
    "RELU of ADD": both(lambda g, left, right: g.activation("RELU", g.add(left, right))),
}
EXTREMES: Mapping[str, bytes] = {
    "REDUCE_MAX": of_image(lambda g, image: g.reduce("REDUCE_MAX", image, [1, 3])),
    "REDUCE_MIN": of_image(lambda g, image: g.reduce("REDUCE_MIN", image, [1, 3])),
    "ARG_MAX": of_image(lambda g, image: arg(g, "ARG_MAX", image, 2)),
    "ARG_MIN": of_image(lambda g, image: arg(g, "ARG_MIN", image, 1, "int64")),
    "MAX_POOL_2D": of_image(lambda g, image: g.pool(image, "MAX_POOL_2D", padding="same")),
    "MAX_POOL_2D relu": of_image(lambda g, image: g.pool(image, "MAX_POOL_2D", activation="relu")),
}
SUMS: Mapping[str, bytes] = {
    "CONV_2D": of_image(lambda g, image: g.conv(image, 9)),
    "CONV_2D relu": of_image(lambda g, image: g.conv(image, 9, (1, 1), activation="relu")),
    "CONV_2D hybrid": of_image(lambda g, image: g.conv(image, 9, hybrid=True)),
    "DEPTHWISE_CONV_2D": of_image(lambda g, image: g.depthwise(image)),
    "DEPTHWISE_CONV_2D twice": of_image(lambda g, image: g.depthwise(image, 2, activation="relu")),
    "DEPTHWISE_CONV_2D hybrid": of_image(lambda g, image: g.depthwise(image, hybrid=True)),
    "FULLY_CONNECTED": of_image(lambda g, image: g.fully_connected(image, 9)),
    "FULLY_CONNECTED hybrid": of_image(lambda g, image: g.fully_connected(image, 9, hybrid=True)),
    "TRANSPOSE_CONV": of_image(lambda g, image: transpose_conv(g, image, (10, 10), 3, stride=(2, 2))),
    "AVERAGE_POOL_2D": of_image(lambda g, image: g.pool(image, "AVERAGE_POOL_2D")),
    "L2_POOL_2D": of_image(lambda g, image: g.pool(image, "L2_POOL_2D")),
}


def assert_the_same(one: bytes, other: bytes, kind: str, *, signs_zero: bool = True) -> None:
    left, right = np.frombuffer(one, kind), np.frombuffer(other, kind)
    np.testing.assert_array_equal(left, right)
    if kind == "<f4" and signs_zero:
        numbers = ~np.isnan(left)
        np.testing.assert_array_equal(np.signbit(left[numbers]), np.signbit(right[numbers]))


def assert_alike(models: Mapping[str, bytes], inputs: list[bytes], *, evaluates: bool) -> None:
    read = {name: read_model(data) for name, data in models.items()}
    messages = run(loaded(module_of(models_pipeline(read), read)), inputs * len(models))
    for (name, data), message in zip(models.items(), messages, strict=True):
        ((expected,),) = answers(data, [inputs])
        ((_, actual),) = tensors_of(message.data)
        kind = {"ARG_MAX": "<i4", "ARG_MIN": "<i8"}.get(name, "<f4")
        try:
            assert_the_same(actual, expected, kind)
            if evaluates:
                assert_the_same(evaluated_outputs(data, [inputs])[0][0], expected, kind, signs_zero=models is OF_PAIRS)
        except AssertionError as error:
            raise AssertionError(name) from error


def test_ops_of_two_numbers() -> None:
    pairs = [each.reshape(-1).tobytes() for each in np.meshgrid(SPECIAL, SPECIAL)]
    assert_alike(OF_PAIRS, pairs, evaluates=True)


def of_numbers(op: str, count: int) -> bytes:
    return make("special", lambda g: [g.unary(op, g.input((count,), "float32"))])


@pytest.mark.parametrize("op", sorted(WITHOUT_REFERENCE_KERNEL))
def test_what_has_no_reference_kernel_gives_what_the_other_kernel_gives(op: str) -> None:
    """Halves lie between two whole numbers; that of 2**22 is the last one."""
    halves = np.array([-2.5, -1.5, -0.5, -0.3, 0.3, 0.5, 1.5, 2.5, 2**22 - 0.5, 2**22 + 0.5, 2**24 + 2], np.float32)
    numbers = np.concatenate([SPECIAL, halves if op != "ELU" else halves[4:]])
    assert_alike({op: of_numbers(op, len(numbers))}, [numbers.tobytes()], evaluates=True)


def test_elu_of_a_small_number_keeps_all_its_digits() -> None:
    numbers = -np.geomspace(1e-30, 1, 400).astype(np.float32)
    models = {"model": read_model(of_numbers("ELU", len(numbers)))}
    (message,) = run(loaded(module_of(models_pipeline(models), models)), [numbers.tobytes()])
    ((_, actual),) = tensors_of(message.data)
    expected = np.expm1(numbers.astype(np.float64))
    np.testing.assert_allclose(np.frombuffer(actual, "<f4"), expected, rtol=2**-23.9, atol=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_greatest_and_the_least(seed: int) -> None:
    assert_alike(EXTREMES, [np.random.default_rng(seed).choice(SPECIAL, IMAGE).tobytes()], evaluates=True)


@pytest.mark.slow
def test_sums_that_are_too_large() -> None:
    image = np.random.default_rng(1).uniform(-3e38, 3e38, IMAGE).astype(np.float32)
    assert_alike(SUMS, [image.tobytes()], evaluates=False)


def test_a_floored_division_by_zero_ends_the_run_by_name() -> None:
    models = {"model": read_model(both(lambda g, left, right: floor_of(g, "FLOOR_DIV", left, right)))}
    rune = loaded(module_of(models_pipeline(models), models))
    ones = np.ones(PAIRS, np.float32)
    assert len(run(rune, [ones.tobytes(), ones.tobytes()])) == 1
    with pytest.raises(RuneError, match="FLOOR_DIV: a divisor is 0"):
        run(rune, [ones.tobytes(), np.append(ones[1:], np.float32(-0.0)).tobytes()])


def test_a_floored_division_of_constants_by_zero_is_left_to_the_run() -> None:
    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1,), "float32")
        one, zero = (
            ModelValue(g.graph.constant(name, np.array([number], np.float32)), (1,), "float32")
            for name, number in (("one", 1), ("zero", 0))
        )
        return [g.add(source, floor_of(g, "FLOOR_DIV", one, zero))]

    models = {"model": read_model(make("quotients", build))}
    with pytest.raises(RuneError, match="FLOOR_DIV: a divisor is 0"):
        run(loaded(module_of(models_pipeline(models), models)), [np.ones(1, np.float32).tobytes()])


@pytest.mark.parametrize(("divisor", "unsupported"), [(2.0, []), (0.0, ["IF"])])
def test_a_branch_that_may_divide_by_zero_is_not_computed_when_it_is_not_taken(
    divisor: float, unsupported: list[str]
) -> None:
    def build(g: Layers) -> list[ModelValue]:
        source = g.input((3,), "float32")
        then = Layers("any", g.random)
        then.graph = g.graph.subgraph("then")
        values = then.input(source.shape, "float32")
        divisors = then.graph.constant("divisors", np.array([1, divisor, 3], np.float32))
        then.graph.returns(floor_of(then, "FLOOR_DIV", values, ModelValue(divisors, source.shape, "float32")).index)
        options: Any = schema.IfOptionsT()
        options.thenSubgraphIndex = then.graph.number
        options.elseSubgraphIndex = branch(g, "else", source, "SUB").number
        output = g.output(source.shape, "float32")
        g.graph.operator("IF", [truths(g, (1,)).index, source.index], [output.index], options)
        return [output]

    assert [each.op for each in unsupported_ops(read_model(make("any", build)))] == unsupported
