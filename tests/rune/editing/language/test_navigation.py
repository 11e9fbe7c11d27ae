"""Going from a name to its definition and its uses, and renaming stages and resources."""

from __future__ import annotations

import pytest

from rune.editing.language.apply import apply_edits
from rune.editing.language.names.navigation import RenameRefused, definition, prepare_rename, references, rename
from tests.rune.editing.language.projects import WORDS, applied, at_cursor
from tests.support.cases import each_case


def places(text: str, *, uses_only: bool = False) -> list[tuple[int, str]]:
    """Line and text of every reference."""
    analysis, offset = at_cursor(text)
    return [
        (each.span.start.line, analysis.source.text[each.span.start.offset : each.span.end.offset])
        for each in references(analysis, offset, with_definition=not uses_only)
    ]


def renamed(text: str, name: str) -> str:
    analysis, offset = at_cursor(text)
    return applied(analysis.source.text, rename(analysis, offset, name))


def defined(text: str) -> list[tuple[str, int]]:
    return [(each.file, each.span.start.line) for each in definition(*at_cursor(text))]


def test_an_input_leads_to_its_stage() -> None:
    assert defined(WORDS.replace('["best"]', '["be¦st"]')) == [("Runefile.yml", 24)]
    assert defined(WORDS.replace("model.0", "model.¦0")) == [("Runefile.yml", 18)]


def test_a_resource_and_a_file_lead_to_where_they_are() -> None:
    assert defined(WORDS.replace("$LABELS", "$¦LABELS")) == [("Runefile.yml", 38)]
    assert defined(WORDS.replace("./labels.txt", "./labels¦.txt")) == [("labels.txt", 1)]
    assert defined(WORDS.replace("./words.tflite", "./words¦.tflite")) == [("words.tflite", 1)]


def test_a_file_that_is_not_there_leads_nowhere() -> None:
    assert defined(WORDS.replace("./words.tflite", "./¦none.tflite")) == []
    assert defined(WORDS.replace("./words.tflite", "../¦none.tflite")) == []
    assert defined(WORDS.replace("[word", "[wor¦ds")) == []


def test_all_places_of_a_stage_are_found_from_any_of_them() -> None:
    expected = [(18, "model"), (27, "model"), (35, "model")]
    assert places(WORDS.replace("model.0", "mod¦el.0")) == expected
    assert places(WORDS.replace("  model:\n", "  m¦odel:\n")) == expected
    assert places(WORDS.replace("  model:\n", "  m¦odel:\n"), uses_only=True) == expected[1:]


def test_a_rename_reaches_every_place_and_keeps_quotes_and_numbers() -> None:
    text = renamed(WORDS.replace("  model:\n", "  m¦odel:\n"), "network")
    assert text == (
        WORDS.replace("  model:\n", "  network:\n").replace("- model", "- network").replace("model.0", "network.0")
    )
    assert 'inputs: ["first"]' in renamed(WORDS.replace("  best:", "  bes¦t:"), "first")
    assert renamed(WORDS.replace("  LABELS:", "  LABE¦LS:"), "WORDS") == WORDS.replace("LABELS", "WORDS")


def test_a_rename_in_a_broken_file_reaches_the_broken_lines_too() -> None:
    text = WORDS.replace("inputs: [bytes]", "inputs: [bytes").replace("- {type: i16", "- {type i16")
    assert renamed(text.replace("  bytes:", "  by¦tes:"), "pixels") == text.replace("bytes", "pixels")


@each_case(
    ("name", "reason"),
    [
        ("audio", 'The stage in line 5 has the name "audio" already'),
        ("LABELS", 'The resource in line 38 has the name "LABELS" already'),
        ("2nd", '"2nd" cannot name a stage'),
        ("a b", '"a b" cannot name a stage'),
        ("naïve", "cannot name a stage"),
        ("", '"" cannot name a stage'),
        ("null", '"null" is not a text in YAML'),
        ("true", "not a text in YAML"),
    ],
)
def test_a_bad_name_for_a_stage_is_refused(name: str, reason: str) -> None:
    with pytest.raises(RenameRefused) as error:
        renamed(WORDS.replace("  model:\n", "  m¦odel:\n"), name)
    assert reason in error.value.reason


def test_a_resource_has_no_dash_in_its_name() -> None:
    with pytest.raises(RenameRefused, match="cannot name a resource"):
        renamed(WORDS.replace("$LABELS", "$LA¦BELS"), "my-words")


def test_where_there_is_no_name_nothing_is_renamed() -> None:
    assert prepare_rename(*at_cursor(WORDS.replace("SOUND", "SO¦UND"))) is None
    with pytest.raises(RenameRefused, match="no stage or resource"):
        renamed(WORDS.replace("SOUND", "SO¦UND"), "x")


def test_the_name_to_be_renamed_is_shown_without_quotes_and_number() -> None:
    for text, start in ((WORDS.replace('"best"', '"be¦st"'), '"best"]'), (WORDS.replace("$LABELS", "$LA¦BELS"), "$LA")):
        analysis, offset = at_cursor(text)
        span = prepare_rename(analysis, offset)
        assert span is not None
        assert span.start.offset == WORDS.index(start) + 1


def test_of_two_stages_of_one_name_the_references_follow_the_first() -> None:
    twice = WORDS.replace("  answer:", "  best: {proc-block: normalize, inputs: [bytes]}\n  answer:")
    second = twice.replace("  best: {", "  be¦st: {")
    assert renamed(second, "other") == twice.replace("  best: {", "  other: {")
    assert 'inputs: ["other"]' in renamed(twice.replace("  best:\n", "  be¦st:\n"), "other")


def test_the_old_text_form_can_be_navigated_and_asks_for_fmt_before_a_rename() -> None:
    old = "FROM runicos/base\nCAPABILITY<I16[16000]> audio SOUND --hz 16000 --sample-duration-ms 1000\n"
    old += "PROC_BLOCK<_,_> fft hotg-ai/proc-blocks#fft\nOUT serial\nRUN audio fft serial\n"
    analysis, offset = at_cursor(old.replace("RUN audio", "RUN au¦dio"))
    assert [each.span.start.line for each in definition(analysis, offset)] == [2]
    assert prepare_rename(analysis, offset) is None
    with pytest.raises(RenameRefused, match="rune fmt"):
        rename(analysis, offset, "sound")


ALIASES = """\
version: 1
image: runicos/base
pipeline:
  audio: {capability: RAW, args: {length: 4}}
  first: {proc-block: fft, inputs: &heard [audio]}
  second: {proc-block: fft, inputs: *heard}
  answer: {out: serial, inputs: [first, second]}
"""


@each_case(
    "text",
    [
        ALIASES,
        ALIASES.replace("&heard [audio]", "[&heard audio]").replace("*heard", "[*heard]"),
        ALIASES.replace("&heard [audio]", "[&audio !!str 'audio']").replace("*heard", "[*audio]"),
        ALIASES.replace("  audio:", "  &key audio:").replace("&heard [audio]", "&heard [*key]"),
    ],
)  # fmt: skip
def test_a_name_that_an_alias_repeats_is_changed_once_and_keeps_its_anchor(text: str) -> None:
    cursor = text.index("audio:") + 1
    analysis, offset = at_cursor(f"{text[:cursor]}¦{text[cursor:]}")
    edits = rename(analysis, offset, "mic")
    assert len({edit.span for edit in edits}) == len(edits)
    expected = text.replace("audio", "mic").replace("&mic", "&audio").replace("*mic", "*audio")
    assert apply_edits(text, edits) == expected


def test_a_name_that_an_alias_makes_a_value_too_is_not_changed() -> None:
    text = ALIASES.replace("&heard [audio]", "[&heard audio], args: {word: *heard}").replace("*heard}\n", "[audio]}\n")
    with pytest.raises(RenameRefused, match="An alias uses the name in line 5 as something else too"):
        renamed(text.replace("audio:", "au¦dio:"), "mic")
