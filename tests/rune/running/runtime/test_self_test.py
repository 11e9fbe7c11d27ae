"""The self-test of a rune: the same digest for the same bytes and seed, another one for whatever differs."""

from __future__ import annotations

import pytest

from rune.abi import OutputKind
from rune.digests import is_digest
from rune.running.runtime.errors import NotARune
from rune.running.runtime.self_test import self_test
from rune.tensor import ElementType, TensorType
from tests.support.compiler import pipelines
from tests.support.compiler.pipelines import passing_on


@pytest.mark.parametrize(("element", "length"), [(ElementType.F32, 1), (ElementType.U8, 3), (ElementType.I16, 50_000)])
def test_the_same_seed_gives_the_same_digest_and_another_seed_another(element: ElementType, length: int) -> None:
    rune = pipelines.module_of(passing_on(TensorType(element, (length,)), OutputKind.TENSOR))
    first = self_test(rune, 7)
    assert is_digest(first.outputs)
    assert first == self_test(rune, 7)
    assert self_test(rune, 8).outputs != first.outputs


def test_a_rune_that_computes_something_else_has_another_digest() -> None:
    types = [TensorType(ElementType.U8, (length,)) for length in (3, 4)]
    runes = [pipelines.module_of(passing_on(each, OutputKind.SERIAL)) for each in types]
    first, second = (self_test(rune, 7).outputs for rune in runes)
    assert first != second


def test_bytes_that_are_no_rune_are_refused() -> None:
    with pytest.raises(NotARune):
        self_test(b"\0asm\1\0\0\0", 1)
