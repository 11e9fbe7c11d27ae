"""Everything that Anvil can refuse or fail at, by name.

AnvilError
├── UnsupportedModel    a model has ops, or ops with types, that Anvil has no kernel for
├── MissingKernel       a target has no kernel for what an op computes
├── BadModel            a model says something that its ops do not allow
├── BadArgument         a proc-block cannot take an argument, which only its code could tell
├── TooMuchMemory       the pipeline needs more memory than a rune may have
└── CompileError        the compiler stopped: `reason` says by what
    └── NotProven       constants of a kernel do not hold what they were found for
"""

from __future__ import annotations

from rune.model.tflite import UnsupportedOp
from rune.wording import size_text


class AnvilError(Exception):
    """Base class of Anvil's errors; the message is written for people."""


class UnsupportedModel(AnvilError):
    """`file` uses operators that Anvil does not support; `operators` lists them."""

    def __init__(self, file: str, operators: tuple[UnsupportedOp, ...]) -> None:
        super().__init__(f"{file} needs operators that are not supported yet: {'; '.join(map(str, operators))}")
        self.file = file
        self.operators = operators


class MissingKernel(AnvilError):
    """The kernel set `kernels` has no kernel for `computation`, which `file` needs."""

    def __init__(self, file: str, computation: str, kernels: str) -> None:
        super().__init__(f"the kernel set {kernels} has no kernel for {computation}, which {file} needs")
        self.file = file
        self.computation = computation
        self.kernels = kernels


class BadModel(AnvilError):
    """`file` contains an op whose tensors or options contradict each other."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class BadArgument(AnvilError):
    """The proc-block of `stage` rejects an argument."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.reason = reason


class TooMuchMemory(AnvilError):
    """`size` and `limit` are in bytes; `largest` is the largest buffer, by its name in the program."""

    def __init__(self, size: int, limit: int, largest: str) -> None:
        # Exact where both read the same, so that what is over the limit never reads as what is at it.
        texts = [size_text(size), size_text(limit)]
        if texts[0] == texts[1]:
            texts = [f"{size:,} B", f"{limit:,} B"]
        super().__init__(
            f"the pipeline needs {texts[0]} of memory, more than the {texts[1]} that a rune may have; "
            f"most of it is for {largest}"
        )
        self.size = size
        self.limit = limit
        self.largest = largest


class CompileError(AnvilError):
    """The C compiler failed; `details` is its output, for the log."""

    def __init__(self, reason: str, details: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class NotProven(CompileError):
    """The constants or thresholds of a kernel do not give the reference's values: the message says where. It is a
    defect of Hammer Forge, not of a model."""
