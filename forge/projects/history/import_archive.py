"""Reads a .zip with a project's history: its files and versions. Writes into no project.

`history.process` reads it; what that says is still a stranger's, and is checked here as an upload is.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.utils import timezone

from forge.accounts.names import slug
from forge.core.blobs.chunks import read_chunks
from forge.core.blobs.store import put_chunks
from forge.core.errors import DomainError
from forge.core.studio_limits import MAX_FILES
from forge.projects.errors import ArchiveRefused, GitRefused
from forge.projects.files.contents import StoredFile, checked_contents, checked_path
from forge.projects.files.extract_archive import MAX_UNPACK_RATIO, extract_file, open_file, receive
from forge.projects.git.child import run_child
from forge.projects.git.process import ARCHIVE
from forge.projects.history.export import HISTORY_ENDING, MAX_STATES, UNSAVED_MESSAGE
from forge.projects.history.process import BLOBS, SENT_ARCHIVE
from forge.projects.versions.imports import MAX_MESSAGE_LENGTH, ImportedVersion
from forge.projects.versions.store import manifest_digest

MAX_ENTRIES = 500_000
"""Files of all versions together."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TRAILER = re.compile(r"^([A-Z][A-Za-z-]+): (.*)$", re.MULTILINE)


class CommitAnswer(TypedDict):
    """A commit as the process that read it tells of it. `changed` has the digest of each file, None if deleted."""

    commit: str
    author: str
    moment: int
    message: str
    changed: dict[str, str | None]


class HistoryAnswer(TypedDict):
    """The answer of that process: the commits, oldest first, and the number of merge commits."""

    states: list[CommitAnswer]
    merges: int


def name_from_file(filename: str) -> str:
    """Returns a name for a project from the name of its archive."""
    stem = filename.rpartition("/")[2].rpartition("\\")[2].removesuffix(".zip").removesuffix(HISTORY_ENDING)
    return slug(stem) or "project"


@dataclass(frozen=True)
class ImportedHistory:
    """Stored files of now, and versions whose files are stored too. `stored_digests` are the digests of all of them."""

    files: tuple[StoredFile, ...]
    versions: tuple[ImportedVersion, ...]
    merges: int
    """Commits that merged others, whose own way is left out."""
    stored_digests: frozenset[str]


@contextmanager
def import_history(chunks: Iterable[bytes]) -> Iterator[ImportedHistory]:
    """Reads and stores what an archive brings. Raises `ArchiveRefused`, `GitRefused`, `TooLarge` and `TooOften`."""
    with tempfile.TemporaryDirectory(prefix="history-") as name:
        folder = Path(name)
        with (folder / SENT_ARCHIVE).open("wb") as body:
            receive(chunks, body)
        job = {
            "limit": MAX_UNPACK_RATIO * settings.UPLOAD_LIMIT,
            "commits": MAX_STATES + 1,
            "files": MAX_FILES,
            "entries": MAX_ENTRIES,
        }
        result = run_child("history.process", job, folder, HistoryAnswer)
        with (folder / ARCHIVE).open("rb") as archive, extract_file(archive) as files:
            states = _checked_states(result["states"], folder / BLOBS)
            stored_files = tuple(file.store() for file in files)
        sizes = {f"sha256:{path.name}": path.stat().st_size for path in sorted((folder / BLOBS).glob("*"))}
        for path in sorted((folder / BLOBS).glob("*")):
            put_chunks(read_chunks(partial(open_file, path)))
        versions = tuple(_versions(states, sizes))
    yield ImportedHistory(
        stored_files, versions, result["merges"], frozenset({*sizes, *(file.blob.digest for file in stored_files)})
    )


def _checked_states(states: Sequence[CommitAnswer], blobs: Path) -> Sequence[CommitAnswer]:
    """Each file of each version is fit for its path, as if it were uploaded. Raises `ArchiveRefused`."""
    seen_keys: set[tuple[str, str]] = set()
    for state in states:
        for path, digest in state["changed"].items():
            if digest is None or (key := (digest, path.rpartition(".")[2])) in seen_keys:
                continue
            seen_keys.add(key)
            if _DIGEST.fullmatch(digest) is None or not (blobs / digest).is_file():
                raise GitRefused(f"Nothing was made. The history names a file that it does not have: {path}.")
            file = blobs / digest
            try:
                checked_contents(checked_path(path), file, file.stat().st_size)
            except DomainError as error:
                where = f"{path} in commit {state['commit'][:12]}"
                raise ArchiveRefused(
                    f"Nothing was made. {where}: {error.detail}", errors={path: [error.detail]}
                ) from error
    return states


def _versions(states: Sequence[CommitAnswer], sizes: Mapping[str, int]) -> Iterator[ImportedVersion]:
    """The states as versions; one whose files an earlier one has is none of its own."""
    files: dict[str, dict[str, Any]] = {}
    known_digests: set[str] = set()
    last = 0
    for state in states:
        for path, name in state["changed"].items():
            if name is None:
                files.pop(path, None)
            else:
                files[path] = {"digest": f"sha256:{name}", "size": sizes[f"sha256:{name}"]}
        digest = manifest_digest(files)
        message_parts = _parse_message(state["message"])
        if digest in known_digests or not files or message_parts.message == UNSAVED_MESSAGE:
            continue
        known_digests.add(digest)
        # A version keeps its number where the history tells one that follows.
        last = (
            message_parts.number
            if message_parts.number is not None and last < message_parts.number < last + 100_000
            else last + 1
        )
        message = "" if message_parts.message == f"Version {message_parts.number}" else message_parts.message
        names = tuple(each for each in (state["author"], *message_parts.others) if each)
        yield ImportedVersion(last, names, _moment(state["moment"]), message, dict(files), digest)


@dataclass(frozen=True)
class _CommitMessage:
    message: str
    number: int | None
    others: tuple[str, ...]


def _parse_message(message: str) -> _CommitMessage:
    """Returns the message of a version: of our own commits without the trailing lines, of others the first line."""
    text, _, tail = message.strip().rpartition("\n\n")
    trailers = _TRAILER.findall(tail)
    numbers = [value for key, value in trailers if key == "Version" and value.isascii() and value.isdigit()]
    if not numbers or len(numbers[-1]) > 8:
        return _CommitMessage(" ".join(message.strip().partition("\n")[0].split())[:MAX_MESSAGE_LENGTH], None, ())
    others = (value.partition(" <")[0] for key, value in trailers if key == "Co-authored-by")
    return _CommitMessage(" ".join(text.split())[:MAX_MESSAGE_LENGTH], int(numbers[-1]), tuple(others))


def _moment(seconds: int) -> datetime:
    """Nothing was made before computers counted time, nor after now."""
    return datetime.fromtimestamp(min(max(seconds, 0), int(timezone.now().timestamp())), UTC)
