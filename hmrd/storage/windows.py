"""The odd windows of a rune on the disk: encrypted, each in a file of its own, with what the rune answered to it.

The key is random, in a file of mode 0600 beside them, and is deleted with them. It is not the device's key: a server
may have that one replaced, and a new key for the next windows means that copies of old files, as flash memory and
backups keep them, cannot be read once the key is gone. It protects against who gets these files, not against who gets
the whole disk with the key.
"""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.protocol.samples import MOST_PURPOSES, AnswerKind, WindowBins
from hmrd.sample_requests import OwnerAnswer, SampleLedger, StoredWindow
from hmrd.storage.files import delete_file, read_file, write_file

_SECRET: Final = 0o600
_KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_HEAD: Final = struct.Struct("<I")
_TAG: Final = b"hammer-forge kept window v1\0"
_SUFFIX: Final = ".window"
_LARGEST_LEDGER: Final = 256 * 1024
_MOST: Final = 1024


class WindowFiles:
    """The folder of the windows of one rune of the configuration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key_file, self._answers = folder / "key", folder / "answers.json"

    @property
    def is_there(self) -> bool:
        """Whether there is a window, a key or an answer."""
        return self._folder.is_dir() and any(self._folder.iterdir())

    def read(self) -> SampleLedger:
        """Returns the windows and the answers. A file that cannot be decrypted is deleted. Raises `StorageFailed`."""
        windows = tuple(sorted(self._windows(), key=lambda each: each.number))
        answers, next_window = self._read_answers()
        last = max((each.number for each in windows), default=0)
        return SampleLedger(windows, (), answers, max(next_window, last + 1))

    def write_window(self, window: StoredWindow, data: bytes) -> None:
        """Writes a window, encrypted. Raises `StorageFailed`."""
        head = json.dumps(_window_to_json(window)).encode()
        nonce, plain = secrets.token_bytes(_NONCE_SIZE), _HEAD.pack(len(head)) + head + data
        ciphertext = AESGCM(self._key() or self._make_key()).encrypt(nonce, plain, _tag(window.number))
        write_file(self._path(window.number), nonce + ciphertext, mode=_SECRET)

    def data_of(self, number: int) -> bytes | None:
        """Returns the file that a window is; None where it is not there, or cannot be decrypted."""
        content = self._open(self._path(number), number)
        return None if content is None else content[1]

    def delete_window(self, number: int) -> None:
        """Deletes a window. Raises `StorageFailed`."""
        delete_file(self._path(number))

    def write_answers(self, ledger: SampleLedger) -> None:
        """Writes the answers of the owner, before anything follows from them. Raises `StorageFailed`."""
        answers = [{**vars(each), "kind": str(each.kind)} for each in ledger.answers]
        write_file(self._answers, written({"answers": answers, "next": ledger.next_window}), mode=_SECRET)

    def clear(self) -> None:
        """Deletes all windows, their key first, and the answers. Raises `StorageFailed`."""
        delete_file(self._key_file)
        for path in self._paths():
            delete_file(path)
        delete_file(self._answers)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder.is_dir() else []

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08}{_SUFFIX}"

    def _key(self) -> bytes | None:
        key = read_file(self._key_file)
        return key if key is not None and len(key) == _KEY_SIZE else None

    def _make_key(self) -> bytes:
        key = secrets.token_bytes(_KEY_SIZE)
        write_file(self._key_file, key, mode=_SECRET)
        return key

    def _windows(self) -> Iterator[StoredWindow]:
        for path in self._paths():
            number = int(path.name.removesuffix(_SUFFIX)) if path.name.removesuffix(_SUFFIX).isdecimal() else 0
            content = self._open(path, number)
            if content is None:
                delete_file(path)
            else:
                yield content[0]

    def _open(self, path: Path, number: int) -> tuple[StoredWindow, bytes] | None:
        key, data = self._key(), read_file(path)
        if key is None or data is None or len(data) < _NONCE_SIZE:
            return None
        try:
            plain = AESGCM(key).decrypt(data[:_NONCE_SIZE], data[_NONCE_SIZE:], _tag(number))
            end = _HEAD.size + _HEAD.unpack_from(plain)[0]
            return _window_from_json(json.loads(plain[_HEAD.size : end])), plain[end:]
        except (InvalidTag, ValueError, struct.error):
            return None

    def _read_answers(self) -> tuple[tuple[OwnerAnswer, ...], int]:
        data = read_file(self._answers)
        if data is None:
            return (), 1
        try:
            fields = Fields(parsed(data, _LARGEST_LEDGER), "the answers")
            return fields.items("answers", _answer_from_json, _MOST), fields.integer("next", 1)
        except BadDeviceMessage:
            # Nothing is sent that is not known to be allowed.
            return (), 1


def _tag(number: int) -> bytes:
    """The number is sealed with the bytes, so that files cannot change places."""
    return _TAG + str(number).encode()


def _window_to_json(window: StoredWindow) -> dict[str, Any]:
    return {**vars(window), "bins": vars(window.bins)}


def _window_from_json(value: Any) -> StoredWindow:
    fields = Fields(value, "a window")
    return StoredWindow(
        fields.integer("number", 1),
        fields.digest("rune"),
        fields.text("deployment", 200),
        fields.item("at", _number),
        fields.item("bins", _bins),
        fields.truth("is_odd"),
        fields.text("ending", 8),
        fields.integer("size", 1),
    )


def _bins(value: object) -> WindowBins:
    fields = Fields(value, "bins")
    return WindowBins(
        fields.integer("label") if fields.has("label") else None,
        fields.integer("confidence") if fields.has("confidence") else None,
        fields.items("features", _whole, _MOST),
    )


def _answer_from_json(value: object) -> OwnerAnswer:
    fields = Fields(value, "an answer")
    return OwnerAnswer(
        fields.text("request", 36),
        fields.integer("number", 1),
        fields.choice("kind", AnswerKind),
        fields.items("purposes", _text, MOST_PURPOSES),
        fields.text("terms", 80),
        fields.items("windows", _whole, _MOST),
        fields.integer("sent"),
        fields.truth("is_reported"),
        fields.integer("page"),
        fields.text("refusal", 400),
    )


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadDeviceMessage("at of a window is not a number.")
    return float(value)


def _whole(value: object) -> int:
    return Fields({"value": value}).integer("value")


def _text(value: object) -> str:
    return Fields({"value": value}).text("value", 40)
