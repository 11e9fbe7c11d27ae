"""Reads a kernel set from its folder."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from rune.anvil.kernel_set import Kernel, KernelSet, Packers


def read_kernel_set(package: str, folder: str, base: KernelSet | None = None) -> KernelSet:
    """The set that the package holds: each module with `PACKERS` packs for the header of the same name."""
    name = package.rpartition(".")[2]
    kernels: dict[type, Kernel] = {}
    for found in pkgutil.iter_modules([folder]):
        module = importlib.import_module(f"{package}.{found.name}")
        for computation, pack in _packers(module).items():
            kernels[computation] = Kernel(Path(folder) / f"{found.name}.h", pack)
    return KernelSet(name, Path(folder), kernels, base)


def _packers(module: ModuleType) -> Packers:
    found: Packers = getattr(module, "PACKERS", {})
    return found
