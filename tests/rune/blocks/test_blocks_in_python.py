"""Blocks of the catalogue that are written in Python: each copy is a block of a project, and gives the same bits."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.blocks.catalogue import CATALOGUE, PUBLISHED_BLOCKS
from rune.blocks.in_python import elements_of, source_of
from rune.project.files import FolderFiles
from rune.pyblock.checking.block import check_file
from rune.source.runefile import check
from rune.tensor import ElementType, TensorType
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.compiler.block_module import vectors_of

IN_PYTHON = [name for name, block in CATALOGUE.items() if block.source is not None]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


@each_case("name", IN_PYTHON)
def test_every_type_of_its_vectors_compiles_without_a_check_that_could_fail(name: str) -> None:
    headers = [vector.code.header for vector in vectors_of(CATALOGUE[name])]
    assert headers
    assert all(header is not None and "rune_block_fail" not in header.text for header in headers)


def test_a_copy_is_a_block_of_the_project_on_the_same_wire(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(
        """\
version: 1
image: runicos/base
pipeline:
  scores: {capability: RAW, args: {length: 24}, outputs: [{type: f32, dimensions: [1, 6]}]}
  on: {proc-block: ./hysteresis.py, inputs: [scores], args: {on: 0.8}}
  held: {proc-block: ./hold.py, inputs: [on]}
  serial: {out: SERIAL, inputs: [held]}
"""
    )
    for name in ("hysteresis", "hold"):
        assert f"`proc-block: ./{name}.py`" in run("block", "copy", name, str(tmp_path)).output
    assert check(FolderFiles(tmp_path), PUBLISHED_BLOCKS).diagnostics == ()
    again = run("block", "copy", "hold", str(tmp_path))
    assert (again.exit_code, "already exists" in again.stderr) == (1, True)


def test_a_copy_is_of_the_type_that_is_asked_for(tmp_path: Path) -> None:
    assert run("block", "copy", "hold", str(tmp_path), "--element", "i16").exit_code == 0
    text = (tmp_path / "hold.py").read_text()
    assert 'x: i16["n"]' in text
    assert 'left: State[i32["n"]]' in text
    assert check_file("hold.py", text, [TensorType(ElementType.I16, (3,))]).problems == ()


@pytest.mark.parametrize("name", IN_PYTHON)
def test_a_copy_for_any_type_compiles_or_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.py"
    elements = []
    for element in ElementType:
        result = run("block", "copy", name, str(tmp_path), "--element", str(element))
        if result.exit_code:
            assert f", and not {element}" in result.stderr or f"'{element}' is not one of" in result.stderr
            assert not file.exists()
            continue
        text = file.read_text()
        inputs = check_file(file.name, text).signature
        assert inputs is not None
        assert check_file(file.name, text, [TensorType(element, (3,))] * len(inputs.inputs)).problems == ()
        elements.append(element)
        file.unlink()
    assert tuple(elements) == elements_of(CATALOGUE[name])
    assert elements


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    in_c = run("block", "copy", "fft", str(tmp_path))
    assert (in_c.exit_code, "fft is written in C" in in_c.stderr, "hysteresis" in in_c.stderr) == (1, True, True)
    assert "There is no block nothing" in run("block", "copy", "nothing", str(tmp_path)).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_source_is_shown_with_the_page() -> None:
    source = CATALOGUE["hold"].source
    assert source is not None
    assert source_of(source) in run("block", "show", "hold").output.replace("```", "")
    assert "## Source" not in run("block", "show", "fft").output
