"""The Runefiles of Teach: which runes can be taught, what their runes send, and that what was learned is what runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import ModelError, read_model
from rune.model.tflite.embedding import NoEmbedding, embedding_of, with_embedding
from rune.project.files import FolderFiles, MemoryFiles
from rune.running.runtime import Runtime
from rune.source.runefile.teaching import NotTeachable, Teachable, teachable_of
from tools.generators.example import drawing

EXAMPLES = Path(__file__).parents[4] / "examples"


def files_of(template: str, **changed: bytes) -> dict[str, bytes]:
    folder = EXAMPLES / template
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".yml", ".tflite", ".txt")}
    return files | {name.replace("__", "."): data for name, data in changed.items()}


def teachable(files: dict[str, bytes]) -> Teachable:
    return teachable_of(MemoryFiles(files), PUBLISHED_BLOCKS)


def taught_files(files: dict[str, bytes], labels: list[str], weights: str, biases: str) -> dict[str, bytes]:
    project = teachable(files)
    return files | {
        project.embedding_model: with_embedding(files[project.model]),
        project.runefile: project.taught_runefile(labels, "weights.txt", "biases.txt").encode(),
        "weights.txt": weights.encode(),
        "biases.txt": biases.encode(),
    }


@pytest.mark.slow
@pytest.mark.parametrize("template", ["digits", "keywords", "motion", "picture"])
def test_a_taught_rune_of_each_classifier_builds_without_a_warning(template: str) -> None:
    files = files_of(template)
    project = teachable(files)
    weights = " ".join(["0.5"] * project.embedding.features * 3)
    result = build(MemoryFiles(taught_files(files, ["a", "b", "c"], weights, "0 1 2")), BuildOptions("taught"))
    assert [str(each) for each in result.diagnostics] == []
    assert len(project.labels) > 1


@pytest.mark.slow
def test_the_last_layer_reads_what_the_rune_for_teaching_sends() -> None:
    files = files_of("digits")
    project = teachable(files)
    cut = {
        project.embedding_model: with_embedding(files[project.model]),
        "Runefile.yml": project.embedding_runefile().encode(),
    }
    features = np.array(_call(files | cut)[0], np.float64)
    random = np.random.default_rng(1)
    weights = random.normal(0, 0.2, (3, features.size)).astype(np.float32)
    scores = weights.astype(np.float64) @ features
    rune_files = taught_files(files, ["a", "b", "c"], " ".join(f"{each:.9g}" for each in weights.ravel()), "0 0 0")
    shares, best = np.exp(scores - scores.max()), "abc"[int(scores.argmax())]
    outputs = _call(rune_files)
    assert [best] in outputs
    assert any(np.allclose(each, shares / shares.sum(), atol=1e-6) for each in outputs if len(each) == 3)


@pytest.mark.slow
def test_a_rune_that_was_taught_can_be_taught_again() -> None:
    files = files_of("digits")
    once = taught_files(files, ["tick", "gate"], " ".join(["0.5"] * 126), "0 1")
    again = teachable(once)
    assert (again.model, again.embedding_model) == ("digits.embedding.tflite", "digits.embedding.tflite")
    assert (again.labels, again.embedding.features) == (("tick", "gate"), 63)
    assert with_embedding(once[again.model]) == once[again.model]


def test_a_model_without_a_last_layer_for_labels_is_refused(test_data: Path) -> None:
    with pytest.raises(NotTeachable, match="it tells no labels apart"):
        teachable_of(FolderFiles(EXAMPLES / "sine"), PUBLISHED_BLOCKS)
    detector = (test_data / "models" / "person_detection_uint8.tflite").read_bytes()
    with pytest.raises(NoEmbedding, match="neither with a dense layer and a softmax nor with a vector"):
        with_embedding(detector)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"version: 1\npipeline: [", "has a problem"),
        (b"version: 1\nimage: runicos/base\npipeline:\n  a:\n    capability: RAW\n    outputs:\n"
         b"      - {type: f32, dimensions: [1]}\n  b:\n    out: SERIAL\n    inputs: [a]\n", "no stage with a model"),
    ],
)  # fmt: skip
def test_a_runefile_that_cannot_be_taught_says_why(text: bytes, reason: str) -> None:
    with pytest.raises(NotTeachable, match=reason):
        teachable(files_of("digits", Runefile__yml=text))


def test_several_stages_on_a_line_are_refused() -> None:
    picture = b"outputs: [{type: u8, dimensions: [1, 28, 28, 1]}], args: {source: 0, width: 28, height: 28"
    text = (
        b"version: 1\nimage: runicos/base\npipeline: {drawing: {capability: IMAGE, "
        + picture
        + b", pixel_format: '@PixelFormat::GrayScale'}}, pixels: {proc-block: image_normalization, inputs: [drawing], "
        b"outputs: [{type: f32, dimensions: [1, 28, 28, 1]}]}, model: {model: ./digits.tflite, inputs: [pixels], "
        b"outputs: [{type: f32, dimensions: [1, 11]}]}, out: {out: SERIAL, inputs: [model]}}\n"
    )
    with pytest.raises(NotTeachable, match="several stages on one line"):
        teachable(files_of("digits", Runefile__yml=text))


def test_comments_in_front_of_the_model_stay_and_the_rest_goes() -> None:
    project = teachable(files_of("digits"))
    text = project.taught_runefile(["a", "b"], "weights.txt", "biases.txt")
    front = (EXAMPLES / "digits" / "Runefile.yml").read_text("utf-8").split("  digits:")[0]
    assert all(line in text for line in front.splitlines() if line.startswith("#"))
    assert "most_confident_indices" not in text
    assert "labels.txt" not in text


def test_only_the_number_of_the_output_changes_in_the_file() -> None:
    data = (EXAMPLES / "digits" / "digits.tflite").read_bytes()
    cut = with_embedding(data)
    assert len(cut) == len(data)
    assert sum(one != other for one, other in zip(cut, data, strict=True)) <= 8
    assert read_model(cut).tensors[read_model(cut).outputs[0]].shape == (1, 1, 1, 63)


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(ModelError):
        with_embedding(b"no model")


def test_a_model_with_two_outputs_is_refused() -> None:
    digits = read_model((EXAMPLES / "digits" / "digits.tflite").read_bytes())
    with pytest.raises(NoEmbedding, match="2 outputs"):
        embedding_of(replace(digits, outputs=digits.outputs * 2))


def _call(files: dict[str, bytes]) -> list[list[float | str]]:
    """The elements of each tensor that the rune of these files sends for a drawn seven."""
    rune = Runtime.load(build(MemoryFiles(files), BuildOptions("rune")).rune)
    messages = rune.call({rune.capabilities[0].id: lambda size: drawing()[:size]})
    return [list(tensor.elements) for message in messages for tensor in message.tensors]
