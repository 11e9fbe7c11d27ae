"""The command `rune run`, from its arguments to its line of JSON."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.capabilities.rand import RAND
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runs.outputs import shortest_f32
from rune.tools.cli import main
from tests.support.runes.wat_runes import echo, mirror, rune, text

SERIAL = json.dumps({"type_name": "utf8", "channel": 2, "elements": ["up"], "dimensions": [1]}).encode()


def run(tmp_path: Path, module: bytes, *arguments: str) -> Result:
    (tmp_path / "app.rune").write_bytes(module)
    return CliRunner().invoke(main, ["run", str(tmp_path / "app.rune"), *arguments])


def test_texts_and_numbers_are_printed_as_they_always_were(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(struct.pack("<2f", 0.69727874, 1.0))
    result = run(tmp_path, mirror(RAW, 8, "f32[1, 2]"), "--raw", str(tmp_path / "raw"))
    assert result.exit_code == 0
    assert result.stdout == '{"2":[{"element-type":"f32","dimensions":[1,2],"elements":[0.69727874,1.0]}]}\n'
    words = run(tmp_path, echo(RAND, 4, SERIAL), "--random", "1")
    assert json.loads(words.stdout) == {"2": [{"element_type": "utf8", "dimensions": [1], "elements": ["up"]}]}


def test_generated_input_needs_no_file(tmp_path: Path) -> None:
    assert run(tmp_path, echo(SOUND, 100, SERIAL), "--generated").exit_code == 0


def test_a_file_that_is_missing_is_an_error_with_its_reason(tmp_path: Path) -> None:
    result = run(tmp_path, echo(RAW, 4, SERIAL))
    assert result.exit_code == 1
    assert result.stderr == (
        'Error: Unable to load the "RAW" input\n\n'
        "Caused by:\n    The user asked for source 0, but no sources were provided: give a file with --raw\n"
    )


def test_what_is_no_rune_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    result = run(tmp_path, b"no rune")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: Unable to load the Runtime\n\nCaused by:\n"
        "    the file is not a WebAssembly module; rune build makes a rune from a Runefile\n"
    )


def test_what_a_failing_rune_logged_is_shown(tmp_path: Path) -> None:
    record = json.dumps({"level": "WARN", "message": "almost"}).encode()
    call = f"(drop (call $debug (i32.const 0) (i32.const {len(record)}))) unreachable"
    result = run(tmp_path, rune(call=call, data=f"(data (i32.const 0) {text(record)})"))
    assert "WARN: almost" in result.stderr


@pytest.mark.parametrize(("value", "text"), [(0.1, "0.1"), (1e-45, "1e-45"), (3.4028235e38, "3.4028235e+38")])
def test_f32_is_printed_with_the_fewest_digits(value: float, text: str) -> None:
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    assert json.dumps(shortest_f32(rounded)) == text
