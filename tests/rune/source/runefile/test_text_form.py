"""The text form that Runefiles had before YAML: read into the same pipeline, with the same diagnostics and places."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import CheckedRunefile, RunefileForm, Severity, check
from rune.source.runefile.pipeline import BlockStage
from tests.support.cases import each_case
from tests.support.language.pieces import SPEECH
from tests.support.language.runefiles import applied, signature, spanned


def read(text: str) -> CheckedRunefile:
    files = MemoryFiles({"Runefile": text.encode(), "words.tflite": b""})
    return check(files, PUBLISHED_BLOCKS, signatures=signature)


def messages(text: str) -> list[str]:
    """Severity, code and place of everything but the advice to write YAML."""
    return [
        f"{item.severity.value}[{item.code}] {spanned(text, item)!r}"
        for item in read(text).diagnostics
        if item.code != "RUNE0093"
    ]


def test_a_text_runefile_gives_the_pipeline_that_it_describes() -> None:
    result = read(SPEECH)
    assert [(item.severity, item.code) for item in result.diagnostics] == [(Severity.WARNING, "RUNE0093")]
    assert result.syntax.form is RunefileForm.TEXT
    assert result.root is None
    assert result.pipeline is not None
    assert [stage.name for stage in result.pipeline.stages] == ["audio", "model", "best", "word", "serial"]
    assert [(wire.source, wire.target, wire.type) for wire in result.outline.wires] == [
        ("audio", "model", "i16[16000]"),
        ("model", "best", "f32[1, 3]"),
        ("best", "word", "u32[1]"),
        ("word", "serial", "utf8[1]"),
    ]
    word = result.pipeline.stages[3]
    assert isinstance(word, BlockStage)
    assert word.arguments["wordlist"] == "one\ntwo\ntwo and one"


def test_lines_may_end_with_carriage_returns() -> None:
    assert messages(SPEECH.replace("\n", "\r\n")) == []


def test_types_may_be_left_to_be_found_out() -> None:
    text = SPEECH.replace("<I16[16000]>", "<_>").replace("<I16[1, 16000],F32[1,3]>", "<_, _>").replace("<_,_>", "")
    assert messages(text) == []
    assert read(text).outline == read(SPEECH).outline


@each_case(
    ("old", "new", "problems"),
    [
        ("CAPABILITY<", "CAPABILTY<", ["error[RUNE0092] 'CAPABILTY'"]),
        ("OUT serial", "SEND serial", ["error[RUNE0092] 'SEND'"]),
        ("OUT serial", "OUT", ["error[RUNE0092] ''"]),
        ("OUT serial", "OUT serail", ["error[RUNE0050] 'serail'", "error[RUNE0021] 'serial'"]),
        ("OUT serial", "OUT serial now", ["error[RUNE0092] 'now'"]),
        ("SOUND", "SOUDN", ["error[RUNE0040] 'SOUDN'"]),
        ("--hz 16000 ", "", ["error[RUNE0041] 'SOUND'"]),
        ("--hz 16000", "--hz", ["error[RUNE0092] 'hz'"]),
        ("--hz 16000", "--hz fast", ["error[RUNE0042] 'fast'"]),
        ("--hz 16000", "hz 16000", ["error[RUNE0092] 'hz 16000 --sample-duration-ms 1000'"]),
        ("<I16[16000]>", "<I16[8000]>", ["error[RUNE0044] 'I16[8000]'", "error[RUNE0074] 'audio'"]),
        ("<I16[16000]>", "<STR[16000]>", ["error[RUNE0030] 'STR'"]),
        ("<I16[16000]>", "<I16[0]>", ["error[RUNE0031] '0'"]),
        ("<I16[16000]>", "<I16[16000]", ["error[RUNE0092] '<'"]),
        ("<I16[16000]>", "<I16[16000], I16[16000]>", ["error[RUNE0092] '<I16[16000], I16[16000]>'"]),
        ("F32[1,3]", "I8[1,3]", ["error[RUNE0034] 'I8[1,3]'"]),
        ("./words.tflite", "./wrods.tflite", ["error[RUNE0020] './wrods.tflite'"]),
        ("--count=1", "--cuont=1", ["error[RUNE0063] 'cuont'"]),
        ("@v0.1.2#proc", "#proc", ["warning[RUNE0061] 'hotg-ai/rune#proc_blocks/most_confident_indices'"]),
        ("--wordlist", "--labels", ["warning[RUNE0067] 'labels'"]),
        (', \\\n    # the third\n    "two and one"', "", ["warning[RUNE0069] 'one,two'"]),
        ('"two and one"', '"two and one', ["error[RUNE0092] '\"'"]),
        ("RUN audio model", "RUN audio modle", ["error[RUNE0026] 'model'", "error[RUNE0021] 'modle'"]),
        ("word serial", "word sreial", ["error[RUNE0026] 'serial'", "error[RUNE0021] 'sreial'"]),
        ("RUN audio model best word serial", "", ["error[RUNE0092] 'serial'"]),
        ("RUN audio", "RUN", ["error[RUNE0026] 'model'"]),
        ("FROM runicos/base", "", []),
        ("RUN audio model best word serial", "RUN audio model best\nRUN best word SERIAL", []),
        ("OUT serial", "OUT serial\nOUT serial", ["error[RUNE0010] 'serial'"]),
        ("audio SOUND", "1audio SOUND", ["error[RUNE0011] '1audio'", "error[RUNE0021] 'audio'"]),
    ],
)
def test_what_is_wrong_with_a_line_is_told_at_its_place_and_the_rest_is_still_read(
    old: str, new: str, problems: list[str]
) -> None:
    text = SPEECH.replace(old, new, 1)
    assert text != SPEECH
    actual = messages(text)
    assert [item for item in actual if "RUNE0026" not in item or item in problems] == problems
    assert len(read(text).outline.nodes) >= 4 or "1audio" in new or "SEND" in new or new == "OUT"


@each_case(
    ("old", "new"),
    [
        ("CAPABILITY<", "CAPABILTY<"),
        ("<I16[16000]>", "<I16[8000]>"),
        ("F32[1,3]", "I8[1,3]"),
        ("--wordlist", "--labels"),
        ("--count", "--cuont"),
        ("@v0.1.2#proc", "#proc"),
        ("<I16[16000]>", "<INT16[16000]>"),
        ("RUN audio model", "RUN audio modle"),
        ("word serial", "word sreial"),
    ],
)
def test_the_first_fix_mends_the_line_in_its_own_form(old: str, new: str) -> None:
    text = SPEECH.replace(old, new, 1)
    fixes = [item.fixes for item in read(text).diagnostics if item.fixes]
    assert fixes
    assert messages(applied(text, fixes[0])) == []


def test_two_broken_lines_do_not_hide_what_is_wrong_in_a_third() -> None:
    text = SPEECH.replace("--hz 16000", "hz").replace("--count=1", "--count").replace("F32[1,3]", "F32[1,4]")
    assert messages(text) == [
        "error[RUNE0092] 'hz --sample-duration-ms 1000'",
        "warning[RUNE0035] 'F32[1,4]'",
        "error[RUNE0092] '--count'".replace("--count", "count"),
    ]


def test_a_file_that_only_looks_like_it_is_yaml() -> None:
    for text in ("FROM: x\n", "version: 1\nRUN: 2\n", "- FROM x\n", "{}\nFROM x\n"):
        assert read(text).syntax.form is RunefileForm.YAML


@pytest.mark.slow
@pytest.mark.protects("compiling/runefiles")
@pytest.mark.parametrize(
    "text",
    ["RUN " + "a " * 300_000, "RUN \\\n" * 100_000, "FROM x\n" * 100_000, "RUN " + "\\ " * 300_000, "OUT <" * 150_000],
    ids=range(5),
)
def test_a_hostile_file_is_read_or_refused_in_bounded_time(text: str) -> None:
    assert read(text).has_errors
