"""Any text as a block gives a block or problems, in bounded time, and nothing of it becomes code of C."""

from __future__ import annotations

import re
import time
from random import Random

import pytest

from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file
from rune.pyblock.checking.signature import UnfitInput
from rune.tensor import ElementType, TensorType
from tests.support.compiler.python_blocks.programs import INPUTS, program

_SECONDS = 20
"""Generous: the machine may be busy. Without its limit each of these takes minutes, or does not end."""
_HEAD = 'def block(x: f32["n"]) -> f32["n"]:\n'


def _many(line: str, count: int) -> str:
    return "".join(line.format(i) for i in range(count))


_FOR = "".join(f"{'    ' * (i + 1)}for i{i} in range(9):\n" for i in range(50))
_WHILE = "".join(f"{'    ' * (i + 1)}while k < {i}:\n" for i in range(18))
_END = "    return x\n"
_SIZES = _many("    a{0} = f32[{0} + 1]()\n    h(a{0})\n", 400)


@pytest.mark.slow
@pytest.mark.protects("compiling/python-blocks")
@pytest.mark.parametrize(
    "text",
    [
        "-" * 60_000 + "1",
        "not " * 15_000 + "1",
        "(" * 60_000,
        "[" * 60_000 + "]" * 4,
        "x" + ".a" * 30_000,
        "x" + "[0]" * 20_000,
        "lambda:" * 9_000 + "1",
        _HEAD + "    y = " + "+".join(["1.0"] * 15_000) + "\n" + _END,
        _HEAD + _FOR + "    " * 51 + "pass\n" + _END,
        _HEAD + "    k = 0\n" + _WHILE + "    " * 19 + "k = k + 1\n" + _END,
        _HEAD + _many("    v{0} = 0.0\n    v{0} = v{0} + f64(1.0)\n", 700) + _END,
        'def h(v: f32["k"]) -> None:\n' + "    v[0] = v[0] + 1.0\n" * 400 + _HEAD + _SIZES + _END,
        _HEAD + "    k = 9 ** 9 ** 9 ** 9\n" + _END,
        _HEAD + "    k = 1 << 4611686018427387904\n" + _END,
    ],
    ids=range(14),
)
def test_a_hostile_file_is_read_or_refused_in_bounded_time(text: str) -> None:
    start = time.process_time()
    checked_file = check_file(
        "block.py", text, (TensorType(ElementType.F32, (4,)),) if text.startswith(_HEAD) else None
    )
    if checked_file.block is not None:
        emit(checked_file.block, "block.py", ())
    assert (checked_file.block is None) == bool(checked_file.problems)
    assert time.process_time() - start < _SECONDS


@pytest.mark.slow
@pytest.mark.protects("compiling/python-blocks")
def test_any_text_gives_a_block_or_problems() -> None:
    """Programs with characters, words and lines that were moved, doubled or left out."""
    chance = Random(5)
    blocks = 0
    for seed in range(40):
        pieces = re.findall(r"\w+|\s+|[^\w\s]", program(seed).text)
        for _ in range(chance.randint(0, 2)):
            at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
            pieces[at] = chance.choice((pieces[other], "", pieces[at] * 2, "None", "x[", "yield", "\u2028", "é"))
        try:
            checked_file = check_file(f"block_{seed}.py", "".join(pieces), INPUTS)
        except UnfitInput:
            continue
        assert (checked_file.block is None) == bool(checked_file.problems)
        blocks += checked_file.block is not None
        if checked_file.block is not None:
            emit(checked_file.block, "block.py", [0.5] * len(checked_file.block.parameters))
    assert 2 < blocks < 38


@pytest.mark.protects("compiling/python-blocks")
def test_nothing_that_a_user_wrote_becomes_code() -> None:
    text = _HEAD.replace("block", "evil").replace('"n"', '"size_evil"') + (
        '    """evil_text"""\n    evil_name = 0.0  # evil_comment\n    print("evil_print")\n'
        "    for evil_index in range(len(x)):\n        evil_name = evil_name + x[evil_index - 1]\n"
        "    evil_array = x[:]\n    evil_array[int(evil_name)] = 1.0\n    return evil_array\n"
    )
    checked_file = check_file('evil"\\\n.py', text, (TensorType(ElementType.F32, (4,)),))
    assert checked_file.block is not None, checked_file.problems
    code = emit(checked_file.block, 'evil"\\\n.py', ())
    assert "evil" not in code.text
    assert all(line.isascii() and "??/" not in line for line in code.text.splitlines())
    name = ", ".join(str(ord(each)) for each in "evil???.py")
    assert f"{{{name}, 0}}" in code.text
