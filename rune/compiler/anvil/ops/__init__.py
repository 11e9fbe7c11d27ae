"""The ops that Anvil compiles, one file each: accepted types, and the computation, for any target.

The folders are families of ops; every file with `OPERATIONS` in them defines one or several ops.
"""

from __future__ import annotations

import importlib
import pkgutil

from rune.compiler.anvil.operation import Operations, OpKind


def _discover() -> Operations:
    operations: dict[str, OpKind] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        operations |= getattr(importlib.import_module(module.name), "OPERATIONS", {})
    return dict(sorted(operations.items()))


OPERATIONS: Operations = _discover()
"""All kinds of ops by their TFLite names, sorted."""
