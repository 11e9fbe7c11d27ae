"""`rune.lock`: the digests of the published blocks that a project uses, one a line.

    acme/sounds#smooth@1.2 sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

So a build takes the same bytes wherever and whenever it is made, and Git merges it line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rune.blocks.shared_path import SharedPath, parse_shared_path
from rune.digests import is_digest
from rune.project.files import FileError, ProjectFiles
from rune.source.runefile.diagnostics import Edit, Span
from rune.source.runefile.source import SourceText

LOCK_FILE = "rune.lock"
HEADING = "# Which bytes the blocks of other projects are. Keep it beside the Runefile.\n"


@dataclass(frozen=True)
class Lock:
    """The contents of a lock. `bad` are invalid lines, and `twice` those that repeat a block with another digest."""

    source: SourceText
    digests: Mapping[SharedPath, str]
    bad: tuple[Span, ...]
    twice: tuple[Span, ...]


def read_lock(files: ProjectFiles) -> Lock:
    """A project's lock; an empty one where it has none."""
    try:
        text = files.read(LOCK_FILE).decode("utf-8-sig", "replace")
    except FileError:
        text = ""
    return parse_lock(text)


def parse_lock(text: str) -> Lock:
    """Parses the text of a lock. A block with two digests has neither: both lines are reported."""
    source = SourceText(LOCK_FILE, text)
    digests: dict[SharedPath, str] = {}
    bad: list[Span] = []
    twice: list[Span] = []
    for line in range(1, source.line_count + 1):
        start, end = source.line_bounds(line)
        words = text[start:end].split()
        if not words or words[0].startswith("#"):
            continue
        path = parse_shared_path(words[0])
        if path is None or len(words) != 2 or not is_digest(words[1]):
            bad.append(source.span(start, end))
        elif digests.get(path, words[1]) != words[1]:
            twice.append(source.span(start, end))
        else:
            digests[path] = words[1]
    return Lock(source, digests, tuple(bad), tuple(twice))


def lock_text(text: str, entries: Iterable[tuple[SharedPath, str]]) -> str:
    """The text of a lock with more blocks in it, each in place of what it said of that block before."""
    new = {str(path): digest for path, digest in entries}
    lines = [line for line in text.splitlines() if line.split()[:1] not in ([name] for name in new)]
    heading = [] if lines else [HEADING.rstrip("\n")]
    return "\n".join([*heading, *lines, *(f"{name} {digest}" for name, digest in new.items())]) + "\n"


def lock_edit(lock: Lock, path: SharedPath, digest: str) -> Edit:
    """The edit that puts a block into the lock: a line at its end, or in place of the one that it has."""
    text = lock.source.text
    line = f"{path} {digest}"
    for number in range(1, lock.source.line_count + 1):
        start, end = lock.source.line_bounds(number)
        if text[start:end].split()[:1] == [str(path)]:
            return Edit(LOCK_FILE, lock.source.span(start, end), line)
    before = HEADING if not text else "" if text.endswith("\n") else "\n"
    return Edit(LOCK_FILE, lock.source.span(len(text), len(text)), f"{before}{line}\n")
