"""States of files, one after the other, as a Git repository: a commit for each, upon the one before. Knows no project.

The same states are the same commits, no matter who makes them and whenever. Every Git reads them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dulwich.index import (
    IndexEntry,
    commit_tree,
    validate_path_element_hfs,
    validate_path_element_ntfs,
    write_index_dict,
)
from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile
from dulwich.pack import SHA1Writer

BRANCH = "main"
_PLAIN_FILE = 0o100644
_NOT_IN_A_NAME = re.compile(r"[<>\x00-\x1f]")
_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = false\n"


@dataclass(frozen=True)
class CommitState:
    """Files at one moment as `{path: digest}`, who made them so, and why."""

    files: Mapping[str, str]
    author: str
    address: str
    """The e-mail address of an author, which Git requires."""
    moment: datetime
    message: str


def repository(states: Sequence[CommitState], read: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """The files below `.git` of a repository whose newest commit is the last of `states`, which are not none.

    `read` gives the bytes of a digest; one file is in memory at a time. The files of the last state, put beside `.git`,
    are what Git takes as unchanged.
    """
    blobs: dict[str, ObjectID] = {}
    trees = MemoryObjectStore()
    written_trees: set[ObjectID] = set()
    parents: list[ObjectID] = []
    for state in states:
        for digest in sorted(set(state.files.values()) - blobs.keys()):
            blob = Blob.from_string(read(digest))
            blobs[digest] = blob.id
            yield _object(blob)
        tree = commit_tree(trees, [(path.encode(), blobs[digest], _PLAIN_FILE) for path, digest in state.files.items()])
        fresh = set(trees) - written_trees
        written_trees |= fresh
        yield from (_object(trees[name]) for name in sorted(fresh))
        commit = _commit(state, tree, parents)
        parents = [commit.id]
        yield _object(commit)
    yield f"refs/heads/{BRANCH}", parents[0] + b"\n"
    yield "HEAD", f"ref: refs/heads/{BRANCH}\n".encode()
    yield "config", _CONFIG
    yield "index", _index({path.encode(): blobs[digest] for path, digest in states[-1].files.items()})


def may_be_in_git(path: str) -> bool:
    """Returns whether every system's Git checks a file out of this path: none that is Git's own folder, or is taken for
    it."""
    return all(
        validate_path_element_ntfs(part) and validate_path_element_hfs(part) for part in path.encode().split(b"/")
    )


def _object(item: ShaFile) -> tuple[str, bytes]:
    name = item.id.decode()
    return f"objects/{name[:2]}/{name[2:]}", item.as_legacy_object()


def _commit(state: CommitState, tree: ObjectID, parents: list[ObjectID]) -> Commit:
    author = " ".join(_NOT_IN_A_NAME.sub(" ", state.author).split()) or "Unknown"
    commit = Commit()
    commit.tree, commit.parents = tree, parents
    commit.author = commit.committer = f"{author} <{state.address}>".encode()
    commit.author_time = commit.commit_time = int(state.moment.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = f"{state.message.strip()}\n".encode()
    return commit


def _index(files: Mapping[bytes, ObjectID]) -> bytes:
    """Git's list of the files that lie beside it. It has no times or sizes, so Git looks into each of them once."""
    target = io.BytesIO()
    writer = SHA1Writer(target)
    write_index_dict(writer, {path: _entry(name) for path, name in files.items()})
    writer.write_sha()
    return target.getvalue()


def _entry(name: ObjectID) -> IndexEntry:
    return IndexEntry(ctime=0, mtime=0, dev=0, ino=0, mode=_PLAIN_FILE, uid=0, gid=0, size=0, sha=name)
