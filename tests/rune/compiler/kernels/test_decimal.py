"""Numbers as text inside a rune: always the shortest that reads back the same, laid out as serde_json does."""

from __future__ import annotations

import json
import math
import random
import struct

import pytest

from rune.abi import OutputKind
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.bare_host import BareHost
from tests.support.compiler.pipelines import module_of, passing_on

COUNT = 4000


def laid_out(value: float) -> str:
    """Python's shortest digits, which are right, in the layout of the crate ryu."""
    if not math.isfinite(value):
        return "null"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if value == 0:
        return sign + "0.0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point -= len(fraction) - len(fraction.lstrip("0")) + 1
    digits = digits.rstrip("0") or "0"
    if 0 < point <= 16:
        padded = digits.ljust(point, "0")
        return f"{sign}{padded[:point]}.{padded[point:] or '0'}"
    if -5 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1}"


def doubles() -> list[float]:
    generator = random.Random(20)
    values = [0.0, -0.0, 1.0, -1.0, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 2.225073858507201e-308]
    values += [math.nan, math.inf, -math.inf, 9007199254740993.0, 1e16, 1e15, 123456789012345680.0, 1e22, 1e23]
    values += [10.0**exponent for exponent in range(-323, 309, 7)]
    values += [2.0**exponent for exponent in range(-1074, 1024, 9)]
    values += [float(f"{digit}e{exponent}") for digit in (1, 5, 9) for exponent in range(-7, 19)]
    values += [0.1 + 0.2, 1 / 3, 0.3, 4.35, 2.5, 1e-5, 9.5e-6, 1.2345e-5, 0.00012]
    values += [generator.uniform(-1, 1) * 10.0 ** generator.randrange(-22, 22) for _ in range(COUNT // 3)]
    values += [2.0**exponent * (1 + step * 2.0**-52) for exponent in (-60, -61, 112, 113) for step in (0, 1, 2)]
    while len(values) < COUNT:
        values.append(struct.unpack("<d", generator.randbytes(8))[0])
    return values


def floats() -> list[float]:
    generator = random.Random(21)
    values = [3.820471434542632e-37, 0.1, 1e-45, 3.4028235e38, 1.1754944e-38, 16777216.0, 0.69727874]
    while len(values) < COUNT:
        values.append(struct.unpack("<f", generator.randbytes(4))[0])
    return values


@pytest.mark.slow
@pytest.mark.parametrize(("element", "form"), [(ElementType.F64, "d"), (ElementType.F32, "f")], ids=str)
def test_a_real_number_is_the_shortest_text_of_its_double(element: ElementType, form: str) -> None:
    values = doubles() if element is ElementType.F64 else floats()
    data = struct.pack(f"<{COUNT}{form}", *values)
    texts = elements(TensorType(element, (COUNT,)), data)
    expected = [laid_out(value) for value in struct.unpack(f"<{COUNT}{form}", data)]
    assert texts == expected


@each_case(
    ("element", "form", "bits", "signed"),
    [
        (ElementType.U8, "B", 8, False),
        (ElementType.I8, "b", 8, True),
        (ElementType.U16, "H", 16, False),
        (ElementType.I16, "h", 16, True),
        (ElementType.U32, "I", 32, False),
        (ElementType.I32, "i", 32, True),
        (ElementType.U64, "Q", 64, False),
        (ElementType.I64, "q", 64, True),
    ],
    ids=str,
)
def test_a_whole_number_is_its_decimal(element: ElementType, form: str, bits: int, signed: bool) -> None:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    values = [low, high, 0, 1, 9, 10, 99, 100, high - 1, low + 1]
    texts = elements(TensorType(element, (len(values),)), struct.pack(f"<{len(values)}{form}", *values))
    assert texts == [str(value) for value in values]


def elements(kind: TensorType, data: bytes) -> list[str]:
    """The texts between the commas of a SERIAL message that a rune makes of the data."""
    host = BareHost(module_of(passing_on(kind, OutputKind.SERIAL)))
    host.manifest()
    ((_, message),) = host.call([data])
    json.loads(message)
    text: str = message.decode()
    return text.partition('"elements":[')[2].partition("]")[0].split(",")


def test_the_layout_here_is_the_one_of_known_texts() -> None:
    texts = {
        1.0: "1.0",
        1e16: "1e16",
        1234567890123456.0: "1234567890123456.0",
        0.00001: "0.00001",
        1e-6: "1e-6",
        1.5e300: "1.5e300",
        -0.0: "-0.0",
        3.820471434542632e-37: "3.820471434542632e-37",
    }
    assert {value: laid_out(value) for value in texts} == texts
