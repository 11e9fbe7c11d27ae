"""Refusals of the blocks for numbers, images, sound, motion and time: by a message, before anything runs."""

from __future__ import annotations

import json
import re

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import ArgumentKind, ArgumentValue, BlockError
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.block_references.texts import BYTES


def type_of(notation: str) -> TensorType:
    match = re.fullmatch(r"(\w+)\[(.*)\]", notation)
    assert match is not None
    return TensorType(ElementType(match[1]), tuple(int(size) for size in match[2].split(",") if size))


def complete(block: str, arguments: dict[str, ArgumentValue]) -> dict[str, ArgumentValue]:
    """The arguments with defaults, and 1 or a text for what must be given."""
    defaults: dict[str, ArgumentValue] = {}
    for argument in CATALOGUE[block].arguments:
        missing = 1 if argument.kind is ArgumentKind.INTEGER else 1.0 if argument.kind is ArgumentKind.FLOAT else "1"
        defaults[argument.name] = missing if argument.default is None else argument.default
    return defaults | arguments


def trees(**changes: object) -> dict[str, ArgumentValue]:
    """A file of one tree for one feature, with some keys as they should not be."""
    file = {"format": "decision-trees", "version": 1, "features": 1, "outputs": 1, "base": [0]}
    return {"trees": json.dumps({**file, "trees": [{"nodes": [[0, 0.5, 2], [1], [2]]}], **changes})}


_BERT = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"
_BYTES = json.dumps({letter: number for number, letter in enumerate([*BYTES.values(), "ab"])})
_LACKING = _BYTES.replace('"A"', '"AA"')

REFUSALS: list[tuple[str, list[str], dict[str, ArgumentValue], str]] = [
    ("scale", ["utf8[2]"], {}, "takes numbers of u8, i8, u16, i16 or f32, and not utf8[2]"),
    ("scale", ["f32[2]", "f32[2]"], {}, "takes 1 input and not 2"),
    ("scale", ["f32[2]"], {}, "cannot know the range of f32[2]"),
    ("scale", ["f32[0]"], {"factor": "1"}, "needs at least one element"),
    ("scale", ["i8[2]"], {"from": "0..255"}, "i8 holds -128 to 127, so that 0..255 cannot be its range"),
    ("scale", ["u8[2]"], {"from": "1..1"}, "not a range from a smaller number to a larger"),
    ("scale", ["u8[2]"], {"to": "one"}, "`one` is not a range"),
    ("scale", ["u8[2]"], {"to": "0..99999999999"}, "not a range from a smaller"),
    ("scale", ["u8[2, 3]"], {"mean": "1, 2"}, "2 numbers are not one for each of the 3 channels"),
    ("scale", ["u8[2]"], {"mean": "1, x"}, "`x` is not a number"),
    ("scale", ["u8[2]"], {"deviation": "0"}, "deviation of 0 divides by nothing"),
    ("modulo", ["f32[2]"], {"modulus": 1e-60}, "so small that it is 0 in f32"),
    ("quantize", ["i8[2]"], {}, "takes numbers of f32"),
    ("quantize", ["f32[2]"], {"zero_point": 128}, "the zero point 128 is no i8"),
    ("dequantize", ["f32[2]"], {}, "takes whole numbers of u8, i8 or i16"),
    ("dequantize", ["u8[2]"], {"zero_point": -1}, "the zero point -1 is no u8"),
    ("cast", ["u64[2]"], {}, "takes numbers of"),
    ("softmax", ["i8[4]"], {}, "takes scores of f32"),
    ("softmax", ["f32[2, 4]"], {}, "more than one row of scores"),
    ("class_index", ["utf8[4]"], {}, "takes scores of"),
    ("class_index", ["f32[4, 1]"], {}, "a single element"),
    ("class_index", ["f32[]"], {}, "a single element"),
    ("count_on_grid", ["f32[1, 3, 4]"], {}, "f32[1, rows, columns, 1 + labels]"),
    ("count_on_grid", ["f32[2, 3, 4, 2]"], {}, "f32[1, rows, columns, 1 + labels]"),
    ("count_on_grid", ["f32[1, 3, 4, 1]"], {}, "of the background and then of each label"),
    ("count_on_grid", ["i8[1, 3, 4, 2]"], {}, "takes scores of f32"),
    ("count_on_grid", ["f32[1, 3, 4, 2]"] * 2, {}, "takes 1 input"),
    ("count_on_grid", ["f32[1, 257, 256, 2]"], {}, "takes up to 65536 cells"),
    ("count_on_grid", ["f32[1, 3, 4, 3]"], {"names": "coin"}, "has 1 name for 2 labels"),
    ("nms", ["f32[3, 4]"], {}, "takes 2 inputs"),
    ("nms", ["f32[3, 5]", "f32[3, 2]"], {}, "takes boxes of 4 numbers"),
    ("nms", ["f32[2, 3, 4]", "f32[3, 2]"], {}, "as [rows, columns] or [1, rows, columns]"),
    ("nms", ["f32[3, 4]", "f32[4, 2]"], {}, "3 boxes need as many rows of scores"),
    ("nms", ["i8[3, 4]", "f32[4, 2]"], {}, "takes boxes of f32"),
    ("ssd_boxes", ["f32[3, 4]"], {"anchors": "1 2 3 4"}, "needs 3 anchors of 4 numbers, and there are 4 numbers"),
    ("ssd_boxes", ["f32[1, 4]"], {"anchors": "1 2 3 x"}, "`x` is not a number"),
    ("yolo_boxes", ["f32[1, 4, 9]"], {}, "leaves no class"),
    ("yolo_boxes", ["f32[1, 9, 7]"], {}, "say `version: v5` if it is the other way round"),
    ("key_points", ["f32[3, 4]"], {}, "takes a heat map of each point"),
    ("key_points", ["f32[1, 2, 2, 3]", "f32[1, 2, 2, 3]"], {}, "are f32[1, 2, 2, 6], and not f32[1, 2, 2, 3]"),
    ("key_points", ["f32[1]", "f32[1]", "f32[1]"], {}, "takes 1 or 2 inputs"),
    ("top_k", ["f32[4]"], {"k": 5}, "has only 4 scores, not 5"),
    ("top_k", ["f32[2, 4]"], {}, "one row of scores"),
    ("reshape", ["f32[6]"], {"dimensions": "4"}, "6 elements, which do not make [4]"),
    ("reshape", ["f32[6]"], {"dimensions": "4, -1"}, "do not make [4, -1]"),
    ("reshape", ["f32[6]"], {"dimensions": "-1, -1"}, "of which one can be -1"),
    ("reshape", ["f32[6]"], {"dimensions": "6, 0"}, "sizes of 1 and more"),
    ("reshape", ["f32[6]"], {"dimensions": "1.5"}, "not a whole number"),
    ("transpose", ["f32[2, 3]"], {"order": "0"}, "each of 0 to 1 once"),
    ("transpose", ["f32[2, 3]"], {"order": "1, 1"}, "each of 0 to 1 once"),
    ("transpose", ["f32[1, 1, 1, 1, 1, 1, 1]"], {}, "up to 6 dimensions"),
    ("concatenate", ["f32[2]"], {}, "2 to 8 inputs and not 1"),
    ("concatenate", ["f32[2]", "i8[2]"], {}, "takes numbers of f32, and not i8[2]"),
    ("concatenate", ["f32[2, 3]", "f32[3, 3]"], {}, "differ in more than dimension 1"),
    ("concatenate", ["f32[2]", "f32[2]"], {"axis": 1}, "no dimension 1"),
    ("split", ["f32[4, 3]"], {"parts": 2}, "the 3 of dimension 1"),
    ("split", ["f32[4]"], {"axis": -2}, "no dimension -2"),
    ("resize", ["f32[96, 96, 3]"], {}, "one image as [1, height, width, channels]"),
    ("resize", ["u8[1, 3, 96, 96]"], {}, "`layout` with `to: nhwc` puts them last"),
    ("resize", ["u8[1, 96, 96, 2]"], {}, "1, 3 or 4 channels"),
    ("resize", ["u8[2, 96, 96, 3]"], {}, "one image"),
    ("letterbox", ["u8[1, 4, 4, 3]"], {"fill": 256.0}, "256 is no u8"),
    ("letterbox", ["i8[1, 4, 4, 3]"], {"fill": 0.5}, "0.5 is no i8"),
    ("crop", ["u8[1, 4, 6, 3]"], {"height": 5, "width": 2}, "a height of 4, less than 5"),
    ("crop", ["u8[1, 4, 6, 3]"], {"height": 2, "width": 4, "left": 3}, "left can be 2 at most"),
    ("color", ["u8[1, 4, 4, 1]"], {}, "that is rgb has 3 channels"),
    ("color", ["u8[1, 4, 4, 3]"], {"from": "grey"}, "that is grey has 1 channels"),
    ("color", ["u8[1, 4, 4, 3]"], {"to": "rgb"}, "nothing to do"),
    ("color", ["i8[1, 4, 4, 3]"], {}, "an image of u8 or f32"),
    ("layout", ["u8[1, 3, 8, 8]"], {}, "It already is as `to` says"),
    ("layout", ["u8[1, 8, 8, 5]"], {}, "must be the 1, 3 or 4 channels"),
    ("layout", ["u8[8, 8, 3]"], {}, "4 dimensions"),
    ("log_mel", ["f32[16000]"], {}, "takes sound as i16 samples"),
    ("log_mel", ["i16[16000]"], {"bands": 20}, "micro_frontend has a bands of its own"),
    ("log_mel", ["i16[16000]"], {"sample_rate": 8000}, "for sound of 16000 Hz"),
    ("log_mel", ["i16[100]"], {}, "shorter than one frame"),
    ("log_mel", ["i16[4000]"], {"preset": "keras", "type": "i8"}, "type is only for `preset: micro_frontend`"),
    ("log_mel", ["i16[4000]"], {"preset": "keras", "fresh": 0}, "fresh is only for"),
    ("log_mel", ["i16[4000]"], {"preset": "keras", "denoise": 0}, "denoise is only for"),
    ("log_mel", ["i16[4000]"], {"denoise": 0, "fresh": 0}, "no estimate to keep with `denoise: 0`"),
    ("log_mel", ["i16[3200]"], {"preset": "keras", "stream": 1}, "stream is only for"),
    ("log_mel", ["i16[3200]"], {"stream": 1}, "keeps its estimate: write `fresh: 0`, or `denoise: 0`"),
    ("log_mel", ["i16[4800]"], {"stream": 1, "denoise": 0, "step": 480}, "a step is shorter than a frame of 480"),
    ("log_mel", ["i16[1700]"], {"stream": 1, "denoise": 0}, "reads whole steps of 320 samples"),
    ("log_mel", ["i16[4000]"], {"noise_floor": -60}, "and for micro_frontend with `denoise: 0`"),
    ("mfe", ["i16[2, 4000]"], {}, "samples of one channel"),
    ("mfe", ["u8[4000]"], {}, "takes sound of i16 or f32"),
    ("mfe", ["i16[1024]"], {}, "mirrors 1024 samples at each end"),
    ("mfe", ["i16[4000]"], {"fft_size": 500}, "not a power of two"),
    ("mfe", ["i16[4000]"], {"frame": 4096}, "does not fit a transform of 2048"),
    ("mfe", ["i16[4000]"], {"high": 9000.0}, "nothing above 8000 Hz"),
    ("mfe", ["i16[4000]"], {"low": 3000.0, "high": 2000.0}, "where the highest has ended"),
    ("mfe", ["f32[4000000]"], {"step": 1}, "are more than 1048576 values"),
    ("mfe", ["i16[4000]"], {"low": 100.0, "high": 100.1}, "128 bands do not fit between 100 and 100.1 Hz"),
    ("scale", ["u8[2]"], {"from": "0.." + "9" * 5000}, "is not a range"),
    ("scale", ["u8[2]"], {"mean": "1e30", "deviation": "1e-300"}, "more than f32 can hold"),
    ("scale", ["u8[2]"], {"mean": "1e999999999"}, "is not a number"),
    ("iir", ["f32[20]"], {"cutoff": 0.0001}, "too low for a signal of 100 Hz, where 0.001 Hz is the least"),
    ("k_means", ["f32[2]"], {"centres": "1 2", "radii": "1e-44"}, "every radius must be 1e-30 or more"),
    ("mfcc", ["i16[4000]"], {"preset": "python_speech_features", "coefficients": 27}, "26 bands give no 27"),
    ("mfcc", ["i16[4000]"], {"preset": "edge_impulse_mfcc", "window": 4}, "a window of 4 frames has no middle"),
    ("mfcc", ["i16[4000]"], {"preset": "keras", "window": 0}, "window is only for `preset: edge_impulse_mfcc`"),
    ("mfcc", ["i16[4000]"], {"preset": "edge_impulse_mfcc", "fft_size": 100}, "100 is not a power of two"),
    ("log_mel", ["i16[4000]"], {"preset": "keras", "noise_floor": -60}, "only for `preset: edge_impulse_mfe`"),
    ("log_mel", ["i16[300]"], {"preset": "edge_impulse_mfe"}, "shorter than one frame of 320 samples"),
    ("log_mel", ["i16[4000]"], {"preset": "edge_impulse_mfe", "type": "i8"}, "type is only for"),
    ("iir", ["f32[2, 2, 2]"], {}, "[samples] or [samples, channels]"),
    ("iir", ["i16[20]"], {}, "takes a signal of f32"),
    ("iir", ["f32[20]"], {"cutoff": 50.0}, "nothing at 50 Hz, only below 50 Hz"),
    ("iir", ["f32[20]"], {"kind": "bandpass", "cutoff": 20.0}, "cutoff must be below high"),
    ("fir", ["f32[20]"], {"taps": 4}, "an even number of taps"),
    ("fir", ["f32[20]"], {"kind": "bandpass", "high": 60.0}, "nothing at 60 Hz"),
    ("detrend", ["f32[0]"], {}, "needs at least one element"),
    ("downsample", ["f32[7, 3]"], {"factor": 5}, "7 samples cannot be divided into groups of 5"),
    ("downsample", ["f32[1]"], {}, "1 sample cannot be divided"),
    ("downsample", ["i16[6]"], {}, "takes a signal of f32"),
    ("resample", ["f32[1, 20]"], {}, "`reshape` to `20`"),
    ("resample", ["f32[20]"], {"to_rate": 44100}, "both rates are the same"),
    ("resample", ["f32[20]"], {"to_rate": 15999}, "take rates whose ratio"),
    ("resample", ["i8[20]"], {}, "takes a signal of f32 or i16"),
    ("spectral_features", ["f32[3]"], {}, "takes 4 to 16384 samples"),
    ("spectral_features", ["f32[20]"], {"bands": "1"}, "two frequencies or more"),
    ("spectral_features", ["f32[20]"], {"bands": "2, 1"}, "each above the one before"),
    ("spectral_features", ["f32[20]"], {"bands": "2, 51"}, "from 0 to 50 Hz"),
    ("moving_average", ["i8[4]"], {}, "takes numbers of f32"),
    ("moving_average", ["f32[1000]"], {"length": 10000}, "too much to keep"),
    ("hysteresis", ["f32[1]"], {"on": 0.5, "off": 0.5}, "off must be below"),
    ("debounce", ["f32[1]"], {}, "takes whole numbers of"),
    ("debounce", ["u8[1]"], {"initial": 256}, "256 is no u8"),
    ("hold", ["u32[1]"], {"rest": -1}, "-1 is no u32"),
    ("add", ["f32[4]"], {}, "add takes 2 inputs and not 1"),
    ("add", ["f32[4, 2]", "f32[4]"], {}, "is neither as large as f32[4, 2] nor one of its rows"),
    ("add", ["f32[4]", "i8[4]"], {}, "takes numbers of f32, and not i8[4]"),
    ("mse", ["f32[4]"], {}, "takes 2 inputs"),
    ("mse", ["f32[4]", "f32[2, 2]"], {}, "has other dimensions"),
    ("mse", ["f32[4]", "i8[4]"], {}, "takes numbers of f32, and not i8[4]"),
    ("gaussian_mixture", ["f32[2]"], {"means": "1 2 3"}, "each mean has 2 numbers"),
    ("gaussian_mixture", ["f32[1]"], {"means": "1 2", "deviations": "1"}, "write 2 deviations, one for each"),
    ("gaussian_mixture", ["f32[1]"], {"deviations": "0"}, "every deviation must be"),
    ("gaussian_mixture", ["f32[1]"], {"weights": "1 2"}, "for each of the 1 components"),
    ("gaussian_mixture", ["f32[1]"], {"weights": "0"}, "one weight above 0"),
    ("decision_trees", ["f32[1]"], {"trees": "{"}, "the trees are not JSON"),
    ("decision_trees", ["f32[1]"], {"trees": "[" * 100_000}, "the trees are not JSON"),
    ("decision_trees", ["f32[1]"], {"trees": "[]"}, 'with `"format": "decision-trees"`'),
    ("decision_trees", ["f32[1]"], trees(version=2), "the trees are of version 2"),
    ("decision_trees", ["f32[1]"], trees(features=True), "features is True; a whole number from 1"),
    ("decision_trees", ["f32[2]"], trees(), "learned from 1 features, and f32[2] has 2"),
    ("decision_trees", ["f32[1]"], trees(outputs=1001), "outputs is 1001"),
    ("decision_trees", ["f32[1]"], trees(base=[]), "base needs 1 number"),
    ("decision_trees", ["f32[1]"], trees(base=[float("nan")]), "base has nan, which is not a number"),
    ("decision_trees", ["f32[1]"], trees(trees=[]), "not a list of at least one tree"),
    ("decision_trees", ["f32[1]"], trees(trees=[[]]), "tree 0 is not an object"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": []}]), "tree 0 has 0 nodes"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"output": 1, "nodes": [[0]]}]), "the output of tree 0 is 1"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[0]] * 2}]), "node 1 of tree 0 is not where the split"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [7]}]), "neither `[feature, threshold, right]` nor a leaf"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[[0, 0]]]}]), "node 0 of tree 0 needs 1 number"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[1, 0, 2], [0], [0]]}]), "the feature of node 0"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[0, 1e31, 2], [0], [0]]}]), "the threshold of node 0"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[0, 0, 3], [0], [0]]}]), "leads to node 3"),
    ("decision_trees", ["f32[1]"], trees(trees=[{"nodes": [[0, 0, 1], [0], [0]]}]), "leads to node 1"),
    ("k_means", ["f32[2]"], {"centres": "1 2 3"}, "each centre has 2 numbers"),
    ("k_means", ["f32[2]"], {"centres": "1 2 3 4", "radii": "1 2 3"}, "for each of the 2 centres"),
    ("k_means", ["f32[2]"], {"centres": "1 2", "radii": "2 0"}, "one radius for all"),
    ("k_means", ["f32[2]"], {"centres": "1 2 3 4", "radii": "2 0"}, "every radius must be 1e-30 or more"),
    ("k_means", ["f32[2]"], {"centres": "1 2", "radii": "-1"}, "every radius must be 1e-30 or more"),
    ("dense", ["f32[2]"], {"weights": "1 2 3"}, "each output has 2 weights"),
    ("dense", ["f32[2]"], {"weights": ""}, "each output has 2 weights"),
    ("dense", ["f32[2]"], {"weights": "1 2 3 4", "biases": "1"}, "a bias for each of the 2 outputs"),
    ("tokenizers", ["u8[4]"], {"vocabulary": _BERT}, "takes 2 inputs, two sentences, and not 1"),
    ("tokenizers", ["u8[4]", "f32[4]"], {"vocabulary": _BERT}, "takes a sentence as bytes of u8, and not f32[4]"),
    ("tokenizers", ["u8[4]", "u8[4]"], {"vocabulary": "\n\n"}, "the vocabulary is empty"),
    ("tokenizers", ["u8[4]", "u8[4]"], {"vocabulary": "a\n" * 1_000_001}, "1000001 lines, and 1000000 are the most"),
    ("word_piece", ["u8[4]"], {"vocabulary": _BERT.replace("[UNK]\n", "")}, "has no line [UNK]"),
    ("word_piece", ["u8[4]"], {"vocabulary": _BERT + "a\n \nb"}, "line 6 of the vocabulary is blank"),
    ("word_piece", ["u8[4]"], {"vocabulary": _BERT + "a\nb\r\na"}, "lines 5 and 7 of the vocabulary are both `a`"),
    ("word_piece", ["u8[4]"], {"vocabulary": _BERT + "a" * 1025}, "line 5 of the vocabulary is longer than 1024 bytes"),
    ("word_piece", ["u8[4]"], {"vocabulary": _BERT + "\ud800"}, "line 5 of the vocabulary is no text"),
    ("word_piece", ["u8[4]", "u8[4]"], {"vocabulary": _BERT, "length": 3}, "leaves no room for a piece"),
    ("word_piece", ["u8[4]"] * 3, {"vocabulary": _BERT}, "takes 1 or 2 inputs, texts, and not 3"),
    ("word_piece", ["utf8[1]"], {"vocabulary": _BERT}, "takes a text as bytes of u8, and not utf8[1]"),
    ("byte_pair", ["u8[4]"], {"vocabulary": "{", "merges": ""}, "the vocabulary is not JSON"),
    ("byte_pair", ["u8[4]"], {"vocabulary": "[" * 100_000, "merges": ""}, "the vocabulary is not JSON"),
    ("byte_pair", ["u8[4]"], {"vocabulary": '["a"]', "merges": ""}, "not an object that gives each token a number"),
    (
        "byte_pair",
        ["u8[4]"],
        {"vocabulary": '{"a": true}', "merges": ""},
        "not an object that gives each token a number",
    ),
    ("byte_pair", ["u8[4]"], {"vocabulary": '{"a": 1, "a": 2}', "merges": ""}, "the vocabulary has `a` twice"),
    ("byte_pair", ["u8[4]"], {"vocabulary": '{"a": 1, "b": 1}', "merges": ""}, "`a` and `b` have the same number, 1"),
    ("byte_pair", ["u8[4]"], {"vocabulary": "{}", "merges": ""}, "no token for the byte 0, which is written `Ā`"),
    ("byte_pair", ["u8[4]"], {"vocabulary": _LACKING, "merges": ""}, "no token for the byte 65, which is written `A`"),
    ("byte_pair", ["u8[4]"], {"vocabulary": _BYTES, "merges": "a b\na"}, "line 2 of the merges is not two tokens"),
    ("byte_pair", ["u8[4]"], {"vocabulary": _BYTES, "merges": "#version\na c"}, "line 2 of the merges needs `ac`"),
    (
        "byte_pair",
        ["u8[4]"],
        {"vocabulary": _BYTES, "merges": "a b\na b"},
        "lines 1 and 2 of the merges are both `a b`",
    ),
    ("byte_pair", ["u8[4]"], {"vocabulary": _BYTES, "merges": "", "pad": "<s>"}, "the vocabulary has no token `<s>`"),
    ("byte_pair", ["u8[4]"], {"vocabulary": _BYTES, "merges": "", "start": "a", "length": 1}, "leaves no room"),
]


@pytest.mark.protects("compiling/block-arguments")
@each_case(("block", "inputs", "arguments", "message"), REFUSALS)
def test_what_contradicts_itself_is_refused(
    block: str, inputs: list[str], arguments: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(BlockError, match=re.escape(message)) as error:
        CATALOGUE[block].outputs(tuple(map(type_of, inputs)), complete(block, arguments))
    names = {argument.name for argument in CATALOGUE[block].arguments}
    assert error.value.argument is None or error.value.argument in names


@pytest.mark.slow
@pytest.mark.protects("compiling/block-arguments")
def test_every_choice_is_taken_or_refused_by_a_message() -> None:
    """`code` makes every choice that `outputs` accepts."""
    for name, block in CATALOGUE.items():
        for argument in block.arguments:
            for choice in argument.choices:
                for notation in ("f32[1, 8, 8, 3]", "u8[1, 8, 8, 3]", "f32[40]", "i16[4000]"):
                    inputs, arguments = (type_of(notation),), complete(name, {argument.name: choice})
                    try:
                        outputs = block.outputs(inputs, arguments)
                    except BlockError:
                        continue
                    assert block.code(inputs, arguments).function.startswith(f"rune_{name}")
                    assert all(output.type.count > 0 for output in outputs)
