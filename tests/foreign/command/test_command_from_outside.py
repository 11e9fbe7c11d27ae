"""The installed `rune` as a shell runs it: streams, statuses, signals, pipes and completion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.capabilities.raw import RAW
from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.tools.cli import main
from tests.support.runes.containers import PIPELINE
from tests.support.runes.wasm_bytes import MODULE
from tests.support.runes.wat_runes import mirror, rune

pytestmark = pytest.mark.foreign

RUNE = Path(sys.executable).parent / "rune"
GOOD = """\
version: 1
image: runicos/base
pipeline:
  input: {capability: RAW, args: {length: 4}}
  serial: {out: SERIAL, inputs: [input]}
"""


def run(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "RUST_LOG")}
    return subprocess.run(
        [RUNE, *arguments],
        cwd=folder,
        env={**variables, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_sub_command_help_is_printed(tmp_path: Path) -> None:
    result = run(folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: rune [OPTIONS] [COMMAND]")
    assert "model-info" in result.stdout


def test_results_go_to_stdout_and_problems_to_stderr(tmp_path: Path) -> None:
    folder = tmp_path / "ein Ordner — 音"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(GOOD.replace("[input]", "[inptu]"), encoding="utf-8")
    result = run("check", "--format", "json", folder, folder=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")
    [problem] = json.loads(result.stdout)["diagnostics"]
    assert list(problem) == ["severity", "code", "message", "file", "span", "notes", "fixes"]
    assert problem["span"] == {
        "start": {"line": 5, "column": 34, "offset": 120},
        "end": {"line": 5, "column": 39, "offset": 125},
    }
    text_result = run("check", folder, folder=tmp_path)
    assert text_result.stdout == "2 stages, 1 error, 0 warnings\n"
    assert "error[RUNE0021]" in text_result.stderr


def test_a_terminal_that_lacks_a_character_gets_its_number(tmp_path: Path) -> None:
    (tmp_path / "odd.rune").write_bytes(pack(MODULE, rune_sections({"rune": {"name": "音"}})))
    text_result = run("inspect", "odd.rune", folder=tmp_path, PYTHONIOENCODING="latin-1")
    assert (text_result.returncode, text_result.stdout.splitlines()[0]) == (0, "Name: \\u97f3")
    result = run("inspect", "odd.rune", "-f", "json", folder=tmp_path, PYTHONIOENCODING="latin-1")
    assert json.loads(result.stdout)["rune"] == {"rune": {"name": "音"}}


def test_a_name_that_is_no_text_is_only_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.rune")
    missing = run("run", name, folder=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr.startswith('Error: Unable to read "caf')
    assert "Traceback" not in missing.stderr


def test_a_closed_pipe_ends_the_command_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.rune").write_bytes(pack(MODULE, rune_sections(graph_json(PIPELINE, "a"))))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [RUNE, "graph", "a.rune"], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (141, "")


def running(command: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """The command as a terminal starts it: what runs behind a shell may have been told to ignore Ctrl-C."""

    def restore_interrupts() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=restore_interrupts,
    )


def test_ctrl_c_ends_a_rune_that_never_comes_back(tmp_path: Path) -> None:
    log = "(drop (call $debug (i32.const 0) (i32.const 7)))"
    (tmp_path / "loop.rune").write_bytes(rune(log, "(loop $again (br $again))", data='(data (i32.const 0) "waiting")'))
    command = [str(RUNE), "run", "loop.rune", "--time-limit", "600", "-v"]
    with running(command, tmp_path) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "INFO: waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().splitlines()[-1:] == ["Stopped"]
        assert process.wait(timeout=60) == 130


def test_ctrl_c_ends_a_run_with_status_130_and_no_traceback(tmp_path: Path) -> None:
    # It waits for a log line, which shows that the rune was loaded and loops.
    call = (
        "(drop (call $debug (i32.const 0) (i32.const 7))) (drop (call $read (i32.const 0) (i32.const 4) (i32.const 1)))"
    )
    manifest = "(drop (call $debug (i32.const 0) (i32.const 7))) (drop (call $capability (i32.const 5)))"
    (tmp_path / "slow.rune").write_bytes(rune(manifest, call, data='(data (i32.const 0) "waiting")'))
    (tmp_path / "four").write_bytes(b"1234")
    command = [str(RUNE), "run", "slow.rune", "--raw", "four", "--repeats", "100000000", "-v"]
    with running(command, tmp_path) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "INFO: waiting\n"
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert rest.splitlines()[-1] == "Stopped"
    assert "Traceback" not in rest


def test_an_output_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(GOOD, encoding="utf-8")
    result = run("graph", ".", "-o", "no such folder/graph.dot", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        'Error: Unable to write "no such folder/graph.dot"\n\nCaused by:\n    No such file or directory\n'
    )
    into_folder = run("graph", ".", "-o", ".", folder=tmp_path)
    assert into_folder.returncode == 1
    assert "Is a directory" in into_folder.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["Runefile.yml"]


def test_a_folder_that_is_gone_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    working_folder = tmp_path / "gone"
    working_folder.mkdir()
    script = f'cd "{working_folder}" && rmdir "{working_folder}" && "{RUNE}" check'
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["check", "build", "fmt", "graph", "inspect", "run", "bench", "model-info"])
def test_a_place_that_cannot_be_looked_into_is_an_error_and_no_traceback(command: str, tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    for path in ("round", "x" * 300):
        result = CliRunner().invoke(main, [command, str(tmp_path / path)])
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert "Error: " in result.stderr or "error[" in result.stderr


@pytest.mark.parametrize(
    ("environment", "options", "colours"),
    [
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1"}, ["--colour", "never"], False),
    ],
)
def test_colours_are_for_terminals_and_for_those_who_ask(
    environment: dict[str, str], options: list[str], colours: bool, tmp_path: Path
) -> None:
    result = run(*options, "check", "nothing.yml", folder=tmp_path, **environment)
    assert ("\x1b[" in result.stderr) is colours


def test_the_result_of_a_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.rune").write_bytes(mirror(RAW, 4, "u8[4]"))
    (tmp_path / "four").write_bytes(b"\x01\x02\x03\x04")
    result = run("run", "a.rune", "-c", "raw:four", folder=tmp_path)
    assert result.stdout == '{"2":[{"element-type":"u8","dimensions":[4],"elements":[1,2,3,4]}]}\n'
    assert result.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_is_told_how_to_ask_for_completion(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_RUNE_COMPLETE={shell}_complete" in result.stdout
    word = "bui" if shell == "fish" else "1"  # fish gives the word itself, the others its number
    environment = {"_RUNE_COMPLETE": f"{shell}_complete", "COMP_WORDS": "rune bui", "COMP_CWORD": word}
    assert "build" in CliRunner().invoke(main, [], prog_name="rune", env=environment).stdout


def test_bash_completes_commands_options_and_choices(tmp_path: Path) -> None:
    script = """
source <("$RUNE" completion bash)
complete_line() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _rune_completion rune; echo "${COMPREPLY[*]}"
}
complete_line rune mod
complete_line rune run --acc
complete_line rune check --format j
complete_line rune new key
"""
    path = f"{RUNE.parent}:{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "RUNE": str(RUNE)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stdout.splitlines() == ["model-info", "--accelerometer --accel", "json", "keywords"], result.stderr


@pytest.mark.parametrize(("name", "answer"), [("chek", "Did you mean check?"), ("model", "Did you mean model-info?")])
def test_an_unknown_command_is_answered_with_a_similar_one(name: str, answer: str) -> None:
    result = CliRunner().invoke(main, [name])
    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: No such command '{name}'. {answer}\n")


def test_a_command_like_no_other_is_unknown() -> None:
    assert CliRunner().invoke(main, ["xyzzy"]).stderr.endswith("Error: No such command 'xyzzy'.\n")
