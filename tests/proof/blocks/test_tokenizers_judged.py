"""The blocks `word_piece` and `byte_pair`, judged by the tokenizers of Hugging Face: hundreds of thousands of
characters of all scripts give the same numbers. `pip install --no-deps -r requirements/judges.txt` brings the judge."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.tensor import ElementType, TensorType
from tests.support.compiler.block_module import BlockModule, Vector
from tests.support.compiler.block_references.texts import BYTES
from tests.support.compiler.mutants import Recorder

pytestmark = pytest.mark.proof

BATCHES, TEXTS, CHARACTERS = 10, 60, 400
LONG = 2000
"""Numbers of a text: none of them is cut off."""
SCRIPTS = [
    (0x20, 0x7F),
    (0xA0, 0x250),
    (0x370, 0x600),
    (0x900, 0xE00),
    (0x1E00, 0x2070),
    (0x3040, 0x9FFF),
    (0xAC00, 0xD7A3),
]
WORDS = [
    *("the", "these", "wrote", "unaffable", "naïve", "Straße", "İstanbul", "don't", "we'll", "I'M", "12x3", "\u2026"),
    *("中文", "한글", "\ufb01ne", "e\u0301\u0323", "\u200d\ufeff\t\n\u3000", "\u2028"),
]


def _characters(chance: random.Random) -> str:
    """Returns characters of scripts, of anywhere, and words. Only characters that have been what they are since Unicode
    3.2: the judge's table of punctuation is years older than ours."""
    low, high = chance.choice([*SCRIPTS, (0x20, 0x30000)])
    characters = [
        chance.choice([" ", chance.choice(WORDS), chr(chance.randrange(low, high))]) for _ in range(CHARACTERS)
    ]
    return "".join(each for each in characters if _is_settled(each))


def _is_settled(text: str) -> bool:
    old = unicodedata.ucd_3_2_0
    return all(unicodedata.category(each) == old.category(each) not in ("Cn", "Cs") and each != "\0" for each in text)


def _vocabulary(texts: list[str], chance: random.Random) -> list[str]:
    """Special words, letters and pieces of the texts, in front and behind: some words are known, and some are not."""
    plain = unicodedata.normalize("NFD", " ".join(texts)).lower() + " ".join(texts)
    letters = sorted({each for each in plain if each.isprintable() and each != " "})
    alphabet = chance.sample(letters, len(letters) * 9 // 10)
    words = sorted({word[: chance.randint(2, 5)] for text in texts for word in text.lower().split() if len(word) > 2})
    pieces = [*alphabet, *(f"##{each}" for each in alphabet), *words, *(f"##{each}" for each in words)]
    return list(
        dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(each for each in pieces if each.split() == [each])])
    )


def _vector(block: str, number: int, arguments: Mapping[str, Any], text: str) -> Vector:
    data = list(text.encode())
    defaults = {each.name: each.default for each in CATALOGUE[block].arguments if each.default is not None}
    kind = TensorType(ElementType.U8, (len(data),))
    return Vector(CATALOGUE[block], str(number), {**defaults, **arguments}, ((kind, data),), (), None)


def _numbers(vectors: list[Vector], folder: Path) -> list[list[Any]]:
    folder.mkdir()
    module = BlockModule(vectors, folder)
    return [list(module.outputs(vector)[0].elements) for vector in vectors]


@pytest.fixture(scope="module")
def tokenizers() -> Any:
    """The judge."""
    return pytest.importorskip("tokenizers", reason="the judge is not installed: requirements/judges.txt")


@pytest.mark.parametrize("case", ["lower", "keep"])
def test_words_and_pieces(tokenizers: Any, case: str, record_property: Recorder, tmp_path: Path) -> None:
    characters = unknown = count = 0
    for batch in range(BATCHES):
        chance = random.Random(f"{case} {batch}")
        texts = [_characters(chance) for _ in range(TEXTS)]
        vocabulary = _vocabulary(texts, chance)
        numbers = {piece: number for number, piece in enumerate(vocabulary)}
        model = tokenizers.models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100)
        judge = tokenizers.Tokenizer(model)
        judge.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=case == "lower")
        judge.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
        arguments = {"vocabulary": "\n".join(vocabulary), "length": LONG, "case": case, "padding": "none"}
        vectors = [_vector("word_piece", number, arguments, text) for number, text in enumerate(texts)]
        for text, actual in zip(texts, _numbers(vectors, tmp_path / str(batch)), strict=True):
            expected = [2, *judge.encode(text, add_special_tokens=False).ids, 3]
            assert actual == expected, _first_difference(text, actual, expected, vocabulary)
            characters, unknown, count = characters + len(text), unknown + expected.count(1), count + len(expected)
    record_property("characters", characters)
    record_property("numbers", count)
    assert 0 < unknown < count // 2


def test_pairs_of_bytes(tokenizers: Any, record_property: Recorder, tmp_path: Path) -> None:
    characters = count = 0
    for batch in range(BATCHES):
        chance = random.Random(f"pairs {batch}")
        texts = [_characters(chance) for _ in range(TEXTS)]
        learner = tokenizers.Tokenizer(tokenizers.models.BPE())
        learner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = list(BYTES.values())
        learner.train_from_iterator(
            texts, tokenizers.trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
        )
        model = json.loads(learner.to_str())["model"]
        merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
        arguments = {
            "vocabulary": json.dumps(model["vocab"]),
            "merges": "\n".join(["#version: 0.2", *merges]),
            "length": LONG,
        }
        fresh = [_characters(chance) for _ in range(TEXTS)]
        vectors = [_vector("byte_pair", number, arguments, text) for number, text in enumerate(fresh)]
        for text, actual in zip(fresh, _numbers(vectors, tmp_path / str(batch)), strict=True):
            expected = learner.encode(text).ids
            assert actual == expected, _first_difference(
                text, actual, expected, sorted(model["vocab"], key=model["vocab"].get)
            )
            characters, count = characters + len(text), count + len(expected)
    record_property("characters", characters)
    record_property("numbers", count)
    assert count > characters // 4


def _first_difference(text: str, actual: list[Any], expected: list[int], pieces: list[str]) -> str:
    place = next(i for i, (one, other) in enumerate(zip([*actual, -1], [*expected, -1], strict=False)) if one != other)
    excerpts = [[pieces[each] for each in numbers[max(place - 2, 0) : place + 3]] for numbers in (actual, expected)]
    return f"at {place}: {excerpts[0]} and not {excerpts[1]}\n{text!a}"
