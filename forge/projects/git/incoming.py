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


def history_since(store: BaseObjectStore, head: Commit, project: str, known: Collection[str]) -> Mapping[str, Any]:
    """The commits up to one that the project has, newest first, and which one that is, as JSON.

    `shared` is empty where the history, as far as it is there, has none.
    """
    listed: list[Mapping[str, Any]] = []
    count = 0
    shared: list[Mapping[str, Any]] = []
    for commit in _newest_first(store, head):
        version = version_of(commit, project)
        if version is not None or commit.id.decode() in known:
            shared.append({"commit": commit.id.decode(), "version": version})
            break
        count += 1
        if count <= MAX_LISTED:
            listed.append(_described(commit))
    return {"newest": _described(head), "came": listed, "came_count": count, "shared": shared}


def version_of(commit: Commit, project: str) -> int | None:
    """Of which version of a project a commit is; None for a commit of others."""
    message = commit.message.decode("utf-8", "replace")
    projects, versions = (re.findall(rf"^{each}: (\S+)$", message, re.MULTILINE) for each in ("Project", "Version"))
    if not project or projects[-1:] != [project] or not versions:
        return None
    number = versions[-1]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER else None


def _newest_first(store: BaseObjectStore, head: Commit) -> Iterator[Commit]:
    """A commit and those before it, as far as they were fetched."""
    seen: set[ObjectID] = {head.id}
    waiting = [(-head.commit_time, head.id)]
    for _ in range(MAX_COMMITS):
        if not waiting:
            return
        commit = store[heapq.heappop(waiting)[1]]
        if not isinstance(commit, Commit):
            continue
        yield commit
        for parent in commit.parents:
            if parent not in seen and parent in store and isinstance(before := store[parent], Commit):
                seen.add(parent)
                heapq.heappush(waiting, (-before.commit_time, parent))


def _described(commit: Commit) -> Mapping[str, Any]:
    name = commit.author.decode("utf-8", "replace").partition("<")[0]
    subject = commit.message.decode("utf-8", "replace").strip().partition("\n")[0]
    return {
        "commit": commit.id.decode(),
        "author": plain(" ".join(name.split()))[:_LONGEST_NAME],
        "subject": plain(" ".join(subject.split()))[:_LONGEST_SUBJECT],
        "moment": commit.commit_time,
    }
