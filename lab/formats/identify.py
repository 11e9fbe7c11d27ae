"""Says which format a model's file has, by its bytes, and for a format that is not converted what to do instead."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from lab.refusal import Reason, Refused
from rune.wording import quoted

HDF5_START = b"\x89HDF\r\n\x1a\n"
ZIP_START = b"PK\x03\x04"
TFLITE_MARK = b"TFL3"
"""The bytes at place 4 of a .tflite file."""
_HEAD = 64

ONNX_VERSIONS = range(3, 32)
"""Versions that an ONNX file begins with. A SavedModel's graph begins with 1."""

EXPORT = "Export the module where its code is, with torch.onnx.export, and convert the .onnx file."


class SourceFormat(StrEnum):
    """A format that is converted."""

    KERAS = "keras"
    ONNX = "onnx"
    PT2 = "pt2"
    SAVED_MODEL = "savedmodel"
    TFLITE = "tflite"


def identify(path: Path) -> SourceFormat:
    """The format of a file or a folder. Raises `Refused` for one that is not converted, and `OSError`."""
    if path.is_dir():
        if is_saved_model(path):
            return SourceFormat.SAVED_MODEL
        raise Refused(Reason.NOT_READ, f"{quoted(path.name)} is a folder, and not a model.")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(HDF5_START):
        return SourceFormat.KERAS
    if head[4:8] == TFLITE_MARK:
        return SourceFormat.TFLITE
    if head.startswith(ZIP_START):
        return _archive(path)
    if len(head) > 1 and head[0] == 0x80 and head[1] in range(2, 6):
        raise Refused(
            Reason.PICKLE,
            f"{quoted(path.name)} is a pickle, which runs Python when it is loaded. It was not opened. {EXPORT}",
        )
    if len(head) > 2 and head[0] == 0x08 and head[1] in ONNX_VERSIONS:
        return SourceFormat.ONNX
    raise Refused(
        Reason.NOT_READ,
        f"{quoted(path.name)} cannot be converted. Give a .keras, .h5, .onnx, .pt2 or float .tflite file.",
    )


def is_saved_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()


def _archive(path: Path) -> SourceFormat:
    """The format of a ZIP archive, by the names in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused(Reason.BROKEN, f"{quoted(path.name)} is a damaged ZIP archive.") from error
    ends = {name.rpartition("/")[2] for name in names}
    if {"config.json", "model.weights.h5"} & set(names):
        return SourceFormat.KERAS
    if "saved_model.pb" in ends:
        return SourceFormat.SAVED_MODEL
    if "data.pkl" in ends and ("constants.pkl" in ends or any("/code/" in name for name in names)):
        raise Refused(
            Reason.PYTHON_CODE,
            f"{quoted(path.name)} is TorchScript, which holds Python code. It was not opened. {EXPORT}",
        )
    if "data.pkl" in ends:
        raise Refused(
            Reason.PICKLE,
            f"{quoted(path.name)} holds pickled weights of PyTorch without the network. It was not opened. {EXPORT}",
        )
    if "serialized_exported_program.json" in ends:
        raise Refused(
            Reason.PICKLE,
            f"{quoted(path.name)} is a program of an older PyTorch, whose weights are a pickle. It was not opened. "
            "Save it anew with torch.export.save of a newer one (2.13 is tried), or export the module as ONNX.",
        )
    if "archive_format" in ends:
        return SourceFormat.PT2
    raise Refused(Reason.NOT_READ, f"{quoted(path.name)} is an archive without a model that is converted.")
