"""The front ends of sound that fit an input, and Runefiles that have them."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from rune.assessment.evaluation.recorded_tensors import RecordedTensors, sent_tensor
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import ModelSignature, ModelTensor, read_model, signature
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.model_inputs import input_questions, runefile_of
from rune.source.runefile.model_inputs.sound_presets import SOUND_PRESETS, SoundPreset, sound_inputs, surest_sound_input
from rune.source.runefile.model_inputs.starter import starter
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case

DATA = os.environ.get("FORGE_TEST_DATA")
KEYWORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "silence", "unknown")


def tensor(*dimensions: int, element: ElementType = ElementType.F32, **values: float | int) -> ModelTensor:
    return ModelTensor("x", TensorType(element, dimensions), **values)  # type: ignore[arg-type]


@each_case(
    ("dimensions", "key"),
    [
        ((1, 49, 10, 1), "mlperf-tiny-mfcc"),
        ((1, 490), "mlperf-tiny-mfcc"),
        ((1, 99, 13), "python-speech-mfcc"),
        ((1, 20, 32), "librosa-mfcc"),
        ((1, 50, 13), "edge-impulse-mfcc"),
    ],
)
def test_a_shape_that_one_front_end_alone_gives_of_a_second_is_recognised(
    dimensions: tuple[int, ...], key: str
) -> None:
    match = surest_sound_input(tensor(*dimensions))
    assert match is not None
    assert (match.preset.key, match.milliseconds) == (key, 1000)


@each_case(
    "dimensions",
    [(1, 49, 40), (1, 98, 40), (1, 1960), (1, 640), (1, 650), (1, 3960), (1, 7, 5), (1, 32, 64), (4,), (1, 49, 10, 3)],
)
def test_what_several_front_ends_or_none_give_is_not_guessed(dimensions: tuple[int, ...]) -> None:
    assert surest_sound_input(tensor(*dimensions)) is None


@each_case(
    ("count", "key"),
    [
        (490, "mlperf-tiny-mfcc"),
        (650, "edge-impulse-mfcc"),
        (3960, "edge-impulse-mfe"),
        (3168, "edge-impulse-mfe"),
        (3920, "speech-commands-mfcc"),
        (1960, "micro-frontend"),
    ],
)
def test_a_row_of_numbers_is_offered_the_front_ends_that_give_as_many(count: int, key: str) -> None:
    assert key in [each.preset.key for each in sound_inputs(tensor(1, count).type)]


def test_a_square_input_is_offered_each_front_end_once() -> None:
    keys = [each.preset.key for each in sound_inputs(tensor(1, 40, 40).type)]
    assert "edge-impulse-mfe" in keys
    assert len(keys) == len(set(keys))


def test_features_that_are_stored_as_micro_speech_has_them_are_those_of_its_frontend() -> None:
    match = surest_sound_input(tensor(1, 1960, element=ElementType.I8, scale=0.1018, zero_point=-128))
    assert match is not None
    assert match.preset.key == "micro-frontend"


def _always(model: ModelSignature, _path: str) -> ModelSignature:
    return model


@each_case("preset", SOUND_PRESETS, ids=lambda preset: preset.key)
@each_case("element", [ElementType.F32, ElementType.I8])
@each_case("is_turned", [False, True])
def test_every_front_end_makes_a_runefile_without_errors(
    preset: SoundPreset, element: ElementType, is_turned: bool
) -> None:
    for frames in (preset.frames(16_000), preset.frames(24_000)):
        shape = (1, preset.widths[0], frames) if is_turned else (1, frames, preset.widths[0], 1)
        scales = {"scale": 0.5, "zero_point": 3} if element is ElementType.I8 else {}
        source = tensor(*shape, element=element, **scales)
        assert preset.key in [one.preset.key for one in sound_inputs(source.type)]
        model = ModelSignature((source,), (tensor(1, 12),))
        text = runefile_of(model, "m.tflite", [input_questions(model)[0].preset(preset.key)])
        files = MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": b""})
        result = check(files, PUBLISHED_BLOCKS, signatures=partial(_always, model))
        assert [one.message for one in result.diagnostics] == []
        assert "capability: SOUND" in text


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs FORGE_TEST_DATA")
@pytest.mark.parametrize("word", ["left", "up"])
@pytest.mark.parametrize("name", ["mlperf_kws_int8", "mlperf_kws_float"])
def test_the_keyword_models_of_mlperf_tiny_hear_words(name: str, word: str) -> None:
    folder = Path(str(DATA))
    data = (folder / "models" / f"{name}.tflite").read_bytes()
    text = starter(signature(read_model(data)), "m.tflite")
    rune = build(MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": data}), BuildOptions("kws")).rune

    (answer,) = RecordedTensors(rune, sent_tensor).windows((folder / "samples" / f"{word}.wav").read_bytes())
    assert KEYWORDS[int(answer.argmax())] == word
