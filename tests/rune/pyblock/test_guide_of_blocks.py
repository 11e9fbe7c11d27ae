"""The code of the guide does what the guide says, and the errors of the mathematics are those that it names."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal, localcontext
from random import Random

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.pyblock.checking.block import check_file
from rune.pyblock.running.python import PythonBlock
from rune.pyblock.testing.python import run_tests
from rune.running.runtime import Runtime
from rune.source.runefile import check
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.tensor import ElementType, TensorType
from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.compiler.pipelines import run

GUIDE = (REPOSITORY / "docs" / "guides" / "python-blocks.md").read_text(encoding="utf-8")
_FENCES = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
SMOOTH, RUNEFILE, LOUDNESS, TESTS = (text for _, text in _FENCES)


def test_the_first_block_checks_and_runs() -> None:
    files = MemoryFiles({"Runefile.yml": RUNEFILE.encode(), "smooth.py": SMOOTH.encode()})
    assert check(files, PUBLISHED_BLOCKS).diagnostics == ()
    rune = Runtime.load(build(files, BuildOptions("guide")).rune)
    (message,) = run(rune, [struct.pack("<6f", 1, 2, 3, 4, 5, 6)])
    assert message.tensors[0].elements == (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def test_the_second_block_gives_what_numbers_by_hand_give() -> None:
    checked_file = check_file("loudness.py", LOUDNESS, (TensorType(ElementType.F32, (4,)),))
    assert checked_file.problems == ()
    outputs = PythonBlock(checked_file).run([[0.0, 1.0, 4.0, 0.0]], [])
    assert outputs == [[0.0, 1.0, 1.0, 0.0], [struct.unpack("<f", struct.pack("<f", math.sqrt(0.5)))[0]]]


def test_the_tests_of_the_first_block_pass() -> None:
    files = MemoryFiles({"smooth.py": SMOOTH.encode(), "smooth_test.py": TESTS.encode()})
    assert [each.failure for each in run_tests(read_tests(files, "smooth_test.py"))] == [None] * 3


_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def _sine(x: Decimal) -> Decimal:
    x -= 2 * _PI * (x / (2 * _PI)).to_integral_value()
    term = total = x
    n = 1
    while abs(term) > Decimal(10) ** -45:
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
        total += term
    return total


def _arc_tangent(x: Decimal) -> Decimal:
    halvings = 0
    while abs(x) > Decimal("0.1"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    term = total = x
    n = 1
    while abs(term) > Decimal(10) ** -48:
        term = -term * x * x
        n += 2
        total += term / n
    return total * Decimal(2) ** halvings


_EXACT: dict[str, tuple[Callable[[Decimal], Decimal], float, float, float]] = {
    "exp": (lambda x: x.exp(), -700.0, 700.0, 1.0),
    "log": (lambda x: x.ln(), 1e-9, 50.0, 1.0),
    "log10": (lambda x: x.log10(), 1e-9, 50.0, 1.0),
    "log2": (lambda x: x.ln() / Decimal(2).ln(), 1e-9, 50.0, 1.0),
    "sin": (_sine, -1e6, 1e6, 1.0),
    "cos": (lambda x: _sine(x + _PI / 2), -1e6, 1e6, 1.0),
    "tan": (lambda x: _sine(x) / _sine(x + _PI / 2), -10.0, 10.0, 3.0),
    "atan": (_arc_tangent, -20.0, 20.0, 3.0),
    "asin": (lambda x: _arc_tangent(x / (1 - x * x).sqrt()), -0.999, 0.999, 3.0),
    "acos": (lambda x: _PI / 2 - _arc_tangent(x / (1 - x * x).sqrt()), -0.999, 0.999, 3.0),
    "sinh": (lambda x: (x.exp() - (-x).exp()) / 2, -20.0, 20.0, 3.0),
    "cosh": (lambda x: (x.exp() + (-x).exp()) / 2, -20.0, 20.0, 3.0),
    "tanh": (lambda x: 1 - 2 / ((2 * x).exp() + 1), -20.0, 20.0, 3.0),
}


@each_case("name", _EXACT)
def test_the_error_of_a_function_is_below_what_the_guide_says(name: str) -> None:
    exact, low, high, most = _EXACT[name]
    text = f"import math\ndef block(x: f64) -> f64:\n    return math.{name}(x)\n"
    block = PythonBlock(check_file("block.py", text))
    chance = Random(3)
    with localcontext() as context:
        context.prec = 60
        for turn in range(150):
            x = chance.uniform(low, high) if turn % 2 else chance.uniform(max(low, -2.0), min(high, 2.0))
            ((value,),) = block.run([[x]], [])
            expected = exact(Decimal(x))
            assert abs(Decimal(value) - expected) < Decimal(most) * Decimal(math.ulp(float(expected))), x
