"""What of Git servers is let near: whole files of a branch as a .zip, and our own commits out. Knows no project.

The work is done by `git.process`, one process for each time, which this one starts, limits and ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict
from urllib.parse import urlsplit

from django.conf import settings

from forge.core.errors import Invalid
from forge.projects.files.contents import checked_path
from forge.projects.git.child import Answer, run_child
from forge.projects.git.process import ARCHIVE, origin_of

MAX_ADDRESS_LENGTH = 500


class FetchAnswer(TypedDict):
    """What a process that fetched a branch answers."""

    commit: str
    branch: str
    left_out: list[str]


class PushAnswer(TypedDict):
    """What a process that pushed commits answers."""

    commit: str
    commits: int


@dataclass(frozen=True)
class Remote:
    """A branch of a repository on a Git server, or a folder of it. The token that opens it is kept nowhere."""

    url: str
    branch: str = ""
    token: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Fetched:
    """The files of a branch's newest commit, as a .zip by a stranger."""

    archive: IO[bytes]
    commit: str
    branch: str
    left_out: tuple[str, ...]
    """Links and submodules."""


@dataclass(frozen=True)
class Pushed:
    """What the server has now: the newest commit, and how many it got."""

    commit: str
    commits: int


def checked_remote(url: str, branch: str = "", token: str = "", folder: str = "") -> Remote:
    """A branch of a server that the operator allows. Raises `Invalid` and `BadPath`."""
    url, branch, token = url.strip(), branch.strip(), token.strip()
    if len(url) > MAX_ADDRESS_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong("url", f"An address has at most {MAX_ADDRESS_LENGTH} characters, all of them ASCII.")
    origin = origin_of(url)
    if origin not in settings.GIT_ORIGINS:
        named = ", ".join(settings.GIT_ORIGINS) or "none"
        raise _wrong("url", f"Give an address of a Git server that this installation allows: {named}.")
    split = urlsplit(url)
    if split.username is not None or split.password is not None or split.query or split.fragment:
        raise _wrong("url", "An address has no user, password, query or fragment. A token has a field of its own.")
    if not split.path.strip("/"):
        raise _wrong("url", f"Which repository? An address looks like {origin}/team/project.git")
    if len(branch) > 200 or not branch.isprintable() or " " in branch or branch.startswith(("-", "/")):
        raise _wrong("branch", "This is no name of a branch.")
    if len(token) > 500 or not token.isascii() or not token.isprintable():
        raise _wrong("token", "This is no token.")
    return Remote(url, branch, token, checked_path(folder.strip("/ ")) if folder.strip("/ ") else "")


@contextmanager
def fetch_branch(remote: Remote) -> Iterator[Fetched]:
    """The files of a branch, for as long as the caller needs them. Raises `GitRefused` and `TooOften`."""
    with tempfile.TemporaryDirectory(prefix="git-") as folder:
        result = _run("fetch", remote, Path(folder), FetchAnswer)
        with (Path(folder) / ARCHIVE).open("rb") as archive:
            yield Fetched(archive, result["commit"], result["branch"], tuple(result["left_out"]))


def push_versions(remote: Remote, project: str, repository: Iterable[tuple[str, bytes]]) -> Pushed:
    """Sends the commits of a project's versions, given as the files below `.git` of a repository.

    Raises `GitRefused` and `TooOften`.
    """
    with tempfile.TemporaryDirectory(prefix="git-") as folder:
        for name, data in repository:
            path = Path(folder) / ".git" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        result = _run("push", remote, Path(folder), PushAnswer, project)
    return Pushed(result["commit"], result["commits"])


def _run(act: str, remote: Remote, folder: Path, shape: type[Answer], project: str = "") -> Answer:
    job = {
        "act": act,
        "url": remote.url,
        "branch": remote.branch,
        "folder": remote.folder,
        "token": remote.token,
        "origins": settings.GIT_ORIGINS,
        "limit": settings.UPLOAD_LIMIT,
        "project": project,
    }
    return run_child("git.process", job, folder, shape)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})
