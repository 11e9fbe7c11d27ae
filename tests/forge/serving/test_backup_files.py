"""The file of a backup: what is not as it was written is refused, and an encrypted one is read by its key alone."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from forge.serving.backup.archive import archive_writer, unpack
from forge.serving.backup.errors import BackupError, DamagedBackup
from forge.serving.backup.sealing import new_identity, opened, sealed

BLOB = "blobs/sha256/ab/" + "ab" * 32


def archive(*members: tuple[str, bytes]) -> bytes:
    output = io.BytesIO()
    with archive_writer(output) as writer:
        for name, data in members:
            writer.add_bytes(name, data)
    return output.getvalue()


def foreign(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        for entry, data in entries:
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return output.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


def test_what_was_written_is_unpacked(tmp_path: Path) -> None:
    members = {"backup.json": b"{}", "tables/core.blob.jsonl": b"", "keys/secret-key": b"k", BLOB: bytes(3_000_000)}
    unpack(io.BytesIO(archive(*members.items())), tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(members)
    assert (tmp_path / BLOB).read_bytes() == members[BLOB]


def test_what_could_not_be_unpacked_is_not_written() -> None:
    with pytest.raises(ValueError, match=r"\.DS_Store"):
        archive(("keys/local-authority/.DS_Store", b"x"))


@pytest.mark.protects("operation/changed-backup")
@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a whole backup|cut short"),
        (b"no tar at all" * 100, "not a whole backup"),
        (archive(("backup.json", b"{}"))[:600], "not a whole backup|cut short"),
        (foreign((entry("backup.json"), b"{}")), "list of digests is missing"),
        (foreign((entry("backup.json"), b"{}"), (entry("manifest.sha256"), b"")), "is not what was written"),
        (foreign((entry("manifest.sha256"), b"00  backup.json\n")), "is not what was written"),
        (foreign((entry("manifest.sha256"), b""), (entry("backup.json"), b"{}")), "at this place"),
        (foreign((entry("backup.json"), b"{}"), (entry("backup.json"), b"{}")), "at this place"),
        (foreign((entry("../outside"), b"x")), "is not part"),
        (foreign((entry("/etc/passwd"), b"x")), "is not part"),
        (foreign((entry("keys/../../outside"), b"x")), "is not part"),
        (foreign((entry("blobs"), b"x")), "is not part"),
        (foreign((entry("keys/secret-key", tarfile.SYMTYPE, "/etc/passwd"), b"")), "at this place"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(DamagedBackup, match=what):
        unpack(io.BytesIO(data), tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


@pytest.mark.protects("operation/changed-backup")
def test_each_flipped_bit_of_the_contents_is_found(tmp_path: Path) -> None:
    data = archive(("backup.json", b"{}"), ("keys/secret-key", b"k" * 64))
    at = data.index(b"k" * 64)
    for place in (at, at + 63, data.index(b"{}")):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(DamagedBackup):
            unpack(io.BytesIO(changed), tmp_path / str(place))


@pytest.mark.protects("operation/stolen-backup")
def test_an_encrypted_backup_is_read_by_its_key_alone(tmp_path: Path) -> None:
    recipient = new_identity(tmp_path / "key")
    new_identity(tmp_path / "other")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    secret = os.urandom(300_000)
    with (tmp_path / "sealed").open("wb") as output, sealed(output, [recipient]) as writer:
        writer.write(secret)
    assert secret[:32] not in (tmp_path / "sealed").read_bytes()
    with opened(tmp_path / "sealed", tmp_path / "key") as stream:
        assert stream.read() == secret
    with pytest.raises(BackupError, match="--identity FILE"), opened(tmp_path / "sealed", None):
        pass
    with (
        pytest.raises(DamagedBackup, match="cannot be decrypted"),
        opened(tmp_path / "sealed", tmp_path / "other") as stream,
    ):
        unpack(stream, tmp_path)
    with pytest.raises(BackupError, match="no private key"), opened(tmp_path / "sealed", tmp_path / "sealed"):
        pass
    with pytest.raises(BackupError, match="not a recipient"), sealed(io.BytesIO(), ["age1nonsense"]):
        pass


@pytest.mark.protects("operation/changed-backup")
def test_a_flipped_bit_of_an_encrypted_backup_is_found_and_its_reader_may_give_up(tmp_path: Path) -> None:
    recipient = new_identity(tmp_path / "key")
    with (tmp_path / "sealed").open("wb") as output, sealed(output, [recipient]) as writer:
        writer.write(os.urandom(1_000_000))
    data = bytearray((tmp_path / "sealed").read_bytes())
    data[-100] ^= 1
    (tmp_path / "changed").write_bytes(data)
    with (
        pytest.raises(DamagedBackup, match="cannot be decrypted"),
        opened(tmp_path / "changed", tmp_path / "key") as stream,
    ):
        stream.read()
    with pytest.raises(DamagedBackup, match="not a whole"), opened(tmp_path / "sealed", tmp_path / "key") as stream:
        unpack(stream, tmp_path)


class FullBackupDisk(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_ends_an_encrypted_backup_with_its_reason(tmp_path: Path) -> None:
    recipient = new_identity(tmp_path / "key")
    with (
        pytest.raises(BackupError, match="No space left on device"),
        sealed(FullBackupDisk(), [recipient]) as writer,  # type: ignore[arg-type]
    ):
        writer.write(bytes(3_000_000))
