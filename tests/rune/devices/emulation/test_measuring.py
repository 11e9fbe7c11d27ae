"""The needs of a rune on a core: the plan alone never claims more than is measured there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.cores import CORES, core_of
from rune.devices.emulation.measuring import measured_needs, measured_stages, planned_needs
from rune.project.files import FolderFiles, MemoryFiles
from tests.support.compiler.programs.board_programs import core

EXAMPLES = Path(__file__).parents[4] / "examples"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "target"),
    [
        ("sine", "cortex-m4"),
        *(
            pytest.param(template, target, marks=pytest.mark.proof)
            for template in ("sine", "digits", "keywords")
            for target in ("cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imc")
            if (template, target) != ("sine", "cortex-m4")
        ),
    ],
)
def test_the_plan_is_the_least_of_what_is_measured(template: str, target: str) -> None:
    core(target)
    result = build(FolderFiles(EXAMPLES / template), BuildOptions(template, target=find_target(target)))
    least, figures = planned_needs(result, template), measured_needs(result, template)
    assert not least.is_measured
    assert 0 < least.flash < figures.flash
    assert 0 < least.ram < figures.ram
    assert figures.instructions is not None


@pytest.mark.slow
def test_the_stages_of_a_rune_with_a_window_are_those_of_the_run_that_fills_it() -> None:
    core("cortex-m4")
    result = build(FolderFiles(EXAMPLES / "motion"), BuildOptions("motion", target=find_target("cortex-m4")))
    stages, instructions = measured_stages(result, "motion"), measured_needs(result, "motion").instructions
    assert instructions is not None
    assert sum(stages.values()) == pytest.approx(instructions, rel=0.01)


FEATURES = b"""version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 1000}
    outputs: [{type: i16, dimensions: [16000]}]
  features:
    proc-block: mfcc
    inputs: [audio]
    args: {preset: mlperf_tiny}
    outputs: [{type: f32, dimensions: [49, 10]}]
  tensor:
    out: TENSOR
    inputs: [features]
"""
SOUND_BYTES = 32_000
MOST_INSTRUCTIONS = 9_000_000
"""7.7 million were counted; those of f64 were 88 million."""


@pytest.mark.slow
def test_the_features_of_a_second_leave_a_small_core_time_and_the_sound_where_it_is() -> None:
    core("cortex-m4")
    files = MemoryFiles({"Runefile.yml": FEATURES})
    needs = measured_needs(build(files, BuildOptions("features", target=find_target("cortex-m4"))), "features")
    assert needs.instructions is not None
    assert needs.instructions < MOST_INSTRUCTIONS
    assert SOUND_BYTES < needs.ram < SOUND_BYTES + 8_000


def test_firmware_is_counted_on_the_core_whose_package_it_has() -> None:
    assert core_of("pico") is CORES["cortex-m0plus"]
    assert core_of("c") is None


def test_a_target_without_an_emulated_core_is_not_measured() -> None:
    result = build(FolderFiles(EXAMPLES / "sine"), BuildOptions("sine", target=find_target("c")))
    with pytest.raises(ValueError, match="no core of c is emulated"):
        measured_needs(result, "sine")
