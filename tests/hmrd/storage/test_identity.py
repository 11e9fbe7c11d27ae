from __future__ import annotations

from pathlib import Path

import pytest

from hmrd.protocol.enrolment import Enrolment, TrustAnchor, TrustKind
from hmrd.protocol.keys import verifies
from hmrd.storage.folder import FolderInUse, StateFolder
from hmrd.storage.identity import Identity, IdentityFiles
from hmrd.storage.log import LARGEST_FILE, RingLog

ENROLMENT = Enrolment(
    "0" * 8 + "-0000-0000-0000-" + "0" * 12, "gw-1", "acme", TrustAnchor(TrustKind.SERVER, f"sha256:{'c' * 64}"), 60
)


def test_the_key_is_made_once_and_its_user_alone_reads_it(tmp_path: Path) -> None:
    key = IdentityFiles(tmp_path).key()

    assert IdentityFiles(tmp_path).key().public == key.public
    assert verifies(key.public, key.sign(b"data"), b"data")
    assert (tmp_path / "device.key").stat().st_mode & 0o777 == 0o600


def test_a_new_key_takes_the_place_of_the_former(tmp_path: Path) -> None:
    files = IdentityFiles(tmp_path)
    former, following = files.key().public, files.next_key().public
    files.adopt_next_key()

    assert files.key().public == following != former
    assert not files.has_next_key


def test_the_organisation_is_remembered_and_forgotten(tmp_path: Path) -> None:
    files = IdentityFiles(tmp_path)
    files.write(identity := Identity.of("https://forge.example", ENROLMENT))

    assert files.read() == identity
    assert (tmp_path / "identity.json").stat().st_mode & 0o777 == 0o600
    files.forget()
    assert files.read() is None


def test_the_label_stays_the_same(tmp_path: Path) -> None:
    assert IdentityFiles(tmp_path).label() == IdentityFiles(tmp_path).label()


def test_one_process_works_with_a_folder(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.lock()

    with pytest.raises(FolderInUse):
        folder.lock()


def test_the_log_keeps_the_last_lines_alone(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as journal:
        log = RingLog(tmp_path / "log", journal, lambda: 0.0)
        for number in range(6000):
            log.write(f"line {number} {'x' * 100}")

    size = sum(path.stat().st_size for path in tmp_path.glob("log*"))
    assert LARGEST_FILE <= size <= 2 * LARGEST_FILE + 1000
    tail = log.tail(1000)
    assert tail.endswith("line 5999 " + "x" * 100 + "\n")
    assert tail.startswith("1970-01-01T00:00:00Z line ")
