"""The Runefile of a zune: recognised, drawn, and what of it cannot be built is said by its name."""

from __future__ import annotations

from rune.source.runefile import RunefileForm
from tests.support.language.runefiles import WORDS, applied, checked, problems, spanned

ZUNE = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: wapm:///hotg-ai/sound_input?version=0.12.0
    args: {hz: 16000, sample_duration_ms: "1000"}
    outputs: [{type: i16, dimensions: [16000]}]
  samples:
    capability: proc_blocks/samples
    outputs: [{type: i16, dimensions: [16000]}]
  model:
    model: https://example.org/words.tflite
    inputs: [audio, samples]
    outputs: [{type: f32, dimensions: [1, 3]}]
  best:
    proc-block: wapm:///hotg-ai/most_confident_indices?version=0.12.0
    inputs: [model]
  softmax:
    proc-block: wapm:///hotg-ai/support_vector_classifier?version=0.12.0
    inputs: [model]
  other:
    proc-block: proc_blocks/other
    inputs: [model]
  serial:
    out: SERIAL
    inputs: [best, softmax, other]
"""


def test_what_of_a_zune_has_an_equal_is_taken_and_the_rest_is_said_by_name() -> None:
    result = checked(ZUNE)
    assert result.syntax.form is RunefileForm.ZUNE
    assert [(node.name, node.detail) for node in result.outline.nodes] == [
        ("audio", "SOUND 16 kHz"),
        ("samples", "proc_blocks/samples"),
        ("model", "words"),
        ("best", "most_confident_indices"),
        ("softmax", "support_vector_classifier"),
        ("other", "other"),
        ("serial", "SERIAL"),
    ]
    assert [(item.severity.value, item.code, spanned(ZUNE, item)) for item in result.diagnostics] == [
        ("warning", "RUNE0094", "wapm:///hotg-ai/sound_input?version=0.12.0"),
        ("error", "RUNE0094", "proc_blocks/samples"),
        ("error", "RUNE0094", "https://example.org/words.tflite"),
        ("warning", "RUNE0094", "wapm:///hotg-ai/most_confident_indices?version=0.12.0"),
        ("warning", "RUNE0094", "wapm:///hotg-ai/support_vector_classifier?version=0.12.0"),
        ("error", "RUNE0066", "model"),
        ("error", "RUNE0094", "proc_blocks/other"),
    ]


def test_a_package_with_an_equal_is_replaced_by_its_fix() -> None:
    text = WORDS.replace("capability: SOUND", "capability: wapm:///hotg-ai/sound_input?version=0.12.0")
    text = text.replace("hotg-ai/proc-blocks@v0.11.3#label", "wapm:///hotg-ai/label?version=0.12.0")
    result = checked(text)
    assert [item.code for item in result.diagnostics] == ["RUNE0094", "RUNE0094"]
    assert result.pipeline is not None
    for _ in range(2):
        text = applied(text, checked(text).diagnostics[0].fixes)
    assert problems(text) == []


def test_an_ordinary_runefile_is_no_zune() -> None:
    assert checked(WORDS).syntax.form is RunefileForm.YAML
    assert checked(WORDS.replace("./words.tflite", "models/words")).syntax.form is RunefileForm.YAML


def test_the_element_type_that_modules_of_a_zune_were_told_follows_from_what_is_read() -> None:
    text = WORDS.replace("hotg-ai/proc-blocks@v0.11.3#label", "wapm:///hotg-ai/label?version=0.12.0")
    text = text.replace("      wordlist: $WORDS\n", "      wordlist: $WORDS\n      element_type: u32\n")
    result = checked(text)
    assert [(item.code, item.severity.value) for item in result.diagnostics] == [("RUNE0094", "warning")] * 2
    assert "element_type" not in applied(text, result.diagnostics[1].fixes)
