"""A start is mostly imports, so that what few need is imported where it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[4]
START = "import django, sys\ndjango.setup()\nimport forge.asgi, forge.urls\nprint(*sys.modules)"


@pytest.mark.slow
def test_a_server_starts_without_what_buckets_and_signers_need(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "forge.settings",
        "DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-c", START]
    process = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    modules = {name.split(".")[0] for name in process.stdout.split()}
    assert "rest_framework" in modules
    assert not modules & {"boto3", "botocore", "tuf"}
