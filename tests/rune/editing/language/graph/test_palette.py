"""The palette has all that can be added, each with how its arguments are asked for."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import Category
from rune.capabilities import CAPABILITIES
from rune.editing.language.graph.edit import AddStage, edit_graph
from rune.editing.language.graph_edits.palette import ArgumentField, palette, stage_arguments
from rune.source.runefile import Severity
from tests.rune.editing.language.graph.graph_project import PROJECT, text_after
from tests.support.language.written_runefiles import analysed


def field(fields: tuple[ArgumentField, ...], name: str) -> ArgumentField:
    return next(each for each in fields if each.name == name)


def test_everything_that_can_be_added_is_there() -> None:
    choices = palette(analysed(PROJECT))
    assert [item.target for item in choices.capabilities] == list(CAPABILITIES)
    categories = [each.value for each in Category]
    assert sorted(item.target for item in choices.blocks) == list(CATALOGUE)
    assert choices.blocks == tuple(
        sorted(choices.blocks, key=lambda item: (categories.index(item.category), item.target))
    )
    assert [item.target for item in choices.models] == ["./two.tflite", "./words.tflite"]
    assert [item.target for item in choices.outputs] == ["SERIAL", "TENSOR"]
    assert choices.resources == ("WORDS",)
    assert choices.text_files == ("other.txt", "words.txt")
    two = choices.models[0]
    assert two.inputs is not None
    assert [(each.name, str(each.type)) for each in two.inputs] == [("a", "f32[2]"), ("b", "u8[4]")]


@pytest.mark.slow
def test_everything_in_it_can_be_added_and_leaves_a_file_that_checks() -> None:
    choices = palette(analysed(PROJECT))
    for item in (*choices.capabilities, *choices.outputs, *choices.models, *choices.blocks):
        assert edit_graph(analysed(PROJECT), AddStage(item.kind, item.target))
    for item in choices.capabilities:
        text = text_after(AddStage(item.kind, item.target))
        errors = [each for each in analysed(text).checked_runefile.diagnostics if each.severity is Severity.ERROR]
        assert errors == []


def test_an_argument_says_how_it_is_asked_for() -> None:
    choices = palette(analysed(PROJECT))
    image = next(item for item in choices.capabilities if item.target == "IMAGE")
    noise = next(item for item in choices.blocks if item.target == "noise_filtering")
    label = next(item for item in choices.blocks if item.target == "label")
    width = field(image.arguments, "width")
    assert (width.kind, width.required, width.minimum, width.maximum, width.step) == ("integer", True, 1, 65535, 1)
    pixels = field(image.arguments, "pixel_format")
    assert (pixels.kind, pixels.default, len(pixels.choices)) == ("choice", "@PixelFormat::RGB", 3)
    assert field(noise.arguments, "fresh").kind == "switch"
    assert field(noise.arguments, "strength").kind == "float"
    assert field(label.arguments, "wordlist").kind == "long-text"
    assert all(each.help for item in (*choices.capabilities, *choices.blocks) for each in item.arguments)


def test_a_stage_tells_what_it_is_told_and_what_it_could_be() -> None:
    analysis = analysed(PROJECT.replace("      count: 1\n", "      count: 1\n      odd: x\n"))
    audio = {each.field.name: each.value for each in stage_arguments(analysis, "audio")}
    assert audio == {"hz": 16000, "sample_duration_ms": 1000, "source": None}
    (wordlist,) = stage_arguments(analysis, "word")
    assert (wordlist.value, wordlist.resource, wordlist.text) == ("$WORDS", "WORDS", "one\ntwo\nthree\n")
    assert [each.field.name for each in stage_arguments(analysis, "best")] == ["count", "odd"]
    assert stage_arguments(analysis, "nobody") == ()


def test_an_argument_of_some_words_is_a_choice() -> None:
    (log_mel,) = (item for item in palette(analysed(PROJECT)).blocks if item.target == "log_mel")
    preset = field(log_mel.arguments, "preset")
    assert (preset.kind, preset.choices[0], log_mel.category) == ("choice", "micro_frontend", "Sound")


def test_arguments_that_are_tuned_on_recordings_are_declared_as_thresholds() -> None:
    choices = palette(analysed(PROJECT))
    thresholds = {(item.target, each.name) for item in choices.blocks for each in item.arguments if each.is_threshold}
    assert thresholds == {("binary_classification", "threshold"), ("hysteresis", "on"), ("top_k", "threshold")}
