"""The text that each edit of the graph writes: the fewest characters, in the style of the file."""

from __future__ import annotations

import pytest

from rune.editing.language.apply import apply_edits
from rune.editing.language.graph.edit import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    GraphEditRefused,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
    edit_graph,
)
from rune.port import Port
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType
from tests.rune.editing.language.graph.graph_project import PROJECT, changed, problems, text_after
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed


def test_the_project_that_the_others_edit_is_right() -> None:
    assert problems(PROJECT) == []


def test_a_new_capability_has_what_it_needs_and_checks() -> None:
    text = text_after(AddStage(StageKind.CAPABILITY, "IMAGE"))
    assert changed(AddStage(StageKind.CAPABILITY, "IMAGE")) == [
        "+   image:",
        "+     capability: IMAGE",
        "+     outputs:",
        "+       - {type: u8, dimensions: [1, 256, 256, 3]}",
        "+     args:",
        "+       width: 256",
        "+       height: 256",
        '+       pixel-format: "@PixelFormat::RGB"',
        "+ ",
    ]
    assert problems(text) == ["RUNE0027"]
    assert text.index("answer:") < text.index("image:\n    capability") < text.index("resources:")


def test_a_new_stage_gets_a_free_name_made_of_what_it_is() -> None:
    def name(kind: StageKind, target: str) -> str:
        return changed(AddStage(kind, target))[0].strip("+ :")

    assert name(StageKind.MODEL, "./words.tflite") == "words"
    assert name(StageKind.MODEL, "./model.tflite") == "model_2"
    assert name(StageKind.BLOCK, "hotg-ai/proc-blocks@v0.11.3#image-normalization") == "image_normalization"
    assert name(StageKind.OUTPUT, "SERIAL") == "serial"
    assert name(StageKind.MODEL, "./1 model.tflite") == "stage_1_model"


def test_a_new_model_has_its_types_and_a_new_block_has_none() -> None:
    model = AddStage(StageKind.MODEL, "two.tflite", "two", inputs=(Port("audio", 0), Port("best", 0)))
    assert changed(model)[:-1] == [
        "+   two:",
        "+     model: ./two.tflite",
        "+     inputs: [audio, best]",
        "+     outputs:",
        "+       - {type: f32, dimensions: [2]}",
        "+       - {type: u8, dimensions: [4]}",
    ]
    assert changed(AddStage(StageKind.BLOCK, "normalize"))[:-1] == [
        "+   normalize:",
        "+     proc-block: normalize",
        "+     inputs: []",
    ]


@each_case(
    ("before", "after"),
    [
        ("", "version: 1\nimage: runicos/base\n\npipeline:\n  r:\n    out: SERIAL\n    inputs: []\n"),
        ("# x\n", "# x\n\nversion: 1\nimage: runicos/base\n\npipeline:\n  r:\n    out: SERIAL\n    inputs: []\n"),
        ("version: 1\npipeline:  # x\n", "version: 1\npipeline:  # x\n  r:\n    out: SERIAL\n    inputs: []\n"),
        ("pipeline: {}  # x\nversion: 1\n", "pipeline:  # x\n  r:\n    out: SERIAL\n    inputs: []\nversion: 1\n"),
        ("pipeline: {a: {out: SERIAL}}\n", "pipeline: {a: {out: SERIAL}, r: {out: SERIAL, inputs: []}}\n"),
        ("{version: 1, pipeline: {}}\n", "{version: 1, pipeline: {r: {out: SERIAL, inputs: []}}}\n"),
        (
            "pipeline:\n    a:\n        out: SERIAL\n    b:\n        out: SERIAL\n",
            "pipeline:\n    a:\n        out: SERIAL\n    b:\n        out: SERIAL\n"
            "    r:\n        out: SERIAL\n        inputs: []\n",
        ),
    ],
)
def test_a_stage_can_be_added_to_any_beginning(before: str, after: str) -> None:
    assert text_after(AddStage(StageKind.OUTPUT, "SERIAL", "r"), before) == after


def test_a_stage_is_added_behind_one_that_cannot_be_read() -> None:
    text = PROJECT.replace("    inputs: [word, model]\n", "    inputs: [word, model]\n    ]]\n")
    lines = text_after(AddStage(StageKind.OUTPUT, "TENSOR", "raw"), text).splitlines()
    assert lines[lines.index("    ]]") + 1 : lines.index("resources:")] == [
        "",
        "  raw:",
        "    out: TENSOR",
        "    inputs: []",
        "",
    ]


def test_a_removed_stage_is_taken_out_of_all_inputs_and_leaves_its_comments() -> None:
    assert changed(RemoveStage("model")) == [
        "-   model:",
        "-     model: ./words.tflite",
        "-     inputs: [audio]",
        "-     outputs:",
        "-       - {type: f32, dimensions: [1, 3]}",
        "-     inputs: [model]",
        "+     inputs: []",
        "-     inputs: [word, model]",
        "+     inputs: [word]",
    ]
    assert "# as the model learned it" in text_after(RemoveStage("audio"))
    assert "\n\n\n" not in text_after(RemoveStage("best"))


def test_a_renamed_stage_is_renamed_where_others_read_from_it() -> None:
    text = PROJECT.replace("[word, model]", '["word", "model.0"]')
    assert changed(RenameStage("model", "scores"), text) == [
        "-   model:",
        "+   scores:",
        "-     inputs: [model]",
        "+     inputs: [scores]",
        '-     inputs: ["word", "model.0"]',
        '+     inputs: ["word", "scores.0"]',
    ]


def test_wires_are_written_in_the_style_of_the_list() -> None:
    block = PROJECT.replace("    inputs: [word, model]", "    inputs:\n    - word  # the word\n    - model")
    assert changed(Connect(Port("best", 0), "answer", 0), block) == [
        "-     - word  # the word",
        "+     - best  # the word",
    ]
    assert changed(Connect(Port("best", 0), "answer"), block) == ["+     - best"]
    assert changed(Connect(Port("best", 0), "answer", 1, replace=False)) == [
        "-     inputs: [word, model]",
        "+     inputs: [word, best, model]",
    ]
    assert changed(Disconnect("answer", 0), block) == ["-     - word  # the word", "+     # the word"]
    assert changed(Disconnect("best", 0)) == ["-     inputs: [model]", "+     inputs: []"]


@each_case(
    ("edit", "words"),
    [
        (Connect(Port("answer", 0), "word"), "is an output: other stages cannot read"),
        (Connect(Port("best", 0), "audio"), "reads from the host"),
        (Connect(Port("best", 0), "best"), "cannot read from itself"),
        (Connect(Port("word", 0), "best"), "would close a cycle"),
        (Connect(Port("model", 1), "answer"), "has 1 output, counted from 0, and no output 1"),
        (Connect(Port("nobody", 0), "answer"), 'There is no stage "nobody"'),
        (Connect(Port("best", 0), "answer", 5), "connect input 2 first"),
        (Disconnect("answer", 2), "has no input 2"),
        (RenameStage("best", "word"), 'The name "word" is already in use'),
        (RenameStage("best", "WORDS"), 'The name "WORDS" is already in use'),
        (RenameStage("best", "1"), "cannot name a stage"),
        (AddStage(StageKind.OUTPUT, "SERIAL", "best"), 'The name "best" is already in use'),
        (SetArgument("best", "count", "$NOBODY"), "There is no resource"),
        (SetArgument("best", "a b", 1), "cannot name an argument"),
        (SetArgument("word", "wordlist", "nothing.txt", "file"), "There is no file"),
        (SetOutputs("answer", ()), "other stages cannot read from it"),
        (SetTarget("best", " "), "needs the name of what it is"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_a_sentence(edit: GraphEdit, words: str) -> None:
    with pytest.raises(GraphEditRefused, match=words) as error:
        edit_graph(analysed(PROJECT), edit)
    assert error.value.reason.endswith(".")


def test_what_is_only_understood_as_a_list_becomes_one() -> None:
    loose = PROJECT.replace("inputs: [audio]", "inputs: audio  # all of it")
    analysis = analysed(loose)
    edits = edit_graph(analysis, RenameStage("audio", "sound"))
    after = apply_edits(loose, edits)
    assert "  sound:\n" in after
    assert "    inputs: [sound]  # all of it\n" in after


def test_a_file_is_named_by_a_resource() -> None:
    assert changed(SetArgument("word", "wordlist", "other.txt", "file")) == [
        "-     path: ./words.txt",
        "+     path: ./other.txt",
    ]
    assert changed(SetArgument("best", "list", "other.txt", "file")) == [
        "+       list: $LIST",
        "+   LIST:",
        "+     path: ./other.txt",
        "+     type: string",
    ]
    assert changed(SetArgument("best", "list", "words.txt", "file")) == ["+       list: $WORDS"]


def test_another_model_brings_its_types_and_another_capability_its_arguments() -> None:
    assert changed(SetTarget("model", "two.tflite")) == [
        "-     model: ./words.tflite",
        "+     model: ./two.tflite",
        "-       - {type: f32, dimensions: [1, 3]}",
        "+       - {type: f32, dimensions: [2]}",
        "+       - {type: u8, dimensions: [4]}",
    ]
    text = text_after(SetTarget("audio", "ACCEL"))
    assert "    capability: ACCEL\n    outputs:\n      - {type: f32, dimensions: [100, 3]}\n" in text
    assert "      samples: 100\n" in text
    assert "hz:" not in text
    assert "# as the model learned it" in text


def test_what_an_alias_repeats_is_not_changed_behind_its_back() -> None:
    text = PROJECT.replace("- {type: u32, dimensions: [1]}", "- &one {type: u32, dimensions: [1]}").replace(
        "    inputs: [best]\n", "    inputs: [best]\n    outputs: [*one]\n"
    )
    with pytest.raises(GraphEditRefused, match="repeated elsewhere"):
        edit_graph(analysed(text), SetOutputs("best", (TensorType(ElementType.U32, (2,)),)))
    with pytest.raises(GraphEditRefused, match="repeated elsewhere"):
        edit_graph(analysed(text), RemoveStage("best"))
    assert "outputs: [{type: u32, dimensions: [2]}]" in text_after(
        SetOutputs("word", (TensorType(ElementType.U32, (2,)),)), text
    )


def test_the_old_line_by_line_form_is_refused_with_advice() -> None:
    with pytest.raises(GraphEditRefused, match="rune fmt"):
        edit_graph(analysed("FROM x\nCAPABILITY<U8[1]> a RAW\nOUT serial\nRUN a serial\n"), RemoveStage("a"))


def test_line_breaks_stay_as_the_file_has_them() -> None:
    text = text_after(AddStage(StageKind.CAPABILITY, "RAW"), PROJECT.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")
