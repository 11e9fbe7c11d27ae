"""Encryption of a backup for recipients, in the age format (https://age-encryption.org/v1).

A machine that takes backups knows only public keys, so an attacker who breaks into it cannot read the backups it made.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from forge.serving.backup.errors import BackupError, DamagedBackup

MAGIC = b"age-encryption.org/"


def new_identity(path: Path) -> str:
    """Writes a new private key to a file that only its owner can read; answers the public key, the recipient.

    Raises `FileExistsError`.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# public key: {recipient}\n{identity}\n")
    return recipient


@contextmanager
def sealed(output: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """A stream whose bytes are encrypted for the recipients on their way to `output`; `output` itself without any.

    Raises `BackupError` for a text that is not a recipient.
    """
    if not recipients:
        yield output
        return
    keys = [_recipient(text) for text in recipients]
    read_end, write_end = os.pipe()

    def encrypt() -> None:
        with os.fdopen(read_end, "rb") as reader:
            try:
                pyrage.encrypt_io(reader, output, keys)
            except pyrage.EncryptError as error:
                raise BackupError(f"The backup could not be written: {error}.") from error

    with _in_thread(encrypt) as wait:
        try:
            with os.fdopen(write_end, "wb") as writer:
                yield writer
        except BrokenPipeError:
            wait()  # the reason for which it stopped to read
            raise
        wait()


@contextmanager
def opened(source: Path, identities: Path | None) -> Iterator[IO[bytes]]:
    """The bytes of a backup, decrypted if they are encrypted. Raises `BackupError`, `DamagedBackup`."""
    with source.open("rb") as file:
        is_sealed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if not is_sealed:
            yield file
            return
        if identities is None:
            raise BackupError(f"{source} is encrypted. Name the file of the private key: --identity FILE")
        keys = _identities(identities)
        read_end, write_end = os.pipe()

        def decrypt() -> None:
            with os.fdopen(write_end, "wb") as writer:
                try:
                    pyrage.decrypt_io(file, writer, keys)
                except BrokenPipeError:
                    pass  # the reader gave up, and says why
                except (pyrage.DecryptError, OSError) as error:
                    text = f"The backup cannot be decrypted with this key, or is damaged: {error}."
                    raise DamagedBackup(text) from error

        with _in_thread(decrypt) as wait:
            try:
                with os.fdopen(read_end, "rb") as reader:
                    yield reader
                    while reader.read(1 << 20):
                        pass  # what follows the archive's end must be authentic too
            except DamagedBackup:
                # An archive that could not be decrypted looks as if it were cut short: the first reason is reported.
                wait()
                raise
            wait()


@contextmanager
def _in_thread(work: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Does something beside the caller; what is given waits for its end and raises what it raised."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    def wait() -> None:
        thread.join()
        if failures:
            raise failures[0]

    thread = threading.Thread(target=run, name="backup-encryption")
    thread.start()
    try:
        yield wait
    finally:
        thread.join()


def _recipient(text: str) -> Any:
    for read in (pyrage.x25519.Recipient.from_str, pyrage.ssh.Recipient.from_str):
        try:
            return read(text)
        except pyrage.RecipientError:
            continue
    raise BackupError(f"{text[:80]!r} is not a recipient. It looks like age1... or ssh-ed25519 AAAA...")


def _identities(path: Path) -> list[Any]:
    """The private keys of a file: lines of age, or one key of SSH."""
    data = path.read_bytes()
    try:
        lines = data.decode("ascii", "replace").splitlines()
        identities = [
            pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-SECRET-KEY-")
        ]
        return identities or [pyrage.ssh.Identity.from_buffer(data)]
    except pyrage.IdentityError as error:
        raise BackupError(f"{path} holds no private key that can be read: {error}.") from error
