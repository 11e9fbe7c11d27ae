"""Completions at a place, in whole files and in half-written lines."""

from __future__ import annotations

import pytest

from rune.editing.language.completion.completing import complete
from rune.editing.language.completion.items import Completion
from tests.rune.editing.language.projects import CURSOR, WORDS, at_cursor
from tests.support.cases import each_case

AUDIO = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 1000}
"""


def offered(text: str, **more: bytes) -> dict[str, Completion]:
    """The completions at the cursor, by label."""
    analysis, offset = at_cursor(text, **more)
    completion = complete(analysis, offset)
    return {} if completion is None else {item.label: item for item in completion.items}


def labels(text: str) -> list[str]:
    return list(offered(text))


def chosen(text: str, label: str) -> str:
    """The text after a completion was taken; a field of a snippet shows what stands in it."""
    analysis, offset = at_cursor(text)
    completion = complete(analysis, offset)
    assert completion is not None
    item = next(item for item in completion.items if item.label == label)
    start, end = completion.span.start.offset, completion.span.end.offset
    insert = item.insert.replace("\\", "").replace("${1}", "") if item.is_snippet else item.insert
    return analysis.source.text[:start] + insert + analysis.source.text[end:]


def test_an_empty_file_offers_the_keys_of_a_document_and_a_whole_one() -> None:
    assert labels(CURSOR) == ["version", "image", "pipeline", "resources", "watch", "a new Runefile"]


def test_a_document_offers_only_the_keys_that_it_has_not() -> None:
    assert labels(f"version: 1\n{CURSOR}\npipeline:\n") == ["image", "resources", "watch"]
    assert chosen(f"ver{CURSOR}", "version") == "version: 1"


@each_case(
    ("prefix", "label", "becomes"),
    [
        ("pro¦", "proc-block", "proc-block: "),
        ("proc-block: ¦", "fft", "proc-block: fft"),
        ("proc-block:¦", "fft", "proc-block: fft"),
        ("proc-block: f¦", "fft", "proc-block: fft"),
        ('proc-block: "f¦"', "fft", 'proc-block: "fft"'),
        ('proc-block: "f¦', "fft", 'proc-block: "fft'),
        ("proc-block: fft\n    in¦", "inputs", "proc-block: fft\n    inputs: []"),
        ("proc-block: fft\n    inputs: ¦", "audio", "proc-block: fft\n    inputs: [audio]"),
        ("proc-block: fft\n    inputs: [¦", "audio", "proc-block: fft\n    inputs: [audio"),
        ("proc-block: fft\n    inputs: [au¦]", "audio", "proc-block: fft\n    inputs: [audio]"),
        ("proc-block: fft\n    inputs: ['¦']", "audio", "proc-block: fft\n    inputs: ['audio']"),
        ("proc-block: fft\n    inputs:\n      - ¦", "audio", "proc-block: fft\n    inputs:\n      - audio"),
        ("proc-block: fft\n    inputs:\n      -¦", "audio", "proc-block: fft\n    inputs:\n      - audio"),
        ("proc-block: fft\n    inputs:\n      ¦", "audio", "proc-block: fft\n    inputs:\n      - audio"),
        ("capability: IMAGE\n    args: {pixel_format: ¦", "@PixelFormat::BGR",
         'capability: IMAGE\n    args: {pixel_format: "@PixelFormat::BGR"'),
        ("capability: IMAGE\n    args:\n      pixel-format: '@¦'", "@PixelFormat::BGR",
         "capability: IMAGE\n    args:\n      pixel-format: '@PixelFormat::BGR'"),
        ("capability: RAW\n    outputs: [{ty¦", "type", "capability: RAW\n    outputs: [{type: "),
        ("capability: RAW\n    outputs:\n      - type: f¦", "f32", "capability: RAW\n    outputs:\n      - type: f32"),
        ("model: ¦", "./words.tflite", "model: ./words.tflite"),
        ("out: ¦", "SERIAL", "out: SERIAL"),
        ("cap¦: IMAGE", "capability", "capability: IMAGE"),
        ("ca¦pability: IMAGE", "model", "model: IMAGE"),
        ("cap¦\n    args: {}", "capability", "capability: \n    args: {}"),
    ],
)  # fmt: skip
def test_a_half_written_stage_is_completed(prefix: str, label: str, becomes: str) -> None:
    head = f"{AUDIO}  next:\n    "
    assert chosen(head + prefix, label) == head + becomes


def test_what_is_written_behind_the_cursor_is_not_replaced_across_a_space() -> None:
    assert "{hz:  sample_duration_ms" in chosen(AUDIO.replace("{hz: 16000, s", "{¦ s"), "hz")


def test_there_is_nothing_to_complete_in_a_comment_or_behind_a_word() -> None:
    assert offered(WORDS.replace("# one", "# o¦ne")) == {}
    assert offered(WORDS.replace("out: SERIAL", "out: SERIAL ¦")) == {}


def test_the_inputs_that_fit_come_first_with_their_types() -> None:
    items = offered(WORDS.replace("inputs: [bytes]", "inputs: [¦]"))
    assert list(items) == ["bytes", "spectrogram", "audio"]
    assert [item.detail for item in items.values()] == [
        "i8[1, 1960]",
        "u32[1, 1960], does not fit",
        "i16[16000], does not fit",
    ]


def test_a_stage_is_not_offered_what_depends_on_it_nor_itself_nor_an_output() -> None:
    assert "model" not in offered(WORDS.replace("inputs: [spectrogram]", "inputs: [¦]"))
    assert {"bytes", "answer"}.isdisjoint(offered(WORDS.replace("inputs: [spectrogram]", "inputs: [¦]")))


def test_further_outputs_are_offered_by_number() -> None:
    two = AUDIO + "  two:\n    model: ./two.tflite\n    inputs: [audio]\n  end: {out: SERIAL, inputs: [¦]}\n"
    assert {"two", "two.1"} <= offered(two).keys()
    assert offered(two)["two.1"].detail == "u8[4]"


def test_a_block_comes_with_its_summary_and_its_whole_page() -> None:
    label = offered(AUDIO + "  next:\n    proc-block: ¦")["label"]
    assert label.detail == "Turns indices into the words of a list."
    assert "Good to know" in label.documentation


def test_blocks_that_take_the_input_come_first() -> None:
    names = labels(AUDIO + "  next:\n    inputs: [audio]\n    proc-block: ¦")
    assert names.index("fft") < names.index("noise_filtering")


def test_published_paths_come_first_where_the_file_has_them() -> None:
    path = "hotg-ai/proc-blocks@v0.11.3#fft"
    stages = "".join(f"  {name}:\n    proc-block: {of}\n" for name, of in (("a", path), ("b", "fft"), ("c", path)))
    names = labels(f"{AUDIO}{stages}  next:\n    proc-block: f¦")
    assert names.index(path) < names.index("fft")
    assert names[0].startswith("hotg-ai/")


def test_arguments_of_a_block_say_what_they_must_be() -> None:
    items = offered(AUDIO + "  next:\n    proc-block: fft\n    args:\n      bins: 64\n      ¦")
    assert list(items) == ["sample_rate", "window_overlap"]
    assert items["window_overlap"].detail == "number from 0 to 1, default 0.6666667"
    assert items["window_overlap"].insert == "window_overlap: ${1:0.6666667}"


def test_arguments_of_a_capability_are_those_that_are_missing() -> None:
    assert labels(AUDIO.replace("hz: 16000, s", "hz: 16000, ¦, s")) == ["source"]


def test_values_of_an_argument_are_its_default_its_limits_and_the_resources() -> None:
    assert labels(AUDIO + "  next:\n    proc-block: fft\n    args:\n      bins: ¦") == ["480", "16", "8192"]
    assert labels(WORDS.replace("$LABELS", "¦")) == ["$LABELS"]
    assert labels(WORDS.replace("$LABELS", "$L¦")) == ["$LABELS"]
    assert labels(WORDS.replace("./words.tflite", "./words.tflite\n    args: {format: ¦}"))[0] == "tensorflow-lite"


def test_files_of_the_project_are_offered_as_models_and_for_resources() -> None:
    models = offered(WORDS.replace("./words.tflite", "¦"))
    assert models["./words.tflite"].detail == "i8[1, 1960] → i8[1, 6]"
    assert labels(WORDS.replace("./labels.txt", "¦")) == ["./labels.txt", "./two.tflite", "./words.tflite"]


def test_outputs_are_written_with_the_types_that_are_known() -> None:
    items = offered(AUDIO + "    ¦")
    assert items["outputs"].insert == "outputs:\n  - {type: i16, dimensions: [16000]\\}"


def test_a_whole_stage_reads_from_the_stage_above_that_fits() -> None:
    items = offered(WORDS.replace("  best:", "  ¦\n  best:"))
    assert items["words.tflite stage"].insert == (
        "words:\n  model: ./words.tflite\n  inputs: [bytes]\n  outputs:\n    - {type: i8, dimensions: [1, 6]\\}"
    )
    assert items["noise_filtering stage"].insert.endswith("inputs: [spectrogram]")
    assert items["SOUND stage"].insert.startswith("audio_2:\n")


def test_a_broken_stage_elsewhere_hides_nothing() -> None:
    text = WORDS.replace("inputs: [spectrogram]", "inputs: [spectrogram").replace("$LABELS", "¦")
    assert labels(text) == ["$LABELS"]
    new_text = WORDS.replace("capability: SOUND  #", "capability SOUND  #")
    names = labels(new_text.replace("[word, model.0]", "[¦]"))
    assert set(names) == {"word", "best", "model", "bytes", "spectrogram", "audio"}


@pytest.mark.slow
def test_every_place_of_a_file_can_be_asked() -> None:
    for offset in range(0, len(WORDS) + 1, 7):
        analysis, at = at_cursor(WORDS[:offset] + CURSOR + WORDS[offset:])
        completion = complete(analysis, at)
        if completion is not None:
            assert completion.span.start.offset <= at <= completion.span.end.offset
            assert completion.span.start.line == completion.span.end.line


@pytest.mark.slow
def test_every_beginning_of_a_file_can_be_asked() -> None:
    for offset in range(0, len(WORDS) + 1, 11):
        complete(*at_cursor(WORDS[:offset] + CURSOR))


def test_an_argument_of_some_words_offers_them() -> None:
    items = offered(AUDIO + "  next:\n    proc-block: log_mel\n    args:\n      preset: ¦")
    libraries = ["keras", "librosa", "python_speech_features", "mlperf_tiny", "torchaudio"]
    assert list(items) == ["micro_frontend", *libraries, "edge_impulse_mfe"]
    assert items["micro_frontend"].detail == "default"
    completions = offered(AUDIO + "  next:\n    proc-block: resample\n    args:\n      to¦")
    assert completions["to_rate"].detail == "whole number from 1 to 1000000 hertz, default 16000"
