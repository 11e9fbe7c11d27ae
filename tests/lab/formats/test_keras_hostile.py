"""Hostile Keras files are refused by name before anything of them runs, reads another file or takes much memory."""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from lab.formats.keras import archive as archives
from lab.formats.keras import hdf5
from lab.formats.keras.reading import read_keras
from lab.refusal import Reason, Refused
from tests.lab.formats.keras_files import dense, layer, sequential, weights, write_h5, write_keras
from tests.support.cases import each_case


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as error:
        read_keras(path)
    return error.value


def python_code(canary: Path) -> str:
    """A function as Keras writes one for a Lambda layer: the bytes of its code."""
    code = compile(f"open({str(canary)!r}, 'w')", "lambda", "eval")
    return base64.b64encode(marshal.dumps(code)).decode()


@pytest.mark.protects("models-in/keras-code")
@pytest.mark.parametrize("write", [write_keras, write_h5])
def test_python_of_a_lambda_layer_is_refused_and_did_not_run(tmp_path: Path, write: Any) -> None:
    canary = tmp_path / "canary"
    function = {"class_name": "__lambda__", "config": {"code": python_code(canary), "defaults": None, "closure": None}}
    path = write(tmp_path / "m", sequential(dense(), layer("Lambda", name="f", function=function, arguments={})))
    error = refusal(path)
    assert error.reason is Reason.PYTHON_CODE
    assert "Lambda" in str(error)
    assert not canary.exists()


@pytest.mark.protects("models-in/keras-code")
@each_case(
    ("config", "reason"),
    [
        (sequential(layer("Attack", "attack.module", name="a")), Reason.CUSTOM_OBJECT),
        (sequential(layer("Dense", "os", name="a", units=2)), Reason.CUSTOM_OBJECT),
        (sequential(layer("Dense", "keras_attack", name="a", units=2)), Reason.CUSTOM_OBJECT),
        (sequential(layer("Custom>Mine", name="a")), Reason.CUSTOM_OBJECT),
        (sequential({**dense(), "registered_name": "Mine>Dense"}), Reason.CUSTOM_OBJECT),
        (sequential(layer("TFSMLayer", name="a", filepath="/tmp/saved")), Reason.PYTHON_CODE),
        (sequential(layer("TorchModuleWrapper", name="a", module="gASV")), Reason.PYTHON_CODE),
        (sequential(layer("StringLookup", name="a", vocabulary="/etc/passwd")), Reason.UNKNOWN_LAYER),
        (sequential(dense(activation="os.system")), Reason.CUSTOM_OBJECT),
        (sequential(dense(activation={"class_name": "__lambda__", "config": {"code": "4wAA"}})), Reason.PYTHON_CODE),
        (
            sequential(dense(activation={"class_name": "function", "module": "builtins", "config": "eval"})),
            Reason.CUSTOM_OBJECT,
        ),
        (
            sequential(dense(activation={"class_name": "function", "module": "keras.utils", "config": "get_file"})),
            Reason.CUSTOM_OBJECT,
        ),
        (sequential(dense(fn={"class_name": "function", "module": "os", "config": "system"})), Reason.UNKNOWN_LAYER),
        (sequential(layer("Reshape", name="r", target_shape={"class_name": "__numpy__"})), Reason.CUSTOM_OBJECT),
        (sequential(layer("TimeDistributed", name="t", layer=layer("Lambda", name="f"))), Reason.PYTHON_CODE),
        (sequential(layer("RNN", name="t", cell=layer("MyCell", "cells", name="f"))), Reason.CUSTOM_OBJECT),
        (layer("MyModel", "my_models", layers=[]), Reason.CUSTOM_OBJECT),
        (
            {**sequential(dense()), "build_config": {"input_shape": {"class_name": "__lambda__"}}},
            Reason.CUSTOM_OBJECT,
        ),
    ],
)
def test_what_is_not_a_known_layer_of_keras_is_refused_by_name(tmp_path: Path, config: Any, reason: Reason) -> None:
    assert refusal(write_keras(tmp_path / "m.keras", config)).reason is reason


@pytest.mark.protects("models-in/keras-code")
def test_code_in_the_arguments_of_a_call_is_refused(tmp_path: Path) -> None:
    call = {"args": [{"class_name": "__lambda__", "config": {}}], "kwargs": {}}
    model = sequential({**dense(), "name": "dense", "inbound_nodes": [call]})
    assert refusal(write_keras(tmp_path / "m.keras", model)).reason is Reason.CUSTOM_OBJECT


@pytest.mark.protects("models-in/keras-code")
@pytest.mark.parametrize(
    "value",
    [
        {"class_name": "__slice__", "config": {"start": {"class_name": "__lambda__"}}},
        {"class_name": "__slice__", "config": {"start": "1"}},
        {"class_name": "__tensor__", "config": {"value": ["a"], "dtype": "float32"}},
        {"class_name": "__tensor__", "config": {"value": [{"class_name": "__lambda__"}], "dtype": "float32"}},
        {"class_name": "__tensor__", "config": {"value": [1], "dtype": "string"}},
        {"class_name": "__tensor__", "config": {"value": [1], "dtype": {"class_name": "DTypePolicy"}}},
        {"class_name": "__numpy__", "config": {"value": None, "dtype": "int32"}},
        {"class_name": "__tensor__", "config": []},
        {"class_name": "__typespec__", "config": {}},
        {"class_name": ["__slice__"], "config": {}},
    ],
)
def test_a_constant_in_a_call_is_of_numbers_alone(tmp_path: Path, value: Any) -> None:
    call = {"args": [value], "kwargs": {}}
    model = sequential({**dense(), "name": "dense", "inbound_nodes": [call]})
    assert refusal(write_keras(tmp_path / "m.keras", model)).reason in (Reason.CUSTOM_OBJECT, Reason.BROKEN)


@pytest.mark.protects("models-in/keras-code")
def test_what_only_training_needs_is_left_out_unread(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    function = {"class_name": "__lambda__", "config": {"code": python_code(canary)}}
    model = {**sequential(dense(kernel_initializer=function)), "compile_config": {"loss": function}}
    source = read_keras(write_keras(tmp_path / "m.keras", model))
    assert "lambda" not in json.dumps(source.clean.config)
    assert not canary.exists()


@pytest.mark.protects("models-in/keras-code")
def test_a_pickle_in_the_archive_is_refused_and_did_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Attack:
        def __reduce__(self) -> Any:
            return (os.system, (f"touch {canary}",))

    path = write_keras(tmp_path / "m.keras", others={"assets/layers/vocabulary.pkl": pickle.dumps(Attack())})
    assert refusal(path).reason is Reason.PICKLE
    assert not canary.exists()


def external_link(file: h5py.File) -> None:
    file["layers/dense/vars/2"] = h5py.ExternalLink("/etc/passwd", "/secret")


def soft_link(file: h5py.File) -> None:
    file["layers/dense/vars/2"] = h5py.SoftLink("/layers/dense/vars/0")


def virtual_data(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "secret", (4, 2))
    file.create_virtual_dataset("layers/dense/vars/2", layout)


def external_storage(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/2", (8,), "u1", external=[("/etc/passwd", 0, 8)])


@pytest.mark.protects("models-in/keras-outside")
@pytest.mark.parametrize("add", [external_link, soft_link, virtual_data, external_storage])
def test_data_of_another_file_is_refused(tmp_path: Path, add: Any) -> None:
    assert refusal(write_keras(tmp_path / "m.keras", data=weights(add))).reason is Reason.LEADS_OUTSIDE
    inside = write_h5(tmp_path / "m.h5", add=lambda file: add(file["model_weights"].create_group("more").file))
    assert refusal(inside).reason is Reason.LEADS_OUTSIDE


@pytest.mark.protects("models-in/keras-outside")
def test_a_link_in_place_of_the_weights_is_refused(tmp_path: Path) -> None:
    def replace(file: h5py.File) -> None:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink("/etc/passwd", "/")

    assert refusal(write_h5(tmp_path / "m.h5", add=replace)).reason is Reason.LEADS_OUTSIDE


def unknown_filter() -> bytes:
    """Weights whose filter is number 32,015, a plug-in."""

    def add(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/2", data=np.zeros(64, "f4"), chunks=(64,), compression="gzip")

    data = weights(add)
    start = data.index(b"deflate")
    # The filter's number is stored 8 bytes before its name, as two bytes.
    return data[: start - 8] + (32015).to_bytes(2, "little") + data[start - 6 :]


@pytest.mark.protects("models-in/keras-outside")
def test_a_filter_that_is_a_plug_in_is_refused(tmp_path: Path) -> None:
    assert refusal(write_keras(tmp_path / "m.keras", data=unknown_filter())).reason is Reason.FILTER


@pytest.mark.protects("models-in/keras-bomb")
def test_an_array_that_claims_ten_gigabytes_is_refused_by_its_claim(tmp_path: Path) -> None:
    def claim(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/2", (10 << 30,), "u1", chunks=(1 << 20,), fillvalue=0)

    error = refusal(write_keras(tmp_path / "m.keras", data=weights(claim)))
    assert error.reason is Reason.TOO_LARGE
    assert "10.7 GB" in str(error)


@pytest.mark.protects("models-in/keras-bomb")
def test_many_arrays_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5, "TOTAL_LIMIT", 1 << 20)

    def claim(file: h5py.File) -> None:
        for place in range(3):
            file.create_dataset(f"layers/{place}", (1 << 19,), "u1", chunks=(1 << 16,), fillvalue=0)

    assert refusal(write_keras(tmp_path / "m.keras", data=weights(claim))).reason is Reason.TOO_LARGE


@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize("size", [None, 100])
def test_an_archive_that_unpacks_to_much_is_refused(
    tmp_path: Path, size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(archives.LIMITS, "config.json", 1 << 20)
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (2 << 20))
        archive.writestr("model.weights.h5", weights())
    if size is not None:
        # A smaller size than the true one, in the local header and in the directory.
        data = path.read_bytes().replace((2 << 20).to_bytes(4, "little"), size.to_bytes(4, "little"))
        path.write_bytes(data)
    assert refusal(path).reason in ((Reason.TOO_LARGE,) if size is None else (Reason.BROKEN, Reason.TOO_LARGE))


@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize(
    "model",
    [
        sequential(dense(units=10**10)),
        sequential(dense(units=10**400)),
        sequential(layer("Conv2D", name="c", filters=4, kernel_size=[10**9, 10**9])),
        sequential(dense(), shape=[None, 10**12]),
        sequential(*[layer("ReLU", name=f"r{place}") for place in range(3001)]),
    ],
)
def test_sizes_that_no_device_has_are_refused(tmp_path: Path, model: Any) -> None:
    assert refusal(write_keras(tmp_path / "m.keras", model)).reason in (Reason.TOO_LARGE, Reason.BROKEN)


@pytest.mark.protects("models-in/keras-bomb")
def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    model = sequential(dense())
    for _ in range(200):
        model = sequential(model)
    assert refusal(write_keras(tmp_path / "m.keras", model)).reason is Reason.TOO_LARGE
    path = tmp_path / "deep.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
        archive.writestr("model.weights.h5", weights())
    assert refusal(path).reason is Reason.BROKEN


@pytest.mark.protects("models-in/keras-bomb")
def test_a_group_that_contains_itself_is_refused(tmp_path: Path) -> None:
    def add(file: h5py.File) -> None:
        file["layers/again"] = file["layers"]

    assert refusal(write_keras(tmp_path / "m.keras", data=weights(add))).reason is Reason.BROKEN


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(2000), b"nothing", pickle.dumps([1])],
)
def test_what_is_no_keras_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    assert refusal(path).reason is Reason.BROKEN


def test_objects_instead_of_numbers_are_refused(tmp_path: Path) -> None:
    def add(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/2", data=[b"text"], dtype=h5py.string_dtype())

    assert refusal(write_keras(tmp_path / "m.keras", data=weights(add))).reason is Reason.BROKEN


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "m.keras")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("config.json", "{}")
    assert refusal(path).reason is Reason.BROKEN


def test_a_file_of_weights_alone_says_how_to_save(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    path.write_bytes(weights())
    error = refusal(path)
    assert error.reason is Reason.NOT_READ
    assert "model.save" in str(error)


def test_a_stray_entry_is_refused(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "m.keras", others={"../outside.txt": b"x"})
    assert refusal(path).reason is Reason.BROKEN
    buffer = io.BytesIO(path.read_bytes())
    assert zipfile.is_zipfile(buffer)
