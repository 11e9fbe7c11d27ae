"""The meaning of a Runefile's keys and fixed words. Their validity is checked by rune.source.runefile."""

from __future__ import annotations

from rune.abi import ModelFormat
from rune.capabilities import CAPABILITIES
from rune.source.runefile.parsing.watch import OFF
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType
from rune.watch.layout import Statistic
from rune.wording import alternatives

DOCUMENT_KEYS = {
    "version": "The version of the language. Always `1`.",
    "image": "The base image, for old tools. Any value is fine; `runicos/base` is usual.",
    "pipeline": "The stages by name: sources of data, processing, outputs.",
    "resources": "Texts and files by name, for arguments and models that refer to them as `$NAME`.",
    "watch": "`off` leaves out all counting. Without it, a classifier counts its answers, and stages what they watch.",
}

KIND_KEYS = {
    StageKind.CAPABILITY: f"Reads from the host: {alternatives([f'`{name}`' for name in CAPABILITIES])}.",
    StageKind.BLOCK: "Runs a block of the catalogue, by a name such as `fft`, or by a path with `@version#name`.",
    StageKind.MODEL: "Runs a model: a file of the project such as `./model.tflite`, or a `$RESOURCE`.",
    StageKind.OUTPUT: "Sends its inputs to the host: `SERIAL` as JSON, `TENSOR` as bytes.",
}

_INPUTS = "The stages that are read from, in order: `[audio]`. `name` is a stage's first output, `name.1` its second."
_OUTPUTS = {
    StageKind.CAPABILITY: "The one type that is read. It may be left out where the arguments determine it.",
    StageKind.BLOCK: "The types that the block gives. They may be left out; they are derived from the block.",
    StageKind.MODEL: "The types that the model gives. They may be left out; they are derived from the model.",
}
_ARGUMENTS = {
    StageKind.CAPABILITY: "What the host is asked for: length, rate, size.",
    StageKind.BLOCK: "The block's arguments: numbers, texts or `$RESOURCE`.",
    StageKind.MODEL: "`format` and nothing else.",
    StageKind.OUTPUT: "Accepted from old Runefiles; an output has no arguments.",
}


_WATCH = (
    "What the rune counts of the outputs: `level`, `mean`, or a list of both; `level.1` of the second output. At most "
    "two in a Runefile. `rune inspect` lists what leaves a device."
)
WATCH = {
    Statistic.LEVEL.value: "The mean of the squares of all elements, such as the power of a sound.",
    Statistic.MEAN.value: "The mean of all elements, such as the brightness of a picture.",
}
COUNTING = {OFF: "The rune counts nothing of its answers."}


def stage_keys(kind: StageKind | None) -> dict[str, str]:
    """The keys of a stage of this kind with what they mean; of one that has no kind yet, the keys that give one."""
    if kind is None:
        return {each.value: text for each, text in KIND_KEYS.items()}
    keys = {kind.value: KIND_KEYS[kind]}
    if kind is not StageKind.CAPABILITY:
        keys["inputs"] = _INPUTS
    if kind in _OUTPUTS:
        keys["outputs"] = _OUTPUTS[kind]
    keys["args"] = _ARGUMENTS[kind]
    if kind is not StageKind.OUTPUT:
        keys["watch"] = _WATCH
    return keys


TYPE_KEYS = {
    "type": "The type of each element: `u8`, `i16`, `f32`, `utf8`, ...",
    "dimensions": "The size of each dimension, the outermost first: `[1, 16000]`.",
}

RESOURCE_KEYS = {
    "path": "A file of the project, or a folder.",
    "inline": "The text itself.",
    "type": "`string`, the default, or `binary`.",
}

RESOURCE_TYPES = {
    "string": "Text in UTF-8.",
    "binary": "Bytes, such as a model's.",
}

OUTPUTS = {
    "SERIAL": "Sends JSON: numbers as decimals, texts as they are.",
    "TENSOR": "Sends the bytes of each tensor with its type.",
}

MODEL_ARGUMENT = "The format of the model's file. Without it the model is one of TensorFlow Lite."

FORMATS = {form.value: f"A model that hosts know as `{form.mimetype}`." for form in ModelFormat}


def _element_type(element: ElementType) -> str:
    if element is ElementType.UTF8:
        return "Texts."
    bits = element.size * 8
    if element.is_float:
        return f"Floating-point numbers of {bits} bits."
    if element.value.startswith("u"):
        return f"Whole numbers of {bits} bits, from 0 to {2**bits - 1}."
    return f"Whole numbers of {bits} bits, from {-(2 ** (bits - 1))} to {2 ** (bits - 1) - 1}."


ELEMENT_TYPES = {element.value: _element_type(element) for element in ElementType}
