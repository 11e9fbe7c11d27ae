"""Runes as firmware, and C that stands in a rune's place: what the tests on emulated cores share."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rune.abi import OutputKind
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.targets.c.interface import Interface, interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.cores import CORES, EmulatedCore
from rune.devices.emulation.firmware import LinkedProgram, build_firmware
from rune.model.tflite import Model
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import models_pipeline, passing_on
from tools.needs import EMULATORS, GCC, lack

C = find_target("c")
WORDS = passing_on(TensorType(ElementType.U32, (1,)), OutputKind.TENSOR)
"""A number in, a number out."""


def core(name: str) -> EmulatedCore:
    """A core whose emulator and compiler are here; else the test is skipped."""
    entry = CORES[name]
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    if not shutil.which(entry.emulator) or not shutil.which(f"{entry.tools}gcc"):
        pytest.skip(lack(EMULATORS))
    return entry


def firmware_of(models: Mapping[str, Model], kernels: KernelSet, on: EmulatedCore, folder: Path) -> LinkedProgram:
    """Models side by side in one rune, by these kernels."""
    target = replace(C, kernels=kernels)
    program = lower(models_pipeline(models), models, target)
    files = target.emit(program, plan(program, target.limits), "models").files
    return build_firmware(on, files, interface_of(program, "models"), folder)


def by_hand(body: str, on: EmulatedCore, folder: Path, *, before: str = "") -> LinkedProgram:
    """A rune whose run is this C: it may read `inputs->in[0]`, write `outputs->out[0]` and return a status."""
    program = lower(WORDS, {}, C)
    files = dict(C.emit(program, plan(program, C.limits), "words").files)
    interface = interface_of(program, "words")
    files["words.c"] = _source(interface, body, before).encode("ascii")
    return build_firmware(on, files, interface, folder)


def _source(interface: Interface, body: str, before: str) -> str:
    prefix = interface.prefix
    return "\n".join(
        (
            f'#include "{interface.name}.h"',
            before,
            f"int {prefix}_init(void) {{ return 0; }}",
            f"int {prefix}_run(const struct {prefix}_inputs *inputs, struct {prefix}_outputs *outputs)",
            "{",
            body,
            "    return 0;",
            "}",
        )
    )
