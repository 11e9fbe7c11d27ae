"""Anvil, the code generator: a checked pipeline and its models become code for a target.

lower (what is done, in which kernels) -> plan (where it lies) -> the target's emitter (C) -> compile (a module); each a
function of the one before.
"""

from rune.anvil.compiler import Limits, compile  # noqa: A004 - the stage's name
from rune.anvil.errors import (
    AnvilError,
    BadArgument,
    BadModel,
    CompileError,
    MissingKernel,
    TooMuchMemory,
    UnsupportedModel,
)
from rune.anvil.lower import lower
from rune.anvil.plan import Plan, plan
from rune.anvil.program import Program
from rune.anvil.sources import Sources, Unit
from rune.anvil.support import signature_with_support, unsupported
from rune.anvil.target import Made, Target, Toolchain
from rune.anvil.target_limits import TargetLimits
from rune.tflite import Unsupported

__all__ = [
    "AnvilError",
    "BadArgument",
    "BadModel",
    "CompileError",
    "Limits",
    "Made",
    "MissingKernel",
    "Plan",
    "Program",
    "Sources",
    "Target",
    "TargetLimits",
    "TooMuchMemory",
    "Toolchain",
    "Unit",
    "Unsupported",
    "UnsupportedModel",
    "compile",
    "lower",
    "plan",
    "signature_with_support",
    "unsupported",
]
