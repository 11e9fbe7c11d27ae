"""Every condition that the original compiler reported is reported here too, in a message with its key phrase,
or in words of our own where that was a sentence of its YAML reader.

One row a condition, in the order of the phases in which it was found: reading, resolving names, types.
"""

from __future__ import annotations

import pytest

from rune.source.runefile import Severity
from tests.support.cases import each_case
from tests.support.language.runefiles import WORDS, checked, problems

ERROR, WARNING = Severity.ERROR, Severity.WARNING

UNABLE = "Unable to parse the input: "

ROWS = [
    ("no YAML", "[audio]", "[audio", ERROR, "Unable to parse the input: "),
    ("no version", "version: 1\n", "", ERROR, "missing field `version`"),
    ("no image", "image: runicos/base\n", "", ERROR, "missing field `image`"),
    ("no pipeline", "pipeline:\n", "other:\n", ERROR, "missing field `pipeline`"),
    ("version in quotes", "version: 1", "version: '1'", WARNING, "missing field `version`"),
    ("version below 0", "version: 1", "version: -1", ERROR, "missing field `version`"),
    ("another version", "version: 1", "version: 2", ERROR, "invalid value: integer `2`, expected version to be 1"),
    (
        "a stage of no kind",
        "capability: SOUND",
        "capabilty: SOUND",
        ERROR,
        f'{UNABLE}the stage "audio" needs one of the keys',
    ),
    ("an input that is none", "inputs: [audio]", "inputs: [3]", ERROR, f"{UNABLE}the number 3 cannot be"),
    (
        "a stage's wrong shape",
        "inputs: [audio]",
        "inputs: [3, x y]",
        ERROR,
        f"{UNABLE}the number 3 cannot",
    ),
    ("a wrong dimension", "[1, 3]", "[1, three, -1]", ERROR, f"{UNABLE}a dimension must be a whole number from 1"),
    (
        "a list as an argument",
        "hz: 16000",
        "hz: [16000]",
        ERROR,
        f'{UNABLE}The argument "hz" must be',
    ),
    (
        "a number as a kind",
        "capability: SOUND",
        "capability: 5",
        ERROR,
        f'{UNABLE}`capability` of "audio" must be a text',
    ),
    ("a resource's type", "path: ./words.txt", "path: ./words.txt\n    type: text", ERROR, "unknown variant"),
    ("a resource's key", "path: ./words.txt", "path: ./words.txt\n    size: 3", ERROR, "unknown field"),
    ("two of one name", "  WORDS:", "  audio:", ERROR, 'The name "audio" is defined multiple times'),
    (
        "two contents",
        "path: ./words.txt",
        "path: ./words.txt\n    inline: a",
        ERROR,
        'The resource "WORDS" can\'t specify both a "path" and "inline" default value',
    ),
    ("an argument's resource", "$WORDS", "$NONE_SUCH", ERROR, '"$NONE_SUCH" is not a resource'),
    ("a model's resource", "./words.tflite", "$NONE_SUCH", ERROR, 'No definition for "$NONE_SUCH"'),
    ("a model from a stage", "./words.tflite", "$audio", ERROR, '"$audio" is not a resource'),
    ("a model from a text", "./words.tflite", "$WORDS", ERROR, '"$WORDS" should be a binary resource'),
    (
        "an unknown format",
        "./words.tflite",
        "./words.tflite\n    args: {format: caffe}",
        ERROR,
        "Expected the format to be one of onnx, tensorflow, tensorflow-js, tensorflow-lite, but found",
    ),
    (
        "a format that is no text",
        "model: ./words.tflite",
        "model: ./words.tflite\n    args: {format: $NOISE}",
        ERROR,
        'Invalid format for "model"',
    ),
    (
        "a block without a version",
        "@v0.11.3#label",
        "#label",
        WARNING,
        'The "hotg-ai/proc-blocks#label" proc block used by "word" should have a version specifier',
    ),
    ("an element type", "type: i16", "type: str", ERROR, 'Unknown element type, "str"'),
    ("an unknown input", "[audio]", "[in]", ERROR, 'Unable to find "in" to use as an input for "model"'),
    ("an input without outputs", "[best]", "[serial]", ERROR, 'The "serial" in word\'s "serial" input has no inputs'),
    (
        "an input with no outputs",
        "outputs:\n      - type: i16\n        dimensions: [16000]",
        "outputs: []",
        ERROR,
        'in model\'s "audio" input has no inputs',
    ),
    ("an output too far", "[best]", "[best.3]", ERROR, 'The "best" node has no 3\'th output'),
    ("a missing model", "./words.tflite", "./no.tflite", ERROR, 'Unable to read "./no.tflite" for "model": '),
    ("a missing file", "./words.txt", "./none.bin", ERROR, 'Unable to read "./none.bin" for "WORDS": '),
    ("a cycle", "[audio]", "[word]", ERROR, 'Cycle detected when checking "model"'),
    (
        "arguments of a model",
        "./words.tflite",
        "./words.tflite\n    args: {b: 1, a: 2}",
        WARNING,
        "Unused arguments for model: b, a",
    ),
]


@each_case(("old", "new", "severity", "phrase"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_condition_of_the_old_compiler_has_its_key_phrase(
    old: str, new: str, severity: Severity, phrase: str
) -> None:
    text = WORDS.replace(old, new, 1) + "  NOISE: {path: ./noise.bin}\n"
    diagnostics = checked(text, **{"noise.bin": b"\xff\xfe"}).diagnostics
    assert [item.severity for item in diagnostics if phrase in item.message] == [severity], problems(text)


def test_an_empty_file_is_told_with_what_is_missing_first() -> None:
    assert checked("").diagnostics[0].message == f"{UNABLE}missing field `version`: the Runefile is empty"


def test_a_pipeline_may_be_empty() -> None:
    result = checked("version: 1\nimage: asdf\npipeline: {}\nresources: {}\n")
    assert [(item.code, item.severity) for item in result.diagnostics] == [("RUNE0014", WARNING)]
    assert result.pipeline is not None


def test_an_inline_text_may_be_empty() -> None:
    text = WORDS.replace("path: ./words.txt", 'inline: ""')
    assert [item.code for item in checked(text).diagnostics if item.severity is ERROR and item.code == "RUNE0005"] == []


@pytest.mark.parametrize("path", ["hotg-ai/proc-blocks#metric", "acme/blocks#mine"])
def test_a_block_that_cannot_be_built_is_told_of_its_version_too(path: str) -> None:
    messages = problems(WORDS.replace("hotg-ai/proc-blocks@v0.11.3#label", path))
    assert any(f'The "{path}" proc block used by "word" should have a version specifier' in each for each in messages)


def test_a_cycle_names_who_passes_data_to_whom() -> None:
    (cycle,) = [item for item in checked(WORDS.replace("[audio]", "[word]")).diagnostics if item.code == "RUNE0025"]
    assert cycle.notes[0].startswith("... which passes data to ")
    assert cycle.notes[-1].endswith(", completing the cycle.")


def test_a_block_without_a_version_is_told_what_to_write() -> None:
    (problem,) = checked(WORDS.replace("@v0.11.3#label", "#label")).diagnostics
    assert problem.notes == ('hint: change it to something like "hotg-ai/proc-blocks@v0.11.3#label"',)


@each_case(
    ("condition", "old", "new", "code"),
    [
        ("a type that does not fit the model", "type: i16", "type: u8", "RUNE0074"),
        ("a capability that does not exist", "SOUND", "SUOND", "RUNE0040"),
        ("an out that does not exist", "SERIAL", "SERAIL", "RUNE0050"),
        ("a stage nothing uses", "[word, model.0]", "[model.0]", "RUNE0027"),
        ("a wordlist shorter than the classes", "wordlist: $WORDS", "wordlist: one", "RUNE0069"),
        ("a misspelt argument", "wordlist:", "wordlst:", "RUNE0063"),
        ("a missing argument", "      wordlist: $WORDS", "      {}", "RUNE0064"),
        ("an argument out of range", "inputs:\n      - model", "inputs: [model]\n    args: {count: 0}", "RUNE0065"),
        ("a parameter out of range", "hz: 16000", "hz: 0", "RUNE0042"),
        ("two stages of one name", "  best:", "  model:", "RUNE0010"),
        ("a block that is not there", "#label", "#lable", "RUNE0060"),
        ("an unreadable file", "./words.txt", "./words", "RUNE0020"),
    ],
)
def test_what_the_old_compiler_left_to_run_time_is_told(condition: str, old: str, new: str, code: str) -> None:
    codes = [item.code for item in checked(WORDS.replace(old, new, 1)).diagnostics]
    assert code in codes, condition


def test_no_message_speaks_of_the_reader_of_another_compiler() -> None:
    for _, old, new, _, _ in ROWS:
        assert not any("untagged" in each or "variant of" in each for each in problems(WORDS.replace(old, new, 1)))
