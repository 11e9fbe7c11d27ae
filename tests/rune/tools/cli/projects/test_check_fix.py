"""`rune check --fix`: what is fixed, what is left, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.project.files import FolderFiles, MemoryFiles
from rune.tools.cli import main
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.projects import fixing
from rune.tools.cli.projects.edited_files import EditedFiles, write_text
from tests.support.cases import each_case

MISTAKES = """\
# what it is
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW  # four bytes
    args: {Length: 4}
  serial:
    out: SERIAL
    inputs: [Input]
"""


def fix(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", str(path), "--fix", *options])


@pytest.fixture
def runefile(tmp_path: Path) -> Path:
    path = tmp_path / "Runefile.yml"
    path.write_text(MISTAKES, encoding="utf-8")
    return path


def test_everything_with_a_fix_is_mended_and_told(runefile: Path) -> None:
    result = fix(runefile)
    assert result.exit_code == 0, result.output
    assert runefile.read_text("utf-8") == MISTAKES.replace("Length", "length").replace("Input", "input")
    assert result.stdout == (
        "Fixed line 7: Change to length\nFixed line 10: Change to input\n2 stages, 0 errors, 0 warnings\n"
    )


def test_what_only_other_compilers_refuse_is_accepted_and_brought_into_form(runefile: Path) -> None:
    loose = """\
version: "1"
image: runicos/base
pipeline:
  one:
    capability: Rand
    outputs:
      type: u32  # whole numbers

      dimensions: 4
  two: {capability: RAND, outputs: {type: f32, dimensions: 4}}
  bytes: {out: Tensor, inputs: one}
  text: {out: SERIAL, inputs: [~, one, null,
    two, null]}
"""
    strict = """\
version: 1
image: runicos/base
pipeline:
  one:
    capability: RAND
    outputs:
      - type: u32  # whole numbers

        dimensions: [4]
  two: {capability: RAND, outputs: [{type: f32, dimensions: [4]}]}
  bytes: {out: TENSOR, inputs: [one]}
  text: {out: SERIAL, inputs: [one,
    two]}
"""
    runefile.write_text(loose, encoding="utf-8")
    before = CliRunner().invoke(main, ["check", str(runefile)])
    assert before.exit_code == 0, before.output
    assert "4 stages, 0 errors, 11 warnings" in before.stdout
    assert fix(runefile).stdout.endswith("4 stages, 0 errors, 0 warnings\n")
    assert runefile.read_text("utf-8") == strict


PROJECT = """\
version: 1
image: runicos/base
pipeline:
  sound:
    capability: SOUND
    args: {hz: 16000, sample-duration-ms: 1000}
    outputs: [{type: i16, dimensions: [16000]}]
  spectrogram:
    proc-block: hotg-ai/proc-blocks@v0.11.3#fft
    inputs: [sound]
    outputs: [{type: u32, dimensions: [1, 1960]}]
  best:
    proc-block: most_confident_indices
    inputs: [spectrogram]
    args: {count: 1}
    outputs: [{type: u32, dimensions: [1]}]
  word:
    proc-block: label
    inputs: [best]
    args: {wordlist: $WORDS}
  serial:
    out: SERIAL
    inputs: [word]
resources:
  WORDS: {path: ./words.txt}
"""


@each_case(
    ("right", "wrong", "suggestion"),
    [
        ("proc-block: hotg-ai/proc-blocks@v0.11.3#fft", "proc-block: iir-filter", "Change to noise_filtering"),
        ("proc-block: hotg-ai/proc-blocks@v0.11.3#fft", "proc-block: someone/blocks@v1#fft", "Change to fft"),
        ("[sound]", "[sounds]", "Change to sound"),
        ("[sound]", "[sound.1]", "Change to sound"),
        ("capability: SOUND", "capability: SOUNDS", "Change to SOUND"),
        ("out: SERIAL", "out: SERIEL", "Change to SERIAL"),
        ("out: SERIAL", "out: TENSOR", "Change to SERIAL"),
        ("out: SERIAL", "uot: SERIAL", "Change to out"),
        ("args: {count: 1}", "args: {coutn: 1}", "Change to count"),
        ("type: i16", "type: i61", "Change to i64"),
        ("type: u32, dimensions: [1]}", "type: int, dimensions: [1]}", "Change to i32"),
        ("hz: 16000", "hz: 8000", "Change to i16[8000]"),
        ("$WORDS}", "$WORD}", "Change to $WORDS"),
        ("./words.txt", "./word.txt", "Change to ./words.txt"),
        ("version: 1", "version: 2", "Change to 1"),
        ("pipeline:", "pipelines:", "Change to pipeline"),
        ("    out: SERIAL", "\tout: SERIAL", "Change the tab to two spaces"),
        ("image: runicos", "image: \x07runicos", "Remove the character"),
    ],
)
def test_what_is_only_a_guess_is_suggested_and_never_written(
    runefile: Path, right: str, wrong: str, suggestion: str
) -> None:
    text = PROJECT.replace(right, wrong, 1)
    assert text != PROJECT
    runefile.write_text(text, encoding="utf-8")
    runefile.with_name("words.txt").write_text("yes\n" * 1960, encoding="utf-8")
    result = fix(runefile)
    assert runefile.read_text("utf-8") == text
    assert f"suggestion: {suggestion}" in result.stderr, result.output
    assert "with a suggestion, which --fix does not apply" in result.stdout
    assert "Fixed" not in result.stdout


def test_a_name_that_two_others_could_be_is_not_chosen(runefile: Path) -> None:
    text = PROJECT.replace("[sound]", "[SOUND]").replace("  sound:", "  Sound:")
    runefile.write_text(
        text.replace("  spectrogram:", "  sound: {capability: RAND, args: {amount: 1}}\n  spectrogram:"), "utf-8"
    )
    before = runefile.read_text("utf-8")
    assert fix(runefile).exit_code == 1
    assert runefile.read_text("utf-8") == before


def test_no_fix_gives_a_key_or_an_argument_twice(runefile: Path) -> None:
    text = """\
version: 1
image: runicos/base
pipeline:
  input: {capability: RAW, args: {length: 4, Length: 5}, outputs: [{type: u8, dimensions: [4]}]}
  rest: {proc-block: modulo, inputs: [input], args: {modulus: 2, Modulus: 3}}
  word: {proc-block: label, inputs: [rest], args: {labels: [a], wordlist: b}}
  serial: {out: SERIAL, inputs: [word], outputs: []}
"""
    runefile.write_text(text, encoding="utf-8")
    assert fix(runefile).exit_code == 1
    assert runefile.read_text("utf-8") == text


def test_json_tells_what_was_fixed_and_what_is_left(runefile: Path) -> None:
    runefile.write_text(MISTAKES.replace("RAW", "NOTHING_LIKE_IT"), encoding="utf-8")
    result = fix(runefile, "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert "RUNE0021" in [item["code"] for item in report["fixed"]]
    assert [item["severity"] for item in report["diagnostics"]].count("error") == 1
    assert "inputs: [input]" in runefile.read_text("utf-8")


def test_a_right_file_is_not_touched(runefile: Path) -> None:
    runefile.write_text(MISTAKES.replace("Length", "length").replace("Input", "input"), encoding="utf-8")
    runefile.chmod(0o444)
    before = runefile.stat()
    assert fix(runefile).exit_code == 0
    assert runefile.stat().st_mtime_ns == before.st_mtime_ns


def test_permissions_and_links_stay(runefile: Path) -> None:
    real = runefile.with_name("real.yml")
    runefile.rename(real)
    real.chmod(0o640)
    runefile.symlink_to(real.name)
    assert fix(runefile).exit_code == 0
    assert runefile.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "inputs: [input]" in real.read_text("utf-8")


def test_a_file_that_cannot_be_read_is_not_made(tmp_path: Path) -> None:
    result = fix(tmp_path / "nothing.yml")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_changed_meanwhile_is_not_written_over(runefile: Path) -> None:
    files = FolderFiles(runefile.parent)
    with pytest.raises(CommandFailed, match="changed by something else"):
        write_text(files, runefile.parent, "Runefile.yml", "what was read", "what it would become")
    assert runefile.read_text("utf-8") == MISTAKES


def test_edited_files_stand_before_those_of_the_project() -> None:
    files = EditedFiles(MemoryFiles({"a": b"1", "b": b"2"}), {"./a": "changed", "c": "new"})
    assert (files.read("a"), files.read("b"), files.read("c")) == (b"changed", b"2", b"new")
    assert files.paths() == ("a", "b", "c")


def test_no_more_rounds_are_made_than_are_allowed(runefile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixing, "_MAX_ROUNDS", 0)
    assert fix(runefile).exit_code == 1
    assert runefile.read_text("utf-8") == MISTAKES
