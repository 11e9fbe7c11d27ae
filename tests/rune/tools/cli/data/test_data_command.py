"""Refusals of `rune data pull` for a server that is hostile or broken: it writes nothing outside of its folder."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import IO

import pytest
from click.testing import CliRunner

from rune.datasets.content.content import Kind
from rune.datasets.export.data_folder import DATA_FOLDER, LIST, DataFolderRow, list_bytes
from rune.datasets.export.layout import ExportedSample, VersionOrigin
from rune.datasets.export.local_changes import local_changes
from rune.datasets.label_conflicts import OTHER_LABEL_TITLE
from rune.datasets.layouts.containers.archive import DataArchive
from rune.tools.cli import main
from rune.tools.cli.data import push
from rune.tools.cli.data.local_folder import read_folder
from rune.tools.cli.data.pull import pull_folder, unpack_part
from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import DataClient, NewSample, RegistryRefused, RemoteDataVersion, VersionEntry
from tests.support.forge.factories.recordings import loud, pcm_format, riff
from tests.support.installations.archives import zipped

ORIGIN = VersionOrigin("acme/kitchen", 1, "sha256:0")


def archive_of(name: str, data: bytes, digest: str = "") -> DataArchive:
    row = DataFolderRow(name, 1, digest or f"sha256:{sha256(data).hexdigest()}", "knock", "train", "")
    return DataArchive(io.BytesIO(zipped({name: data, LIST: list_bytes(ORIGIN, [row])})))  # type: ignore[arg-type]


@pytest.mark.protects("uploads/hostile-archives-of-data")
@pytest.mark.parametrize("name", ["../up.wav", "/tmp/up.wav", "knock/../../up.wav", "C:/up.wav", "knock\\..\\up.wav"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "kitchen"
    target.mkdir()
    with pytest.raises(RegistryRefused, match="a name in it is wrong"):
        unpack_part(archive_of(name, loud()), target, {1: "knock"})
    assert [path.name for path in tmp_path.rglob("*")] == ["kitchen"]


def test_bytes_with_another_digest_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryRefused, match="other bytes than its digest says"):
        unpack_part(archive_of("knock/1.wav", loud(), "sha256:1"), tmp_path, {1: "knock"})
    assert list(tmp_path.iterdir()) == []
    assert unpack_part(archive_of("knock/1.wav", loud()), tmp_path, {1: "knock"})[1].file == "knock/1.wav"
    assert (tmp_path / "knock" / "1.wav").read_bytes() == loud()


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": "other"})])
def test_a_damaged_list_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / LIST).write_text(text)
    with pytest.raises(CommandFailed, match="is not a list of samples that rune data pull wrote"):
        read_folder(tmp_path)


def test_a_folder_that_was_not_pulled_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["data", "push", str(tmp_path)])
    assert (result.exit_code, "was not written by rune data pull. Name its project" in result.stderr) == (1, True)


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


def test_a_push_that_leaves_a_file_out_because_of_its_name_fails(tmp_path: Path) -> None:
    (tmp_path / LIST).write_bytes(list_bytes(ORIGIN, []))
    try:
        (tmp_path / os.fsdecode(b"gr\xf6.wav")).write_bytes(loud())
    except OSError:
        pytest.skip("This file system has no such names.")
    result = CliRunner().invoke(main, ["data", "push", str(tmp_path), "--server", "http://127.0.0.1:9"])
    assert (result.exit_code, "1 file could not be sent." in result.stderr) == (1, True), result.output


class LabelledServer(DataClient):
    """A server that stores recordings, and refuses those that it has under another label."""

    def __init__(self) -> None:
        super().__init__("http://localhost", None, ORIGIN.project)
        self.stored_labels = {sha256(loud(9)).hexdigest(): "cup"}

    def add(self, consent: str, data: bytes, sample: NewSample) -> int | None:
        stored_label = self.stored_labels.setdefault(sha256(data).hexdigest(), sample.label)
        if stored_label != sample.label:
            raise RegistryRefused(f"It is stored as “{stored_label}”.", 409, OTHER_LABEL_TITLE)
        return len(self.stored_labels)


def test_a_push_names_bytes_that_have_two_labels_and_sends_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = LabelledServer()
    monkeypatch.setattr(push, "data_client", lambda *_arguments, **_options: nullcontext(server))
    monkeypatch.setattr(push, "require_consent", lambda *_arguments, **_options: "consent")
    # The two files b.wav differ, and are the same sound once they are converted.
    stereo, noted = (riff(*notes, pcm_format(channels=2), (b"data", b"\1\2\1\2")) for notes in ([], [(b"note", b"hi")]))
    recordings = {"glass/a.wav": loud(1), "knock/a.wav": loud(1), "glass/b.wav": stereo, "knock/b.wav": noted}
    for name, data in {**recordings, "knock/c.wav": loud(9), "knock/d.wav": loud(4)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    result = CliRunner().invoke(main, ["data", "push", str(tmp_path), "--project", ORIGIN.project])
    assert result.exit_code == 1
    assert "glass/a.wav is “glass”, knock/a.wav is “knock”" in result.stderr
    assert "knock/b.wav: " in result.stderr
    assert "knock/c.wav: It is stored as “cup”." in result.stderr
    assert "3 files could not be sent." in result.stderr
    assert sorted(server.stored_labels.values()) == ["cup", "glass", "knock"]


class SampleVersion(DataClient):
    """A server with one version of a project's data."""

    def __init__(self, samples: Mapping[ExportedSample, bytes]) -> None:
        super().__init__("http://localhost", None, ORIGIN.project)
        self.samples = samples

    def entries(self, number: int) -> Iterator[VersionEntry]:
        for each in self.samples:
            yield VersionEntry(each.number, each.digest, each.label, each.split, each.group, is_deleted=False)

    def download_export(
        self, number: int, layout: str, target: IO[bytes], *, after: int = 0, limit: int = 0, limit_bytes: int
    ) -> None:
        files = {DATA_FOLDER.path(each): data for each, data in self.samples.items() if each.number > after}
        lists = dict(DATA_FOLDER.lists(ORIGIN, self.samples))
        target.write(zipped({**files, **lists}))


def exported(number: int, label: str) -> ExportedSample:
    digest = f"sha256:{sha256(loud(number)).hexdigest()}"
    return ExportedSample(number, digest, Kind.SOUND, "wav", label, "train", "")


def pulled(folder: Path, labels: Mapping[int, str]) -> list[str]:
    samples = {exported(number, label): loud(number) for number, label in labels.items()}
    pull_folder(SampleVersion(samples), RemoteDataVersion(1, "sha256:0"), folder)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))


def test_labels_that_differ_by_case_have_folders_that_do_not(tmp_path: Path) -> None:
    assert pulled(tmp_path, {1: "Yes", 2: "no"}) == ["Yes/000001.wav", "no/000002.wav"]
    files = pulled(tmp_path, {1: "Yes", 2: "no", 3: "yes"})
    assert files == ["label--59-es/000001.wav", "label-yes/000003.wav", "no/000002.wav"]
    local = read_folder(tmp_path)
    assert local_changes(local.rows, local.digests).new_labels == {}


def test_a_folder_that_another_disk_wrote_is_read_again(tmp_path: Path) -> None:
    pulled(tmp_path, {1: "gr\u00f6", 2: "no"})
    (tmp_path / "gr\u00f6").rename(tmp_path / "gro\u0308")
    assert pulled(tmp_path, {2: "no"}) == ["no/000002.wav"]
