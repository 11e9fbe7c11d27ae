"""Kernel sets: C for computations, and the packing of their constants. The sets are in `rune.compiler.kernels`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rune.c_library import HEADERS
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.kernel_call import KernelCall

Packer = Callable[[Any], KernelCall | tuple[KernelCall, ...]]
"""Packs the constants of a computation and returns one call, or several in order."""

Packers = Mapping[type[Any], Packer]
"""Packers by the kind of computation."""


@dataclass(frozen=True)
class Cost:
    """The estimated cost of a kernel for one computation: instructions per run, and bytes of constants. Unshared code
    counts as constants if there is an alternative kernel.

        The kernels of one set use the same estimates, so their costs can be compared.
    """

    instructions: int
    constants: int

    def total(self, byte_price: float) -> float:
        """Returns the cost in instructions, if a byte of constants is worth `byte_price` instructions."""
        return self.instructions + byte_price * self.constants


Estimate = Callable[[Any], Cost | None]
"""Returns the cost of a computation; None if the kernel's own conditions are not met."""

Estimates = Mapping[type[Any], Estimate]
"""Estimates by the kind of computation."""


def without_choice(_computation: Computation) -> Cost:
    """The estimate of a kernel without conditions and alternatives."""
    return Cost(0, 0)


@dataclass(frozen=True)
class Kernel:
    """A kernel for one kind of computation: `pack` returns the calls of functions in `header`, `estimate` the cost."""

    header: Path
    pack: Packer
    estimate: Estimate = without_choice

    def calls(self, computation: Computation) -> tuple[KernelCall, ...]:
        """Returns the calls, in order."""
        calls = self.pack(computation)
        return (calls,) if isinstance(calls, KernelCall) else calls


@dataclass(frozen=True)
class HostCheck:
    """C that stops a program on hosts that do not compute what kernels need: `function` of `header`, a name as in
    `KernelSet.headers`."""

    header: str
    function: str


@dataclass(frozen=True)
class KernelSet:
    """Kernels by kind of computation; if a kind has several, the cheapest is chosen for each computation. Missing
    kernels are taken from `base`.

        `folder` contains the set's headers; `HEADERS` are those that all sets share. `trial` runs before
        everything else if the results of the target's instructions depend on the host.
    """

    name: str
    folder: Path
    kernels: Mapping[type[Any], tuple[Kernel, ...]]
    base: KernelSet | None = None
    trial: HostCheck | None = None

    def kernel(self, computation: Computation, byte_price: float) -> Kernel | None:
        """Returns the cheapest kernel for a computation, the first of equals; None if neither the set nor its base has
        one. `byte_price` is the worth of a byte of constants in instructions per run."""
        able = self._able(computation)
        if able:
            return min(able, key=lambda each: each[0].total(byte_price))[1]
        return self.base.kernel(computation, byte_price) if self.base else None

    def leanest(self, computation: Computation) -> Cost | None:
        """Returns the cost of a computation with the kernel that has the fewest constants; None without a kernel."""
        able = self._able(computation)
        if able:
            return min((cost for cost, _ in able), key=lambda cost: (cost.constants, cost.instructions))
        return self.base.leanest(computation) if self.base else None

    def _able(self, computation: Computation) -> list[tuple[Cost, Kernel]]:
        """Returns the set's own kernels for a computation, with their costs."""
        costs = [(kernel.estimate(computation), kernel) for kernel in self.kernels.get(type(computation), ())]
        return [(cost, kernel) for cost, kernel in costs if cost is not None]

    @property
    def sets(self) -> tuple[KernelSet, ...]:
        """Returns this set and its bases."""
        return (self, *(self.base.sets if self.base else ()))

    def headers(self) -> Mapping[str, Path]:
        """Returns all headers that a kernel can include, by folder and name (`common/rune.h`), sorted."""
        folders = (HEADERS, *(each.folder for each in self.sets))
        return dict(sorted(header for folder in folders for header in _headers_in(folder)))


@cache
def _headers_in(folder: Path) -> Sequence[tuple[str, Path]]:
    """Returns the headers in the folder of a kernel set as pairs of name (`set/file.h`) and path, including those in
    folders of kernel families. The files do not change while the process runs."""
    return tuple((f"{folder.name}/{path.name}", path) for path in folder.rglob("*.h"))
