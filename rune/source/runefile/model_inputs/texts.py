"""Text: numbers of word pieces, as BERT reads them, or bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.source.runefile.model_inputs.preset import InputKind, InputPreset, WrittenStage, inner_sizes, output_lines
from rune.tensor import ElementType, TensorType

TEXT_BYTES = 1024
"""The greatest length in bytes of a text that a rune reads at most."""
_SHORTEST, _LONGEST = 3, 8192
_MOST_INPUTS = 3
_CASES = {"word-piece": "lower", "word-piece-cased": "keep"}
_TITLES = {
    "word-piece": "Word pieces of BERT, letters in lower case (uncased models)",
    "word-piece-cased": "Word pieces of BERT, letters as they are (cased models)",
}
_PARTS = (("mask",), ("type", "segment", "token_type"))


def text_presets(inputs: Sequence[ModelTensor], position: int, vocabulary: str) -> Iterator[InputPreset]:
    """The ways in which an input may be a text. `vocabulary` is the path of the model's vocabulary, "" for none."""
    tensor = inputs[position]
    sizes = inner_sizes(tensor.type)
    if tensor.type.element is ElementType.U8 and len(sizes) == 1:
        yield _bytes(tensor.type)
    is_pieces = len(inputs) <= _MOST_INPUTS and all(_is_row(each, sizes) for each in inputs)
    if not is_pieces:
        return
    part = 0 if len(inputs) == 1 else _part(tensor.name, position)
    about = f"{sizes[0]} numbers of pieces: {('the pieces', 'the mask', 'the types')[part]}"
    for key, case in _CASES.items():
        if not vocabulary:
            lacks = "The project has no vocabulary. Upload the vocab.txt that came with the model."
            yield InputPreset(key, InputKind.TEXT, _TITLES[key], about, lacks=lacks)
            continue
        stages = (_source(), _pieces(sizes[0], case))
        yield InputPreset(
            key, InputKind.TEXT, _TITLES[key], about, stages, f"pieces.{part}", {"VOCABULARY": vocabulary}
        )


def _is_row(tensor: ModelTensor, sizes: Sequence[int]) -> bool:
    own = inner_sizes(tensor.type)
    is_row = len(own) == 1 and own == list(sizes) and _SHORTEST <= own[0] <= _LONGEST
    return is_row and tensor.type.element is ElementType.I32


def _part(name: str, position: int) -> int:
    """The output of the block that an input reads, by the words in its name, else by its place."""
    lower = name.lower()
    for part, words in enumerate(_PARTS, start=1):
        if any(word in lower for word in words):
            return part
    return 0 if "id" in lower else position


def _source() -> WrittenStage:
    type_ = TensorType(ElementType.U8, (TEXT_BYTES,))
    lines = ["  text:", "    capability: RAW", "    args:", f"      length: {TEXT_BYTES}", *output_lines(type_)]
    return WrittenStage("text", tuple(lines))


def _pieces(length: int, case: str) -> WrittenStage:
    block = InsertedBlock("word_piece", {"vocabulary": "$VOCABULARY", "length": str(length), "case": case})
    output = f"      - {{type: i32, dimensions: [1, {length}]}}"
    lines = [*block.lines("pieces", "text", "  ", "  "), "    outputs:", output, output, output]
    return WrittenStage("pieces", tuple(lines))


def _bytes(type_: TensorType) -> InputPreset:
    lines = ["  text:", "    capability: RAW", "    args:", f"      length: {type_.count}", *output_lines(type_)]
    about = f"{type_.count} bytes, zeros behind the text"
    return InputPreset(
        "text-bytes", InputKind.TEXT, "Bytes of the text", about, (WrittenStage("text", tuple(lines)),), "text"
    )
