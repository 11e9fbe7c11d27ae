"""The published app that answers questions: a question, a text, tokenizers, a model, and the words it points at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from tests.support.models.reference.float_models import add_n
from tests.support.models.reference.further_models import gather
from tests.support.models.reference.logic_models import cast
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

LENGTH = 384
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "wrote", "these", "lines", "?", "ada", "love", "##lace", ".", "the"]
RUNEFILE = f"""
version: 1
image: runicos/base
pipeline:
  question: {{capability: RAW, outputs: [{{type: u8, dimensions: [64]}}], args: {{source: 0, length: 64}}}}
  text: {{capability: RAW, outputs: [{{type: u8, dimensions: [128]}}], args: {{source: 1, length: 128}}}}
  tokenizer:
    proc-block: hotg-ai/proc-blocks@v0.11.3#tokenizers
    inputs: [question, text]
    outputs:
      - {{type: i32, dimensions: [1, {LENGTH}]}}
      - {{type: i32, dimensions: [1, {LENGTH}]}}
      - {{type: i32, dimensions: [1, {LENGTH}]}}
      - {{type: u8, dimensions: [2688]}}
    args: {{vocabulary: $VOCABULARY}}
  model:
    model: ./model.tflite
    inputs: [tokenizer.0, tokenizer.1, tokenizer.2]
    outputs:
      - {{type: f32, dimensions: [1, {LENGTH}]}}
      - {{type: f32, dimensions: [1, {LENGTH}]}}
  start: {{proc-block: most_confident_indices, inputs: [model.0], args: {{count: 1}}}}
  end: {{proc-block: most_confident_indices, inputs: [model.1], args: {{count: 1}}}}
  answer: {{proc-block: hotg-ai/proc-blocks@v0.11.3#text_extractor, inputs: [tokenizer.3, start, end]}}
  serial: {{out: serial, inputs: [answer]}}
resources:
  VOCABULARY: {{path: ./vocab.txt, type: string}}
"""


def _scores(g: Layers, ids: ModelValue, context: ModelValue, word: str) -> ModelValue:
    """High where this word stands, and higher in the second sentence than in the first."""
    table = np.zeros(len(WORDS), np.float32)
    table[WORDS.index(word)] = 5
    constant = ModelValue(g.graph.constant("table", table), table.shape, "float32")
    return add_n(g, [gather(g, constant, ids, 0), context])


def _model(g: Layers) -> list[ModelValue]:
    shape = (1, LENGTH)
    inputs = [ModelValue(g.graph.input(name, shape, "int32"), shape, "int32") for name in ("ids", "mask", "segments")]
    context = add_n(g, [cast(g, each, "float32") for each in inputs[1:]])
    return [_scores(g, inputs[0], context, word) for word in ("ada", "##lace")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "Runefile.yml").write_text(RUNEFILE, encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    (folder / "model.tflite").write_bytes(make("answers", _model))
    result = CliRunner().invoke(main, ["build", str(folder / "Runefile.yml"), "-o", str(folder / "app.rune")])
    assert result.exit_code == 0, result.stderr
    return folder


def _answer(project: Path, question: bytes, text: bytes) -> Result:
    (project / "question").write_bytes(question)
    (project / "text").write_bytes(text)
    inputs = ["--raw", str(project / "question"), "--raw", str(project / "text")]
    return CliRunner().invoke(main, ["run", str(project / "app.rune"), *inputs])


@pytest.mark.slow
def test_the_answer_is_the_words_that_the_model_points_at(project: Path) -> None:
    result = _answer(project, b"Who wrote these lines?", b"Unknown to me: Ada LOVELACE wrote the lines.")
    (answer,) = json.loads(result.stdout).values()
    assert answer[0]["elements"] == ["ada lovelace"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "text", "message"),
    [
        (b"", b"Ada", "tokenizers: sentence 1 is empty"),
        (b"who", b"Ada\xff", "tokenizers: sentence 2 is no UTF-8 from byte 3 on"),
    ],
)
def test_what_is_no_sentence_ends_the_run_by_name(project: Path, question: bytes, text: bytes, message: str) -> None:
    result = _answer(project, question, text)
    assert result.exit_code == 1
    assert message in result.stderr
