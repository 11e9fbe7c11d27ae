"""Reads broken files by the hundred thousand and says how it went.

A mutant is made from its number alone. `FORGE_PROOF_SHARE`, such as 3/10, says which part of them is read here.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Sequence

from tests.support.compiler.mutations import mutant
from tests.support.processor_time import ProcessorTime

COUNT = 1_000_000
SECONDS_A_FILE = 0.1
"""The seconds of the processor. The proof holds it on a quiet machine."""
AGAIN = 3
"""How often one that took longer is tried once more."""
MOST_SHOWN = 50
"""Mutants that are named when many fail: all are tried, so that one run finds what there is."""
HANGS = 1.0
"""Seconds of the processor that no machine needs for a file, however busy: what takes them hangs."""
MEMORY = 256 * 1024 * 1024

Recorder = Callable[[str, object], None]

Read = Callable[[bytes], object]
Refusals = type[Exception] | tuple[type[Exception], ...]


def prove(
    record: Recorder,
    originals: tuple[bytes, ...],
    read: Read,
    refusal: Refusals,
    count: int = COUNT,
    make: Callable[[Sequence[bytes], int], bytes] = mutant,
) -> None:
    """Each mutant is read or refused by name, within a tenth of a second and a quarter of a gigabyte of memory."""
    share, shares = (int(part) for part in os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    numbers = range(count * share // shares, count * (share + 1) // shares)
    refusals, slowest, wrong = 0, 0.0, list[str]()
    for number in numbers:
        data = make(originals, number)
        try:
            is_refused, seconds = _tried(read, data, refusal)
            if seconds >= SECONDS_A_FILE:  # a processor that others use too takes longer: what is slow is slow again
                seconds = min(_tried(read, data, refusal)[1] for _ in range(AGAIN))
        except Exception as error:
            wrong.append(f"mutant {number} was not refused by name: {type(error).__name__}: {error}")
            continue
        refusals += is_refused
        slowest = max(slowest, seconds)
        if seconds >= SECONDS_A_FILE:
            wrong.append(f"mutant {number} took {seconds} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    record("mutants", len(numbers))
    record("refused", refusals)
    record("most milliseconds", round(slowest * 1000, 1))
    record("most megabytes", round(peak / 1e6))
    assert not wrong, "\n".join(wrong[:MOST_SHOWN])
    assert peak < MEMORY


def _tried(read: Read, data: bytes, refusal: Refusals) -> tuple[bool, float]:
    """Returns whether a mutant is refused by name, and how many seconds of the processor that takes."""
    time_of_reading, is_refused = ProcessorTime(), False
    try:
        with time_of_reading:
            read(data)
    except refusal:
        is_refused = True
    return is_refused, time_of_reading.seconds
