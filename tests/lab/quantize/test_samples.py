"""Samples are arrays of the model's input; whatever does not fit is refused by name, and pickles are never opened."""

from __future__ import annotations

import io
import os
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.quantize import samples as module
from lab.quantize.noise import class_names
from lab.quantize.samples import (
    CalibrationSample,
    ModelInput,
    pack_samples,
    random_samples,
    read_samples,
    split_samples,
)
from lab.refusal import Reason, Refused

FRAMES = ModelInput("frames", (1, 4, 2))
SCALAR = ModelInput("level", (1, 1))


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, dict):
            np.savez(path, **value)
        else:
            np.save(path, value)
    return folder


def packed(tmp_path: Path, files: Mapping[str, Any]) -> Path:
    target = tmp_path / "samples.zip"
    pack_samples(write(tmp_path / "samples", files), target)
    return target


@pytest.mark.parametrize(("shape", "count"), [((4, 2), 1), ((1, 4, 2), 1), ((5, 4, 2), 5), ((5, 1, 4, 2), 5)])
def test_an_array_is_one_sample_or_several(tmp_path: Path, shape: tuple[int, ...], count: int) -> None:
    read = read_samples(packed(tmp_path, {"glass/a.npy": np.ones(shape, np.uint8)}), [FRAMES])
    assert [(sample.values[0].shape, sample.values[0].dtype.name) for sample in read] == [
        ((1, 4, 2), "float32")
    ] * count
    assert {sample.label for sample in read} == {"glass"}


def test_several_inputs_come_in_one_file(tmp_path: Path) -> None:
    arrays = {"frames": np.zeros((3, 4, 2)), "level": np.arange(3).reshape(3, 1)}
    read = read_samples(packed(tmp_path, {"a.npz": arrays}), [FRAMES, SCALAR])
    assert [sample.values[1].item() for sample in read] == [0, 1, 2]
    assert {sample.label for sample in read} == {None}


@pytest.mark.parametrize(
    ("files", "inputs", "message"),
    [
        ({"a.npy": np.zeros((4, 3))}, [FRAMES], "the model takes"),
        ({"a.npy": np.array(["text"])}, [FRAMES], "not numbers"),
        ({"a.npy": np.full((4, 2), np.nan)}, [FRAMES], "not finite"),
        ({"a.npz": {"frames": np.zeros((4, 2))}}, [FRAMES, SCALAR], "no array"),
        ({"a.npz": {"frames": np.zeros((2, 4, 2)), "level": np.zeros((3, 1))}}, [FRAMES, SCALAR], "another number"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, files: Mapping[str, Any], inputs: list[ModelInput], message: str
) -> None:
    with pytest.raises(Refused, match=message) as error:
        read_samples(packed(tmp_path, files), inputs)
    assert error.value.reason is Reason.SAMPLES


@pytest.mark.protects("models-in/samples")
def test_a_pickle_among_samples_is_refused_and_did_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Attack:
        def __reduce__(self) -> Any:
            return (os.system, (f"touch {canary}",))

    folder = tmp_path / "samples"
    folder.mkdir()
    np.save(folder / "a.npy", np.array([Attack()], dtype=object), allow_pickle=True)
    (folder / "b.npy").write_bytes(pickle.dumps(Attack()))
    for name in ("a.npy", "b.npy"):
        only = tmp_path / f"only-{name}"
        only.mkdir()
        (only / name).write_bytes((folder / name).read_bytes())
        pack_samples(only, tmp_path / "samples.zip")
        with pytest.raises(Refused, match="cannot be read as arrays"):
            read_samples(tmp_path / "samples.zip", [FRAMES])
    assert not canary.exists()


@pytest.mark.protects("models-in/samples")
def test_an_array_that_claims_more_than_its_file_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**10, 4, 2)}
    np.lib.format.write_array_header_1_0(buffer, header)
    with zipfile.ZipFile(tmp_path / "samples.zip", "w") as archive:
        archive.writestr("a.npy", buffer.getvalue() + bytes(32))
    with pytest.raises(Refused, match="claims more"):
        read_samples(tmp_path / "samples.zip", [FRAMES])


@pytest.mark.protects("models-in/samples")
def test_too_many_bytes_of_samples_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = packed(tmp_path, {"a.npy": np.zeros((100, 4, 2))})
    monkeypatch.setattr(module, "PACKED_LIMIT", 1000)
    with pytest.raises(Refused, match="more than"):
        pack_samples(tmp_path / "samples", tmp_path / "again.zip")
    with pytest.raises(Refused, match="more than"):
        read_samples(target, [FRAMES])


def test_a_folder_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no \.npy"):
        pack_samples(tmp_path, tmp_path / "samples.zip")


def test_a_name_of_other_bytes_than_text_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    np.save(folder / "one.npy", np.zeros((4, 2)))
    with pytest.raises(Refused, match=r"caf\\udce9/one\.npy\" is not UTF-8"):
        pack_samples(tmp_path, tmp_path / "samples.zip")


def test_many_samples_are_thinned_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SAMPLES", 10)
    files = {f"{number:02}.npy": np.full((4, 2), number) for number in range(25)}
    read = read_samples(packed(tmp_path, files), [FRAMES])
    assert [sample.values[0][0, 0, 0] for sample in read] == [0, 3, 6, 9, 12, 15, 18, 21, 24]


def test_enough_samples_are_split_into_those_that_measure_and_those_that_judge() -> None:
    every = random_samples([FRAMES])
    calibration, judging = split_samples(every)
    assert not {one.name for one in calibration} & {one.name for one in judging}
    assert split_samples(every[:5]) == (every[:5], every[:5])
    assert [one.values[0].tolist() for one in random_samples([FRAMES])] == [one.values[0].tolist() for one in every]


def test_labels_are_classes_only_where_their_number_fits() -> None:
    samples = [
        CalibrationSample("a", (), "glass"),
        CalibrationSample("b", (), "knock"),
        CalibrationSample("c", (), "glass"),
    ]
    assert class_names(samples, 2) == ("glass", "knock")
    assert class_names(samples, 1) == ("glass", "knock")
    assert class_names(samples, 3) == ()
    assert class_names([*samples, CalibrationSample("d", ())], 2) == ()


def test_a_file_from_before_1980_is_packed(tmp_path: Path) -> None:
    folder = write(tmp_path / "samples", {"a.npy": np.ones((4, 2), np.uint8)})
    os.utime(folder / "a.npy", (0, 0))
    pack_samples(folder, tmp_path / "samples.zip")
    assert len(read_samples(tmp_path / "samples.zip", [FRAMES])) == 1


PICTURE = ModelInput("picture", (1, 5, 6, 3), (1, 3, 5, 6), (0, 2, 3, 1))
"""A picture of three channels, which the source has behind the batch."""


@pytest.mark.parametrize(
    ("shape", "count"), [((3, 5, 6), 1), ((1, 3, 5, 6), 1), ((4, 3, 5, 6), 4), ((4, 1, 3, 5, 6), 4)]
)
def test_samples_in_the_layout_of_the_source_are_put_in_that_of_the_model(
    tmp_path: Path, shape: tuple[int, ...], count: int
) -> None:
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    read = read_samples(packed(tmp_path, {"a.npy": array}), [PICTURE])
    assert [sample.values[0].shape for sample in read] == [(1, 5, 6, 3)] * count
    first = array.reshape(-1, 3, 5, 6)[0]
    assert np.array_equal(read[0].values[0][0], first.transpose(1, 2, 0))


def test_samples_that_only_fit_the_layout_of_the_model_are_taken_as_they_are(tmp_path: Path) -> None:
    array = np.random.default_rng(1).random((2, 5, 6, 3), np.float32)
    read = read_samples(packed(tmp_path, {"a.npy": array}), [PICTURE])
    assert np.array_equal(read[1].values[0][0], array[1])
    with pytest.raises(Refused, match=re.escape("the model takes [3, 5, 6]")):
        read_samples(packed(tmp_path / "b", {"a.npy": array[:, :, :5]}), [PICTURE])


def test_a_file_of_one_array_or_of_one_for_each_input_is_read_as_well(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((5, 4, 2)))
    assert len(read_samples(tmp_path / "a.npy", [FRAMES])) == 5
    np.savez(tmp_path / "a.npz", frames=np.ones((3, 4, 2)), level=np.arange(3).reshape(3, 1))
    read = read_samples(tmp_path / "a.npz", [FRAMES, SCALAR])
    assert [float(sample.values[1].ravel()[0]) for sample in read] == [0, 1, 2]
    (tmp_path / "a.txt").write_text("1, 2, 3")
    with pytest.raises(Refused, match=r"not a valid \.npy file or archive"):
        read_samples(tmp_path / "a.txt", [FRAMES])
