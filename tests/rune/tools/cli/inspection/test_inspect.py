"""`rune inspect` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import wasmtime
from click.testing import CliRunner, Result

import rune
from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.tools.cli import main
from tests.support.runes.containers import PIPELINE
from tests.support.runes.wasm_bytes import MODULE

CASES = Path(__file__).parents[4] / "conformance"


def inspect(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["inspect", str(path), *options])


def written(folder: Path) -> Path:
    path = folder / "keywords.rune"
    path.write_bytes(pack(MODULE, rune_sections(graph_json(PIPELINE, "keywords"), [("WORDS", b"yes\nno")])))
    return path


def test_the_pipeline_is_printed_as_text(tmp_path: Path) -> None:
    result = inspect(written(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Name: keywords",
        "Capabilities:",
        "- audio: sound",
        "  Outputs:",
        "  - i16[16000]",
        "  Arguments:",
        "    hz: 16000",
        "    sample_duration_ms: 1000",
        "Models:",
        "- model: model.tflite",
        "  Inputs:",
        "  - u32[1, 1960]",
        "  Outputs:",
        "  - f32[1, 8]",
        "  - u32[1]",
        "Proc Blocks:",
        "- fft: hotg-ai/proc-blocks@v0.11.3#fft",
        "  Inputs:",
        "  - i16[16000]",
        "  Outputs:",
        "  - u32[1, 1960]",
        "  Arguments:",
        "    sample_rate: 16000",
        "    window_overlap: 0.6666667",
        "- label: label",
        "  Inputs:",
        "  - u32[1]",
        "  Outputs:",
        "  - utf8[1]",
        "  Arguments:",
        "    wordlist: yes\\nno",
        "Outputs:",
        "- serial: serial",
        "  Inputs:",
        "  - utf8[1]",
        "  - f32[1, 8]",
        "Resources:",
        "\tBLOB (binary)",
        "\tFALLBACK (string)",
        "\tWORDS (string)",
        "WebAssembly memory: 2 pages of 64 KiB, 16 at most",
        f"Size: {(tmp_path / 'keywords.rune').stat().st_size} bytes",
        f"Compiled by: Rune v{rune.__version__}",
    ]


def test_what_a_rune_leaves_to_its_host_is_named(tmp_path: Path) -> None:
    wat = (CASES / "model-f32" / "rune.wat").read_text("utf-8")
    (tmp_path / "hosted.rune").write_bytes(wasmtime.wat2wasm(wat))
    assert "Host: runs models" in inspect(tmp_path / "hosted.rune").stdout.splitlines()
    assert "Host:" not in inspect(written(tmp_path)).stdout


def test_json_has_the_version_the_graph_and_the_module(tmp_path: Path) -> None:
    result = inspect(written(tmp_path), "--format", "json")
    report = json.loads(result.stdout)
    assert report["version"] == {"version": rune.__version__}
    assert report["rune"] == graph_json(PIPELINE, "keywords")
    assert report["module"]["memory"] == {"minimum": 2, "maximum": 16}
    assert report["module"]["imports"] == [{"module": "env", "name": "consume_output", "kind": "function"}]
    assert report["module"]["resources"] == [{"name": "WORDS", "size": 6}]


def test_a_module_without_a_graph_is_said_to_have_none(tmp_path: Path) -> None:
    path = tmp_path / "plain.wasm"
    path.write_bytes(MODULE)
    result = inspect(path)
    assert result.exit_code == 0
    assert result.stdout.startswith("No graph")
    assert result.stdout.endswith("Compiled by: an unknown compiler\n")


@pytest.mark.parametrize(
    "graph",
    [
        {},
        {"rune": 1},
        {"capabilities": {"a": 1, "b": {"kind": [], "outputs": [{}], "args": 3}}},
        {"tensors": [], "models": {"m": {"inputs": ["unknown", None]}}},
    ],
)
def test_a_graph_of_any_form_is_printed_without_a_crash(tmp_path: Path, graph: dict[str, Any]) -> None:
    path = tmp_path / "odd.rune"
    path.write_bytes(pack(MODULE, rune_sections(graph)))
    assert inspect(path).exit_code == 0


@pytest.mark.protects("runes/terminal-escapes")
def test_what_could_steer_a_terminal_is_written_out(tmp_path: Path) -> None:
    path = tmp_path / "evil.rune"
    path.write_bytes(pack(MODULE, rune_sections({"rune": {"name": "\x1b[2Jgone\nName: fake"}})))
    assert inspect(path).stdout.splitlines()[0] == "Name: \\x1b[2Jgone\\nName: fake"


def test_what_is_no_rune_ends_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "text.rune"
    path.write_text("hello")
    result = inspect(path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert (
        result.stderr
        == f'Error: Unable to read "{path}": This is not a rune: it is not a WebAssembly module (at byte 0)\n'
    )


def test_a_missing_file_and_a_folder_end_with_a_sentence(tmp_path: Path) -> None:
    missing = inspect(tmp_path / "nothing.rune")
    assert missing.exit_code == 1
    assert missing.stderr == f'Error: Unable to read "{tmp_path / "nothing.rune"}": No such file or directory\n'
    assert inspect(tmp_path).exit_code == 1
