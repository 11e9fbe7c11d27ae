"""The model files that a Runefile names, from its text alone."""

from __future__ import annotations

from pathlib import Path

from rune.source.runefile.named_models import named_models
from tests.support.cases import each_case

DIGITS = Path(__file__).parents[4] / "examples" / "digits" / "Runefile.yml"


@each_case("text", ["", "- x", "a: [\n", "version: 1\n", "pipeline:\n  x:\n    model: ../a.tflite\n"])
def test_text_that_names_no_file_of_the_project_names_no_model(text: str) -> None:
    assert named_models(text) == frozenset()


def test_models_are_named_by_their_path_and_by_a_resource() -> None:
    text = (
        "pipeline:\n  one:\n    model: ./one.tflite\n  two:\n    model: $TWO\n  out:\n    out: SERIAL\n"
        "resources:\n  TWO:\n    path: models/two.tflite\n  OTHER:\n    path: other.tflite\n"
    )
    assert named_models(text) == {"one.tflite", "models/two.tflite"}


def test_the_model_of_a_template_is_named() -> None:
    assert named_models(DIGITS.read_text("utf-8")) == {"digits.tflite"}


def test_both_forms_of_a_runefile_name_models() -> None:
    assert named_models("FROM runicos/base\nMODEL<I8[1,4],I8[1,2]> net ./net.tflite\n") == {"net.tflite"}
