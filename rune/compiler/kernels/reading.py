"""Reads a kernel set from its folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from rune.compiler.anvil.selection.kernel_set import Estimates, HostCheck, Kernel, KernelSet, Packers, without_choice


def read_kernel_set(
    package: str, folder: str, base: KernelSet | None = None, trial: HostCheck | None = None
) -> KernelSet:
    """The set that the package and its families hold: each module with `PACKERS` packs for the header of the same name,
    and its `ESTIMATES` say what its kernels cost. Raises `ValueError` where a kind of computation has several kernels
    and one of them does not say that, so that none could be chosen."""
    name = package.rpartition(".")[2]
    kernels: dict[type, tuple[Kernel, ...]] = {}
    for entry in pkgutil.walk_packages([folder], f"{package}."):
        module = importlib.import_module(entry.name)
        beside = Path(folder, *entry.name.removeprefix(f"{package}.").split("."))
        for computation, kernel in _kernels(module, beside.with_suffix(".h")):
            kernels[computation] = (*kernels.get(computation, ()), kernel)
    for computation, several in kernels.items():
        silent = [kernel.header.name for kernel in several if kernel.estimate is without_choice]
        if len(several) > 1 and silent:
            raise ValueError(f"{name} has several kernels for {computation.__name__}, and {silent[0]} has no estimate")
    return KernelSet(name, Path(folder), kernels, base, trial)


def _kernels(module: ModuleType, header: Path) -> Iterator[tuple[type, Kernel]]:
    packers: Packers = getattr(module, "PACKERS", {})
    estimates: Estimates = getattr(module, "ESTIMATES", {})
    for computation, pack in packers.items():
        yield computation, Kernel(header, pack, estimates.get(computation, without_choice))
