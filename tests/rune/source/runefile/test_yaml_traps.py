"""Mistakes that YAML accepts silently are reported: every trap of the format that a Runefile can fall into."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import FileMissing, MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.codes import Code
from tests.support.cases import each_case
from tests.support.language.runefiles import WORDS, applied, checked, errors, only_problem, problems, spanned


@each_case(
    ("old", "new", "code", "place"),
    [
        ("hz: 16000", "hz: 16000\n      hz: 8000", "RUNE0009", "hz"),
        ("      hz: 16000", "\thz: 16000", "RUNE0003", "\t"),
        ("dimensions: [1, 3]", "dimensions: [1, 03]", "RUNE0091", "03"),
        ("wordlist: $WORDS", "wordlist: true", "RUNE0091", "true"),
        ("type: i16", "type: !!str i16", None, ""),
        ("hz: 16000", "hz: !!int '16000'", None, ""),
        ("hz: 16000", "hz: !Rate 16000", "RUNE0095", "!Rate 16000"),
        ("dimensions: [1, 3]", "dimensions: !!set [1, 3]", "RUNE0095", "!!set ["),
        ("image: runicos/base", "image: !!int fast", "RUNE0095", "!!int fast"),
        ("model: ./words.tflite", "<<: {x: y}\n    model: ./words.tflite", "RUNE0095", "<<"),
        ("wordlist: $WORDS", "wordlist: *words", "RUNE0003", "*words"),
        ("pipeline:", "---\npipeline:", "RUNE0003", "---"),
    ],
)
def test_a_trap_is_told_at_its_place(old: str, new: str, code: str | None, place: str) -> None:
    text = WORDS.replace(old, new, 1)
    traps = [(item.code, spanned(text, item)) for item in checked(text).diagnostics if item.code != "RUNE0069"]
    assert traps[:1] == ([] if code is None else [(code, place)]), problems(text)


def test_a_number_that_starts_with_zero_is_ten_and_not_eight() -> None:
    text = WORDS.replace("type: i16\n        dimensions: [16000]", "type: i16\n        dimensions: [016000]")
    problem = only_problem(text)
    assert problem.message == "016000 is the number 16000 here, but a different number in older YAML"
    assert applied(text, problem.fixes) == WORDS


def test_octal_and_hexadecimal_numbers_are_those_of_yaml_1_2() -> None:
    assert problems(WORDS.replace("hz: 16000", "hz: 0x3E80")) == []
    assert problems(WORDS.replace("hz: 16000", "hz: 0o37200")) == []


@each_case("word", ["yes", "no", "on", "off", "y", "N"])
def test_words_that_were_truth_values_once_are_texts_and_told_of_where_a_number_is_needed(word: str) -> None:
    text = WORDS.replace("inputs:\n      - model", f"inputs: [model]\n    args: {{count: {word}}}")
    (problem,) = errors(text)
    assert problem.code == "RUNE0065"
    assert problem.notes[-1] == f"`{word}` is a text in YAML 1.2, not a number or a truth value."


def test_a_list_of_such_words_keeps_them() -> None:
    text = WORDS.replace("wordlist: $WORDS", "labels: [yes, no, on]").partition("resources:")[0]
    (problem,) = checked(text).diagnostics
    assert problem.code == "RUNE0067"
    new_text = applied(text, problem.fixes)
    assert "      wordlist: |-\n        yes\n        no\n        on\n" in new_text
    assert problems(new_text) == []


@each_case(
    ("labels", "wordlist"),
    [
        ("labels:\n        - a b\n        - 'c'", "wordlist: |-\n        a b\n        c"),
        ("labels: [a, '']  # b", 'wordlist: "a\\n"  # b'),
        ("labels:  # which\n        - a\n        - 1", 'wordlist:  # which\n        "a\\n1"'),
        ("wordlist: [' a', b]", 'wordlist: " a\\nb"'),
        ("labels: a", "wordlist: a"),
    ],
)
def test_a_list_becomes_a_text_with_the_same_words(labels: str, wordlist: str) -> None:
    text = WORDS.replace("wordlist: $WORDS", labels)
    old = [item for item in checked(text).diagnostics if item.code == "RUNE0067"]
    assert applied(text, old[0].fixes) == WORDS.replace("wordlist: $WORDS", wordlist)


def test_numbers_with_underscores_and_points_are_told_how_to_be_written() -> None:
    text = WORDS.replace("dimensions: [16000]", "dimensions: [16_000]")
    assert applied(text, errors(text)[0].fixes) == WORDS
    text = WORDS.replace("dimensions: [16000]", "dimensions: ['16000']")
    assert applied(text, errors(text)[0].fixes) == WORDS


@each_case("version", ['"1"', "'1'", "1.0", "01"])
def test_a_version_that_can_only_be_one_is_understood(version: str) -> None:
    text = WORDS.replace("version: 1", f"version: {version}")
    assert checked(text).pipeline is not None
    assert applied(text, only_problem(text).fixes) == WORDS


def test_an_empty_item_of_inputs_is_ignored_and_can_be_removed() -> None:
    text = WORDS.replace("      - model\n", "      - model\n      -\n")
    problem = only_problem(text)
    assert problem.code == "RUNE0022"
    assert checked(text).pipeline is not None
    assert applied(text, problem.fixes) == WORDS


def test_an_argument_beside_args_is_ignored_and_can_be_removed() -> None:
    text = WORDS.replace("    args:\n      hz", "    source: 0\n    args:\n      hz")
    problem = only_problem(text)
    assert problem.code == "RUNE0008"
    assert applied(text, problem.fixes) == WORDS


def test_a_merge_key_that_would_bring_a_kind_is_told_alone() -> None:
    text = WORDS.replace("    model: ./words.tflite\n", "    <<: {model: ./words.tflite}\n")
    assert [(item.code, spanned(text, item)) for item in errors(text)] == [("RUNE0095", "<<")]


@each_case("value", ["@16*1000", "@16000  # Hz", "`16000`", "%16000"])
def test_a_text_that_needs_quotes_gets_them(value: str) -> None:
    text = WORDS.replace("hz: 16000", f"hz: {value}")
    (problem,) = [item for item in errors(text) if item.code == "RUNE0003"]
    assert problem.message.endswith(f"a text that starts with `{value[0]}` must stand in quotes")
    bare = value.split(" ")[0]
    new_text = applied(text, problem.fixes)
    assert new_text == WORDS.replace("hz: 16000", f"hz: {value}".replace(bare, f'"{bare}"'))
    assert problems(new_text) == [] if value[0] == "@" else errors(new_text)[0].code == "RUNE0042"


def test_a_byte_order_mark_and_carriage_returns_are_harmless() -> None:
    assert problems("\ufeff" + WORDS) == []
    assert problems(WORDS.replace("\n", "\r\n")) == []


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_what_ended_lines_before_yaml_1_2_is_a_character_like_any_other(character: str) -> None:
    assert problems(WORDS.replace("version: 1", f"version: 1  # one{character}two: [")) == []
    text = WORDS.replace("wordlist: $WORDS", f"wordlist: a{character}b\n      lables: 1")
    (unknown,) = errors(text)
    assert spanned(text, unknown) == "lables"
    text = WORDS.replace("wordlist: $WORDS", f"wordlist: |\n        a{character}b\n        \U000f0000\n        c\n")
    assert problems(text.partition("resources:")[0]) == []
    (word,) = (stage for stage in checked(text).syntax.stages if stage.name.text == "word")
    assert word.arguments[0].value == f"a{character}b\n\U000f0000\nc"


@each_case(
    ("old", "new"),
    [
        ("hz: 16000", "hz:\t16000\t"),
        ("capability: SOUND", "capability: SOUND\t# the\tmicrophone"),
        ("inputs: [audio]", "inputs: [\n\t\taudio\t,\n\t]"),
        ("pipeline:", "\t\n\t# stages\npipeline:\t"),
        ("wordlist: $WORDS", "wordlist: |\t# words\n        yes\n        no\n        up"),
    ],
)
def test_tabs_that_indent_nothing_are_spaces(old: str, new: str) -> None:
    text = WORDS.replace(old, new, 1)
    assert text != WORDS
    assert errors(text) == []


@each_case(
    ("data", "note"),
    [
        (WORDS.encode("utf-16"), "It is saved as UTF-16. Save it as UTF-8."),
        (b"\xff", "Save it as UTF-8."),
        (b"PK\x03\x04\xff", "`rune inspect` shows"),
        (b"\0asm\1\0\0\0\xff", "`rune inspect` shows"),
    ],
)
def test_bytes_that_are_no_text_are_told_by_what_they_may_be(data: bytes, note: str) -> None:
    (problem,) = check(MemoryFiles({"Runefile.yml": data}), PUBLISHED_BLOCKS).diagnostics
    assert problem.code == "RUNE0001"
    assert note in problem.notes[0]


class Large:
    """A project whose Runefile must not be read."""

    def size(self, path: str) -> int:
        if path != "Runefile.yml":
            raise FileMissing(path, "no such file in the project")
        return 5_000_000_000

    def read(self, path: str) -> bytes:
        raise AssertionError(f"{path} was read")

    def paths(self) -> tuple[str, ...]:
        return ("Runefile.yml",)


def test_a_file_that_is_too_large_is_refused_by_its_size() -> None:
    (problem,) = check(Large(), PUBLISHED_BLOCKS).diagnostics
    assert problem.code == "RUNE0002"
    assert "5.0 GB, more than the limit of 1.0 MB" in problem.message


def test_an_empty_file_is_told_how_to_begin() -> None:
    for text in ("", "\n\n", "# nothing yet\n"):
        (problem,) = checked(text).diagnostics
        assert problem.code == "RUNE0090"
        assert problems(applied(text, problem.fixes)) == []


@each_case(
    ("text", "column", "bracket"),
    [("a: {", 4, "{"), ("a: [1, ", 4, "["), ("a: {b: [1, ", 8, "["), ("a: {b: [1], c:\t", 4, "{"), ("a: {]", 4, "{")],
)
def test_a_bracket_that_stays_open_is_the_one_that_is_named(text: str, column: int, bracket: str) -> None:
    diagnostics = check(MemoryFiles({"Runefile.yml": text.encode()}), PUBLISHED_BLOCKS).diagnostics
    (problem,) = (each for each in diagnostics if each.code == Code.YAML_SYNTAX.value)
    assert f"this `{bracket}` is not closed" in problem.message
    assert problem.span.start.column == column


@each_case(
    ("text", "words"),
    [
        (r'a: "\q"', r"`\q` means nothing in a text in double quotes"),
        ('a: "\\\'"', r"means nothing in a text in double quotes"),
        (r'a: "\x1"', "needs 2 hexadecimal digits"),
        ('a: "b', "this quote is not closed"),
        ("a: 'b\n---\n'", "this quote is not closed"),
        ("a: |0\n  b", "the text of `|` and `>` begins in the next line"),
        ("a: >b\n  c", "the text of `|` and `>` begins in the next line"),
        ("%YAML 3.0\n---\na: b", "this directive cannot be read"),
        ("%YAML x\n---\na: b", "this directive cannot be read"),
        ("%TAG ! x\n%TAG ! x\n---\na: b", "this directive cannot be read"),
        ("a: &", "a name of letters and digits"),
        ("a: *", "a name of letters and digits"),
        ("a: &b* c", "a name of letters and digits"),
        ("a: !<b", "this tag cannot be read"),
        ("a: !b!c d", "cannot be read"),
        ("a: !b%2 c", "this tag cannot be read"),
        ("a: ? b", "cannot stand here"),
        ("a: - b", "an item of a list cannot stand here"),
        ("a: b\n...\nc", "the file holds one document"),
        ("a: b: c", "a key and its value cannot stand here"),
        ("a: b\nc", "this is neither `key: value` nor an item of a list"),
        ("a: b\n c: d\n  - e", "cannot stand here"),
        ("[a]]", ""),
        ("- a\nb", ""),
        ("a: , b", ""),
        ("a: }", ""),
    ],
)
def test_no_sentence_of_the_yaml_reader_is_passed_on(text: str, words: str) -> None:
    diagnostics = check(MemoryFiles({"Runefile.yml": text.encode()}), PUBLISHED_BLOCKS).diagnostics
    messages = [each.message for each in diagnostics if each.code == Code.YAML_SYNTAX.value]
    assert messages
    assert words in messages[0]
    assert not any(word in messages[0] for word in ("while ", "scalar", "token", "expected", "found", "%r", "<block"))
