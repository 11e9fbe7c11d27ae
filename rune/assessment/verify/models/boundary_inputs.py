"""Inputs that are aimed at a model's thresholds: two that differ in the last step of one number, and that the model
tells apart.

Noise seldom meets the one sum at which a byte steps, and rounding that is wrong is wrong just there. Between two inputs
with different results there is a way on which one number changes at a time; the change of the result is found on it by
halving, first the number, then its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rune.assessment.verify.comparison import LAYOUTS
from rune.assessment.verify.inputs import generated_tensor
from rune.tensor import TensorType

FARTHEST: Final = 64
"""Halvings of one number's value: as many as a number of 64 bits has."""
FIRST: Final = 4
"""Generated tensors are noise from this number on."""

Run = Callable[[Sequence[bytes]], Sequence[bytes]]
Numbers = list[NDArray[Any]]
"""The numbers of each input."""


def aimed_inputs(run: Run, kinds: Sequence[TensorType], seed: int) -> Iterator[tuple[bytes, ...]]:
    """Inputs on both sides of a threshold, in pairs, as long as they are asked for. `run` gives the model's outputs,
    and must give the same for the same inputs. It ends when the model gives one result for all inputs."""
    generator = np.random.default_rng(seed)
    number, misses = FIRST, 0
    while misses < FIRST:
        pair = _neighbours(run, _noise(kinds, seed, number), _noise(kinds, seed, number + 1), generator)
        number += 2
        misses = misses + 1 if pair is None else 0
        if pair is not None:
            yield from map(_bytes, pair)


def _noise(kinds: Sequence[TensorType], seed: int, number: int) -> Numbers:
    return [
        np.frombuffer(generated_tensor(kind, number, seed + position), LAYOUTS[kind.element])
        for position, kind in enumerate(kinds)
    ]


def _bytes(numbers: Numbers) -> tuple[bytes, ...]:
    return tuple(each.tobytes() for each in numbers)


def _neighbours(
    run: Run, start: Numbers, end: Numbers, generator: np.random.Generator
) -> tuple[Numbers, Numbers] | None:
    """The last input on the way that has the start's value of some result, and the first that has not; None where the
    results of both ends are the same."""
    first, last = (np.frombuffer(b"".join(run(_bytes(each))), "u1") for each in (start, end))
    different = np.flatnonzero(first != last) if first.size == last.size else np.zeros(0, np.intp)
    if not different.size:
        return None
    place = int(generator.choice(different))

    def is_changed(numbers: Numbers) -> bool:
        return b"".join(run(_bytes(numbers)))[place] != int(first[place])

    low, high = 0, sum(each.size for each in start)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_changed(_joined(start, end, middle)) else (middle, high)
    return _closest(_joined(start, end, low), _joined(start, end, high), is_changed)


def _joined(start: Numbers, end: Numbers, count: int) -> Numbers:
    """The first `count` numbers of the one, and the others of the other."""
    mixtures = []
    for old, new in zip(start, end, strict=True):
        prefix_size = min(max(count, 0), old.size)
        mixtures.append(np.concatenate([new[:prefix_size], old[prefix_size:]]))
        count -= old.size
    return mixtures


def _closest(before: Numbers, after: Numbers, is_changed: Callable[[Numbers], bool]) -> tuple[Numbers, Numbers]:
    """The same for two inputs that differ in one number alone: its values are brought as close as its type has them."""
    for _ in range(FARTHEST):
        middle = [_between(old, new) for old, new in zip(before, after, strict=True)]
        if any(_are_all_like(middle, each) for each in (before, after)):
            break
        before, after = (before, middle) if is_changed(middle) else (middle, after)
    return before, after


def _between(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    """The numbers in the middle; exact for integers of any size."""
    where = np.flatnonzero(old != new)
    middle = old.copy()
    if old.dtype.kind == "f":
        middle[where] = old[where] / 2 + new[where] / 2
    else:
        middle[where] = [(int(one) + int(other)) // 2 for one, other in zip(old[where], new[where], strict=True)]
    return middle


def _are_all_like(one: Numbers, other: Numbers) -> bool:
    return all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))
