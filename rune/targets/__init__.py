"""What code is made for: a folder a target, found by being here. Each package holds its description as `TARGET`.

Anvil is given a target and asks for none by name.
"""

from __future__ import annotations

from rune.targets.finding import UnknownTarget, find_target, targets
from rune.targets.module import module_of
from rune.targets.wasm32 import TARGET as WASM32

__all__ = ["WASM32", "UnknownTarget", "find_target", "module_of", "targets"]
