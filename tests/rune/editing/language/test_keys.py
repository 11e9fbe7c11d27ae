"""The keys and words that editors offer are those that the language reads, no more and no less."""

from __future__ import annotations

from rune.abi import ModelFormat
from rune.blocks.catalogue import CATALOGUE, PUBLISHED_BLOCKS
from rune.capabilities import CAPABILITIES
from rune.editing.language.facts import keys
from rune.editing.language.facts.documentation import CAPABILITY_PAGES, block_documentation
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.codes import Code
from rune.source.runefile.stages.outputs import OUTPUT_KINDS
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType
from tests.support.cases import each_case

VALUES = {"inputs": "[a]", "outputs": "[{type: u8, dimensions: [4]}]", "args": "{}"}


def unknown(text: str) -> list[str]:
    """The keys that a check does not know."""
    diagnostics = check(MemoryFiles({"Runefile.yml": text.encode()}), PUBLISHED_BLOCKS).diagnostics
    return [each.message for each in diagnostics if each.code == Code.UNKNOWN_KEY.value]


@each_case("kind", list(StageKind))
def test_every_key_of_a_stage_is_one_and_there_are_no_others(kind: StageKind) -> None:
    descriptions = keys.stage_keys(kind)
    lines = "".join(f"    {key}: {VALUES.get(key, 'x')}\n" for key in descriptions)
    assert unknown(f"version: 1\nimage: x\npipeline:\n  a:\n{lines}") == []
    for key in VALUES.keys() - descriptions.keys():
        assert unknown(f"version: 1\nimage: x\npipeline:\n  a:\n{lines}    {key}: {VALUES[key]}\n")


def test_every_key_of_a_document_a_type_and_a_resource_is_one() -> None:
    document = "".join(f"{key}: {{}}\n" for key in keys.DOCUMENT_KEYS)
    assert unknown(document) == []
    types = ", ".join(f"{key}: x" for key in keys.TYPE_KEYS)
    resources = ", ".join(f"{key}: x" for key in keys.RESOURCE_KEYS)
    text = f"pipeline: {{a: {{capability: RAW, outputs: [{{{types}}}]}}}}\nresources: {{A: {{{resources}}}}}\n"
    assert unknown(f"version: 1\nimage: x\n{text}") == []


def test_every_word_of_the_language_is_explained() -> None:
    assert set(keys.ELEMENT_TYPES) == {each.value for each in ElementType}
    assert set(keys.FORMATS) == {each.value for each in ModelFormat}
    assert set(keys.OUTPUTS) == set(OUTPUT_KINDS)
    assert set(CAPABILITY_PAGES) == set(CAPABILITIES)
    assert all(block_documentation(block).startswith("#") for block in CATALOGUE.values())
