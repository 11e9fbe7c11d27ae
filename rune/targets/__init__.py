"""What a rune is compiled for: one small file a target, with the compiler's flags and the target's limits.

Which target is a matter of configuration; nothing in Anvil asks for one by name.
"""

from __future__ import annotations

from rune.targets.target import Target
from rune.targets.wasm32 import WASM32

TARGETS = {target.name: target for target in (WASM32,)}

__all__ = ["TARGETS", "WASM32", "Target"]
