"""Reads a Keras model as data, and writes it as a clean file of the same format, which Keras may load."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lab.formats.keras.archive import CONFIG, METADATA, WEIGHTS, read_archive
from lab.formats.keras.config import CleanConfig, Shape, clean_config
from lab.formats.keras.hdf5 import Arrays, open_file, read_arrays, read_texts, write_arrays
from lab.formats.keras.plain import as_object, as_text, parse_json
from lab.refusal import Reason, Refused
from rune.wording import plain

HDF5_START = b"\x89HDF\r\n\x1a\n"
OPTIMISER = frozenset({"optimizer", "optimizer_weights"})
"""Members of a file of weights that only training needs."""


@dataclass(frozen=True)
class KerasSource:
    """A model as it was read: its clean configuration, its weights by path, and the version of Keras that wrote it.

    `names` has the weights of each layer in order, for `.h5` alone: that format finds weights by their order.
    """

    clean: CleanConfig
    weights: Arrays
    version: str
    names: Mapping[str, tuple[str, ...]] | None = None

    @property
    def suffix(self) -> str:
        return ".keras" if self.names is None else ".h5"


def read_keras(path: Path, shapes: Mapping[str, Shape] | None = None) -> KerasSource:
    """Reads a `.keras` or `.h5` file; its first bytes say which it is. Raises `Refused`."""
    with path.open("rb") as file:
        start = file.read(len(HDF5_START))
    return _read_h5(path, shapes) if start == HDF5_START else _read_archive(path, shapes)


def _read_archive(path: Path, shapes: Mapping[str, Shape] | None) -> KerasSource:
    entries = read_archive(path)
    clean = clean_config(parse_json(entries[CONFIG], CONFIG), shapes)
    metadata = parse_json(entries.get(METADATA, b"{}"), METADATA)
    with open_file(io.BytesIO(entries[WEIGHTS])) as file:
        weights = read_arrays(file, without=OPTIMISER)
    return KerasSource(clean, weights, _version(metadata.get("keras_version")))


def _read_h5(path: Path, shapes: Mapping[str, Shape] | None) -> KerasSource:
    with open_file(path) as file:
        texts = read_texts(file, "model_config")
        if len(texts) != 1:
            raise Refused(
                Reason.NOT_READ,
                "The .h5 file holds weights alone, without the model. Save the whole model with model.save.",
            )
        version = next(iter(read_texts(file, "keras_version")), None)
        arrays = read_arrays(file, without=OPTIMISER)
        weights = {path.removeprefix(_TOP): one for path, one in arrays.items() if path.startswith(_TOP)}
        group = file.get("model_weights", getlink=True)
        if group is None:
            raise Refused(Reason.BROKEN, "The .h5 file has no weights.")
        names = {
            layer: read_texts(file["model_weights"][layer], "weight_names")
            for layer in _layer_names(file["model_weights"])
        }
    clean = clean_config(parse_json(texts[0].encode(), "model_config"), shapes)
    return KerasSource(clean, weights, _version(version), names)


_TOP = "model_weights/"


def _layer_names(group: h5py.Group) -> tuple[str, ...]:
    """The layers in their order. All of them are members of the group itself, and are groups. Raises `Refused`."""
    names = read_texts(group, "layer_names")
    for name in (*names, "top_level_model_weights"):
        if "/" in name or name in (".", "..") or (name in names and not isinstance(group.get(name), h5py.Group)):
            raise Refused(Reason.BROKEN, f"The .h5 file has no weights of the layer {plain(name)}.")
    return (*names, *(["top_level_model_weights"] if "top_level_model_weights" in group else []))


def _version(value: Any) -> str:
    return "unknown" if value is None else as_text(value, "keras_version")[:40]


def write_clean(source: KerasSource, folder: Path) -> Path:
    """Writes the model into a folder, with nothing of the file but what was read; the file's path."""
    path = folder / f"clean{source.suffix}"
    if source.names is None:
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            write_arrays(file, source.weights)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(CONFIG, json.dumps(source.clean.config))
            archive.writestr(METADATA, json.dumps({"keras_version": source.version}))
            archive.writestr(WEIGHTS, buffer.getvalue())
        return path
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(source.clean.config)
        file.attrs["keras_version"] = source.version
        file.attrs["backend"] = "tensorflow"
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = source.version
        group.attrs["backend"] = "tensorflow"
        layers = [name for name in source.names if name != "top_level_model_weights"]
        group.attrs["layer_names"] = np.array([name.encode() for name in layers])
        for layer, names in source.names.items():
            group.require_group(layer).attrs["weight_names"] = np.array([name.encode() for name in names])
        write_arrays(group, source.weights)
    return path


def layer_names(source: KerasSource) -> tuple[str, ...]:
    """The names of a model's own layers, in their order."""
    layers = as_object(source.clean.config["config"], "config")["layers"]
    return tuple(str(one["config"].get("name", one.get("name", ""))) for one in layers)
