"""`check` uses the proc-blocks that its resolver finds, and no others."""

from __future__ import annotations

from rune.blocks.catalogue import CATALOGUE, PUBLISHED_BLOCKS, Catalogue
from rune.blocks.signature import Block
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: f32, dimensions: [1, 4]}]}
  block: {proc-block: PATH, inputs: [in], outputs: [{type: f32, dimensions: [1, 4]}]}
  out: {out: serial, inputs: [block]}
"""


def project(path: str) -> MemoryFiles:
    return MemoryFiles({"Runefile.yml": RUNEFILE.replace("PATH", path).encode()})


class ScaleBlock:
    """The catalogue, and a block of the project."""

    names = (*PUBLISHED_BLOCKS.names, "./scale")

    def find(self, path: str) -> Block | None:
        return CATALOGUE["normalize"] if path == "./scale" else PUBLISHED_BLOCKS.find(path)


def test_a_block_of_the_project_is_what_its_resolver_finds() -> None:
    result = check(project("./scale"), ScaleBlock())
    assert result.diagnostics == ()
    assert result.pipeline is not None
    (block,) = (stage for stage in result.pipeline.stages if isinstance(stage, BlockStage))
    assert (block.block, block.path) == (CATALOGUE["normalize"], "./scale")
    assert check(project("normalize"), ScaleBlock()).diagnostics == ()


def test_without_a_resolver_of_its_own_a_project_has_the_catalogue() -> None:
    assert check(project("normalize"), PUBLISHED_BLOCKS).diagnostics == ()
    (diagnostic,) = check(project("./scale"), PUBLISHED_BLOCKS).diagnostics
    assert diagnostic.code == Code.OWN_BLOCK.value


def test_what_a_resolver_does_not_find_is_not_there_and_messages_name_what_it_has() -> None:
    few = Catalogue({"fft": CATALOGUE["fft"], "modulo": CATALOGUE["modulo"]})
    (diagnostic,) = check(project("normalize"), few).diagnostics
    assert diagnostic.code == Code.UNKNOWN_BLOCK.value
    assert diagnostic.notes == ("The blocks are fft, modulo.",)
    (problem,) = check(project("fft"), few).diagnostics
    assert problem.code == Code.BAD_BLOCK_INPUT.value
