"""Says why a rune ended, from what wasmtime raised."""

from __future__ import annotations

from wasmtime import Trap, TrapCode, WasmtimeError

from rune.running.runtime.errors import RuneError, RuneStopped, RuneTrapped
from rune.running.runtime.host.imports import Host
from rune.wording import size_text

_NEARLY_ALL = 0.9
"""A rune that traps with this share of its memory taken lacked memory: it grows in steps of its own."""


def rune_error(error: Trap | WasmtimeError, host: Host, memory: int) -> RuneError:
    """Returns the error of an entry into a rune whose memory has so many bytes."""
    limits = host.limits
    code = error.trap_code if isinstance(error, Trap) else None
    if code is TrapCode.OUT_OF_FUEL:
        return RuneStopped("fuel", f"the rune was stopped: it ran more than {limits.fuel} instructions")
    if code is None and "memory" in str(error) and "limit" in str(error):
        return RuneStopped("memory", f"the rune was stopped: it asks for more memory than {size_text(limits.memory)}")
    if code is None and "table" in str(error) and "limit" in str(error):
        return RuneStopped("tables", "the rune was stopped: it asks for more or larger tables than it may have")
    if memory > _NEARLY_ALL * limits.memory:
        return RuneStopped("memory", f"the rune was stopped: it needed more than {size_text(limits.memory)} of memory")
    last_words = [line.message for line in host.logs if line.level == "ERROR"]
    if last_words:
        return RuneTrapped(last_words[-1])
    return RuneTrapped(f"the rune ended in a trap: {_reason(error)}")


def _reason(error: Trap | WasmtimeError) -> str:
    code = error.trap_code if isinstance(error, Trap) else None
    return _first_line(error) if code is None else code.name.lower().replace("_", " ")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
