"""The wheel is the same bytes whenever and wherever it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.packaging.wheel import build


@pytest.mark.proof
def test_two_builds_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = []
    for zone in ("UTC", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        wheels.append(build(folder).read_bytes())
    assert wheels[0] == wheels[1]
