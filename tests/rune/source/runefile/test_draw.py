"""Diagnostics in a terminal and as JSON."""

from __future__ import annotations

import hashlib

from rune.source.runefile import diagnostic_to_json, draw, outline_to_json
from tests.support.language.runefiles import WORDS, checked


def _drawn(text: str, colour: bool = False) -> str:
    return draw(checked(text).diagnostics, {"Runefile.yml": text}, colour)


def test_an_error_shows_its_line_with_carets_notes_and_help() -> None:
    assert _drawn(WORDS.replace("[audio]", "[audoi]")) == (
        'error[RUNE0021]: Unable to find "audoi" to use as an input for "model"\n'
        "  --> Runefile.yml:14:14\n"
        "   |\n"
        "14 |     inputs: [audoi]\n"
        "   |              ^^^^^\n"
        "   = note: Did you mean `audio`, which gives i16[16000]?\n"
        "   = suggestion: Change to audio\n"
        "\n"
    )


def test_wide_characters_and_tabs_do_not_shift_the_carets() -> None:
    text = WORDS.replace("    inputs: [audio]", "    inputs: ['音', audoi]  #\tx")
    lines = _drawn(text).splitlines()
    row = next(line for line in lines if "audoi]" in line)
    carets = [line for line in lines if "^^^^^" in line][-1]
    # The sign is two columns wide, so the carets stand one further right than the character count.
    assert carets.index("^") == row.index("audoi") + 1
    assert "\t" not in row


def test_a_long_line_is_cut_around_the_place() -> None:
    text = WORDS.replace("[audio]", "[" + "audio, " * 100 + "audoi]")
    lines = _drawn(text).partition("error[RUNE0021]")[2].splitlines()
    assert max(map(len, lines)) < 220
    carets = next(line for line in lines if "^^^^^" in line)
    row = lines[lines.index(carets) - 1]
    assert row[carets.index("^") :].startswith("audoi")


def test_colours_are_there_only_when_wanted() -> None:
    text = WORDS.replace("[audio]", "[audoi]")
    assert "\x1b[" in _drawn(text, colour=True)
    assert "\x1b[" not in _drawn(text)


def test_a_file_that_was_not_given_is_drawn_without_its_line() -> None:
    drawing = draw(checked("").diagnostics[:1], {}, False)
    assert drawing.splitlines()[1] == " --> Runefile.yml:1:1"


def test_nothing_wrong_draws_nothing() -> None:
    assert _drawn(WORDS) == ""


def test_a_diagnostic_as_json_has_the_form_that_the_api_promises() -> None:
    (diagnostic,) = checked(WORDS.replace("[audio]", "[audoi]")).diagnostics
    start = WORDS.index("[audio]") + 1
    span = {
        "start": {"line": 14, "column": 14, "offset": start},
        "end": {"line": 14, "column": 19, "offset": start + 5},
    }
    assert diagnostic_to_json(diagnostic) == {
        "severity": "error",
        "code": "RUNE0021",
        "message": 'Unable to find "audoi" to use as an input for "model"',
        "file": "Runefile.yml",
        "span": span,
        "notes": ["Did you mean `audio`, which gives i16[16000]?"],
        "fixes": [
            {
                "title": "Change to audio",
                "is_safe": False,
                "edits": [{"file": "Runefile.yml", "span": span, "text": "audio"}],
            }
        ],
    }


def test_an_outline_as_json_has_nodes_and_wires() -> None:
    outline = outline_to_json(checked(WORDS).outline)
    assert outline["nodes"][0] == {
        "name": "audio",
        "kind": "capability",
        "detail": "SOUND 16 kHz",
        "line": 4,
        "file": None,
        "arguments": [
            {"name": "hz", "value": "16000", "file": None},
            {"name": "sample_duration_ms", "value": "1000", "file": None},
        ],
    }
    assert outline["wires"][0] == {
        "source": "audio",
        "source_index": 0,
        "target": "model",
        "target_index": 0,
        "type": "i16[16000]",
        "meaning": "-32768 to 32767, 16,000 Hz",
    }


def test_arguments_are_told_as_they_are_written_and_a_long_text_by_its_digest() -> None:
    text = """
image: runicos/base
version: 1
pipeline:
  number:
    capability: RAW
    outputs: [{type: u32, dimensions: [1]}]
  word:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [number]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS, other: $INLINE, half: 0.5, whole: 1.0, long: "LONG", lost: $LOST}
  out:
    out: serial
    inputs: [word]
resources:
  WORDS: {path: ./words.txt}
  INLINE: {inline: "a b"}
""".replace("LONG", "x" * 4001)
    _, word, _ = checked(text).outline.nodes
    assert word.arguments is not None
    arguments = {argument.name: (argument.value, argument.file) for argument in word.arguments}
    digest = hashlib.sha256(b"x" * 4001).hexdigest()
    assert arguments == {
        "wordlist": ("$WORDS", "words.txt"),
        "other": ("a b", None),
        "half": ("0.5", None),
        "whole": ("1", None),
        "long": (f"sha256:{digest}", None),
        "lost": ("$LOST", None),
    }
