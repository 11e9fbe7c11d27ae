"""Fetches from a Git server, and pushes to one, in a process of its own: `python -P -m forge.projects.git.process`.

What to do comes as JSON on the standard input; what came of it goes as JSON to the standard output. What strangers put
into a repository is unpacked here, under limits of memory and time, without the server's
secrets. It writes into its working directory only.
"""

from __future__ import annotations

import json
import re
import resource
import stat
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dulwich.client import HTTPUnauthorized, Urllib3HttpGitClient
from dulwich.errors import NotGitRepository
from dulwich.object_store import DiskObjectStore, ObjectStoreGraphWalker, iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo
from urllib3 import BaseHTTPResponse, PoolManager, Timeout

from forge.projects.git.incoming import history_since, newest_before, trailer, version_of
from forge.projects.git.job_answer import send_answer
from rune.no_room import is_out_of_room
from rune.wording import plain, size_text

ARCHIVE: Final = "files.zip"
MAX_NAMED: Final = 20
"""Files that an answer names."""
MEMORY: Final = 2 << 30
"""Bytes of addresses: what a few bytes of deltas unpack to is known only when it is unpacked."""
PROCESSOR_SECONDS: Final = 60
_USER: Final = "git"
"""The user name that goes with a token: the services accept any name."""
_HEADS: Final = b"refs/heads/"
_WAIT: Final = Timeout(connect=10, read=20)
_STORED_AS_LINK: Final = b"version https://git-lfs.github.com/spec/"


class GitJobRefused(Exception):
    """The reason why a job of Git failed, as a sentence."""


class PackTooLarge(GitJobRefused):
    """A pack has more bytes than it may."""


class NoNewCommit(Exception):
    """The newest commit is the one that was fetched last."""


@dataclass(frozen=True)
class GitJob:
    """A job of the Git process."""

    act: str
    """`fetch` makes `files.zip` of a branch; `push` sends the commits of the repository in the working directory."""
    url: str
    branch: str
    """"" is the one that the server calls its own."""
    folder: str
    """"" is all of it."""
    token: str
    origins: Sequence[str]
    """The origins that it may connect to, `https://host`; also when it is redirected."""
    limit: int
    """Bytes of a pack."""
    project: str = ""
    """The project whose versions are pushed, or searched for in the fetched history."""
    refs: Sequence[str] = ()
    """The refs to fetch in place of a branch, such as `refs/pull/7/head`: the first one that the repository has."""
    depth: int = 1
    """How many commits of history to fetch; fewer where they are too large."""
    known: Sequence[str] = ()
    """Commits whose files the project has as versions."""
    newest: str = ""
    """The commit that was fetched last: nothing is fetched where it is still the newest."""
    upon: Mapping[str, Any] | None = None
    """`commit`, `digest` and `version`: a commit of others whose files are in the project, the digest of the version
    with them, and the last version that the branch needs no commit of."""
    digest: str = ""
    """The digest of the version that the files are now, which the last of our commits then has."""


class _AllowedOnly(PoolManager):
    """Connects to the allowed servers and to no other, wherever a redirect leads."""

    def __init__(self, origins: Sequence[str]) -> None:
        super().__init__(timeout=_WAIT, retries=3)
        self._origins = origins

    def urlopen(self, method: str, url: str, *arguments: Any, **options: Any) -> BaseHTTPResponse:
        if origin_of(url) not in self._origins:
            raise GitJobRefused(f"The server redirects to {plain(url)[:200]}, which is not allowed here.")
        return super().urlopen(method, url, *arguments, **options)


def origin_of(url: str) -> str:
    """`https://host` or `https://host:port` of an address, in lower case; "" for a text that is not an address."""
    try:
        split = urlsplit(url)
        port = "" if split.port is None else f":{split.port}"
    except ValueError:
        return ""
    return f"{split.scheme}://{split.hostname}{port}".lower() if split.hostname else ""


def _status(error: Exception) -> str:
    """Returns which HTTP status the server answered, where the library says one."""
    match = re.search(r"http resp (\d{3})", str(error))
    return f": it answered with the HTTP status {match[1]}" if match else ""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    job = GitJob(**json.load(sys.stdin))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job.limit * 4, job.limit * 4))
    send_answer(partial(_answer, job))


def _answer(job: GitJob) -> Mapping[str, Any]:
    """Returns what came of a job, or why nothing did. Raises `OSError` for a full disk."""
    try:
        return {"fetch": fetch, "push": push}[job.act](job)
    except GitJobRefused as error:
        return {"error": str(error)}
    except HTTPUnauthorized:
        return {"error": "The server requires a token for this repository, or rejects this one."}
    except NotGitRepository:
        return {"error": "There is no Git repository at this address, or it is not open to everyone."}
    except MemoryError:
        return {"error": "Unpacked, the repository needs more memory than is allowed. Nothing was changed here."}
    except Exception as error:
        if is_out_of_room(error):
            raise
        # The library's message is for programmers, and has bytes that a stranger chose.
        return {
            "error": f"The Git server did not answer as it should{_status(error)}. Check the address, or try later."
        }


def _client_and_path(job: GitJob) -> tuple[Urllib3HttpGitClient, str]:
    split = urlsplit(job.url)
    client = Urllib3HttpGitClient(
        f"{split.scheme}://{split.netloc}/",
        pool_manager=_AllowedOnly(job.origins),
        quiet=True,
        username=_USER if job.token else None,
        password=job.token or None,
    )
    return client, split.path.strip("/")


def fetch(job: GitJob) -> Mapping[str, Any]:
    """Writes the files of the newest commit into `files.zip`. Links and submodules are left out, and said."""
    ref_choice = _RefChoice(job)
    try:
        store = _fetch_objects(job, ref_choice, job.depth)
    except PackTooLarge:
        if job.depth == 1:
            raise
        store = _fetch_objects(job, ref_choice, 1)
    except NoNewCommit:
        return {"fetched": None}
    head = store[ref_choice.head]
    if not isinstance(head, Commit):
        raise GitJobRefused("The branch does not end in a commit.")
    since = history_since(store, head, job.project, job.known)
    skipped_paths = _pack(store, head, job)
    return {
        "fetched": {
            "commit": head.id.decode(),
            "branch": ref_choice.branch,
            "ref": ref_choice.ref,
            "skipped_paths": skipped_paths,
            **since,
        }
    }


def _fetch_objects(job: GitJob, ref_choice: _RefChoice, depth: int) -> DiskObjectStore:
    client, path = _client_and_path(job)
    store = DiskObjectStore.init(f"objects-{depth}")
    file, finish, abort = store.add_pack()
    try:
        client.fetch_pack(
            path,
            ref_choice,
            ObjectStoreGraphWalker([], _no_parents),
            _limited_writer(file, job.limit),
            depth=depth,
            ref_prefix=[ref.encode() for ref in job.refs] or None,
        )
        finish()
    except BaseException:
        abort()
        raise
    return store


def _no_parents(commit: ObjectID) -> list[ObjectID]:
    """Nothing is here yet, so the server need not be told what it can leave out."""
    return []


class _RefChoice:
    """Says which commit is asked for, once the server has said what there is."""

    def __init__(self, job: GitJob) -> None:
        self.branch = job.branch
        self.head = ObjectID(b"")
        self.ref = ""
        self._requested_refs = job.refs
        self._refs = job.refs or (f"refs/heads/{job.branch}" if job.branch else "HEAD",)
        self._newest = job.newest.encode()

    def __call__(self, refs: Mapping[Ref, ObjectID | None], depth: int | None = None) -> list[ObjectID]:
        present = [(ref, head) for ref in self._refs if (head := refs.get(Ref(ref.encode()))) is not None]
        if not present and self._requested_refs:
            raise GitJobRefused(
                f"The repository has no such request: it has none of {', '.join(self._requested_refs)}."
            )
        if not present:
            heads = sorted(
                name.removeprefix(_HEADS).decode("utf-8", "replace") for name in refs if name.startswith(_HEADS)
            )
            there = f" It has {plain(', '.join(heads[:5]))}." if heads else " It is empty."
            raise GitJobRefused(f"The repository has no branch {self.branch or 'of its own'}.{there}")
        self.ref, head = present[0]
        if head == self._newest:
            raise NoNewCommit
        self.head = head
        return [head]


def _limited_writer(file: Any, limit: int) -> Callable[[bytes], int]:
    read = 0

    def write(data: bytes) -> int:
        nonlocal read
        read += len(data)
        if read > limit:
            raise PackTooLarge(f"The repository has more than {size_text(limit)} in this one commit.")
        return int(file.write(data))

    return write


def _pack(store: DiskObjectStore, head: Commit, job: GitJob) -> list[str]:
    """Writes the files, with paths from the folder on; answers what was left out."""
    skipped_paths: list[str] = []
    size, limit = 0, job.limit * 4
    within = f"{job.folder}/" if job.folder else ""
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in iter_tree_contents(store, head.tree):
            assert entry.path is not None  # noqa: S101 (dulwich's type is wider than what a tree's contents are)
            path = entry.path.decode("utf-8", "replace")
            if not path.startswith(within):
                continue
            path = path.removeprefix(within)
            if entry.mode is None or not stat.S_ISREG(entry.mode) or entry.sha is None:
                skipped_paths.append(plain(path))
                continue
            blob = store[entry.sha]
            data = blob.data if isinstance(blob, Blob) else b""
            size += len(data)
            if size > limit:
                raise GitJobRefused(f"Unpacked, the repository has more than {size_text(limit)}.")
            if data.startswith(_STORED_AS_LINK):
                raise GitJobRefused(
                    f"{plain(path)} is stored in Git LFS, which is not read. Upload this file separately."
                )
            archive.writestr(path, data)
    if size == 0:
        raise GitJobRefused(f"There is nothing in {job.folder}." if job.folder else "The branch has no files.")
    return skipped_paths[:MAX_NAMED]


def push(job: GitJob) -> Mapping[str, Any]:
    """Sends the commits of versions that a branch does not have, upon those that it has. Others' are never lost.

    What the branch has stays as it is, also where a version was described anew or taken away since.
    """
    client, path = _client_and_path(job)
    # Where the branch's newest commit is put; the repository came as single objects.
    Path(".git/objects/pack").mkdir(exist_ok=True)
    repository = Repo(".")
    ours = [entry.commit for entry in repository.get_walker(include=[repository.head()])][::-1]
    target = Ref(_HEADS + job.branch.encode())
    there = client.get_refs(path).refs.get(target)
    fresh = ours if there is None else _rebased_commits(_head_of(client, path, repository, job, there), ours, job)
    if not fresh:
        return {"commit": (there or ours[-1].id).decode(), "commits": 0}
    for commit in fresh:
        repository.object_store.add_object(commit)

    def update(refs: Mapping[Ref, ObjectID]) -> dict[Ref, ObjectID]:
        if refs.get(target) != there:
            raise GitJobRefused(f"Somebody else pushed to {job.branch} just now. Try again.")
        return {target: fresh[-1].id}

    result = client.send_pack(path, update, partial(_pack_data, repository, there))
    problem = (result.ref_status or {}).get(target)
    if problem:
        raise GitJobRefused(f"The server refused the branch: {plain(str(problem))[:300]}.")
    return {"commit": fresh[-1].id.decode(), "commits": len(fresh)}


def _head_of(client: Urllib3HttpGitClient, path: str, repository: Repo, job: GitJob, head: ObjectID) -> Commit:
    """The newest commit of the branch, which is fetched with its files alone."""
    ref_choice = _RefChoice(job)
    file, finish, abort = repository.object_store.add_pack()
    try:
        walker = ObjectStoreGraphWalker([], _no_parents)
        client.fetch_pack(path, ref_choice, walker, _limited_writer(file, job.limit), depth=1)
        finish()
    except BaseException:
        abort()
        raise
    commit = repository.object_store[ref_choice.head]
    if ref_choice.head != head or not isinstance(commit, Commit):
        raise GitJobRefused(f"Somebody else pushed to {job.branch} just now. Try again.")
    return commit


def _rebased_commits(there: Commit, ours: Sequence[Commit], job: GitJob) -> list[Commit]:
    """Our commits of later versions than the branch ends in, each upon the one before; then that of a version which was
    restored since. Raises `GitJobRefused`."""
    is_upon = job.upon is not None and there.id == job.upon["commit"].encode()
    own = newest_before(there, job.project)
    if own is None and not is_upon:
        raise GitJobRefused(
            f"{job.branch} has commits that are not of this history. Link the branch and pull them, or push to another."
        )
    last = max(own or 0, int(job.upon["version"]) if is_upon and job.upon is not None else 0)
    later_commits = [commit for commit in ours if (version_of(commit, job.project) or 0) > last]
    ends = trailer(later_commits[-1], "Digest") if later_commits else _digest_of(there, job)
    if job.digest and ends and ends != job.digest:
        later_commits.append(ours[-1])
    copies: list[Commit] = []
    for commit in later_commits:
        copy = commit.copy()
        assert isinstance(copy, Commit)  # noqa: S101 (a copy is what it is a copy of)
        copy.parents = [copies[-1].id if copies else there.id]
        copies.append(copy)
    return copies


def _digest_of(there: Commit, job: GitJob) -> str:
    """Returns the digest of the version of the version whose files a commit of the branch has; "" where nobody
    knows."""
    if job.upon is not None and there.id == job.upon["commit"].encode():
        return str(job.upon["digest"])
    return trailer(there, "Digest")


def _pack_data(
    repository: Repo, there: ObjectID | None, have: Set[ObjectID], want: Set[ObjectID], **options: Any
) -> Any:
    known_ids = {there} if there is not None else set()
    return repository.generate_pack_data(
        known_ids, set(want), shallow=known_ids, ofs_delta=options.get("ofs_delta", True)
    )


if __name__ == "__main__":
    main()
