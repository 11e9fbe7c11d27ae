"""Reads a kernel set from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from rune.compiler.anvil.kernel_set import Estimates, HostCheck, Kernel, KernelSet, Packers, without_choice
from rune.lazy_modules import LazyModules


def read_kernel_set(
    package: str, folder: str, base: KernelSet | None = None, trial: HostCheck | None = None
) -> KernelSet:
    """The set that the package and its families hold: each module with `PACKERS` packs for the header of the same name,
    and its `ESTIMATES` say what its kernels cost."""
    name = package.rpartition(".")[2]
    return KernelSet(name, Path(folder), _DiscoveredKernels(name, LazyModules(package, folder)), base, trial)


class _DiscoveredKernels(Mapping[type[Any], tuple[Kernel, ...]]):
    """The kernels of a set by kind of computation. Iterating imports all modules, looking a kind up those that name it.

    A look-up raises `ValueError` where a kind of computation has several kernels and one of them has no estimate, so
    that none could be chosen."""

    def __init__(self, set_name: str, modules: LazyModules) -> None:
        self._set_name = set_name
        self._modules = modules
        self._kernels: dict[type[Any], tuple[Kernel, ...]] = {}

    def __getitem__(self, computation: type[Any]) -> tuple[Kernel, ...]:
        if computation not in self._kernels:
            modules = self._modules.naming(computation.__name__)
            self._kernels[computation] = tuple(kernel for module in modules for kernel in self._in(module, computation))
            self._require_a_choice(computation, self._kernels[computation])
        if not self._kernels[computation]:
            raise KeyError(computation)
        return self._kernels[computation]

    def __iter__(self) -> Iterator[type[Any]]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    @cached_property
    def _kinds(self) -> tuple[type[Any], ...]:
        return tuple(dict.fromkeys(kind for module in self._modules.every() for kind in getattr(module, "PACKERS", ())))

    def _in(self, module: ModuleType, computation: type[Any]) -> Iterator[Kernel]:
        packers: Packers = getattr(module, "PACKERS", {})
        estimates: Estimates = getattr(module, "ESTIMATES", {})
        if computation in packers:
            header = self._modules.beside(module.__name__, ".h")
            yield Kernel(header, packers[computation], estimates.get(computation, without_choice))

    def _require_a_choice(self, computation: type[Any], kernels: tuple[Kernel, ...]) -> None:
        silent = [kernel.header.name for kernel in kernels if kernel.estimate is without_choice]
        if len(kernels) > 1 and silent:
            raise ValueError(
                f"{self._set_name} has several kernels for {computation.__name__}, and {silent[0]} has no estimate"
            )
