"""What a rune is compiled for: one small file a target, with the compiler's flags and the target's limits.

Anvil is given a target and asks for none by name.
"""

from __future__ import annotations

from rune.targets.target import Target
from rune.targets.wasm32 import WASM32

__all__ = ["WASM32", "Target"]
