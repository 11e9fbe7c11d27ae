"""Broken runes are read or refused by name, whatever their bytes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.running.container import ContainerError, read_rune
from tests.support.compiler.mutations import mutant
from tests.support.properties import examples
from tests.support.runes.containers import GOOD
from tests.support.runes.wasm_bytes import HEADER


def refusal(data: bytes) -> ContainerError | None:
    try:
        read_rune(data)
    except ContainerError as error:
        return error
    return None


@pytest.mark.slow
@pytest.mark.protects("runes/containers")
def test_mutants_are_read_or_refused_by_name() -> None:
    refusals = [refusal(mutant((GOOD,), number)) for number in range(3_000)]
    errors = [error for error in refusals if error is not None]
    assert 500 < len(errors) < len(refusals)
    assert all(error.offset is None or error.offset >= 0 for error in errors)


def test_every_length_that_a_rune_can_be_cut_to_is_read_or_refused_inside_of_it() -> None:
    errors = [(length, error) for length in range(len(GOOD)) if (error := refusal(GOOD[:length])) is not None]
    assert len(errors) > len(GOOD) * 0.9
    assert all(error.offset is not None and error.offset <= length for length, error in errors)


@given(st.binary(max_size=200))
@examples(50)
def test_any_bytes_behind_a_header_are_read_or_refused(data: bytes) -> None:
    refusal(HEADER + data)


def test_garbage_of_64_megabytes_is_refused() -> None:
    assert refusal(HEADER + random.Random(3).randbytes(1024) + bytes(64 * 1024 * 1024)) is not None
