"""Reads broken files by the hundred thousand and says how it went.

A mutant is made from its number alone. `FORGE_PROOF_SHARE`, such as 3/10, says which part of them is read here.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

from tests.rune.tflite.mutations import mutant

COUNT = 1_000_000
SECONDS_A_FILE = 0.1
"""Of the processor. The proof holds it on a quiet machine."""
HANGS = 1.0
"""Seconds of the processor that no machine needs for a file, however busy: what takes them hangs."""
MEMORY = 256 * 1024 * 1024

Recorder = Callable[[str, object], None]


def prove(
    record: Recorder,
    originals: tuple[bytes, ...],
    read: Callable[[bytes], object],
    refusal: type[Exception] | tuple[type[Exception], ...],
    count: int = COUNT,
) -> None:
    """Each mutant is read or refused by name, within a tenth of a second and a quarter of a gigabyte of memory."""
    share, shares = (int(part) for part in os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    numbers = range(count * share // shares, count * (share + 1) // shares)
    refused, slowest = 0, 0.0
    for number in numbers:
        data = mutant(originals, number)
        begin = time.process_time()
        try:
            read(data)
        except refusal:
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} was not refused by name") from error
        taken = time.process_time() - begin
        assert taken < SECONDS_A_FILE, f"mutant {number} took {taken} s"
        slowest = max(slowest, taken)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    record("mutants", len(numbers))
    record("refused", refused)
    record("most milliseconds", round(slowest * 1000, 1))
    record("most megabytes", round(peak / 1e6))
    assert peak < MEMORY
