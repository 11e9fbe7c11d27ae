"""A rune's steps are exported where its `_call` only calls functions; of any other rune nothing is said."""

from __future__ import annotations

import random

import pytest

from rune.project.files import MemoryFiles
from rune.running.container import ContainerError, read_module, step_name, with_steps
from rune.running.runtime import RuneMemory, Runtime
from tests.support.cases import each_case
from tests.support.compiler.template_projects import rune_of, template
from tests.support.runes import wat_runes


@pytest.fixture(scope="module")
def sine() -> bytes:
    return rune_of(MemoryFiles(template("sine")), "sine")


@each_case(
    "call", ["(drop (i32.const 1))", "(local $x i32)", "(drop (call $output (i32.const 1)))", "(return (i32.const 0))"]
)
def test_a_call_that_does_anything_else_is_not_opened(call: str) -> None:
    assert with_steps(wat_runes.rune(call=call)) is None


def test_a_module_without_a_call_is_not_opened() -> None:
    assert with_steps(b"\0asm\1\0\0\0") is None


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(ContainerError):
        with_steps(b"no module")


@pytest.mark.slow
def test_a_broken_module_is_opened_or_refused_by_name(sine: bytes) -> None:
    choose = random.Random(5)
    for _ in range(300):
        mutant = bytearray(sine)
        mutant[choose.randrange(len(mutant))] = choose.randrange(256)
        try:
            with_steps(bytes(mutant))
        except ContainerError:
            continue


def test_a_rune_gains_exports_and_nothing_else(sine: bytes) -> None:
    result = with_steps(sine)
    assert result is not None
    before, after = read_module(sine), read_module(result.module)
    names = [each.name for each in after.exports[len(before.exports) :]]
    assert names == [step_name(number) for number in range(result.steps)]
    payloads = [bytes(each.payload) for each in before.sections if each.number != 7]
    assert payloads == [bytes(each.payload) for each in after.sections if each.number != 7]


def test_called_step_by_step_a_rune_sends_what_it_sends_otherwise(sine: bytes) -> None:
    result = with_steps(sine)
    assert result is not None
    whole, stepwise = Runtime.load(sine), Runtime.load(result.module)
    numbers: list[int] = []

    def after(number: int, memory: RuneMemory) -> None:
        assert memory.size % 65_536 == 0
        numbers.append(number)

    (request,) = whole.capabilities
    for data in (b"\0\0\0\0", b"\0\0\x80\x3f"):
        messages = stepwise.call_in_steps({request.id: data}, after)
        assert [each.data for each in messages] == [each.data for each in whole.call({request.id: data})]
    assert numbers == list(range(result.steps)) * 2
