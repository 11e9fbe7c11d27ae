"""Instructions by stage: each op has its own, and together they are those of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.devices.emulation.stages import BESIDE_STEPS, IN_FUNCTIONS, instructions_by_stage
from rune.model.tflite import read_model
from tests.support.compiler.pipelines import models_pipeline
from tests.support.compiler.programs.board_programs import core


@pytest.mark.slow
def test_the_ops_of_a_chain_have_their_own_instructions_and_sum_to_the_run(test_data: Path, tmp_path: Path) -> None:
    target = find_target("cortex-m4")
    models = {"kws": read_model((test_data / "models" / "mlperf_kws_int8.tflite").read_bytes())}
    program = lower(models_pipeline(models), models, target)
    files = target.emit(program, plan(program, target.limits), "kws").files
    firmware = build_firmware(core("cortex-m4"), files, interface_of(program, "kws"), tmp_path, ("-O2", *IN_FUNCTIONS))
    frames = [[bytes(490)], [bytes(490)]]
    _, stages = instructions_by_stage(firmware, program, frames)
    assert sum(stages.values()) == emulate(firmware, frames).instructions[1]
    convolutions = [count for name, count in stages.items() if "CONV_2D" in name]
    assert len(convolutions) == 9
    assert min(convolutions) > 100_000 > stages[BESIDE_STEPS]
