"""The choices for a model's inputs, and the Runefiles of the presets that fit."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.model.tflite.meaning.description import DescribedTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.model_inputs import (
    InputChoiceError,
    InputKind,
    InputQuestion,
    class_count,
    described_labels,
    input_questions,
    read_labels,
    runefile_of,
)
from rune.tensor import ElementType, TensorType
from rune.wordlist import words_of
from tests.support.cases import each_case

SCALE = {"scale": 0.5, "zero_point": 3}
VOCABULARY = "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b"])


def type_of(text: str) -> TensorType:
    element, _, sizes = text.partition("[")
    return TensorType(ElementType(element), tuple(int(size) for size in sizes.rstrip("]").split(",") if size))


def tensor(text: str, name: str = "x", description: DescribedTensor | None = None) -> ModelTensor:
    type_ = type_of(text)
    values = SCALE if type_.element in (ElementType.I8, ElementType.U8, ElementType.I16) else {}
    return ModelTensor(name, type_, **values, description=description or DescribedTensor())  # type: ignore[arg-type]


def model(*inputs: ModelTensor, outputs: str = "f32[1,12]") -> ModelSignature:
    return ModelSignature(inputs, (tensor(outputs),))


def question(text: str) -> InputQuestion:
    (only,) = input_questions(model(tensor(text)), "vocab.txt")
    return only


def assert_checks(signature: ModelSignature, text: str, labels: str = "") -> None:
    files = {"Runefile.yml": text.encode(), "m.tflite": b"", "vocab.txt": VOCABULARY.encode()}
    if labels:
        files["labels.txt"] = labels.encode()
    result = check(MemoryFiles(files), PUBLISHED_BLOCKS, signatures=lambda _: signature)
    assert [str(one.message) for one in result.diagnostics] == []
    assert result.pipeline is not None


@each_case(
    ("input_", "kind", "key"),
    [
        ("u8[1,96,96,1]", "picture", "bytes"),
        ("i8[1,96,96,3]", "picture", "bytes"),
        ("f32[1,32,32,3]", "picture", "0-1"),
        ("f32[1,3,224,224]", "picture", "0-1-channels-first"),
        ("f32[1,784]", "numbers", "numbers"),
        ("f32[1,49,10,1]", "sound", "mlperf-tiny-mfcc"),
        ("f32[1,490]", "sound", "mlperf-tiny-mfcc"),
        ("f32[1,20,32]", "sound", "librosa-mfcc"),
        ("f32[1,16000]", "sound", "samples-16000"),
        ("i16[1,16000]", "sound", "samples-16000"),
        ("f32[1,128,3]", "motion", "motion"),
        ("f32[1,3,128]", "motion", "motion-axes-first"),
        ("i32[1,128]", "text", "word-piece"),
        ("f32[1,4]", "numbers", "numbers"),
        ("f32[]", "numbers", "numbers"),
    ],
)
def test_the_likeliest_preset_of_a_shape_comes_first(input_: str, kind: str, key: str) -> None:
    query = question(input_)
    assert (query.kinds[0].value, query.likeliest.key) == (kind, key)


@each_case(
    ("input_", "kinds"),
    [
        ("f32[1,784]", {"picture", "numbers"}),
        ("f32[1,49,40]", {"picture", "sound", "numbers"}),
        ("f32[1,384]", {"motion", "numbers"}),
        ("u8[1,784]", {"picture", "text", "numbers"}),
        ("f32[1,7,5]", {"numbers"}),
        ("i64[7]", {"numbers"}),
    ],
)
def test_only_kinds_that_fit_the_shape_are_offered(input_: str, kinds: set[str]) -> None:
    assert {each.value for each in question(input_).kinds} == kinds


SHAPES = (
    "u8[1,96,96,1]",
    "i8[1,96,96,3]",
    "u8[1,64,96,3]",
    "f32[1,32,32,3]",
    "f32[1,48,32,1]",
    "f32[1,3,32,32]",
    "i8[1,1,32,32]",
    "f32[32,32,3]",
    "f32[1,784]",
    "f32[3072]",
    "f32[1,49,40]",
    "i8[1,49,10,1]",
    "i8[1,1960]",
    "f32[1,40,98]",
    "f32[1,16000]",
    "f32[16000,1]",
    "i16[1,16000]",
    "i8[1,8000]",
    "f32[1,128,3]",
    "i8[1,3,128]",
    "f32[1,384]",
    "i32[1,128]",
    "u8[1,256]",
    "f32[1,4]",
)


@each_case("shape", SHAPES)
def test_every_preset_gives_a_runefile_without_errors(shape: str) -> None:
    signature = model(tensor(shape))
    (query,) = input_questions(signature, "vocab.txt")
    for preset in query.presets:
        assert_checks(signature, runefile_of(signature, "m.tflite", [preset]))


def test_the_names_of_presets_are_their_own() -> None:
    for shape in SHAPES:
        keys = [each.key for each in question(shape).presets]
        assert len(keys) == len(set(keys)), shape


def test_a_preset_is_chosen_by_its_name_or_its_kind() -> None:
    query = question("f32[1,32,32,3]")
    assert query.preset("imagenet-bgr").key == "imagenet-bgr"
    assert query.preset("picture").key == "0-1"
    with pytest.raises(InputChoiceError, match="gives no input"):
        query.preset("motion")


def test_the_mean_and_deviation_of_the_file_are_a_preset() -> None:
    description = DescribedTensor(mean=(127.5,), deviation=(128.0,))
    signature = model(tensor("f32[1,32,32,3]", description=description))
    (query,) = input_questions(signature)
    text = runefile_of(signature, "m.tflite", [query.preset("file")])
    assert "mean: 127.5, deviation: 128" in text.replace('"', "")
    assert_checks(signature, text)


def test_a_model_of_text_reads_one_tokenizer_for_all_inputs() -> None:
    names = ("input_ids", "attention_mask", "token_type_ids")
    signature = model(*(tensor("i32[1,64]", name) for name in names))
    query = input_questions(signature, "vocab.txt")
    text = runefile_of(signature, "m.tflite", [each.preset("text") for each in query])
    assert "inputs: [pieces.0, pieces.1, pieces.2]" in text
    assert text.count("word_piece") == 1
    assert_checks(signature, text)


def test_a_model_of_text_without_a_vocabulary_says_what_is_missing() -> None:
    signature = model(tensor("i32[1,64]"))
    (query,) = input_questions(signature)
    assert query.likeliest.kind is InputKind.NUMBERS
    with pytest.raises(InputChoiceError, match=r"vocab\.txt"):
        query.preset("word-piece")


def test_two_inputs_have_stages_of_their_own() -> None:
    signature = model(tensor("f32[1,32,32,1]"), tensor("f32[1,128,3]"))
    query = input_questions(signature)
    text = runefile_of(signature, "m.tflite", [each.likeliest for each in query])
    assert "inputs: [pixels_0, motion_1]" in text
    assert_checks(signature, text)


def test_labels_give_the_best_class_its_name() -> None:
    signature = model(tensor("f32[1,128,3]"))
    labels = "\n".join(f"word {number}" for number in range(12))
    assert class_count(signature) == 12
    assert len(read_labels(labels, signature)) == 12
    text = runefile_of(signature, "m.tflite", [input_questions(signature)[0].likeliest], "labels.txt")
    assert "wordlist: $LABELS" in text
    assert_checks(signature, text, labels)


@each_case(
    ("labels", "outputs", "message"),
    [
        ("a\nb", "f32[1,12]", "12 classes, and 2 labels"),
        ("a\nb", "f32[1,1]", "takes no labels"),
        ("a\nb", "f32[1,4,4]", "takes no labels"),
        ("a\n\nb", "f32[1,3]", "1 to 200 characters"),
        ("a\nb\x07\nc", "f32[1,3]", "control"),
        (f"a\n{'b' * 201}\nc", "f32[1,3]", "1 to 200"),
    ],
)
def test_labels_that_are_not_those_of_the_model_are_refused(labels: str, outputs: str, message: str) -> None:
    with pytest.raises(InputChoiceError, match=message):
        read_labels(labels, model(tensor("f32[1,4]"), outputs=outputs))


def test_labels_are_split_as_the_rune_splits_them() -> None:
    text = "\x85one\u2028two\r\nthree\x85four\nfive\n\u2003\n"
    signature = model(tensor("f32[1,4]"), outputs="f32[1,3]")
    assert list(read_labels(text, signature)) == words_of(text) == ["one\u2028two", "three\x85four", "five"]


def test_no_labels_are_no_mistake() -> None:
    assert read_labels(" \n ", model(tensor("f32[1,4]"))) == ()


def test_labels_of_the_models_file_are_used_where_there_is_one_for_each_class() -> None:
    scores = tensor("f32[1,2]", description=DescribedTensor(labels=("cat", "dog")))
    assert described_labels(ModelSignature((tensor("f32[1,4]"),), (scores,))) == ("cat", "dog")
    other = tensor("f32[1,3]", description=DescribedTensor(labels=("cat", "dog")))
    assert described_labels(ModelSignature((tensor("f32[1,4]"),), (other,))) == ()


def test_a_model_that_no_rune_runs_is_refused() -> None:
    with pytest.raises(ModelError):
        input_questions(ModelSignature((tensor("f32[1,0]"),), (tensor("f32[1,2]"),)))
