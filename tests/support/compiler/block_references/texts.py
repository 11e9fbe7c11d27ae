"""References of the tokenizers, written from their published descriptions with Python's own Unicode."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from tests.support.compiler.block_references.case import Arguments, Array, BlockCase, Fails, Reference, case, text

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_OLD_LENGTH = 384
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ceaf\U0002f800-\U0002fa1f"


def _is_blank(letter: str) -> bool:
    return letter in "\t\n\r" or unicodedata.category(letter) == "Zs"


def _is_dropped(letter: str) -> bool:
    return letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cf", "Co")


def _is_punctuation(letter: str) -> bool:
    is_sign = letter.isascii() and letter.isprintable() and not letter.isalnum() and letter != " "
    return is_sign or unicodedata.category(letter).startswith("P")


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFD", "".join(letter.lower() for letter in word))
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")


def _apart(word: str) -> list[str]:
    """Splits a word so that each sign of punctuation is a word of its own."""
    parts = [""]
    for letter in word:
        parts += [letter, ""] if _is_punctuation(letter) else []
        parts[-1] += "" if _is_punctuation(letter) else letter
    return [part for part in parts if part]


def _words(content: str) -> list[str]:
    return "".join(" " if _is_blank(letter) else letter for letter in content).split(" ")


def basic(content: str, *, is_lower: bool) -> list[str]:
    """BERT's basic tokenizer."""
    visible = "".join(letter for letter in content if _is_blank(letter) or not _is_dropped(letter))
    parts = re.sub(f"([{_IDEOGRAPHS}])", r" \1 ", re.sub("[\u2028\u2029]", " ", visible))
    return [part for word in _words(parts) for part in _apart(_plain(word) if is_lower else word)]


def published(content: str) -> Iterator[str]:
    """The old block's order: words, special ones, punctuation, ideographs; and only then what makes them plain."""
    names = "|".join(map(re.escape, SPECIAL))
    for word in _words(content):
        for piece in re.split(f"({names})", word):
            if piece in SPECIAL:
                yield piece
                continue
            for part in _apart(piece):
                for token in re.split(f"([{_IDEOGRAPHS}])", part):
                    yield _plain("".join(letter for letter in token if not _is_dropped(letter)))


def pieces(words: Sequence[str] | Iterator[str], numbers: Mapping[str, int]) -> list[int]:
    """WordPiece: the longest first."""
    ids: list[int] = []
    for word in words:
        word_ids: list[int] | None = [] if len(word) <= 100 else None
        rest = word
        while rest and word_ids is not None:
            prefix = "" if len(rest) == len(word) else "##"
            size = next((size for size in range(len(rest), 0, -1) if prefix + rest[:size] in numbers), 0)
            word_ids = [*word_ids, numbers[prefix + rest[:size]]] if size else None
            rest = rest[size:]
        ids += [numbers["[UNK]"]] if word_ids is None else word_ids
    return ids


def _joined(first: list[int], second: list[int] | None, numbers: Mapping[str, int], length: int) -> list[Array]:
    ids = [numbers["[CLS]"], *first, numbers["[SEP]"]]
    segments = [0] * len(ids)
    if second is not None:
        ids += [*second, numbers["[SEP]"]]
        segments += [1] * (len(second) + 1)
    empty = length - len(ids)
    rows = (ids + [numbers["[PAD]"]] * empty, [1] * len(ids) + [0] * empty, segments + [0] * empty)
    return [np.array([row], np.int32) for row in rows]


def _numbers(arguments: Arguments) -> dict[str, int]:
    return {word: number for number, word in enumerate(arguments["vocabulary"].split("\n"))}


def _decoded(block: str, array: Array, name: str) -> str:
    data = array.tobytes().rstrip(b"\0")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Fails(f"{block}: {name} is no UTF-8 from byte {error.start} on") from None


def tokenizers(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    numbers = _numbers(arguments)
    ids: list[list[int]] = []
    for place, array in enumerate(inputs, 1):
        sentence = _decoded("tokenizers", array, f"sentence {place}")
        if not sentence:
            raise Fails(f"tokenizers: sentence {place} is empty")
        ids.append(pieces(published(sentence), numbers))
    first, second = ids
    while len(first) + len(second) > _OLD_LENGTH - 3:
        (first if len(first) >= len(second) else second).pop()
    tensors = _joined(first, second, numbers, _OLD_LENGTH)
    words = arguments["vocabulary"].split("\n")
    return [*tensors, text("".join(f"{words[number]}\n" for number in tensors[0][0]))]


def word_piece(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    numbers = _numbers(arguments)
    is_lower = arguments["case"] == "lower"
    texts = [_decoded("word_piece", array, f"text {place}") for place, array in enumerate(inputs, 1)]
    first, *more = [pieces(basic(content, is_lower=is_lower), numbers) for content in texts]
    second = more[0] if more else []
    while len(first) + len(second) > arguments["length"] - 2 - len(more):
        (first if len(first) > len(second) else second).pop()
    count = 2 + len(more) + len(first) + len(second)
    length = arguments["length"] if arguments["padding"] == "full" else count
    return _joined(first, more[0] if more else None, numbers, length)


def _sort(letter: str) -> str:
    """A letter for the classes of GPT-2's pattern, so that Python's own expressions can be asked."""
    if unicodedata.category(letter)[0] in "LN":
        return unicodedata.category(letter)[0]
    return "S" if letter in "\x85\u2028\u2029" or letter in "\t\n\v\f\r" or _is_blank(letter) else "o"


def _parts(content: str) -> Iterator[str]:
    """GPT-2's pattern, over a letter for the class of each character."""
    sorts = "".join(_sort(letter) for letter in content)
    patterns = ((r"L+", True), (r"N+", True), (r"o+", True), (r"S+(?!.)", False), (r"S+(?=S)", False), (r"S+", False))
    at = 0
    while at < len(content):
        short = re.compile(r"'(?:s|t|re|ve|m|ll|d)").match(content, at)
        end = short.end() if short else at
        for pattern, is_spaced in patterns if not short else ():
            begin = at + (is_spaced and content[at] == " ")
            if match := re.compile(pattern).match(sorts, begin):
                end = match.end()
                break
        yield content[at:end]
        at = end


def byte_pair(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    numbers = json.loads(arguments["vocabulary"])
    lines = [line for line in arguments["merges"].splitlines() if not line.startswith("#version")]
    ranks = {tuple(line.split()): rank for rank, line in enumerate(lines)}
    tokens: list[int] = []
    for part in _parts(_decoded("byte_pair", inputs[0], "the text")):
        word = tuple(BYTES[byte] for byte in part.encode())
        while pairs := [pair for pair in pairwise(word) if pair in ranks]:
            first = min(pairs, key=ranks.__getitem__)
            merged_tokens: list[str] = []
            for token in word:
                # A token that was joined just now is not joined again in this round.
                if merged_tokens and (merged_tokens[-1], token) == first:
                    merged_tokens[-1] = f"{merged_tokens[-1]}{token}\n"
                else:
                    merged_tokens.append(token)
            word = tuple(token.rstrip("\n") for token in merged_tokens)
        tokens += [numbers[token] for token in word]
    start, end = ([numbers[arguments[name]]] if arguments[name] else [] for name in ("start", "end"))
    ids = [*start, *tokens[: arguments["length"] - len(start) - len(end)], *end]
    empty = arguments["length"] - len(ids) if arguments["pad"] else 0
    padded = ids + [numbers[arguments["pad"]] for _ in range(empty)]
    return [np.array([padded], np.int32), np.array([[1] * len(ids) + [0] * empty], np.int32)]


def _byte_letters() -> dict[int, str]:
    """As published: bytes that print as they are, then letters from 256 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        letters.setdefault(byte, chr(256 + len(letters) - len(printable)))
    return letters


BYTES = _byte_letters()
MERGES = (
    "#version: 0.2\nĠ t\nh e\nĠt he\ni n\nr e\no n\na a\nl l\n' ll\nĠ Ġ\n1 2\n"
    "aa a\nin g\naa aa\nÃ ©\n! !\nc a\nca f\ncaf Ã©\n"
)
TOKENS = json.dumps(
    {
        token: number
        for number, token in enumerate(
            [*BYTES.values(), *("".join(line.split()) for line in MERGES.splitlines()[1:]), "<|endoftext|>", "<s>"]
        )
    },
    ensure_ascii=False,
)


VOCABULARY = "\n".join(
    [
        *("[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "wrote", "the", "##se", "lines", "?", "."),
        *(
            "a",
            "ada",
            "love",
            "##lace",
            "##s",
            "un",
            "##aff",
            "##able",
            "##a",
            "cafe",
            "`",
            "!",
            "中",
            "文",
            "ᄒ",
            "##ᅡ",
        ),
        *("##ᆫ", "ß", "i", "σ", "##σ", "Ada", "é", "##é", "[", "]", "cls", ",", "-", "豈", "runn", "##ing", "##n", "'"),
    ]
)
_QUESTION, _CONTEXT = "Who wrote these lines?", "Ada Lovelace wrote the lines. Unaffable!"
_ODD = (
    "CAFÉ\u00a0cafe\u0301 İ ΣΣ ß 中文豈 한"
    " un\u200daff\u0000able\ufffd \u1fef a\u1fefa [CLS][cls] [MASK]a ’ \u2028 \ue000a"
)
_LONG = "a" * 100 + " " + "a" * 101 + " " + "é" * 100


def _case(block: str, name: str, *inputs: Array, **arguments: object) -> BlockCase:
    return case(block, name, *inputs, vocabulary=VOCABULARY, **arguments)


def _paired(name: str, content: str | bytes, **arguments: object) -> BlockCase:
    return case("byte_pair", name, text(content), vocabulary=TOKENS, merges=MERGES, **arguments)


CASES: list[BlockCase] = [
    _case("tokenizers", "a question and where its answer is", text(_QUESTION, 3), text(_CONTEXT)),
    _case("tokenizers", "accents, ideographs, Hangul, special words, what is dropped", text(_ODD), text(_ODD)),
    _case("tokenizers", "words of 100 letters and of 101", text(_LONG), text("- , '")),
    _case("tokenizers", "two of one length are cut, the first first", text("a " * 200), text("the " * 200)),
    _case("tokenizers", "only the second is cut", text("a"), text("the " * 400)),
    _case("tokenizers", "only spaces", text(" "), text("\t\u3000")),
    _case("tokenizers", "an empty sentence", text(_QUESTION), text("", 4)),
    _case("tokenizers", "no UTF-8", text(b"who \xff"), text("a")),
    _case("word_piece", "one text", text("Who wrote these lines? Unaffable Ada!"), length=16),
    _case("word_piece", "a question and a text", text(_QUESTION), text(_CONTEXT, 2), length=24),
    _case("word_piece", "as long as it is", text(_QUESTION), text(_CONTEXT), length=24, padding="none"),
    _case("word_piece", "one as long as it is, and empty", text("", 4), length=8, padding="none"),
    _case(
        "word_piece", "two of one length are cut, the last first", text("a a a a"), text("the the the the"), length=8
    ),
    _case("word_piece", "accents, ideographs, Hangul, what is dropped", text(_ODD), length=64),
    _case("word_piece", "case and accents kept", text("Ada ada éé " + _ODD), length=64, case_="keep"),
    _case("word_piece", "words of 100 letters and of 101", text(_LONG), length=300, padding="none"),
    _case("word_piece", "half a character", text("a"), text("wrote é".encode()[:-1]), length=8),
    _paired("a sentence, padded", "the thing in the café", length=24, pad="<|endoftext|>"),
    _paired("as long as it is", "the thing\0\0"),
    _paired("short words, numbers, signs", "we'll they're 12 x12 ''s'S 's !!'ll a'd 1'm!!! ²½x٣", length=64),
    _paired("white space", "  a   the \n\n in\t the  \u3000x \u2028 \x85 ", length=64),
    _paired("a pair that overlaps itself", "aaaaa aaaaaaa aaaaaaaaa aa", length=64),
    _paired("between two tokens, and cut off", "on the ring", length=5, start="<s>", end="<|endoftext|>", pad="<s>"),
    _paired("nothing", "\0", length=3, start="<s>", end="<s>"),
    _paired(
        "what stands for a token is text; other bytes", "<|endoftext|> \U0001f600e\u0301 \0\x7f\u00ad中文", length=64
    ),
    _paired("no UTF-8", b"the \xc3(", length=8),
]

REFERENCES: dict[str, Reference] = {"tokenizers": tokenizers, "word_piece": word_piece, "byte_pair": byte_pair}
