"""The rest of a file is still checked after a mistake of syntax, and is not blamed for what could not be read."""

from __future__ import annotations

import time

import pytest

from tests.support.cases import each_case
from tests.support.language.runefiles import WORDS, checked, problems, spanned


def codes(text: str) -> list[str]:
    return [item.code for item in checked(text).diagnostics]


def nodes(text: str) -> list[str]:
    return [node.name for node in checked(text).outline.nodes]


@each_case(
    ("old", "new", "place"),
    [
        ("[audio]", "[audio", "["),
        ("[audio]", "[, audio]", ","),
        ("[audio]", "[audio, , audio]", ","),
        ("[word, model.0]", "[word, model.0", "["),
        ("hz: 16000", 'hz: "16000', '"'),
        ("hz: 16000", "hz: 16: 000", ":"),
        ("    inputs:\n      - model", "\tinputs:\n      - model", "\t"),
        ("    args:\n      wordlist", "    args\n      wordlist", "args"),
        ("      hz: 16000", "     hz: 16000", ":"),
        ("      - model", "      - {model", "{"),
        ("path: ./words.txt", "path: './words.txt", "'"),
        ("wordlist: $WORDS", "wordlist: *nothing", "*nothing"),
        ("wordlist: $WORDS", "wordlist: @WORDS", "@"),
        ("wordlist: $WORDS", "wordlist: `WORDS`", "`"),
    ],
)
def test_one_mistake_is_one_diagnostic_and_loses_no_stage(old: str, new: str, place: str) -> None:
    text = WORDS.replace(old, new, 1)
    assert text != WORDS
    (problem,) = checked(text).diagnostics
    assert problem.code == "RUNE0003", problems(text)
    assert spanned(text, problem)[:1] == place[:1]
    assert nodes(text) == ["audio", "model", "best", "word", "serial"]


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("  best:\n", "  best\n", ["audio", "model", "word", "serial"]),
        ("  best:\n", "  best: {\n", ["audio", "model", "word", "serial"]),
        ("  best:\n", '  best: "\n', ["audio", "model", "word", "serial"]),
    ],
)
def test_a_stage_whose_first_line_is_broken_is_left_out_and_its_readers_are_not_blamed(
    old: str, new: str, left: list[str]
) -> None:
    text = WORDS.replace(old, new, 1)
    assert codes(text) == ["RUNE0003"]
    assert nodes(text) == left


def test_mistakes_in_several_stages_and_of_several_kinds_all_come_in_one_run() -> None:
    text = (
        WORDS.replace("hz: 16000", "hz: [16000")
        .replace("    inputs: [audio]", "    inputs: [audoi]")
        .replace("dimensions: [1, 3]", "dimensions: [1, 3")
        .replace("    inputs: [best]", "    inputs: {best")
        .replace("out: SERIAL", "out: SERAIL")
        .replace("path: ./words.txt", 'path: "./words.txt')
    )
    assert codes(text) == ["RUNE0003", "RUNE0021", "RUNE0003", "RUNE0003", "RUNE0050", "RUNE0003"]
    assert nodes(text) == ["audio", "model", "best", "word", "serial"]


def test_a_second_mistake_in_the_same_stage_is_told_too() -> None:
    text = WORDS.replace("hz: 16000", "hz: [16000").replace("- type: i16", "- type: 'i16")
    assert codes(text) == ["RUNE0003", "RUNE0003"]
    assert nodes(text) == ["model", "best", "word", "serial"]


def test_no_more_than_twenty_mistakes_of_syntax_are_told() -> None:
    stages = "".join(f"  s{number}:\n    out: [\n" for number in range(50))
    assert codes(f"version: 1\nimage: x\npipeline:\n{stages}") == ["RUNE0003"] * 20


def test_what_is_wrong_outside_of_the_stages_hides_little() -> None:
    assert codes(WORDS.replace("image: runicos/base", "image: runicos: base")) == ["RUNE0003"]
    text = WORDS.replace("image: runicos/base", "image runicos/base").replace("SERIAL", "SERAIL")
    assert codes(text) == ["RUNE0003", "RUNE0050"]


def test_a_second_document_is_not_looked_at() -> None:
    text = WORDS + "---\npipeline: {x: [}\n"
    (problem,) = checked(text).diagnostics
    assert (problem.code, spanned(text, problem)) == ("RUNE0003", "---")


def test_characters_that_no_text_has_are_told_each_and_the_rest_is_checked() -> None:
    text = WORDS.replace("# one second", "# \x07 \x00").replace("SERIAL", "SERAIL")
    assert codes(text) == ["RUNE0001", "RUNE0001", "RUNE0050"]


def test_a_character_that_no_text_has_does_not_hide_an_open_bracket() -> None:
    assert {"RUNE0001", "RUNE0003"} <= set(codes("pipeline:\n a: {b: [ # \x00\n"))


@pytest.mark.slow
def test_a_usual_large_file_is_mended_as_well_and_in_time() -> None:
    stages = "".join(
        f"  s{number}:\n    proc-block: normalize\n    inputs:\n      - s{number - 1}\n" for number in range(1, 1500)
    )
    stages = stages.replace("- s700\n", "- [s700\n").replace("- s1200\n", "- 's1200\n").replace("  s99:", "  s99")
    text = (
        "version: 1\nimage: x\npipeline:\n  s0: {capability: RAW, args: {length: 4}}\n"
        + stages
        + "  end: {out: TENSR, inputs: [s1499]}\n"
    )
    assert len(text) > 64 * 1024
    begin = time.process_time()
    assert codes(text) == ["RUNE0003", "RUNE0003", "RUNE0003", "RUNE0050"]
    assert time.process_time() - begin < 8


def hostile_files(size: int) -> list[str]:
    """Files that take long where something is looked for again and again; `size` lines most often."""
    return [
        "pipeline:\n" + " a: [\n" * size,
        "pipeline:\n" + " a: {b: [\n" * size,
        "pipeline:\n" + ' a: "\n' * size,
        "a: [\n" * (size * 5 // 3),
        "x: ]\npipeline:\n" + " a:\n" * size,
        "x: ]\npipeline:\n" + " a: |\n  b\n\n" * (size // 3),
        "pipeline:\n a:\n" + "\t\n" * size + "\tb",
        "pipeline:\n" + " ? [\n" * size,
        "pipeline:\n a: " + "x " * (size * 5 // 3) + ": y",
        "%TAG ! x\n" * (size * 5 // 6),
        "pipeline:\n" + "".join(" a: &a [*a\n" for _ in range(size * 5 // 6)),
        "version: 1\nimage: x\npipeline:\n"
        + "".join(f" s{at}: {{out: serial, inputs: [a]}}\n" for at in range(size * 7 // 60)),
        "FROM x\n" + "MODEL<_,_> a b --x '\n" * (size // 3),
        "FROM x\nCAPABILITY<U8[" + "1," * (size * 25 // 3) + "1]> a RAW\n",
    ]


@pytest.mark.slow
@pytest.mark.protects("compiling/runefiles")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(pytest.param(text, 2, id=f"{number}, short") for number, text in enumerate(hostile_files(6_000))),
        *(
            pytest.param(text, 8, id=str(number), marks=pytest.mark.proof)
            for number, text in enumerate(hostile_files(60_000))
        ),
    ],
)
def test_a_hostile_file_is_refused_in_bounded_time(text: str, seconds: int) -> None:
    begin = time.process_time()
    assert checked(text).has_errors
    assert time.process_time() - begin < seconds
