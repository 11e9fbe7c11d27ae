"""Compilers of boards that packages are compiled with."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import REPOSITORY
from tools.needs import Need, lack

NANO_33_BLE = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16", "-Os", "-ffreestanding")
"""The options of Arduino's core for the board."""
ESP32_C3 = ("-march=rv32imc", "-mabi=ilp32", "-Os", "-ffreestanding")
WARNINGS = ("-Wall", "-Wextra", "-Werror")


def compiler(name: str, need: Need) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(lack(need))
    return path


HEADERS = REPOSITORY / "tests/support/compiler/programs/vendor_headers"
