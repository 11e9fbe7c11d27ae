"""The guide of CI: its lines are run in a repository, one after the other, against a server without such a project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

GUIDE = REPOSITORY / "docs" / "guides" / "ci.md"
SCOPES = ("project:create", "project:write", "build:run", "rune:publish")


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("curl", "jq", "git"))), reason="the guide takes curl, jq and git")
def test_the_guide_creates_uploads_builds_waits_and_publishes_and_a_second_run_changes_nothing(
    live: LiveServer, tmp_path: Path
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 6
    project = f"{live.organisation()}/from-ci"
    for command in (["rune", "new", "sine", "."], ["git", "init", "--quiet"], ["git", "add", "."]):
        typed(command, tmp_path, {})
    variables = {"FORGE": live.address, "PROJECT": project, "TAG": "1.0", "TOKEN": live.token(*SCOPES)}
    first, second = (
        typed(["bash", "-e", "-o", "pipefail", "-c", "\n".join(blocks)], tmp_path, variables) for _ in "12"
    )
    digest = first.splitlines()[-1]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
    assert second.splitlines()[-1] == digest
    assert [tag["tag"] for tag in live.api("GET", f"projects/{project}/tags")["tags"]] == ["1.0"]


def typed(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Runs a command as a shell of CI would, and answers what it printed."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **variables}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
