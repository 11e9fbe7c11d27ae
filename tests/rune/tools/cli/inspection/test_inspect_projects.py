"""`rune inspect` of folders, of zunes, and of runes from the years before."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.running.container import canonical_json, pack
from rune.source.templates import FOLDER
from rune.tools.cli import main
from tests.support.runes.wasm_bytes import MODULE

SMALL = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [in]}
"""


def inspect(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["inspect", str(path), *options])


def test_a_project_is_shown_with_its_pipeline_and_files(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(SMALL, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("", encoding="utf-8")
    result = inspect(tmp_path)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"Name: {tmp_path.name}",
        "Capabilities:",
        "- in: raw",
        "  Outputs:",
        "  - u8[4]",
        "Outputs:",
        "- out: serial",
        "  Inputs:",
        "  - u8[4]",
        "Files:",
        f"\tRunefile.yml ({len(SMALL)} bytes)",
        "Problems: 0 errors, 0 warnings",
    ]


def test_a_broken_project_is_shown_as_far_as_it_is_understood(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(SMALL.replace("[in]", "[im]"), encoding="utf-8")
    lines = inspect(tmp_path).stdout.splitlines()
    assert "- out: SERIAL" in lines
    assert lines[-2] == "Problems: 1 error, 0 warnings"
    assert lines[-1].startswith('\t5: Unable to find "im"')


def test_json_of_a_project_has_its_files_and_outline() -> None:
    payload = json.loads(inspect(FOLDER / "sine", "-f", "json").stdout)
    assert payload["project"]["form"] == "yaml"
    assert payload["project"]["runefile"]["path"] == "Runefile.yml"
    assert "sine.tflite" in [file["path"] for file in payload["project"]["files"]]
    assert payload["project"]["errors"] == 0
    assert "model" in [node["kind"] for node in payload["outline"]["nodes"]]


def test_a_folder_without_a_runefile_is_no_project(tmp_path: Path) -> None:
    result = inspect(tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not a project: Runefile.yml cannot be read" in result.stderr


@pytest.fixture
def zune(tmp_path: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Runefile.yml", SMALL)
        archive.writestr("models/model", b"1234")
    path = tmp_path / "app.rune"
    path.write_bytes(buffer.getvalue())
    return path


def test_a_zune_is_shown_with_its_runefile(zune: Path) -> None:
    lines = inspect(zune).stdout.splitlines()
    assert lines[0] == "Name: app"
    assert "\tmodels/model (4 bytes)" in lines
    at = lines.index("Runefile.yml:")
    assert lines[at + 1 : at + 6] == [f"\t{line}" for line in SMALL.splitlines()]


def test_a_zune_is_checked_and_drawn_but_not_mended(zune: Path) -> None:
    assert CliRunner().invoke(main, ["check", str(zune)]).exit_code == 0
    assert "node_in:output_0:s" in CliRunner().invoke(main, ["graph", str(zune)]).stdout
    result = CliRunner().invoke(main, ["check", str(zune), "--fix"])
    assert result.exit_code == 1
    assert "is inside a zune" in result.stderr


def test_a_zune_is_not_run_but_its_runefile_is_built(zune: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = CliRunner().invoke(main, ["run", str(zune)])
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: Unable to load the Runtime\n\nCaused by:\n    this is a zune")
    monkeypatch.chdir(zune.parent)
    before = zune.read_bytes()
    over_itself = CliRunner().invoke(main, ["build", "app.rune"])
    assert over_itself.exit_code == 1
    assert "is what the rune is built from" in over_itself.stderr
    assert zune.read_bytes() == before
    assert CliRunner().invoke(main, ["build", "app.rune", "-n", "built"]).exit_code == 0
    assert inspect(zune.parent / "built.rune").exit_code == 0


def test_a_zip_that_is_no_zune_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    for command in ("inspect", "check", "graph"):
        result = CliRunner().invoke(main, [command, str(tmp_path / "a.zip")])
        assert result.exit_code == 1
        assert "contains no Runefile.yml" in result.stderr


def test_a_model_is_shown_by_another_command() -> None:
    result = inspect(FOLDER / "sine" / "sine.tflite")
    assert result.exit_code == 1
    assert "rune model-info shows what is in it" in result.stderr


def test_a_proc_block_alone_is_shown_by_its_description(tmp_path: Path) -> None:
    section = b'{"type_name":"Fft","description":"A spectrum"}{"type_name":"Label"}'
    path = tmp_path / "fft.wasm"
    path.write_bytes(pack(MODULE, {".rune_proc_block": section}))
    lines = inspect(path).stdout.splitlines()
    assert lines[1:4] == ["Proc Blocks:", "- Fft: A spectrum", "- Label"]
    payload = json.loads(inspect(path, "-f", "json").stdout)
    assert [block["type_name"] for block in payload["module"]["proc-blocks"]] == ["Fft", "Label"]


def test_runes_of_the_first_years_are_shown(tmp_path: Path) -> None:
    graph = {
        "base-image": "runicos/base",
        "stages": {
            "1": {"stage": {"Source": {}}, "input_slots": [], "output_slots": [2]},
            "3": {"stage": {"Sink": {}}},
        },
        "types": {},
        "names": {"audio": 1, "serial": 3},
    }
    path = tmp_path / "old.rune"
    version = {"crate_info": {"name": "rune", "version": "0.4.0"}, "timestamp": "2021-07-01"}
    path.write_bytes(pack(MODULE, {"rune_version": canonical_json(version), "rune_graph": canonical_json(graph)}))
    lines = inspect(path).stdout.splitlines()
    assert lines[:4] == ["Base image: runicos/base", "Stages:", "- audio: Source", "- serial: Sink"]
    assert lines[-1] == "Compiled by: Rune v0.4.0"
    assert json.loads(inspect(path, "-f", "json").stdout)["rune"] == graph
    graph_result = CliRunner().invoke(main, ["graph", str(path)])
    assert graph_result.exit_code == 1
    assert "rune inspect shows its stages" in graph_result.stderr
