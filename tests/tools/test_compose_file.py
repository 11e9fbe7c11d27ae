"""compose.yaml names only settings that there are, and commands that the program has."""

from __future__ import annotations

import yaml

from tests.conftest import REPOSITORY
from tools.reference import SETTINGS

DECIDED = {
    "DATA_DIR": "the image's volume",
    "HOST": "the image's",
    "PORT": "the image's",
    "TLS_CERTIFICATE": "the proxy's",
    "TLS_KEY": "the proxy's",
    "SHARED_DATA": "is for SQLite",
    "DEBUG": "is never for a server that others reach",
}
"""Settings that the compose file leaves alone, and why."""


def test_every_setting_is_passed_on_or_decided_by_the_image() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    passed = set(compose["services"]["web-1"]["environment"])
    assert passed == set(SETTINGS) - set(DECIDED)


def test_the_compose_file_sets_what_the_program_reads() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    ours = {name: service for name, service in compose["services"].items() if "build" in service}
    assert set(ours) == {"web-1", "web-2", "worker"}
    for service in ours.values():
        assert set(service["environment"]) <= set(SETTINGS)
        assert {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY"} <= set(service["environment"])
    assert ours["worker"]["command"][-2:] == ["manage.py", "work"]
    assert set(compose["services"]) - set(ours) == {"postgres", "redis"}
