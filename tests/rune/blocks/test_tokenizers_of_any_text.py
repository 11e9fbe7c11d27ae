"""The tokenizers on texts of any characters: their C gives what the references give; and the table of characters."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.tensor import ElementType, TensorType
from tests.support.compiler.block_module import BlockFailed, BlockModule, Vector
from tests.support.compiler.block_references.case import Array, Fails
from tests.support.compiler.block_references.texts import MERGES, REFERENCES, TOKENS, VOCABULARY
from tools.generators.characters import TABLE, table

SAME_UNICODE = pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0", reason="the references ask this Python, whose Unicode is another"
)
PIECES = [
    *"whotelinsadc .?!'\t\n12[]#`é\u0301\u0323中豈한ßΣİ\u1fef\u200d\0\ufffd\u3000\u2028\x85²٣\U0001f600\U0001d160",
    *("[CLS]", "[SEP]", "[PAD]", "[UNK]", "'ll", "'re", " the", "cafe", "unaffable"),
]
LETTERS = [chr(code) for code in range(0x21, 0x250)]
FURTHER = [word for word in (*LETTERS, *(f"##{letter}" for letter in LETTERS)) if word not in VOCABULARY.split("\n")]
TYPES = {"uint8": ElementType.U8, "int32": ElementType.I32}


def _text(chance: random.Random) -> Array:
    """Known pieces, characters from anywhere, or bytes that may be no text; zeros behind."""
    size = chance.choice([0, 1, 2, 5, 20, 60, 200])
    below = [chance.choice([0x250, 0x3100, 0x110000]) for _ in range(size)]
    anywhere = "".join(chr(chance.randrange(limit)) for limit in below).encode(errors="ignore")
    pieces = "".join(chance.choice(PIECES) for _ in range(size)).encode()
    data = chance.choice([pieces, pieces, anywhere, chance.randbytes(size // 4)])
    return np.frombuffer(data + b"\0" * chance.randint(1, 2), np.uint8)


def _arguments(chance: random.Random, block: str) -> Mapping[str, Any]:
    if block == "byte_pair":
        tokens = {name: chance.choice(["", "<s>"]) for name in ("start", "end", "pad")}
        return {"vocabulary": TOKENS, "merges": MERGES, "length": chance.choice([3, 7, 500]), **tokens}
    arguments = {"vocabulary": chance.choice([VOCABULARY, "\n".join((VOCABULARY, *FURTHER))])}
    if block == "tokenizers":
        return arguments
    return arguments | {
        "length": chance.choice([4, 9, 300]),
        "case": chance.choice(["lower", "keep"]),
        "padding": chance.choice(["full", "none"]),
    }


def _vector(chance: random.Random, number: int) -> Vector:
    block = chance.choice(["tokenizers", "word_piece", "byte_pair"])
    count = {"tokenizers": 2, "word_piece": chance.choice([1, 2]), "byte_pair": 1}[block]
    arguments, inputs = _arguments(chance, block), [_text(chance) for _ in range(count)]
    outputs, fails = [], None
    try:
        outputs = list(REFERENCES[block](arguments, inputs))
    except Fails as failure:
        fails = str(failure)
    tensors = [
        [(TensorType(TYPES[array.dtype.name], array.shape), array.reshape(-1).tolist()) for array in arrays]
        for arrays in (inputs, outputs)
    ]
    return Vector(CATALOGUE[block], str(number), arguments, tuple(tensors[0]), tuple(tensors[1]), fails)


@pytest.mark.proof
@SAME_UNICODE
def test_any_text_becomes_the_numbers_of_the_references(tmp_path: Path) -> None:
    chance = random.Random(146)
    vectors = [_vector(chance, number) for number in range(400)]
    assert 20 < sum(vector.fails is not None for vector in vectors) < 200
    module = BlockModule(vectors, tmp_path)
    for vector in vectors:
        if vector.fails is not None:
            with pytest.raises(BlockFailed, match=vector.fails):
                module.run(vector)
            continue
        outputs = [(each.type, each.elements) for each in module.outputs(vector)]
        assert outputs == [(type_, list(elements)) for type_, elements in vector.outputs], vector.inputs


@pytest.mark.proof
@SAME_UNICODE
def test_the_table_of_characters_is_what_unicode_says() -> None:
    assert TABLE.read_text(encoding="ascii") == table()
