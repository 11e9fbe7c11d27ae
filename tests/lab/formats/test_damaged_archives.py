"""A compressed entry whose bytes do not unpack refuses an archive of any format by name."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.formats.keras.archive import read_archive as read_keras_archive
from lab.formats.pt2.archive import read_archive as read_pt2_archive
from lab.formats.savedmodel.packing import unpack
from lab.refusal import Reason, Refused

READERS: dict[str, tuple[tuple[str, ...], Callable[[Path], object]]] = {
    "keras": (("config.json", "model.weights.h5"), read_keras_archive),
    "pt2": (("net/archive_format", "net/models/model.json"), read_pt2_archive),
    "savedmodel": (("saved_model.pb",), lambda path: unpack(path, path.with_suffix(""))),
}


@pytest.mark.parametrize("format_", READERS)
def test_an_entry_that_does_not_unpack_is_named(tmp_path: Path, format_: str) -> None:
    names, read = READERS[format_]
    path = tmp_path / "model.zip"
    data = random.Random(4).randbytes(400).hex().encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
        if format_ == "pt2":
            archive.writestr("net/data/weights/model_weights_config.json", data)
            archive.writestr("net/data/constants/model_constants_config.json", data)
        starts = [entry.header_offset + 30 + len(entry.filename) for entry in archive.infolist()]
    content = bytearray(path.read_bytes())
    for start in starts:
        content[start : start + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(Refused, match="cannot be read") as error:
        read(path)
    assert error.value.reason is Reason.BROKEN
