"""A kernel set: C for computations in one style, and the packing of their constants. The sets are in
`rune.compiler.kernels`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.kernel_call import KernelCall

Packer = Callable[[Any], KernelCall | tuple[KernelCall, ...]]
"""Packs the constants of a computation and names its C: one call, or several that follow each other."""

Packers = Mapping[type[Any], Packer]
"""By the kind of computation."""


@dataclass(frozen=True)
class Cost:
    """What a kernel needs for one computation: about how many instructions a run, and bytes of constants. Code that it
    does not share counts as such, where there is a kernel beside it that does.

    The kernels of one set estimate in the same way, so that their costs can be compared with each other.
    """

    instructions: int
    constants: int

    def total(self, byte_price: float) -> float:
        """In instructions, where a byte of constants is worth `byte_price` of them."""
        return self.instructions + byte_price * self.constants


Estimate = Callable[[Any], Cost | None]
"""The cost of a computation; None where the kernel cannot do it, because a condition of its own does not hold."""

Estimates = Mapping[type[Any], Estimate]
"""By the kind of computation."""


def without_choice(_computation: Computation) -> Cost:
    """Of a kernel that does every computation of its kind and has no other kernel beside it."""
    return Cost(0, 0)


@dataclass(frozen=True)
class Kernel:
    """The C of one kind of computation: `pack` makes the calls of functions in `header`. `estimate` says what one
    costs."""

    header: Path
    pack: Packer
    estimate: Estimate = without_choice

    def calls(self, computation: Computation) -> tuple[KernelCall, ...]:
        """In their order."""
        made = self.pack(computation)
        return (made,) if isinstance(made, KernelCall) else made


@dataclass(frozen=True)
class Trial:
    """C that ends a program on hosts which do not compute what kernels need: `function` of `header`, a name as in
    `KernelSet.headers`."""

    header: str
    function: str


@dataclass(frozen=True)
class KernelSet:
    """Kernels by the kind of their computation; where a kind has several, the cheapest is chosen for each computation.
    What a set lacks is taken from its `base`.

    `folder` holds the set's headers; what all sets share stands in the folder `common` beside it. `trial` comes before
    everything else, where the instructions of the target alone do not say what they compute.
    """

    name: str
    folder: Path
    kernels: Mapping[type[Any], tuple[Kernel, ...]]
    base: KernelSet | None = None
    trial: Trial | None = None

    def kernel(self, computation: Computation, byte_price: float) -> Kernel | None:
        """The cheapest kernel that can do a computation, the first of equals; None where neither the set nor what it
        is based on has one. `byte_price` is what a byte of constants is worth, in instructions a run."""
        able = self._able(computation)
        if able:
            return min(able, key=lambda each: each[0].total(byte_price))[1]
        return self.base.kernel(computation, byte_price) if self.base else None

    def leanest(self, computation: Computation) -> Cost | None:
        """What a computation costs with the kernel that has the fewest constants; None where there is no kernel."""
        able = self._able(computation)
        if able:
            return min((cost for cost, _ in able), key=lambda cost: (cost.constants, cost.instructions))
        return self.base.leanest(computation) if self.base else None

    def _able(self, computation: Computation) -> list[tuple[Cost, Kernel]]:
        """The set's own kernels that can do a computation, with what it costs."""
        costs = [(kernel.estimate(computation), kernel) for kernel in self.kernels.get(type(computation), ())]
        return [(cost, kernel) for cost, kernel in costs if cost is not None]

    @property
    def sets(self) -> tuple[KernelSet, ...]:
        """This set and those that it is based on."""
        return (self, *(self.base.sets if self.base else ()))

    def headers(self) -> Mapping[str, Path]:
        """All headers that a kernel may include, by folder and name (`common/rune.h`), sorted."""
        folders = (self.folder.parent / "common", *(each.folder for each in self.sets))
        return dict(sorted(found for folder in folders for found in _headers_in(folder)))


@cache
def _headers_in(folder: Path) -> Sequence[tuple[str, Path]]:
    """Folder and name of each, and where it is. They do not change while this process runs."""
    return tuple((f"{folder.name}/{path.name}", path) for path in folder.glob("*.h"))
