"""Prints for operators on which cores this machine counts what packages need: `python -m forge.serving.emulators`."""

from __future__ import annotations

import sys

from rune.devices.emulation.cores import CORES
from rune.devices.emulation.running import missing_package


def main() -> int:
    """Prints each core; 1 where one is not emulated here, because a package of Debian is missing."""
    missing = {name: missing_package(core) for name, core in CORES.items()}
    for name, package in missing.items():
        print(f"{name}: {'counted' if package is None else f'not counted, the Debian package {package} is missing'}")
    return int(any(missing.values()))


if __name__ == "__main__":
    sys.exit(main())
