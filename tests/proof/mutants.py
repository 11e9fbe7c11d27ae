"""Reads broken files by the hundred thousand and says how it went. Taken up again where it was stopped.

`FORGE_PROOF_START` is the first mutant's number and `FORGE_PROOF_COUNT` how many follow; they are independent.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

from tests.rune.tflite.mutations import mutant

START = int(os.environ.get("FORGE_PROOF_START", "0"))
COUNT = int(os.environ.get("FORGE_PROOF_COUNT", "1000000"))
SECONDS_A_FILE = 1.0
MEMORY = 512 * 1024 * 1024


def prove(
    name: str, originals: tuple[bytes, ...], read: Callable[[bytes], None], refusal: type[Exception], count: int = COUNT
) -> None:
    """Each mutant is read or refused by the one error, within a second and half a gigabyte of memory."""
    refused, slowest = 0, 0.0
    for number in range(START, START + count):
        data = mutant(originals, number)
        begin = time.process_time()
        try:
            read(data)
        except refusal:
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} of {name} was not refused by name") from error
        slowest = max(slowest, time.process_time() - begin)
        assert slowest < SECONDS_A_FILE, f"mutant {number} of {name} took {slowest} s"
        if number % 100_000 == 99_999:
            print(f"{name}: {number + 1} mutants, {refused} refused, slowest {slowest * 1000:.1f} ms", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{name}: mutants {START} to {START + count}, {refused} refused, slowest {slowest * 1000:.1f} ms, "
        f"peak {peak} bytes",
        flush=True,
    )
    assert peak < MEMORY
