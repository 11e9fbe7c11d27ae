"""A model's format is recognised by its bytes; one that is not converted is refused with what to do instead."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest

from lab.formats.identify import SourceFormat, identify
from lab.refusal import Reason, Refused
from tests.lab.formats.keras_files import write_h5, write_keras

MODELS = Path(__file__).resolve().parent.parent / "models"


def archive(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, b"")
    return path


def test_what_is_converted_is_recognised_whatever_its_name(tmp_path: Path) -> None:
    assert identify(write_keras(tmp_path / "a.bin")) is SourceFormat.KERAS
    assert identify(write_h5(tmp_path / "b")) is SourceFormat.KERAS
    assert identify(MODELS / "network.keras") is SourceFormat.KERAS
    assert identify(MODELS / "network.tflite") is SourceFormat.TFLITE
    assert identify(MODELS / "onnx" / "dense.onnx") is SourceFormat.ONNX
    assert identify(MODELS / "network.pt2") is SourceFormat.PT2
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    assert identify(tmp_path / "saved") is SourceFormat.SAVED_MODEL
    assert identify(archive(tmp_path / "m.zip", "m/saved_model.pb")) is SourceFormat.SAVED_MODEL


@pytest.mark.protects("models-in/pickles")
@pytest.mark.parametrize(
    ("names", "reason", "advice"),
    [
        (("m/data.pkl", "m/constants.pkl", "m/code/__torch__.py"), Reason.PYTHON_CODE, "torch.onnx.export"),
        (("m/data.pkl", "m/data/0"), Reason.PICKLE, "without the network"),
        (("serialized_exported_program.json", "serialized_state_dict.pt"), Reason.PICKLE, "torch.export.save"),
        (("readme.txt",), Reason.NOT_READ, "archive"),
    ],
)
def test_archives_of_other_kinds_are_refused_unread(
    tmp_path: Path, names: tuple[str, ...], reason: Reason, advice: str
) -> None:
    with pytest.raises(Refused, match=advice) as error:
        identify(archive(tmp_path / "m.pt", *names))
    assert error.value.reason is reason


@pytest.mark.protects("models-in/pickles")
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_refused_unread(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(pickle.dumps({"weights": 1}, protocol))
    with pytest.raises(Refused, match="not opened") as error:
        identify(path)
    assert error.value.reason is Reason.PICKLE


def test_other_files_and_folders_are_refused_with_the_formats_that_are_read(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"\x08\x01\x12\x00")
    (tmp_path / "m.txt").write_text("text")
    for name, message in {
        "m.onnx": ".keras, .h5",
        "m.txt": ".keras, .h5",
        ".": "folder",
    }.items():
        with pytest.raises(Refused, match=message) as error:
            identify(tmp_path / name)
        assert error.value.reason is Reason.NOT_READ


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(Refused) as error:
        identify(path)
    assert error.value.reason is Reason.BROKEN
