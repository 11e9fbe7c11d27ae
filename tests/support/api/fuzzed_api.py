"""Schemathesis against a running server: requests made of the API's description, and answers compared with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forge.accounts.scopes import Scope
from tests.support.servers.live_server import LiveServer
from tools.setup import API

ENDING = frozenset(
    {
        "organisations_members_destroy",
        "organisations_members_partial_update",
        "organisations_partial_update",
        "projects_destroy",
        "projects_partial_update",
        "tokens_destroy",
    }
)
"""Operations that take away what all others are asked about: they are asked alone, at the end."""
LEFT_OUT = frozenset({"archive_unpack", "samples_import", "samples_import_preview"})
"""Take a zip, of which Schemathesis makes none; archives have a fuzzer of their own."""
NO_CHECKS = frozenset(
    {
        "positive_data_acceptance",  # a name that is taken, a path that is not there: well formed, and refused
        "missing_required_header",  # If-Match is asked for with 428, and after the rights with 403
        "object_level_authorization",  # the matrix of permissions asks each address as ten people
    }
)

# Words that it reads into the texts of refusals it takes for part of the description: an `errors` that no body has.
LEARNS_NOTHING = ["[phases.fuzzing.error-feedback]", "enabled = false"]

# Whether the caller has seen the newest state is judged before the body is read, so a bad body may meet 412 first.
REFUSED_BY_STATE = [
    "[checks.negative_data_rejection]",
    'expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429", "5xx"]',
]


@dataclass(frozen=True)
class FuzzResult:
    """The outcome of a fuzzed address."""

    is_good: bool
    text: str
    """The output of Schemathesis, with each failure and how to see it again."""
    answers: Mapping[str, int]
    """How many answers had each status."""


Things = Mapping[str, str | int]


def fuzzed_server(data: Path) -> LiveServer:
    """A server without request limits."""
    server = LiveServer(data)
    server.program = "tests/support/api/fuzzed_program.py"
    return server


def known_things(server: LiveServer) -> Things:
    """A project with a build that was published; the parameters of addresses that lead to it."""
    organisation = server.organisation()
    server.api("POST", "projects", json={"organisation": organisation, "name": "fuzzed", "template": "sine"})
    project = f"{organisation}/fuzzed"
    build = server.build(project)
    server.publish(project, build["id"], "1.0")
    return {"organisation": organisation, "name": "fuzzed", "build_id": build["id"], "tag": "1.0", "number": 1}


def fuzz(server: LiveServer, folder: Path, things: Things, *options: str) -> FuzzResult:
    """Asks all operations with the given parameters of addresses, and others made up; how much, the options say."""
    filters = [part for name in sorted(ENDING | LEFT_OUT) for part in ("--exclude-operation-id", name)]
    return _run(server, folder, things, [*filters, *options])


def fuzz_endings(server: LiveServer, folder: Path, *options: str) -> FuzzResult:
    """Asks the operations that end things, about nothing in particular."""
    filters = [part for name in sorted(ENDING) for part in ("--include-operation-id", name)]
    return _run(server, folder, {}, [*filters, *options])


def _run(server: LiveServer, folder: Path, things: Things, options: Sequence[str]) -> FuzzResult:
    folder.mkdir()
    parameters = [f'"path.{name}" = {json.dumps(value)}' for name, value in things.items()]
    token = ["[auth.openapi.token]", f"bearer = {json.dumps(server.token(*Scope))}"]
    (folder / "schemathesis.toml").write_text(
        "\n".join(["[parameters]", *parameters, *token, *LEARNS_NOTHING, *REFUSED_BY_STATE]), "utf-8"
    )
    report = folder / "report.har"
    settings = {
        "--url": server.address,
        "--exclude-checks": ",".join(sorted(NO_CHECKS)),
        "--request-timeout": "60",
        "--report": "har",
        "--report-har-path": str(report),
    }
    program = str(Path(sys.executable).with_name("schemathesis"))
    always = [part for pair in settings.items() for part in pair]
    command = [program, "run", str(API), "--no-color", *always, *options]
    process = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return FuzzResult(process.returncode == 0, process.stdout + process.stderr, _statuses(report))


def _statuses(report: Path) -> dict[str, int]:
    entries: list[Any] = json.loads(report.read_text("utf-8"))["log"]["entries"] if report.exists() else []
    counts: dict[str, int] = {}
    for entry in entries:
        status = str(entry["response"]["status"])
        counts[status] = counts.get(status, 0) + 1
    return counts
