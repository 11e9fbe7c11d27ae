"""The last known state of a device, from a report that it sent. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hmrd.protocol.reading import written
from hmrd.protocol.reports import Report
from rune.digests import digest_of


def report_digest(report: Report) -> str:
    """Returns the digest of a report, which is the same for the same report however its JSON was written."""
    return digest_of(written(report.to_json()))


def reported_state(report: Report, now: datetime) -> dict[str, Any]:
    """Returns the values of the fields of a `Device` that a report sets. What a report leaves out is empty: what ran
    before does not run any more."""
    running, other, problem = report.running, report.other, report.problem
    shadow, shadow_problem = report.shadow, report.shadow_problem
    return {
        "board": report.board,
        "agent": report.agent,
        "sequence": report.sequence,
        "report_digest": report_digest(report),
        "seen": now,
        "reported": now,
        "phase": report.phase.value,
        "running_deployment": running.deployment if running else "",
        "running_number": running.number if running else 0,
        "running_version": running.version if running else "",
        "running_rune": running.rune if running else "",
        "other_version": other.version if other else "",
        "other_rune": other.rune if other else "",
        "problem": problem.name.value if problem else "",
        "problem_detail": problem.detail if problem else "",
        "shadow_rune": shadow.rune if shadow else "",
        "shadow_version": shadow.version if shadow else "",
        "shadow_problem": shadow_problem.name.value if shadow_problem else "",
        "shadow_problem_detail": shadow_problem.detail if shadow_problem else "",
        "totals": report.totals.to_json(),
    }
