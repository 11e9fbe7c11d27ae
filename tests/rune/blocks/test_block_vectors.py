"""Every block of the catalogue: its C under wasmtime gives what its golden vectors say."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.tensor import ElementType
from tests.support.cases import each_case
from tests.support.compiler.block_module import BlockFailed, BlockModule, Vector, unpacked, vectors_of
from tests.support.shares import share_of

SIMPLE = ("image_normalization", "label", "modulo", "most_confident_indices", "normalize")


def title_of(vector: Vector) -> str:
    return f"{vector.block.name}: {vector.name}"


VECTORS = [vector for block in CATALOGUE.values() for vector in vectors_of(block)]
INFINITE = (math.inf, -math.inf, 0.0, -math.inf, 3e38, math.inf)
"""Numbers of which most sums and products are NaN."""
SHARE = [vector for block in CATALOGUE.values() for vector in share_of(vectors_of(block), 8, title_of)]
"""A share of the vectors: to compile one takes a hundred times as long as to run it."""
ELEMENTWISE = [vector for vector in VECTORS if vector.block.element is not None]


@pytest.fixture(
    scope="module",
    params=[pytest.param(SHARE, id="a share"), pytest.param(VECTORS, id="all", marks=pytest.mark.slow)],
)
def module(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> BlockModule:
    return BlockModule(request.param, tmp_path_factory.mktemp("blocks"))


def test_every_block_has_golden_vectors() -> None:
    assert {vector.block.name for vector in VECTORS} == set(CATALOGUE)


def _same(actual: int | float | str, expected: int | float | str) -> bool:
    both_nan = isinstance(actual, float) and isinstance(expected, float) and math.isnan(actual) and math.isnan(expected)
    same_sign = not isinstance(actual, float) or math.copysign(1, actual) == math.copysign(1, float(expected))
    return both_nan or (actual == expected and same_sign)


@pytest.mark.protects("compiling/run-time-sizes")
def test_a_block_gives_its_golden_vectors(module: BlockModule) -> None:
    for vector in module.vectors:
        _gives(vector, module)


def _gives(vector: Vector, module: BlockModule) -> None:
    if vector.fails is not None:
        with pytest.raises(BlockFailed, match=vector.fails):
            module.run(vector)
        return
    for actual, (type_, elements) in zip(module.outputs(vector), vector.outputs, strict=True):
        expected = unpacked(type_.element, elements)
        assert actual.type == type_, title_of(vector)
        assert len(actual.elements) == len(expected), title_of(vector)
        assert all(map(_same, actual.elements, expected)), f"{title_of(vector)}: {actual} is not {expected}"


def test_a_nan_that_a_block_makes_is_the_positive_one_whatever_the_processor_prefers(module: BlockModule) -> None:
    for vector in module.vectors:
        if any(type_.element.is_float for type_, _ in vector.inputs):
            _makes_positive_nans(vector, module)


def _makes_positive_nans(vector: Vector, module: BlockModule) -> None:
    for first in range(len(INFINITE)):
        numbers = itertools.cycle((*INFINITE[first:], *INFINITE[:first]))
        inputs = [
            replace(each, elements=[next(numbers) for _ in each.elements]) if each.type.element.is_float else each
            for each in vector.input_tensors
        ]
        try:
            outputs = module.outputs(vector, inputs=inputs)
        except BlockFailed:
            continue
        numbers_out = [each for output in outputs for each in output.elements if isinstance(each, float)]
        assert all(math.copysign(1, each) == 1 for each in numbers_out if math.isnan(each)), title_of(vector)


@each_case("vector", ELEMENTWISE, ids=title_of)
def test_what_an_elementwise_block_says_of_one_element_is_what_its_c_makes_of_it(vector: Vector) -> None:
    element = vector.block.element and vector.block.element(vector.types, vector.arguments)
    if element is None:
        return
    ((_, numbers),), ((type_, elements),) = vector.inputs, vector.outputs
    expected = unpacked(type_.element, elements)
    assert [element(number) for number in numbers if not isinstance(number, str)] == expected


@each_case("name", SIMPLE)
def test_every_element_type_that_a_block_takes_has_a_vector(name: str) -> None:
    block = CATALOGUE[name]
    header = block.c_file.read_text(encoding="utf-8")
    elements = {vector.types[0].element for vector in vectors_of(block)}
    for element in ElementType:
        is_supported = f"{name}_{element}(" in header or f"({element}, " in header
        assert (element in elements) is is_supported, f"{name} and {element}"


def test_the_longest_label_bounds_its_json() -> None:
    block = CATALOGUE["label"]
    for vector in vectors_of(block):
        (output,) = block.outputs(vector.types, vector.arguments)
        for _, elements in vector.outputs:
            assert all(len(json.dumps(text, ensure_ascii=False).encode()) <= output.text_bound for text in elements)
