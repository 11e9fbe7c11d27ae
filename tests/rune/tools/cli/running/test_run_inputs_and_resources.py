"""`rune run`: which file goes where, in both generations of flags; repeats, limits, and resources of the host."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.capabilities.accel import ACCEL
from rune.capabilities.rand import RAND
from rune.capabilities.raw import RAW
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.runes.wat_runes import mirror, rune, text

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u32, dimensions: [1]}]}
  label:
    proc-block: label
    inputs: [in]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  out: {out: serial, inputs: [label]}
resources:
  WORDS: {inline: "yes\\nno"}
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def elements(result: Result) -> list[list[object]]:
    """Returns the elements of the first output of each line."""
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [next(iter(line.values()))[0]["elements"] for line in lines]


def app(folder: Path, module: bytes) -> Path:
    path = folder / "app.rune"
    path.write_bytes(module)
    return path


@pytest.mark.parametrize(
    "flags",
    [
        ["--raw", "FILE"],
        ["-c", "raw:FILE"],
        ["--capability", "RAW:FILE"],
        ["--generated", "--raw", "FILE"],
    ],
)
def test_a_raw_file_is_given_in_every_spelling(flags: list[str], tmp_path: Path) -> None:
    (tmp_path / "a:b").write_bytes(b"\x07\x08")
    path = app(tmp_path, mirror(RAW, 2, "u8[2]"))
    assert elements(run(path, *(flag.replace("FILE", str(tmp_path / "a:b")) for flag in flags))) == [[7, 8]]


@pytest.mark.parametrize("kind", ["accel", "accelerometer"])
@pytest.mark.parametrize("flag", ["--{}={}", "-c{}:{}"])
def test_motion_is_given_in_every_spelling(kind: str, flag: str, tmp_path: Path) -> None:
    (tmp_path / "move.csv").write_text("1,2,3\n", encoding="utf-8")
    path = app(tmp_path, mirror(ACCEL, 12, "f32[1, 3]"))
    assert elements(run(path, flag.format(kind, tmp_path / "move.csv"))) == [[1.0, 2.0, 3.0]]


def test_a_seed_gives_the_same_numbers_under_all_its_names(tmp_path: Path) -> None:
    path = app(tmp_path, mirror(RAND, 4, "u32[1]"))
    first = elements(run(path, "--random", "7"))
    assert elements(run(path, "--rand", "7")) == elements(run(path, "-c", "rand:7")) == first
    assert elements(run(path, "-c", "random:8")) != first


def test_the_source_of_a_capability_picks_the_file(tmp_path: Path) -> None:
    for index in range(2):
        (tmp_path / str(index)).write_bytes(bytes([index]))
    key = f"(data (i32.const 512) {text('source')}) (data (i32.const 600) {text(struct.pack('<i', 1))})"
    values = " ".join(f"(i32.const {value})" for value in (1, 512, 6, 600, 4, 1))
    parameter = f"(drop (call $parameter {values}))"
    header = struct.pack("<I", 5) + b"u8[1]"
    module = rune(
        f"(drop (call $capability (i32.const 5))) {parameter} (drop (call $output (i32.const 5)))",
        """(drop (call $read (i32.const 9) (i32.const 1) (i32.const 1)))
           (drop (call $write (i32.const 2) (i32.const 0) (i32.const 10)))""",
        data=f"(data (i32.const 0) {text(header)}) {key}",
    )
    path = app(tmp_path, module)
    assert elements(run(path, "--raw", tmp_path / "0", "--raw", tmp_path / "1")) == [[1]]
    one = run(path, "--raw", tmp_path / "0")
    assert "The user asked for source 1 but there are only 1 sources available" in one.stderr


@pytest.mark.parametrize("pair", ["image", "picture:a", "raw:", ":a", "rand:no", "rand:99999999999999999999999"])
def test_what_is_no_kind_and_file_is_a_wrong_call(pair: str, tmp_path: Path) -> None:
    result = run(app(tmp_path, mirror(RAW, 2, "u8[2]")), "-c", pair)
    assert result.exit_code == 2
    assert "--capability" in result.stderr


def test_repeats_give_a_line_each_of_one_loaded_rune(tmp_path: Path) -> None:
    header = struct.pack("<I", 5) + b"u8[1]"
    module = rune(
        "(drop (call $output (i32.const 5)))",
        """(i32.store8 (i32.const 9) (i32.add (i32.load8_u (i32.const 9)) (i32.const 1)))
           (drop (call $write (i32.const 1) (i32.const 0) (i32.const 10)))""",
        data=f"(data (i32.const 0) {text(header)})",
    )
    assert elements(run(app(tmp_path, module), "--repeats", "3")) == [[1], [2], [3]]


def test_text_is_for_people(tmp_path: Path) -> None:
    path = app(tmp_path, mirror(RAW, 80, "f32[20]"))
    (tmp_path / "x").write_bytes(struct.pack("<20f", *[0.1] * 20))
    result = run(path, "--raw", tmp_path / "x", "--format", "text")
    assert result.stdout == f"2: f32[20] {', '.join(['0.1'] * 16)} … 4 more\n"


@pytest.mark.parametrize("engine", ["wasm3", "wasmer", "wasmtime"])
def test_the_old_names_of_engines_are_accepted(engine: str, tmp_path: Path) -> None:
    assert run(app(tmp_path, mirror(RAW, 4, "u8[4]")), "--generated", "--engine", engine).exit_code == 0


@pytest.mark.slow
def test_a_loop_ends_at_the_time_that_was_chosen(tmp_path: Path) -> None:
    result = run(app(tmp_path, rune(call="(loop $again (br $again))")), "--time-limit", "0.2")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Prediction failed\n\nCaused by:\n    the rune was stopped: it ran longer")


def test_memory_ends_at_the_size_that_was_chosen(tmp_path: Path) -> None:
    path = app(tmp_path, rune(pages=32))
    assert run(path).exit_code == 0
    result = run(path, "--memory-limit", "1")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Unable to load the Runtime\n\nCaused by:\n")


@pytest.fixture(scope="module")
def words_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rune that reads its words from its host."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "Runefile.yml").write_text(RUNEFILE, encoding="utf-8")
    (folder / "one").write_bytes(struct.pack("<I", 1))
    options = ["--host-resources", "--capacity", "WORDS=100", "-o", str(folder / "app.rune")]
    result = CliRunner().invoke(main, ["build", str(folder), "--format", "json", *options])
    assert result.exit_code == 0, result.output
    payload = json.loads(result.stdout)
    assert payload["report"]["resources"] == [{"name": "WORDS", "capacity": 100, "default": True}]
    assert payload["file"] == str(folder / "app.rune")
    return folder


@pytest.mark.slow
def test_a_resource_is_replaced_by_a_text_or_a_file(words_project: Path) -> None:
    arguments: list[str | Path] = [words_project / "app.rune", "--raw", words_project / "one"]
    assert elements(run(*arguments)) == [["no"]]
    assert elements(run(*arguments, "--string-resource", "WORDS=oui\nnon=non")) == [["non=non"]]
    (words_project / "words").write_text("ja\nnein\n", encoding="utf-8")
    assert elements(run(*arguments, "--file-resource", f"WORDS={words_project / 'words'}")) == [["nein"]]


@pytest.mark.slow
def test_a_resource_that_the_rune_does_not_read_is_an_error(words_project: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = [words_project / "app.rune", "--raw", words_project / "one"]
    unknown = run(*arguments, "--string-resource", "WORD=x")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: This rune has no resource WORD. It has: WORDS.\n")
    build_result = CliRunner().invoke(main, ["build", str(words_project), "-o", str(tmp_path / "in.rune")])
    assert build_result.exit_code == 0
    inside = run(tmp_path / "in.rune", "--raw", words_project / "one", "--string-resource", "WORDS=x")
    assert inside.exit_code == 1
    assert "Build it with --host-resources" in inside.stderr


@each_case("pair", ["WORDS", "=x", "1A=x", "A-B=x"])
def test_what_is_no_name_and_value_is_a_wrong_call(pair: str, words_project: Path) -> None:
    assert run(words_project / "app.rune", "--string-resource", pair).exit_code == 2
    twice = run(words_project / "app.rune", "--string-resource", "A=1", "--string-resource", "A=2")
    assert twice.exit_code == 2


@pytest.mark.parametrize("pair", ["WORDS", "WORDS=", "WORDS=x", "WORDS=0", "WORDS=99999999999"])
def test_a_capacity_is_a_number_of_bytes(pair: str, words_project: Path) -> None:
    result = CliRunner().invoke(
        main, ["build", str(words_project), "--capacity", pair, "-o", str(words_project / "no.rune")]
    )
    assert result.exit_code == 2
    assert not (words_project / "no.rune").exists()


@pytest.mark.protects("uploads/uneven-times")
def test_times_of_a_motion_file_that_jump_or_run_backwards_are_named(tmp_path: Path) -> None:
    path = app(tmp_path, mirror(ACCEL, 36, "f32[3, 3]"))
    move = tmp_path / "move.csv"
    move.write_text("time_ms,x,y,z\n0,1,2,3\n10,1,2,3\n5,1,2,3\n", encoding="utf-8")
    assert "move.csv: Its times run backwards at row 3, from 10 ms to 5 ms." in run(path, "--accel", move).stderr
    move.write_text("time_ms,x,y,z\n0,1,2,3\n10,1,2,3\n20,1,2,3\n", encoding="utf-8")
    assert run(path, "--accel", move).stderr == ""
