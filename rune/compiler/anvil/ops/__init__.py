"""The ops that Anvil compiles, one file each: which types it takes, and what is to be computed, for any target.

A file is found by being here: each that has `OPERATIONS` is an op, or several of one kind.
"""

from __future__ import annotations

import importlib
import pkgutil

from rune.compiler.anvil.operation import Operation, Operations


def _found() -> Operations:
    found: dict[str, Operation] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "OPERATIONS", {})
    return dict(sorted(found.items()))


OPERATIONS: Operations = _found()
"""By TFLite's names, sorted."""
