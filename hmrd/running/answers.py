"""An answer of a rune as a line of JSON, as sinks get it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from rune.running.runtime import OutputMessage, OutputTensor


def answer_line(messages: Iterable[OutputMessage], names: Mapping[int, str], version: str, now: float) -> bytes:
    """Returns the values of each output by its name, with the version of the rune and the time. Numbers that are not
    finite are null.
    """
    outputs: dict[str, Any] = {}
    for message in messages:
        values = [_value(tensor) for tensor in message.tensors]
        outputs[names[message.channel]] = values[0] if len(values) == 1 else values
    answer = {"time": round(now, 3), "version": version, "outputs": outputs}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _value(tensor: OutputTensor) -> Any:
    if len(tensor.elements) == 1 and isinstance(tensor.elements[0], str):
        return tensor.elements[0]
    return [None if isinstance(each, float) and not math.isfinite(each) else each for each in tensor.elements]
