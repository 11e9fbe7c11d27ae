"""The text that an edit of an argument or a type writes."""

from __future__ import annotations

from rune.editing.language.apply import apply_edits, edits_by_file
from rune.editing.language.graph.edit import AddStage, Connect, SetArgument, SetOutputs, edit_graph
from rune.editing.language.graph_edits.palette import stage_arguments
from rune.port import Port
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType
from tests.rune.editing.language.graph.graph_project import PROJECT, changed, text_after
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed


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


@each_case(
    ("value", "text"),
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
def test_a_value_has_quotes_where_it_needs_them(value: str | float, text: str) -> None:
    assert changed(SetArgument("best", "x", value)) == [f"+       x: {text}"]


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


def test_types_are_written_changed_and_left_out() -> None:
    types = (TensorType(ElementType.U32, (2,)), TensorType(ElementType.F32, ()))
    assert changed(SetOutputs("best", types)) == [
        "-       - {type: u32, dimensions: [1]}",
        "+       - {type: u32, dimensions: [2]}",
        "+       - {type: f32, dimensions: []}",
    ]
    assert changed(SetOutputs("best", None)) == ["-     outputs:", "-       - {type: u32, dimensions: [1]}"]
    assert changed(SetOutputs("word", types[:1])) == ["+     outputs:", "+       - {type: u32, dimensions: [2]}"]
