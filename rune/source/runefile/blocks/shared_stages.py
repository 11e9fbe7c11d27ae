"""Diagnostics of a stage that names a block of another project: unknown, not in the lock, or deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from rune.blocks.mounts import ShelfVersion
from rune.blocks.shared_path import SharedName, SharedPath, parse_shared_path
from rune.blocks.signature import Block
from rune.source.runefile.blocks.lock import LOCK_FILE, lock_edit
from rune.source.runefile.blocks.shared import SharedBlocks, Trouble
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Span
from rune.source.runefile.report import DiagnosticReport
from rune.wording import plain, quoted

_MAY_USE = "A project can use blocks that projects of its own organisation published, and those of public projects."
_MOST_VERSIONS = 8


def find_shared(path: SharedPath, span: Span, shared_blocks: SharedBlocks, report: DiagnosticReport) -> Block | None:
    """The block of a path that stands at `span`. What keeps it from being built is reported; None where nothing is
    known of it."""
    block = shared_blocks.find(path)
    trouble = shared_blocks.trouble(path)
    if trouble is not None:
        _report(path, span, shared_blocks, trouble, report)
    shelf_version = shared_blocks.shelf_version(path)
    if trouble is None and shelf_version is not None and shelf_version.deprecation:
        _advise(path, span, shared_blocks, shelf_version, report)
    return None if block is None else block.block


def report_without_version(name: SharedName, span: Span, shared_blocks: SharedBlocks, report: DiagnosticReport) -> bool:
    """Reports a block of another project that is named without its version; False where no such block is known."""
    best = shared_blocks.best(name)
    if best is None:
        return False
    fix = _take(SharedPath(name, best.version), best, span, shared_blocks, report)
    message = f"{quoted(str(name))} needs a version: `{name}@{best.version}`"
    report.error(Code.SHARED_BLOCK, message, span, [_there_are(shared_blocks.versions(name))], [fix])
    return True


def _report(
    path: SharedPath, span: Span, shared_blocks: SharedBlocks, trouble: Trouble, report: DiagnosticReport
) -> None:
    shelf_version = shared_blocks.shelf_version(path)
    fetch = f"At the terminal, `rune block add {path}` does it."
    match trouble:
        case Trouble.UNKNOWN if versions := shared_blocks.versions(path.block):
            best = shared_blocks.best(path.block) or versions[0]
            fixes = [_take(SharedPath(path.block, best.version), best, span, shared_blocks, report)]
            message = f"{quoted(str(path.block))} has no version {path.version}"
            report.error(Code.SHARED_BLOCK, message, span, [_there_are(versions)], fixes)
        case Trouble.UNKNOWN | Trouble.NOT_FETCHED:
            near = (
                report.nearest(str(path.block), tuple(map(str, shared_blocks.shelf))) if shared_blocks.shelf else None
            )
            notes = [f"Did you mean `{near}`?"] if near else []
            notes.append(_MAY_USE)
            if not shared_blocks.shelf:
                notes.append(f"At the terminal, `rune block add {path}` fetches it, where you may read it.")
            message = f"There is no block {quoted(str(path))} that this project can use"
            report.error(Code.SHARED_BLOCK, message, span, notes)
        case Trouble.NOT_LOCKED:
            message = f"{LOCK_FILE} does not say which bytes {quoted(str(path))} is"
            fixes = [] if shelf_version is None else [_lock(path, shelf_version.digest, shared_blocks)]
            report.error(Code.LOCK, message, span, ["So that every build takes the same bytes.", fetch], fixes)
        case Trouble.OTHER_BYTES:
            message = f"The bytes of {quoted(str(path))} are not those that {LOCK_FILE} names"
            notes = ["Nothing was built from them. Remove its line from the lock, and take the block again.", fetch]
            report.error(Code.LOCK, message, span, notes)


def _advise(
    path: SharedPath, span: Span, shared_blocks: SharedBlocks, shelf_version: ShelfVersion, report: DiagnosticReport
) -> None:
    fixes = [
        _take(to, version, span, shared_blocks, report, "" if to.block == path.block else f"Take {to}")
        for to, version in _in_place_of(path, shelf_version, shared_blocks)
    ]
    message = f"{quoted(str(path))} is deprecated: {plain(shelf_version.advice)}"
    report.warning(Code.DEPRECATED_BLOCK, message, span, [_there_are(shared_blocks.versions(path.block))], fixes)


def _in_place_of(
    path: SharedPath, shelf_version: ShelfVersion, shared_blocks: SharedBlocks
) -> Iterator[tuple[SharedPath, ShelfVersion]]:
    """Returns the replacement: the named one, if it is known here, or else the newest without a deprecation."""
    successor_path = parse_shared_path(shelf_version.successor)
    successor = None if successor_path is None else shared_blocks.shelf_version(successor_path)
    best = shared_blocks.best(path.block)
    if successor_path is not None and successor is not None:
        yield successor_path, successor
    elif best is not None and not best.deprecation:
        yield SharedPath(path.block, best.version), best


def _there_are(versions: tuple[ShelfVersion, ...]) -> str:
    version_list = ", ".join(
        each.version + (" (deprecated)" if each.deprecation else "") for each in versions[:_MOST_VERSIONS]
    )
    more = f" and {len(versions) - _MOST_VERSIONS} older ones" if len(versions) > _MOST_VERSIONS else ""
    return f"Its versions are {version_list}{more}."


def _lock(path: SharedPath, digest: str, shared_blocks: SharedBlocks) -> Fix:
    """The fix that writes the missing line; it is safe, since a version has one meaning."""
    return Fix(f"Add {path} to {LOCK_FILE}", (lock_edit(shared_blocks.lock, path, digest),), is_safe=True)


def _take(
    path: SharedPath,
    version: ShelfVersion,
    span: Span,
    shared_blocks: SharedBlocks,
    report: DiagnosticReport,
    title: str = "",
) -> Fix:
    """The fix that takes a version of a block in place of what stands at `span`."""
    name_edits = report.guess(span, str(path)).edits
    return Fix(
        title or f"Take version {path.version}", (*name_edits, lock_edit(shared_blocks.lock, path, version.digest))
    )
