"""Recognises files that are not .tflite models, so that the error can say what to do next."""

from __future__ import annotations

import re
from typing import Final

from rune.model.tflite.errors import ModelError

IDENTIFIER: Final = b"TFL3"

_PREFIXES: Final = (
    (b"\x89HDF\r\n\x1a\n", "a Keras or HDF5 file (.h5)", "convert it with tf.lite.TFLiteConverter first"),
    (b"\x93NUMPY", "a NumPy array", "choose the model's .tflite file"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and choose the .tflite file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and choose the .tflite file inside"),
    (b"\0asm", "a WebAssembly module or a rune", "choose the model's .tflite file"),
    (b"\x7fELF", "a program", "choose the model's .tflite file"),
    (b"%PDF-", "a PDF document", "choose the model's .tflite file"),
    (b"\x89PNG", "a picture", "choose the model's .tflite file"),
    (b"\xff\xd8\xff", "a picture", "choose the model's .tflite file"),
    (b"RIFF", "a recording or a picture", "choose the model's .tflite file"),
    (b"\x80\x02", "a Python pickle, perhaps of PyTorch or scikit-learn", "export the model to TensorFlow Lite first"),
    (b"\x80\x04", "a Python pickle, perhaps of PyTorch or scikit-learn", "export the model to TensorFlow Lite first"),
    (b"\x80\x05", "a Python pickle, perhaps of PyTorch or scikit-learn", "export the model to TensorFlow Lite first"),
    (b"version https://git-lfs", "a Git LFS pointer, not the model itself", "fetch the model with `git lfs pull`"),
)
_CONVERT: Final = "convert it with tf.lite.TFLiteConverter first"
_C_SOURCE: Final = re.compile(rb"\bunsigned\s+char\s+\w+\s*\[|\balignas\s*\(")


def require_identifier(data: memoryview) -> None:
    """Raises `ModelError` unless the file starts as a .tflite file does."""
    if len(data) == 0:
        raise ModelError("The file is empty", 0)
    if len(data) >= 8 and bytes(data[4:8]) == IDENTIFIER:
        return
    other_format = _looks_like(bytes(data[:4096]), data)
    if other_format is not None:
        what, advice = other_format
        raise ModelError(f"This is not a TensorFlow Lite model: it looks like {what}; {advice}", 0)
    if len(data) < 8:
        raise ModelError(f"This is not a TensorFlow Lite model: it has only {len(data)} bytes", 0)
    if bytes(data[4:7]) == b"TFL":
        raise ModelError("This is a TensorFlow Lite model of a version other than 3; convert the model again", 4)
    raise ModelError("This is not a TensorFlow Lite model: its bytes 4 to 7 are not `TFL3`", 4)


def _looks_like(head: bytes, data: memoryview) -> tuple[str, str] | None:
    for prefix, what, advice in _PREFIXES:
        if head.startswith(prefix):
            return what, advice
    if head.startswith(b"PK\x03\x04"):
        return _zip(head, data)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "a web page, perhaps of a download that asked to sign in", "download the .tflite file itself"
    if _C_SOURCE.search(head):
        return "a model written out as C source", "choose the .tflite file that it was made from"
    if text.startswith((b"{", b"[")):
        advice = "a Runefile names the folder of such a model, with `format: tensorflow-js`, and a browser runs it"
        return "a JSON file, perhaps of TensorFlow.js", advice
    return _protobuf(head)


def _zip(head: bytes, data: memoryview) -> tuple[str, str]:
    names = head + bytes(data[-4096:])
    if b"model.weights.h5" in names or b"config.json" in names:
        return "a Keras file (.keras)", _CONVERT
    if b"data.pkl" in names:
        return "a PyTorch file (.pt)", "export the model to TensorFlow Lite first"
    if b"saved_model.pb" in names:
        return "a zip of a TensorFlow SavedModel", _CONVERT
    return "a zip archive", "unpack it and choose the .tflite file inside"


def _protobuf(head: bytes) -> tuple[str, str] | None:
    """ONNX and TensorFlow files have no magic number; their first field is a small version number."""
    if len(head) < 3 or head[0] != 0x08:
        return None
    if head[1] == 1 and head[2] == 0x12:
        return "a TensorFlow SavedModel (.pb)", _CONVERT
    if 2 <= head[1] <= 20 and head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42):
        return "an ONNX file", "its host can run it where a Runefile says `format: onnx`; or convert it with onnx2tf"
    return None
