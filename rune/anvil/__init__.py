"""Anvil, the code generator: a checked pipeline and its models become a WebAssembly module.

lower (what is done) -> plan (where it lies) -> emit (C) -> compile (module); each a function of the one before.
"""

from rune.anvil.compiler import Limits, compile  # noqa: A004 - the stage's name
from rune.anvil.emit import Sources, emit
from rune.anvil.errors import (
    AnvilError,
    BadArgument,
    BadModel,
    CompileError,
    TooMuchMemory,
    UnsupportedModel,
)
from rune.anvil.lower import lower
from rune.anvil.plan import Plan, plan
from rune.anvil.program import Program
from rune.anvil.support import signature_with_support, unsupported
from rune.tflite import Unsupported

__all__ = [
    "AnvilError",
    "BadArgument",
    "BadModel",
    "CompileError",
    "Limits",
    "Plan",
    "Program",
    "Sources",
    "TooMuchMemory",
    "Unsupported",
    "UnsupportedModel",
    "compile",
    "emit",
    "lower",
    "plan",
    "signature_with_support",
    "unsupported",
]
