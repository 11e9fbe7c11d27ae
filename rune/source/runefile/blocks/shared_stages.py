"""Diagnostics of a stage that names a block of another project: unknown, not in the lock, or deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.blocks.mounts import ShelfVersion
from rune.compiler.blocks.shared_path import SharedName, SharedPath, parse_shared_path
from rune.compiler.blocks.signature import Block
from rune.source.runefile.blocks.lock import LOCK_FILE, lock_edit
from rune.source.runefile.blocks.shared import SharedBlocks, Trouble
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Span
from rune.source.runefile.report import DiagnosticReport
from rune.wording import plain, quoted

_MAY_USE = "A project can use blocks that projects of its own organisation published, and those of public projects."
_MOST_VERSIONS = 8


def find_shared(path: SharedPath, span: Span, shared: SharedBlocks, report: DiagnosticReport) -> Block | None:
    """The block of a path that stands at `span`. What keeps it from being built is reported; None where nothing is
    known of it."""
    block = shared.find(path)
    trouble = shared.trouble(path)
    if trouble is not None:
        _report(path, span, shared, trouble, report)
    offered = shared.offered(path)
    if trouble is None and offered is not None and offered.deprecation:
        _advise(path, span, shared, offered, report)
    return None if block is None else block.block


def report_without_version(name: SharedName, span: Span, shared: SharedBlocks, report: DiagnosticReport) -> bool:
    """Reports a block of another project that is named without its version; False where no such block is known."""
    best = shared.best(name)
    if best is None:
        return False
    fix = _take(SharedPath(name, best.version), best, span, shared, report)
    message = f"{quoted(str(name))} needs a version: `{name}@{best.version}`"
    report.error(Code.SHARED_BLOCK, message, span, [_there_are(shared.versions(name))], [fix])
    return True


def _report(path: SharedPath, span: Span, shared: SharedBlocks, trouble: Trouble, report: DiagnosticReport) -> None:
    offered = shared.offered(path)
    fetch = f"At the terminal, `rune block add {path}` does it."
    match trouble:
        case Trouble.UNKNOWN if versions := shared.versions(path.block):
            best = shared.best(path.block) or versions[0]
            fixes = [_take(SharedPath(path.block, best.version), best, span, shared, report)]
            message = f"{quoted(str(path.block))} has no version {path.version}"
            report.error(Code.SHARED_BLOCK, message, span, [_there_are(versions)], fixes)
        case Trouble.UNKNOWN | Trouble.NOT_FETCHED:
            near = report.nearest(str(path.block), tuple(map(str, shared.shelf))) if shared.shelf else None
            notes = [f"Did you mean `{near}`?"] if near else []
            notes.append(_MAY_USE)
            if not shared.shelf:
                notes.append(f"At the terminal, `rune block add {path}` fetches it, where you may read it.")
            message = f"There is no block {quoted(str(path))} that this project can use"
            report.error(Code.SHARED_BLOCK, message, span, notes)
        case Trouble.NOT_LOCKED:
            message = f"{LOCK_FILE} does not say which bytes {quoted(str(path))} is"
            fixes = [] if offered is None else [_lock(path, offered.digest, shared)]
            report.error(Code.LOCK, message, span, ["So that every build takes the same bytes.", fetch], fixes)
        case Trouble.OTHER_BYTES:
            message = f"The bytes of {quoted(str(path))} are not those that {LOCK_FILE} names"
            notes = ["Nothing was built from them. Remove its line from the lock, and take the block again.", fetch]
            report.error(Code.LOCK, message, span, notes)


def _advise(
    path: SharedPath, span: Span, shared: SharedBlocks, offered: ShelfVersion, report: DiagnosticReport
) -> None:
    fixes = [
        _take(to, version, span, shared, report, "" if to.block == path.block else f"Take {to}")
        for to, version in _in_place_of(path, offered, shared)
    ]
    message = f"{quoted(str(path))} is deprecated: {plain(offered.advice)}"
    report.warning(Code.DEPRECATED_BLOCK, message, span, [_there_are(shared.versions(path.block))], fixes)


def _in_place_of(
    path: SharedPath, offered: ShelfVersion, shared: SharedBlocks
) -> Iterator[tuple[SharedPath, ShelfVersion]]:
    """Returns the replacement: the named one, if it is known here, or else the newest without a deprecation."""
    named = parse_shared_path(offered.successor)
    successor = None if named is None else shared.offered(named)
    best = shared.best(path.block)
    if named is not None and successor is not None:
        yield named, successor
    elif best is not None and not best.deprecation:
        yield SharedPath(path.block, best.version), best


def _there_are(versions: tuple[ShelfVersion, ...]) -> str:
    shown = ", ".join(
        each.version + (" (deprecated)" if each.deprecation else "") for each in versions[:_MOST_VERSIONS]
    )
    more = f" and {len(versions) - _MOST_VERSIONS} older ones" if len(versions) > _MOST_VERSIONS else ""
    return f"Its versions are {shown}{more}."


def _lock(path: SharedPath, digest: str, shared: SharedBlocks) -> Fix:
    """The fix that writes the missing line; it is safe, since a version has one meaning."""
    return Fix(f"Add {path} to {LOCK_FILE}", (lock_edit(shared.lock, path, digest),), is_safe=True)


def _take(
    path: SharedPath, version: ShelfVersion, span: Span, shared: SharedBlocks, report: DiagnosticReport, title: str = ""
) -> Fix:
    """The fix that takes a version of a block in place of what stands at `span`."""
    named = report.guess(span, str(path)).edits
    return Fix(title or f"Take version {path.version}", (*named, lock_edit(shared.lock, path, version.digest)))
