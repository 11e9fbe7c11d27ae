"""Reads a project's .zip with its history, in a process of its own: `python -P -m forge.projects.history.process`.

Its working directory has the archive that somebody sent. It writes there `files.zip` with the files as they are beside
`.git`, and `blobs/` with each file of the history once; the commits go as JSON to the standard output. What strangers
put into a repository is unpacked here, under limits of memory and time, and nothing of it is run.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from dulwich.config import ConfigFile
from dulwich.objects import Commit

from forge.projects.errors import ArchiveRefused
from forge.projects.files.read_archive import GIT_FOLDER, Archive, check_list, kind_problem
from forge.projects.git.job_answer import send_answer
from forge.projects.git.objects import GitLimits, Objects, RepositoryBroken, changes
from forge.projects.git.process import ARCHIVE, MEMORY, PROCESSOR_SECONDS
from rune.no_room import is_out_of_room
from rune.unreadable import is_folder, reason_of
from rune.wording import plain, size_text

SENT_ARCHIVE: Final = "sent.zip"
BLOBS: Final = "blobs"
LIST_LIMIT: Final = 24 << 20
"""Bytes of an archive's list of files: each version has some objects, and each object an entry."""
MAX_MESSAGE_LENGTH: Final = 4000
MAX_NAME_LENGTH: Final = 200
_LOOSE: Final = re.compile(r"objects/[0-9a-f]{2}/[0-9a-f]{38}")
_PACK: Final = re.compile(r"objects/pack/pack-[0-9a-f]{40}\.(pack|idx)")
_NAME: Final = re.compile(rb"[0-9a-f]{40}")
_REFUSED_PATHS: Final = {
    "hooks/": "has hooks, which are programs",
    "modules/": "has other repositories in it (submodules)",
    "worktrees/": "belongs to other working folders",
    "objects/info/alternates": "takes objects from another place",
    "objects/info/http-alternates": "takes objects from another place",
    "commondir": "is a part of another one",
    "shallow": "has no whole history (it is a shallow clone)",
}
"""The refused paths of a repository, by prefix: they are never run, but people may believe so."""
_HARMLESS: Final = {
    (b"core", b"repositoryformatversion"),
    (b"core", b"filemode"),
    (b"core", b"bare"),
    (b"core", b"logallrefupdates"),
    (b"core", b"ignorecase"),
    (b"core", b"precomposeunicode"),
    (b"core", b"symlinks"),
    (b"core", b"autocrlf"),
    (b"user", b"name"),
    (b"user", b"email"),
}
_HARMLESS_SECTIONS: Final = (b"branch", b"remote", b"gc", b"color")
_MAX_SMALL_FILE: Final = 1 << 20


@dataclass(frozen=True)
class HistoryJob:
    """A job of reading a history."""

    limit: int
    """Bytes of all files together, unpacked."""
    commits: int
    files: int
    """The files of one state."""
    entries: int
    """Files of all states together."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    job = HistoryJob(**json.load(sys.stdin))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job.limit * 2, job.limit * 2))
    send_answer(partial(_answer, job))


def _answer(job: HistoryJob) -> Mapping[str, Any]:
    """Returns what came of a job, or why nothing did. Raises `OSError` for a full disk."""
    try:
        return read(job)
    except (RepositoryBroken, ArchiveRefused) as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "Unpacked, the repository needs more memory than is allowed. Nothing was changed here."}
    except Exception as error:
        if is_out_of_room(error):
            raise
        # Whatever the libraries say of bytes that are neither: a stranger chose them.
        return {"error": f"This .zip cannot be read: {reason_of(error)}."}


def read(job: HistoryJob) -> Mapping[str, Any]:
    """Writes the files, and answers the commits, the oldest first; none where the archive has no repository."""
    with Path(SENT_ARCHIVE).open("rb") as file:
        check_list(file, LIST_LIMIT)
        archive = zipfile.ZipFile(file)
        top = _top_of_git(archive)
        states: list[dict[str, Any]] = []
        merges, head_files = 0, dict[str, str]()
        if top is not None:
            head = _unpacked_git(archive, top, job)
            states, merges, head_files = _history(head, job)
        is_bare = top is not None and all(is_folder(info) or _is_git(info.filename) for info in archive.infolist())
        if is_bare:
            _pack_head(head_files)
        else:
            _pack_beside(Archive(file, files=job.files, limit=job.limit, list_limit=LIST_LIMIT))
    return {"states": states, "merges": merges}


def _is_git(name: str) -> bool:
    return GIT_FOLDER in name.split("/")


def _top_of_git(archive: zipfile.ZipFile) -> str | None:
    """Returns the folder of the repository: the top, or the one folder that holds everything; None without one."""
    heads = [name for name in archive.namelist() if re.fullmatch(r"([^/]+/)?\.git/HEAD", name)]
    if len(heads) > 1:
        raise RepositoryBroken("The archive has more than one repository.")
    return heads[0].removesuffix("HEAD") if heads else None


def _unpacked_git(archive: zipfile.ZipFile, top: str, job: HistoryJob) -> bytes:
    """Puts the objects where they are read, and answers the name of the newest commit."""
    small: dict[str, bytes] = {}
    total = 0
    for info in archive.infolist():
        name = info.filename.removeprefix(top)
        if is_folder(info) or name == info.filename:
            continue
        problem = kind_problem(info)
        if problem:
            raise RepositoryBroken(f"{plain(info.filename)}: {problem}.")
        why = next((why for start, why in _REFUSED_PATHS.items() if name.startswith(start)), None)
        if why and not name.endswith(".sample"):
            raise RepositoryBroken(f"The repository {why}: .git/{plain(name)}. Take that out, and pack it again.")
        if name in ("HEAD", "packed-refs", "config") or name.startswith("refs/heads/"):
            if name in small:
                raise RepositoryBroken(f".git/{plain(name)} is in the archive twice.")
            small[name] = _bytes_of(archive, info, _MAX_SMALL_FILE)
        elif _LOOSE.fullmatch(name) or _PACK.fullmatch(name):
            data = _bytes_of(archive, info, job.limit - total)
            total += len(data)
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
    Path("objects/pack").mkdir(parents=True, exist_ok=True)
    _check_config(small.get("config", b""))
    return _head_of(small)


def _bytes_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(info) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise RepositoryBroken(f"Unpacked, {plain(info.filename)} goes beyond the limit.")
    return data


def _check_config(data: bytes) -> None:
    """Refuses settings that make Git run something, or read elsewhere."""
    config = ConfigFile.from_file(io.BytesIO(data))
    for section in config.sections():
        for key, _ in config.items(section):
            place = section[0].lower(), key.lower()
            if place not in _HARMLESS and section[0].lower() not in _HARMLESS_SECTIONS:
                setting = ".".join(part.decode("utf-8", "replace") for part in (*section, key))
                raise RepositoryBroken(
                    f"The repository's .git/config sets {plain(setting)}. Take that out, and pack it again."
                )


def _head_of(small: Mapping[str, bytes]) -> bytes:
    head = small["HEAD"].strip()
    if head.startswith(b"ref: "):
        branch = head.removeprefix(b"ref: ").strip()
        packed_refs = dict(re.findall(rb"^([0-9a-f]{40}) (\S+)$", small.get("packed-refs", b""), re.MULTILINE))
        by_name = {name: commit for commit, name in packed_refs.items()}
        head = small.get(branch.decode("utf-8", "replace"), by_name.get(branch, b"")).strip()
        if not head:
            raise RepositoryBroken("The repository has no commit: its branch points to nothing.")
    if not _NAME.fullmatch(head):
        raise RepositoryBroken("The repository's HEAD is no name of a commit.")
    return head


def _history(head: bytes, job: HistoryJob) -> tuple[list[dict[str, Any]], int, dict[str, str]]:
    """The commits as JSON, each with what it changes; the digests of the last one's files."""
    objects = Objects(Path("objects"), GitLimits(job.commits, job.files, job.entries))
    commits, merges = objects.history(objects.commit_of(head))
    digests: dict[bytes, str] = {}
    states: list[dict[str, Any]] = []
    before: dict[str, bytes] = {}
    entries = total = 0
    Path(BLOBS).mkdir()
    for commit in commits:
        files = objects.files(commit)
        entries += len(files)
        if entries > job.entries:
            raise RepositoryBroken(f"The commits have more than {job.entries:,} files together.")
        for name in set(files.values()) - digests.keys():
            data = objects.blob(name)
            total += len(data)
            if total > job.limit:
                raise RepositoryBroken(f"Unpacked, the history has more than {size_text(job.limit)}.")
            digests[name] = hashlib.sha256(data).hexdigest()
            (Path(BLOBS) / digests[name]).write_bytes(data)
        changed = {path: None if name is None else digests[name] for path, name in changes(before, files)}
        states.append({**_commit_to_json(commit), "changed": changed})
        before = files
    return states, merges, {path: digests[name] for path, name in before.items()}


def _commit_to_json(commit: Commit) -> dict[str, Any]:
    author = commit.author.decode("utf-8", "replace")
    return {
        "commit": commit.id.decode(),
        "author": plain(author.partition("<")[0].strip())[:MAX_NAME_LENGTH],
        "moment": commit.commit_time,
        "message": commit.message.decode("utf-8", "replace")[:MAX_MESSAGE_LENGTH],
    }


def _pack_beside(archive: Archive) -> None:
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_STORED) as target:
        for member in archive.members:
            with target.open(zipfile.ZipInfo(member.path), "w", force_zip64=False) as file:
                for chunk in archive.read(member):
                    file.write(chunk)


def _pack_head(files: Mapping[str, str]) -> None:
    if not files:
        raise RepositoryBroken("The archive has no files.")
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_STORED) as target:
        for path, digest in sorted(files.items()):
            target.write(Path(BLOBS) / digest, path)


if __name__ == "__main__":
    main()
