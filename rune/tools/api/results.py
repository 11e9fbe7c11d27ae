"""The results of one run: arrays and texts by output name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.running.runtime import LogLine, OutputMessage, OutputTensor
from rune.tensor import ElementType
from rune.tools.api.dtypes import DTYPES
from rune.tools.api.ports import Output

Value = NDArray[Any] | str | list[str]
"""Numbers as an array of the output's shape; one text as `str`, several as a list in row-major order."""


class Results(Mapping[str, Any]):
    """The outputs of one run by their names, in the rune's order.

    Each is an array, a text or a list of texts; a tuple of these where an output sends several tensors. `results["x"]`
    also finds a tensor by the stage that it comes from, if only one output sends it. An output that sent nothing in
    this run is not there; of an output that sent several times the last counts.
    """

    def __init__(
        self, outputs: Sequence[Output], messages: Sequence[OutputMessage], milliseconds: float, logs: Sequence[LogLine]
    ) -> None:
        by_id = {message.channel: tuple(_value(tensor) for tensor in message.tensors) for message in messages}
        self._silent = tuple(output.name for output in outputs if output.request.id not in by_id)
        self._values: dict[str, Value | tuple[Value, ...]] = {}
        self._by_source: dict[str, list[Value]] = {}
        for output in outputs:
            if output.request.id not in by_id:
                continue
            values = by_id[output.request.id]
            self._values[output.name] = values[0] if len(values) == 1 else values
            if len(output.sources) == len(values):
                for source, value in zip(output.sources, values, strict=True):
                    self._by_source.setdefault(source, []).append(value)
        self.milliseconds = milliseconds
        """Wall time inside the rune."""
        self.logs = tuple(logs)
        """The log lines of the rune, each with `level` and `message`."""

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        results = self._by_source.get(name, [])
        if len(results) == 1:
            return results[0]
        if name in self._silent:
            raise KeyError(f"the output {name!r} sent nothing in this run")
        if results:
            raise KeyError(f"{len(results)} outputs send what {name!r} gives; the outputs are {', '.join(self)}")
        raise KeyError(f"there is no output {name!r}; there are: {', '.join((*self, *self._silent))}")

    def __contains__(self, name: object) -> bool:
        return name in self._values or (isinstance(name, str) and len(self._by_source.get(name, [])) == 1)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Results({self._values!r})"


def _value(tensor: OutputTensor) -> Value:
    if tensor.element is ElementType.UTF8:
        texts = [str(text) for text in tensor.elements]
        return texts[0] if len(texts) == 1 else texts
    # The machine's own byte order, in which every other library wants it.
    dtype = DTYPES[tensor.element].newbyteorder("=")
    return np.array(tensor.elements, dtype).reshape(tensor.dimensions)
