"""The accepted data of Git servers: whole files of a branch as a .zip, and our own commits out. Knows no project.

The work is done by `git.process`, one process for each time, which this one starts, limits and ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any, TypedDict
from urllib.parse import urlsplit

from django.conf import settings

from forge.core.errors import Invalid
from forge.projects.files.contents import checked_path
from forge.projects.git.child import Answer, keep_waiting, run_child
from forge.projects.git.incoming import MAX_COMMITS, MAX_LISTED
from forge.projects.git.process import ARCHIVE, origin_of

MAX_ADDRESS_LENGTH = 500
MAX_BRANCH_LENGTH = 200
MAX_TOKEN_LENGTH = 500
LONGEST_TEXT = 200
"""Characters of what a repository tells of a commit, or of a path."""
HISTORY_DEPTH = 100
"""Commits of history in which one is looked for that the project has."""


class RemoteCommit(TypedDict):
    """A commit, as a process tells of it."""

    commit: str
    author: str
    subject: str
    moment: int


class SharedAnswer(TypedDict):
    """A commit that the project has."""

    commit: str
    version: int | None


class FetchAnswer(TypedDict):
    """The answer of a process that fetched a branch."""

    commit: str
    branch: str
    ref: str
    skipped_paths: list[str]
    newest: RemoteCommit
    commits: list[RemoteCommit]
    commit_count: int
    shared: Annotated[list[SharedAnswer], "one, or none"]


class NewerAnswer(TypedDict):
    """The same where there may be nothing new."""

    fetched: FetchAnswer | None


class PushAnswer(TypedDict):
    """The answer of a process that pushed commits."""

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
class OutsideCommit:
    """A commit as its repository tells of it: nobody here is meant."""

    commit: str
    author: str
    subject: str
    moment: int


@dataclass(frozen=True)
class SharedCommit:
    """A commit whose files a project has, and the last version that the branch needs no commit of.

    Of a commit that is fetched, `version` is None unless it is one of the project's own."""

    commit: str
    version: int | None


@dataclass(frozen=True)
class Looking:
    """A search for a commit: the first of `refs` that there is in place of the branch, and what is known of it."""

    refs: Collection[str] = ()
    project: str = ""
    known_commits: Collection[str] = ()
    """Commits whose files the project has as versions."""
    newest: str = ""
    """The commit that came last."""
    depth: int = 1


@dataclass(frozen=True)
class FetchedBranch:
    """The files of a branch's newest commit, as a .zip by a stranger."""

    archive: IO[bytes]
    commit: str
    branch: str
    ref: str
    skipped_paths: tuple[str, ...]
    """Links and submodules."""
    newest: OutsideCommit
    commits: tuple[OutsideCommit, ...]
    """The newest commits since the shared one."""
    commit_count: int
    shared_commit: SharedCommit | None


@dataclass(frozen=True)
class PushGoal:
    """The end of a push: the files as they are now, by their version's digest; "" where they are no version.

    `upon` is a commit of others on which the project's may go, and `upon_digest` the version with its files.
    """

    project: str
    digest: str = ""
    upon_digest: str = ""
    upon: SharedCommit | None = None


@dataclass(frozen=True)
class PushResult:
    """The state of the server after a push: the newest commit, and the number of pushed commits."""

    commit: str
    commits: int


def checked_remote(url: str, branch: str = "", token: str = "", folder: str = "") -> Remote:
    """A branch of a server that the operator allows. Raises `Invalid` and `BadPath`."""
    url, branch = url.strip(), branch.strip()
    if len(url) > MAX_ADDRESS_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong("url", f"An address has at most {MAX_ADDRESS_LENGTH} characters, all of them ASCII.")
    origin = origin_of(url)
    if origin not in settings.GIT_ORIGINS:
        allowed_origins = ", ".join(settings.GIT_ORIGINS) or "none"
        raise _wrong("url", f"Give an address of a Git server that this installation allows: {allowed_origins}.")
    split = urlsplit(url)
    if split.username is not None or split.password is not None or split.query or split.fragment:
        raise _wrong("url", "An address has no user, password, query or fragment. A token has a field of its own.")
    if not split.path.strip("/"):
        raise _wrong("url", f"Add the repository to the address, such as {origin}/team/project.git")
    if len(branch) > MAX_BRANCH_LENGTH or not branch.isprintable() or " " in branch or branch.startswith(("-", "/")):
        raise _wrong("branch", "This is not a valid branch name.")
    return Remote(url, branch, checked_token(token), checked_path(folder.strip("/ ")) if folder.strip("/ ") else "")


def checked_token(token: str) -> str:
    """A token as somebody typed it. Raises `Invalid`."""
    token = token.strip()
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii() or not token.isprintable():
        raise _wrong("token", "This is not a valid token.")
    return token


@contextmanager
def fetch_branch(
    remote: Remote, looking: Looking | None = None, tick: Callable[[], None] = keep_waiting
) -> Iterator[FetchedBranch]:
    """The files of a branch, for as long as the caller needs them. Raises `GitRefused` and `TooOften`."""
    with fetch_newer(remote, looking or Looking(), tick) as fetch:
        assert fetch is not None  # noqa: S101 (no commit is known)
        yield fetch


@contextmanager
def fetch_newer(
    remote: Remote, looking: Looking, tick: Callable[[], None] = keep_waiting
) -> Iterator[FetchedBranch | None]:
    """The same; None where nothing came since `looking.newest`."""
    with tempfile.TemporaryDirectory(prefix="git-") as folder:
        job = {
            "refs": list(looking.refs),
            "project": looking.project,
            "known": sorted(looking.known_commits),
            "newest": looking.newest,
            "depth": looking.depth,
        }
        result = _run("fetch", remote, Path(folder), NewerAnswer, job, tick)["fetched"]
        if result is None:
            yield None
            return
        shared_commit = next(iter(result["shared"]), None)
        with (Path(folder) / ARCHIVE).open("rb") as archive:
            yield FetchedBranch(
                archive,
                result["commit"][:40],
                result["branch"],
                result["ref"],
                tuple(path[:LONGEST_TEXT] for path in result["skipped_paths"][:MAX_LISTED]),
                _commit(result["newest"]),
                tuple(_commit(each) for each in result["commits"][:MAX_LISTED]),
                max(0, min(result["commit_count"], MAX_COMMITS)),
                None if shared_commit is None else SharedCommit(shared_commit["commit"], shared_commit["version"]),
            )


def _commit(answer: RemoteCommit) -> OutsideCommit:
    """Reads a commit of a process, shortened: a compromised process may have written it."""
    author, subject = answer["author"][:LONGEST_TEXT], answer["subject"][:LONGEST_TEXT]
    return OutsideCommit(answer["commit"][:40], author, subject, answer["moment"])


def push_versions(remote: Remote, goal: PushGoal, repository: Iterable[tuple[str, bytes]]) -> PushResult:
    """Sends the commits of a project's versions, given as the files below `.git` of a repository.

    Raises `GitRefused` and `TooOften`.
    """
    with tempfile.TemporaryDirectory(prefix="git-") as folder:
        for name, data in repository:
            path = Path(folder) / ".git" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        upon = goal.upon
        shared_commit = None
        if upon is not None:
            shared_commit = {"commit": upon.commit, "version": upon.version or 0, "digest": goal.upon_digest}
        job = {"project": goal.project, "digest": goal.digest, "upon": shared_commit}
        result = _run("push", remote, Path(folder), PushAnswer, job)
    return PushResult(result["commit"], result["commits"])


def _run(
    act: str,
    remote: Remote,
    folder: Path,
    shape: type[Answer],
    more: Mapping[str, Any],
    tick: Callable[[], None] = keep_waiting,
) -> Answer:
    job = {
        "act": act,
        "url": remote.url,
        "branch": remote.branch,
        "folder": remote.folder,
        "token": remote.token,
        "origins": settings.GIT_ORIGINS,
        "limit": settings.UPLOAD_LIMIT,
        **more,
    }
    return run_child("git.process", job, folder, shape, tick)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})
