"""`rune graph`: of runes, of Runefiles, right or broken, and into a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.tools.cli import main
from tests.support.runes.containers import PIPELINE
from tests.support.runes.wasm_bytes import MODULE

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [in]}
"""
DOT = """\
digraph {
  rankdir=TD;
  node [shape=plaintext];
  node_in [style=filled, fillcolor=lightgreen, label=<
    <table border="0" cellborder="1" cellspacing="0">
      <tr><td colspan="1">in</td></tr>
      <tr><td port="output_0">0</td></tr>
    </table>>];
  node_out [style=filled, fillcolor=indianred1, label=<
    <table border="0" cellborder="1" cellspacing="0">
      <tr><td port="input_0">0</td></tr>
      <tr><td colspan="1">out</td></tr>
    </table>>];
  node_in:output_0:s -> node_out:input_0:n [label="u8[4]"];
}
"""


def graph(path: Path, *options: str | Path) -> Result:
    return CliRunner().invoke(main, ["graph", str(path), *map(str, options)])


def project(folder: Path, text: str = RUNEFILE) -> Path:
    (folder / "Runefile.yml").write_text(text, encoding="utf-8")
    return folder


def written(folder: Path, contents: dict[str, object]) -> Path:
    path = folder / "app.rune"
    path.write_bytes(pack(MODULE, rune_sections(contents)))
    return path


def test_a_runefile_is_drawn_in_the_language_of_graphviz(tmp_path: Path) -> None:
    result = graph(project(tmp_path))
    assert (result.exit_code, result.stdout) == (0, DOT)
    assert graph(tmp_path / "Runefile.yml").stdout == DOT


def test_a_rune_is_drawn_with_its_colours_ports_and_shapes(tmp_path: Path) -> None:
    dot = graph(written(tmp_path, graph_json(PIPELINE, "keywords"))).stdout
    for line in (
        "node_audio [style=filled, fillcolor=lightgreen,",
        "node_model [style=filled, fillcolor=violet,",
        "node_fft [style=filled, fillcolor=tan1,",
        "node_serial [style=filled, fillcolor=indianred1,",
        'node_fft:output_0:s -> node_model:input_0:n [label="u32[1, 1960]"];',
        'node_model:output_0:s -> node_serial:input_1:n [label="f32[1, 8]"];',
        '<tr><td port="output_0">0</td><td port="output_1">1</td></tr>',
    ):
        assert line in dot


def test_a_rune_and_its_runefile_are_drawn_alike(tmp_path: Path) -> None:
    folder = project(tmp_path)
    assert CliRunner().invoke(main, ["build", str(folder), "-o", str(folder / "a.rune")]).exit_code == 0
    assert graph(folder / "a.rune").stdout == DOT


def test_it_is_written_into_a_new_file_and_over_an_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out.dot"
    for _ in range(2):
        result = graph(project(tmp_path), "-o", target)
        assert (result.exit_code, result.output) == (0, "")
        assert target.read_text(encoding="utf-8") == DOT


def test_json_lists_boxes_and_arrows(tmp_path: Path) -> None:
    payload = json.loads(graph(project(tmp_path), "-f", "json").stdout)
    assert payload["nodes"][0] == {"name": "in", "kind": "capability", "inputs": 0, "outputs": 1}
    assert payload["edges"] == [{"source": "in", "output": 0, "target": "out", "input": 0, "type": "u8[4]"}]


def test_of_a_broken_runefile_what_is_understood_is_drawn(tmp_path: Path) -> None:
    result = graph(project(tmp_path, RUNEFILE.replace("out: serial", "out: seriel")))
    assert result.exit_code == 1
    assert result.stdout == DOT
    assert "error[RUNE" in result.stderr


@pytest.mark.protects("runes/graphviz")
def test_names_that_would_leave_their_quotes_stay_in_them(tmp_path: Path) -> None:
    contents: dict[str, object] = {
        "capabilities": {'a"; evil [label="': {"outputs": ["t"]}, "<b>": {"outputs": []}},
        "outputs": {"o\n}": {"inputs": ["t"]}},
        "tensors": {"t": {"element_type": 'F"32', "dimensions": [1]}},
    }
    dot = graph(written(tmp_path, contents)).stdout
    assert '"node_a\\"; evil [label=\\"":output_0:s -> "node_o\\\\n}":input_0:n [label="f\\"32[1]"];' in dot
    assert "&lt;b&gt;" in dot


def test_a_module_without_a_graph_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "plain.wasm"
    path.write_bytes(MODULE)
    result = graph(path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no graph" in result.stderr
