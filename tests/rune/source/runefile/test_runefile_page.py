"""The Runefile that the reference shows is a right one."""

from __future__ import annotations

import re
from pathlib import Path

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.tensor import ElementType, TensorType

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "runefile.md"
_YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_WORDS = ModelSignature(
    (ModelTensor("spectrogram", TensorType(ElementType.I8, (1, 1960))),),
    (ModelTensor("scores", TensorType(ElementType.I8, (1, 6))),),
)


def test_the_example_of_the_page_has_nothing_wrong() -> None:
    example = _YAML.search(PAGE.read_text(encoding="utf-8"))
    assert example is not None
    files = MemoryFiles(
        {
            "Runefile.yml": example[1].encode(),
            "words.tflite": b"model",
            "labels.txt": b"yes\nno\nup\ndown\nleft\nright\n",
        }
    )
    result = check(files, PUBLISHED_BLOCKS, signatures=lambda path: _WORDS)
    assert result.diagnostics == ()
    assert result.pipeline is not None


def test_the_text_form_of_the_page_is_the_same_pipeline() -> None:
    page = PAGE.read_text(encoding="utf-8")
    example = re.search(r"```\n(FROM.*?)```", page, re.DOTALL)
    assert example is not None
    files = MemoryFiles({"Runefile": example[1].encode(), "words.tflite": b"model"})
    result = check(files, PUBLISHED_BLOCKS, signatures=lambda path: _WORDS)
    assert [item.code for item in result.diagnostics] == ["RUNE0093"]
    assert result.pipeline is not None
    assert len(result.pipeline.stages) == 7
