"""Every template is built for speed, whatever blocks it has beside a model with kernels for speed."""

from __future__ import annotations

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import FASTEST
from rune.running.container import read_rune
from tests.support.compiler.programs.c_projects import TEMPLATES, mostly_proved_on, template

ONCE_BROKEN = "motion"
"""The block `window` and the kernels for speed had a structure of one name, so that this template was not compiled."""


@pytest.mark.parametrize(
    "name", [ONCE_BROKEN, *mostly_proved_on("wasm32 for speed", [each for each in TEMPLATES if each != ONCE_BROKEN])]
)
def test_a_template_is_built_for_speed(name: str) -> None:
    assert read_rune(build(template(name), BuildOptions(name, target=FASTEST)).rune).runs
