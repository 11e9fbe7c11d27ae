"""Programs in C around a rune, as pages show them."""

from __future__ import annotations

import pytest

from forge.deployments.snippets.c_program import arduino_sketch, c_program
from forge.deployments.snippets.interface import SnippetInput, SnippetInterface
from rune.capabilities.raw import RAW


@pytest.mark.parametrize("stage", ["inputs", "outputs", "setup"])
def test_the_name_of_a_stage_is_no_other_name_of_the_program(stage: str) -> None:
    interface = SnippetInterface((SnippetInput(stage, RAW, "f32", (2,)),), ("out",))
    for program in (c_program("plain", interface), arduino_sketch("plain", interface)):
        assert f"static float input_{stage}[RUNE_PLAIN_INPUT_{stage.upper()}_COUNT];" in program
        assert f"const struct rune_plain_inputs inputs = {{input_{stage}}};" in program
