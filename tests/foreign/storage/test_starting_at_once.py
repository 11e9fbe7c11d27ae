"""Processes that start on an empty data folder at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PATIENCE = 120.0


@pytest.mark.slow
def test_links_that_are_made_at_once_on_an_empty_folder_are_all_made(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "forge.settings"}
    command = [sys.executable, str(REPOSITORY / "manage.py"), "link"]
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    texts = [process.communicate(timeout=PATIENCE) for process in processes]
    for process, (output, errors) in zip(processes, texts, strict=True):
        assert process.returncode == 0, errors
        assert "/sign-in#token=" in output
