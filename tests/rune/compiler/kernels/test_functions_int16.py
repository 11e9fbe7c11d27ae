"""The functions of 16 bits in C: every number, as the references in NumPy, and near the functions themselves."""

from __future__ import annotations

import ctypes
import math
import subprocess
import sys

import numpy as np
import pytest

from rune.c_library import HEADERS
from rune.compiler.anvil.ops.numbers.functions_int16 import logistic, tanh

SOURCE = """
#include "functions_int16.h"
void all_logistic(int16_t *results);
void all_tanh(int16_t *results, int integer_bits);
void all_logistic(int16_t *results)
{
    for (int32_t i = -32768; i < 32768; i++)
        results[i + 32768] = (int16_t)rune_logistic_int16(i);
}
void all_tanh(int16_t *results, int integer_bits)
{
    for (int32_t i = -32768; i < 32768; i++)
        results[i + 32768] = (int16_t)rune_tanh_int16(i, integer_bits);
}
"""
ALL = np.arange(-(2**15), 2**15)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("functions")
    source, library_file = folder / "functions.c", folder / "functions.so"
    source.write_text(SOURCE, encoding="ascii")
    checks = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsanitize=undefined")
    trap = "-fsanitize-trap=undefined"
    command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-fPIC", "-O1", *checks, trap, f"-I{HEADERS}"]
    subprocess.run([*command, str(source), "-o", str(library_file)], check=True, timeout=120)
    return ctypes.CDLL(str(library_file))


@pytest.mark.slow
def test_the_logistic_function_is_the_references_for_every_number(library: ctypes.CDLL) -> None:
    actual = np.zeros(2**16, np.int16)
    library.all_logistic(actual.ctypes.data_as(ctypes.c_void_p))
    expected = logistic(ALL)
    assert np.array_equal(actual, expected)
    assert np.abs(expected / 2**15 - 1 / (1 + np.exp(-ALL / 2**12))).max() < 2e-4


@pytest.mark.slow
@pytest.mark.parametrize("integer_bits", range(7))
def test_the_hyperbolic_tangent_is_the_references_for_every_number(library: ctypes.CDLL, integer_bits: int) -> None:
    actual = np.zeros(2**16, np.int16)
    library.all_tanh(actual.ctypes.data_as(ctypes.c_void_p), integer_bits)
    expected = tanh(ALL, integer_bits)
    assert np.array_equal(actual, expected)
    assert np.abs(expected / 2**15 - np.tanh(ALL * math.ldexp(1, integer_bits - 15))).max() < 1e-3
