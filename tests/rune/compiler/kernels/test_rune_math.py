"""The mathematics of runes under wasmtime, against correctly rounded values, and under a compiler that fuses."""

from __future__ import annotations

import ctypes
import math
import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from pathlib import Path

import numpy as np
import pytest
import wasmtime

from rune.c_library import HEADERS
from rune.compiler.anvil.ops.numbers import float_functions
from tools.needs import GCC, lack

EXACT = Context(prec=60, Emin=-100_000, Emax=100_000)
_SOURCE = """
#include "rune_math.h"
static double memory[3 * 4096];
#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name)
#endif
EXPORT("memory_start") double *memory_start(void) { return memory; }
#define EACH(name, expression) EXPORT(#name) void run_##name(int n) { \\
    for (int i = 0; i < n; ++i) { \\
        double x = memory[i], y = memory[4096 + i]; \\
        (void)y; \\
        memory[8192 + i] = expression; } }
EACH(sqrt, rune_sqrt(x))
EACH(sqrtf, rune_sqrtf((float)x))
EACH(bit_length, rune_bit_length(rune_u32_saturating(x)))
EACH(log2, rune_log2(x))
EACH(exp, rune_exp(x))
EACH(erfc, rune_erfc(x))
EACH(floor, rune_floor(x))
EACH(trunc, rune_trunc(x))
EACH(round, rune_round(x))
EACH(fmod, rune_fmod(x, y))
EACH(fmodf, rune_fmodf((float)x, (float)y))
EACH(sinf, rune_sinf((float)x))
EACH(cosf, rune_cosf((float)x))
EACH(to_u32, rune_u32_saturating(x))
EACH(to_i8, rune_i8_saturating(x))
"""


class RuneMathematics:
    """Applies a function to lists of doubles."""

    def __init__(self, folder: Path) -> None:
        source, module = folder / "math.c", folder / "math.wasm"
        source.write_text(_SOURCE, encoding="ascii")
        target = ("-target", "wasm32-freestanding", "-O2", "-nostdlib", "-ffp-contract=off", "-Wl,--no-entry")
        checks = ("-Wall", "-Wextra", "-Werror", f"-I{HEADERS}")
        command = [sys.executable, "-m", "ziglang", "cc", *target, *checks, str(source), "-o", str(module)]
        subprocess.run(command, check=True, timeout=120)
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        instance = wasmtime.Instance(self._store, wasmtime.Module.from_file(engine, str(module)), [])
        self._exports = instance.exports(self._store)

    def __call__(self, name: str, x: Sequence[float], y: Sequence[float] = ()) -> list[float]:
        memory, function, start = self._exports["memory"], self._exports[name], self._exports["memory_start"]
        assert isinstance(memory, wasmtime.Memory)
        assert isinstance(function, wasmtime.Func)
        assert isinstance(start, wasmtime.Func)
        address = start(self._store)
        for place, values in ((0, x), (4096, y)):
            memory.write(self._store, struct.pack(f"<{len(values)}d", *values), address + 8 * place)
        function(self._store, len(x))
        end = address + 8 * 8192 + 8 * len(x)
        return list(struct.unpack(f"<{len(x)}d", memory.read(self._store, address + 8 * 8192, end)))


class NativeMathematics:
    """The same, compiled by the machine's own compiler, which fuses products and sums where it is let."""

    def __init__(self, folder: Path, compiler: str) -> None:
        source, library = folder / "math.c", folder / "math.so"
        source.write_text(_SOURCE, encoding="ascii")
        flags = ("-std=c99", "-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC")
        command = [compiler, *flags, "-Wall", "-Wextra", "-Werror", f"-I{HEADERS}", str(source), "-o", str(library)]
        subprocess.run(command, check=True, timeout=120)
        self._library = ctypes.CDLL(str(library))
        self._library.memory_start.restype = ctypes.POINTER(ctypes.c_double)

    def __call__(self, name: str, x: Sequence[float], y: Sequence[float] = ()) -> list[float]:
        memory = self._library.memory_start()
        for place, values in ((0, x), (4096, y)):
            for index, value in enumerate(values):
                memory[place + index] = value
        getattr(self._library, f"run_{name}")(len(x))
        return list(memory[8192 : 8192 + len(x)])


@pytest.mark.slow
def test_a_compiler_that_fuses_gives_the_same_bits(
    mathematics: RuneMathematics, tmp_path_factory: pytest.TempPathFactory
) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip(lack(GCC))
    native = NativeMathematics(tmp_path_factory.mktemp("native"), compiler)
    chance = random.Random(5)
    near = [chance.uniform(-3, 3) for _ in range(1500)]
    far = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(1500)]
    logarithms = [math.exp(chance.uniform(-700, 700)) for _ in range(900)]
    special = [0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 5e-324, 2.0**53 + 2, 4.0, 2.25, 1e-310]
    values = near + far + logarithms + special
    other = [chance.uniform(0.1, 10) for _ in values]
    for name in re.findall(r"^EACH\((\w+),", _SOURCE, re.MULTILINE):
        pairs = zip(values, mathematics(name, values, other), native(name, values, other), strict=True)
        for x, here, there in pairs:
            same = struct.pack("<d", here) == struct.pack("<d", there) or (math.isnan(here) and math.isnan(there))
            assert same, f"{name} of {x!r}: {here!r} and {there!r}"


@pytest.mark.slow
def test_a_square_root_is_the_nearest(mathematics: RuneMathematics) -> None:
    values = [2.0, 3.0, 1e-320, 5e-324, 1.7976931348623157e308, 0.1, math.nextafter(4.0, 0), math.nextafter(4.0, 5)]
    assert mathematics("sqrt", values) == [math.sqrt(x) for x in values]


@pytest.fixture(scope="module")
def mathematics(tmp_path_factory: pytest.TempPathFactory) -> RuneMathematics:
    return RuneMathematics(tmp_path_factory.mktemp("math"))


def _units_off(actual: float, exact: Decimal) -> float:
    """The distance from the exact value in units of the last place."""
    return abs(float((Decimal(actual) - exact) / Decimal(math.ulp(actual))))


def test_log2_is_off_by_less_than_six_tenths_of_the_last_place(mathematics: RuneMathematics) -> None:
    chance = random.Random(1)
    values = [chance.uniform(0.5, 2) for _ in range(300)] + [math.exp(chance.uniform(-700, 700)) for _ in range(200)]
    values += [float(whole) for whole in range(3, 200)] + [math.nextafter(1, 0), math.nextafter(1, 2), 3e-310]
    two = Decimal(2).ln(EXACT)
    for x, actual in zip(values, mathematics("log2", values), strict=True):
        assert _units_off(actual, EXACT.divide(Decimal(x).ln(EXACT), two)) < 0.6, x


@pytest.mark.slow
def test_log2_of_a_power_of_two_is_exact(mathematics: RuneMathematics) -> None:
    powers = list(range(-1074, 1024))
    assert mathematics("log2", [math.ldexp(1.0, power) for power in powers]) == powers


def test_log2_has_its_limits(mathematics: RuneMathematics) -> None:
    zero, negative, infinite, nothing = mathematics("log2", [0.0, -1.0, math.inf, math.nan])
    assert (zero, infinite) == (-math.inf, math.inf)
    assert math.isnan(negative)
    assert math.isnan(nothing)


def test_exp_is_off_by_less_than_one_unit_of_the_last_place(mathematics: RuneMathematics) -> None:
    chance = random.Random(2)
    values = [chance.uniform(-1, 1) for _ in range(300)] + [chance.uniform(-745, 709) for _ in range(400)]
    for x, actual in zip(values, mathematics("exp", values), strict=True):
        assert _units_off(actual, Decimal(x).exp(EXACT)) < 1, x


def test_exp_has_its_limits(mathematics: RuneMathematics) -> None:
    assert mathematics("exp", [0.0, 710.0, -746.0, math.inf, -math.inf]) == [1.0, math.inf, 0.0, math.inf, 0.0]
    assert math.isnan(mathematics("exp", [math.nan])[0])


def test_erfc_is_near_and_has_the_bits_of_its_reference(mathematics: RuneMathematics) -> None:
    chance = random.Random(4)
    values = [chance.uniform(-12, 12) for _ in range(900)]
    actual = mathematics("erfc", values)
    for x, value in zip(values, actual, strict=True):
        assert value == pytest.approx(math.erfc(x), rel=1e-12, abs=0), x
    limits = [0.0, -0.0, 13.0, -13.0, math.inf, -math.inf, math.nan]
    np.testing.assert_array_equal(
        [*actual, *mathematics("erfc", limits)], float_functions.erfc(np.array(values + limits))
    )
    assert mathematics("erfc", limits[:6]) == pytest.approx([1.0, 1.0, 0.0, 2.0, 0.0, 2.0], abs=1e-12)


def test_remainders_are_exact(mathematics: RuneMathematics) -> None:
    chance = random.Random(3)
    x = [chance.uniform(-1e6, 1e6) for _ in range(200)] + [5e-324, 1e308, -7.0, 3.0]
    y = [chance.uniform(-10, 10) for _ in range(200)] + [1e-323, 3e-310, 7.0, math.inf]
    assert mathematics("fmod", x, y) == [math.fmod(a, b) for a, b in zip(x, y, strict=True)]
    narrow = [struct.unpack("f", struct.pack("f", value))[0] for value in (*x[:200], *y[:200])]
    expected = [math.fmod(a, b) for a, b in zip(narrow[:200], narrow[200:], strict=True)]
    assert mathematics("fmodf", narrow[:200], narrow[200:]) == expected
    assert all(math.isnan(value) for value in mathematics("fmod", [1.0, math.inf, math.nan], [0.0, 1.0, 1.0]))


def test_rounding_is_exact(mathematics: RuneMathematics) -> None:
    chance = random.Random(4)
    values = [chance.uniform(-9, 9) for _ in range(200)] + [0.5, -0.5, 1.5, 0.49999999999999994, 2.0**52 + 1, -1e300]
    assert mathematics("floor", values) == [math.floor(x) for x in values]
    assert mathematics("trunc", values) == [math.trunc(x) for x in values]
    away = [math.copysign(math.floor(Decimal(abs(x)) + Decimal("0.5")), x) for x in values]
    assert mathematics("round", values) == away


def test_what_does_not_fit_an_integer_takes_its_limit_and_nan_takes_0(mathematics: RuneMathematics) -> None:
    values = [-1.0, 0.9, 4294967295.0, 1e300, -math.inf, math.nan]
    assert mathematics("to_u32", values) == [0, 0, 4294967295, 4294967295, 0, 0]
    assert mathematics("to_i8", [-128.9, -129.0, 127.9, 1e9, math.nan, -0.5]) == [-128, -128, 127, 127, 0, 0]


def angles() -> list[float]:
    """For f32: small, usual, next to quarter turns, and of all magnitudes."""
    chance = random.Random(7)
    near = [chance.uniform(-10, 10) for _ in range(400)] + [chance.uniform(-1, 1) * 10.0**-n for n in range(1, 38)]
    turns = [quarters * math.pi / 2 for quarters in (*range(-9, 10), 10**4 + 1, 10**6 + 3, 10**9 + 7)]
    far = [math.ldexp(chance.uniform(-1, 1), chance.randrange(4, 128)) for _ in range(600)]
    # The f32 that is nearest to a multiple of a quarter turn, for its magnitude.
    nearest = [16367173.0 * 2.0**72]
    return [struct.unpack("<f", struct.pack("<f", x))[0] for x in (*near, *turns, *far, *nearest, 3.4e38)]


@pytest.mark.parametrize(("name", "exact"), [("sinf", math.sin), ("cosf", math.cos)])
def test_sine_and_cosine_are_the_nearest_f32(
    name: str, exact: Callable[[float], float], mathematics: RuneMathematics
) -> None:
    values = angles()
    for x, actual in zip(values, mathematics(name, values), strict=True):
        expected = exact(x)  # the C library's, of double precision
        assert abs(actual - expected) <= math.ulp(abs(expected)) * 2.0**28 * 1.01, (
            f"{name} of {x!r}: {actual!r}, not {expected!r}"
        )


def test_sine_and_cosine_have_the_bits_of_their_references(mathematics: RuneMathematics) -> None:
    values = [*angles(), 0.0, -0.0, math.inf, -math.inf, math.nan]
    for name, reference in (("sinf", float_functions.sin), ("cosf", float_functions.cos)):
        expected = reference(np.array(values, np.float32))
        np.testing.assert_array_equal(np.array(mathematics(name, values), np.float32), expected)
