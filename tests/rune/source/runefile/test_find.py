"""Says which file is the Runefile: three names, and the first that is there."""

from __future__ import annotations

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check, find_runefile, runefile_in
from tests.support.cases import each_case


@each_case(
    ("paths", "expected"),
    [
        (["Runefile", "Runefile.yaml", "Runefile.yml"], "Runefile.yml"),
        (["Runefile", "Runefile.yaml"], "Runefile.yaml"),
        (["README.md", "Runefile"], "Runefile"),
        (["sub/Runefile.yml", "runefile.yml"], "Runefile.yml"),
        ([], "Runefile.yml"),
    ],
)
def test_the_first_name_that_is_there_is_the_runefile(paths: list[str], expected: str) -> None:
    assert find_runefile(paths) == expected
    assert runefile_in(MemoryFiles(dict.fromkeys(paths, b""))) == expected


def test_a_check_takes_the_runefile_that_the_project_has() -> None:
    text = (
        b"version: 1\nimage: x\npipeline:\n  r: {capability: RAW, args: {length: 4}}\n  o: {out: TENSOR, inputs: [r]}\n"
    )
    result = check(MemoryFiles({"Runefile": text}), PUBLISHED_BLOCKS)
    assert result.diagnostics == ()
    assert result.source.file == "Runefile"
