"""Writing a model into a `forge.yml`: what stands around it stays, and what cannot be edited is refused."""

from __future__ import annotations

import pytest

from rune.datasets.splits import Split
from rune.editing.language.policy.entry_edits import ModelEditRefused
from rune.editing.language.policy.model_edit import with_model
from rune.source.policy.read import read_policy
from rune.source.policy.sections.models import ModelSource
from tests.support.cases import each_case

MODEL = ModelSource(
    "net.tflite",
    "training/net.keras",
    "int8",
    None,
    ("classes_1", "a: b"),
    {"x:0": (49, 10)},
    float_interface=True,
    calibration=Split.VALIDATION,
)


@pytest.mark.parametrize(
    "text",
    [
        "limits: [\n",
        "limits:\n  no-such-limit: 3\n",
        "models:\n  net.tflite: &all {source: b.onnx}\n  other.tflite: *all\n",
    ],
    ids=["damaged", "unknown", "shared"],
)
def test_a_file_that_cannot_be_edited_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ModelEditRefused, match="first"):
        with_model(text, MODEL)


@each_case(
    "text",
    [
        "",
        "# of the team\nlimits:\n  size: 100 kB # small",
        "models:\n",
        "models:\n  net.tflite:\n    source: a.keras # old\n    quantize: int8\n    keep: [x,\n      y]\n\n# tail\n"
        "limits:\n  size: 100 kB\n",
        "models:\n  net.tflite: {source: b.onnx,\n    quantize: int8}\n",
        "models: {other.tflite: {source: b.onnx}}\n",
        "models:\n    other.tflite:\n        source: b.onnx # theirs\n# between\ndata:\n",
    ],
    ids=[
        "empty",
        "without models",
        "without a model",
        "replaced",
        "replaced in brackets",
        "in brackets",
        "beside another",
    ],
)
def test_a_model_is_written_and_what_stands_around_it_stays(text: str) -> None:
    new_text = with_model(text, MODEL)
    models = {each.path: each for each in read_policy(new_text).models}
    assert models["net.tflite"] == MODEL
    for line in text.splitlines():
        if line.startswith(("#", "limits", "  size", "data", "    other", "        source")):
            assert line in new_text.splitlines()
    assert with_model(new_text, MODEL) == new_text


def test_comments_of_a_model_that_is_written_again_stay() -> None:
    text = (
        "models:\n  net.tflite: # at night\n    source: training/net.keras # of the team\n    # for boards\n"
        "    quantize: float16 # half\n    shapes:\n      y: 3\n    keep: [dense, out]\n"
    )
    new_text = with_model(text, MODEL)
    assert MODEL in read_policy(new_text).models
    for comment in ("# at night", "# of the team", "# for boards", "# half"):
        assert comment in new_text
    assert "y: 3" not in new_text
