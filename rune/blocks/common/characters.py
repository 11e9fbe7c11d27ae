"""The properties of Unicode's characters for tokenizers, as the C reads them. By tools/generators/characters.py."""

from __future__ import annotations

import json
import struct
from functools import cache
from pathlib import Path
from typing import Any, Final

_TABLE = Path(__file__).parent / "characters.json"
_KINDS: Final = {"-": 0, "S": 1, "P": 2, "C": 3, "M": 4, "L": 5, "N": 6}
"""The numbers of kinds, as in c_library/common/characters.h."""


@cache
def _table() -> Any:
    return json.loads(_TABLE.read_text(encoding="ascii"))


@cache
def kinds() -> bytes:
    """Returns the number of runs, then each run: its first character and, above 24 bits, its kind."""
    runs = [int(first, 16) | _KINDS[name] << 24 for first, name in _table()["runs"]]
    return _words(len(runs), *runs)


@cache
def folds() -> bytes:
    """Returns the number of characters that change in lower case and without accents, these in order, what each
    becomes (one character, or above 24 bits how many and where they stand behind all), and those characters."""
    codes: list[int] = []
    values: list[int] = []
    further: list[int] = []
    for code, plain in _table()["folds"]:
        code_points = [int(each, 16) for each in plain.split()]
        codes.append(int(code, 16))
        values.append((code_points[0] if len(code_points) == 1 else len(further)) | len(code_points) << 24)
        if len(code_points) != 1:
            further.extend(code_points)
    return _words(len(codes), *codes, *values, *further)


def _words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
