"""The text that each edit of the graph writes: the fewest characters, in the style of the file."""

from __future__ import annotations

from difflib import ndiff

import pytest

from rune.port import Port
from rune.source.language.apply import apply_edits, edits_by_file
from rune.source.language.graph.edit import (
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
from rune.source.language.graph_edits.palette import stage_arguments
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType
from tests.rune.source.language.written_runefiles import analysed

PROJECT = """\
# Words.
version: 1
image: runicos/base

pipeline:
  # One second.
  audio:
    capability: SOUND
    outputs:
      - {type: i16, dimensions: [16000]}
    args:
      hz: 16000  # as the model learned it
      sample-duration-ms: 1000

  # The scores.
  model:
    model: ./words.tflite
    inputs: [audio]
    outputs:
      - {type: f32, dimensions: [1, 3]}

  best:
    proc-block: most_confident_indices
    inputs: [model]
    outputs:
      - {type: u32, dimensions: [1]}
    args:
      count: 1

  word:
    proc-block: label
    inputs: [best]
    args:
      wordlist: $WORDS

  answer:
    out: SERIAL
    inputs: [word, model]

resources:
  WORDS:
    path: ./words.txt
    type: string
"""


def text_after(edit: GraphEdit, text: str = PROJECT) -> str:
    """The text after the edit."""
    analysis = analysed(text)
    return apply_edits(text, [each for each in edit_graph(analysis, edit) if each.file == analysis.runefile])


def changed(edit: GraphEdit, text: str = PROJECT) -> list[str]:
    """The lines that the edit takes away and puts in."""
    lines = ndiff(text.splitlines(), text_after(edit, text).splitlines())
    return [line for line in lines if line[0] in "+-"]


def problems(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in analysed(text).checked.diagnostics]


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


@pytest.mark.parametrize(
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
    broken = PROJECT.replace("    inputs: [word, model]\n", "    inputs: [word, model]\n    ]]\n")
    lines = text_after(AddStage(StageKind.OUTPUT, "TENSOR", "raw"), broken).splitlines()
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
    quoted = PROJECT.replace("[word, model]", '["word", "model.0"]')
    assert changed(RenameStage("model", "scores"), quoted) == [
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


@pytest.mark.parametrize(
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
        (RenameStage("best", "word"), 'something named "word" already'),
        (RenameStage("best", "WORDS"), 'something named "WORDS" already'),
        (RenameStage("best", "1"), "cannot name a stage"),
        (AddStage(StageKind.OUTPUT, "SERIAL", "best"), 'something named "best" already'),
        (SetArgument("best", "count", "$NOBODY"), "There is no resource"),
        (SetArgument("best", "a b", 1), "cannot name an argument"),
        (SetArgument("word", "wordlist", "nothing.txt", "file"), "There is no file"),
        (SetOutputs("answer", ()), "other stages cannot read from it"),
        (SetTarget("best", " "), "needs the name of what it is"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_a_sentence(edit: GraphEdit, words: str) -> None:
    with pytest.raises(GraphEditRefused, match=words) as refused:
        edit_graph(analysed(PROJECT), edit)
    assert refused.value.reason.endswith(".")


def test_what_is_only_understood_as_a_list_becomes_one() -> None:
    loose = PROJECT.replace("inputs: [audio]", "inputs: audio  # all of it")
    analysis = analysed(loose)
    edits = edit_graph(analysis, RenameStage("audio", "sound"))
    after = apply_edits(loose, edits)
    assert "  sound:\n" in after
    assert "    inputs: [sound]  # all of it\n" in after


def test_an_argument_is_written_changed_and_taken_away() -> None:
    assert changed(SetArgument("best", "count", 2)) == [
        "-       - {type: u32, dimensions: [1]}",
        "+       - {type: u32, dimensions: [2]}",
        "-       count: 1",
        "+       count: 2",
    ]
    assert changed(SetArgument("best", "count", None)) == ["-     args:", "-       count: 1"]
    assert changed(SetArgument("audio", "source", 1)) == ["+       source: 1"]
    assert changed(SetArgument("model", "format", "tensorflow-lite")) == [
        "+     args:",
        "+       format: tensorflow-lite",
    ]


def test_the_type_of_a_capability_follows_its_arguments() -> None:
    assert changed(SetArgument("audio", "hz", 8000)) == [
        "-       - {type: i16, dimensions: [16000]}",
        "+       - {type: i16, dimensions: [8000]}",
        "-       hz: 16000  # as the model learned it",
        "+       hz: 8000  # as the model learned it",
    ]


def test_a_type_that_was_wrong_before_stays_as_it_was_written() -> None:
    wrong = PROJECT.replace("{type: u32, dimensions: [1]}", "{type: u32, dimensions: [7]}")
    assert changed(SetArgument("best", "count", 2), wrong) == ["-       count: 1", "+       count: 2"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("yes", '"yes"'),
        ("7", '"7"'),
        (0.5, "0.5"),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("@PixelFormat::RGB", '"@PixelFormat::RGB"'),
        ('"', '"\\""'),
        ("tab\there", '"tab\\there"'),
        ("two words", "two words"),
    ],
)
def test_a_value_has_quotes_where_it_needs_them(value: str | float, shown: str) -> None:
    assert changed(SetArgument("best", "x", value)) == [f"+       x: {shown}"]


def test_a_long_text_goes_to_where_the_argument_has_it() -> None:
    analysis = analysed(PROJECT)
    by_file = edits_by_file(edit_graph(analysis, SetArgument("word", "wordlist", "one\nzwei\n", "text")))
    assert list(by_file) == ["words.txt"]
    assert apply_edits("one\ntwo\nthree\n", by_file["words.txt"]) == "one\nzwei\n"
    inline = PROJECT.replace("path: ./words.txt", "inline: one")
    assert changed(SetArgument("word", "wordlist", "one\ntwo", "text"), inline) == [
        "-     inline: one",
        "+     inline: |-",
        "+       one",
        "+       two",
    ]
    assert changed(SetArgument("word", "wordlist", "one\ntwo")) == [
        "-       wordlist: $WORDS",
        "+       wordlist: |-",
        "+         one",
        "+         two",
    ]


def test_an_argument_under_its_old_name_is_the_same_one() -> None:
    old = PROJECT.replace("wordlist: $WORDS", "labels: [one, two, three]")
    assert changed(SetArgument("word", "wordlist", "a\nb\nc"), old) == [
        "-       labels: [one, two, three]",
        "+       labels: |-",
        "+         a",
        "+         b",
        "+         c",
    ]
    assert changed(SetArgument("word", "wordlist", "$WORDS"), old) == [
        "-       labels: [one, two, three]",
        "+       labels: $WORDS",
    ]
    (wordlist,) = stage_arguments(analysed(old), "word")
    assert (wordlist.field.name, wordlist.value) == ("wordlist", "one\ntwo\nthree")


def test_a_name_that_means_something_else_in_yaml_has_quotes() -> None:
    text = text_after(Connect(Port("null", 0), "answer"), text_after(AddStage(StageKind.CAPABILITY, "RAW", "null")))
    assert '  "null":\n' in text
    assert 'inputs: [word, model, "null"]' in text


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


def test_types_are_written_changed_and_left_out() -> None:
    types = (TensorType(ElementType.U32, (2,)), TensorType(ElementType.F32, ()))
    assert changed(SetOutputs("best", types)) == [
        "-       - {type: u32, dimensions: [1]}",
        "+       - {type: u32, dimensions: [2]}",
        "+       - {type: f32, dimensions: []}",
    ]
    assert changed(SetOutputs("best", None)) == ["-     outputs:", "-       - {type: u32, dimensions: [1]}"]
    assert changed(SetOutputs("word", types[:1])) == ["+     outputs:", "+       - {type: u32, dimensions: [2]}"]


def test_what_an_alias_repeats_is_not_changed_behind_its_back() -> None:
    shared = PROJECT.replace("- {type: u32, dimensions: [1]}", "- &one {type: u32, dimensions: [1]}").replace(
        "    inputs: [best]\n", "    inputs: [best]\n    outputs: [*one]\n"
    )
    with pytest.raises(GraphEditRefused, match="repeated elsewhere"):
        edit_graph(analysed(shared), SetOutputs("best", (TensorType(ElementType.U32, (2,)),)))
    with pytest.raises(GraphEditRefused, match="repeated elsewhere"):
        edit_graph(analysed(shared), RemoveStage("best"))
    assert "outputs: [{type: u32, dimensions: [2]}]" in text_after(
        SetOutputs("word", (TensorType(ElementType.U32, (2,)),)), shared
    )


def test_the_old_line_by_line_form_is_refused_with_advice() -> None:
    with pytest.raises(GraphEditRefused, match="rune fmt"):
        edit_graph(analysed("FROM x\nCAPABILITY<U8[1]> a RAW\nOUT serial\nRUN a serial\n"), RemoveStage("a"))


def test_line_breaks_stay_as_the_file_has_them() -> None:
    text = text_after(AddStage(StageKind.CAPABILITY, "RAW"), PROJECT.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")
