"""A kernel set: C for computations in one style, and the packing of their constants. The sets are in `rune.kernels`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rune.anvil.computation import Computation
from rune.anvil.kernel_call import KernelCall

Packer = Callable[[Any], KernelCall | tuple[KernelCall, ...]]
"""Packs the constants of a computation and names its C: one call, or several that follow each other."""

Packers = Mapping[type[Any], Packer]
"""By the kind of computation."""


@dataclass(frozen=True)
class Kernel:
    """The C of one computation: `pack` makes the calls of functions in `header`."""

    header: Path
    pack: Packer

    def calls(self, computation: Computation) -> tuple[KernelCall, ...]:
        """In their order."""
        made = self.pack(computation)
        return (made,) if isinstance(made, KernelCall) else made


@dataclass(frozen=True)
class KernelSet:
    """Kernels by the kind of their computation. What a set lacks is taken from its `base`.

    `folder` holds the set's headers; what all sets share stands in the folder `common` beside it.
    """

    name: str
    folder: Path
    kernels: Mapping[type[Any], Kernel]
    base: KernelSet | None = None

    def kernel(self, computation: Computation) -> Kernel | None:
        """The kernel of a computation; None where neither the set nor what it is based on has one."""
        found = self.kernels.get(type(computation))
        return self.base.kernel(computation) if found is None and self.base is not None else found

    @property
    def sets(self) -> tuple[KernelSet, ...]:
        """This set and those that it is based on."""
        return (self, *(self.base.sets if self.base else ()))

    def headers(self) -> Mapping[str, Path]:
        """All headers that a kernel may include, by folder and name (`common/rune.h`), sorted."""
        folders = (self.folder.parent / "common", *(each.folder for each in self.sets))
        found = {f"{folder.name}/{path.name}": path for folder in folders for path in folder.glob("*.h")}
        return dict(sorted(found.items()))
