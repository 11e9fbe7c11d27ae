"""The ops that Anvil compiles, one file each: accepted types, and the computation, for any target.

The folders are families of ops; every file with `OPERATIONS` in them defines one or several ops. A file is imported
when one of its ops is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import ModuleType

from rune.compiler.anvil.operation import Operations, OpKind
from rune.lazy_modules import LazyModules


class DiscoveredOps(Mapping[str, OpKind]):
    """Kinds of ops by their TFLite names, sorted. Looking one up imports the files that have its name in quotes, and
    all of them where none of these defines it."""

    def __init__(self, modules: LazyModules) -> None:
        self._modules = modules
        self._cache: dict[str, OpKind | None] = {}

    def __getitem__(self, op: str) -> OpKind:
        if op not in self._cache:
            likely = (_operations(module).get(op) for module in self._modules.naming(f'"{op}"'))
            self._cache[op] = next(filter(None, likely), None) or self._every.get(op)
        operation = self._cache[op]
        if operation is None:
            raise KeyError(op)
        return operation

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)

    @cached_property
    def _every(self) -> Operations:
        operations = (_operations(module) for module in self._modules.every())
        return dict(sorted(((op, kind) for some in operations for op, kind in some.items()), key=lambda each: each[0]))


def _operations(module: ModuleType) -> Operations:
    operations: Operations = getattr(module, "OPERATIONS", {})
    return operations


OPERATIONS: Operations = DiscoveredOps(LazyModules(__name__, __path__[0]))
"""All kinds of ops by their TFLite names, sorted."""
