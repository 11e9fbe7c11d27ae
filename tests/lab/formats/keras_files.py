"""Files of Keras made by hand, without Keras: good ones, and hostile ones made of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Json = dict[str, Any]

RANDOM = np.random.default_rng(5)
KERNEL = RANDOM.standard_normal((4, 2)).astype(np.float32)
BIAS = RANDOM.standard_normal(2).astype(np.float32)


def layer(kind: str, module: str = "keras.layers", /, **arguments: Any) -> Json:
    """A layer as `.keras` files describe it."""
    return {"module": module, "class_name": kind, "config": arguments, "registered_name": None}


def dense(**arguments: Any) -> Json:
    return layer("Dense", **{"name": "dense", "units": 2, "activation": "relu", **arguments})


def sequential(*layers: Json, shape: list[int | None] | None = None) -> Json:
    """A model of an input and some layers."""
    source = layer("InputLayer", batch_shape=shape or [None, 4], dtype="float32", name="x")
    return layer("Sequential", "keras", name="model", layers=[source, *layers])


def weights(add: Callable[[h5py.File], None] | None = None) -> bytes:
    """The file of weights for `sequential(dense())`, with whatever else `add` puts into it."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = KERNEL
        file["layers/dense/vars/1"] = BIAS
        if add is not None:
            add(file)
    return buffer.getvalue()


def write_keras(path: Path, config: Any = None, data: bytes | None = None, others: Mapping[str, bytes] = {}) -> Path:
    """Writes a `.keras` file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(sequential(dense()) if config is None else config))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1", "date_saved": "2026-11-23@20:00:00"}))
        archive.writestr("model.weights.h5", weights() if data is None else data)
        for name, content in others.items():
            archive.writestr(name, content)
    return path


def write_h5(path: Path, config: Any = None, add: Callable[[h5py.File], None] | None = None) -> Path:
    """Writes a `.h5` file of a whole model, as Keras 2 did."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(sequential(dense()) if config is None else config)
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["training_config"] = json.dumps({"optimizer_config": {"class_name": "Custom>Optimiser"}})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense"])
        group["dense/dense/kernel:0"] = KERNEL
        group["dense/dense/bias:0"] = BIAS
        group["dense"].attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
        if add is not None:
            add(file)
    return path
