"""A rune counts the same wherever it runs: in WebAssembly with and without SIMD, and as C."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from rune.compiler.targets.lookup import find_target
from rune.compiler.targets.wasm32 import PREVIEW, SMALLEST
from rune.running.container import read_rune
from rune.running.runtime import Runtime
from rune.watch.counts import LARGEST
from tests.support.compiler.counted import (
    counters_in_c,
    counts_of_rune,
    expected_counts,
    random_case,
    rune_of,
)

FUSED = ("-O2", "-march=native", "-ffp-contract=fast")
SANITIZED = ("-O1", "-g", "-fno-var-tracking-assignments", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
MVP = find_target("wasm32-mvp")
SEEDS = [*range(16), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(16, 80))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_target_counts_what_numpy_counts(seed: int, tmp_path: Path) -> None:
    case = random_case(seed)
    expected = expected_counts(case)
    assert counts_of_rune(Runtime.load(case.rune()), case.frames) == expected
    assert counts_of_rune(Runtime.load(case.rune(MVP)), case.frames) == expected
    numbers = (*expected.labels, *expected.confidence, *(each for group in expected.features for each in group))
    assert counters_in_c(case, tmp_path, FUSED) == numbers


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 24))])
def test_all_that_a_compiler_may_do_changes_no_count(seed: int, tmp_path: Path) -> None:
    case = random_case(seed)
    expected = expected_counts(case)
    for target in (SMALLEST, PREVIEW):
        assert counts_of_rune(Runtime.load(case.rune(target)), case.frames) == expected
    assert sum(counters_in_c(case, tmp_path, SANITIZED)) == sum(
        (*expected.labels, *expected.confidence, *(each for group in expected.features for each in group))
    )


def test_counters_begin_again_when_they_are_taken() -> None:
    case = random_case(1)
    rune = Runtime.load(case.rune())
    first = counts_of_rune(rune, case.frames)
    assert counts_of_rune(rune, case.frames) == first
    counts = rune.take_counts()
    assert counts is not None
    assert (counts.answers, sum(counts.labels)) == (0, 0)
    assert first.answers == len(case.frames)


def test_a_counter_never_wraps() -> None:
    case = random_case(1)
    rune = Runtime.load(case.rune())
    full = [LARGEST] * sum(case.layout.sizes)
    counters = rune._counters
    assert counters is not None
    rune._run(counters.find)
    counters._memory.write("a test", counters.find.result, struct.pack(f"<{len(full)}I", *full))
    counts = counts_of_rune(rune, case.frames)
    assert {*counts.labels, *counts.confidence} == {LARGEST}


def test_a_counter_in_c_never_wraps_and_outlives_a_reset(tmp_path: Path) -> None:
    case = random_case(1)
    numbers = counters_in_c(case, tmp_path, ("-O1",), before="rune_counted_reset();\n    rune_counted_init();")
    assert sum(numbers) == sum(map(sum, (expected_counts(case).labels, expected_counts(case).confidence))) + sum(
        map(sum, expected_counts(case).features)
    )


def test_stock_runtimes_see_the_same_imports_and_messages() -> None:
    case = random_case(3)
    plain = rune_of(replace(case.pipeline, watch=None))
    counting = read_rune(case.rune())
    assert counting.imports == read_rune(plain).imports
    assert [each.name for each in counting.exports] == [*(each.name for each in read_rune(plain).exports), "_watch"]
    one, other = Runtime.load(case.rune()), Runtime.load(plain)
    for frame in case.frames:
        inputs = {request.id: data for request, data in zip(one.capabilities, frame, strict=True)}
        assert [each.data for each in one.call(inputs)] == [each.data for each in other.call(inputs)]
    assert other.take_counts() is None
