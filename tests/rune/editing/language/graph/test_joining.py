"""A stage between others is removed with a wire past it, where that fits, and otherwise with the reason."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.graph.edit import GraphEditRefused, RemoveStage, edit_graph
from rune.editing.language.graph_edits.joining import NeighbourWires, join_past
from rune.editing.language.service import LanguageService
from rune.port import Port
from rune.project.files import MemoryFiles
from tests.rune.editing.language.graph.graph_project import PROJECT, problems, text_after
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed

BETWEEN = PROJECT.replace(
    "  best:\n",
    "  scaled:\n    proc-block: normalize\n    inputs: [model]\n    outputs:\n"
    "      - {type: f32, dimensions: [1, 3]}\n\n  best:\n",
).replace("inputs: [model]\n    outputs:\n      - {type: u32", "inputs: [scaled]\n    outputs:\n      - {type: u32")
"""The project with a stage that its neighbours can do without."""

MISFIT = PROJECT.replace(
    "  best:\n",
    "  scaled:\n    proc-block: normalize\n    inputs: [audio]\n\n"
    "  two:\n    model: ./two.tflite\n    inputs: [scaled]\n\n  best:\n",
)
"""The project with a stage whose neighbours do not fit."""

FILES = MemoryFiles({"Runefile.yml": BETWEEN.encode(), "words.txt": b"one\ntwo\nthree\n"})


def test_the_readers_go_on_with_what_the_stage_read() -> None:
    assert problems(BETWEEN) == []
    text = text_after(RemoveStage("scaled", join=True), BETWEEN)
    assert problems(text) == []
    assert text == PROJECT


def test_every_reader_keeps_the_place_of_its_input() -> None:
    text = BETWEEN.replace("inputs: [word, model]", "inputs: [scaled, word, scaled]")
    assert "inputs: [model, word, model]" in text_after(RemoveStage("scaled", join=True), text)


def test_declared_types_follow_a_join() -> None:
    text = """\
version: 1
image: runicos/base
pipeline:
  sound:
    capability: SOUND
    outputs: [{type: i16, dimensions: [16000]}]
    args: {hz: 16000, sample-duration-ms: 1000}
  signal:
    proc-block: audio_float_conversion
    inputs: [sound]
  half:
    proc-block: downsample
    inputs: [signal]
    outputs: [{type: f32, dimensions: [8000]}]
    args: {factor: 2}
  scaled:
    proc-block: normalize
    inputs: [half]
    outputs: [{type: f32, dimensions: [8000]}]
  out:
    out: SERIAL
    inputs: [scaled]
"""
    assert problems(text) == []
    after = text_after(RemoveStage("half", join=True), text)
    assert problems(after) == []
    assert "outputs: [{type: f32, dimensions: [16000]}]" in after


@each_case(
    ("name", "words"),
    [
        ("scaled", '"a" is f32[2], but "audio" gives i16[16000]'),
        ("audio", '"audio" has no neighbours to connect'),
        ("answer", '"answer" has no neighbours to connect'),
        ("nobody", "There is no stage"),
    ],
)
def test_a_join_that_cannot_be_is_refused_with_the_reason(name: str, words: str) -> None:
    with pytest.raises(GraphEditRefused) as refusal:
        edit_graph(analysed(MISFIT), RemoveStage(name, join=True))
    assert words in refusal.value.reason


def test_what_a_join_would_connect_is_known_before() -> None:
    assert join_past(analysed(BETWEEN), "scaled") == NeighbourWires(Port("model", 0), (Port("best", 0),), None)
    assert join_past(analysed(BETWEEN), "audio") is None
    assert join_past(analysed(BETWEEN), "answer") is None


SEVERAL = MISFIT.replace("inputs: [audio]\n\n  two", "inputs: [audio, level]\n\n  two").replace(
    "  best:\n",
    "  level:\n    capability: RAW\n    outputs: [{type: f32, dimensions: [2]}]\n    args: {length: 8}\n\n  best:\n",
    1,
)
"""The project with a stage that reads from two outputs, of which the second fits its reader."""


def test_of_several_outputs_the_first_that_fits_every_reader_is_connected() -> None:
    assert join_past(analysed(SEVERAL), "scaled") == NeighbourWires(Port("level", 0), (Port("two", 0),), None)
    assert "  two:\n    model: ./two.tflite\n    inputs: [level]\n" in text_after(
        RemoveStage("scaled", join=True), SEVERAL
    )
    both_fit = BETWEEN.replace(
        "inputs: [model]\n    outputs:\n      - {type: f32", "inputs: [model, audio]\n    outputs:\n      - {type: f32"
    )
    assert join_past(analysed(both_fit), "scaled") == NeighbourWires(Port("model", 0), (Port("best", 0),), None)


def test_of_several_outputs_of_which_none_fits_the_first_says_why() -> None:
    text = SEVERAL.replace("inputs: [audio, level]", "inputs: [audio, model]")
    join = join_past(analysed(text), "scaled")
    assert join is not None
    assert (join.source, join.reason) == (
        Port("audio", 0),
        'The model\'s input "a" is f32[2], but "audio" gives i16[16000].',
    )


def test_the_language_answers_with_the_join() -> None:
    answer = LanguageService(PUBLISHED_BLOCKS, FILES).answer
    assert answer({"ask": "join", "stage": "scaled"})["answer"]["join"] == {
        "source": {"stage": "model", "index": 0},
        "targets": [{"stage": "best", "index": 0}],
        "reason": None,
    }
    assert answer({"ask": "join", "stage": "audio"}) == {"answer": {"join": None}}
    edit = {"edit": "remove-stage", "name": "audio", "join": True}
    assert answer({"ask": "edit-graph", "edit": edit})["error"]["name"] == "graph-edit-refused"
