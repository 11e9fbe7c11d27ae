"""The self-test of a rune: the digest of what it answers to the inputs of a seed.

Runs in the compiler's process. Imports `rune` and never Django.
"""

from __future__ import annotations

from typing import Any

from rune.running.runtime.errors import RuneError
from rune.running.runtime.self_test import self_test


def answer_self_test(rune: bytes, seed: int) -> dict[str, Any]:
    """Returns the digest of the `outputs`, or "" with the `reason` why nothing can be compared."""
    try:
        result = self_test(rune, seed)
    except RuneError as error:
        return {"outputs": "", "reason": f"the rune does not run: {error}"}
    return {"outputs": result.outputs, "reason": result.reason}
