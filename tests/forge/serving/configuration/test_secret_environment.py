"""Secrets of the server are in no environment that the system shows, nor in readable memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forge.serving.configuration.secret_environment import hide_secrets, is_secret
from rune.isolation.linux import is_linux
from tests.conftest import REPOSITORY
from tests.support.cases import each_case

SECRETS = {
    "SECRET_KEY": "one-that-signs",
    "S3_ACCESS_KEY": "one-name",
    "S3_SECRET_KEY": "one-of-the-store",
    "DATABASE_URL": "postgresql://forge:one-of-the-database@localhost/forge",
    "REDIS_URL": "redis://:one-of-redis@localhost:6379/0",
    "BROKER_URL": "redis://:one-of-the-queue@localhost:6379/1",
    "EMAIL_PASSWORD": "one-of-the-mail",
}
PROGRAM = """
import os, ctypes
from django.conf import settings
settings.DEBUG
assert settings.SECRET_KEY == "one-that-signs", settings.SECRET_KEY
assert settings.DATABASES["default"]["PASSWORD"] == "one-of-the-database"
print(sorted(os.environ))
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
print(open("/proc/self/environ", "rb").read() if os.geteuid() == 0 else b"")
try:
    os.kill(os.getpid(), 0)
finally:
    print(os.stat("/proc/self/environ").st_uid)
"""


@pytest.mark.slow
@pytest.mark.protects("compiling/server-secrets")
@pytest.mark.skipif(not is_linux(), reason="Linux shows an environment so")
def test_a_started_server_has_its_secrets_in_no_environment(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "forge.settings"}
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.run(
        command, cwd=REPOSITORY, env=environment | SECRETS | {"LANG": "C"}, capture_output=True, text=True, check=True
    )
    names, dumpable, environ, owner = process.stdout.splitlines()
    assert "PATH" in names
    assert not [name for name in SECRETS if name in names]
    assert "one-" not in environ
    if os.geteuid() == 0:
        assert str(tmp_path) in environ, "what is not secret stays"
    assert (dumpable, owner) == ("0", "0"), "its memory is read by no other process of its user"


def test_the_variables_are_answered_as_they_were() -> None:
    environment = {"HOST": "127.0.0.1", **SECRETS}
    assert hide_secrets(environment) == {"HOST": "127.0.0.1", **SECRETS}
    assert environment == {"HOST": "127.0.0.1"}


@each_case(
    ("name", "value"),
    [
        ("PUBLIC_URL", "https://forge.example:8443"),
        ("MONKEY", "a"),
        ("S3_URL", "s3+https://host:9000/bucket"),
        ("MAIL", "smtp://host/a:b@c"),
    ],
)
def test_what_is_no_secret_stays(name: str, value: str) -> None:
    assert not is_secret(name, value)
