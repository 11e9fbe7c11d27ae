"""The commits of a branch since one that a project has. Knows no project; `git.process` calls it."""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from dulwich.object_store import BaseObjectStore
from dulwich.objects import Commit, ObjectID

from rune.wording import plain

MAX_COMMITS: Final = 500
"""Commits that are looked at."""
MAX_LISTED: Final = 20
_LONGEST_NAME: Final = 80
_LONGEST_SUBJECT: Final = 150
_LONGEST_NUMBER: Final = 8


def history_since(
    store: BaseObjectStore, head: Commit, project: str, known_commits: Collection[str]
) -> Mapping[str, Any]:
    """The commits up to one that the project has, newest first, and which one that is, as JSON.

    `shared` is empty where the history, as far as it is there, has none.
    """
    commits: list[Mapping[str, Any]] = []
    count = 0
    shared_commits: list[Mapping[str, Any]] = []
    for commit in _newest_first(store, head):
        version = version_of(commit, project)
        if version is not None or commit.id.decode() in known_commits:
            shared_commits.append({"commit": commit.id.decode(), "version": version})
            break
        count += 1
        if count <= MAX_LISTED:
            commits.append(_commit_json(commit))
    return {"newest": _commit_json(head), "commits": commits, "commit_count": count, "shared": shared_commits}


def version_of(commit: Commit, project: str) -> int | None:
    """Returns the version of a project that a commit is; None for a commit of others."""
    if not project or trailer(commit, "Project") != project:
        return None
    return _number(trailer(commit, "Version"))


def newest_before(commit: Commit, project: str) -> int | None:
    """The newest version that a branch has which ends in this commit: a restored version comes after later ones."""
    version = version_of(commit, project)
    return None if version is None else max(version, _number(trailer(commit, "After")) or 0)


def trailer(commit: Commit, key: str) -> str:
    """Returns what a commit's message says under a key; "" for nothing."""
    values = re.findall(rf"^{key}: (\S+)$", commit.message.decode("utf-8", "replace"), re.MULTILINE)
    return values[-1] if values else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _newest_first(store: BaseObjectStore, head: Commit) -> Iterator[Commit]:
    """A commit and those before it, as far as they were fetched."""
    seen_ids: set[ObjectID] = {head.id}
    waiting = [(-head.commit_time, head.id)]
    for _ in range(MAX_COMMITS):
        if not waiting:
            return
        commit = store[heapq.heappop(waiting)[1]]
        if not isinstance(commit, Commit):
            continue
        yield commit
        for parent in commit.parents:
            if parent not in seen_ids and parent in store and isinstance(before := store[parent], Commit):
                seen_ids.add(parent)
                heapq.heappush(waiting, (-before.commit_time, parent))


def _commit_json(commit: Commit) -> Mapping[str, Any]:
    name = commit.author.decode("utf-8", "replace").partition("<")[0]
    subject = commit.message.decode("utf-8", "replace").strip().partition("\n")[0]
    return {
        "commit": commit.id.decode(),
        "author": plain(" ".join(name.split()))[:_LONGEST_NAME],
        "subject": plain(" ".join(subject.split()))[:_LONGEST_SUBJECT],
        "moment": commit.commit_time,
    }
