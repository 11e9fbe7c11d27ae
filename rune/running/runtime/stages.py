"""The time of each stage of a rune built with --timed, from its marks. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rune.abi import STAGE_MARK


def stage_milliseconds(marks: Sequence[tuple[bytes, float]]) -> Mapping[str, float]:
    """Milliseconds by stage, in the order of the marks, each given with the seconds at which it came.

    The cost of a mark, known from the two before the first stage, is taken off; nothing is below zero. A rune may send
    anything: what is no mark ends the list.
    """
    milliseconds_by_stage: dict[str, float] = {}
    cost = marks[1][1] - marks[0][1] if len(marks) > 1 else 0.0
    for (_, before), (line, now) in pairwise(marks[1:]):
        try:
            stage = json.loads(line[len(STAGE_MARK) : -1])
        except (ValueError, RecursionError):
            break
        if not isinstance(stage, str):
            break
        milliseconds_by_stage[stage] = milliseconds_by_stage.get(stage, 0.0) + max(0.0, now - before - cost) * 1000
    return milliseconds_by_stage
