"""The guide of verification shows what the command prints of a template with the seed that it names."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from rune.tools.cli import main
from tests.conftest import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "verify.md"
_VERSION = re.compile(r"ai-edge-litert [\d.]+")


@pytest.mark.slow
def test_the_guide_shows_what_is_printed() -> None:
    (example,) = re.findall(r"```\n(identical to the reference on .*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (seed,) = re.findall(r"--seed (\d+)", example)
    project = REPOSITORY / "examples" / "digits"
    output = CliRunner().invoke(main, ["verify", str(project), "--seed", seed]).stdout
    assert _VERSION.sub("", output) == _VERSION.sub("", example)
