"""`manage.py verify_store`: reads every stored blob, and says which are damaged, missing or needed by nobody."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from forge.core.blobs.check import BlobFinding, CheckProgress, FindingKind, check_store
from rune.wording import counted, size_text

TERMINAL_INTERVAL_SECONDS = 1.0
"""Seconds between two lines of progress on a terminal."""
LOG_INTERVAL_SECONDS = 60.0
"""The same in a log."""


class Command(BaseCommand):
    """Exits with 1 if bytes of a linked blob cannot be read, else with 0."""

    help = (
        "Reads every stored blob and compares it with its digest. Reports bytes that are damaged, unreadable or "
        "missing, and sizes that are wrong: then it ends with 1. Blobs that nothing links are counted only. The "
        "server may run meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="write one JSON document to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = _ProgressLine(self.stderr, is_terminal=self.stderr.isatty())
        findings: list[BlobFinding] = []
        for finding in check_store(progress):
            findings.append(finding)
            if finding.is_problem and not options["json"]:
                progress.clear()
                self.stdout.write(_line(finding))
        progress.clear()
        problems = [finding for finding in findings if finding.is_problem]
        if options["json"]:
            self.stdout.write(json.dumps(report(progress.last, findings), indent=2))
        else:
            self.stdout.write(_summary(progress.last, findings))
        if problems:
            sys.exit(1)


def report(progress: CheckProgress, findings: list[BlobFinding]) -> dict[str, Any]:
    """Returns the report as JSON."""
    counts = Counter(finding.kind for finding in findings)
    return {
        "blobs": progress.blobs,
        "bytes": progress.size,
        "is_good": not any(finding.is_problem for finding in findings),
        "counts": {kind.value: counts[kind] for kind in FindingKind},
        "findings": [asdict(finding) for finding in findings],
    }


def _line(finding: BlobFinding) -> str:
    owners = ", ".join(f"{owner.kind} {owner.id}" for owner in finding.owners)
    line = f"{finding.kind.value}: {finding.digest}: {finding.detail}" + (f"; needed by {owners}" if owners else "")
    return line + (f"; affects {', '.join(finding.affected)}" if finding.affected else "")


def _summary(progress: CheckProgress, findings: list[BlobFinding]) -> str:
    counts = Counter(finding.kind for finding in findings)
    bad = ", ".join(f"{counts[kind]} {kind.value}" for kind in FindingKind if counts[kind] and kind not in _USUAL)
    usual = ", ".join(f"{counts[kind]} {kind.value}" for kind in _USUAL if counts[kind])
    read = f"{counted(progress.blobs, 'blob')}, {size_text(progress.size)}, compared: {bad or 'all whole'}."
    return read + (f" The sweep removes {usual}." if usual else "")


_USUAL = (FindingKind.UNLINKED, FindingKind.STRAY)
"""The statuses that are not problems."""


class _ProgressLine:
    """Shows progress on standard error: in one line of a terminal, now and then in a log."""

    def __init__(self, out: Any, *, is_terminal: bool) -> None:
        self.last = CheckProgress(0, 0, 0)
        self._out = out
        self._is_terminal = is_terminal
        self._at = time.monotonic()

    def __call__(self, progress: CheckProgress) -> None:
        self.last = progress
        if time.monotonic() - self._at < (TERMINAL_INTERVAL_SECONDS if self._is_terminal else LOG_INTERVAL_SECONDS):
            return
        self._at = time.monotonic()
        text = f"{progress.blobs} of {progress.total} blobs, {size_text(progress.size)}"
        if self._is_terminal:
            self._out.write(f"\r{text}", ending="")
        else:
            self._out.write(text)

    def clear(self) -> None:
        """Clears the line of the terminal."""
        if self._is_terminal:
            self._out.write("\r\x1b[K", ending="")
