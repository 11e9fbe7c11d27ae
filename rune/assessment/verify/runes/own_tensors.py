"""The tensors that a rune itself has in its memory, beside those of its pipeline made again.

A label at the end of a pipeline hides nearly every error before it, and a rune does not send what its models give. But
it can be called step by step, and its memory read in between. Where a tensor lies it does not say, and another
toolchain lays it elsewhere. So the place is looked for: the first run leaves all places, after each step, that hold
what the tensor should be, and every other run leaves those of them that hold what it should be then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.assessment.verify.runes.verification import OwnTensors
from rune.port import Port
from rune.running.container import with_steps
from rune.running.runtime import CompiledRune, Limits, LoadedRune, RuneMemory
from rune.running.runtime.errors import RuneError

MIN_TENSOR_BYTES: Final = 16
"""Bytes of a tensor for which all memory is searched at once."""
WORD: Final = 8
"""Bytes of memory that are compared at once."""
MOST_PLACES: Final = 1 << 16
"""Places of one tensor after one step that are looked at; a tensor of zeros has more in an empty memory."""

Places = dict[Port, dict[int, NDArray[np.int64]]]
"""Addresses by tensor and by the step after which it lies there."""


class OwnRuns:
    """A rune that is run step by step beside the one that is compared, and what was found in its memory."""

    def __init__(self, rune: bytes, resources: Mapping[str, bytes], limits: Limits) -> None:
        """Raises `RuneError` where the rune does not start, and `ContainerError`."""
        stepwise_rune = with_steps(rune)
        self._compiled_rune = None if stepwise_rune is None else CompiledRune(stepwise_rune.module, limits)
        self._resources = resources
        self._search = TensorSearch()
        self._runs = self._compared_tensors = 0
        self._loaded_rune = self._load()

    def _load(self) -> LoadedRune | None:
        return None if self._compiled_rune is None else self._compiled_rune.start(resources=self._resources)

    def restart(self) -> None:
        """Begins anew, as the rune does after a run that failed."""
        self._loaded_rune = self._load()

    def run(self, inputs: Mapping[int, bytes], expected_tensors: Mapping[Port, bytes]) -> None:
        """Runs once. `expected_tensors` are the tensors that the run should compute: none while a window fills, as that
        of this rune does too. A run that fails is not reported: the comparison of the rune itself reports it."""
        if self._loaded_rune is None:
            return
        self._search.expected_tensors = expected_tensors
        try:
            self._loaded_rune.call_in_steps(inputs, self._search.after if expected_tensors else _pass)
        except RuneError:
            self._search.drop_run()
            self._loaded_rune = None
            return
        if not expected_tensors:
            return
        self._search.end_run()
        self._runs += 1
        self._compared_tensors += len(expected_tensors)

    def tensors_for(self, ports: Sequence[Port]) -> OwnTensors | None:
        """Returns the tensors; None where there is nothing to compare."""
        if not ports:
            return None
        if not self._runs:
            return OwnTensors()
        missing = dict.fromkeys(port.stage for port in self._search.missing(ports))
        return OwnTensors(self._runs, self._compared_tensors, tuple(missing))


def _pass(_step: int, _memory: RuneMemory) -> None:
    """Looks for nothing after this step."""


@dataclass
class TensorSearch:
    """The places where each tensor may lie. `expected_tensors`, which is set before each run, are the tensors that the
    run should compute; they may be some of all tensors only."""

    expected_tensors: Mapping[Port, bytes] = field(default_factory=dict)
    _places: Places = field(default_factory=dict)
    """Among each tensor that a run has made, the places that are left; none where it was nowhere."""
    _candidates: Places = field(default_factory=dict)
    """The places of the tensors of this run."""
    _memory: bytes = b""
    _step: int = 0

    def after(self, step: int, memory: RuneMemory) -> None:
        """Looks at the memory after a step."""
        if any(port not in self._places for port in self.expected_tensors):
            self._look_everywhere(step, memory.read(0, memory.size))
        for port, data in self.expected_tensors.items():
            before = self._places.get(port, {}).get(step)
            if before is not None:
                positions = [at for at in before.tolist() if memory.read(at, len(data)) == data]
                self._keep(port, step, np.array(positions, np.int64))

    def _look_everywhere(self, step: int, memory: bytes) -> None:
        """Looks for each tensor that no run made before in what the step changed: to search all of a large memory would
        take seconds."""
        first, last = changed(self._memory, memory)
        self._memory, self._step = memory, step
        for port, data in self.expected_tensors.items():
            if port not in self._places:
                start = max(first - len(data), 0)
                self._keep(port, step, places_of(data, memory[start : last + len(data)]) + start)

    def _keep(self, port: Port, step: int, positions: NDArray[np.int64]) -> None:
        if positions.size:
            self._candidates.setdefault(port, {})[step] = positions

    def end_run(self) -> None:
        """A run has ended; one that failed is not ended."""
        for port, data in self.expected_tensors.items():
            if port not in self._places and port not in self._candidates:
                # It may be what the memory held before, as zeros are.
                self._keep(port, self._step, places_of(data, self._memory))
        self._places |= {port: self._candidates.get(port, {}) for port in self.expected_tensors}
        self.drop_run()

    def drop_run(self) -> None:
        """A run has failed: what was seen of it counts nothing."""
        self._candidates, self._memory = {}, b""

    @property
    def places(self) -> Places:
        """The places of each tensor that are left, by the steps after which it lies there."""
        return self._places

    def missing(self, ports: Sequence[Port]) -> tuple[Port, ...]:
        """Returns the ports that a run made and for which no place is left."""
        return tuple(port for port in ports if self._places.get(port) == {})


def changed(before: bytes, after: bytes) -> tuple[int, int]:
    """The first byte that is another, and the one behind the last; all of it where the sizes differ, and nothing where
    no byte does."""
    if len(before) != len(after):
        return 0, len(after)
    size = len(after) // WORD * WORD
    words = [np.frombuffer(data, np.uint64, size // WORD) for data in (before, after)]
    different = np.flatnonzero(words[0] != words[1])
    rest = before[size:] != after[size:]
    if not different.size:
        return (size, len(after)) if rest else (0, 0)
    return int(different[0]) * WORD, len(after) if rest else (int(different[-1]) + 1) * WORD


def places_of(tensor_data: bytes, memory: bytes) -> NDArray[np.int64]:
    """Returns where the bytes stand, from the lowest place on. All memory is looked through for those of them that
    it has most seldom; where more than `MOST_PLACES` places are left then, only the first of these are compared in
    full."""
    numbers, tensor = (np.frombuffer(data, "u1") for data in (memory, tensor_data))
    last = len(memory) - len(tensor_data) + 1
    if not tensor_data or last <= 0:
        return np.zeros(0, np.int64)
    counts = np.bincount(numbers, minlength=256)
    rarest = np.argsort(counts[tensor], kind="stable")[:MIN_TENSOR_BYTES].tolist()
    candidates = np.flatnonzero(numbers[rarest[0] : last + rarest[0]] == tensor[rarest[0]])
    for offset in rarest[1:]:
        candidates = candidates[numbers[candidates + offset] == tensor[offset]]
    if len(tensor_data) <= MIN_TENSOR_BYTES:
        return candidates
    return np.array([at for at in candidates[:MOST_PLACES].tolist() if memory.startswith(tensor_data, at)], np.int64)
