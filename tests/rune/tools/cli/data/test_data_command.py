"""Refusals of `rune data pull` for a server that is hostile or broken: it writes nothing outside of its folder."""

from __future__ import annotations

import io
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from rune.datasets.export.data_folder import LIST, Listed, list_bytes
from rune.datasets.export.layout import VersionOrigin
from rune.datasets.layouts.archive import DataArchive
from rune.tools.cli.data.local_folder import read_folder
from rune.tools.cli.data.pull import unpack_part
from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import RegistryRefused
from tests.forge.factories.recordings import loud
from tests.support.archives import zipped

ORIGIN = VersionOrigin("acme/kitchen", 1, "sha256:0")


def archive_of(name: str, data: bytes, digest: str = "") -> DataArchive:
    row = Listed(name, 1, digest or f"sha256:{sha256(data).hexdigest()}", "knock", "train", "")
    return DataArchive(io.BytesIO(zipped({name: data, LIST: list_bytes(ORIGIN, [row])})))  # type: ignore[arg-type]


@pytest.mark.protects("uploads/hostile-archives-of-data")
@pytest.mark.parametrize("name", ["../up.wav", "/tmp/up.wav", "knock/../../up.wav", "C:/up.wav", "knock\\..\\up.wav"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "kitchen"
    target.mkdir()
    with pytest.raises(RegistryRefused, match="a name in it is wrong"):
        unpack_part(archive_of(name, loud()), target, {1})
    assert [path.name for path in tmp_path.rglob("*")] == ["kitchen"]


def test_bytes_with_another_digest_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryRefused, match="other bytes than its digest says"):
        unpack_part(archive_of("knock/1.wav", loud(), "sha256:1"), tmp_path, {1})
    assert list(tmp_path.iterdir()) == []
    assert unpack_part(archive_of("knock/1.wav", loud()), tmp_path, {1})[1].file == "knock/1.wav"
    assert (tmp_path / "knock" / "1.wav").read_bytes() == loud()


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": "other"})])
def test_a_damaged_list_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / LIST).write_text(text)
    with pytest.raises(CommandFailed, match="is not a list of samples that rune data pull wrote"):
        read_folder(tmp_path)


def test_a_file_whose_name_is_not_utf_8_is_said_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.wav").write_bytes(loud())
    try:
        (tmp_path / os.fsdecode(b"gr\xf6.wav")).write_bytes(loud(2))
    except OSError:
        pytest.skip("This file system has no such names.")
    assert list(read_folder(tmp_path).digests) == ["a.wav"]
    assert "gr?.wav: Its name is not UTF-8" in capsys.readouterr().err
