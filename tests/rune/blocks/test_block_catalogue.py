"""Finding blocks by the paths that Runefiles give, and what blocks refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

import rune.blocks
from rune.blocks.catalogue import CATALOGUE, find_block
from rune.blocks.signature import ArgumentValue, BlockError
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case


@each_case(
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


@each_case("path", ["./fft", "../fft", "someone/else#fft", "nothing", "", "hotg-ai/proc-blocks", "a b", "#fft"])
def test_a_path_that_means_another_block_finds_none(path: str) -> None:
    assert find_block(path) is None


def test_every_folder_is_a_block_of_its_name() -> None:
    folders = {path.parent.name for path in Path(rune.blocks.__file__).parent.glob("*/__init__.py")}
    blocks = sorted(folders - {"common"})
    assert list(CATALOGUE) == blocks
    assert [block.folder.name for block in CATALOGUE.values()] == blocks


def test_every_block_has_its_page_and_its_c() -> None:
    for name, block in CATALOGUE.items():
        assert block.name == name
        assert block.documentation.startswith("# ")
        assert (block.source or block.c_file).is_file()
        assert all(f"`{argument.name}`" in block.documentation for argument in block.arguments)


F32 = TensorType(ElementType.F32, (1, 4))
TEXT = TensorType(ElementType.UTF8, (4,))
I32 = TensorType(ElementType.I32, (4,))
U32 = TensorType(ElementType.U32, (1,))
U8 = TensorType(ElementType.U8, (4,))
F64 = TensorType(ElementType.F64, (4,))
ROWS = TensorType(ElementType.F64, (4, 2))
SQUARE = TensorType(ElementType.F64, (4, 4))
ONE_ROW, WIDE = TensorType(ElementType.F64, (1, 2)), TensorType(ElementType.F64, (2, 1001))
ONE, TWO = TensorType(ElementType.F64, (1,)), TensorType(ElementType.F64, (2,))


@each_case(
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
        ("label", (TensorType(ElementType.U32, (2, 3), (1,)),), {"wordlist": "a"}, "one row of indices"),
        ("accuracy", (F64,), {}, "takes 2 inputs"),
        ("accuracy", (F64, F32), {}, "takes numbers of f64"),
        ("accuracy", (F64, TensorType(ElementType.F64, (3,))), {}, "as many predictions"),
        ("prediction_errors", (F64,), {}, "takes 2 inputs"),
        ("prediction_errors", (F32, F64), {}, "takes numbers of f64"),
        ("prediction_errors", (F64, TensorType(ElementType.F64, (3,))), {}, "as many predictions"),
        ("precision_recall", (F32, I32), {"positive": 1}, "compares numbers of one type"),
        ("metric", (F64,), {}, "takes 2 inputs"),
        ("f1_score", (F32, F32), {}, "takes numbers of f64"),
        ("argmax", (I32,), {}, "takes scores of f32"),
        ("password_strength", (U8,), {}, "takes texts of utf8"),
        ("train_test_split", (ROWS,), {"test_size": 0.2}, "takes 2 inputs"),
        ("train_test_split", (F64, F64), {"test_size": 0.2}, r"f64\[rows, features\], and not f64\[4\]"),
        ("train_test_split", (ROWS, ROWS), {"test_size": 0.2}, "needs a target for each of its rows"),
        ("train_test_split", (ROWS, F64), {"test_size": 0.2}, "of 4 rows that leaves 0 for testing"),
        ("train_test_split", (ROWS, F64), {"test_size": 1.0}, "of 4 rows that leaves 4 for testing"),
        ("linear_regression", (ROWS, F64), {}, "takes 3 inputs"),
        ("linear_regression", (ROWS, F64, F64), {}, "takes rows of features"),
        ("linear_regression", (ROWS, F64, TensorType(ElementType.F64, (1, 3))), {}, "learns from 2 features a row"),
        ("linear_regression", (TensorType(ElementType.F64, (4, 4)), F64, ROWS), {}, "has others"),
        ("linear_regression", (SQUARE, F64, SQUARE), {}, "4 rows do not decide 4 factors and an offset"),
        ("elastic_net", (ROWS, F64), {}, "takes 3 inputs"),
        ("penalized_regression", (ROWS, F64, F64), {"alpha": 1.0, "l1_ratio": 0.5}, "takes rows of features"),
        ("logistic_regression", (ROWS, F64, SQUARE), {"classes": 16}, r"learns from 2 features a row, and f64\[4, 4\]"),
        ("logistic_regression", (ROWS, ROWS, ROWS), {"classes": 16}, "needs a target for each of its rows"),
        ("support_vector_classifier", (F32, F64, ROWS), {"c": 1.0, "tolerance": 1e-3}, "takes rows of features of f64"),
        ("support_vector_regression", (ONE_ROW, ONE, ONE_ROW), {"eps": 1.0}, "nothing to learn from 1 row"),
        ("support_vector_regression", (WIDE, TWO, WIDE), {"eps": 1.0}, "takes up to 1000 features a row"),
        ("audio_float_conversion", (F32,), {}, "takes samples of i16"),
        ("audio_float_conversion", (), {}, "takes 1 input"),
        ("binary_classification", (I32,), {"threshold": 0.5}, "takes a score of f32"),
        ("binary_classification", (TensorType(ElementType.F32, (0,)),), {"threshold": 0.5}, "takes a score of f32"),
        ("binary_classification", (F32, F32), {"threshold": 0.5}, "takes 1 input"),
        ("image_input", (U8,), {"width": 2, "height": 2, "pixel_format": "rgb"}, "does not resize"),
        ("image_input", (U8,), {"width": 2, "height": 2, "pixel_format": "bgr"}, "red, green and blue"),
        ("image_input", (), {"width": 2, "height": 2, "pixel_format": "rgb"}, "takes 1 input"),
        ("tensor_input", (TEXT,), {}, "takes numbers"),
        ("tensor_input", (F32, F32), {}, "takes 1 input"),
        ("object_filter", (F32,), {"threshold": 0.7}, r"f32\[1, rows, 5 \+ classes\]"),
        ("object_filter", (TensorType(ElementType.F32, (1, 3, 5)),), {"threshold": 0.7}, "a score for each class"),
        ("object_filter", (TensorType(ElementType.F32, (2, 3, 6)),), {"threshold": 0.7}, "a score for each class"),
        ("object_filter", (F32, F32), {"threshold": 0.7}, "takes 1 input"),
        ("segment_output", (F32,), {}, r"f32\[1, rows, columns, classes\]"),
        ("segment_output", (TensorType(ElementType.F32, (2, 3, 3, 4)),), {}, "each class of each pixel"),
        ("segment_output", (), {}, "takes 1 input"),
        ("pad", (F32,), {"value": 0.0}, "is full already"),
        ("pad", (TensorType(ElementType.UTF8, (4,), (0,)),), {"value": 0.0}, "takes numbers"),
        ("pad", (TensorType(ElementType.U8, (4,), (0,)),), {"value": -1.0}, "-1 is no u8"),
        ("pad", (TensorType(ElementType.I32, (4,), (0,)),), {"value": 0.5}, "0.5 is no i32"),
        ("pad", (), {"value": 0.0}, "takes 1 input"),
        ("parse", (F32,), {"element_type": "f32", "count": 0}, "takes texts"),
        ("parse", (TEXT,), {"element_type": "word", "count": 0}, "parse makes numbers"),
        ("parse", (TEXT, TEXT), {"element_type": "f32", "count": 0}, "takes 1 input"),
        ("utf8_decode", (F32,), {}, "takes bytes"),
        ("utf8_decode", (), {}, "takes 1 input"),
        ("text_extractor", (U8,), {}, "takes 3 inputs"),
        ("text_extractor", (F32, U32, U32), {}, "takes words as bytes"),
        ("text_extractor", (U8, U32, I32), {}, "a number of a word"),
        ("modulo", (TensorType(ElementType.UTF8, (4,), (0,)),), {"modulus": 1.0}, "takes numbers"),
        ("noise_filtering", (TensorType(ElementType.U32, (1, 9), (1,)),), {}, "a fixed number of elements"),
    ],
)
def test_a_block_says_what_it_cannot_take(
    name: str, inputs: tuple[TensorType, ...], arguments: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(BlockError, match=message):
        CATALOGUE[name].outputs_for(inputs, arguments)
