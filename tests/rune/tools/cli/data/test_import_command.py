"""`rune data import` where the server does not answer, or a folder has names that no archive can have."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rune.datasets.label_conflicts import ConflictChoice
from rune.tools.cli.data import import_archive
from rune.tools.cli.data.import_archive import ImportOptions, import_data
from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import DataClient, NewSample, RegistryRefused, RegistryUnreachable
from tests.support.forge.factories.recordings import loud
from tests.support.installations.archives import zipped

OPTIONS = ImportOptions((), NewSample(""), 30, "7", agrees=True, starts=True)


class LosingServer(DataClient):
    """A server that has an import. It loses the answers that `lost` names, by the number of the piece."""

    def __init__(self, size: int, lost: dict[int, Exception]) -> None:
        super().__init__("http://localhost", None, "acme/kitchen")
        self.size = size
        self.lost = lost
        self.data = b""
        self.offsets: list[int] = []

    def find_import(self, identifier: str) -> Any:
        state = "sending" if len(self.data) < self.size else "done"
        numbers = {"size": self.size, "received_bytes": len(self.data), "total": 1, "position": 1, "new_samples": 1}
        return {"id": identifier, "state": state, "duplicates": 0, "omission_count": 0, "omissions": [], **numbers}

    def send_piece(self, identifier: str, offset: int, chunks: Callable[[], Iterable[bytes]]) -> Any:
        self.offsets.append(offset)
        assert offset == len(self.data)
        self.data += b"".join(chunks())
        if (error := self.lost.get(len(self.offsets))) is not None:
            raise error
        return self.find_import(identifier)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_archive, "_PIECE", 100)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def test_it_goes_on_behind_a_piece_whose_answer_was_lost(tmp_path: Path) -> None:
    data = zipped({"knock/1.wav": loud()})
    (tmp_path / "sounds.zip").write_bytes(data)
    lost = {1: RegistryUnreachable("no answer"), 3: RegistryRefused("no answer in time", 504)}
    server = LosingServer(len(data), dict(lost))
    import_data(server, tmp_path / "sounds.zip", OPTIONS)
    assert server.data == data
    assert server.offsets == list(range(0, len(data), 100))


def test_it_ends_with_the_sentence_of_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = zipped({"knock/1.wav": loud()})
    (tmp_path / "sounds.zip").write_bytes(data)
    server = LosingServer(len(data), {2: RegistryRefused("There is not enough storage.", 507)})
    with pytest.raises(RegistryRefused, match="There is not enough storage"):
        import_data(server, tmp_path / "sounds.zip", OPTIONS)
    assert "--resume" not in capsys.readouterr().err


CONFLICT = {
    "digest": "sha256:1",
    "stored": {"number": 3, "label": "cup"},
    "sources": [{"label": "knock", "path": "knock/1.wav", "count": 1}],
}


class ConflictingServer(LosingServer):
    """A server whose preview names a recording with two labels."""

    def __init__(self, size: int) -> None:
        super().__init__(size, {})
        self.choices: list[ConflictChoice | None] = []

    def find_import(self, identifier: str) -> Any:
        splits: dict[str, int] = {}
        preview = {"layout": "folders by label", "recordings": 1, "labels": {"knock": 1}, "unlabelled": 0}
        preview |= {"splits": splits, "conflicts": [CONFLICT], "repeated_count": 2, "known_count": 0}
        row = super().find_import(identifier)
        is_ready = row["state"] == "done" and not self.choices
        return row | {"preview": preview} | ({"state": "ready"} if is_ready else {})

    def start_import(self, identifier: str, labels: Any, settle_all: ConflictChoice | None = None) -> Any:
        self.choices.append(settle_all)
        return self.find_import(identifier)


@pytest.mark.parametrize(
    ("option", "answers", "choice"),
    [(ConflictChoice.STORED, "", ConflictChoice.STORED), (None, "y\nleave-out\n", ConflictChoice.LEAVE_OUT)],
)
def test_labels_that_conflict_are_shown_and_settled(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    option: ConflictChoice | None,
    answers: str,
    choice: ConflictChoice,
) -> None:
    data = zipped({"knock/1.wav": loud()})
    (tmp_path / "sounds.zip").write_bytes(data)
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    server = ConflictingServer(len(data))
    import_data(
        server,
        tmp_path / "sounds.zip",
        replace(OPTIONS, starts=option is not None, settle_all=option),
    )
    text = capsys.readouterr().err
    assert "1 recording has two labels:" in text
    assert "knock/1.wav is “knock”, sample 3 is “cup”" in text
    assert "2 recordings repeat others of the archive" in text
    assert server.choices == [choice]


def test_labels_that_conflict_end_the_command_where_nobody_is_asked(tmp_path: Path) -> None:
    data = zipped({"knock/1.wav": loud()})
    (tmp_path / "sounds.zip").write_bytes(data)
    server = ConflictingServer(len(data))
    with pytest.raises(CommandFailed, match="--conflicts stored, import or leave-out and --resume"):
        import_data(server, tmp_path / "sounds.zip", OPTIONS)
    assert server.choices == []


class UnevenServer(ConflictingServer):
    """A server whose preview names files that cannot be read, and recordings that are resampled."""

    def find_import(self, identifier: str) -> Any:
        row = super().find_import(identifier)
        row["preview"] |= {
            "conflicts": [],
            "rates": [{"input": "motion", "interval": "10 ms"}],
            "note_count": 3,
            "notes": [{"path": "walk/2.csv", "reason": "It is resampled to 10 ms."}],
        }
        broken_file = {"path": "walk/broken.wav", "reason": "The WAV file has no sound in it."}
        return row | {"omission_count": 13, "omissions": [broken_file]}


def test_the_preview_names_what_cannot_be_read_and_what_is_resampled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = zipped({"knock/1.wav": loud()})
    (tmp_path / "sounds.zip").write_bytes(data)
    import_data(UnevenServer(len(data)), tmp_path / "sounds.zip", OPTIONS)
    lines = capsys.readouterr().err.splitlines()
    first = lines.index("Rows of motion: 10 ms apart")
    assert lines[first:] == [
        "Rows of motion: 10 ms apart",
        "2 recordings repeat others of the archive; each is kept once",
        "13 files left out:",
        "  walk/broken.wav: The WAV file has no sound in it.",
        "  and 12 more",
        "Notes on 3 recordings:",
        "  walk/2.csv: It is resampled to 10 ms.",
        "  and 2 more",
        "walk/broken.wav: The WAV file has no sound in it.",
        "and 12 more",
    ]


def test_a_name_that_is_not_utf_8_is_said_and_the_rest_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sounds"
    (folder / "knock").mkdir(parents=True)
    (folder / "knock" / "1.wav").write_bytes(loud())
    try:
        (folder / "knock" / os.fsdecode(b"gr\xf6.wav")).write_bytes(loud(2))
    except OSError:
        pytest.skip("This file system has no such names.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("knock/1.wav", loud())
    server = LosingServer(len(buffer.getvalue()), {})
    import_data(server, folder, OPTIONS)
    assert zipfile.ZipFile(io.BytesIO(server.data)).namelist() == ["knock/1.wav"]
    assert "knock/gr?.wav: Its name is not UTF-8" in capsys.readouterr().err
