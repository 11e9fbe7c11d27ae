"""Chooses what of a fuzzer's findings is kept for `make test`: `python -m tests.proof.any_input.keep READER FOLDER...`

Of all inputs, small ones first, those that go from some line of ours to another as none before them did.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.packed import read_packed, write_packed
from tests.support.readers import READERS, corpus

LARGEST = 1024
"""Bytes of an input that is kept."""
MOST = 150
_OURS = f"{Path(__file__).parents[3] / 'rune'}/"

Step = tuple[str, int, int]


def main(arguments: list[str]) -> int:
    reader, *folders = arguments
    entries = read_packed(corpus(reader))
    inputs = {*entries.values(), *(path.read_bytes() for folder in folders for path in Path(folder).iterdir())}
    choice = choose(
        reader, sorted((data for data in inputs if len(data) <= LARGEST), key=lambda data: (len(data), data))
    )
    write_packed(corpus(reader), {sha256(data).hexdigest()[:16]: data for data in choice})
    print(f"{reader}: {len(choice)} of {len(inputs)} inputs kept, {sum(map(len, choice))} bytes")
    return 0


def choose(reader: str, inputs: Iterable[bytes]) -> list[bytes]:
    """The inputs that reach something new, at most `MOST` of them: those that reach the most."""
    coverage: set[Step] = set()
    candidates: list[tuple[int, bytes]] = []
    for data in inputs:
        new = steps(reader, data) - coverage
        if new:
            coverage |= new
            candidates.append((len(new), data))
    candidates.sort(key=lambda each: -each[0])
    return [data for _, data in candidates[:MOST]]


def steps(reader: str, data: bytes) -> set[Step]:
    """Returns the steps from line to line of our code while a reader reads."""
    trace: set[Step] = set()

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(_OURS):
            return None
        before = 0

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal before
            if event == "line":
                trace.add((file, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step

    sys.settrace(enter)
    try:
        READERS[reader](data)
    finally:
        sys.settrace(None)
    return trace


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
