"""The limits of a run. A rune is foreign code, so every limit is enforced."""

from __future__ import annotations

from dataclasses import dataclass, replace

_MEGABYTE = 1 << 20

MOST_TRANSFER = 1024 * _MEGABYTE
"""The most that the limits of input and output may be raised to: the host holds copies of all that is sent."""

NAME_BYTES = 1024
"""Bytes of the name of a parameter or a resource, which the host keeps."""
LOG_BYTES = 4096
"""Bytes of a log line."""
MESSAGE_BYTES = 64
"""The least memory that a message costs the host."""
SHAPE_BYTES = 1024
"""Bytes of the text that describes a tensor of a host model."""
MIMETYPE_BYTES = 256
"""Bytes of the name of a model's format."""


@dataclass(frozen=True)
class Limits:
    """The limits of one loaded rune. The time and the fuel are for each call on its own, `_manifest` included."""

    seconds: float = 10.0
    """Wall clock, seen up to 0.05 s late."""
    fuel: int | None = 100_000_000_000
    """The limit of instructions, about one unit each; None does not count them, and the code runs a little faster."""
    memory: int = 256 * _MEGABYTE
    """Bytes of linear memory."""
    input: int = 64 * _MEGABYTE
    """Bytes that a rune may read of all its capabilities in one call."""
    output: int = 16 * _MEGABYTE
    """Bytes that all outputs of one call may have together."""
    tables: int = 8
    """Tables of the module: what it calls by a number rather than by a name."""
    table_elements: int = 100_000
    """Elements of each table."""
    module: int = 128 * _MEGABYTE
    """Bytes of the rune itself. Compiling takes time and memory in proportion."""
    handles: int = 1024
    """Capabilities, outputs, models and opened resources that a rune may have, and parameters of one capability."""
    tensors: int = 256
    """Inputs that a host model may have, and outputs."""
    models: int = 16
    """Models that a rune may leave to its host."""
    model_memory: int = 3072 * _MEGABYTE
    """Bytes of data that the process of a host model may have."""
    recording: int = 256 * _MEGABYTE
    """Bytes that the inferences of one call may have, where they are recorded."""
    inferences: int = 10_000
    """Inferences of one call that are recorded."""
    log_lines: int = 1000
    """Log lines kept of one call; what comes after is dropped, and a last line says how many."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for more input or output than any host holds."""
        for name, size in (("input", self.input), ("output", self.output)):
            if not 0 < size <= MOST_TRANSFER:
                raise ValueError(f"the limit of {name} is {size} bytes; it can be 1 to {MOST_TRANSFER}")


PAGE_LIMITS = replace(Limits(), seconds=8.0, fuel=None, log_lines=200)
"""The limits of a run in a page, where the rest is as above. A person waits beside it, so it is stopped sooner; a
browser counts no instructions; and the page lays out each log line that it keeps."""
MOST_OUTPUT_IN_PAGE = 256 * _MEGABYTE
"""The most that the limit of output may be raised to in a page: `MOST_TRANSFER` in a browser's tab, which has less
memory than a process."""
TENSORS_IN_PAGE = 1024
"""Tensors that all outputs of one run may have together in a page, which draws a card for each."""
MODELS_IN_PAGE = 256 * _MEGABYTE
"""Bytes of all host models of a rune in a page; elsewhere `model_memory` bounds the process of each."""
