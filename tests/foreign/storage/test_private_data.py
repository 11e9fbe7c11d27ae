"""The running program keeps its data to its owner, and says no secret but the link that it was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign


@pytest.mark.slow
@pytest.mark.protects("operation/data-folder")
def test_nobody_else_on_the_machine_can_read_what_the_program_writes(tmp_path: Path) -> None:
    # The folder is there already and open to all, as a volume or a shared folder can be.
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    with LiveServer(data) as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "sine", "template": "sine"})
        preview = f"projects/{organisation}/sine/preview"
        live.until(lambda: live.api("GET", preview)["state"] == "ready")
        open_to_others = {
            str(path.relative_to(data)): oct(stat.S_IMODE(path.lstat().st_mode))
            for folder, _, files in os.walk(data)
            for path in map(Path(folder).joinpath, files)
            if stat.S_IMODE(path.lstat().st_mode) & 0o077
        }
        assert open_to_others == {}
        # The preview's rune is among what was looked at.
        assert any(path.read_bytes()[:4] == b"\0asm" for path in data.glob("blobs/sha256/*/*"))
        assert live.log().count("token=") <= 1
