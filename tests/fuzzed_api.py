"""Schemathesis against a running server: requests made of the API's description, and answers compared with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.live_forge import REPOSITORY
from tests.live_server import LiveServer

DESCRIPTION = REPOSITORY / "docs" / "reference" / "openapi.yaml"
SKIPPED = {
    "projects_archive_create": "a zip of random bytes; archives have a fuzzer of their own",
}
"""Operations that are not asked, and why."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)


def fuzz(server: LiveServer, folder: Path, examples: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Asks each operation that many times, about a project that is there."""
    organisation = server.organisation()
    made = {"organisation": organisation, "name": "fuzzed", "template": "sine"}
    server.api("POST", "projects", json=made)
    config = folder / "schemathesis.toml"
    lines = ["[parameters]", f'"path.organisation" = "{organisation}"', '"path.name" = "fuzzed"']
    lines += ["[auth.openapi.token]", f'bearer = "{server.token("read", "write", "registry")}"']
    config.write_text("\n".join(lines), "utf-8")
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"]
    options = {
        "--url": server.address,
        "--max-examples": str(examples),
        "--seed": str(seed),
        "--phases": "fuzzing",
        "--checks": ",".join(CHECKS),
        "--request-timeout": "60",
        "--rate-limit": "1000/m",
        "--exclude-path-regex": "/archive$",
    }
    arguments = [part for pair in options.items() for part in pair]
    return subprocess.run(
        [*command, str(DESCRIPTION), *arguments, "--no-color"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
