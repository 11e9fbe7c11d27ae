"""The firmware that goes with a package: of the very sources that are in it."""

from __future__ import annotations

from collections.abc import Mapping

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.devices.firmware.board import BOARDS
from rune.devices.firmware.errors import FirmwareRefused
from rune.devices.firmware.making import BoardFirmware, make
from rune.devices.firmware.program import DescribedRune
from rune.devices.packages.contents import Contents
from rune.devices.packages.errors import NoFirmware
from rune.digests import digest_of


def firmware_of(
    contents: Contents, rune: bytes, sources: Mapping[str, bytes], board: str, allowance: Allowance
) -> BoardFirmware:
    """The firmware of a package. `rune` is the one for a browser which its self-test was compared with, `sources` are
    its C by name. Raises `CompileError`, `NoFirmware`, and `ValueError` for a target without a library."""
    if contents.target.library is None:
        raise ValueError(f"{contents.target.name} has nothing to compile a library with")
    digest = digest_of(rune)
    described_rune = DescribedRune(contents.title, digest, contents.interface, contents.steps)
    try:
        return make(sources, described_rune, BOARDS[board], contents.target.library, allowance)
    except FirmwareRefused as error:
        raise NoFirmware(str(error)) from None
