"""Runes that a verification must refuse: they do not load, are cut short, give nothing, or ask for something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.assessment.verify.verification import Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.container import ContainerError, pack, read_rune
from rune.running.container.wasm import read_module
from rune.tools.cli import main
from tests.support.compiler.template_projects import around, rune_of, template
from tests.support.models.model_cases import refused_cases
from tests.support.runes import wat_runes
from tests.support.shares import mostly_proved

SOME = VerificationEffort(inputs=2)
EMPTY_MODULE = b"\0asm\1\0\0\0"

NO_STAGES = {"Runefile.yml": b"version: 1\nimage: runicos/base\n\npipeline:\n"}
NO_MODEL = {
    "Runefile.yml": b"""
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs: [{type: f32, dimensions: [4]}]
    args: {length: 16}
  modulo:
    proc-block: hotg-ai/proc-blocks#modulo
    inputs: [number]
    outputs: [{type: f32, dimensions: [4]}]
    args: {modulus: 2}
  out:
    out: TENSOR
    inputs: [modulo]
"""
}

SILENT = wat_runes.rune(
    manifest="""(drop (call $parameter (call $capability (i32.const 5))
      (i32.const 16) (i32.const 6) (i32.const 22) (i32.const 4) (i32.const 1)))
    (drop (call $output (i32.const 5)))""",
    data=f"(data (i32.const 16) {wat_runes.text(b'length' + bytes([16, 0, 0, 0]))})",
)
"""Asks for what the pipeline asks for, and sends nothing."""


def refused(files: dict[str, bytes], rune: bytes) -> Verification:
    verification = verify(MemoryFiles(files), rune, effort=SOME)
    assert not verification.is_within, verification.sentence()
    return verification


def with_sections_of(module: bytes, rune: bytes) -> bytes:
    """The module with the custom sections of a rune: a rune as far as its container goes."""
    sections = [section for section in read_module(rune).sections if section.name is not None]
    return pack(module, [(str(section.name), bytes(section.payload)) for section in sections])


@pytest.mark.protects("runes/truncated")
@pytest.mark.parametrize(
    "files", [template("sine"), pytest.param(template("keywords"), marks=pytest.mark.proof), NO_MODEL]
)
def test_a_module_of_eight_bytes_is_refused(files: dict[str, bytes]) -> None:
    assert "it does not load" in refused(files, EMPTY_MODULE).sentence()


def test_a_module_of_eight_bytes_in_a_whole_container_is_refused() -> None:
    assert "it does not load" in refused(template("sine"), with_sections_of(EMPTY_MODULE, _sine())).sentence()


def test_a_module_of_eight_bytes_is_refused_where_the_host_runs_the_model() -> None:
    project = around(refused_cases()[0].data)
    verification = verify(project, EMPTY_MODULE, effort=SOME)
    assert not verification.is_within
    assert "it does not load" in verification.sentence()


def _sine() -> bytes:
    return rune_of(MemoryFiles(template("sine")), "sine")


@pytest.mark.protects("runes/truncated")
@pytest.mark.parametrize("share", mostly_proved([0.0, 0.001, 0.1, 0.5, 0.9, 0.999], 3))
def test_a_rune_that_is_cut_short_is_refused(share: float) -> None:
    rune = _sine()
    refused(template("sine"), rune[: int(len(rune) * share)])


@pytest.mark.slow
def test_a_rune_that_is_cut_short_between_two_sections_is_refused() -> None:
    files = template("digits")
    rune = rune_of(MemoryFiles(files), "digits")
    starts = [rune.index(name) - 2 for name in (b".rune_version", b".rune_graph", b".rune_resource")]
    for start in starts:
        cut = next(each for each in range(start, start - 5, -1) if _is_module(rune[:each]))
        verification = refused(files, rune[:cut])
        assert "cut short" in verification.sentence(), verification.sentence()


def _is_module(data: bytes) -> bool:
    try:
        read_rune(data)
    except ContainerError:
        return False
    return True


def test_a_rune_whose_outputs_give_nothing_is_refused() -> None:
    right = build(MemoryFiles(NO_MODEL), BuildOptions("none")).rune
    verification = refused(NO_MODEL, with_sections_of(SILENT, right))
    assert verification.rune.differing > 0


def test_a_rune_that_reads_other_inputs_is_refused() -> None:
    other = {"Runefile.yml": NO_MODEL["Runefile.yml"].replace(b"RAW", b"RAND")}
    verification = refused(NO_MODEL, build(MemoryFiles(other), BuildOptions("none")).rune)
    assert "asks for other inputs" in verification.sentence()


@pytest.mark.slow
def test_a_rune_that_asks_for_the_same_input_in_another_way_is_refused() -> None:
    """The rune asks for as many samples of another rate: the same bytes would say something else."""
    files = template("keywords")
    text = files["Runefile.yml"].decode()
    other = files | {"Runefile.yml": text.replace("hz: 16000", "hz: 8000").replace("ms: 1000", "ms: 2000").encode()}
    assert other != files
    verification = refused(files, rune_of(MemoryFiles(other), "keywords"))
    assert "asks for other inputs" in verification.sentence()


def test_a_rune_that_asks_for_more_inputs_is_refused() -> None:
    text = NO_MODEL["Runefile.yml"].replace(
        b"  modulo:", b"  more:\n    capability: RAND\n    outputs: [{type: u32, dimensions: [1]}]\n  modulo:", 1
    )
    more = {"Runefile.yml": text + b"  second:\n    out: SERIAL\n    inputs: [more]\n"}
    verification = refused(NO_MODEL, build(MemoryFiles(more), BuildOptions("none")).rune)
    assert "asks for other inputs" in verification.sentence()


def test_a_rune_with_one_output_less_is_refused() -> None:
    text = NO_MODEL["Runefile.yml"] + b"  second:\n    out: SERIAL\n    inputs: [modulo]\n"
    verification = refused({"Runefile.yml": text}, build(MemoryFiles(NO_MODEL), BuildOptions("none")).rune)
    assert "asks for other outputs" in verification.sentence()


def test_a_pipeline_that_fails_on_all_inputs_is_not_verified() -> None:
    """Both fail alike, so nothing was compared, and nobody may say that they are the same."""
    files = {
        "Runefile.yml": b"""
version: 1
image: runicos/base
pipeline:
  text:
    capability: RAW
    outputs: [{type: i32, dimensions: [1]}]
    args: {length: 4}
  label:
    proc-block: hotg-ai/proc-blocks#label
    inputs: [text]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  out:
    out: SERIAL
    inputs: [label]
resources:
  WORDS: {type: string}
"""
    }
    verification = verify(MemoryFiles(files), build(MemoryFiles(files), BuildOptions("fails")).rune, effort=SOME)
    assert verification.rune.inputs == 0
    assert not verification.is_complete
    assert verification.sentence().startswith("not verified: ")


def test_a_pipeline_without_a_model_is_compared_with_its_rune() -> None:
    verification = verify(MemoryFiles(NO_MODEL), build(MemoryFiles(NO_MODEL), BuildOptions("none")).rune, effort=SOME)
    assert verification.rune.inputs == 2
    assert verification.is_within
    assert verification.is_complete
    assert verification.sentence().startswith("the pipeline has no model; the rune gives the same ")


def test_a_pipeline_without_outputs_refuses_a_rune_that_sends_something() -> None:
    sending = build(MemoryFiles(NO_MODEL), BuildOptions("none")).rune
    assert not verify(MemoryFiles(NO_STAGES), sending, effort=SOME).is_within


def test_a_pipeline_without_outputs_is_compared_with_its_rune() -> None:
    verification = verify(MemoryFiles(NO_STAGES), build(MemoryFiles(NO_STAGES), BuildOptions("none")).rune, effort=SOME)
    assert verification.is_complete
    assert verification.sentence() == (
        "the pipeline has no model; the rune sends nothing on 2 inputs, as its pipeline says"
    )


@pytest.mark.parametrize(
    "spoil",
    [lambda rune: EMPTY_MODULE, lambda rune: rune[: len(rune) // 2], lambda rune: b""],
    ids=["eight bytes", "half", "empty"],
)
@pytest.mark.parametrize("name", ["sine", pytest.param("digits", marks=pytest.mark.slow)])
def test_the_command_ends_with_1_and_a_sentence(tmp_path: Path, name: str, spoil: Callable[[bytes], bytes]) -> None:
    files = template(name)
    folder = tmp_path / name
    folder.mkdir()
    for path, data in files.items():
        (folder / path).write_bytes(data)
    rune = tmp_path / "spoilt.rune"
    rune.write_bytes(spoil(rune_of(MemoryFiles(files), name)))
    result = CliRunner().invoke(main, ["verify", str(rune), "--project", str(folder), "-n", "2"])
    assert result.exit_code == 1
    assert "identical" not in result.stdout
    assert "not" in result.output
    assert "Traceback" not in result.output
