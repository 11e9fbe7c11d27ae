"""Finding blocks by the paths that Runefiles give, and what blocks refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

import rune.blocks
from rune.blocks.catalogue import CATALOGUE, find_block
from rune.blocks.signature import ArgumentValue, BlockError
from rune.tensor import ElementType, TensorType


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("fft", "fft"),
        ("noise-filtering", "noise_filtering"),
        ("noise_filtering", "noise_filtering"),
        ("modulo@0.11.3", "modulo"),
        ("hotg-ai/proc-blocks#label", "label"),
        ("hotg-ai/proc-blocks@v0.11.3#most_confident_indices", "most_confident_indices"),
        ("hotg-ai/rune@refs/heads/master#proc_blocks/image-normalization", "image_normalization"),
        ("https://github.com/hotg-ai/proc-blocks@v0.11.3#normalize", "normalize"),
        ("hotg-ai/normalize", "normalize"),
    ],
)
def test_every_spelling_of_a_published_path_finds_its_block(path: str, name: str) -> None:
    block = find_block(path)
    assert block is not None
    assert block.name == name


@pytest.mark.parametrize(
    "path", ["./fft", "../fft", "someone/else#fft", "nothing", "", "hotg-ai/proc-blocks", "a b", "#fft"]
)
def test_a_path_that_means_another_block_finds_none(path: str) -> None:
    assert find_block(path) is None


def test_every_folder_is_a_block_of_its_name() -> None:
    folders = sorted(path.parent.name for path in Path(rune.blocks.__file__).parent.glob("*/__init__.py"))
    assert list(CATALOGUE) == folders
    assert [block.header.parent.name for block in CATALOGUE.values()] == folders


def test_every_block_has_its_page_and_its_c() -> None:
    for name, block in CATALOGUE.items():
        assert block.name == name
        assert block.documentation.startswith("# ")
        assert block.header.is_file()
        assert all(f"`{argument.name}`" in block.documentation for argument in block.arguments)


F32 = TensorType(ElementType.F32, (1, 4))
TEXT = TensorType(ElementType.UTF8, (4,))
I32 = TensorType(ElementType.I32, (4,))


@pytest.mark.parametrize(
    ("name", "inputs", "arguments", "message"),
    [
        ("modulo", (TEXT,), {"modulus": 1.0}, "takes numbers"),
        ("modulo", (I32,), {"modulus": 0.0}, "division by 0"),
        ("modulo", (F32, F32), {"modulus": 1.0}, "takes 1 input and not 2"),
        ("normalize", (TEXT,), {}, "takes numbers"),
        ("normalize", (), {}, "takes 1 input and not 0"),
        ("image_normalization", (F32,), {}, "takes an image of whole numbers"),
        ("image_normalization", (TensorType(ElementType.U8, (96, 96, 3)),), {}, "takes an image of whole numbers"),
        ("most_confident_indices", (TEXT,), {"count": 1}, "takes numbers"),
        ("most_confident_indices", (F32,), {"count": 5}, "has only 4 elements, not 5"),
        ("most_confident_indices", (TensorType(ElementType.F32, (2, 4)),), {"count": 1}, "one row of scores"),
        ("label", (TEXT,), {"wordlist": "a"}, "takes indices"),
        ("label", (TensorType(ElementType.F64, (1,)),), {"wordlist": "a"}, "takes indices"),
        ("label", (I32,), {"wordlist": " \n"}, "the wordlist is empty"),
    ],
)
def test_a_block_says_what_it_cannot_take(
    name: str, inputs: tuple[TensorType, ...], arguments: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(BlockError, match=message):
        CATALOGUE[name].outputs(inputs, arguments)
