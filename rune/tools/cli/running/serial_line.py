"""A serial port as a line to a board. The package `pyserial` opens it: the extra `serial` has it."""

from __future__ import annotations

from rune.devices.firmware.device import BITS_A_SECOND
from rune.devices.firmware.errors import BoardError
from rune.tools.cli.failure import CommandFailed
from rune.wording import install_command

_CUT_MESSAGE = "The connection ended: the board was unplugged, or another program took its port"
_ONE_READ = 4096


class SerialLine:
    """A serial port as a `rune.devices.firmware.device.Line`."""

    def __init__(self, port: str) -> None:
        """Opens it; ends the command where it cannot be opened."""
        try:
            import serial
        except ModuleNotFoundError as error:
            raise CommandFailed(
                "A serial port needs the package pyserial",
                (f"{error.name} is not installed: run {install_command('serial')}",),
            ) from error
        self._problems = (serial.SerialException, OSError)
        try:
            self._port = serial.serial_for_url(port, BITS_A_SECOND, write_timeout=5)
        except (*self._problems, ValueError) as error:
            raise CommandFailed(f"Unable to open the serial port {port}", (_reason(error),)) from None

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
            self._port.flush()
        except self._problems as error:
            raise BoardError(_CUT_MESSAGE) from error

    def read(self, seconds: float) -> bytes:
        """Returns the bytes that arrive within `seconds`, as soon as there are any."""
        try:
            self._port.timeout = seconds
            first = self._port.read(1)
            return bytes(first + self._port.read(min(self._port.in_waiting, _ONE_READ)) if first else first)
        except self._problems as error:
            raise BoardError(_CUT_MESSAGE) from error

    def close(self) -> None:
        self._port.close()


def _reason(error: Exception) -> str:
    """Returns the reason without the numbers that pyserial puts before the system's words."""
    text = str(error)
    return getattr(error, "strerror", None) or text.rpartition("] ")[2] or text
