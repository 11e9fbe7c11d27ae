"""Every template is built for speed, whatever blocks it has beside a model with kernels for speed."""

from __future__ import annotations

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import FASTEST
from rune.running.container import read_rune
from tests.rune.compiler.targets.projects import TEMPLATES, template


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_built_for_speed(name: str) -> None:
    """The block `window` and the kernels for speed had a structure of one name, so that motion was not compiled."""
    assert read_rune(build(template(name), BuildOptions(name, target=FASTEST)).rune).runs
