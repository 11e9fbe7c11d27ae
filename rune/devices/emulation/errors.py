"""Errors of a rune on an emulated core."""

from __future__ import annotations


class EmulationError(Exception):
    """The base of these errors."""


class MissingProgram(EmulationError):
    """A program of the system that emulation needs is not here."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is missing; Debian's package {package} has it")
        self.program = program
        self.package = package


class BadFirmware(EmulationError):
    """The firmware does not compile or link; the text is the compiler's."""


class MachineTooSmall(EmulationError):
    """The emulated machine has less memory than the rune needs; sizes in bytes."""

    def __init__(self, core: str, memory: str, needed_bytes: int, available: int) -> None:
        super().__init__(
            f"the rune needs {needed_bytes:,} bytes of {memory}, and the emulated {core} has {available:,}: "
            "it cannot be measured there"
        )
        self.memory = memory
        self.needed_bytes = needed_bytes
        self.available = available


class FirmwareFaulted(EmulationError):
    """The core refused an instruction or an address."""

    def __init__(self, address: int, place: str) -> None:
        super().__init__(f"the firmware faulted at {address:#x}, in {place}")
        self.address = address
        self.place = place


class FirmwareHangs(EmulationError):
    """The firmware ran for longer than its budget of instructions."""

    def __init__(self, budget: int, address: int, place: str) -> None:
        super().__init__(f"the firmware was stopped after {budget:,} instructions, at {address:#x}, in {place}")
        self.budget = budget
        self.address = address
        self.place = place


class FirmwareStalled(EmulationError):
    """The firmware neither ended nor used up its budget: the core sleeps."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the firmware was stopped after {seconds:g} s, in which it did not come to its end")
        self.seconds = seconds


class RuneFailed(EmulationError):
    """The rune gave up: `status` is what its init or run returned."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the rune ended with status {status}")
        self.status = status
