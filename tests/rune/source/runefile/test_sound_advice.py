"""Pipelines that are right stage by stage and hear nothing, or something else: `check` says so, with what to write."""

from __future__ import annotations

import pytest

from rune.editing.language.apply import apply_edits
from rune.source.runefile import CheckedRunefile, Severity
from tests.support.cases import each_case
from tests.support.language.runefiles import checked

LISTENING = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args:
      hz: 16000
      sample-duration-ms: 1000
    outputs: [{type: i16, dimensions: [16000]}]
  spectrogram:
    proc-block: hotg-ai/proc-blocks@v0.11.3#fft
    inputs: [audio]
  features:
    proc-block: hotg-ai/proc-blocks@v0.11.3#noise-filtering
    inputs: [spectrogram]
    args: {fresh: 1}
  serial: {out: SERIAL, inputs: [features]}
"""
WIDE = LISTENING.replace("hz: 16000", "hz: 44100").replace("[16000]", "[44100]")


def codes(text: str) -> list[str]:
    result = checked(text)
    assert not result.has_errors, result.diagnostics
    assert all(item.severity is Severity.WARNING for item in result.diagnostics)
    return [item.code for item in result.diagnostics]


def fixed(text: str, fix: int = 0) -> str:
    (problem,) = checked(text).diagnostics
    assert not problem.fixes[fix].is_safe
    return apply_edits(text, problem.fixes[fix].edits)


def test_a_pipeline_that_hears_right_has_nothing_wrong() -> None:
    assert codes(LISTENING) == []


def test_a_sound_of_another_rate_is_told_with_the_fix() -> None:
    (problem,) = checked(WIDE).diagnostics
    assert problem.code == "RUNE0046"
    assert problem.message == '"spectrogram" computes for sound of 16 kHz, and "audio" gives 44.1 kHz'
    assert fixed(WIDE) == LISTENING


@pytest.mark.parametrize(
    "block",
    [
        "  louder: {proc-block: normalize, inputs: [audio]}\n",
        "  louder: {proc-block: modulo, inputs: [audio], args: {modulus: 7}}\n",
    ],
)
def test_the_rate_is_known_through_the_blocks_between(block: str) -> None:
    text = WIDE.replace("  spectrogram:", f"{block}  spectrogram:").replace(
        "inputs: [audio]\n  features", "inputs: [louder]\n  features"
    )
    assert codes(text) == ["RUNE0046"]


def test_without_declared_samples_the_rate_alone_changes() -> None:
    text = WIDE.replace("    outputs: [{type: i16, dimensions: [44100]}]\n", "")
    assert codes(fixed(text)) == []


def test_samples_that_stand_in_one_of_several_dimensions_are_changed_there() -> None:
    assert "dimensions: [1, 16000]" in fixed(WIDE.replace("[44100]", "[1, 44100]"))
    (problem,) = checked(WIDE.replace("[44100]", "[2, 22050]")).diagnostics
    assert problem.fixes == ()


def test_a_sample_rate_that_changes_nothing_is_told() -> None:
    text = LISTENING.replace("inputs: [audio]\n", "inputs: [audio]\n    args: {sample_rate: 44100}\n")
    assert codes(text) == ["RUNE0046"]
    assert codes(fixed(text)) == []


def test_samples_that_come_from_elsewhere_are_not_judged() -> None:
    raw = "capability: RAW\n    args: {length: 32000}\n    outputs: [{type: i16, dimensions: [16000]}]\n"
    text = LISTENING[: LISTENING.index("capability")] + raw + LISTENING[LISTENING.index("  spectrogram") :]
    assert codes(text) == []


@each_case("arguments", ["", "    args: {strength: 0.9}\n", "    args:\n      strength: 0.9\n", "    args: {}\n"])
def test_a_noise_filter_that_remembers_whole_windows_is_told_with_both_ways_out(arguments: str) -> None:
    text = LISTENING.replace("    args: {fresh: 1}\n", arguments)
    assert codes(text) == ["RUNE0047"]
    for fix, value in enumerate(("fresh: 1", "fresh: 0")):
        assert value in fixed(text, fix)
        assert codes(fixed(text, fix)) == []


@each_case("arguments", ["fresh: 1", "fresh: 0", "even_smoothing: 0, odd-smoothing: 0", "fresh: 0, strength: 0.9"])
def test_a_noise_filter_that_is_meant_so_or_does_not_learn_is_not_told(arguments: str) -> None:
    assert codes(LISTENING.replace("fresh: 1", arguments)) == []


def test_a_spectrogram_from_elsewhere_may_be_one_moment_at_a_time() -> None:
    text = LISTENING.replace("    args: {fresh: 1}\n", "").replace(
        "    proc-block: hotg-ai/proc-blocks@v0.11.3#fft\n    inputs: [audio]\n",
        "    capability: RAW\n    args: {length: 160}\n    outputs: [{type: u32, dimensions: [1, 40]}]\n",
    )
    assert [item for item in codes(text) if item != "RUNE0027"] == []


def test_the_text_form_is_told_too() -> None:
    text = """\
FROM runicos/base
CAPABILITY<I16[16000]> audio SOUND --hz 16000 --sample-duration-ms 1000
PROC_BLOCK<_,_> spectrogram hotg-ai/proc-blocks@v0.11.3#fft
PROC_BLOCK<_,_> bytes hotg-ai/proc-blocks@v0.11.3#noise-filtering
OUT serial
RUN audio spectrogram bytes serial
"""
    result: CheckedRunefile = checked(text)
    assert [item.code for item in result.diagnostics] == ["RUNE0093", "RUNE0047"]
    fresh = text.replace("#noise-filtering", "#noise-filtering --fresh 1")
    assert [item.code for item in checked(fresh).diagnostics] == ["RUNE0093"]


TEXT_FORM = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 44100, sample-duration-ms: 1000}
  speech: {proc-block: resample, inputs: [audio], args: {sample_rate: 44100, to_rate: 16000}}
  bands: {proc-block: mfe, inputs: [speech], args: {sample_rate: 16000}}
  serial: {out: SERIAL, inputs: [bands]}
"""


def test_a_rate_that_is_changed_on_the_way_is_the_one_that_counts() -> None:
    assert codes(TEXT_FORM) == []
    (problem,) = checked(TEXT_FORM.replace("to_rate: 16000", "to_rate: 8000")).diagnostics
    assert problem.message == '"bands" computes for sound of 16 kHz, and "speech" gives 8 kHz'
    assert fixed(TEXT_FORM.replace("to_rate: 16000", "to_rate: 8000")) == TEXT_FORM
    (problem,) = checked(TEXT_FORM.replace("{sample_rate: 44100", "{sample_rate: 48000")).diagnostics
    assert problem.message == '"speech" computes for sound of 48 kHz, and "audio" gives 44.1 kHz'


def test_a_block_that_is_told_a_rate_can_be_told_that_of_the_sound() -> None:
    direct = TEXT_FORM.replace("inputs: [speech]", "inputs: [audio]").replace(
        "  speech: {proc-block: resample, inputs: [audio], args: {sample_rate: 44100, to_rate: 16000}}\n", ""
    )
    (problem,) = checked(direct).diagnostics
    assert problem.message == '"bands" computes for sound of 16 kHz, and "audio" gives 44.1 kHz'
    assert [fix.title for fix in problem.fixes] == ["Change hz to 16000", "Change sample_rate to 44100"]
    assert fixed(direct, 1) == direct.replace("sample_rate: 16000", "sample_rate: 44100")


def test_another_word_than_those_of_an_argument_is_refused_with_the_nearest() -> None:
    text = TEXT_FORM.replace("args: {sample_rate: 16000}", "args: {sample_rate: 16000, preset: librosaa}")
    (problem,) = checked(text).diagnostics
    assert problem.code == "RUNE0065"
    assert problem.message.endswith("it must be one of keras, librosa, python_speech_features, mlperf_tiny, torchaudio")
    assert apply_edits(text, problem.fixes[0].edits) == text.replace("librosaa", "librosa")
